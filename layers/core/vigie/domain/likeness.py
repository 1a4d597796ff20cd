"""How alike two posts are: a sketch of each, and of the groups that they make.

A sketch weighs hashed words and letters (names and numbers much, words that everybody uses little)
and concepts, which are the same in French and English (`vigie.domain.concepts`). Weights are whole
numbers, so that a sketch is the same whatever the machine, the batch or the order of additions; it
holds no word of a post.

What is rare was counted over crises and brands of all sorts (`local/bench/grouping_table.py`): a
word of one crisis is rare however often that crisis repeats it, which the idf of a stream of
crises would miss.
"""

import base64
import math
import re
import struct
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from zlib import crc32

from vigie.domain.concepts import concept

Sketch = Mapping[int, int]
"""Feature (16 bits) → weight, 1 to 255."""

BUCKETS = 1 << 16
RAREST = 15  # the levels of the table: 0 for what everybody says
FEATURES_KEPT = 24  # of a group: 72 bytes, 90 as text
REMEMBERED = 40  # a group's sketch follows what is said now: older mentions fade

_WORD, _GRAM = 254, 127
_CONCEPT, _RULE = 60, 30
_LONGEST = 24  # letters of a word that count
_MOST_WORDS = 120
_MOST_WORDS_KEPT = 20_000
_MOST_UNPACKED = 1_000
_DROPPED = re.compile(r"https?://\S*|@\w+|^RT\b|&\w+;|['’]")
_WORDS = re.compile(r"[^\W_]{2,}")
# Rules that say who speaks or how, not of what.
_SAYS_WHAT = ("affair.", "complaint.", "danger.", "disaster.", "outage.", "report.")
_PAIR = struct.Struct(">HB")
_SERVICES = {
    "power": "power",
    "water": "water",
    "gas": "gas heating",
    "telecom": "network internet phone text television",
    "online": "app login payment",
    "transport": "train plane bus road",
    "delivery": "delivery",
    "billing": "bill",
}

Features = tuple[tuple[int, int], ...]
_known: dict[tuple[str, str], Features] = {}
_unpacked: dict[str, Sketch] = {}


def folded(text: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.lower())
    return "".join([c for c in parts if not unicodedata.combining(c)])


def words_of(text: str) -> list[str]:
    """The words that count, folded: no links, no handles."""
    return [w[:_LONGEST] for w in _WORDS.findall(folded(_DROPPED.sub(" ", text)))][:_MOST_WORDS]


def buckets_of(word: str) -> Iterator[int]:
    """The word's bucket, then those of its letters by four with its edges."""
    yield crc32(f"w{word}".encode()) % BUCKETS
    edged = f" {word} "
    for start in range(len(edged) - 3):
        yield crc32(f"g{edged[start : start + 4]}".encode()) % BUCKETS


def sketch(
    text: str, rules: Iterable[str] = (), lang: str = "und", names: Collection[str] = ()
) -> Sketch:
    """What the post is about. `rules` are the classifier's rule ids; `names` folded words that
    every post of the brand has, which tell nothing."""
    found: dict[int, int] = {}
    for word in words_of(text):
        if word in names:
            continue
        features = _known.get((lang, word))
        for feature, weight in _features(word, lang) if features is None else features:
            if found.get(feature, 0) < weight:
                found[feature] = weight
    for rule in rules:
        if rule.startswith(_SAYS_WHAT):
            found[crc32(f"r{rule}".encode()) % BUCKETS] = _RULE
    return found


def services(of: Sketch) -> frozenset[str]:
    """Which services it names, of `_SERVICES`."""
    return frozenset(name for feature, name in _services().items() if feature in of)


@cache
def _services() -> Mapping[int, str]:
    return {
        crc32(f"c{means}".encode()) % BUCKETS: name
        for name, concepts in _SERVICES.items()
        for means in concepts.split()
    }


def likeness(one: Sketch, other: Sketch) -> float:
    """The cosine: 0 for nothing in common, 1 for the same."""
    if len(one) > len(other):
        one, other = other, one
    common = sum([weight * other[feature] for feature, weight in one.items() if feature in other])
    return common / (size(one) * size(other)) if common else 0.0


def size(of: Sketch) -> float:
    """The sketch's length."""
    return math.sqrt(sum([weight * weight for weight in of.values()]))


def blend(group: Sketch, post: Sketch, number: int) -> Sketch:
    """A group of `number` posts with one more: its heaviest features, as they are stored."""
    if not post:
        return group
    number = min(number, REMEMBERED)
    held, added = size(group) or 1.0, size(post)
    mixed = {feature: number * weight / held for feature, weight in group.items()}
    for feature, weight in post.items():
        mixed[feature] = mixed.get(feature, 0.0) + weight / added
    # Sums of floats differ in their last digits with the order: what is compared is rounded.
    ranked = sorted((-round(weight, 9), feature) for feature, weight in mixed.items())
    most = -ranked[0][0]
    return {
        feature: max(1, round(-255 * weight / most)) for weight, feature in ranked[:FEATURES_KEPT]
    }


def packed(of: Sketch) -> str:
    """A group's sketch as text of at most 90 characters, fit for JSON."""
    ranked = sorted(of.items(), key=lambda item: (-item[1], item[0]))[:FEATURES_KEPT]
    text = base64.b85encode(b"".join([_PAIR.pack(*item) for item in ranked])).decode("ascii")
    return _remembered(text, dict(ranked))


def unpacked(text: str) -> Sketch:
    """The inverse of `packed`; what it gives is shared."""
    if text not in _unpacked:
        _remembered(text, dict(_PAIR.iter_unpack(base64.b85decode(text))))
    return _unpacked[text]


def _remembered(text: str, of: Sketch) -> str:
    if len(_unpacked) >= _MOST_UNPACKED:
        _unpacked.clear()
    _unpacked[text] = of
    return text


def _features(word: str, lang: str) -> Features:
    levels = rarity()
    found = []
    top = _WORD
    for bucket in buckets_of(word):
        level = levels[bucket >> 1] >> 4 * (bucket & 1) & 15
        weight = round(top * (level / RAREST) ** 3)
        if weight:
            found.append((bucket, weight))
        top = _GRAM
    means = concept(word, lang)
    if means:
        found.append((crc32(f"c{means}".encode()) % BUCKETS, _CONCEPT))
    if len(_known) >= _MOST_WORDS_KEPT:
        _known.clear()
    _known[lang, word] = tuple(found)
    return _known[lang, word]


@cache
def rarity() -> bytes:
    """Four bits a bucket: how rare its words and letters are, 15 for what was never counted."""
    table = Path(__file__).with_name("likeness.bin").read_bytes()
    if len(table) != BUCKETS // 2:
        raise ValueError(f"likeness.bin has {len(table)} bytes, not {BUCKETS // 2}: build it anew")
    return table
