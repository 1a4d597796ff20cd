"""What falls due, and who has gone silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from vigie.domain.outbox import OutboxEntry


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
