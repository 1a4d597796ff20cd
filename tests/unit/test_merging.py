from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import NOON, a_labelled, a_mention, some_labels
from tests.fakes import InMemoryDesks, InMemoryDossiers, InMemoryIncidents, RecordingQueue
from tests.unit.test_triage import TriageDesk
from vigie.domain.incident import SPLIT, State, state_of
from vigie.domain.labels import Kind, Urgency
from vigie.domain.mention import Author, LabelledMention
from vigie.domain.plan import Severity
from vigie.domain.voices import counted
from vigie.errors import Conflict, NotFound, Rejected
from vigie.messages import Erased, decode_for_triage
from vigie.services import commands
from vigie.services.desk import Act, acknowledge, resolve

MINUTE = timedelta(minutes=1)
LEAD = Act(by="lead-1", at=NOON + MINUTE)


class Room:
    """Triage and the desk over the same tables; `queue` holds what the desk has sent."""

    def __init__(self):
        self.held = InMemoryIncidents()
        self.triage = TriageDesk(self.held)
        self.desks = InMemoryDesks(self.held)
        self.dossiers = InMemoryDossiers(self.held)
        self.queue = RecordingQueue()

    def opened(self, *mentions, now=NOON):
        before = set(self.held.tallies)
        self.triage.say(*mentions, now=now)
        (incident_id,) = set(self.held.tallies) - before
        return incident_id

    def merge(self, one, other, act=LEAD):
        return commands.merge(self.desks, self.queue, one, other, act)

    def split(self, incident_id, mentions, act=LEAD):
        ids = [m.mention.root_id for m in mentions]
        return commands.split(self.desks, self.dossiers, self.queue, incident_id, ids, act)

    def grade(self, incident_id, severity, act=LEAD):
        return commands.grade(self.desks, self.queue, incident_id, severity, "seen it", act)

    def deliver(self, now=NOON + 2 * MINUTE):
        """Hand to triage what was sent, without taking it away: again is a redelivery."""
        return self.triage.triage(*self.queue.bodies, now=now)

    def codes(self, incident_id):
        return [e.what for e in self.held.timeline(incident_id)]


@pytest.fixture
def room():
    return Room()


def outages(n=3, **changes):
    return [a_labelled(**changes) for _ in range(n)]


def faults(n=3):
    text = "@acme phone battery swollen and burning"
    return [a_labelled(kind=Kind.PRODUCT_QUALITY, text=text) for _ in range(n)]


def rows(n=3):
    return [
        a_labelled(kind=Kind.CONTROVERSY, text="@acme your boss insulted women") for _ in range(n)
    ]


def counts(tally):
    return tally.mention_count, dict(tally.by_urgency), tally.reach, tally.reposts


def test_a_merge_gives_everything_to_the_survivor_once(room):
    one, other = room.opened(*outages()), room.opened(*faults(4))
    room.merge(one, other)
    room.deliver()
    room.deliver()

    survivor, merged = room.held.tallies[other], room.held.tallies[one]
    assert counts(survivor) == (7, {Urgency.HIGH: 7}, 7 * 120, 0)
    assert counted(survivor.voices) == 7
    assert (survivor.merged, merged.merged_into) == ((one,), other)
    assert merged.closed_at == LEAD.at
    assert state_of(merged, room.held.desk(one)) is State.RESOLVED
    assert set(room.held.timers) == {other}
    assert [i.id for i in room.held.state("acme").open] == [other]
    assert room.held.state("acme").closed == ()


def test_a_merge_is_told_on_both_timelines(room):
    one, other = room.opened(*outages()), room.opened(*faults())
    room.merge(one, other, Act(by="lead-1", at=NOON + MINUTE, note="same cable"))
    room.deliver()
    room.deliver()

    assert room.codes(one) == ["opened", "merged", "note"]
    assert room.codes(other) == ["opened", "merged"]
    entry = room.held.timeline(other)[-1]
    assert (entry.by, entry.facts["from"], entry.facts["mentions"]) == ("lead-1", one, 3)


