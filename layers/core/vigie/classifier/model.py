"""Words and rules → log-odds of every head, and what each word and rule added to them.

A head is linear in hashed n-grams and in the rules that fired:

    log-odds = bias + Σ weights of the n-grams / √(Σ their norms) + Σ weights of the rules

so what the words added can be told exactly; a long text counts by its mean. The weights are 8-bit
integers, a row of them for each bucket. A row is read as one long integer with a lane of 16 bits a
head: adding two of these adds all heads at once, exactly, whatever the order, the batch or the
machine.
"""

import json
import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from vigie.classifier.grams import BUCKETS, MOST_GRAMS, START, halves, spelled, word_buckets
from vigie.classifier.normalise import Words

FOLDER = Path(__file__).parent / "weights"
FORMAT = "vigie-heads-1"
ZERO = 128  # the byte of weight 0
_MOST_FORMS_KEPT = 30_000  # some 20 MB
_LONGEST_KEPT = 40
# Norm of some 700 characters. Beyond it, where one post in a thousand of the training sets is, a
# text counts by its mean: else sheer length would make a head sure.
_LONG = 25_000
_MOST_PAIRS = 250  # rows whose sum stays within a lane of 16 bits

_added = itemgetter(0)

assert MOST_GRAMS <= _MOST_PAIRS


class BadWeights(Exception):
    """The classifier's weights are missing, or not those that training wrote."""


class Share(NamedTuple):
    """What a word, a pair of words or a rule added to a head's log-odds.

    `first` to `last` are places in the post's words; a rule has its name instead.
    """

    weight: float
    first: int
    last: int
    rule: str = ""


class Model:
    """The heads of one set of weights."""

    def __init__(self, header: Mapping[str, object], table: bytes) -> None:
        """Raises BadWeights when header and table do not belong together."""
        try:
            if header["format"] != FORMAT or header["buckets"] != BUCKETS:
                raise BadWeights(f"weights of format {header['format']!r}, not {FORMAT!r}")
            self.heads = tuple(str(name) for name in header["heads"])  # type: ignore[attr-defined]
            self._scales = tuple(float(x) for x in header["scales"])  # type: ignore[attr-defined]
            self._biases = tuple(float(x) for x in header["biases"])  # type: ignore[attr-defined]
            self._rules: dict[str, tuple[float, ...]] = {
                str(rule): tuple(float(x) for x in weights)
                for rule, weights in header["rules"].items()  # type: ignore[attr-defined]
            }
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BadWeights(f"the header of the weights cannot be read: {error!r}") from error
        lanes = len(self.heads) + 1  # the last is the norm
        if len(table) != BUCKETS * lanes or len(self._scales) != len(self.heads):
            raise BadWeights(f"{len(table)} weights for {len(self.heads)} heads")
        self._lanes = lanes
        self._row = 2 * lanes
        rows = bytearray(2 * len(table))
        rows[::2] = table
        self._table = bytes(rows)
        self._narrow = struct.Struct(f"<{lanes}H")
        self._wide = struct.Struct(f"<{lanes + 1}I")
        self._words: dict[str, tuple[int, bytes, int, bytes]] = {}
        self._index = {name: place for place, name in enumerate(self.heads)}

    def read(self, post: Words, rules: Iterable[str] = ()) -> "Reading":
        """Log-odds of every head; a rule without weights counts nothing."""
        words, pairs, total = [], [], 0
        known, table, row = self._words, self._table, self._row
        before, _ = halves(START)
        for form in post.forms:
            first, second, lanes, spread = known.get(form) or self._word(form)
            total += lanes
            words.append(spread)
            start = row * (crc32(second, before) % BUCKETS)  # as `pair_bucket`, without a call
            pairs.append(table[start : start + row])
            before = first
        for start in range(0, len(pairs), _MOST_PAIRS):
            some = [int.from_bytes(pair, "little") for pair in pairs[start : start + _MOST_PAIRS]]
            total += int.from_bytes(self._widened(sum(some), len(some)), "little")
        *sums, norm, count = self._wide.unpack(total.to_bytes(4 * (self._lanes + 1), "little"))
        share = math.sqrt(min(norm, _LONG)) / norm if norm else 0.0
        zero = ZERO * count
        fired = sorted(rule for rule in set(rules) if rule in self._rules)
        odds = [
            bias + (lane - zero) * scale * share
            for bias, lane, scale in zip(self._biases, sums, self._scales, strict=True)
        ]
        for rule in fired:
            odds = [own + weight for own, weight in zip(odds, self._rules[rule], strict=True)]
        return Reading(self, odds, words, pairs, share, fired)

    def _word(self, form: str) -> tuple[int, bytes, int, bytes]:
        table, row = self._table, self._row
        word = spelled(form)
        found = word_buckets(word)
        total = 0
        for bucket in found:
            start = row * bucket
            total += int.from_bytes(table[start : start + row], "little")
        spread = self._widened(total, len(found))
        if len(self._words) >= _MOST_FORMS_KEPT:
            self._words.clear()
        known = *halves(word), int.from_bytes(spread, "little"), spread
        if len(form) <= _LONGEST_KEPT:
            self._words[form] = known
        return known

    def _widened(self, narrow: int, count: int) -> bytes:
        """The lanes with 32 bits each, and how many rows were added."""
        lanes = self._narrow.unpack(narrow.to_bytes(self._row, "little"))
        return self._wide.pack(*lanes, count)


