from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import DUTY, LEAD, NOON, a_desk, a_ladder, a_tally, a_timer, some_ladders
from tests.fakes import (
    InMemoryDeadLetters,
    InMemoryIncidents,
    InMemoryOverrides,
    RecordingBackoff,
    RecordingPager,
    RecordingQueue,
)
from vigie.domain.links import link_id
from vigie.domain.plan import Severity
from vigie.errors import Rejected, Unavailable, UnknownVersion
from vigie.messages import StepDue, decode_step, encode
from vigie.records import Record
from vigie.services.escalate import Escalation, escalate_batch
from vigie.services.lanes import Lane

ID = "inc-0123456789"
DUE = StepDue(incident_id=ID, timer="ladder")
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


class Scene:
    """One incident, opened at noon, and a clock that the test moves."""

    def __init__(self, *, ladders=None, pager=None, timer=None):
        self.held = InMemoryIncidents()
        self.held.tallies[ID] = a_tally()
        self.held.ladders[ID] = ladders or some_ladders(5, 10)
        self.held.timers[ID] = timer or a_timer()
        self.pager = pager or RecordingPager()
        self.queue = RecordingQueue()
        self.now = NOON
        self._tokens = 0

    def token(self):
        self._tokens += 1
        return f"token-{self._tokens:06d}"

    def escalation(self, escalations=None):
        return Escalation(
            escalations=escalations or self.held,
            overrides=InMemoryOverrides(),
            pager=self.pager,
            queue=self.queue,
            public_url="https://desk.example.org",
            clock=lambda: self.now,
            token=self.token,
        )

    def fire(self, escalations=None):
        return self.escalation(escalations).fire(DUE)

    @property
    def timer(self):
        return self.held.timers.get(ID)

    @property
    def timeline(self):
        return self.held.timeline(ID)


def test_a_page_calls_the_brand_by_its_name_and_says_danger_first():
    scene = Scene()

    scene.fire()

    assert scene.pager.published[0].sms.startswith(
        "DANGER : personne en danger. SEV2 sur 4, Acme : panne"
    )


def test_the_first_step_is_paged_at_once_on_every_channel():
    scene = Scene()

    outcome = scene.fire()

    assert scene.pager.slots == ["duty-1/sms", "duty-1/mail"]
    assert (outcome.published, outcome.late) == (2, timedelta(0))
    assert scene.timer == a_timer(fired=1, due_at=NOON + timedelta(minutes=5))


def test_what_was_paged_is_on_the_incident():
    scene = Scene()
    scene.now = NOON + 3 * SECOND

    scene.fire()

    paging = scene.held.paging(ID)
    assert (paging.pages, paging.first_paged_at) == (2, NOON + 3 * SECOND)
    assert paging.delay == 3 * SECOND
    (entry,) = scene.timeline
    assert (entry.what, entry.id, entry.by) == ("paged", "paged-1-0", "escalate")
    assert entry.facts == {
        "step": 1,
        "pages": 2,
        "people": 1,
        "channels": "mail, sms",
        "who": "duty-1/mail, duty-1/sms",
        "late_s": 3,
        "next_at": "2026-03-12T12:05:03.000Z",
    }


def test_the_second_step_pages_the_next_people():
    ladder = replace(
        a_ladder(5), steps=(a_ladder(5).steps[0], a_ladder(10, people=(LEAD,)).steps[0])
    )
    ladders = replace(some_ladders(), by_severity={Severity.SEV2: ladder})
    scene = Scene(ladders=ladders, timer=a_timer(fired=1))

    scene.fire()

    assert scene.pager.slots == ["lead-1/sms", "lead-1/mail"]


def test_a_step_delivered_twice_pages_once():
    scene = Scene()

    scene.fire()
    scene.fire()

    assert len(scene.pager.published) == 2


def test_nobody_is_paged_before_a_step_is_due():
    scene = Scene(timer=a_timer(due_at=NOON + 10 * SECOND))

    assert scene.fire().published == 0
    assert scene.timer == a_timer(due_at=NOON + 10 * SECOND)


