from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_labelled, some_labels
from tests.unit.test_triage import TriageDesk
from vigie.domain.change import Tombstone
from vigie.domain.labels import Urgency
from vigie.domain.mention import LabelledMention
from vigie.errors import Conflict
from vigie.messages import Erased, PostNow, Refreshed


@pytest.fixture
def desk():
    return TriageDesk()


def erased(*posts, why="deleted"):
    return Erased(brand="acme", posts=posts, why=why, at=NOON)


def roots(*mentions):
    return [m.mention.root_id for m in mentions]


def test_an_erased_mention_leaves_a_tombstone_and_a_line_in_the_log(desk):
    mention = a_labelled(Urgency.CRITICAL)
    desk.say(mention)

    done = desk.triage(erased(*roots(mention)))

    key = mention.mention.key
    assert done.erased == 1
    assert key not in desk.store.mentions
    assert desk.store.tombstones[key].known.urgency is Urgency.CRITICAL
    assert desk.store.log[key].why == "deleted"


def test_a_late_copy_does_not_bring_an_erased_post_back(desk):
    mention = a_labelled(Urgency.CRITICAL)
    newer = replace(mention.mention, post_id=str(int(mention.mention.post_id) + 5))
    desk.say(mention)
    desk.triage(erased(*roots(mention)))

    done = desk.say(mention, LabelledMention(mention=newer, labels=mention.labels))

    assert done.counted == 0
    assert desk.store.mentions == {}


def test_a_post_that_was_erased_before_it_came_never_comes(desk):
    mention = a_labelled(Urgency.CRITICAL)
    desk.triage(erased(*roots(mention)))

    desk.say(mention)

    assert desk.incidents == []
    assert desk.store.tombstones[mention.mention.key].known is None


def test_an_incident_keeps_its_counts_and_says_what_was_erased(desk):
    first, second = a_labelled(Urgency.CRITICAL), a_labelled(Urgency.CRITICAL)
    desk.say(first, second)
    (before,) = desk.incidents

    desk.triage(erased(*roots(first, second), why="request"))

    (after,) = desk.incidents
    (entry,) = [e for e in desk.store.entries.values() if e.what == "erased"]
    assert after == before
    assert entry.facts == {"mentions": 2, "why": "request"}


def test_erasing_twice_writes_once(desk):
    mention = a_labelled(Urgency.CRITICAL)
    desk.say(mention)
    desk.triage(erased(*roots(mention)))
    version = desk.store.state("acme").version

    done = desk.triage(erased(*roots(mention)), now=NOON + timedelta(hours=1))

    assert done.erased == 0
    assert desk.store.state("acme").version == version


def test_a_candidate_that_was_erased_keeps_nobody_company(desk):
    first, second, third = a_labelled(), a_labelled(), a_labelled()
    desk.say(first, second)
    desk.triage(erased(*roots(first)))

    desk.say(third)

    assert desk.incidents == []


@pytest.mark.parametrize("number", [29, 30, 31, 100])
def test_any_number_of_posts_is_erased_in_transactions_that_dynamodb_takes(desk, number):
    mentions = [a_labelled(Urgency.LOW) for _ in range(number)]
    for start in range(0, number, 25):
        desk.say(*mentions[start : start + 25])
    sizes = []
    commit = desk.store.commit
    desk.store.commit = lambda change, now: (sizes.append(change.actions), commit(change, now))

    done = desk.triage(erased(*roots(*mentions)))

    assert done.erased == number
    assert max(sizes) <= 100


def test_losing_a_race_decides_again(desk):
    mention = a_labelled(Urgency.CRITICAL)
    desk.say(mention)
    commit, losses = desk.store.commit, iter([Conflict("another was faster")])

    def busy(change, now):
        for loss in losses:
            raise loss
        commit(change, now)

    desk.store.commit = busy

    done = desk.triage(erased(*roots(mention)))

    assert (done.erased, done.conflicts, done.failed) == (1, 1, [])


def test_numbers_of_a_stored_post_are_kept_and_of_an_erased_one_are_not(desk):
    kept, gone = a_labelled(Urgency.CRITICAL), a_labelled(Urgency.CRITICAL)
    desk.say(kept, gone)
    desk.triage(erased(*roots(gone)))
    posts = tuple(
        PostNow(root_id=root, reposts=3, likes=5, replies=1, quotes=0, next_at=None)
        for root in (*roots(kept, gone), "404")
    )

    done = desk.triage(Refreshed(brand="acme", posts=posts, at=NOON))

    assert done.refreshed == 1
    assert desk.store.numbers[kept.mention.key][0].likes == 5
    assert desk.store.mentions[kept.mention.key].refresh_at is None


