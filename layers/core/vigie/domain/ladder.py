"""The ladder: who is still to be paged in the present step, and when the next one is due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vigie.domain.incident import Timer
from vigie.domain.people import Person
from vigie.domain.plan import Ladder, Severity, Step

# A claim outlasts the function's time-out, so that a claim that has run out belongs to the dead.
CLAIM_FOR = timedelta(seconds=60)
# Clocks of queue and function differ a little: a step this early is taken, not sent round again.
EARLY = timedelta(seconds=1)
# How old the desk may be at most when a page goes out.
FRESH_FOR = timedelta(seconds=1)
# The watch looks this far ahead each minute; what is due sooner must be queued at once.
SWEEP = timedelta(minutes=2)

_BACKOFF = (timedelta(seconds=15), timedelta(seconds=30), timedelta(seconds=60))


@dataclass(frozen=True, slots=True, kw_only=True)
class PagingChange:
    """What one go at a step adds to the incident's `Paging`.

    `worst` is set when this go was later than any before. `failing_since` is set while pages
    cannot be published, and None once they can.
    """

    pages: int
    first_at: datetime | None
    last_at: datetime | None
    worst: timedelta | None
    failing_since: datetime | None


def ladder_for(ladders: Mapping[Severity, Ladder], severity: Severity) -> Ladder | None:
    """The ladder of that severity, else of the next graver one, else of the gravest there is."""
    nearest_first = sorted(
        ladders, key=lambda s: (s.rank < severity.rank, abs(s.rank - severity.rank))
    )
    return ladders[nearest_first[0]] if nearest_first else None


def slot(person: Person, channel: str) -> str:
    """What `Timer.sent` holds of a page."""
    return f"{person.id}/{channel}"


def outstanding(
    pages: Sequence[tuple[Person, str]], sent: tuple[str, ...]
) -> tuple[tuple[Person, str], ...]:
    """Of the people and channels of a step those that are not in `sent`."""
    return tuple(page for page in pages if slot(*page) not in sent)


def climbed(timer: Timer, step: Step, now: datetime) -> Timer:
    """The timer after `step` went out: the next page follows unless somebody acknowledges."""
    return replace(
        timer,
        fired=timer.fired + 1,
        due_at=now + step.ack_within,
        claim="",
        claimed_until=None,
        attempts=0,
        failing_since=None,
        sent=(),
        owed_since=None,
        mended=False,
    )


def put_off(timer: Timer, sent: tuple[str, ...], now: datetime) -> Timer:
    """The timer after a page could not be published: the same step again, soon, without those
    that went out."""
    wait = _BACKOFF[min(timer.attempts, len(_BACKOFF) - 1)]
    return replace(
        timer,
        due_at=now + wait,
        claim="",
        claimed_until=None,
        attempts=timer.attempts + 1,
        # Since when the page is owed, not since when we know that it fails: so the delay that
        # people see is the whole one.
        failing_since=timer.failing_since or timer.owed_since or min(timer.due_at, now),
        sent=timer.sent + sent,
    )


def held_back(timer: Timer, sent: tuple[str, ...], until: datetime, now: datetime) -> Timer:
    """The timer of a step that is paged at `until` together with others, or to the rest of its
    people: what went out stands, and since when it is owed is kept."""
    return replace(
        timer,
        due_at=until,
        claim="",
        claimed_until=None,
        owed_since=timer.owed_since or min(timer.due_at, now),
        sent=timer.sent + sent,
    )


def lateness(timer: Timer, now: datetime) -> timedelta:
    """How much later than promised a page of the present step goes out at `now`."""
    return max(timedelta(0), now - (timer.failing_since or timer.owed_since or timer.due_at))


def ready_at(due_at: datetime, claimed_until: datetime | None) -> datetime:
    """When a timer can next be claimed: a claim that is alive must run out first."""
    return due_at if claimed_until is None else max(due_at, claimed_until)
