"""Danger to life, by rules alone: the intake's trip-wire, and what a rule is told as.

Apart from the heads, so that the intake imports neither them nor their weights.
"""

from vigie.classifier.evidence import danger
from vigie.classifier.normalise import Words, normalise, words
from vigie.classifier.phrases import Hit
from vigie.classifier.rules import RULES, Rule
from vigie.domain.labels import Reason

MOST_REASONS = 12
GRAVE = 0.3  # how sure of danger a rule must be to be told as its reason


def trips(text: str, lang: str = "") -> tuple[Reason, ...]:
    """Danger to life now, by the danger rules alone: cheap enough for the intake.

    `classify` calls every post critical for which this is not empty.
    """
    post = words(normalise(text))
    found = [
        told(post, name, hit, label, weight)
        for name, hit in danger(post).items()
        for label, weight in raised_by(RULES[name])
    ]
    found.sort(key=standing, reverse=True)
    return tuple(found[:MOST_REASONS])


def told(post: Words, name: str, hit: Hit, label: str, weight: float) -> Reason:
    """The rule as a reason for a label."""
    return Reason(
        rule=name,
        label=label,
        says=RULES[name].says,
        weight=weight,
        words=post.quote(hit.first, hit.last),
    )


def raised_by(rule: Rule, high: float = 0.0) -> list[tuple[str, float]]:
    """What a rule of danger or hearsay, or one that the policy names, raised; and its kind."""
    raised = []
    if rule.critical >= GRAVE:
        raised.append(("urgency:critical", rule.critical))
    elif high:
        raised.append(("urgency:high", high))
    if raised and rule.kind is not None:
        raised.append((f"kind:{rule.kind}", rule.kind_weight))
    return raised


_LEVELS = {"urgency:critical": 4, "urgency:high": 3, "urgency:medium": 1}


def standing(reason: Reason) -> float:
    """Graver levels first, surer rules before others."""
    return _LEVELS.get(reason.label, 0) + reason.weight