def test_a_merge_counts_with_the_next_mention_though_its_command_is_late(room):
    one, other = room.opened(*outages()), room.opened(*faults())
    room.merge(one, other)

    room.triage.say(*outages(1), *faults(1), now=NOON + 2 * MINUTE)
    early = room.held.tallies[other]
    room.deliver()

    assert room.held.tallies[other] == early
    assert early.mention_count == 8
    assert len(room.held.tallies) == 2


def test_an_edit_an_echo_and_an_erasure_of_what_was_merged_land_on_the_survivor(room):
    posts = outages(3)
    one, other = room.opened(*posts), room.opened(*faults())
    room.merge(one, other)
    room.deliver()
    first = posts[0].mention
    newer = str(int(first.post_id) + 10**6)
    edited = LabelledMention(
        mention=a_mention(post_id=newer, root_id=first.root_id, author=first.author),
        labels=some_labels(Urgency.MEDIUM),
    )
    echo = a_labelled(repost=True, repost_of=posts[1].mention.root_id)

    room.triage.say(edited, echo, now=NOON + 3 * MINUTE)
    room.triage.triage(
        Erased(brand="acme", posts=(posts[2].mention.root_id,), why="deleted", at=NOON),
        now=NOON + 4 * MINUTE,
    )

    survivor = room.held.tallies[other]
    assert survivor.by_urgency == {Urgency.HIGH: 5, Urgency.MEDIUM: 1}
    assert (survivor.mention_count, survivor.reposts) == (6, 1)
    assert room.held.mentions[first.key].incident_id == other
    assert room.codes(other)[-1] == "erased"
    assert room.held.tallies[one].mention_count == 3


def test_mentions_of_all_that_was_merged_are_read_together(room):
    one, other = room.opened(*outages()), room.opened(*faults())
    room.merge(one, other)
    room.deliver()

    merged = room.held.tallies[other].merged
    found, _ = room.dossiers.mentions(other, limit=20, before=None, now=NOON, merged=merged)

    assert len(found) == 6


def test_merges_may_follow_each_other_in_any_order(room):
    one = room.opened(*outages())
    other = room.opened(*faults())
    third = room.opened(*rows())
    room.merge(one, other)
    room.merge(other, third)
    late, early = room.queue.bodies

    room.triage.triage(early, now=NOON + 2 * MINUTE)
    room.triage.triage(late, now=NOON + 2 * MINUTE)
    room.deliver()

    assert room.held.tallies[third].mention_count == 9
    assert set(room.held.tallies[third].merged) == {one, other}
    assert [i.id for i in room.held.state("acme").open] == [third]


def test_what_older_code_wrote_of_a_merged_incident_is_not_counted_again(room):
    one, other = room.opened(*outages()), room.opened(*faults())
    room.merge(one, other)
    room.deliver()
    room.held.tallies[one] = replace(room.held.tallies[one], merged_into="")

    room.deliver()

    assert room.held.tallies[other].mention_count == 6
    assert room.held.tallies[one].merged_into == other


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whatever_people_merge_and_split_every_mention_is_counted_once(data):
    room = Room()
    posts = [
        replace(post, mention=replace(post.mention, post_id=id_, root_id=id_, author=author))
        for number, post in enumerate((*outages(6), *faults(5), *rows(4)))
        for id_, author in [(str(10**18 + number), Author(id=str(number), followers=120))]
    ]
    for of_kind in (posts[:6], posts[6:11], posts[11:]):
        room.opened(*of_kind)
    for step in range(data.draw(st.integers(1, 6))):
        act = Act(by="lead-1", at=NOON + step * MINUTE)
        open_ones = sorted(id_ for id_ in room.held.tallies if not room.held.desk(id_).resolved_at)
        one, other = (
            data.draw(st.permutations(open_ones))[:2] if len(open_ones) > 1 else (None,) * 2
        )
        if other and data.draw(st.booleans()):
            room.merge(one, other, act)
        else:
            taken = data.draw(st.lists(st.sampled_from(posts), min_size=1, unique_by=id))
            with suppress(NotFound):
                room.split(data.draw(st.sampled_from(open_ones)), taken, act)
        if data.draw(st.booleans()):
            late = data.draw(st.lists(st.sampled_from(room.queue.bodies or [""]), max_size=4))
            room.triage.triage(*filter(None, late), now=NOON + 10 * MINUTE)
    room.triage.triage(*data.draw(st.permutations(room.queue.bodies)), now=NOON + 11 * MINUTE)
    room.deliver(now=NOON + 12 * MINUTE)

    survivors = {id_: t for id_, t in room.held.tallies.items() if not t.merged_into}
    of_it = {id_: {id_, *tally.merged} for id_, tally in survivors.items()}
    held = [room.held.mentions[p.mention.key].incident_id for p in posts]
    for id_, tally in survivors.items():
        assert tally.mention_count == sum(incident in of_it[id_] for incident in held)
        assert tally.by_urgency.get(Urgency.HIGH, 0) == tally.mention_count
        assert tally.reach == 120 * tally.mention_count
    assert sum(t.mention_count for t in survivors.values()) == len(posts)


