"""What is kept of erased posts, and for how long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# How long a tombstone and the log of erasures are kept at least: longer than any backup, queue
# or replay can bring a copy back.
REMEMBERED = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A line of the log: which mention was erased, why and when."""

    key: str
    why: str
    at: datetime


def kept_until(at: datetime, retention: timedelta) -> datetime:
    """When a tombstone may go."""
    return at + max(retention, REMEMBERED)
