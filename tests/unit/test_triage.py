from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, a_desk, a_labelled, a_mention, a_plan, some_labels
from tests.fakes import InMemoryDeadLetters, InMemoryTriageStore, RecordingBackoff, RecordingQueue
from vigie.domain.draft import OPEN_KEPT
from vigie.domain.incident import Desk
from vigie.domain.labels import Kind, Urgency
from vigie.domain.mention import Author, LabelledMention
from vigie.domain.plan import Severity
from vigie.errors import Conflict
from vigie.messages import Classified, Command, Tick, decode_step, encode
from vigie.records import Record
from vigie.services.lanes import Lane
from vigie.services.triage import triage_batch

PLAN = a_plan()


def a_record(message, number=1, queue="Classified.fifo"):
    body = message if isinstance(message, str) else encode(message)
    return Record(
        message_id=f"m{number}",
        receipt_handle=f"r{number}",
        body=body,
        queue=queue,
        group="acme",
        attempts=1,
    )


class TriageDesk:
    """Triage with everything around it in memory."""

    def __init__(self, store=None, plan=PLAN):
        self.store = store or InMemoryTriageStore()
        self.plan = plan
        self.escalations = RecordingQueue()
        self.dead_letters = InMemoryDeadLetters()
        self.again = RecordingQueue()
        lane = Lane(self.dead_letters, RecordingBackoff(), self.again)
        self.lanes = {"Classified.fifo": lane}

    def triage(self, *messages, now=NOON):
        batch = [a_record(message, n) for n, message in enumerate(messages)]
        return triage_batch(batch, self.store, self.escalations, self.lanes, self.plan, now)

    def say(self, *mentions, now=NOON):
        return self.triage(Classified(brand="acme", mentions=mentions), now=now)

    @property
    def incidents(self):
        return sorted(self.store.tallies.values(), key=lambda t: t.opened_at)


def test_what_opened_an_incident_is_told_in_words_and_never_by_rule_ids():
    desk = TriageDesk()

    found = a_labelled(urgency="critical")
    (reason,) = found.labels.reasons
    reasons = (
        reason,
        replace(reason, rule="danger.again"),
        replace(reason, rule="contrast.high", says="without these words it would be high"),
    )

    desk.say(replace(found, labels=replace(found.labels, reasons=reasons)))

    (incident,) = desk.incidents
    assert incident.because == "one critical mention: made for a test"
    assert incident.is_danger


def test_people_are_paged_with_the_brands_name_as_the_plan_had_it():
    desk = TriageDesk()

    desk.say(a_labelled(urgency="critical"))

    (ladders,) = desk.store.ladders.values()
    assert ladders.brand_name == "Acme"


@pytest.fixture
def desk():
    return TriageDesk()


def test_one_critical_mention_opens_an_incident_and_asks_for_a_page(desk):
    mention = a_labelled(Urgency.CRITICAL)

    desk.say(mention)

    (incident,) = desk.incidents
    assert incident.severity is Severity.SEV2
    assert incident.mention_count == 1
    assert desk.store.mentions[mention.mention.key].incident_id == incident.id
    assert desk.store.timers[incident.id].due_at == NOON
    assert decode_step(desk.escalations.bodies[0]).incident_id == incident.id


def test_high_mentions_open_an_incident_when_enough_people_say_the_same(desk):
    first, second, third = a_labelled(), a_labelled(), a_labelled()

    desk.say(first)
    desk.say(second)
    assert desk.incidents == []
    desk.say(third)

    (incident,) = desk.incidents
    assert incident.mention_count == 3
    assert incident.by_urgency == {Urgency.HIGH: 3}
    assert {s.incident_id for s in desk.store.mentions.values()} == {incident.id}


def test_one_angry_person_is_not_a_crisis(desk):
    author = Author(id="42", followers=3)

    for _ in range(5):
        desk.say(a_labelled(author=author))

    assert desk.incidents == []


def test_high_mentions_about_different_things_keep_no_company(desk):
    desk.say(
        a_labelled(kind=Kind.OUTAGE),
        a_labelled(kind=Kind.CONTROVERSY, text="Racist advert, we all boycott you"),
        a_labelled(kind=Kind.PRODUCT_QUALITY, text="The kettle burnt my hand, recall it"),
    )

    assert desk.incidents == []