def test_a_danger_does_not_get_lost_in_a_breakdown(room):
    danger = room.opened(a_labelled(Urgency.CRITICAL))
    breakdown = room.opened(*faults())
    room.merge(danger, breakdown)
    room.deliver()

    survivor = room.held.tallies[breakdown]
    assert survivor.is_danger
    assert survivor.severity is Severity.SEV2
    assert survivor.run == 2
    assert room.codes(breakdown)[-1] == "severity_raised"


def test_what_can_never_be_merged_is_refused_with_the_reason(room):
    one, other = room.opened(*outages()), room.opened(*faults())
    third = room.opened(*rows())

    with pytest.raises(Rejected, match="the incident itself"):
        room.merge(one, one)
    with pytest.raises(NotFound, match="inc-none") as missing:
        room.merge(one, "inc-none")
    assert missing.value.field == "into"
    assert room.merge(one, other).changed
    assert not room.merge(one, other).changed
    with pytest.raises(Conflict, match=f"merged into {other} by lead-1"):
        room.merge(one, third)
    with pytest.raises(Conflict, match="merged into"):
        resolve(room.desks, room.queue, one, LEAD)
    with pytest.raises(Conflict, match="merged into"):
        room.merge(third, one)
    assert len(room.queue.sent) == 1


def test_a_split_opens_an_incident_of_its_own_and_takes_the_counts_along(room):
    posts = [*outages(4), *[a_labelled(author=Author(id="9", followers=30_000)) for _ in range(2)]]
    source = room.opened(*posts)

    asked = room.split(source, posts[4:])
    room.deliver()
    room.deliver()

    new, old = room.held.tallies[asked.into], room.held.tallies[source]
    assert counts(new) == (2, {Urgency.HIGH: 2}, 30_000, 0)
    assert counts(old) == (4, {Urgency.HIGH: 4}, 4 * 120, 0)
    assert (counted(old.voices), counted(new.voices)) == (4, 1)
    assert (new.trigger, new.split_from, new.kind) == (SPLIT, source, Kind.OUTAGE)
    assert asked.into in room.held.timers
    assert asked.into in room.held.ladders
    assert {room.held.mentions[p.mention.key].incident_id for p in posts[4:]} == {asked.into}
    assert room.codes(source) == ["opened", "split", "split_off"]
    opened = room.held.timeline(asked.into)[0]
    assert (opened.what, opened.facts["split_from"]) == ("opened", source)


def test_a_split_that_is_asked_for_twice_is_one(room):
    posts = outages(4)
    source = room.opened(*posts)

    first, again = room.split(source, posts[:2]), room.split(source, posts[:2])
    room.deliver()
    late = room.split(source, posts[:2], Act(by="lead-1", at=NOON + 5 * MINUTE))

    assert first.into == again.into == late.into
    assert (first.changed, late.changed) == (True, False)
    assert len(room.held.tallies) == 2
    assert room.held.tallies[source].mention_count == 2


def test_two_splits_that_want_the_same_post_take_it_once(room):
    posts = outages(5)
    source = room.opened(*posts)
    first, second = room.split(source, posts[:2]), room.split(source, posts[1:4])
    room.deliver()
    room.deliver()

    sizes = {id_: tally.mention_count for id_, tally in room.held.tallies.items()}
    assert sizes == {source: 1, first.into: 2, second.into: 2}


