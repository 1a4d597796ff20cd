"""How far a timeline or a search of X has been read, and what a page or a refusal changes in it.

A walk reads from the newest post back to where the last complete walk stood, page by page.
`committed_id` moves only when a walk is complete: whatever stops a walk, no post between is
passed by. What X can no longer show is told as a `Lost` span, never passed over in silence.
"""

import base64
import hashlib
import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from vigie.domain.instants import from_iso, to_iso
from vigie.domain.plan import Brand
from vigie.domain.snowflakes import instant_of, snowflake

# Ids rise only roughly with time and X's index lags: so far back a post may still turn up. A deep
# walk reads all of it again; those in between, in a burst many a minute, only the last stretch.
OVERLAP = timedelta(minutes=15)
DEEP_EVERY = timedelta(minutes=5)
SHALLOW_OVERLAP = timedelta(seconds=90)
# Where the very first walk of a source begins.
FIRST_REACH = timedelta(minutes=15)
# Ids kept so that the overlap is not queued again; a storm beyond it only costs duplicates.
RECENT_IDS = 4000
# Recent search goes no further back, and refuses a since_id that does.
SEARCH_DEPTH = timedelta(days=7) - timedelta(minutes=5)
# A mentions timeline holds the newest 800. It may show fewer (deleted, protected), so that a walk
# that ends near it is taken for one that was cut off: a search too many finds nothing new.
TIMELINE_DEPTH = 700

POSITION_VERSION = 1


class Via(StrEnum):
    """Which endpoint of X a feed reads."""

    MENTIONS = "mentions"
    SEARCH = "search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
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


def feeds_of(brand: Brand) -> tuple[Feed, ...]:
    """All that is read for the brand; with handles alone, a search for them."""
    queries = brand.queries
    if not brand.x_ids and not queries:
        queries = (" OR ".join(f"@{handle}" for handle in brand.handles),)
    return (
        *(Feed(brand=brand.id, via=Via.MENTIONS, subject=x_id) for x_id in brand.x_ids),
        *(Feed(brand=brand.id, via=Via.SEARCH, subject=query) for query in queries if query),
    )