def test_what_may_matter_is_looked_up_again_five_minutes_after_it_was_posted(desk):
    high, low, attached = a_labelled(), a_labelled(Urgency.LOW), a_labelled(Urgency.MEDIUM)
    danger = a_labelled(Urgency.CRITICAL)
    old = a_labelled(Urgency.CRITICAL, posted_at=NOON - timedelta(days=3))

    desk.say(danger, high, low, attached, old)

    due = {key: stored.refresh_at for key, stored in desk.store.mentions.items()}
    soon = NOON + timedelta(minutes=5)
    assert due == {
        danger.mention.key: soon,
        high.mention.key: soon,
        attached.mention.key: soon,
        low.mention.key: None,
        old.mention.key: NOON + timedelta(days=4),
    }


def edit_of(mention, urgency):
    newer = replace(mention.mention, post_id=str(int(mention.mention.post_id) + 1))
    return LabelledMention(mention=newer, labels=some_labels(urgency, mention.labels.kind))


def test_a_harmless_post_that_is_edited_into_a_cry_for_help_opens_an_incident(desk):
    harmless = a_labelled(Urgency.LOW)
    desk.say(harmless)

    desk.say(edit_of(harmless, Urgency.CRITICAL))

    (incident,) = desk.incidents
    assert incident.by_urgency == {Urgency.CRITICAL: 1}
    assert desk.store.mentions[harmless.mention.key].incident_id == incident.id


def test_a_post_that_turns_critical_leaves_an_acknowledged_breakdown_and_pages(desk):
    voices = [a_labelled() for _ in range(3)]
    desk.say(*voices)
    (breakdown,) = desk.incidents
    desk.store.desks[breakdown.id] = replace(
        desk.store.incidents([breakdown.id])[breakdown.id][1], acknowledged_at=NOON
    )

    desk.say(edit_of(voices[2], Urgency.CRITICAL))

    tallies = desk.store.tallies
    (danger,) = [t for t in tallies.values() if t.id != breakdown.id]
    assert tallies[breakdown.id].by_urgency == {Urgency.HIGH: 2}
    assert tallies[breakdown.id].mention_count == 2
    assert danger.by_urgency == {Urgency.CRITICAL: 1}
    assert danger.id in desk.store.timers


def test_an_incident_opened_by_a_post_does_not_lose_it_to_a_second_one_of_the_same_name(desk):
    voices = [a_labelled() for _ in range(3)]
    desk.say(*voices)
    (breakdown,) = desk.incidents
    opener = next(m for m in voices if desk.store.mentions[m.mention.key].incident_id)
    desk.store.desks[breakdown.id] = replace(
        desk.store.incidents([breakdown.id])[breakdown.id][1], resolved_at=NOON
    )

    done = [desk.say(edit_of(m, Urgency.CRITICAL)) for m in voices]

    assert all(not d.failed for d in done)
    assert len(desk.incidents) == 2
    assert opener.mention.key in desk.store.mentions


def test_an_edit_moves_the_urgency_it_was_counted_under_and_nothing_else(desk):
    first = a_labelled(Urgency.CRITICAL)
    desk.say(first, a_labelled(Urgency.CRITICAL))
    (before,) = desk.incidents

    desk.say(edit_of(first, Urgency.LOW))

    (after,) = desk.incidents
    assert after.by_urgency == {Urgency.CRITICAL: 1, Urgency.LOW: 1}
    assert (after.mention_count, after.reach) == (before.mention_count, before.reach)
    assert after.severity is before.severity


def test_a_candidate_that_is_edited_waits_once(desk):
    first, second = a_labelled(), a_labelled()
    desk.say(first)
    desk.say(edit_of(first, Urgency.HIGH))

    desk.say(second)

    assert desk.incidents == []
    (group,) = desk.store.state("acme").groups
    assert [c.key for c in group.waiting] == [first.mention.key, second.mention.key]


def test_a_tombstone_says_nothing_of_whoever_wrote_the_post():
    assert set(Tombstone.__slots__) == {"key", "why", "at", "known"}
