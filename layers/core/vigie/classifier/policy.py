"""Heads → urgency, kind and sentiment: a table that people read, and that a brand may adjust.

Each head says how probable its answer is. A row of the table says what level a yes means, and how
much of the probability counts. Rows of the same level, and of the levels above, join as
independent reasons do, 1 - Π(1 - weight · probability). A level is said from its threshold on.
Every weight is positive: whatever makes a head surer can only raise the level.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import exp, isfinite

from vigie.classifier.rules import RULES
from vigie.domain.labels import Kind, Sentiment, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a yes of a head means. `within` names the head that says where the row applies."""

    head: str
    says: str
    level: Urgency
    weight: float
    within: str = ""

    def counting(self, factor: float) -> "Row":
        """With its weight multiplied, at most 1. What it says tells of it: reasons quote it."""
        weight = min(1.0, self.weight * factor)
        if weight == self.weight:
            return self
        says = f"{self.says} (for this brand counted {weight:.2g}, usually {self.weight:.2g})"
        return replace(self, weight=weight, says=says)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rows, and from which probability on a level is said.

    `rules`: what is high by its definition, and too rare for a head to have learned it. They raise
    only, like the rules of danger, which stand above every policy.
    """

    rows: tuple[Row, ...]
    rules: Mapping[str, float]
    critical: float = 0.4
    high: float = 0.6
    medium: float = 0.6

    def adjusted(self, factors: Mapping[str, float]) -> "Policy":
        """With the weights of some heads multiplied; none counts more than wholly.

        The rules stay as they are, and so do those of danger, which stand above every policy.
        Raises ValueError for a head that has no row, or a factor that is none.
        """
        heads = [row.head for row in self.rows]
        for head, factor in factors.items():
            if head not in heads:
                raise ValueError(f"no such head: {head!r}; expected one of {', '.join(heads)}")
            if not isfinite(factor) or factor < 0:
                raise ValueError(f"{head}: factor {factor!r}; expected a number of at least 0")
        return replace(
            self, rows=tuple(row.counting(factors.get(row.head, 1.0)) for row in self.rows)
        )


POLICY = Policy(
    rows=(
        Row(
            head="danger",
            says="people or health may be in danger now",
            level=Urgency.CRITICAL,
            weight=0.8,
        ),
        Row(
            head="urgent",
            says="what is usually looked at within the hour",
            level=Urgency.HIGH,
            weight=0.9,
        ),
        Row(
            head="outage_now",
            says="a service does not work now",
            level=Urgency.HIGH,
            weight=0.7,
        ),
        Row(
            head="disaster_now",
            says="needs or warnings in a disaster",
            level=Urgency.HIGH,
            weight=0.3,
        ),
        Row(
            head="affair_now",
            says="data, fraud, an accusation or a call to boycott",
            level=Urgency.HIGH,
            weight=0.5,
        ),
        Row(
            head="request",
            says="somebody asks for help in a disaster",
            level=Urgency.HIGH,
            weight=0.9,
            within="scene.french",
        ),
        Row(
            head="affected",
            says="people are said to be hit by a disaster",
            level=Urgency.HIGH,
            weight=0.3,
            within="scene.disaster",
        ),
        Row(
            head="priority.high",
            says="what disaster responders ranked high",
            level=Urgency.HIGH,
            weight=0.9,
            within="scene.disaster",
        ),
        Row(
            head="priority.critical",
            says="what disaster responders ranked critical",
            level=Urgency.CRITICAL,
            weight=0.6,
            within="scene.disaster",
        ),
        Row(
            head="answer",
            says="the author expects an answer or has a problem",
            level=Urgency.MEDIUM,
            weight=1.0,
        ),
    ),
    rules={
        "affair.leak": 0.6,
        "affair.press": 0.6,
        "affair.boycott": 0.6,
        "outage.transport": 0.4,
        "pair.cold": 0.5,
        "pair.monitoring": 0.8,
        "pair.vulnerable": 0.3,
        "report.flight": 0.6,
    },
)

_TRAINED = 0.9  # confidence from which a language counts as French or English
_MOST_OF_MOOD = 0.5  # of sentiment, what the heads of mood say at most: they saw little praise
_SCENE = 2.0  # log-odds: a scene is believed early, its heads have a say of their own
_CEILING = 0.995  # nothing is certain
_SURE_OF_DANGER = 0.9
_SURE_OF_HEARSAY = 0.45
_KIND_HEADS = tuple((kind.value, f"kind.{kind.value}") for kind in Kind)
_MOOD_HEADS = tuple((m.value, f"mood.{m.value}", f"tone.{m.value}") for m in Sentiment)
_ABROAD_HEADS = tuple((m.value, f"mood.{m.value}", f"tone_abroad.{m.value}") for m in Sentiment)

# Logistic function by a table and straight lines, rounded: alike on every machine.
_STEPS, _END = 64, 12
_LOGISTIC = [
    round(1.0 / (1.0 + exp(-step / _STEPS)), 9) for step in range(-_END * _STEPS, _END * _STEPS + 2)
]

Odds = Callable[[str], float]


def probability(odds: float) -> float:
    """Of log-odds."""
    if odds >= _END:
        return _LOGISTIC[-2]
    if odds <= -_END:
        return _LOGISTIC[0]
    place = (odds + _END) * _STEPS
    step = int(place)
    low = _LOGISTIC[step]
    return low + (_LOGISTIC[step + 1] - low) * (place - step)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The three labels and the map of probabilities behind each."""

    urgency: Urgency
    kind: Kind
    sentiment: Sentiment
    scores: Mapping[str, float]
    kind_scores: Mapping[str, float]
    sentiment_scores: Mapping[str, float]


