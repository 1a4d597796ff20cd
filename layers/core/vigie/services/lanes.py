"""What a function does with a message that fails: park it for good, or let it wait."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.errors import Rejected
from vigie.ports import Backoff, DeadLetters, Outgoing, Queue
from vigie.records import Record

LONGEST_BACKOFF = timedelta(seconds=30)
# SQS gives a message up after five receives, which a dependency that is away for half a minute
# uses up: before that a fresh copy takes its place. Five crashes in a row still end it.
PATIENCE = 4
# SQS itself takes no copy: its last receives are kept for later.
WHILE_SQS_REFUSES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Lane:
    """A queue that a function reads: where its rejects go, how its messages are hidden, and the
    queue itself for fresh copies of what has waited long."""

    dead_letters: DeadLetters
    backoff: Backoff
    again: Queue


Lanes = Mapping[str, Lane]


@dataclass(frozen=True, slots=True)
class Reject:
    """Something of `record` that can never be read: `body` is parked with the reason."""

    record: Record
    body: str
    rejected: Rejected


def park(lanes: Lanes, reject: Reject, now: datetime) -> None:
    """Park it in the dead letters of the queue that its record came from.

    Raises `Unavailable` when it could not be parked: the record must then fail.
    """
    record = reject.record
    lanes[record.queue].dead_letters.park(
        reject.body,
        group=record.group or "rejected",
        reason=reject.rejected.reason,
        field=reject.rejected.field,
        at=now,
    )


def wait(lanes: Lanes, failed: Iterable[Record]) -> list[Record]:
    """Let failed records wait 2, 4, 8 … 30 s, not the whole visibility timeout.

    Returns those that stay in the queue; the others have been sent again as fresh copies, so that
    an outage of any length loses nothing. A copy that came twice is harmless: triage counts once.
    """
    staying = []
    for record in failed:
        lane = lanes[record.queue]
        if record.attempts >= PATIENCE:
            copy = Outgoing(
                body=record.body, group=record.group or "retried", delay=LONGEST_BACKOFF
            )
            if not lane.again.send([copy]):
                continue
            lane.backoff.hide(record.receipt_handle, WHILE_SQS_REFUSES)
        else:
            delay = min(timedelta(seconds=2**record.attempts), LONGEST_BACKOFF)
            lane.backoff.hide(record.receipt_handle, delay)
        staying.append(record)
    return staying
