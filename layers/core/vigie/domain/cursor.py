"""Where the reading of a source stands, whatever its network, and when it is read next."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# The schedule's own pace, and how much sooner than due a run may be: ticks are not exact.
TICK = timedelta(minutes=1)
SLACK = timedelta(seconds=10)
# A source that has shown nothing new for so long is read so often.
IDLE_PACES = (
    (timedelta(hours=6), timedelta(minutes=5)),
    (timedelta(hours=1), timedelta(minutes=2)),
)
# So many new posts a minute are a burst: the source is read again before the next tick.
BURST_POSTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """`position` is the source's own text, which nobody else reads; "" is its beginning.

    Not read before `not_before`; `again_at` is when a message of the last burst reads it again.
    `quiet_since` is when it last showed something new, or was first read; `last_success_at` when
    it last answered; `last_error` is why it did not since, in our own words.
    """

    brand: str
    source: str
    position: str = ""
    not_before: datetime | None = None
    again_at: datetime | None = None
    quiet_since: datetime | None = None
    last_success_at: datetime | None = None
    last_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A span that was not read, and never will be: posts in it may be missing."""

    brand: str
    source: str
    begin: datetime
    end: datetime
    why: str


def hold(cursor: Cursor, until: datetime | None, why: str) -> Cursor:
    """Not read again before `until`; the position stays, so that the reading goes on then."""
    return replace(cursor, not_before=until, last_error=why[:500])


def moved(cursor: Cursor, position: str, *, found: bool, now: datetime) -> Cursor:
    """After what a fetch found has been queued."""
    return replace(
        cursor,
        position=position,
        not_before=None,
        quiet_since=now if found or cursor.quiet_since is None else cursor.quiet_since,
        last_success_at=now,
        last_error="",
    )


def paced(cursor: Cursor, *, found: int, now: datetime, slowest: timedelta) -> Cursor:
    """After a whole reading that found so many: an idle source rests, but never for longer than
    `slowest`."""
    quiet = now - (cursor.quiet_since or now)
    pace = next((pace for idle, pace in IDLE_PACES if not found and quiet >= idle), TICK)
    pace = min(pace, slowest)
    return replace(cursor, not_before=now + pace - SLACK if pace > TICK else None)


def is_burst(found: int, since: timedelta, *, ended: bool) -> bool:
    """Whether the next tick is too far: much came `since` the last reading, or there is more."""
    share = min(since, TICK) / TICK
    return not ended or found >= max(1, BURST_POSTS * share)
