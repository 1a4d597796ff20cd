"""What the services need of the outside world, in small protocols.

Every method may raise `Unavailable` (throttled, timed out, not answering): the caller leaves its
message in the queue. Conditional writes raise `Conflict`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from vigie.domain.change import Change, Known
from vigie.domain.incident import BrandState, Desk, Entry, Ladders, Paging, Tally, Timer
from vigie.domain.ladder import PagingChange
from vigie.domain.links import Link
from vigie.domain.page import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One SQS message to send: `group` is its MessageGroupId, the brand's id.

    `delay` is for standard queues only (FIFO refuses it), at most 15 minutes.
    """

    body: str
    group: str
    delay: timedelta = timedelta(0)


class Queue(Protocol):
    """One queue to send to."""

    def send(self, messages: Sequence[Outgoing]) -> tuple[int, ...]:
        """Send all, in batches; return the positions that were not accepted (partial success is
        normal). Every send has a fresh deduplication id: triage is the only deduplicator."""
        ...


class DeadLetters(Protocol):
    """Where a function parks what retrying cannot help."""

    def park(self, body: str, *, group: str, reason: str, field: str, at: datetime) -> None:
        """Keep `body` with our reason and the instant.

        Raises `Unavailable`: then the message must stay where it is.
        """
        ...


class Backoff(Protocol):
    """How long a message of a queue stays hidden after a failure."""

    def hide(self, receipt_handle: str, delay: timedelta) -> None:
        """Best effort: when it fails, the queue's own visibility timeout applies."""
        ...


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
        its `failed` names adopted mentions that are gone as `gone:<key>`.
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