@pytest.mark.parametrize(
    "desk",
    [
        a_desk(acknowledged_at=NOON, acknowledged_by="duty-1"),
        a_desk(resolved_at=NOON, resolved_by="duty-1"),
    ],
)
def test_an_incident_that_somebody_took_pages_nobody_and_loses_its_timer(desk):
    scene = Scene()
    scene.held.desks[ID] = desk

    scene.fire()

    assert scene.pager.published == []
    assert scene.timer is None


def test_an_acknowledgement_between_two_pages_stops_the_second():
    class TakenAfterTheFirst(RecordingPager):
        def publish(self, message):
            super().publish(message)
            scene.held.desks[ID] = a_desk(acknowledged_at=NOON, acknowledged_by="duty-1")
            del scene.held.timers[ID]

    scene = Scene(pager=TakenAfterTheFirst())

    scene.fire()

    assert scene.pager.slots == ["duty-1/sms"]
    assert scene.timer is None
    assert scene.held.paging(ID).pages == 1
    assert [e.what for e in scene.timeline] == ["paged"]


def test_a_desk_read_that_has_grown_old_is_read_again():
    class SlowOnce(InMemoryIncidents):
        reads = 0

        def desk(self, incident_id):
            self.reads += 1
            if self.reads == 2:  # the first is part of reading the incident
                scene.now += 2 * SECOND
            return super().desk(incident_id)

    scene = Scene()
    slow = SlowOnce()
    slow.__dict__.update(scene.held.__dict__)

    scene.fire(slow)

    assert len(scene.pager.published) == 2
    assert slow.reads == 4


def test_no_page_goes_out_on_a_claim_that_ran_out():
    class Stuck(InMemoryIncidents):
        def add_link(self, link):
            scene.now += 2 * MINUTE

    scene = Scene()
    stuck = Stuck()
    stuck.__dict__.update(scene.held.__dict__)

    assert scene.fire(stuck).put_off
    assert scene.pager.published == []


def test_each_page_has_a_link_of_its_own_for_its_person():
    scene = Scene()

    scene.fire()

    links = [m.sms.rsplit("/", 1)[-1] for m in scene.pager.published]
    assert len(set(links)) == 2
    assert {scene.held.links[link_id(token)].person for token in links} == {"duty-1"}
    assert {scene.held.links[link_id(token)].language for token in links} == {"fr"}


def test_a_page_that_sns_does_not_take_is_tried_again_soon():
    scene = Scene(pager=RecordingPager(None, Unavailable("SNS is out")))

    outcome = scene.fire()

    assert outcome.put_off
    assert scene.timer == a_timer(
        due_at=NOON + 15 * SECOND, attempts=1, failing_since=NOON, sent=("duty-1/sms",)
    )
    (again,) = scene.queue.sent
    assert decode_step(again.body) == DUE
    assert (again.group, again.delay) == ("acme", 15 * SECOND)
    assert scene.held.paging(ID).failing_since == NOON

    scene.now += 15 * SECOND
    scene.fire()

    assert scene.pager.slots == ["duty-1/sms", "duty-1/mail"]
    assert scene.held.paging(ID).failing_since is None
    assert scene.held.paging(ID).pages == 2
    assert scene.timer.fired == 1


def test_an_outage_of_twenty_minutes_loses_no_page_and_shows_its_delay():
    scene = Scene()
    scene.pager.out = True
    messages = 1
    while scene.now < NOON + 20 * MINUTE:
        assert scene.fire().put_off
        scene.now += scene.queue.sent[-1].delay
        messages += 1
    scene.pager.out = False

    scene.fire()

    assert scene.pager.slots == ["duty-1/sms", "duty-1/mail"]
    assert scene.held.paging(ID).delay >= 20 * MINUTE
    assert scene.held.paging(ID).pages == 2
    assert [e.what for e in scene.timeline] == ["page_delayed", "paged"]
    assert int(scene.timeline[-1].facts["late_s"]) >= 1200
    assert messages < 30


def test_a_page_that_sns_refuses_for_good_does_not_keep_the_others_back():
    scene = Scene(pager=RecordingPager(Rejected("SNS refused a page")))

    outcome = scene.fire()

    assert (outcome.published, outcome.refused) == (1, 1)
    assert scene.pager.slots == ["duty-1/mail"]
    assert scene.timer.fired == 1
    assert scene.timeline[0].facts["refused"] == 1


