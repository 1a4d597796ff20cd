"""Why in words: a rule and its facts as a sentence in the reader's language, never a post's."""

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any

from vigie.api.wording import words
from vigie.domain.why import Why

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_THRESHOLD = "_from"
# Reasons stand one behind another; the conditions of a row of the severity table likewise.
_PARTS = re.compile(r"; |(?<=\)) and ")
_DANGER = re.compile(r"one critical mention(?:: (.*)| \(.*\))?")


def told(why: Why, language: str) -> str:
    """A sentence, and the figures that it does not name; the codes where newer code has others."""
    said = words()[language]
    shapes = said["why"]["says"].get(why.rule, [why.rule])
    shape = next((s for s in shapes if _names(s) <= why.facts.keys()), why.rule)
    facts = {name: _value(name, value, said) for name, value in why.facts.items()}
    figures = _figures(facts, said, _names(shape))
    sentence = shape.format(**facts)
    return f"{sentence.removesuffix('.')} ({figures})." if figures else sentence


def because(text: str, language: str) -> str:
    """What triage says in English of an opening or a severity, in the reader's language."""
    said = words()[language]
    danger = _DANGER.fullmatch(text)
    if danger:
        parts = [said["says"].get(one, one) for one in (danger[1] or "").split("; ") if one]
        signs = str(said["and"]).join(parts)
        return str(said["colon"]).join(filter(None, [said["one_critical"], signs]))
    return str(said["and"]).join(_reason(one, said) for one in _PARTS.split(text))


def _reason(text: str, said: Mapping[str, Any]) -> str:
    for pattern, shape in said["because"]:
        if found := re.search(pattern, text):
            return re.sub(r"\{(\d)\}", lambda place: _term(found[int(place[1])], said), shape)
    return text


def _term(text: str, said: Mapping[str, Any]) -> str:
    """What a reason names: a level, an urgency or a kind; else a number or somebody's own words."""
    if re.fullmatch(r"sev\d", text):
        return text.upper()
    return str(said["urgency"].get(text) or said["kinds"].get(text) or text)


def _names(shape: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(shape) if name}


def _figures(facts: Mapping[str, str], said: Mapping[str, Any], used: set[str]) -> str:
    """`likeness 0.71, from 0.55 on; open incidents 2`."""
    why, parts = said["why"], []
    for name, value in facts.items():
        if name in used or (name.endswith(_THRESHOLD) and name.removesuffix(_THRESHOLD) in facts):
            continue
        least = facts.get(name + _THRESHOLD)
        shown = why["at_least"].format(value=value, least=least) if least else value
        parts.append(f"{why['facts'].get(name, name)} {shown}")
    return str(said["and"]).join(parts)


def _value(name: str, value: str | int | float, said: Mapping[str, Any]) -> str:
    if isinstance(value, float):
        value = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    text = str(value)
    if _DECIMAL.fullmatch(text):
        return text.replace(".", ",") if said["colon"] != ": " else text
    if _INSTANT.fullmatch(text):
        return str(said["why"]["moment"]).format(day=text[:10], time=text[11:16])
    if name == "severity":
        return text.upper()
    if name in ("kind", "urgency"):
        return str(said[f"{name}s" if name == "kind" else name].get(text, text))
    return text
