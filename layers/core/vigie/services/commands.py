"""What a person does with an incident besides ending it: merge, split, contain, grade.

The desk or the outbox holds the decision before triage hears of it; what triage does with it is
in `vigie.domain.decided` and `vigie.domain.splitting` (docs/decisions/0017-commands.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vigie.domain.clocks import needed
from vigie.domain.incident import LADDER_TIMER, Desk, Tally, has_flared_up
from vigie.domain.instants import to_iso
from vigie.domain.merging import MERGED_MOST, split_id
from vigie.domain.plan import Severity
from vigie.errors import Conflict, NotFound, Rejected, Unavailable
from vigie.messages import SPLIT_MOST
from vigie.ports import Board, Desks, Dossiers, Queue
from vigie.services.desk import (
    TRIES,
    Act,
    Decision,
    board_of,
    closed_already,
    entries_of,
    outbox_of,
    read,
    stir,
    tell,
)

_LATER = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A split that triage was asked for: the new incident's id, and whether this call asked."""

    into: str
    mentions: int
    changed: bool


def merge(desks: Desks, queue: Queue, incident_id: str, into_id: str, act: Act) -> Decision:
    """It is the same crisis as `into_id`, where its mentions are counted and shown from now on.

    Merging again into the same changes nothing. Raises `Conflict` when either is closed, `NotFound`
    when there is none, `Rejected` for a merge that can never be.
    """
    for _ in range(TRIES):
        tally, desk = read(desks, incident_id)
        into, into_desk = read(desks, into_id, "into")
        _check_pair(tally, into)
        if desk.resolved_at is not None:
            if desk.merged_into == into_id:
                return Decision(tally=tally, desk=desk, changed=False)
            raise closed_already(desk)
        if into_desk.resolved_at is not None:
            raise closed_already(into_desk)
        if len(into.merged) + 1 + len(tally.merged) > MERGED_MOST:
            raise Conflict(
                f"incident {into_id} has taken in {len(into.merged)} others and {incident_id} "
                f"{len(tally.merged)}; one may hold {MERGED_MOST}"
            )
        merged = replace(desk, resolved_at=act.at, resolved_by=act.by, merged_into=into_id)
        outbox = outbox_of(tally, "merge", act)
        try:
            desks.close(merged, entries_of(incident_id, "merged", act, {"into": into_id}), outbox)
        except Conflict:
            continue  # one of them was closed meanwhile: read which
        tell(desks, queue, outbox)
        return Decision(tally=tally, desk=merged, changed=True)
    raise Unavailable(f"incident {incident_id} keeps changing")


def split(
    desks: Desks,
    dossiers: Dossiers,
    queue: Queue,
    incident_id: str,
    mentions: Sequence[str],
    act: Act,
) -> Asked:
    """Take posts out of an incident; triage opens the new one in a moment.

    `mentions` are the posts' first ids, or those of the versions that are stored. Asking again for
    the same changes nothing. Raises `Conflict` when the incident is closed, `NotFound` for posts
    that are not stored or not of this incident.
    """
    posts = tuple(dict.fromkeys(mentions))
    if not 1 <= len(posts) <= SPLIT_MOST:
        raise Rejected(f"{len(posts)} mentions, expected 1 to {SPLIT_MOST}", field="mentions")
    for _ in range(TRIES):
        tally, desk = read(desks, incident_id)
        keys = [f"{tally.brand}#x#{post}" for post in posts]
        into = split_id(tally, keys)
        if desks.read(into) is not None:
            return Asked(into=into, mentions=len(posts), changed=False)
        if desk.resolved_at is not None:
            raise closed_already(desk)
        facts: dict[str, str | int] = {"into": into, "mentions": len(posts)}
        roots = _roots(dossiers, tally, posts, act.at)
        outbox = outbox_of(tally, "split", act, once=into, into=into, posts=roots)
        try:
            desks.ask(incident_id, entries_of(incident_id, "split", act, facts), outbox)
        except Conflict:
            continue
        tell(desks, queue, outbox)
        stir(desks, incident_id, act)
        return Asked(into=into, mentions=len(posts), changed=True)
    raise Unavailable(f"incident {incident_id} keeps changing")


