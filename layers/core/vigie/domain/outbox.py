"""A message that a transaction promised to send."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Whoever wrote the entry sends it at once; the watch takes over what is left after this.
OUTBOX_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """`name` is unique within the incident, `queue` one of the names that the watch knows."""

    incident_id: str
    name: str
    queue: str
    body: str
    group: str
    due_at: datetime


CLASSIFIED_QUEUE = "classified"