class Reading:
    """What a model made of one post."""

    __slots__ = ("_columns", "_fired", "_model", "_pairs", "_share", "_words", "odds")

    def __init__(
        self,
        model: Model,
        odds: Sequence[float],
        words: list[bytes],
        pairs: list[bytes],
        share: float,
        fired: list[str],
    ) -> None:
        self._model, self._words = model, words
        self._pairs, self._share, self._fired = pairs, share, fired
        self._columns: tuple[memoryview, memoryview, list[int]] | None = None
        # The head's log-odds, calibrated: 0 is even.
        self.odds = dict(zip(model.heads, odds, strict=True)).__getitem__

    def bias(self, head: str) -> float:
        """The head's log-odds for a post of no words."""
        return self._model._biases[self._model._index[head]]

    def shares(self, head: str) -> list[Share]:
        """What each word, pair and rule added; with the bias they add up to the log-odds."""
        words, pairs, factor, place = self._whole(head)
        found = [Share(added * factor, at, at) for at, added in enumerate(words)]
        found += [Share(added * factor, max(at - 1, 0), at) for at, added in enumerate(pairs)]
        found += [Share(self._model._rules[rule][place], 0, 0, rule) for rule in self._fired]
        return found

    def speaking(self, head: str, most: int) -> tuple[float, list[Share]]:
        """All that spoke for the head, and the shares that did most of it."""
        words, pairs, factor, place = self._whole(head)
        number = len(words)
        rules = [(self._model._rules[rule][place], rule) for rule in self._fired]
        best = [Share(added, 0, 0, rule) for added, rule in rules if added > 0]
        spoke = [(added, -at) for at, added in enumerate(words + pairs) if added > 0]
        total = factor * sum([added for added, _ in spoke]) + sum([one.weight for one in best])
        spoke.sort(reverse=True)
        for added, before in spoke[:most]:
            at = -before
            if at < number:
                best.append(Share(added * factor, at, at))
            else:
                best.append(Share(added * factor, max(at - number - 1, 0), at - number))
        best.sort(key=_added, reverse=True)
        return total, best[:most]

    def _whole(self, head: str) -> tuple[list[int], list[int], float, int]:
        """What words and pairs added, in whole numbers to be multiplied by the factor."""
        place, lanes = self._model._index[head], self._model._lanes
        if self._columns is None:
            wide = memoryview(b"".join(self._words)).cast("I")  # every Lambda is little-endian
            zeros = [ZERO * count for count in wide[lanes :: lanes + 1].tolist()]
            self._columns = wide, memoryview(b"".join(self._pairs)).cast("H"), zeros
        wide, narrow, zeros = self._columns
        added = wide[place :: lanes + 1].tolist()
        words = [value - zero for value, zero in zip(added, zeros, strict=True)]
        pairs = [value - ZERO for value in narrow[place::lanes].tolist()]
        return words, pairs, self._model._scales[place] * self._share, place


def packed(header: Mapping[str, object], table: bytes) -> bytes:
    """The weights' file: one line of JSON, then a row of bytes for each bucket."""
    return json.dumps(header, sort_keys=True, separators=(",", ":")).encode() + b"\n" + table


def unpacked(data: bytes) -> Model:
    """Raises BadWeights."""
    line, _, table = data.partition(b"\n")
    try:
        header = json.loads(line)
    except ValueError as error:
        raise BadWeights("the weights have no readable header") from error
    if not isinstance(header, dict):
        raise BadWeights("the weights have no readable header")
    return Model(header, table)


def read_weights(folder: Path) -> Model:
    """The weights of a folder, checked against their hash. Raises BadWeights, naming the file."""
    path = folder / "heads.bin"
    try:
        data = path.read_bytes()
        expected = (folder / "heads.sha256").read_text(encoding="ascii").split()[0]
    except (OSError, IndexError, ValueError) as error:
        raise BadWeights(f"weights missing or without their hash: {error}") from error
    found = sha256(data).hexdigest()
    if found != expected:
        raise BadWeights(f"{path} is not what training wrote: sha256 {found}, not {expected}")
    return unpacked(data)


@cache
def shipped() -> Model:
    """The weights that ship with this module, read once. Raises BadWeights."""
    return read_weights(FOLDER)