def test_a_split_that_comes_again_after_it_was_merged_back_does_nothing(room):
    posts = outages(4)
    source = room.opened(*posts)
    asked = room.split(source, posts[:1])
    room.deliver()
    room.merge(asked.into, source)
    room.deliver()
    before = room.held.tallies.copy()

    room.triage.triage(room.queue.bodies[0], now=NOON + 9 * MINUTE)

    assert room.held.tallies == before


def test_what_was_split_can_be_merged_back_and_split_again(room):
    posts = outages(4)
    source = room.opened(*posts)
    first = room.split(source, posts[:1])
    room.deliver()
    room.merge(first.into, source)
    room.deliver()

    back = room.held.tallies[source]
    second = room.split(source, posts[:1], Act(by="lead-1", at=NOON + 9 * MINUTE))
    room.deliver()

    assert counts(back) == (4, {Urgency.HIGH: 4}, 4 * 120, 0)
    assert second.into != first.into
    assert room.held.tallies[second.into].mention_count == 1
    assert room.held.tallies[source].mention_count == 3


def test_a_split_takes_from_where_its_mentions_are_by_then(room):
    posts = outages(4)
    source, other = room.opened(*posts), room.opened(*faults())
    asked = room.split(source, posts[:2])
    room.merge(source, other)
    room.triage.triage(*reversed(room.queue.bodies), now=NOON + 2 * MINUTE)

    assert room.held.tallies[asked.into].mention_count == 2
    assert room.held.tallies[other].mention_count == 5


def test_posts_of_another_incident_cannot_be_taken(room):
    source, strange = room.opened(*outages()), faults()
    room.opened(*strange)

    with pytest.raises(NotFound, match=strange[0].mention.root_id):
        room.split(source, strange[:1])
    with pytest.raises(Rejected, match="expected 1 to 60"):
        room.split(source, [])
    resolve(room.desks, room.queue, source, LEAD)
    with pytest.raises(Conflict, match="resolved by lead-1"):
        room.split(source, outages(1))


def test_a_person_lowers_the_severity_and_only_graver_evidence_raises_it_again(room):
    incident = room.opened(a_labelled(Urgency.CRITICAL))
    room.grade(incident, Severity.SEV4)
    room.deliver()
    lowered = room.held.tallies[incident]

    room.triage.say(*outages(5), a_labelled(Urgency.CRITICAL), now=NOON + 3 * MINUTE)
    still = room.held.tallies[incident]
    room.triage.say(a_labelled(Urgency.CRITICAL), now=NOON + 4 * MINUTE)
    room.deliver()
    raised = room.held.tallies[incident]

    assert lowered.severity is still.severity is Severity.SEV4
    assert lowered.severity_because == ("set by lead-1: seen it",)
    assert raised.severity is Severity.SEV1
    assert not raised.word.holds
    assert room.codes(incident) == ["opened", "severity_set", "severity_raised"]


@pytest.mark.parametrize(("by", "asked"), [("lead-1", False), ("duty-2", True)])
def test_whoever_has_it_is_not_asked_about_a_severity_that_they_set_themselves(room, by, asked):
    incident = room.opened(*outages())
    acknowledge(room.desks, incident, LEAD)

    room.grade(incident, Severity.SEV1, Act(by=by, at=NOON + MINUTE))
    room.deliver()

    assert room.held.tallies[incident].severity is Severity.SEV1
    assert (room.held.timer(incident, "rise") is not None) is asked


def test_a_person_raises_the_severity_and_the_ladder_starts_again(room):
    incident = room.opened(*outages())
    run = room.held.timers[incident].run

    assert room.grade(incident, Severity.SEV1).changed
    assert not room.grade(incident, Severity.SEV1).changed
    room.deliver()
    room.deliver()

    assert room.held.tallies[incident].severity is Severity.SEV1
    assert room.held.timers[incident].run == run + 1
    assert room.held.timers[incident].severity is Severity.SEV1
    assert not room.grade(incident, Severity.SEV1).changed


