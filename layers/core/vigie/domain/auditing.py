"""Whether an incident's ladder runs as its plan says, and the timer that mends it if it does not.

The sweep sends what the index of due timers shows. The audit starts from the other end, from the
incidents: whoever is open and not taken must have a timer, due when the plan says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vigie.domain.audience import climbing
from vigie.domain.incident import LADDER_TIMER, Desk, Entry, Ladders, Paging, Tally, Timer
from vigie.domain.instants import to_iso
from vigie.domain.ladder import CLAIM_FOR, ready_at

# A message may be hidden for two minutes after a crash, and the sweep comes each minute.
TOLERANCE = timedelta(minutes=3)
# So many incidents are looked at in one run; with more open ones, each has its turn.
MOST = 400

NO_TIMER, OVERDUE, TOO_LATE = "no_timer", "overdue", "too_late"
FAILING, NO_LADDER = "failing", "no_ladder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An incident as the audit reads it; what is not there is None."""

    tally: Tally | None
    desk: Desk
    ladders: Ladders | None
    timer: Timer | None
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with a ladder, since when, and the timer that mends it: None where it was
    mended before, or where only people can."""

    incident_id: str
    what: str
    since: datetime
    timer: Timer | None = None


def turn(ids: Sequence[str], now: datetime, most: int = MOST) -> tuple[str, ...]:
    """Whose turn it is in this minute: all of them, or the next `most` of very many."""
    if len(ids) <= most:
        return tuple(ids)
    ordered = sorted(ids)
    start = int(now.timestamp() // 60) * most % len(ordered)
    return tuple((ordered + ordered)[start : start + most])


def examined(checked: Checked, now: datetime) -> Finding | None:
    """What is wrong; None for a ladder that runs as it should, or that nobody needs any more."""
    tally, timer = checked.tally, checked.timer
    if tally is None or tally.closed_at is not None or checked.desk.is_acknowledged:
        return None
    paged_at = checked.paging.last_paged_at or tally.opened_at
    if checked.ladders is None or not checked.ladders.by_severity:
        return Finding(incident_id=tally.id, what=NO_LADDER, since=paged_at)
    if timer is None:
        return Finding(
            incident_id=tally.id,
            what=NO_TIMER,
            since=paged_at,
            timer=_anew(tally, checked.desk, now),
        )
    ready = ready_at(timer.due_at, timer.claimed_until)
    if now - ready > TOLERANCE:
        return _finding(timer, OVERDUE, timer.owed_since or timer.due_at, now)
    if ready - now > _longest(timer, checked.ladders) + TOLERANCE:
        return _finding(timer, TOO_LATE, paged_at, now)
    if timer.failing_since is not None and now - timer.failing_since > TOLERANCE:
        # It is tried again all the time, with its own alarm: there is nothing to mend here.
        return Finding(incident_id=tally.id, what=FAILING, since=timer.failing_since)
    return None


def repaired(finding: Finding, now: datetime) -> Entry:
    """What the timeline says of a mended ladder."""
    return Entry(
        incident_id=finding.incident_id,
        at=now,
        id=f"repaired-{finding.what}",
        what="repaired",
        by="watch",
        facts={"found": finding.what, "since": to_iso(finding.since)},
    )


def _finding(timer: Timer, what: str, since: datetime, now: datetime) -> Finding:
    again = replace(
        timer,
        due_at=now,
        claim="",
        claimed_until=None,
        owed_since=timer.owed_since or min(timer.due_at, now),
        mended=True,
    )
    return Finding(
        incident_id=timer.incident_id,
        what=what,
        since=since,
        timer=None if timer.mended else again,
    )


def _longest(timer: Timer, ladders: Ladders) -> timedelta:
    """How far ahead the plan may have put the next page."""
    ladder = climbing(timer, ladders)
    if not timer.fired or ladder is None:
        return CLAIM_FOR
    _, before = ladder.step_at(timer.fired - 1)
    return max(CLAIM_FOR, before.ack_within)


def _anew(tally: Tally, desk: Desk, now: datetime) -> Timer:
    """Nobody knows how far the lost one had come: from the first step."""
    return Timer(
        incident_id=tally.id,
        brand=tally.brand,
        name=LADDER_TIMER,
        run=tally.run + desk.restarts,
        fired=0,
        severity=tally.severity,
        due_at=now,
        mended=True,
    )
