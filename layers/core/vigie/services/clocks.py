"""What a person does with whom an incident pages: hand it over, escalate it, promise something."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vigie.domain.clock_rules import FORGOTTEN, PROMISES, RISE
from vigie.domain.clocks import (
    CLOCKS_OF_THE_OWNER,
    ClockChange,
    handed,
    ladder_of,
    promise,
    reminder,
    restarted,
    staff_of,
)
from vigie.domain.incident import LADDER_TIMER, Desk, Entry, Timer
from vigie.domain.instants import to_iso
from vigie.domain.ladder import SWEEP
from vigie.errors import Conflict, Rejected, Unavailable
from vigie.ports import Board, Desks, Queue
from vigie.services.desk import TRIES, Act, Decision, board_of, closed_already, entries_of
from vigie.services.steps import step

# A promise for later than this is no matter of a crisis.
LONGEST_PROMISE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A promise's clock as it stands, None for none, and whether this call changed it."""

    incident_id: str
    name: str
    clock: Timer | None
    changed: bool


def hand_over(desks: Desks, queue: Queue | None, incident_id: str, to: str, act: Act) -> Decision:
    """Somebody else has the incident from now on, and is paged once to know.

    To whoever has it: changes nothing. Raises `Rejected` for somebody whom the incident's plan does
    not know, `Conflict` when it is closed or nobody has it.
    """
    for _ in range(TRIES):
        board = _open(desks, incident_id)
        tally, desk = board.tally, board.desk
        _must_be_known(board, to)
        if desk.acknowledged_at is None:
            raise Conflict(
                f"nobody has taken incident {incident_id}: acknowledge it, then hand it over; "
                "until then its ladder goes on"
            )
        if desk.owner == to:
            return Decision(tally=tally, desk=desk, changed=False)
        told = handed(tally, act.by, act.at)
        asked = reminder(tally, board.ladders, act.by, act.at)
        facts = {"from": desk.owner, "to": to} | (
            {"reminder_at": to_iso(asked.due_at)} if asked else {}
        )
        after = replace(desk, owner=to)
        clocks = ClockChange(
            set=(told, asked) if asked else (told,),
            # A rise asks whoever has it: now it tells the new owner how grave it is.
            cancel=(RISE,) if asked else (RISE, FORGOTTEN),
        )
        try:
            desks.turn(desk, after, clocks, entries_of(incident_id, "handed_over", act, facts))
        except Conflict:
            continue
        _send(queue, (told,), act.at)
        return Decision(tally=tally, desk=after, changed=True)
    raise Unavailable(f"incident {incident_id} keeps changing")


def escalate_now(desks: Desks, queue: Queue | None, incident_id: str, act: Act) -> Decision:
    """The next step of the ladder fires at once. Where somebody has the incident, a new run begins
    after the steps that had been paged, and goes on until somebody acknowledges it.

    Raises `Conflict` when it is closed, or while a page of it goes out.
    """
    for _ in range(TRIES):
        board = _open(desks, incident_id)
        tally, desk, ladders = board.tally, board.desk, board.ladders
        ladder = board.clock(LADDER_TIMER)
        if ladders is None or ladder_of(tally, ladders, act.at) is None:
            raise Rejected(f"incident {incident_id} has no ladder", field="ladder")
        if desk.acknowledged_at is None and ladder is not None:
            if ladder.claimed_until is not None and ladder.claimed_until >= act.at:
                raise Conflict("a page of it goes out at this moment; try again in a minute")
            after, run = desk, replace(ladder, due_at=act.at)
            clocks = ClockChange(set=(run,), held=(ladder,))
        else:
            after, run = restarted(tally, desk, ladders, act.at, climbed=desk.climbed)
            clocks = ClockChange(set=(run,), cancel=CLOCKS_OF_THE_OWNER)
        facts = {"run": run.run, "page": run.fired + 1, "severity": run.severity.value}
        try:
            desks.turn(desk, after, clocks, entries_of(incident_id, "escalated", act, facts))
        except Conflict:
            continue
        _send(queue, (run,), act.at)
        return Decision(tally=tally, desk=after, changed=True)
    raise Unavailable(f"incident {incident_id} keeps changing")


