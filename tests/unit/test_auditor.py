from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_desk, a_tally, a_timer, some_ladders
from tests.fakes import InMemoryDesks, InMemoryIncidents, RecordingQueue
from tests.paging_fakes import InMemoryAudits
from vigie.domain.auditing import turn
from vigie.domain.incident import Paging
from vigie.errors import Conflict, Unavailable
from vigie.messages import StepDue, decode_step
from vigie.services.auditor import audit
from vigie.services.desk import Act, acknowledge

ID = "inc-0123456789"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


class Scene:
    """One incident, open and not taken, whose ladder pages after 5 and then every 10 minutes."""

    def __init__(self, **timer):
        self.held = InMemoryIncidents()
        self.held.tallies[ID] = a_tally()
        self.held.ladders[ID] = some_ladders(5, 10)
        self.held.timers[ID] = a_timer(**timer)
        self.audits = InMemoryAudits(self.held)
        self.queue = RecordingQueue()

    def audit(self, now=NOON):
        return audit(self.audits, self.queue, ["acme"], now)

    def found(self, now=NOON):
        return [finding.what for finding in self.audit(now).behind]

    def repairs(self):
        return [e for e in self.held.timeline(ID) if e.what == "repaired"]


@pytest.mark.parametrize(
    "timer",
    [
        {"due_at": NOON},
        {"due_at": NOON - 3 * MINUTE},
        {"due_at": NOON - 5 * MINUTE, "claim": "one", "claimed_until": NOON - 3 * MINUTE},
        {"due_at": NOON + 5 * MINUTE, "fired": 1},
        {"due_at": NOON + 10 * MINUTE, "fired": 7},
        {"due_at": NOON + MINUTE, "attempts": 3, "failing_since": NOON - 3 * MINUTE},
    ],
)
def test_a_ladder_that_runs_as_the_plan_says_is_left_alone(timer):
    scene = Scene(**timer)
    before = scene.held.timers[ID]

    audited = scene.audit()

    assert (audited.looked_at, audited.behind, audited.repaired) == (1, [], 0)
    assert scene.held.timers[ID] is before
    assert scene.queue.sent == []


def test_a_ladder_without_a_timer_gets_one_and_is_sent_at_once():
    scene = Scene()
    scene.held.tallies[ID] = a_tally(run=2)
    scene.held.desks[ID] = a_desk(restarts=1)
    del scene.held.timers[ID]

    assert scene.found() == ["no_timer"]

    timer = scene.held.timers[ID]
    assert (timer.run, timer.fired, timer.due_at, timer.severity) == (3, 0, NOON, "sev2")
    assert decode_step(scene.queue.bodies[0]) == StepDue(incident_id=ID, timer="ladder")
    (repair,) = scene.repairs()
    assert repair.facts == {"found": "no_timer", "since": "2026-03-12T12:00:00.000Z"}


def test_one_that_cannot_be_mended_now_keeps_no_other_from_being_mended():
    scene = Scene()
    scene.held.tallies["inc-1111111111"] = a_tally(id="inc-1111111111")
    scene.held.ladders["inc-1111111111"] = some_ladders(5, 10)
    del scene.held.timers[ID]

    class Busy(InMemoryAudits):
        def mend(self, before, after, entries):
            if after.incident_id == ID:
                raise Unavailable("others keep writing")
            super().mend(before, after, entries)

    scene.audits = Busy(scene.held)

    audited = scene.audit()

    assert (len(audited.behind), audited.repaired) == (2, 1)
    assert "inc-1111111111" in scene.held.timers


def test_a_step_that_nobody_sends_is_sent_once_and_counted_until_it_goes_out():
    scene = Scene(due_at=NOON - 3 * MINUTE - SECOND)

    assert [scene.found(NOON + n * MINUTE) for n in range(5)] == [
        ["overdue"],
        [],
        [],
        [],
        ["overdue"],
    ]
    assert len(scene.queue.sent) == len(scene.repairs()) == 1
    assert scene.held.timers[ID].owed_since == NOON - 3 * MINUTE - SECOND