def test_the_last_word_counts_in_whatever_order_commands_come(room):
    incident = room.opened(*outages())
    room.grade(incident, Severity.SEV1)
    room.grade(incident, Severity.SEV4, Act(by="lead-1", at=NOON))
    room.triage.triage(*reversed(room.queue.bodies), now=NOON + 2 * MINUTE)

    assert room.held.tallies[incident].severity is Severity.SEV4
    room.grade(incident, Severity.SEV2, Act(by="lead-1", at=NOON - MINUTE))
    room.deliver()
    assert room.held.tallies[incident].severity is Severity.SEV2
    assert len(set(room.queue.bodies)) == 3


def test_each_command_has_an_outbox_entry_of_its_own(room):
    posts = outages(4)
    incident = room.opened(*posts)
    room.queue.refuse = 3
    room.grade(incident, Severity.SEV1)
    room.grade(incident, Severity.SEV3, Act(by="lead-1", at=NOON + 2 * MINUTE))
    asked = room.split(incident, posts[:1])

    bodies = [entry.body for entry in room.held.outbox.values()]
    assert sorted(decode_for_triage(body).command for body in bodies) == [
        "severity",
        "severity",
        "split",
    ]
    room.triage.triage(*bodies, now=NOON + 3 * MINUTE)
    assert asked.into in room.held.tallies


def test_a_contained_incident_has_somebody_and_shows_when_it_flares_up(room):
    incident = room.opened(*outages())
    decision = commands.contain(room.desks, incident, LEAD)
    again = commands.contain(room.desks, incident, LEAD)
    assert (decision.changed, again.changed) == (True, False)
    assert decision.desk.owner == "lead-1"
    assert incident not in room.held.timers
    assert state_of(decision.tally, decision.desk) is State.CONTAINED

    room.triage.say(*outages(30), now=NOON + 3 * MINUTE)

    tally, desk = room.held.tallies[incident], room.held.desk(incident)
    assert tally.severity is Severity.SEV2
    assert state_of(tally, desk) is State.ACKNOWLEDGED
    assert commands.contain(room.desks, incident, Act(by="lead-1", at=NOON + 5 * MINUTE)).changed
    assert state_of(tally, room.held.desk(incident)) is State.CONTAINED


def test_containing_keeps_who_had_it(room):
    incident = room.opened(*outages())
    acknowledge(room.desks, incident, Act(by="duty-1", at=NOON))

    decision = commands.contain(room.desks, incident, LEAD)

    assert (decision.desk.owner, decision.desk.contained_by) == ("duty-1", "lead-1")


def test_a_burst_of_copies_does_not_raise_the_severity_and_is_told_once(room):
    text = "everybody must boycott @acme now because they lied to us all about it"
    incident = room.opened(*outages(text=text))

    for minute in range(4):
        room.triage.say(*outages(20, text=text), now=NOON + minute * MINUTE)

    tally = room.held.tallies[incident]
    assert tally.mention_count == 83
    assert tally.severity is Severity.SEV3
    assert room.codes(incident).count("coordinated") == 1
    told = next(e for e in room.held.timeline(incident) if e.what == "coordinated")
    assert "authors post copies of the same text" in told.facts["because"]
    assert "boycott" not in str(told.facts)


def test_one_alarm_in_many_copies_is_one_alarm(room):
    text = "help my mother is on oxygen and there is no power at all"
    copies = [a_labelled(Urgency.CRITICAL, text=text) for _ in range(30)]
    incident = room.opened(*copies)
    copied = room.held.tallies[incident]

    asked = room.split(incident, copies[5:])
    room.deliver()
    apart = [room.held.tallies[id_].severity for id_ in (incident, asked.into)]
    own = [a_labelled(Urgency.CRITICAL, text=f"{text} in street {word}") for word in "abc"]
    room.triage.say(*own, now=NOON + 3 * MINUTE)

    assert copied.severity is Severity.SEV2
    assert apart == [Severity.SEV2, Severity.SEV2]
    assert sum(t.by_urgency[Urgency.CRITICAL] for t in room.held.tallies.values()) == 33
    assert Severity.SEV1 in {t.severity for t in room.held.tallies.values()}
