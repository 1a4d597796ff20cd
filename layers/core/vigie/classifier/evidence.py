"""Words → the rules that fired, each with the place where it did."""

from functools import cache

from vigie.classifier import rules_en, rules_fr, rules_other
from vigie.classifier.normalise import Words
from vigie.classifier.phrases import Hit, Phrases
from vigie.classifier.rules import PAIRS, RULES

MASK = "mask."
_GRAVE = ("danger.", "report.", "disaster.", "cue.device", "cue.no_power")
TABLES = (rules_fr, rules_en, rules_other)


def evidence(post: Words) -> dict[str, Hit]:
    """The first unmasked hit of each rule, the pairs of cues among them."""
    return _found(post, _every_phrase())


def danger(post: Words) -> dict[str, Hit]:
    """The same for the rules of danger to life alone."""
    hits = _found(post, _danger_phrases())
    return {rule: hit for rule, hit in hits.items() if RULES[rule].trip}


def _found(post: Words, phrases: Phrases) -> dict[str, Hit]:
    found = list(phrases.find(post))
    masked: set[int] = set()
    for hit in found:
        if hit.rule.startswith(MASK):
            masked.update(range(hit.first, hit.last + 1))
    hits: dict[str, Hit] = {}
    for hit in found:
        if hit.rule in hits:
            continue
        if (
            masked
            and hit.rule.startswith(_GRAVE)
            and not masked.isdisjoint(range(hit.first, hit.last + 1))
        ):
            continue
        hits[hit.rule] = hit
    for rule, one, other in PAIRS:
        if rule not in hits and one in hits and other in hits:
            first, last = sorted((hits[one], hits[other]), key=lambda hit: hit.first)
            hits[rule] = Hit(rule, first.first, max(first.last, last.last))
    return hits


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
            if rule.trip or name in cues or name.startswith(MASK)
        )
    )


def _compiled(names: frozenset[str]) -> Phrases:
    phrases = Phrases()
    for table in TABLES:
        for name, lines in table.PHRASES.items():
            if name in names:
                phrases.add(name, lines, table.CLASSES)
    return phrases
