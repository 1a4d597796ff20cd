"""What a function does with a message that fails: park it for good, or hide it for a while."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.errors import Rejected
from vigie.ports import Backoff, DeadLetters
from vigie.records import Record

LONGEST_BACKOFF = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Lane:
    """A queue that a function reads: where its rejects go and how its messages are hidden."""

    dead_letters: DeadLetters
    backoff: Backoff


Lanes = Mapping[str, Lane]


def park(lanes: Lanes, record: Record, body: str, rejected: Rejected, now: datetime) -> None:
    """Park `body` in the dead letters of the queue that `record` came from.

    Raises `Unavailable` when it could not be parked: the record must then fail.
    """
    lanes[record.queue].dead_letters.park(
        body,
        group=record.group or "rejected",
        reason=rejected.reason,
        field=rejected.field,
        at=now,
    )


def hide(lanes: Lanes, failed: Iterable[Record]) -> None:
    """Let failed records wait 2, 4, 8 … 30 s, not the whole visibility timeout."""
    for record in failed:
        delay = min(timedelta(seconds=2 ** min(record.attempts, 5)), LONGEST_BACKOFF)
        lanes[record.queue].backoff.hide(record.receipt_handle, delay)
