"""A feed of X as a `Source`: walks, refusals and gaps of X become pages, troubles and cursors."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from vigie.domain import prices
from vigie.domain.budget import MENTIONS_SHARE, SEARCH_SHARE
from vigie.domain.cursor import Gap
from vigie.domain.plan import Brand
from vigie.domain.x_walk import (
    TIMELINE_DEPTH,
    Feed,
    Lost,
    Via,
    Walk,
    addressed_to,
    advance,
    begin,
    billed,
    complete,
    from_text,
    lost_below,
    restart,
    to_text,
    within_search,
)
from vigie.errors import Rejected, Unavailable, UnknownVersion
from vigie.ports import Capabilities, Fetched, Timelines
from vigie.services.ingest import read_posts
from vigie.x_posts import Page, post_id, read_page

# 4 runs a minute over the shortest overlap: 60 of the 450 calls of a window.
FASTEST = timedelta(seconds=15)
_SHARES = {Via.SEARCH: SEARCH_SHARE, Via.MENTIONS: MENTIONS_SHARE}

SEARCH_REACH = "older than what recent search shows (seven days)"
TIMELINE_REACH = "beyond the newest 800 of the timeline, and the brand has no handle to search for"


@dataclass(frozen=True, slots=True)
class XSource:
    """One mentions timeline or search, read for one brand."""

    feed: Feed
    of: Brand
    timelines: Timelines

    @property
    def brand(self) -> str:
        """See `Source.brand`."""
        return self.feed.brand

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return self.feed.name

    @property
    def capabilities(self) -> Capabilities:
        """Searches stop before the timelines do: who names the account is told more surely."""
        return Capabilities(paid=True, share=_SHARES[self.feed.via], fastest=FASTEST)

    def begin(self, now: datetime) -> str:
        """See `Source.begin`."""
        return to_text(begin(Walk(), now))

    def fetch(self, cursor: str, now: datetime) -> Fetched:
        """See `Source.fetch`."""
        walk = begin(_opened(cursor), now)
        gaps: list[Gap] = []
        if walk.below and not addressed_to(self.of):
            self._note(lost_below(walk), TIMELINE_REACH, gaps)
            return Fetched(found=(), cursor=to_text(complete(walk)), complete=True, gaps=gaps)
        asked = self._asked(walk)
        if asked.via is Via.SEARCH:
            walk, lost = within_search(walk, now)
            self._note(lost, SEARCH_REACH, gaps)
            if walk.below and walk.below <= walk.since:  # the timeline alone reaches further
                return Fetched(found=(), cursor=to_text(complete(walk)), complete=True, gaps=gaps)
        try:
            answer = self.timelines.page(
                asked,
                since_id=walk.since,
                until_id=walk.below,
                token=walk.next_token,
                now=now,
            )
            page = _read(answer)
            if page.next_token and page.next_token == walk.next_token:
                raise Rejected("X gave the same next_token twice", field="next_token")
        except Rejected as rejected:
            return self._mended(walk, rejected, now, gaps)
        return self._taken(walk, page, now, gaps)

    def _taken(self, walk: Walk, page: Page, now: datetime, gaps: list[Gap]) -> Fetched:
        ids = {id_ for id_ in map(post_id, page.posts) if id_ is not None}
        fresh = tuple(raw for raw in page.posts if post_id(raw) not in walk.recent)
        depth = TIMELINE_DEPTH if self.feed.via is Via.MENTIONS else 0
        after = advance(walk, ids, page.next_token, now, depth=depth)
        return Fetched(
            found=read_posts(replace(page, posts=fresh), (self.of,), now, self.name),
            cursor=to_text(after),
            complete=not after.is_under_way,
            cost_usd=_cost(page, billed(walk, ids, now)),
            gaps=gaps,
        )

    def _asked(self, walk: Walk) -> Feed:
        if not walk.below:
            return self.feed
        return replace(self.feed, via=Via.SEARCH, subject=addressed_to(self.of))

    def _mended(self, walk: Walk, rejected: Rejected, now: datetime, gaps: list[Gap]) -> Fetched:
        """X will never answer this request; another one may do. Raises what nobody here mends."""
        if rejected.field == "next_token":
            # Not at once: a token that X never takes would be walked to again and again.
            return Fetched(
                found=(),
                cursor=to_text(restart(walk)),
                complete=False,
                gaps=gaps,
                trouble=rejected.reason,
            )
        clamped, lost = within_search(walk, now)
        if rejected.field != "since_id" or clamped == walk:
            raise rejected
        self._note(lost, SEARCH_REACH, gaps)
        return Fetched(found=(), cursor=to_text(clamped), complete=False, gaps=gaps)

    def _note(self, lost: Lost | None, why: str, gaps: list[Gap]) -> None:
        if lost is not None:
            gaps.append(
                Gap(brand=self.brand, source=self.name, begin=lost.begin, end=lost.end, why=why)
            )


def _opened(cursor: str) -> Walk:
    try:
        return from_text(cursor)
    except (ValueError, KeyError) as error:
        raise UnknownVersion(f"a cursor cannot be read: {error}") from error


def _read(answer: Mapping[str, Any]) -> Page:
    """X's answer; one that cannot be read today may be whole in a minute."""
    try:
        return read_page(answer)
    except Rejected as error:
        raise Unavailable(f"X's answer cannot be read: {error.reason}") from error


def _cost(page: Page, posts: frozenset[int]) -> float:
    authors = {
        str(raw.get("author_id"))
        for raw in page.posts
        if isinstance(raw, dict) and post_id(raw) in posts
    }
    return prices.reading(len(posts), len(authors & page.users.keys()))
