"""What the services need of the outside world, in small protocols.

Every method may raise `Unavailable` (throttled, timed out, not answering): the caller leaves its
message in the queue. Conditional writes raise `Conflict`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from vigie.domain.change import Change, Known
from vigie.domain.incident import BrandState, Desk, Tally


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
