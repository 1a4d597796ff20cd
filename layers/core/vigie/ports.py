"""What the services need of the outside world, in small protocols.

Every method may raise `Unavailable` (throttled, timed out, not answering): the caller leaves its
message in the queue. Conditional writes raise `Conflict`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from vigie.queues import Backoff as Backoff
from vigie.queues import DeadLetters as DeadLetters
from vigie.queues import Outgoing as Outgoing
from vigie.queues import Queue as Queue
from vigie.queues import Unread as Unread

# For the reader and the type checker alone: every function would load every domain module.
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date, datetime, timedelta

    from vigie.domain.auditing import Checked
    from vigie.domain.budget import Spend, Stop
    from vigie.domain.change import Change, Known
    from vigie.domain.clocks import ClockChange
    from vigie.domain.compliance import Compliance, Job
    from vigie.domain.contacts import Held, Roster, Wanted
    from vigie.domain.correction import Correction
    from vigie.domain.cursor import Cursor, Gap
    from vigie.domain.incident import BrandState, Desk, Entry, Ladders, Paging, Tally, Timer
    from vigie.domain.ladder import PagingChange
    from vigie.domain.links import Link
    from vigie.domain.mention import LabelledMention, Mention
    from vigie.domain.outbox import OutboxEntry
    from vigie.domain.override import Override
    from vigie.domain.own_post import OwnPost
    from vigie.domain.page import Message
    from vigie.domain.placed import Placed
    from vigie.domain.staff import StaffToken
    from vigie.domain.storm import Storm
    from vigie.domain.tombstones import Erasure
    from vigie.domain.x_walk import Feed
    from vigie.messages import PostNow

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

    def posts(self, keys: Sequence[str]) -> Mapping[str, LabelledMention]:
        """The mentions of these keys with their words; absent, erased and repeated ones are left
        out."""
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
    """An incident's clocks, the ladder among them, and what paging leaves on it."""

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

    def holds(self, timer: Timer) -> bool:
        """Whether the timer is at this moment as we claimed it (strongly consistent)."""
        ...

    def add_link(self, link: Link) -> None:
        """Keep an acknowledge link until it expires."""
        ...

    def move(
        self, before: Timer, after: Timer | None, change: PagingChange, entries: Sequence[Entry]
    ) -> None:
        """Write timer, paging and entries together, if the timer still has `before`'s run, count
        and claim; without `after` the timer is deleted. Raises `Conflict` when it is gone or newer:
        then nothing was written."""
        ...

    def turn(
        self, before: Desk, after: Desk, clocks: ClockChange, entries: Sequence[Entry]
    ) -> None:
        """See `Desks.turn`."""
        ...

    def record(self, incident_id: str, change: PagingChange, entries: Sequence[Entry]) -> None:
        """Write what was done although the timer is no longer ours."""
        ...

    def drop(self, timer: Timer) -> None:
        """Delete a timer that nobody needs any more. Raises `Conflict` when it is gone or newer."""
        ...


class Storms(Protocol):
    """What each person was paged in the last minutes."""

    def read(self, person: str) -> Storm:
        """Strongly consistent; a fresh one (revision 0) for whoever was not paged lately."""
        ...

    def save(self, storm: Storm, now: datetime) -> None:
        """Raises `Conflict` when somebody has written since the revision before it was read."""
        ...


class Pager(Protocol):
    """Where pages go out."""

    def publish(self, message: Message) -> str:
        """Hand one page to the topic, once, without retry; the id by which SNS's logs call it.

        Raises `Unavailable` when it may not have been accepted, `Rejected` when it can never be.
        """
        ...


# ---- api