@pytest.mark.parametrize(
    ("timer", "since"),
    [
        ({"due_at": NOON + timedelta(hours=1)}, NOON),
        ({"due_at": NOON + 9 * MINUTE, "fired": 1}, NOON - MINUTE),
        ({"due_at": NOON, "claim": "one", "claimed_until": NOON + timedelta(days=1)}, NOON),
    ],
)
def test_a_step_that_is_due_later_than_the_plan_says_is_sent_now(timer, since):
    scene = Scene(**timer)
    if "fired" in timer:
        scene.held.pagings[ID] = Paging(incident_id=ID, pages=2, last_paged_at=since)

    assert scene.found() == ["too_late"]
    assert (scene.held.timers[ID].due_at, scene.held.timers[ID].claim) == (NOON, "")
    assert scene.repairs()[0].facts["since"] == f"{since:%Y-%m-%dT%H:%M:%S.000Z}"


def test_pages_that_cannot_be_sent_are_counted_and_left_to_their_own_retries():
    scene = Scene(due_at=NOON, attempts=9, failing_since=NOON - 4 * MINUTE)

    assert scene.found() == ["failing"]
    assert scene.queue.sent == scene.repairs() == []


def test_an_incident_without_a_ladder_is_counted_for_only_people_can_mend_it():
    scene = Scene()
    del scene.held.ladders[ID]

    assert scene.found() == ["no_ladder"]
    assert scene.queue.sent == []


@pytest.mark.parametrize(
    "taken",
    [
        {"acknowledged_at": NOON, "acknowledged_by": "duty-1"},
        {"resolved_at": NOON, "resolved_by": "duty-1"},
    ],
)
def test_an_incident_that_somebody_took_is_left_alone(taken):
    scene = Scene()
    del scene.held.timers[ID]
    scene.held.desks[ID] = a_desk(**taken)

    assert scene.found() == []
    assert ID not in scene.held.timers


def test_an_incident_that_is_closed_by_its_tally_is_left_alone():
    scene = Scene()
    del scene.held.timers[ID]
    scene.audits.open = lambda brand: [ID]  # the index follows the table
    scene.held.tallies[ID] = a_tally(closed_at=NOON)

    assert scene.found() == []


def test_an_acknowledgement_between_the_audit_s_read_and_its_write_wins():
    scene = Scene(due_at=NOON - timedelta(hours=1))
    check = scene.audits.check

    def taken_meanwhile(ids):
        answer = check(ids)
        acknowledge(InMemoryDesks(scene.held), ID, Act(by="duty-1", at=NOON))
        return answer

    scene.audits.check = taken_meanwhile

    assert scene.found() == []
    assert ID not in scene.held.timers
    assert scene.queue.sent == []


def test_a_step_that_is_claimed_between_read_and_write_is_not_sent_again():
    scene = Scene(due_at=NOON - timedelta(hours=1))
    check = scene.audits.check

    def claimed_meanwhile(ids):
        answer = check(ids)
        scene.held.claim(ID, "ladder", claim="one", now=NOON, until=NOON + MINUTE)
        return answer

    scene.audits.check = claimed_meanwhile

    assert scene.found() == []
    assert scene.held.timers[ID].claim == "one"


def test_one_that_cannot_be_written_does_not_hide_the_next():
    scene = Scene(due_at=NOON - timedelta(hours=1))
    other = "inc-9876543210"
    scene.held.tallies[other] = replace(a_tally(), id=other)
    scene.held.ladders[other] = some_ladders(5, 10)
    mend = scene.audits.mend

    def lost(before, after, entries):
        if after.incident_id == ID:
            raise Conflict("mending a timer", ["timer"])
        mend(before, after, entries)

    scene.audits.mend = lost

    assert scene.found() == ["no_timer"]


def test_with_very_many_incidents_each_has_its_turn():
    ids = [f"inc-{n}" for n in range(1000)]

    turns = [turn(ids, NOON + n * MINUTE) for n in range(3)]

    assert [len(one) for one in turns] == [400, 400, 400]
    assert {id_ for one in turns for id_ in one} == set(ids)
    assert turn(ids[:400], NOON) == tuple(ids[:400])
