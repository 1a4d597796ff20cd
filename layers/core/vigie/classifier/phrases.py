"""Words meet phrases: a small pattern language, matched in time linear in the words.

One phrase a line, words as `normalise.words` folds them:

    word          itself                      no|zero|without   any of these
    evacu*        any word that begins so     <net>             a class of words, by name
    [the]         may be missing              ~3                up to 3 words in between
    #             a number                    ? .               end of a question, of a sentence

A gap never reaches across the end of a sentence. The first place that fits is taken, nothing is
tried twice, so no text can make matching slow.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from vigie.classifier.normalise import Words

_BREAKS = (".", "?")
_NOTHING: list[tuple[str, tuple["_Step", ...]]] = []


@dataclass(frozen=True, slots=True)
class _Step:
    gap: int
    exact: frozenset[str]
    prefixes: tuple[str, ...]
    number: bool

    def fits(self, form: str) -> bool:
        return (
            form in self.exact
            or (self.prefixes != () and form.startswith(self.prefixes))
            or (self.number and form[0].isdigit())
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's phrase was found from word `first` to word `last`, both included."""

    rule: str
    first: int
    last: int


class Phrases:
    """Phrases of many rules, ready to be looked for together."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[tuple[str, tuple[_Step, ...]]]] = {}
        self._by_prefix: dict[str, list[tuple[str, tuple[_Step, ...]]]] = {}
        self._by_number: list[tuple[str, tuple[_Step, ...]]] = []
        self._prefix_lengths: tuple[int, ...] = ()

    def add(self, rule: str, phrases: str, classes: Mapping[str, str]) -> None:
        """Raises ValueError, naming rule and phrase, when a line cannot be read."""
        for line in phrases.strip().splitlines():
            for steps in _compile(rule, line, classes):
                entry = (rule, steps)
                for word in steps[0].exact:
                    self._by_word.setdefault(word, []).append(entry)
                for prefix in steps[0].prefixes:
                    self._by_prefix.setdefault(prefix, []).append(entry)
                if steps[0].number:
                    self._by_number.append(entry)
        self._prefix_lengths = tuple(sorted({len(prefix) for prefix in self._by_prefix}))

    def find(self, post: Words) -> Iterator[Hit]:
        """Every place where a phrase begins, in the order of the words."""
        forms = post.forms
        for first, form in enumerate(forms):
            for rule, steps in self._beginning_with(form):
                last = _last(steps, forms, first)
                if last >= 0:
                    yield Hit(rule, first, last)

    def _beginning_with(self, form: str) -> list[tuple[str, tuple[_Step, ...]]]:
        found = self._by_word.get(form, _NOTHING)
        for length in self._prefix_lengths:
            more = self._by_prefix.get(form[:length])
            if more:
                found = found + more
        return found + self._by_number if form[0].isdigit() else found


def _last(steps: tuple[_Step, ...], forms: tuple[str, ...], first: int) -> int:
    at = first
    for step in steps[1:]:
        for place in range(at + 1, min(at + 2 + step.gap, len(forms))):
            form = forms[place]
            if step.fits(form):
                at = place
                break
            if form in _BREAKS:
                return -1
        else:
            return -1
    return at


def _compile(rule: str, line: str, classes: Mapping[str, str]) -> list[tuple[_Step, ...]]:
    parts: list[list[_Step | None]] = []
    gap = 0
    for token in line.split():
        if token.startswith("~"):
            gap = int(token[1:])
            continue
        optional = token.startswith("[") and token.endswith("]")
        step = _step(token.strip("[]"), gap, classes)
        parts.append([step, None] if optional else [step])
        gap = 0
    variants = [tuple(s for s in variant if s is not None) for variant in product(*parts)]
    if gap or not all(variant and not variant[0].gap for variant in variants):
        raise ValueError(f"{rule}: a phrase begins and ends with words, not {line!r}")
    return variants


def _step(token: str, gap: int, classes: Mapping[str, str]) -> _Step:
    exact, prefixes, number = set(), [], False
    alternatives: list[str] = []
    for part in token.split("|"):
        if part.startswith("<") and part.endswith(">"):
            alternatives += classes[part[1:-1]].replace("|", " ").split()
        else:
            alternatives.append(part)
    for part in alternatives:
        if part == "#":
            number = True
        elif part.endswith("*"):
            prefixes.append(part[:-1])
        else:
            exact.add(part)
    return _Step(gap, frozenset(exact), tuple(prefixes), number)
