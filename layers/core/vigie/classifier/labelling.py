"""Text → labels with reasons, by phrase rules in French and English.

The two functions `classify` and `trips` are the whole interface of the classifier: whatever
finds the evidence may change behind them.
"""

from collections.abc import Iterable
from functools import cache

from vigie.classifier import rules_en, rules_fr
from vigie.classifier.language import guess
from vigie.classifier.normalise import Words, normalise, words
from vigie.classifier.phrases import Hit, Phrases
from vigie.classifier.policy import judge
from vigie.classifier.rules import PAIRS, RULES, Rule
from vigie.domain.labels import Labels, Reason

_MASK = "mask."
_GRAVE = ("danger.", "report.", "disaster.", "cue.device", "cue.no_power")
_MOST_REASONS = 12


def classify(text: str, lang: str = "") -> Labels:
    """Labels of one post, for any string; `lang` is the network's tag and only a hint.

    Both tables of rules read every post: people mix languages, and tags are often wrong.
    """
    post = words(normalise(text))
    hits = _evidence(post, _every_phrase())
    verdict = judge(RULES[rule] for rule in hits)
    return Labels(
        urgency=verdict.urgency,
        kind=verdict.kind,
        sentiment=verdict.sentiment,
        scores=verdict.scores,
        kind_scores=verdict.kind_scores,
        sentiment_scores=verdict.sentiment_scores,
        reasons=_reasons(post, hits),
        language=guess(post, lang),
    )


def classify_all(posts: Iterable[tuple[str, str]]) -> list[Labels]:
    """Labels of each (text, lang), in order."""
    return [classify(text, lang) for text, lang in posts]


def trips(text: str, lang: str = "") -> tuple[Reason, ...]:
    """Danger to life now, by the danger rules alone: cheap enough for the intake.

    `classify` calls every post critical for which this is not empty.
    """
    post = words(normalise(text))
    hits = _evidence(post, _danger_phrases())
    return _reasons(post, {rule: hit for rule, hit in hits.items() if RULES[rule].trip})


def _evidence(post: Words, phrases: Phrases) -> dict[str, Hit]:
    """The first unmasked hit of each rule, the pairs of cues among them."""
    found = list(phrases.find(post))
    masked: set[int] = set()
    for hit in found:
        if hit.rule.startswith(_MASK):
            masked.update(range(hit.first, hit.last + 1))
    hits: dict[str, Hit] = {}
    for hit in found:
        if hit.rule in hits:
            continue
        if (
            hit.rule.startswith(_GRAVE)
            and masked
            and not masked.isdisjoint(range(hit.first, hit.last + 1))
        ):
            continue
        hits[hit.rule] = hit
    for rule, one, other in PAIRS:
        if rule not in hits and one in hits and other in hits:
            first, last = sorted((hits[one], hits[other]), key=lambda hit: hit.first)
            hits[rule] = Hit(rule, first.first, max(first.last, last.last))
    return hits


def _reasons(post: Words, hits: dict[str, Hit]) -> tuple[Reason, ...]:
    reasons = [
        Reason(rule=name, label=label, says=rule.says, weight=weight, words=quoted)
        for name, hit in hits.items()
        if not name.startswith(_MASK)
        for rule, quoted in [(RULES[name], post.quote(hit.first, hit.last))]
        for label, weight in _raised(rule)
    ]
    reasons.sort(key=lambda reason: -_standing(reason))
    return tuple(reasons[:_MOST_REASONS])


def _raised(rule: Rule) -> list[tuple[str, float]]:
    """What a rule raised: its highest level of urgency, its kind, else its sentiment."""
    raised = []
    if rule.critical >= 0.5:
        raised.append(("urgency:critical", rule.critical))
    elif rule.high >= 0.3:
        raised.append(("urgency:high", rule.high))
    elif rule.medium > 0:
        raised.append(("urgency:medium", rule.medium))
    elif rule.settles < 1:
        raised.append(("urgency:low", round(1 - rule.settles, 3)))
    if rule.kind is not None and rule.kind_weight >= 0.5:
        raised.append((f"kind:{rule.kind}", rule.kind_weight))
    elif not raised and rule.sentiment is not None:
        raised.append((f"sentiment:{rule.sentiment}", rule.sentiment_weight))
    return raised


_LEVELS = {"urgency:critical": 4, "urgency:high": 3, "urgency:medium": 1}


def _standing(reason: Reason) -> float:
    return _LEVELS.get(reason.label, 0) + reason.weight


@cache
def _every_phrase() -> Phrases:
    return _compiled(frozenset(RULES))


@cache
def _danger_phrases() -> Phrases:
    cues = {cue for rule, *pair in PAIRS if RULES[rule].trip for cue in pair}
    return _compiled(
        frozenset(
            name
            for name, rule in RULES.items()
            if rule.trip or name in cues or name.startswith(_MASK)
        )
    )


def _compiled(names: frozenset[str]) -> Phrases:
    phrases = Phrases()
    for table in (rules_fr, rules_en):
        for name, lines in table.PHRASES.items():
            if name in names:
                phrases.add(name, lines, table.CLASSES)
    return phrases