def promise_by(
    desks: Desks, queue: Queue | None, incident_id: str, name: str, due_at: datetime, act: Act
) -> Promised:
    """Somebody promises something by `due_at`. Promised before, it moves; the same again changes
    nothing. Raises `Rejected` for a clock or an instant that cannot be meant."""
    _must_be_a_promise(name)
    if not act.at < due_at <= act.at + LONGEST_PROMISE:
        raise Rejected(
            f"due_at is {to_iso(due_at)}, expected an instant after now and within "
            f"{LONGEST_PROMISE.days} days",
            field="due_at",
        )
    for _ in range(TRIES):
        board = _open(desks, incident_id)
        there = board.clock(name)
        if there is not None and there.promised_at == due_at:
            return Promised(incident_id=incident_id, name=name, clock=there, changed=False)
        clock = promise(board.tally, board.ladders, name, due_at, act.by, act.at)
        facts = {"clock": name, "due_at": to_iso(due_at)}
        if there is not None and there.promised_at is not None:
            facts["from"] = to_iso(there.promised_at)
        what = "clock_set" if there is None else "clock_moved"
        held = () if there is None else (there,)
        if not _turn(desks, board, (clock,), (), held, _entries(what, board.desk, act, facts), act):
            continue
        _send(queue, (clock,), act.at)
        return Promised(incident_id=incident_id, name=name, clock=clock, changed=True)
    raise Unavailable(f"incident {incident_id} keeps changing")


def keep_promise(desks: Desks, incident_id: str, name: str, act: Act) -> Promised:
    """It was kept, or is no longer needed: the clock ends. Again: changes nothing."""
    _must_be_a_promise(name)
    for _ in range(TRIES):
        board = _open(desks, incident_id)
        there = board.clock(name)
        if there is None:
            return Promised(incident_id=incident_id, name=name, clock=None, changed=False)
        facts = {"clock": name}
        if there.promised_at is not None:
            facts["due_at"] = to_iso(there.promised_at)
        entries = _entries("clock_cancelled", board.desk, act, facts)
        if _turn(desks, board, (), (name,), (there,), entries, act):
            return Promised(incident_id=incident_id, name=name, clock=None, changed=True)
    raise Unavailable(f"incident {incident_id} keeps changing")


def _turn(
    desks: Desks,
    board: Board,
    set_: tuple[Timer, ...],
    cancel: tuple[str, ...],
    held: tuple[Timer, ...],
    entries: tuple[Entry, ...],
    act: Act,
) -> bool:
    """Change clocks alone. Whoever does is not said to have forgotten the incident."""
    forgotten = board.clock(FORGOTTEN)
    moved = reminder(board.tally, board.ladders, act.by, act.at) if forgotten else None
    if forgotten is not None and moved is not None:
        set_, held = (*set_, moved), (*held, forgotten)
    try:
        desks.turn(board.desk, board.desk, ClockChange(set=set_, cancel=cancel, held=held), entries)
    except Conflict:
        return False
    return True


def _open(desks: Desks, incident_id: str) -> Board:
    board = board_of(desks, incident_id)
    if board.desk.resolved_at is not None:
        raise closed_already(board.desk)
    return board


def _must_be_known(board: Board, person: str) -> None:
    known = [one.id for one in staff_of(board.ladders)] if board.ladders else []
    if person not in known:
        raise Rejected(
            f"to is {person[:40]!r}, expected one of the people of the plan with which the "
            f"incident was opened: {', '.join(known)}",
            field="to",
        )


def _must_be_a_promise(name: str) -> None:
    if name not in PROMISES:
        raise Rejected(
            f"name is {name[:40]!r}, expected one of {', '.join(PROMISES)}; the other clocks are "
            "set by what happens to the incident",
            field="name",
        )


def _entries(what: str, desk: Desk, act: Act, facts: Mapping[str, str | int]) -> tuple[Entry, ...]:
    """A clock may be set more than once at an instant of the timeline: its name is in the id."""
    decided, *words = entries_of(desk.incident_id, what, act, facts)
    return (replace(decided, id=f"{what}-{facts['clock']}"), *words)


def _send(queue: Queue | None, clocks: tuple[Timer, ...], now: datetime) -> None:
    """Best effort: whatever is not queued here, the watch finds by its due time."""
    soon = [clock for clock in clocks if clock.due_at - now <= SWEEP]
    if queue is not None and soon:
        queue.send([step(clock, clock.due_at - now) for clock in soon])