def test_a_next_step_within_the_sweep_is_queued_at_once_and_a_later_one_left_to_it():
    soon, later = Scene(ladders=some_ladders(2)), Scene(ladders=some_ladders(3))

    soon.fire()
    later.fire()

    assert [m.delay for m in soon.queue.sent] == [2 * MINUTE]
    assert later.queue.sent == []


def test_a_severity_that_rises_during_a_page_keeps_its_new_timer_and_the_page_is_recorded():
    raised = a_timer(run=2, severity=Severity.SEV1)

    class Rises(RecordingPager):
        def publish(self, message):
            super().publish(message)
            scene.held.timers[ID] = raised

    scene = Scene(pager=Rises())

    scene.fire()

    assert scene.timer == raised
    assert scene.held.paging(ID).pages == 2
    assert [e.what for e in scene.timeline] == ["paged"]
    assert scene.queue.sent == []


def test_the_ladder_of_the_raised_severity_is_climbed_from_its_first_step():
    ladders = replace(
        some_ladders(),
        by_severity={Severity.SEV2: a_ladder(5), Severity.SEV1: a_ladder(3, people=(LEAD,))},
    )
    scene = Scene(ladders=ladders, timer=a_timer(run=2, severity=Severity.SEV1))

    scene.fire()

    assert scene.pager.slots == ["lead-1/sms", "lead-1/mail"]
    assert scene.timeline[0].id == "paged-2-0"


def test_a_timer_without_its_incident_is_rejected():
    scene = Scene()
    del scene.held.tallies[ID]

    with pytest.raises(Rejected):
        scene.fire()


def a_record(body, message_id="m-1"):
    return Record(
        message_id=message_id,
        receipt_handle=f"r-{message_id}",
        body=body,
        queue="Escalations",
        group="acme",
        attempts=1,
    )


def run_batch(scene, *records, escalations=None):
    dead, backoff = InMemoryDeadLetters(), RecordingBackoff()
    lanes = {"Escalations": Lane(dead, backoff, RecordingQueue())}
    return escalate_batch(records, scene.escalation(escalations), lanes), dead, backoff


def test_a_bad_message_is_parked_and_the_others_are_paged():
    scene = Scene()

    done, dead, _ = run_batch(scene, a_record("{"), a_record(encode(DUE), "m-2"))

    assert (done.published, done.rejected, done.failed) == (2, 1, [])
    assert [p["field"] for p in dead.parked] == ["body"]


def test_a_step_put_off_is_no_failure_of_its_message():
    scene = Scene()
    scene.pager.out = True

    done, _, _ = run_batch(scene, a_record(encode(DUE)))

    assert (done.put_off, done.failed) == (1, [])


def test_with_sns_silent_a_batch_tries_it_once():
    class Counting(RecordingPager):
        tried = 0

        def publish(self, message):
            self.tried += 1
            raise Unavailable("SNS does not answer")

    scene = Scene(pager=Counting())
    other = "inc-other00000"
    scene.held.tallies[other] = a_tally(id=other)
    scene.held.ladders[other] = scene.held.ladders[ID]
    scene.held.timers[other] = a_timer(incident_id=other)

    body = encode(StepDue(incident_id=other, timer="ladder"))
    done, _, _ = run_batch(scene, a_record(encode(DUE)), a_record(body, "m-2"))

    assert done.put_off == 2
    assert scene.pager.tried == 1


@pytest.mark.parametrize(("error", "unknown"), [(Unavailable, 0), (UnknownVersion, 1)])
def test_a_message_stays_when_the_table_cannot_be_read(error, unknown):
    class Broken(InMemoryIncidents):
        def claim(self, *args, **kwargs):
            raise error("not now")

    done, dead, backoff = run_batch(Scene(), a_record(encode(DUE)), escalations=Broken())

    assert (done.failed, done.unknown_version) == (["m-1"], unknown)
    assert dead.parked == []
    assert [handle for handle, _ in backoff.hidden] == ["r-m-1"]


def test_both_people_of_a_step_are_paged():
    scene = Scene(ladders=some_ladders(5, people=(DUTY, LEAD), channels=("sms",)))

    scene.fire()

    assert scene.pager.slots == ["duty-1/sms", "lead-1/sms"]
