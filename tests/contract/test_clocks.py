from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_desk, a_tally, a_timer, an_entry, some_ladders
from vigie.domain.clock_rules import CLOCKS, ClockRules, PromiseRule
from vigie.domain.clocks import ClockChange
from vigie.domain.incident import Desk
from vigie.domain.ladder import PagingChange
from vigie.domain.plan import Severity
from vigie.errors import Conflict
from vigie.ports import Board, DueTimer

ID = "inc-0123456789"
MINUTE = timedelta(minutes=1)
TAKEN = a_desk(acknowledged_at=NOON, acknowledged_by="duty-1", owner="duty-1")
FORGOTTEN = a_timer(name="forgotten", due_at=NOON + MINUTE, set_by="duty-1", set_at=NOON)
UPDATE = a_timer(name="update", due_at=NOON + 2 * MINUTE, promised_at=NOON + 9 * MINUTE)
NOTHING = ClockChange()


def test_a_board_holds_all_that_a_decision_rests_on(world):
    ladders = replace(
        some_ladders(),
        rules=ClockRules(
            acknowledged_for={Severity.SEV1: MINUTE},
            promises={"update": PromiseRule(schedules=("rota",), within={Severity.SEV2: MINUTE})},
            acknowledgements={Severity.SEV1: 2},
        ),
    )
    world.seed(tally=a_tally(), ladders=ladders, desk=TAKEN, timer=a_timer())
    world.seed(timer=FORGOTTEN)
    world.seed(timer=UPDATE)

    board = world.desks.board(ID)

    assert board == Board(
        tally=a_tally(), desk=TAKEN, ladders=ladders, clocks=(a_timer(), FORGOTTEN, UPDATE)
    )
    assert board.clock("update") == UPDATE
    assert world.dossiers.dossier(ID).clocks == (FORGOTTEN, UPDATE)


def test_a_board_of_what_is_not_there_is_none_and_of_a_fresh_incident_almost_empty(world):
    assert world.desks.board(ID) is None

    world.seed(tally=a_tally())

    assert world.desks.board(ID) == Board(
        tally=a_tally(), desk=Desk(incident_id=ID), ladders=None, clocks=()
    )


@pytest.mark.parametrize("port", ["desks", "escalations"])
def test_a_turn_changes_desk_clocks_and_timeline_together(world, port):
    world.seed(tally=a_tally(), desk=TAKEN, timer=FORGOTTEN)
    freed = a_desk(owner="duty-1", restarts=1, climbed=0)
    run = a_timer(run=2)

    getattr(world, port).turn(
        TAKEN,
        freed,
        ClockChange(set=(run,), cancel=("forgotten", "rise"), held=(FORGOTTEN,)),
        [an_entry(id="restarted-2")],
    )

    assert world.desks.read(ID)[1] == freed
    assert world.timer(ID) == run
    assert world.timer(ID, "forgotten") is None
    assert [e.id for e in world.dossiers.dossier(ID).timeline] == ["restarted-2"]


def test_a_turn_leaves_what_others_wrote_on_the_desk(world):
    graded = replace(TAKEN, severity=Severity.SEV4, severity_at=NOON, severity_by="lead-1")
    world.seed(tally=a_tally(), desk=graded)

    world.desks.turn(TAKEN, replace(TAKEN, owner="duty-2"), NOTHING, [])

    assert world.desks.read(ID)[1] == replace(graded, owner="duty-2")


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"resolved_at": NOON, "resolved_by": "lead-1"},
        {"owner": "duty-2"},
        {"acknowledged_at": NOON + MINUTE},
        {"acknowledged_at": None},
        {"acknowledgers": ("duty-1",)},
        {"restarts": 1},
        {"contained_at": NOON},
    ],
)
def test_a_turn_on_what_changed_meanwhile_writes_nothing(world, meanwhile):
    there = replace(TAKEN, **meanwhile)
    world.seed(tally=a_tally(), desk=there, timer=FORGOTTEN)

    for after in (TAKEN, replace(TAKEN, owner="lead-1")):
        with pytest.raises(Conflict):
            world.desks.turn(TAKEN, after, ClockChange(cancel=("forgotten",)), [an_entry()])

    assert world.desks.read(ID)[1] == there
    assert world.timer(ID, "forgotten") == FORGOTTEN
    assert world.dossiers.dossier(ID).timeline == ()


def test_several_acknowledge_one_after_the_other(world):
    world.seed(tally=a_tally(), timer=a_timer())
    one = a_desk(acknowledgers=("duty-1",), owner="duty-1")
    two = replace(one, acknowledgers=("duty-1", "lead-1"), acknowledged_at=NOON)

    world.desks.turn(a_desk(), one, NOTHING, [])
    with pytest.raises(Conflict):
        world.desks.turn(a_desk(), a_desk(acknowledgers=("lead-1",)), NOTHING, [])
    world.desks.turn(one, two, ClockChange(cancel=("ladder",)), [])

    assert world.desks.read(ID)[1] == two
    assert world.timer(ID) is None


@pytest.mark.parametrize(
    "newer", [{"fired": 1}, {"due_at": NOON}, {"claim": "one", "claimed_until": NOON}, None]
)
def test_a_clock_that_is_held_must_be_as_it_was_read(world, newer):
    world.seed(tally=a_tally(), desk=TAKEN)
    if newer is not None:
        world.seed(timer=replace(FORGOTTEN, **newer))

    for change in (
        ClockChange(set=(FORGOTTEN,), held=(FORGOTTEN,)),
        ClockChange(cancel=("forgotten",), held=(FORGOTTEN,)),
        ClockChange(held=(FORGOTTEN,)),
    ):
        with pytest.raises(Conflict):
            world.desks.turn(TAKEN, TAKEN, change, [an_entry()])

    assert world.dossiers.dossier(ID).timeline == ()


def test_clocks_are_claimed_held_moved_and_ended_like_the_ladder(world):
    world.seed(tally=a_tally(), ladders=some_ladders(), timer=a_timer())
    world.seed(timer=UPDATE)
    nothing = PagingChange(pages=0, first_at=None, last_at=None, worst=None, failing_since=None)

    claimed = world.escalations.claim(
        ID, "update", claim="one", now=NOON + 2 * MINUTE, until=NOON + 3 * MINUTE
    )
    moved = replace(UPDATE, fired=1, due_at=NOON + 9 * MINUTE)
    held = world.escalations.holds(claimed)
    world.escalations.move(claimed, moved, nothing, [])
    lost = world.escalations.holds(claimed)
    later = NOON + 9 * MINUTE
    again = world.escalations.claim(ID, "update", claim="two", now=later, until=later + MINUTE)
    world.escalations.move(again, None, nothing, [an_entry(id="due-update-1-1")])

    assert (held, lost) == (True, False)
    assert world.timer(ID, "update") is None
    assert not world.escalations.holds(again)
    assert world.timer(ID) == a_timer()
    with pytest.raises(Conflict):
        world.escalations.move(again, None, nothing, [])


def test_the_sweep_finds_every_clock(world):
    for minutes, name in enumerate(CLOCKS):
        world.seed(timer=a_timer(name=name, due_at=NOON + minutes * MINUTE))

    found = list(world.due.until(NOON + 9 * MINUTE))

    assert found == [
        DueTimer(incident_id=ID, name=name, brand="acme", ready_at=NOON + minutes * MINUTE)
        for minutes, name in enumerate(CLOCKS)
    ]
