from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_desk, a_tally, a_timer, an_entry, some_ladders
from vigie.domain.incident import Desk, Paging
from vigie.domain.ladder import PagingChange, climbed, put_off
from vigie.errors import Conflict

ID = "inc-0123456789"
LADDERS = some_ladders(5, 10)
STEP = LADDERS.by_severity["sev2"].steps[0]
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def claimed(world, claim="one", now=NOON):
    return world.escalations.claim(ID, "ladder", claim=claim, now=now, until=now + MINUTE)


def a_change(**changes):
    values = {
        "pages": 2,
        "first_at": NOON,
        "last_at": NOON + SECOND,
        "worst": None,
        "failing_since": None,
    } | changes
    return PagingChange(**values)


def test_a_due_timer_is_claimed_once(world):
    world.seed(timer=a_timer())

    first, second = claimed(world, "one"), claimed(world, "two")

    assert first == a_timer(claim="one", claimed_until=NOON + MINUTE)
    assert second is None


def test_claiming_again_with_the_same_claim_succeeds(world):
    world.seed(timer=a_timer())

    assert claimed(world) == claimed(world)


def test_a_claim_that_ran_out_can_be_taken_over(world):
    world.seed(timer=a_timer())
    claimed(world, "one")

    assert claimed(world, "two", now=NOON + MINUTE) is None
    assert claimed(world, "two", now=NOON + MINUTE + SECOND).claim == "two"


def test_a_timer_that_is_not_due_or_not_there_is_not_claimed(world):
    assert claimed(world) is None

    world.seed(timer=a_timer(due_at=NOON + 2 * SECOND))

    assert claimed(world) is None
    assert claimed(world, now=NOON + SECOND) is not None


def test_an_incident_is_read_as_it_was_written(world):
    world.seed(tally=a_tally(), ladders=LADDERS)

    standing = world.escalations.read(ID)

    assert standing.tally == a_tally()
    assert standing.ladders == LADDERS
    assert standing.desk == Desk(incident_id=ID)
    assert standing.paging == Paging(incident_id=ID)


def test_an_incident_that_is_not_there_reads_as_none(world):
    assert world.escalations.read(ID) is None


def test_the_desk_is_read_as_it_stands(world):
    assert world.escalations.desk(ID) == Desk(incident_id=ID)

    taken = a_desk(acknowledged_at=NOON, acknowledged_by="duty-1", owner="duty-1")
    world.seed(desk=taken)

    assert world.escalations.desk(ID) == taken


def test_a_step_that_went_out_moves_the_timer_and_is_recorded(world):
    world.seed(tally=a_tally(), ladders=LADDERS, timer=a_timer())
    before = claimed(world)
    after = climbed(before, STEP, NOON)

    world.escalations.move(before, after, a_change(), [an_entry(id="paged-1-0", what="paged")])

    assert world.timer(ID) == after
    assert world.escalations.read(ID).paging == Paging(
        incident_id=ID, pages=2, first_paged_at=NOON, last_paged_at=NOON + SECOND
    )
    assert [e.id for e in world.dossiers.dossier(ID).timeline] == ["paged-1-0"]


def test_pages_add_up_and_the_worst_delay_stays(world):
    world.seed(tally=a_tally(), ladders=LADDERS, timer=a_timer())
    later = NOON + MINUTE

    world.escalations.record(ID, a_change(worst=timedelta(seconds=90)), [])
    world.escalations.record(ID, a_change(pages=1, first_at=later, last_at=later), [])

    assert world.escalations.read(ID).paging == Paging(
        incident_id=ID,
        pages=3,
        first_paged_at=NOON,
        last_paged_at=later,
        delay=timedelta(seconds=90),
    )


def test_an_outage_is_kept_on_the_incident_until_a_page_goes_out(world):
    world.seed(tally=a_tally(), ladders=LADDERS, timer=a_timer())
    before = claimed(world)
    waiting = put_off(before, (), NOON)
    nothing = a_change(pages=0, first_at=None, last_at=None, failing_since=NOON)

    world.escalations.move(before, waiting, nothing, [])

    assert world.escalations.read(ID).paging == Paging(incident_id=ID, failing_since=NOON)
    assert world.timer(ID) == waiting

    world.escalations.record(ID, a_change(), [])

    assert world.escalations.read(ID).paging.failing_since is None


@pytest.mark.parametrize("newer", [{"run": 2}, {"fired": 1}, {"claim": "two"}])
def test_a_timer_that_somebody_else_wrote_is_left_alone(world, newer):
    world.seed(tally=a_tally(), ladders=LADDERS, timer=a_timer())
    before = claimed(world)
    world.seed(timer=replace(before, **newer))

    with pytest.raises(Conflict):
        world.escalations.move(before, climbed(before, STEP, NOON), a_change(), [an_entry()])
    with pytest.raises(Conflict):
        world.escalations.drop(before)

    assert world.timer(ID) == replace(before, **newer)
    assert world.escalations.read(ID).paging == Paging(incident_id=ID)
    assert world.dossiers.dossier(ID).timeline == ()


def test_a_timer_that_is_gone_stays_gone(world):
    world.seed(tally=a_tally(), ladders=LADDERS, timer=a_timer())
    before = claimed(world)
    world.escalations.drop(before)

    with pytest.raises(Conflict):
        world.escalations.move(before, climbed(before, STEP, NOON), a_change(), [])
    with pytest.raises(Conflict):
        world.escalations.drop(before)

    assert world.timer(ID) is None
