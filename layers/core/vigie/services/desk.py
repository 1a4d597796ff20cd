"""What a person does with an incident: acknowledge, resolve, dismiss, note."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from vigie.domain.clock_rules import FIRST_WORD, FORGOTTEN
from vigie.domain.clocks import ClockChange, asks, first_word, needed, reminder
from vigie.domain.incident import LADDER_TIMER, Desk, Entry, Tally, Timer
from vigie.domain.instants import to_iso
from vigie.domain.links import Link, is_token, link_id
from vigie.domain.outbox import CLASSIFIED_QUEUE, OUTBOX_AFTER, OutboxEntry
from vigie.errors import Conflict, NotFound, Unavailable
from vigie.messages import Command, encode
from vigie.ports import Board, Desks, Outgoing, Queue

# Losing more races than this for one incident means that something is wrong.
TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How the desk stands, and whether this call changed it. `needed` is how many people must
    acknowledge before the paging ends."""

    tally: Tally
    desk: Desk
    changed: bool
    needed: int = 1
    ended_paging: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does it, when, by what way (`api` or `link`), and what they add in words."""

    by: str
    at: datetime
    via: str = "api"
    note: str = ""


def acknowledge(desks: Desks, incident_id: str, act: Act) -> Decision:
    """Take the incident: every pending step of its ladder is cancelled, once as many different
    people have acknowledged as the plan says.

    Acknowledging again answers a clock that has asked for a sign (`vigie.domain.clocks.asks`), and
    otherwise changes nothing and says who has it. Raises `Conflict` when it is closed, `NotFound`
    when there is none.
    """
    for _ in range(TRIES):
        board = board_of(desks, incident_id)
        tally, desk = board.tally, board.desk
        if desk.resolved_at is not None:
            raise closed_already(desk)
        wanted = needed(board.ladders, board.clock(LADDER_TIMER), tally)
        asking = [clock for clock in board.clocks if asks(clock)]
        if desk.acknowledged_at is not None:
            if not asking:
                return Decision(tally=tally, desk=desk, changed=False)
            after, clocks, entries = desk, *_confirmed(board, asking, act)
        elif act.by in desk.acknowledgers and len(desk.acknowledgers) < wanted:
            return Decision(tally=tally, desk=desk, changed=False, needed=wanted)
        else:
            after, clocks, entries = _taken(board, wanted, act)
        try:
            desks.turn(desk, after, clocks, entries)
        except Conflict:
            continue  # somebody was faster: read who
        ended = desk.acknowledged_at is None and after.acknowledged_at is not None
        return Decision(tally=tally, desk=after, changed=True, needed=wanted, ended_paging=ended)
    raise Unavailable(f"incident {incident_id} keeps changing")


def wanted_of(board: Board, person: str) -> int:
    """How many people must acknowledge for this person's word to end the paging; 0 where it would
    change nothing: somebody else has it, they have said so, or it is closed."""
    desk = board.desk
    if desk.resolved_at is not None:
        return 0
    if desk.acknowledged_at is not None:
        return 1 if any(map(asks, board.clocks)) else 0
    wanted = needed(board.ladders, board.clock(LADDER_TIMER), board.tally)
    return 0 if person in desk.acknowledgers and len(desk.acknowledgers) < wanted else wanted


def _taken(board: Board, wanted: int, act: Act) -> tuple[Desk, ClockChange, tuple[Entry, ...]]:
    """One more has it. The ladder ends with the last of those whom the plan wants."""
    tally, desk = board.tally, board.desk
    people = tuple(dict.fromkeys((*desk.acknowledgers, act.by)))
    after = replace(desk, acknowledgers=people if wanted > 1 else (), owner=people[0])
    told = {} if wanted == 1 else {"acknowledged": len(people), "of": wanted}
    if len(people) < wanted:
        return after, ClockChange(), entries_of(tally.id, "acknowledged", act, told)
    ladder = board.clock(LADDER_TIMER)
    after = replace(
        after,
        acknowledged_at=act.at,
        acknowledged_by=act.by,
        climbed=ladder.fired if ladder else desk.climbed,
    )
    asked = reminder(tally, board.ladders, act.by, act.at)
    word = first_word(tally, board.ladders, act.by, act.at)
    # A first word that was promised before is promised still; one that was given is not again.
    kept = board.clock(FIRST_WORD) is not None or desk.restarts > 0
    set_ = tuple(clock for clock in (asked, None if kept else word) if clock is not None)
    facts = told | _told(asked)
    change = ClockChange(set=set_, cancel=(LADDER_TIMER,))
    return after, change, entries_of(tally.id, "acknowledged", act, facts)


def _confirmed(
    board: Board, asking: list[Timer], act: Act
) -> tuple[ClockChange, tuple[Entry, ...]]:
    """Somebody still has it."""
    asked = reminder(board.tally, board.ladders, act.by, act.at)
    facts = {"asked": ", ".join(clock.name for clock in asking)} | _told(asked)
    gone = {clock.name for clock in asking}
    set_ = (asked,) if asked else ()
    cancel = tuple(sorted(gone - {clock.name for clock in set_}))
    entries = entries_of(board.tally.id, "confirmed", act, facts)
    return ClockChange(set=set_, cancel=cancel, held=tuple(asking)), entries


def _told(asked: Timer | None) -> dict[str, str | int]:
    return {"reminder_at": to_iso(asked.due_at)} if asked else {}


def stir(desks: Desks, incident_id: str, act: Act) -> None:
    """Somebody has done something with an incident that is taken: nobody has forgotten it.

    In a write of its own, after the deed: were it lost, somebody is asked too early.
    """
    with suppress(Unavailable, Conflict):
        board = desks.board(incident_id)
        clock = board.clock(FORGOTTEN) if board else None
        if board is None or clock is None:
            return
        moved = reminder(board.tally, board.ladders, act.by, act.at)
        if moved is not None:
            change = ClockChange(set=(moved,), held=(clock,))
            desks.turn(board.desk, board.desk, change, ())


def resolve(desks: Desks, queue: Queue, incident_id: str, act: Act) -> Decision:
    """The crisis is over. Resolving again changes nothing; raises `Conflict` when dismissed."""
    return _close(desks, queue, incident_id, "resolve", act)


def dismiss(desks: Desks, queue: Queue, incident_id: str, act: Act) -> Decision:
    """It was no crisis. Dismissing again changes nothing; raises `Conflict` when resolved."""
    return _close(desks, queue, incident_id, "dismiss", act)


def note(desks: Desks, incident_id: str, act: Act) -> Entry:
    """Add a person's words to the timeline; the same words at the same instant are one note."""
    read(desks, incident_id)
    entry = _note(incident_id, act)
    desks.note((entry,))
    stir(desks, incident_id, act)
    return entry


