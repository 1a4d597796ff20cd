"""How far each source of X has been read, and what a page, a refusal or a new run change in it.

A walk reads a timeline from its newest post back to where the last complete walk stood, page by
page. `committed_id` moves only when a walk is complete: whatever stops a walk, no post between is
passed by. Edits, deletions and gap records are not known here yet.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from vigie.domain.plan import Brand
from vigie.domain.snowflakes import snowflake as snowflake

# Ids rise only roughly with time and X's index lags: each walk reads so far again behind the last.
OVERLAP = timedelta(minutes=15)
# Where the very first walk of a source begins.
FIRST_REACH = timedelta(minutes=15)
# Ids kept so that the overlap is not queued again; a storm beyond it only costs duplicates.
RECENT_IDS = 1000
# Recent search goes no further back, and refuses a since_id that does.
SEARCH_DEPTH = timedelta(days=7) - timedelta(minutes=5)


class Via(StrEnum):
    """Which endpoint of X a source reads."""

    MENTIONS = "mentions"
    SEARCH = "search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One timeline or search that is read for a brand: `subject` is an X user id or a query."""

    brand: str
    via: Via
    subject: str

    @property
    def name(self) -> str:
        """`mentions:<user id>`, or `search:<8 hex digits of the query>`: a changed query is
        another source with a walk of its own, in whatever order the plan lists them."""
        if self.via is Via.MENTIONS:
            return f"{self.via}:{self.subject}"
        return f"{self.via}:{hashlib.sha256(self.subject.encode()).hexdigest()[:8]}"


def sources_of(brand: Brand) -> tuple[Source, ...]:
    """All that is read for the brand; with handles alone, a search for them."""
    queries = brand.queries
    if not brand.x_ids and not queries:
        queries = (" OR ".join(f"@{handle}" for handle in brand.handles),)
    return (
        *(Source(brand=brand.id, via=Via.MENTIONS, subject=x_id) for x_id in brand.x_ids),
        *(Source(brand=brand.id, via=Via.SEARCH, subject=query) for query in queries if query),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a source stands; 0 and "" mean none.

    Posts up to `committed_id` have been queued, by a walk begun at `walked_at`. While a walk is
    under way `next_token` leads to its next page, `walk_since` is where it ends, and `target_id`
    is its newest post. `recent` are ids of posts dealt with that a later page may show again.
    """

    brand: str
    source: str
    committed_id: int = 0
    walked_at: datetime | None = None
    target_id: int = 0
    next_token: str = ""
    walk_since: int = 0
    walk_started_at: datetime | None = None
    recent: frozenset[int] = frozenset()
    not_before: datetime | None = None
    last_success_at: datetime | None = None
    last_error: str = ""


def begin(cursor: Cursor, now: datetime) -> Cursor:
    """Ready to read a page: the walk under way goes on, else a new one begins."""
    if cursor.next_token:
        return cursor
    committed = cursor.committed_id or snowflake(now - FIRST_REACH)
    return replace(
        cursor,
        committed_id=committed,
        target_id=0,
        walk_since=_floor(committed, cursor.walked_at),
        walk_started_at=now,
    )


def advance(cursor: Cursor, ids: Iterable[int], next_token: str, now: datetime) -> Cursor:
    """After the posts of a page, `ids`, have been queued. Without `next_token` the walk is
    complete."""
    seen = frozenset(ids)
    # Only a walk's first page shows the newest post; a later one must not move the target.
    target = cursor.target_id if cursor.next_token else max(seen, default=0)
    moved = replace(
        cursor,
        target_id=target,
        next_token=next_token,
        recent=_newest(cursor.recent | seen),
        not_before=None,
        last_success_at=now,
        last_error="",
    )
    if next_token:
        return moved
    committed = max(cursor.committed_id, target)
    floor = _floor(committed, cursor.walk_started_at)
    return replace(
        moved,
        committed_id=committed,
        walked_at=cursor.walk_started_at,
        target_id=0,
        walk_since=0,
        walk_started_at=None,
        recent=frozenset(id_ for id_ in moved.recent if id_ > floor),
    )


def hold(cursor: Cursor, until: datetime, why: str) -> Cursor:
    """Not read again before `until`; everything else stays, so that the walk goes on then."""
    return replace(cursor, not_before=until, last_error=why)


def restart(cursor: Cursor) -> Cursor:
    """X no longer takes the walk's token: walk again from the newest post."""
    return replace(cursor, target_id=0, next_token="", walk_since=0, walk_started_at=None)


def clamp(cursor: Cursor, now: datetime) -> Cursor:
    """X refuses the walk's end as too old, or as one that cannot be: take the nearest it can take.

    Unchanged when it was within reach. What lies before the new end is not read: a gap.
    """
    oldest, newest = snowflake(now - SEARCH_DEPTH), snowflake(now)
    if oldest <= cursor.walk_since <= newest:
        return cursor
    return replace(
        restart(cursor),
        committed_id=min(max(cursor.committed_id, oldest), newest),
        walked_at=None,
    )


def _floor(committed: int, walked_at: datetime | None) -> int:
    return committed if walked_at is None else min(committed, snowflake(walked_at - OVERLAP))


def _newest(ids: frozenset[int]) -> frozenset[int]:
    return ids if len(ids) <= RECENT_IDS else frozenset(sorted(ids)[-RECENT_IDS:])
