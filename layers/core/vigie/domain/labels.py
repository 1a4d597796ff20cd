"""What the classifier says of a mention."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Urgency(StrEnum):
    """How soon a person must look: within minutes, the hour, the day, or not at all."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """3 for critical down to 0 for low."""
        return _RANKS[self]


_RANKS = {Urgency.LOW: 0, Urgency.MEDIUM: 1, Urgency.HIGH: 2, Urgency.CRITICAL: 3}


class Kind(StrEnum):
    """Which kind of crisis the mention would belong to."""

    NATURAL_DISASTER = "natural_disaster"
    CONTROVERSY = "controversy"
    OUTAGE = "outage"
    PRODUCT_QUALITY = "product_quality"
    NONE = "none"


class Sentiment(StrEnum):
    """Toward the organisation."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a label was raised.

    `rule` is a stable id (`danger.trapped`), `says` our own words in English, `label` what it
    raised (`urgency:critical`, `kind:outage`), `weight` 0 to 1. `words` quotes the post: it is
    kept with the mention and nowhere else.
    """

    rule: str
    label: str
    says: str
    weight: float = 1.0
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Urgency, kind and sentiment, the probabilities behind them (each map sums to 1), reasons."""

    urgency: Urgency
    kind: Kind
    sentiment: Sentiment
    scores: Mapping[str, float]
    kind_scores: Mapping[str, float]
    sentiment_scores: Mapping[str, float]
    reasons: tuple[Reason, ...] = ()
    language: str = "und"