@pytest.mark.parametrize("misread", [0, 1, 2])
def test_the_same_words_keep_company_whatever_kind_one_was_taken_for(desk, misread):
    kinds = [Kind.OUTAGE] * 3
    kinds[misread] = Kind.PRODUCT_QUALITY

    desk.say(*[a_labelled(kind=k) for k in kinds])

    (incident,) = desk.incidents
    assert incident.kind is Kind.OUTAGE


def test_high_mentions_far_apart_keep_no_company(desk):
    for hours in range(3):
        at = NOON + timedelta(hours=hours)
        desk.say(a_labelled(posted_at=at, received_at=at), now=at)

    assert desk.incidents == []


def test_low_mentions_and_reposts_never_attach(desk):
    desk.say(a_labelled(Urgency.CRITICAL))

    desk.say(a_labelled(Urgency.LOW), a_labelled(Urgency.HIGH, repost=True))

    assert desk.incidents[0].mention_count == 1


def test_a_repost_of_a_cry_for_help_is_an_echo_not_a_trip_wire(desk):
    desk.say(a_labelled(Urgency.CRITICAL, repost=True))

    assert desk.incidents == []


def test_later_mentions_of_the_kind_attach(desk):
    desk.say(a_labelled(), a_labelled(), a_labelled())

    desk.say(a_labelled(Urgency.MEDIUM), a_labelled(Urgency.HIGH))

    (incident,) = desk.incidents
    assert incident.by_urgency == {Urgency.HIGH: 4, Urgency.MEDIUM: 1}


def test_a_person_in_danger_is_an_incident_of_its_own_amid_a_breakdown(desk):
    desk.say(a_labelled(), a_labelled(), a_labelled())
    outage = desk.incidents[0]
    desk.store.desks[outage.id] = a_desk(incident_id=outage.id, acknowledged_at=NOON)

    desk.say(a_labelled(Urgency.CRITICAL), now=NOON + timedelta(minutes=1))

    danger = desk.incidents[1]
    assert danger.severity is Severity.SEV2
    assert decode_step(desk.escalations.bodies[-1]).incident_id == danger.id


def test_the_breakdown_keeps_its_mentions_when_somebody_in_danger_comes_later(desk):
    desk.say(a_labelled(), a_labelled(), a_labelled())
    desk.say(a_labelled(Urgency.CRITICAL), now=NOON + timedelta(minutes=1))

    desk.say(a_labelled(), a_labelled(Urgency.MEDIUM), now=NOON + timedelta(minutes=2))

    outage, danger = desk.incidents
    assert (outage.mention_count, danger.mention_count) == (5, 1)


def test_a_breakdown_does_not_drown_in_the_acknowledged_case_of_one_person(desk):
    desk.say(a_labelled(Urgency.CRITICAL))
    danger = desk.incidents[0]
    desk.say(a_labelled(), now=NOON + timedelta(minutes=1))
    assert desk.store.tallies[danger.id].mention_count == 2
    desk.store.desks[danger.id] = a_desk(incident_id=danger.id, acknowledged_at=NOON)

    desk.say(a_labelled(), a_labelled(), a_labelled(), now=NOON + timedelta(minutes=2))

    assert [i.mention_count for i in desk.incidents] == [2, 3]
    assert len(desk.escalations.sent) == 2


def test_severity_rises_as_the_incident_grows_and_the_ladder_starts_again(desk):
    desk.say(*[a_labelled() for _ in range(3)])
    (incident,) = desk.incidents
    assert incident.severity is Severity.SEV3

    desk.say(*[a_labelled() for _ in range(22)], now=NOON + timedelta(minutes=2))

    (incident,) = desk.incidents
    timer = desk.store.timers[incident.id]
    assert incident.severity is Severity.SEV2
    assert (timer.run, timer.fired, timer.severity) == (2, 0, Severity.SEV2)
    assert len(desk.escalations.sent) == 2
    assert [e.what for e in desk.store.entries.values()] == ["opened", "severity_raised"]


