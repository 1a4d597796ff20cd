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


@dataclass(frozen=True, slots=True)
class _Step:
    gap: int
    exact: frozenset[str]
    prefixes: tuple[str, ...]
    number: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's phrase was found from word `first` to word `last`, both included."""

    rule: str
    first: int
    last: int


# A phrase's rule, its steps, and words of which a post must have one for it.
_Entry = tuple[str, tuple[_Step, ...], frozenset[str]]
_NOTHING: list[_Entry] = []
_MOST_FORMS_KEPT = 30_000
_LONGEST_KEPT = 40


class Phrases:
    """Phrases of many rules, ready to be looked for together."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[_Entry]] = {}
        self._by_prefix: dict[str, list[_Entry]] = {}
        self._by_number: list[_Entry] = []
        self._prefix_lengths: tuple[int, ...] = ()
        self._known: dict[str, list[_Entry]] = {}

    def add(self, rule: str, phrases: str, classes: Mapping[str, str]) -> None:
        """Raises ValueError, naming rule and phrase, when a line cannot be read."""
        for line in phrases.strip().splitlines():
            for steps in _compile(rule, line, classes):
                entry = (rule, steps, _needed(steps))
                for word in steps[0].exact:
                    self._by_word.setdefault(word, []).append(entry)
                for prefix in steps[0].prefixes:
                    self._by_prefix.setdefault(prefix, []).append(entry)
                if steps[0].number:
                    self._by_number.append(entry)
        self._prefix_lengths = tuple(sorted({len(prefix) for prefix in self._by_prefix}))
        self._known.clear()

    def find(self, post: Words) -> Iterator[Hit]:
        """Every place where a phrase begins, in the order of the words."""
        forms = post.forms
        present = set(forms)
        known = self._known
        for first, form in enumerate(forms):
            entries = known.get(form)
            if entries is None:
                entries = self._beginning_with(form)
            for rule, steps, needed in entries:
                if needed and needed.isdisjoint(present):
                    continue
                last = _last(steps, forms, first)
                if last >= 0:
                    yield Hit(rule, first, last)

    def _beginning_with(self, form: str) -> list[_Entry]:
        found = self._by_word.get(form, _NOTHING)
        for length in self._prefix_lengths:
            more = self._by_prefix.get(form[:length])
            if more:
                found = found + more
        if form[0].isdigit():
            found = found + self._by_number
        if len(form) <= _LONGEST_KEPT:
            if len(self._known) >= _MOST_FORMS_KEPT:
                self._known.clear()
            self._known[form] = found
        return found


def _needed(steps: tuple[_Step, ...]) -> frozenset[str]:
    """The fewest words of which the post must have one; empty where no step is of words alone."""
    plain = [step.exact for step in steps[1:] if not step.prefixes and not step.number]
    return min(plain, key=len, default=frozenset())


def _last(steps: tuple[_Step, ...], forms: tuple[str, ...], first: int) -> int:
    at = first
    end = len(forms)
    for step in steps[1:]:
        exact, prefixes, number = step.exact, step.prefixes, step.number
        for place in range(at + 1, min(at + 2 + step.gap, end)):
            form = forms[place]
            if (
                form in exact
                or (prefixes and form.startswith(prefixes))
                or (number and form[0].isdigit())
            ):
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