def addressed_to(brand: Brand) -> str:
    """The search that stands in for the mentions timelines; "" for a brand without handles."""
    return " OR ".join(f"@{handle} OR to:{handle}" for handle in brand.handles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """Where a feed stands; 0 and "" mean none.

    Posts up to `committed_id` have been queued, by a walk begun at `walked_at`; the last one that
    read the whole overlap began at `deep_at`. While a walk is under way `next_token` leads to its
    next page, `since` is where it ends, and `target_id` is its newest post; `seen` counts its
    posts and `oldest` is the last of them. `below` is set once the timeline was cut off: a search
    goes on from there. `recent` are ids of posts dealt with that a later page may show again;
    `read_at` is when the last page came.
    """

    committed_id: int = 0
    walked_at: datetime | None = None
    deep_at: datetime | None = None
    target_id: int = 0
    next_token: str = ""
    since: int = 0
    started_at: datetime | None = None
    deep: bool = False
    seen: int = 0
    oldest: int = 0
    below: int = 0
    recent: frozenset[int] = frozenset()
    read_at: datetime | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether there is more of it to read."""
        return bool(self.next_token or self.below)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A span in which there may be posts that X no longer shows to us."""

    begin: datetime
    end: datetime


def begin(walk: Walk, now: datetime) -> Walk:
    """Ready to read a page: the walk under way goes on, else a new one begins."""
    if walk.is_under_way:
        return walk
    committed = walk.committed_id or snowflake(now - FIRST_REACH)
    deep = walk.deep_at is None or now - walk.deep_at >= DEEP_EVERY
    floor = (
        _floor(committed, walk.deep_at, OVERLAP)
        if deep
        else _floor(committed, walk.walked_at, SHALLOW_OVERLAP)
    )
    return replace(restart(walk), committed_id=committed, since=floor, started_at=now, deep=deep)


def within_search(walk: Walk, now: datetime) -> tuple[Walk, Lost | None]:
    """The walk as recent search can take it, and what is out of its reach."""
    oldest, newest = snowflake(now - SEARCH_DEPTH), snowflake(now)
    if oldest <= walk.since <= newest:
        return walk, None
    lost = _lost(walk, oldest)
    if walk.since < oldest and not walk.next_token:
        return replace(walk, since=oldest), lost
    # A token goes with the bounds that it was given for: the walk begins anew. So it does after
    # an id from the future, which hides what was posted since.
    committed = min(max(walk.committed_id, oldest), newest)
    anew = replace(
        restart(walk), committed_id=committed, since=max(oldest, min(walk.since, newest))
    )
    return replace(anew, below=walk.below, started_at=walk.started_at, deep=walk.deep), lost


def advance(
    walk: Walk, ids: Iterable[int], next_token: str, now: datetime, *, depth: int = 0
) -> Walk:
    """After the posts of a page, `ids`, have been queued. Without `next_token` the walk is
    complete, unless it has shown about all that a timeline of `depth` posts holds."""
    page = frozenset(ids)
    first = not walk.seen and not walk.below
    moved = replace(
        walk,
        # Only a walk's first page shows the newest post; a later one must not move the target.
        target_id=max(page, default=0) if first and not walk.next_token else walk.target_id,
        next_token=next_token,
        seen=walk.seen + len(page),
        oldest=min([id_ for id_ in (walk.oldest, *page) if id_], default=0),
        recent=_newest(walk.recent | page),
        read_at=now,
    )
    if next_token:
        return moved
    if depth and not walk.below and moved.seen >= depth and moved.oldest > walk.since:
        return replace(moved, below=moved.oldest)
    return complete(moved)


def complete(walk: Walk) -> Walk:
    """The walk has come to its end: what it has passed is done with."""
    deep_at = walk.started_at if walk.deep else walk.deep_at
    committed = max(walk.committed_id, walk.target_id)
    floor = _floor(committed, deep_at, OVERLAP)
    return replace(
        restart(walk),
        committed_id=committed,
        walked_at=walk.started_at,
        deep_at=deep_at,
        recent=frozenset(id_ for id_ in walk.recent if id_ > floor),
    )


def restart(walk: Walk) -> Walk:
    """X no longer takes the walk's token: walk again from the newest post."""
    return replace(
        walk,
        target_id=0,
        next_token="",
        since=0,
        started_at=None,
        deep=False,
        seen=0,
        oldest=0,
        below=0,
    )


def billed(walk: Walk, ids: Iterable[int], now: datetime) -> frozenset[int]:
    """Those of a page's posts that X charges: it does so once a UTC day for each."""
    page = frozenset(ids)
    if walk.read_at is None or walk.read_at.date() != now.date():
        return page
    # Ids that no longer fit were read as well.
    floor = min(walk.recent) if len(walk.recent) >= RECENT_IDS else 0
    return frozenset(id_ for id_ in page - walk.recent if id_ > floor)


def lost_below(walk: Walk) -> Lost | None:
    """What the timeline has cut off, where no search can go on."""
    return _lost(walk, walk.below)


def to_text(walk: Walk) -> str:
    """The walk as the opaque text that a cursor keeps."""
    recent = sorted(walk.recent)
    values = {
        "v": POSITION_VERSION,
        "committed": walk.committed_id,
        "walked_at": _iso(walk.walked_at),
        "deep_at": _iso(walk.deep_at),
        "target": walk.target_id,
        "token": walk.next_token,
        "since": walk.since,
        "started_at": _iso(walk.started_at),
        "deep": walk.deep,
        "seen": walk.seen,
        "oldest": walk.oldest,
        "below": walk.below,
        "recent": base64.b64encode(struct.pack(f">{len(recent)}Q", *recent)).decode(),
        "read_at": _iso(walk.read_at),
    }
    return json.dumps({n: v for n, v in values.items() if v}, separators=(",", ":"))


def from_text(text: str) -> Walk:
    """The inverse of `to_text`; "" is a feed never read. Raises ValueError for what is neither,
    or was written by newer code."""
    if not text:
        return Walk()
    data: dict[str, Any] = json.loads(text)
    if data["v"] > POSITION_VERSION:
        raise ValueError(f"a walk of version {data['v']}, this code reads up to {POSITION_VERSION}")
    recent = base64.b64decode(data.get("recent", ""))
    return Walk(
        committed_id=data.get("committed", 0),
        walked_at=_instant(data.get("walked_at")),
        deep_at=_instant(data.get("deep_at")),
        target_id=data.get("target", 0),
        next_token=data.get("token", ""),
        since=data.get("since", 0),
        started_at=_instant(data.get("started_at")),
        deep=data.get("deep", False),
        seen=data.get("seen", 0),
        oldest=data.get("oldest", 0),
        below=data.get("below", 0),
        recent=frozenset(struct.unpack(f">{len(recent) // 8}Q", recent)),
        read_at=_instant(data.get("read_at")),
    )


def _lost(walk: Walk, until: int) -> Lost | None:
    """From where everything was read last, to `until`."""
    read = instant_of(walk.committed_id)
    if walk.walked_at is not None:
        read = max(read, walk.walked_at)
    end = instant_of(until)
    return Lost(begin=read, end=end) if read < end else None


def _floor(committed: int, walked_at: datetime | None, overlap: timedelta) -> int:
    return committed if walked_at is None else min(committed, snowflake(walked_at - overlap))


def _newest(ids: frozenset[int]) -> frozenset[int]:
    return ids if len(ids) <= RECENT_IDS else frozenset(sorted(ids)[-RECENT_IDS:])


def _iso(instant: datetime | None) -> str:
    return "" if instant is None else to_iso(instant)


def _instant(text: str | None) -> datetime | None:
    return from_iso(text) if text else None