def test_a_rise_after_the_acknowledgement_asks_whoever_has_it_and_leaves_the_ladder_alone(desk):
    desk.say(*[a_labelled() for _ in range(3)])
    (incident,) = desk.incidents
    desk.store.desks[incident.id] = a_desk(
        incident_id=incident.id, acknowledged_at=NOON, owner="duty-1", restarts=3
    )

    desk.say(*[a_labelled() for _ in range(22)])

    assert desk.incidents[0].severity is Severity.SEV2
    rise = desk.store.timer(incident.id, "rise")
    assert (rise.due_at, rise.severity, rise.run) == (NOON, Severity.SEV2, 5)
    assert [decode_step(body).timer for body in desk.escalations.bodies] == ["ladder", "rise"]
    assert desk.store.timers[incident.id].run == 1


def test_severity_never_falls_by_itself(desk):
    loud = Author(id="9", followers=5_000_000)

    desk.say(a_labelled(Urgency.CRITICAL, author=loud))
    desk.say(*[a_labelled(Urgency.MEDIUM) for _ in range(5)])

    assert desk.incidents[0].severity is Severity.SEV1


def test_nothing_attaches_to_a_resolved_incident_and_the_next_one_links_to_it(desk):
    desk.say(a_labelled(Urgency.CRITICAL))
    (first,) = desk.incidents
    desk.store.desks[first.id] = a_desk(incident_id=first.id, resolved_at=NOON)

    desk.say(a_labelled(Urgency.CRITICAL), now=NOON + timedelta(minutes=5))

    resolved, second = desk.incidents
    assert resolved.mention_count == 1
    assert resolved.closed_at == NOON
    assert second.follows == first.id


def test_the_command_to_close_can_come_twice(desk):
    desk.say(a_labelled(Urgency.CRITICAL))
    (incident,) = desk.incidents
    desk.store.desks[incident.id] = a_desk(incident_id=incident.id, resolved_at=NOON)
    command = Command(
        brand="acme", command="resolve", incident_id=incident.id, by="duty-1", at=NOON
    )

    desk.triage(command)
    version = desk.store.state("acme").version
    desk.triage(command)

    assert desk.store.state("acme").open == ()
    assert desk.store.state("acme").version == version
    assert desk.incidents[0].closed_at == NOON


def test_an_old_post_counts_but_does_not_open_by_company(desk):
    old = {"posted_at": NOON - timedelta(hours=5), "received_at": NOON}

    desk.say(*[a_labelled(**old) for _ in range(5)])

    assert desk.incidents == []


def test_old_posts_attach_without_raising_the_severity(desk):
    desk.say(*[a_labelled() for _ in range(3)])
    old = {"posted_at": NOON - timedelta(hours=3), "received_at": NOON}

    desk.say(*[a_labelled(**old) for _ in range(40)])

    (incident,) = desk.incidents
    assert incident.mention_count == 43
    assert incident.late == 40
    assert incident.severity is Severity.SEV3


def test_an_old_cry_for_help_still_pages(desk):
    desk.say(a_labelled(Urgency.CRITICAL, posted_at=NOON - timedelta(hours=9), received_at=NOON))

    assert len(desk.escalations.sent) == 1


def test_an_incident_quiet_for_long_takes_no_more_mentions(desk):
    desk.say(*[a_labelled() for _ in range(3)])
    later = NOON + timedelta(hours=7)

    desk.say(*[a_labelled(posted_at=later, received_at=later) for _ in range(3)], now=later)

    first, second = desk.incidents
    assert first.mention_count == 3
    assert second.follows == first.id


def test_every_message_delivered_twice_counts_each_mention_once(desk):
    message = Classified(brand="acme", mentions=tuple(a_labelled() for _ in range(7)))

    desk.triage(message, message)
    result = desk.triage(message)

    assert desk.incidents[0].mention_count == 7
    assert result.duplicates == 7
    assert result.counted == 0


