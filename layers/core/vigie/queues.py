"""The ports to queues: apart from the other ports, so that ingest_webhook imports these alone.

A protocol costs about a millisecond to import; `vigie.ports` holds thirty, and a webhook's cold
start is waited for by X.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from vigie.errors import Rejected


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something of a source that is no post: `body` is parked for `group`, with our reason."""

    body: str
    group: str
    rejected: Rejected