Before: TypeAlias = "tuple[datetime, str] | None"
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
    holds the latest entries, oldest first; `clocks` are those beside the ladder."""

    summary: Summary
    timer: Timer | None
    timeline: tuple[Entry, ...]
    clocks: tuple[Timer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All that a decision about an incident's clocks rests on. `clocks` holds the ladder too;
    `ladders` is None where they were lost."""

    tally: Tally
    desk: Desk
    ladders: Ladders | None
    clocks: tuple[Timer, ...]

    def clock(self, name: str) -> Timer | None:
        """The clock of that name, None when it is not set."""
        return next((clock for clock in self.clocks if clock.name == name), None)


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
        self,
        incident_id: str,
        *,
        limit: int,
        before: Before,
        now: datetime,
        merged: Sequence[str] = (),
    ) -> tuple[tuple[LabelledMention, ...], Before]:
        """Mentions of the incident and of those that were `merged` into it, posted before
        `before`, the newest first; deleted and expired ones are left
        out, so that a page may hold fewer than `limit` although there are more."""
        ...

    def incidents_of(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Which incident each stored mention belongs to, "" for none; erased ones are left out."""
        ...

    def posts(self, keys: Sequence[str], now: datetime) -> tuple[LabelledMention, ...]:
        """The mentions of these keys in their order; deleted and expired ones are left out."""
        ...

    def versions(
        self, incident_ids: tuple[str, ...], post_ids: Sequence[str], now: datetime
    ) -> Mapping[str, LabelledMention]:
        """These incidents' mentions that are stored in these versions, by their ids; of earlier
        versions there are none.

        A version that came a moment ago may be missing: the index follows the table.
        """
        ...

    def placed(self, key: str, now: datetime) -> Placed | None:
        """How the mention of that key was placed: reposts and erased ones too, not expired ones."""
        ...


class Desks(Protocol):
    """What people decide. Each write also sets and ends clocks, the ladder's first of all where
    nobody is to be paged any more, and adds its entries to the timeline, in one transaction."""

    def read(self, incident_id: str) -> tuple[Tally, Desk] | None:
        """Strongly consistent; None when there is no such incident."""
        ...

    def board(self, incident_id: str) -> Board | None:
        """The same with ladders and clocks."""
        ...

    def turn(
        self, before: Desk, after: Desk, clocks: ClockChange, entries: Sequence[Entry]
    ) -> None:
        """Change who has the incident and its clocks. Raises `Conflict` when it is closed, when
        its owner, acknowledgement or runs are no longer as `before`, or a held clock is not."""
        ...

    def close(self, desk: Desk, entries: Sequence[Entry], outbox: OutboxEntry) -> None:
        """Resolve, dismiss or merge, and keep what triage must be told. Raises `Conflict` when it
        is closed already, or when what it is merged into is."""
        ...

    def contain(self, desk: Desk, before: Desk, entries: Sequence[Entry]) -> None:
        """Raises `Conflict` when it is closed, or no longer acknowledged and contained as
        `before`."""
        ...

    def grade(
        self, desk: Desk, before: Desk, entries: Sequence[Entry], outbox: OutboxEntry
    ) -> None:
        """Keep a person's severity, and that triage must apply it. Raises `Conflict` when it is
        closed, or somebody has set another since `before`."""
        ...

    def ask(self, incident_id: str, entries: Sequence[Entry], outbox: OutboxEntry) -> None:
        """Keep what triage is asked to do. Raises `Conflict` when the incident is closed."""
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


class Corrections(Protocol):
    """What staff said of labels, kept beside the incident and without a word of the post."""

    def add(self, correction: Correction) -> Correction | None:
        """Keep it beside earlier words on the same mention.

        Where the last of these says the same of the same version, keep nothing, and give that.
        """
        ...

    def all(self) -> Iterator[Correction]:
        """Every one of every brand."""
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


# ---- on call


class Overrides(Protocol):
    """Who is on call instead of whom the plan says."""

    def since(self, at: datetime) -> tuple[Override, ...]:
        """Those that end after `at`, cancelled ones included (strongly consistent).

        Raises `UnknownVersion`.
        """
        ...

    def add(self, override: Override) -> None:
        """Raises `Conflict` when its id is there already."""
        ...

    def cancel(self, override: Override, *, by: str, at: datetime) -> None:
        """End it early; the first to do so is remembered. Raises `Conflict` when it is not there
        or cancelled already."""
        ...


# ---- watch


class Audits(Protocol):
    """Open incidents and their ladders, for whoever checks that they are paged about."""

    def open(self, brand: str) -> Iterator[str]:
        """The brand's open incidents, page by page (eventually consistent)."""
        ...

    def check(self, incident_ids: Sequence[str]) -> tuple[tuple[Checked, ...], int]:
        """Those that nobody has taken, strongly consistent item by item, and how many hold an
        item of a version that this code does not read."""
        ...

    def mend(self, before: Timer | None, after: Timer, entries: Sequence[Entry]) -> None:
        """Write the timer and its entries if it is still as it was read, and nobody has taken the
        incident. Raises `Conflict` otherwise: then nothing was written."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTimer:
    """A timer that may be fired from `ready_at` on."""

    incident_id: str
    name: str
    brand: str
    ready_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StrangeDue:
    """Something due of a kind that this code does not know: newer code put it there."""

    kind: str


class Due(Protocol):
    """What falls due, over all incidents."""

    def until(self, instant: datetime) -> Iterator[DueTimer | OutboxEntry | StrangeDue]:
        """Timers and outbox entries due by `instant`, the oldest first (eventually consistent)."""
        ...

    def sent(self, outbox: OutboxEntry) -> None:
        """The entry's message is in its queue."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A source's signs of life; None for never."""

    answered_at: datetime | None = None
    quiet_since: datetime | None = None


class Heartbeats(Protocol):
    """When triage and ingest last did something for a brand."""

    def seen_at(self, brand: str) -> datetime | None:
        """When triage last committed, None for never."""
        ...

    def sources(self, brand: str) -> Mapping[str, Heartbeat]:
        """When each source of the brand last answered, and last showed something new."""
        ...


# ---- ingest


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

    def billed(self, usd: float, now: datetime) -> None:
        """What X charges for events, booked for the day where the ledger finds it."""
        ...

    def revoked(self, user_id: str, said_at: str, now: datetime) -> bool:
        """The account has taken its consent back, at the instant that X says; False when that
        was known."""
        ...


# ---- refresh, compliance, erasure


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePost:
    """A stored post that X is to be asked about again."""

    key: str
    post_id: str
    posted_at: datetime
    due_at: datetime


class Watched(Protocol):
    """Stored posts, for those who keep them current. Only triage writes them."""

    def due(self, now: datetime, most: int) -> tuple[DuePost, ...]:
        """About `most` of those due for a look, the oldest first."""
        ...

    def stretch(self, position: str) -> tuple[tuple[tuple[str, str], ...], str]:
        """Keys and newest ids of stored posts with words, and the position after them.

        Position "" is the beginning, and as an answer the end.
        """
        ...

    def by_author(self, author_id: str) -> tuple[str, ...]:
        """Keys of everything stored of an author."""
        ...

    def by_version(self, ids: Collection[str]) -> Mapping[str, str]:
        """Keys of posts whose newest version has one of these ids, by that id."""
        ...

    def with_words(self, keys: Collection[str]) -> frozenset[str]:
        """Which of them are stored and not erased."""
        ...

    def erased(self, keys: Collection[str]) -> frozenset[str]:
        """Which of them have a tombstone."""
        ...


class Erasures(Protocol):
    """The log of what was erased: a restore from a backup replays it."""

    def all(self) -> Iterator[Erasure]:
        """Every line that is kept."""
        ...


class Posts(Protocol):
    """Posts at X, by id."""

    def look_up(self, ids: Sequence[str], *, authors: bool, now: datetime) -> Mapping[str, Any]:
        """X's answer about up to 100 posts, with their authors if wanted; those that are gone
        stand under `errors`. Raises what `Timelines.page` raises."""
        ...


class ComplianceJobs(Protocol):
    """X's batch jobs: which of many posts must be erased. All raise what `Timelines.page` does."""

    def create(self, name: str, now: datetime) -> Job:
        """A new job, whose list must be uploaded within 15 minutes."""
        ...

    def upload(self, job: Job, ids: Sequence[str], now: datetime) -> None:
        """Hand in the list, once."""
        ...

    def read(self, job_id: str, now: datetime) -> Job:
        """The job with its present status."""
        ...

    def gone(self, job: Job, now: datetime) -> Iterator[str]:
        """Ids that must be erased, of a job that is complete."""
        ...


class Rounds(Protocol):
    """Where the daily compliance round stands."""

    def read(self) -> Compliance:
        """A fresh one when there was none yet."""
        ...

    def save(self, state: Compliance) -> None:
        """Write it with the next version. Raises `Conflict` when it is not what was read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedLetter:
    """One dead letter while it is looked through. `parked_at` survives being written anew."""

    body: str
    group: str
    parked_at: datetime
    is_withheld: bool
    handle: str
    attributes: Mapping[str, str]


class Parked(Protocol):
    """Dead letters of one queue, to be looked through."""

    def letters(self, sweep: str, now: datetime) -> Iterator[ParkedLetter]:
        """Each once; what is not settled stays. `sweep` names this look-through."""
        ...

    def rewrite(self, letter: ParkedLetter, body: str, *, withheld: bool) -> None:
        """Put `body` in its place, with the same reason."""
        ...

    def drop(self, letter: ParkedLetter) -> None:
        """Nothing is left of it."""
        ...

    def keep(self, letter: ParkedLetter) -> None:
        """It stays as it is."""
        ...


# ---- admin


class XApp(Protocol):
    """The app's own settings at X: webhooks, subscriptions, usage."""

    def call(
        self,
        method: str,
        route: str,
        now: datetime,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        as_account: bool = False,
    ) -> Mapping[str, Any]:
        """X's answer; `as_account` speaks for the account that consented, where it is known.

        Raises `Rejected` with X's reason, `RateLimited`, `BudgetExhausted`, `Unavailable`.
        """
        ...


class Connection(Protocol):
    """Which webhook X calls, as far as we know."""

    def save(self, webhook_id: str, url: str, *, valid: bool, now: datetime) -> None:
        """Keep what X says of the webhook."""
        ...

    def checked_at(self) -> datetime | None:
        """When X was last asked about it; None where none was ever registered."""
        ...


# ---- contacts


class Subscriptions(Protocol):
    """Who is subscribed to the Alerts topic.

    Everything raises `Unavailable` where SNS throttles or does not answer, `Rejected` with SNS's
    own reason where it refuses.
    """

    def all(self, roster: Roster | None) -> Iterator[Held]:
        """Each with its filter. Of those that wait for confirmation SNS lists no ARN, without
        which there is no filter to read: `roster` has it where we subscribed them."""
        ...

    def listed(self) -> tuple[Held, ...]:
        """The same without their filters: what one permission on the topic is enough for."""
        ...

    def subscribe(self, wanted: Wanted) -> str:
        """Subscribe an address, with its filter from the first message on; gives the ARN. Asking
        again for one that waits sends it another request to confirm."""
        ...

    def refilter(self, arn: str, wanted: Wanted) -> None:
        """Let other pages through."""
        ...

    def unsubscribe(self, arn: str) -> None:
        """Remove it. Doing so twice is as good as once."""
        ...

    def confirm(self, token: str) -> str:
        """Confirm with the token of the request, so that only the account can unsubscribe."""
        ...


class TextMessaging(Protocol):
    """What SNS tells of the account's text messages; None where it does not (say, for want of a
    permission)."""

    def in_sandbox(self) -> bool | None:
        """Whether only verified numbers are reached."""
        ...

    def verified(self) -> frozenset[str] | None:
        """The numbers that the sandbox reaches."""
        ...

    def settings(self) -> Mapping[str, str] | None:
        """Spending limit, delivery logs and so on (GetSMSAttributes)."""
        ...

    def opted_out(self, number: str) -> bool | None:
        """Whether its owner answered STOP."""
        ...

    def topic(self) -> Mapping[str, str] | None:
        """The topic's own attributes: delivery logs of its other protocols."""
        ...


class Rosters(Protocol):
    """The subscriptions that must be there, as the last sync left them; hashes, no addresses."""

    def load(self) -> Roster | None:
        """None before the first sync. Raises `Unavailable`."""
        ...

    def save(self, roster: Roster) -> Roster:
        """Keep it under the next revision. Raises `Conflict` where somebody else did since."""
        ...