def test_a_newer_version_of_a_post_updates_its_labels_and_counts_nothing(desk):
    first = a_labelled(Urgency.HIGH)
    desk.say(first, a_labelled(), a_labelled())
    newer = str(int(first.mention.post_id) + 5)
    edited = LabelledMention(
        mention=replace(first.mention, post_id=newer), labels=some_labels(Urgency.MEDIUM)
    )

    desk.say(edited)
    desk.say(first)

    stored = desk.store.mentions[first.mention.key]
    assert stored.labelled.mention.post_id == newer
    assert stored.incident_id == desk.incidents[0].id
    assert desk.incidents[0].mention_count == 3


def test_the_brands_state_stays_small_however_many_incidents_are_open(desk):
    for minute in range(OPEN_KEPT + 20):
        at = NOON + timedelta(minutes=minute)
        desk.say(a_labelled(Urgency.CRITICAL, posted_at=at, received_at=at), now=at)
        for id_ in desk.store.tallies:
            desk.store.desks[id_] = Desk(incident_id=id_)
        # As if every incident were of a kind of its own: none takes the next mention.
        state = desk.store.states["acme"]
        desk.store.states["acme"] = replace(
            state, open=tuple(replace(i, kind=Kind.NONE) for i in state.open)
        )

    assert len(desk.store.tallies) == OPEN_KEPT + 20
    assert len(desk.store.state("acme").open) <= OPEN_KEPT + 1
    assert len(desk.store.state("acme").closed) <= 10


def test_a_tick_lets_candidates_go(desk):
    desk.say(a_labelled())
    still_waiting = NOON + timedelta(hours=2)
    later = NOON + timedelta(hours=3)

    desk.triage(Tick(brand="acme", at=still_waiting), now=still_waiting)
    assert desk.store.state("acme").groups
    desk.triage(Tick(brand="acme", at=later), now=later)

    assert desk.store.state("acme").groups == ()


def test_a_tick_with_nothing_to_do_writes_nothing(desk):
    desk.triage(Tick(brand="acme", at=NOON))

    assert desk.store.state("acme").version == 0


def test_a_rejected_message_is_parked_and_its_neighbours_go_on(desk):
    good = Classified(brand="acme", mentions=(a_labelled(),))

    result = desk.triage("{not json", good)

    assert result.failed == []
    assert result.counted == 1
    assert desk.dead_letters.parked[0]["field"] == "body"


def test_a_rejected_mention_does_not_take_its_pack_with_it(desk):
    body = encode(Classified(brand="acme", mentions=(a_labelled(), a_labelled())))
    broken = body.replace('"urgency":"high"', '"urgency":"enormous"', 1)

    result = desk.triage(broken)

    assert result.counted == 1
    assert result.rejected == 1
    assert desk.dead_letters.parked[0]["field"] == "labels"


def test_a_message_from_newer_code_stays_and_its_neighbours_go_on(desk):
    newer = encode(Tick(brand="acme", at=NOON)).replace('"version":1', '"version":3')
    good = Classified(brand="acme", mentions=(a_labelled(),))

    result = desk.triage(good, newer, good)

    assert result.failed == ["m1"]
    assert result.unknown_version == 1
    assert result.counted == 1
    assert result.duplicates == 1


def test_what_cannot_be_parked_stays_in_the_queue(desk):
    desk.dead_letters.broken = True

    assert desk.triage("rubbish").failed == ["m0"]


class Contended(InMemoryTriageStore):
    """Somebody else commits first, the given number of times."""

    def __init__(self, losses):
        super().__init__()
        self.losses = losses

    def commit(self, change, now):
        if self.losses:
            self.losses -= 1
            raise Conflict("commit a slice", ["state"])
        super().commit(change, now)


def test_whoever_loses_a_race_reads_again_and_decides_again():
    desk = TriageDesk(Contended(losses=3))

    result = desk.say(a_labelled(Urgency.CRITICAL))

    assert result.conflicts == 3
    assert result.failed == []
    assert len(desk.incidents) == 1


def test_whoever_always_loses_leaves_the_message_in_the_queue():
    desk = TriageDesk(Contended(losses=1000))

    assert desk.say(a_labelled()).failed == ["m0"]