def opened_by_link(
    desks: Desks, token: str, now: datetime, incident_id: str = ""
) -> tuple[Link, Board]:
    """What a link shows; it changes nothing. Raises `NotFound` when unknown or expired.

    Of a digest's link, `incident_id` is which of its incidents is meant: the link that is returned
    is that one's alone, and has `others` where none was named.
    """
    link = desks.link(link_id(token)) if is_token(token) else None
    if link is None or link.expires_at <= now:
        raise NotFound("the link is unknown or has expired", field="token")
    if incident_id in (link.incident_id, *link.others):
        link = replace(link, incident_id=incident_id, others=())
    return link, board_of(desks, link.incident_id)


def _close(desks: Desks, queue: Queue, incident_id: str, command: str, act: Act) -> Decision:
    dismissed = command == "dismiss"
    for _ in range(TRIES):
        tally, desk = read(desks, incident_id)
        if desk.resolved_at is not None:
            if desk.merged_into or desk.dismissed != dismissed:
                raise closed_already(desk)
            return Decision(tally=tally, desk=desk, changed=False)
        closed = replace(desk, resolved_at=act.at, resolved_by=act.by, dismissed=dismissed)
        outbox = outbox_of(tally, command, act)
        what = "dismissed" if dismissed else "resolved"
        try:
            desks.close(closed, entries_of(incident_id, what, act), outbox)
        except Conflict:
            continue
        tell(desks, queue, outbox)
        return Decision(tally=tally, desk=closed, changed=True)
    raise Unavailable(f"incident {incident_id} keeps changing")


def closed_already(desk: Desk) -> Conflict:
    """Who ended it, and how."""
    how = "dismissed" if desk.dismissed else "resolved"
    if desk.merged_into:
        how = f"merged into {desk.merged_into}"
    return Conflict(f"incident {desk.incident_id} was {how} by {desk.resolved_by}")


def tell(desks: Desks, queue: Queue, outbox: OutboxEntry) -> None:
    """Send what the outbox holds, and forget it once the queue has it."""
    if queue.send([Outgoing(body=outbox.body, group=outbox.group)]):
        return
    with suppress(Unavailable):  # then the watch sends it again, and triage does nothing twice
        desks.sent(outbox)


def outbox_of(
    tally: Tally,
    command: str,
    act: Act,
    *,
    once: str = "",
    into: str = "",
    posts: tuple[str, ...] = (),
) -> OutboxEntry:
    """A command to triage. `once` tells acts of one name apart; what is closed is closed once, so
    that there the name is enough, and a repeated write is the same entry."""
    return OutboxEntry(
        incident_id=tally.id,
        name=f"{command}-{once}" if once else command,
        queue=CLASSIFIED_QUEUE,
        body=encode(
            Command(
                brand=tally.brand,
                command=command,
                incident_id=tally.id,
                by=act.by,
                at=act.at,
                into=into,
                posts=posts,
            )
        ),
        group=tally.brand,
        due_at=act.at + OUTBOX_AFTER,
    )


def read(desks: Desks, incident_id: str, field: str = "id") -> tuple[Tally, Desk]:
    """Raises `NotFound`, naming the field that the id came from."""
    found = desks.read(incident_id)
    if found is None:
        raise _unknown(incident_id, field)
    return found


def board_of(desks: Desks, incident_id: str) -> Board:
    """Raises `NotFound`."""
    found = desks.board(incident_id)
    if found is None:
        raise _unknown(incident_id, "id")
    return found


def _unknown(incident_id: str, field: str) -> NotFound:
    return NotFound(f"there is no incident {incident_id[:40]!r}", field=field)


def entries_of(
    incident_id: str, what: str, act: Act, facts: Mapping[str, str | int] | None = None
) -> tuple[Entry, ...]:
    """What the timeline says of a decision, and the person's own words if there are any."""
    decided = Entry(
        incident_id=incident_id,
        at=act.at,
        id=what,
        what=what,
        by=act.by,
        facts={"via": act.via} | dict(facts or {}),
    )
    return (decided, _note(incident_id, act)) if act.note else (decided,)


def _note(incident_id: str, act: Act) -> Entry:
    said = hashlib.sha256(f"{to_iso(act.at)}\n{act.by}\n{act.note}".encode("utf-8", "replace"))
    return Entry(
        incident_id=incident_id,
        at=act.at,
        id=f"note-{said.hexdigest()[:10]}",
        what="note",
        by=act.by,
        facts={"text": act.note},
    )
