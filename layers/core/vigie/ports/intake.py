"""Where posts come from, where a source stands, and what reading it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, timedelta

    from vigie.domain.budget import Spend, Stop
    from vigie.domain.cursor import Cursor, Gap
    from vigie.domain.mention import Mention
    from vigie.domain.own_post import OwnPost
    from vigie.domain.x_walk import Feed
    from vigie.queues import Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What the poller must know of a source.

    `paid`: its pages cost money of the app, so that it stops with the app and with the budget,
    at `share` of it. `fastest` is how soon it may be read again in a burst, None for not before
    the schedule's next tick.
    """

    paid: bool = False
    share: float = 1.0
    fastest: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One page of a source, in whatever order the source has.

    `cursor` is where to go on, and `complete` whether that is for later. What is lost for good is
    told in `gaps`; `trouble` says what went wrong although there is a cursor to go on from.
    """

    found: Sequence[Mention | Unread]
    cursor: str
    complete: bool
    unmatched: int = 0
    cost_usd: float = 0.0
    gaps: Sequence[Gap] = ()
    trouble: str = ""


class Source(Protocol):
    """Where posts come from, one page at a time. Everything that is peculiar to a network stays
    behind this: a new one is a class with these five names."""

    @property
    def brand(self) -> str:
        """The id of the brand that it is read for, or of none of them."""
        ...

    @property
    def name(self) -> str:
        """Tells it from the brand's other sources, for good: cursors are kept under it."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """See `Capabilities`."""
        ...

    def begin(self, now: datetime) -> str:
        """The cursor of a source that was never read: what comes after it is not missed, however
        long the first page is refused."""
        ...

    def fetch(self, cursor: str, now: datetime) -> Fetched:
        """The page after `cursor`, which is a text that this source gave.

        Fetching again from the same cursor finds at least the same again. Raises `RateLimited`,
        `BudgetExhausted`, `Unavailable`; `Rejected` when the source must be mended by people.
        """
        ...


class Cursors(Protocol):
    """How far each source has been read, each under a lease."""

    def take(
        self, brand: str, source: str, *, owner: str, until: datetime, now: datetime
    ) -> Cursor | None:
        """Lease the source until `until` and read where it stands; a new source has an empty
        cursor.

        None while somebody else holds it, or while it is held back (`not_before`). The same
        `owner` may take its own lease again: a run that was cut off goes on. Raises
        `UnknownVersion`.
        """
        ...

    def save(self, cursor: Cursor, *, owner: str, release: bool = False) -> None:
        """Remember the cursor, and give the lease back with `release`.

        Raises `Conflict` when the lease is somebody else's by now: then nothing was written.
        """
        ...

    def read(self, brand: str, source: str) -> Cursor | None:
        """Where the source stands, without a lease; None when it was never read."""
        ...

    def all(self, brand: str) -> tuple[Cursor, ...]:
        """Where every source of the brand stands, those included that left the plan."""
        ...


class Gaps(Protocol):
    """What was missed for good."""

    def add(self, gap: Gap, now: datetime) -> None:
        """Keep it; the same source and beginning twice is one gap, with the later end."""
        ...

    def all(self, brand: str) -> tuple[Gap, ...]:
        """Of one brand, the newest first."""
        ...


class Ledger(Protocol):
    """What the app has spent, and whether X has stopped it."""

    def spend(self, day: date) -> Spend:
        """What that UTC day has cost so far, strongly consistent."""
        ...

    def add(self, day: date, what: str, usd: float) -> Spend:
        """Book a sum under `what`, such as `acme/mentions:1000000001`, and give the day's."""
        ...

    def stopped(self) -> Stop | None:
        """The last stop, over or not."""
        ...

    def stop(self, stop: Stop) -> None:
        """Nobody asks X for anything before `stop.until`."""
        ...


class Timelines(Protocol):
    """Where posts are read: X, or what stands in for it."""

    def page(
        self, feed: Feed, *, since_id: int, token: str, now: datetime, until_id: int = 0
    ) -> Mapping[str, Any]:
        """One response page, newest posts first, of those newer than `since_id` and, where it is
        given, older than `until_id`.

        `token` leads to the page after an earlier one. Raises `RateLimited`, `BudgetExhausted`,
        `Unavailable`; `Rejected` with the parameter in `field` (`since_id`, `next_token`) when
        the request itself is wrong.
        """
        ...


class Announcements(Protocol):
    """What X tells of the organisation's own accounts and of the connection itself. Every write
    may be repeated."""

    def published(self, brand: str, post: OwnPost, now: datetime) -> None:
        """The brand has published this post; one that was withdrawn stays withdrawn."""
        ...

    def withdrawn(self, brand: str, post_id: str, now: datetime) -> None:
        """The brand has deleted this post of its own."""
        ...

    def heard(self, now: datetime) -> None:
        """X has delivered something."""
        ...

    def billed(self, usd: float, now: datetime) -> None:
        """What X charges for events, booked for the day where the ledger finds it."""
        ...

    def revoked(self, user_id: str, said_at: str, now: datetime) -> bool:
        """The account has taken its consent back, at the instant that X says; False when that
        was known."""
        ...