def test_a_slice_never_takes_more_actions_than_a_transaction_has(desk):
    kinds = [Kind.OUTAGE, Kind.CONTROVERSY, Kind.PRODUCT_QUALITY, Kind.NATURAL_DISASTER]
    mentions = tuple(a_labelled(Urgency.CRITICAL, kinds[n % 4]) for n in range(80))
    sizes = []
    commit = desk.store.commit
    desk.store.commit = lambda change, now: (sizes.append(change.actions), commit(change, now))

    desk.say(*mentions)

    assert max(sizes) <= 100
    assert sum(i.mention_count for i in desk.incidents) == 80


@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.sampled_from(list(Urgency)), st.sampled_from(list(Kind))),
        max_size=60,
    ),
    st.integers(1, 7),
)
def test_batching_and_repeats_change_no_count(said, size):
    mentions = [
        LabelledMention(
            mention=a_mention(post_id=str(1000 + number), author=Author(id=str(number))),
            labels=some_labels(urgency, kind),
        )
        for number, urgency, kind in {n: (n, u, k) for n, u, k in said}.values()
    ]
    one_by_one, in_batches = TriageDesk(), TriageDesk()

    for mention in mentions:
        one_by_one.say(mention)
    for start in range(0, len(mentions), size):
        chunk = tuple(mentions[start : start + size])
        in_batches.triage(*[Classified(brand="acme", mentions=chunk)] * 2)

    assert {t.id: t.mention_count for t in one_by_one.incidents} == {
        t.id: t.mention_count for t in in_batches.incidents
    }
    assert one_by_one.store.mentions.keys() == in_batches.store.mentions.keys()


def test_a_message_that_has_failed_often_goes_round_again_instead_of_being_given_up():
    desk = TriageDesk(Contended(losses=1000))
    record = replace(a_record(Classified(brand="acme", mentions=(a_labelled(),))), attempts=4)

    result = triage_batch([record], desk.store, desk.escalations, desk.lanes, desk.plan, NOON)

    assert result.failed == []
    assert desk.again.bodies == [record.body]


def test_an_edit_of_a_voice_in_the_slice_that_takes_it_into_company(desk):
    first, second = a_labelled(), a_labelled()
    desk.say(first)
    desk.say(second)
    newer = str(int(first.mention.post_id) + 5)
    edited = replace(first, mention=replace(first.mention, post_id=newer))

    result = desk.say(a_labelled(), edited)

    assert result.failed == []
    assert [i.mention_count for i in desk.incidents] == [3]
    assert desk.store.mentions[first.mention.key].labelled.mention.post_id == newer


def test_a_harmless_post_that_is_edited_into_a_cry_for_help_wakes_somebody(desk):
    post = a_labelled(Urgency.LOW, Kind.NONE)
    desk.say(post)
    newer = replace(post.mention, post_id=str(int(post.mention.post_id) + 1))

    desk.say(LabelledMention(mention=newer, labels=some_labels(Urgency.CRITICAL)))

    assert len(desk.incidents) == 1
    assert len(desk.escalations.sent) == 1


def test_old_cries_for_help_that_come_one_by_one_are_one_incident(desk):
    for number in range(6):
        now = NOON + timedelta(seconds=20 * number)
        old = {"posted_at": NOON - timedelta(hours=7), "received_at": now}
        desk.say(a_labelled(Urgency.CRITICAL, **old), now=now)

    assert [i.mention_count for i in desk.incidents] == [6]


def test_volume_is_seen_when_ingest_is_an_hour_behind(desk):
    for number in range(3):
        at = NOON + timedelta(seconds=10 * number)
        now = at + timedelta(hours=1)
        desk.say(a_labelled(posted_at=at, received_at=now), now=now)

    assert len(desk.incidents) == 1


def test_somebody_who_writes_often_does_not_hide_the_others(desk):
    for number in range(3):
        now = NOON + timedelta(minutes=number)
        for _ in range(12):
            desk.say(a_labelled(author=Author(id="777"), posted_at=now), now=now)
        if number < 2:
            desk.say(a_labelled(posted_at=now), now=now)

    assert len(desk.incidents) == 1


def test_an_author_lends_their_reach_once(desk):
    loud = Author(id="9", followers=9_000)

    desk.say(a_labelled(), a_labelled(), *[a_labelled(author=loud) for _ in range(20)])

    assert desk.incidents[0].reach == 9_000 + 2 * 120
