"""What staff say of a label that the classifier gave."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from vigie.domain.labels import Kind, Sentiment, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The three labels of a post."""

    urgency: Urgency
    kind: Kind
    sentiment: Sentiment


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A person's word on a mention, and what the classifier had said. No word of the post."""

    incident_id: str
    mention: str  # its key
    was: Said
    now: Said
    by: str
    at: datetime


def confusion(corrections: Iterable[Correction]) -> dict[str, Counter[tuple[str, str]]]:
    """For each label, how often staff said the second where the classifier had said the first.

    The last word on a mention counts.
    """
    last = {one.mention: one for one in sorted(corrections, key=lambda one: one.at)}
    return {
        label: Counter(
            (getattr(one.was, label).value, getattr(one.now, label).value) for one in last.values()
        )
        for label in ("urgency", "kind", "sentiment")
    }
