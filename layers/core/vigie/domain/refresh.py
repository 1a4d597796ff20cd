"""Which posts are looked up again at X, and when: their numbers grow, their authors change them."""

from datetime import datetime, timedelta

from vigie.domain.labels import Urgency
from vigie.domain.mention import LabelledMention

# After its publication: while it may still be edited (an hour), when the storm is at its height,
# and twice when it has passed. Beyond that the daily compliance job watches over it.
AFTER = (
    timedelta(minutes=5),
    timedelta(minutes=70),
    timedelta(hours=24),
    timedelta(days=7),
)
# One partition of the index takes 1,000 writes a second; a storm brings more.
PARTITIONS = 4


def matters(labelled: LabelledMention, incident_id: str) -> bool:
    """Whether the post is worth the price of a look: it belongs to an incident, or might."""
    mention = labelled.mention
    grave = labelled.labels.urgency in (Urgency.CRITICAL, Urgency.HIGH)
    return mention.platform == "x" and not mention.repost and (grave or bool(incident_id))


def next_look(posted_at: datetime, now: datetime) -> datetime | None:
    """The first appointment after `now`; None when all have passed. One missed is not made up."""
    return next((posted_at + after for after in AFTER if posted_at + after > now), None)


def partitions() -> list[str]:
    """All partitions of the `by_refresh` index."""
    return [f"refresh#{number}" for number in range(PARTITIONS)]


def partition_of(root_id: str) -> str:
    """Where a post stands in the `by_refresh` index."""
    return f"refresh#{int(root_id) // 97 % PARTITIONS}"
