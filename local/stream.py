"""A recorded stream: lines of X API v2 responses, and the instant at which each one is fed."""

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median_low
from typing import Any

# A line that claims to be this much later than the one before is believed only if those that
# follow agree: one post with a wrong clock must not carry the whole stream into the future.
LEAP = timedelta(hours=1)
LOOK_AHEAD = 6
# A first line this much older than those behind it has a wrong clock.
STRAY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file and when it is fed; instants never go back."""

    text: bytes
    at: datetime


def lines_in_time(source: Iterable[bytes]) -> Iterator[Line]:
    """Give every line that is not blank its instant, from the posts' `created_at`."""
    upcoming: deque[tuple[bytes, datetime | None]] = deque()
    iterator = iter(line for line in source if line.strip())
    now: datetime | None = None
    while True:
        while len(upcoming) < LOOK_AHEAD:
            text = next(iterator, None)
            if text is None:
                break
            upcoming.append((text, claimed_at(text)))
        if not upcoming:
            return
        text, claimed = upcoming[0]
        now = _believed(claimed, now, [at for _, at in upcoming if at is not None])
        upcoming.popleft()
        yield Line(text, now)


def claimed_at(line: bytes) -> datetime | None:
    """The newest `created_at` of the line's posts; None where none can be read."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None
    found = data.get("data") if isinstance(data, dict) else None
    posts = found if isinstance(found, list) else [found]
    instants = [at for post in posts if (at := _created_at(post)) is not None]
    return max(instants, default=None)


def _created_at(post: Any) -> datetime | None:
    value = post.get("created_at") if isinstance(post, dict) else None
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _believed(claimed: datetime | None, now: datetime | None, upcoming: list[datetime]) -> datetime:
    """The line's own instant, unless it goes back or leaps ahead of what follows it."""
    if now is None:
        if not upcoming:
            return datetime.now(UTC)
        middle = median_low(upcoming)
        believable = claimed is not None and middle - STRAY < claimed < middle + LEAP
        return claimed if claimed is not None and believable else middle
    if claimed is None or claimed <= now:
        return now
    if claimed - now > LEAP and median_low(upcoming) < claimed - LEAP:
        return now
    return claimed
