"""What staff say of a label that the classifier gave."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from vigie.domain.labels import Kind, Sentiment, Urgency

LABELS = ("urgency", "kind", "sentiment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The three labels of a post."""

    urgency: Urgency
    kind: Kind
    sentiment: Sentiment


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A person's word on a mention, and what the classifier had said. No word of the post.

    `post_id` is the version of the post that was read; older items do not tell it.
    """

    incident_id: str
    mention: str  # its key
    post_id: str = ""
    was: Said
    now: Said
    by: str
    at: datetime

    def cells(self) -> Iterator[tuple[str, str, str]]:
        """For each label: its name, what the classifier said, what the person says."""
        for label in LABELS:
            yield label, getattr(self.was, label).value, getattr(self.now, label).value


def confusion(corrections: Iterable[Correction]) -> dict[str, Counter[tuple[str, str]]]:
    """For each label, how often staff said the second where the classifier had said the first.

    The last word on a version of a mention counts.
    """
    last = {(one.mention, one.post_id): one for one in sorted(corrections, key=lambda one: one.at)}
    found: dict[str, Counter[tuple[str, str]]] = {label: Counter() for label in LABELS}
    for one in last.values():
        for label, was, now in one.cells():
            found[label][was, now] += 1
    return found