def judge(
    odds: Odds, fired: Iterable[str], policy: Policy = POLICY, confidence: float = 1.0
) -> Verdict:
    """What the heads say, and above them what the rules that fired raise.

    `confidence` below 1 draws what the heads say of urgency and kind together, as for a language
    that they were not trained in; it does not touch the rules.
    """
    fired = tuple(fired)
    urgency, scores = _urgency(odds, fired, policy, confidence)
    kinds = _kinds(odds, fired, policy, confidence)
    moods = _moods(odds, confidence)
    return Verdict(
        urgency,
        Kind(max(kinds, key=lambda name: kinds[name])),
        Sentiment(max(moods, key=lambda name: moods[name])),
        scores,
        kinds,
        moods,
    )


def counted(row: Row, odds: Odds, confidence: float = 1.0) -> float:
    """How much the row adds to its level, 0 to 1."""
    weight = confidence * row.weight * probability(odds(row.head))
    return weight * probability(odds(row.within) + _SCENE) if row.within else weight


def _urgency(
    odds: Odds, fired: tuple[str, ...], policy: Policy, confidence: float
) -> tuple[Urgency, dict[str, float]]:
    doubts = {Urgency.CRITICAL: 1.0, Urgency.HIGH: 1.0, Urgency.MEDIUM: 1.0}
    for row in policy.rows:
        weight = counted(row, odds, confidence)
        doubts[row.level] *= 1.0 - (weight if weight < _CEILING else _CEILING)
    for rule in fired:
        doubts[Urgency.HIGH] *= 1.0 - policy.rules.get(rule, 0.0)
    net = raised(fired)
    critical_doubt = doubts[Urgency.CRITICAL] * (1.0 - net)
    high_doubt = critical_doubt * doubts[Urgency.HIGH]
    medium_doubt = high_doubt * doubts[Urgency.MEDIUM]
    critical, high, medium = 1.0 - critical_doubt, 1.0 - high_doubt, 1.0 - medium_doubt
    if net >= _SURE_OF_HEARSAY or critical >= policy.critical:
        said = Urgency.CRITICAL
    elif high >= policy.high:
        said = Urgency.HIGH
    elif medium >= policy.medium:
        said = Urgency.MEDIUM
    else:
        said = Urgency.LOW
    return said, {
        "critical": critical,
        "high": high - critical,
        "medium": medium - high,
        "low": 1.0 - medium,
    }


def raised(fired: Iterable[str]) -> float:
    """How sure the rules alone are of danger to life, 0 to 1; nothing lowers it.

    Hearsay (people said to be hurt, missing) counts where several signs agree, and gives way to a
    sign that it is over; a rule of danger does not.
    """
    doubt = over = 1.0
    danger = False
    for rule in map(RULES.__getitem__, fired):
        if rule.trip:
            danger = True
        else:
            doubt *= 1.0 - rule.critical
            over = min(over, rule.belies)
    hearsay = over * (1.0 - doubt)
    if hearsay < _SURE_OF_HEARSAY:
        hearsay = 0.0
    return 1.0 - (1.0 - hearsay) * (1.0 - _SURE_OF_DANGER) if danger else hearsay


def _kinds(
    odds: Odds, fired: tuple[str, ...], policy: Policy, confidence: float
) -> dict[str, float]:
    found = {kind: probability(odds(head)) for kind, head in _KIND_HEADS}
    found[Kind.NONE.value] = max(found[Kind.NONE.value], probability(odds("off_topic")))
    total = sum(found.values())
    even = (1.0 - confidence) / len(found)
    found = {kind: confidence * share / total + even for kind, share in found.items()}
    # What a rule raised is of the kind that the rule names.
    for name in fired:
        rule = RULES[name]
        if rule.kind is not None and (rule.trip or name in policy.rules):
            found[rule.kind] += 1.0
            break
    total = sum(found.values())
    return {kind: share / total for kind, share in found.items()}


def _moods(odds: Odds, confidence: float) -> dict[str, float]:
    """Toward the organisation where one is spoken to or of, else the tone of the post.

    One set of heads of tone knows French and English, as those of the organisation do; another
    knows eight languages.
    """
    known = confidence >= _TRAINED
    about = _MOST_OF_MOOD * probability(odds("scene.organisation")) if known else 0.0
    found = {
        name: probability(about * odds(mood) + (1.0 - about) * odds(tone))
        for name, mood, tone in (_MOOD_HEADS if known else _ABROAD_HEADS)
    }
    total = sum(found.values())
    return {name: share / total for name, share in found.items()}
