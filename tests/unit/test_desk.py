from datetime import timedelta

import pytest

from tests.builders import NOON, a_desk, a_tally, a_timer
from tests.fakes import InMemoryDesks, InMemoryIncidents, RecordingQueue
from vigie.domain.links import link_for
from vigie.errors import Conflict, NotFound, Unavailable
from vigie.services.desk import Act, acknowledge, dismiss, note, opened_by_link, resolve

ID = "inc-0123456789"
SECOND = timedelta(seconds=1)
BY_DUTY = Act(by="duty-1", at=NOON)
BY_LEAD = Act(by="lead-1", at=NOON + SECOND)


@pytest.fixture
def held():
    held = InMemoryIncidents()
    held.tallies[ID] = a_tally()
    held.timers[ID] = a_timer()
    return held


@pytest.fixture
def desks(held):
    return InMemoryDesks(held)


def test_whoever_acknowledges_first_has_it(held, desks):
    first = acknowledge(desks, ID, BY_DUTY)
    second = acknowledge(desks, ID, BY_LEAD)

    assert (first.changed, second.changed) == (True, False)
    assert (
        first.desk
        == second.desk
        == a_desk(acknowledged_at=NOON, acknowledged_by="duty-1", owner="duty-1")
    )
    assert [e.by for e in held.timeline(ID)] == ["duty-1"]


def test_a_race_that_is_lost_tells_who_won(held, desks):
    write = desks.turn

    def slower(*turn):
        desks.turn = write
        acknowledge(desks, ID, BY_LEAD)
        write(*turn)

    desks.turn = slower

    decision = acknowledge(desks, ID, BY_DUTY)

    assert (decision.changed, decision.desk.acknowledged_by) == (False, "lead-1")


def test_an_answer_that_got_lost_is_no_second_acknowledgement(held, desks):
    write = desks.turn

    def applied_without_answer(*turn):
        write(*turn)
        raise Unavailable("timed out")

    desks.turn = applied_without_answer
    with pytest.raises(Unavailable):
        acknowledge(desks, ID, BY_DUTY)
    desks.turn = write

    again = acknowledge(desks, ID, Act(by="duty-1", at=NOON + SECOND))

    assert (again.changed, again.desk.acknowledged_at) == (False, NOON)
    assert len(held.timeline(ID)) == 1


def test_what_triage_is_to_be_told_stays_in_the_outbox_until_it_is_sent(held, desks):
    queue = RecordingQueue(refuse=1)

    decision = resolve(desks, queue, ID, BY_DUTY)

    assert decision.changed
    (entry,) = held.outbox.values()
    assert (entry.group, entry.queue, entry.due_at) == ("acme", "classified", NOON + 30 * SECOND)


def test_an_outbox_entry_that_cannot_be_deleted_does_not_fail_the_decision(held, desks):
    def broken(outbox):
        raise Unavailable("the table does not answer")

    desks.sent = broken

    assert resolve(desks, RecordingQueue(), ID, BY_DUTY).changed
    assert len(held.outbox) == 1


def test_resolving_keeps_who_had_it(desks):
    acknowledge(desks, ID, BY_DUTY)

    decision = resolve(desks, RecordingQueue(), ID, BY_LEAD)

    assert (decision.desk.owner, decision.desk.resolved_by) == ("duty-1", "lead-1")


def test_the_first_end_counts(desks):
    queue = RecordingQueue()
    dismiss(desks, queue, ID, BY_DUTY)

    assert dismiss(desks, queue, ID, BY_LEAD).changed is False
    with pytest.raises(Conflict, match="dismissed by duty-1"):
        resolve(desks, queue, ID, BY_LEAD)
    with pytest.raises(Conflict, match="dismissed by duty-1"):
        acknowledge(desks, ID, BY_LEAD)
    assert len(queue.sent) == 1


def test_an_unknown_incident_is_not_found(desks):
    with pytest.raises(NotFound):
        acknowledge(desks, "inc-none", BY_DUTY)
    with pytest.raises(NotFound):
        note(desks, "inc-none", Act(by="duty-1", at=NOON, note="?"))


def test_a_note_says_who_and_what(held, desks):
    note(desks, ID, Act(by="duty-1", at=NOON, note="called the plant"))

    (entry,) = held.timeline(ID)
    assert (entry.what, entry.by, entry.facts) == ("note", "duty-1", {"text": "called the plant"})


def test_opening_a_link_changes_nothing_and_expires(held, desks):
    held.add_link(link_for("Ab3-_Ab3-_Ab", ID, "duty-1", "fr", NOON))

    link, board = opened_by_link(desks, "Ab3-_Ab3-_Ab", NOON + timedelta(hours=23))

    assert (link.person, board.tally.id, board.desk) == ("duty-1", ID, a_desk())
    assert ID in held.timers
    with pytest.raises(NotFound):
        opened_by_link(desks, "Ab3-_Ab3-_Ab", NOON + timedelta(hours=24))
    with pytest.raises(NotFound):
        opened_by_link(desks, "not-a-token", NOON)
