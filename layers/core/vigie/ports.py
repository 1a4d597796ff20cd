"""What the services need of the outside world, in small protocols.

Every method may raise `Unavailable` (throttled, timed out, not answering): the caller leaves its
message in the queue. Conditional writes raise `Conflict`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from vigie.domain.change import Change, Known
from vigie.domain.cursor import Cursor, Source
from vigie.domain.incident import BrandState, Desk, Entry, Ladders, Paging, Tally, Timer
from vigie.domain.ladder import PagingChange
from vigie.domain.links import Link
from vigie.domain.mention import LabelledMention
from vigie.domain.outbox import OutboxEntry
from vigie.domain.own_post import OwnPost
from vigie.domain.page import Message
from vigie.domain.staff import StaffToken
from vigie.messages import PostNow
from vigie.queues import Backoff as Backoff
from vigie.queues import DeadLetters as DeadLetters
from vigie.queues import Outgoing as Outgoing
from vigie.queues import Queue as Queue

# ------------------------------------------------------------------------------------ triage

# Prefix of the conditions that name a candidate which is no longer stored.
GONE = "gone:"


class TriageStore(Protocol):
    """What triage reads and commits; all reads are strongly consistent."""

    def state(self, brand: str) -> BrandState:
        """The brand's state, a fresh one (version 0) for a brand never seen."""
        ...

    def known(self, keys: Sequence[str]) -> Mapping[str, Known]:
        """What is stored under the mentions' keys; absent keys are left out."""
        ...

    def incidents(self, ids: Sequence[str]) -> Mapping[str, tuple[Tally, Desk]]:
        """Tally and desk (empty when nobody touched it) of each incident that exists."""
        ...

    def commit(self, change: Change, now: datetime) -> None:
        """Write all of the change or nothing.

        Raises `Conflict` when the brand's state, a mention or a desk is no longer what was read;
        its `failed` names adopted or repeated mentions that are gone as `gone:<key>`.
        """
        ...

    def refreshed(self, key: str, post: PostNow, at: datetime) -> None:
        """Keep what X says of a stored mention, and when to ask again.

        Raises `Conflict` when it is gone, or newer numbers are there.
        """
        ...


# ---- escalate


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An incident as escalate reads it, strongly consistent."""

    tally: Tally
    desk: Desk
    ladders: Ladders
    paging: Paging


class Escalations(Protocol):
    """The ladder timers, and what paging leaves on an incident."""

    def claim(
        self, incident_id: str, timer: str, *, claim: str, now: datetime, until: datetime
    ) -> Timer | None:
        """Take the timer until `until`, if it is due by `now` + `EARLY` and nobody has it.

        None when there is no such timer, it is not due or somebody else works on it. Claiming
        again with the same `claim` succeeds. Raises `UnknownVersion`.
        """
        ...

    def read(self, incident_id: str) -> Standing | None:
        """None when there is no such incident."""
        ...

    def desk(self, incident_id: str) -> Desk:
        """The desk as it is at this moment (strongly consistent); empty when nobody touched it."""
        ...

    def add_link(self, link: Link) -> None:
        """Keep an acknowledge link until it expires."""
        ...

    def move(
        self, before: Timer, after: Timer, change: PagingChange, entries: Sequence[Entry]
    ) -> None:
        """Write timer, paging and entries together, if the timer still has `before`'s run, count
        and claim. Raises `Conflict` when it is gone or newer: then nothing was written."""
        ...

    def record(self, incident_id: str, change: PagingChange, entries: Sequence[Entry]) -> None:
        """Write what was done although the timer is no longer ours."""
        ...

    def drop(self, timer: Timer) -> None:
        """Delete a timer that nobody needs any more. Raises `Conflict` when it is gone or newer."""
        ...


class Pager(Protocol):
    """Where pages go out."""

    def publish(self, message: Message) -> None:
        """Hand one page to the topic, once, without retry.

        Raises `Unavailable` when it may not have been accepted, `Rejected` when it can never be.
        """
        ...


# ---- api

Before = tuple[datetime, str] | None
"""Where a list goes on: the instant and the id of the last one that was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One incident of a list."""

    tally: Tally
    desk: Desk
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One incident in full. `timer` is there while somebody is still to be paged; `timeline`
    holds the latest entries, oldest first."""

    summary: Summary
    timer: Timer | None
    timeline: tuple[Entry, ...]


