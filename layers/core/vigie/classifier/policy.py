"""Evidence → urgency, kind and sentiment, each with a probability-like map.

Every rule that fired says how sure it alone is that a post is at least of a level. Independent
evidence adds up as in noisy-or, 1 - Π(1 - wᵢ); what calms is a factor on high and medium. Danger
stands outside of that: nothing lowers it, and more words can only raise it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from vigie.classifier.rules import Rule
from vigie.domain.labels import Kind, Sentiment, Urgency

# How often a post is of the level when no rule fires, and from where on a level is said.
_BASE_CRITICAL, _BASE_HIGH, _BASE_MEDIUM = 0.002, 0.04, 0.16
_SAY_CRITICAL, _SAY_HIGH, _SAY_MEDIUM = 0.45, 0.45, 0.5
_CEILING = 0.995  # a rule of thumb is never certain


@dataclass(frozen=True, slots=True)
class Verdict:
    """The three labels and the map of probabilities behind each."""

    urgency: Urgency
    kind: Kind
    sentiment: Sentiment
    scores: Mapping[str, float]
    kind_scores: Mapping[str, float]
    sentiment_scores: Mapping[str, float]


def judge(rules: Iterable[Rule]) -> Verdict:
    """Weigh the rules that fired, each counted once."""
    fired = tuple(rules)
    urgency, scores = _urgency(fired)
    kinds = _odds(fired, Kind, Kind.NONE, lambda rule: (rule.kind, rule.kind_weight))
    sentiments = _odds(
        fired, Sentiment, Sentiment.NEUTRAL, lambda rule: (rule.sentiment, rule.sentiment_weight)
    )
    return Verdict(
        urgency,
        Kind(max(kinds, key=lambda name: kinds[name])),
        Sentiment(max(sentiments, key=lambda name: sentiments[name])),
        scores,
        kinds,
        sentiments,
    )


def _urgency(fired: tuple[Rule, ...]) -> tuple[Urgency, dict[str, float]]:
    danger = [rule for rule in fired if rule.trip]
    rest = [rule for rule in fired if not rule.trip]
    calms = settles = over = 1.0
    for rule in rest:
        over = min(over, rule.belies)
        calms *= rule.calms
        settles *= rule.settles
    # Hearsay gives way to one sign that it is over; a repost makes no plea untrue.
    critical = over * _together([_BASE_CRITICAL, *(rule.critical for rule in rest)])
    critical = _together([critical, *(rule.critical for rule in danger)])
    high = calms * _together([_BASE_HIGH, *(rule.high for rule in rest)])
    high = _together([critical, high, *(rule.high for rule in danger)])
    medium = settles * _together([_BASE_MEDIUM, *(rule.medium for rule in rest)])
    medium = _together([high, medium])
    if danger or critical >= _SAY_CRITICAL:
        said = Urgency.CRITICAL
    elif high >= _SAY_HIGH:
        said = Urgency.HIGH
    elif medium >= _SAY_MEDIUM:
        said = Urgency.MEDIUM
    else:
        said = Urgency.LOW
    return said, {
        "critical": critical,
        "high": (high - critical),
        "medium": (medium - high),
        "low": 1.0 - medium,
    }


def _together(weights: Iterable[float]) -> float:
    doubt = 1.0
    for weight in weights:
        doubt *= 1.0 - min(weight, _CEILING)
    return 1.0 - doubt


def _odds(
    fired: tuple[Rule, ...],
    names: type[Kind] | type[Sentiment],
    otherwise: Kind | Sentiment,
    vote: Callable[[Rule], tuple[Kind | Sentiment | None, float]],
) -> dict[str, float]:
    weights: dict[str, list[float]] = {}
    for rule in fired:
        name, weight = vote(rule)
        if name is not None:
            weights.setdefault(name, []).append(weight)
    odds = {}
    for name in names:
        sure = _together(weights.get(name, ()))
        odds[name.value] = 1.0 if name is otherwise else sure / (1.0 - sure) + 0.02
    total = sum(odds.values())
    return {name: weight / total for name, weight in odds.items()}