def contain(desks: Desks, incident_id: str, act: Act) -> Decision:
    """It is no longer getting worse. Whoever says so has it, if nobody had.

    Again: changes nothing, unless it has flared up since. Raises `Conflict` when it is closed, and
    while it still takes more people to acknowledge it.
    """
    for _ in range(TRIES):
        board = board_of(desks, incident_id)
        tally, desk = board.tally, board.desk
        if desk.resolved_at is not None:
            raise closed_already(desk)
        if desk.acknowledged_at is None:
            _check_enough(board, act.by)
        if desk.contained_at is not None and not has_flared_up(tally, desk):
            return Decision(tally=tally, desk=desk, changed=False)
        contained = replace(
            desk,
            contained_at=_after(act.at, desk.contained_at),
            contained_by=act.by,
            acknowledged_at=desk.acknowledged_at or act.at,
            acknowledged_by=desk.acknowledged_by or act.by,
            owner=desk.owner or act.by,
        )
        try:
            desks.contain(contained, desk, entries_of(incident_id, "contained", act))
        except Conflict:
            continue
        ended = desk.acknowledged_at is None
        return Decision(tally=tally, desk=contained, changed=True, ended_paging=ended)
    raise Unavailable(f"incident {incident_id} keeps changing")


def grade(
    desks: Desks, queue: Queue, incident_id: str, severity: Severity, because: str, act: Act
) -> Decision:
    """A person says how grave it is, higher or lower than the table does, until graver evidence.

    The same again changes nothing while it stands. Raises `Conflict` when it is closed.
    """
    for _ in range(TRIES):
        tally, desk = read(desks, incident_id)
        if desk.resolved_at is not None:
            raise closed_already(desk)
        if desk.severity is severity and _stands(tally, desk):
            return Decision(tally=tally, desk=desk, changed=False)
        said = replace(act, at=_after(act.at, desk.severity_at))
        graded = replace(
            desk,
            severity=severity,
            severity_at=said.at,
            severity_by=act.by,
            severity_because=because,
        )
        facts = {"from": tally.severity.value, "to": severity.value, "because": because}
        outbox = outbox_of(tally, "severity", said, once=to_iso(said.at))
        try:
            entries = entries_of(incident_id, "severity_set", said, facts)
            desks.grade(graded, desk, entries, outbox)
        except Conflict:
            continue
        tell(desks, queue, outbox)
        stir(desks, incident_id, act)
        return Decision(tally=tally, desk=graded, changed=True)
    raise Unavailable(f"incident {incident_id} keeps changing")


def _check_enough(board: Board, person: str) -> None:
    """Nobody ends alone a paging that several must answer."""
    people = {*board.desk.acknowledgers, person}
    wanted = needed(board.ladders, board.clock(LADDER_TIMER), board.tally)
    if len(people) < wanted:
        raise Conflict(
            f"{wanted} people must acknowledge incident {board.tally.id} before it can be called "
            f"contained; acknowledge it, you would be number {len(people)}"
        )


def _check_pair(tally: Tally, into: Tally) -> None:
    if tally.id == into.id:
        raise Rejected("into is the incident itself; name another one", field="into")
    if tally.brand != into.brand:
        raise Rejected(
            f"into is an incident of {into.brand}, expected one of {tally.brand}", field="into"
        )


def _roots(
    dossiers: Dossiers, tally: Tally, posts: Sequence[str], now: datetime
) -> tuple[str, ...]:
    """The first ids of the posts, all of them of this incident or of one merged into it."""
    held = dossiers.incidents_of([f"{tally.brand}#x#{post}" for post in posts])
    of_it = (tally.id, *tally.merged)
    others = [post for post in posts if held.get(f"{tally.brand}#x#{post}") not in of_it]
    versions = dossiers.versions(of_it, others, now)
    strange = [post for post in others if post not in versions]
    if strange:
        raise NotFound(
            f"no posts of incident {tally.id}: {', '.join(strange[:5])}"
            + (f" and {len(strange) - 5} more" if len(strange) > 5 else "")
            + "; GET its mentions, which show their ids",
            field="mentions",
        )
    roots = (versions[post].mention.root_id if post in versions else post for post in posts)
    return tuple(dict.fromkeys(roots))


def _stands(tally: Tally, desk: Desk) -> bool:
    """Whether the desk's severity is still to be applied, or applied and not overtaken."""
    word, at = tally.word, desk.severity_at
    return word is None or at is None or word.at < at or word.holds


def _after(at: datetime, before: datetime | None) -> datetime:
    """`at`, or the instant after `before`: a clock that goes back must not undo an order."""
    return at if before is None else max(at, before + _LATER)