class Dossiers(Protocol):
    """Incidents and their mentions, to be read by people."""

    def summaries(
        self, brands: Sequence[str], *, open_only: bool, limit: int, before: Before
    ) -> tuple[tuple[Summary, ...], Before]:
        """Incidents opened before `before`, the newest first, and where to go on.

        An incident that was opened or closed a moment ago may be missing or left over: the
        indexes follow the table.
        """
        ...

    def dossier(self, incident_id: str) -> Dossier | None:
        """One incident, strongly consistent but for the length of its timeline."""
        ...

    def mentions(
        self, incident_id: str, *, limit: int, before: Before, now: datetime
    ) -> tuple[tuple[LabelledMention, ...], Before]:
        """Mentions posted before `before`, the newest first; deleted and expired ones are left
        out, so that a page may hold fewer than `limit` although there are more."""
        ...


class Desks(Protocol):
    """What people decide. Each write also deletes the ladder timer where nobody is to be paged
    any more, and adds its entries to the timeline, in one transaction."""

    def read(self, incident_id: str) -> tuple[Tally, Desk] | None:
        """Strongly consistent; None when there is no such incident."""
        ...

    def acknowledge(self, desk: Desk, entries: Sequence[Entry]) -> None:
        """Raises `Conflict` when it is acknowledged or closed already."""
        ...

    def close(self, desk: Desk, entries: Sequence[Entry], outbox: OutboxEntry) -> None:
        """Resolve or dismiss, and keep what triage must be told. Raises `Conflict` when it is
        closed already."""
        ...

    def note(self, entries: Sequence[Entry]) -> None:
        """Add to the timeline only."""
        ...

    def sent(self, outbox: OutboxEntry) -> None:
        """Triage has been told."""
        ...

    def link(self, link_id: str) -> Link | None:
        """The link with that hash, expired or not."""
        ...


class Staff(Protocol):
    """Who may use the API: one token a person, kept as a hash."""

    def find(self, token_hash: str) -> StaffToken | None:
        """Strongly consistent: a revoked token stops at once."""
        ...

    def all(self) -> tuple[StaffToken, ...]:
        """Everybody, revoked ones included."""
        ...

    def add(self, token: StaffToken) -> None:
        """Raises `Conflict` when the hash is there already."""
        ...

    def revoke(self, token_hash: str, at: datetime) -> None:
        """Raises `Conflict` when there is no such token."""
        ...


# ---- watch


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTimer:
    """A timer that may be fired from `ready_at` on."""

    incident_id: str
    name: str
    brand: str
    ready_at: datetime


class Due(Protocol):
    """What falls due, over all incidents."""

    def until(self, instant: datetime) -> Iterator[DueTimer | OutboxEntry]:
        """Timers and outbox entries due by `instant`, the oldest first (eventually consistent)."""
        ...

    def sent(self, outbox: OutboxEntry) -> None:
        """The entry's message is in its queue."""
        ...


class Heartbeats(Protocol):
    """When triage and ingest last did something for a brand."""

    def seen_at(self, brand: str) -> datetime | None:
        """When triage last committed, None for never."""
        ...

    def sources(self, brand: str) -> Mapping[str, datetime | None]:
        """When each source of the brand was last read to its end."""
        ...


class Cursors(Protocol):
    """How far each source of X has been read, each under a lease."""

    def take(self, source: Source, *, owner: str, until: datetime, now: datetime) -> Cursor | None:
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

    def read(self, source: Source) -> Cursor | None:
        """Where the source stands, without a lease; None when it was never read."""
        ...


class Timelines(Protocol):
    """Where posts are read: X, or what stands in for it."""

    def page(
        self, source: Source, *, since_id: int, token: str, now: datetime
    ) -> Mapping[str, Any]:
        """One response page, newest posts first, of those newer than `since_id`.

        `token` leads to the page after an earlier one. Raises `RateLimited`, `BudgetExhausted`,
        `Unavailable`; `Rejected` with the parameter in `field` (`since_id`, `next_token`) when
        the request itself is wrong.
        """
        ...


# ---- ingest_webhook


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

    def revoked(self, user_id: str, said_at: str, now: datetime) -> bool:
        """The account has taken its consent back, at the instant that X says; False when that
        was known."""
        ...
