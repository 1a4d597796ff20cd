"""What the series of a brand are made of: bins, surprises, alarms, and how they are told apart."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from vigie.domain import surge
from vigie.domain.labels import Labels, Sentiment, Urgency

ALL, URGENT = "all", "urgent"
# The weight of evidence in the series of what is urgent.
_WEIGHTS = {Urgency.CRITICAL: 4.0, Urgency.HIGH: 1.0}
_NEGATIVE = 0.25
_VOICES = 256  # bits
BIN_SECONDS = int(surge.BIN.total_seconds())


@dataclass(slots=True)
class Bin:
    """One open bin: weights by series, mentions by incident and by kind.

    `voices` is a bit map of who spoke: a quarrel of two is no volume, however long it gets.
    """

    weights: dict[str, float] = field(default_factory=dict)
    incidents: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    voices: int = 0

    def hears(self, author: str) -> bool:
        """Whether `author` (a hexadecimal hash) speaks for the first time; in a crowd everybody
        counts, for they can no longer be told apart."""
        bit = 1 << int(author, 16) % _VOICES
        is_new = not self.voices & bit or self.voices.bit_count() > _VOICES // 2
        self.voices |= bit
        return is_new


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """How far the volume of a bin (by its number) is out of the usual, in one of the series."""

    series: str
    bin: int
    score: float


@dataclass(frozen=True, slots=True)
class Loose:
    """A recent mention that belongs nowhere, and its echoes; `author` is a short hash."""

    bin: int
    urgency: str
    author: str
    reach: int
    reposts: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """The last alarm of the brand."""

    bin: int
    score: float
    incident_id: str


def weight(labels: Labels) -> float:
    """How much a mention weighs in the series of what is urgent."""
    if labels.urgency in _WEIGHTS:
        return _WEIGHTS[labels.urgency]
    return _NEGATIVE if labels.sentiment is Sentiment.NEGATIVE else 0.0


def number_of(at: datetime) -> int:
    """Which bin the instant is in."""
    return int(at.timestamp()) // BIN_SECONDS


def start_of(number: int) -> datetime:
    """When the bin of that number begins."""
    return datetime.fromtimestamp(number * BIN_SECONDS, UTC)


def short(value: Any) -> Any:
    """Five digits are enough of everything but instants."""
    match value:
        case float():
            return round(value) if abs(value) >= 1e6 else float(f"{value:.5g}")
        case dict():
            return {name: short(inner) for name, inner in value.items()}
        case list():
            return [short(inner) for inner in value]
        case _:
            return value


def copied(value: Any) -> Any:
    """Plain JSON once more, so that nothing is shared that is changed in place."""
    match value:
        case dict():
            return {name: copied(inner) for name, inner in value.items()}
        case list():
            return [copied(inner) for inner in value]
        case _:
            return value


def steps(weight_: float) -> int:
    """How many times a weight has grown by a twentieth or so."""
    return math.floor(16 * math.log2(weight_)) if weight_ > 0 else -1000
