"""Words → buckets: hashed words, their letters three to five at a time, and pairs of neighbours.

Training and the classifier share this module, so that both see the same features.
"""

from zlib import crc32

from vigie.classifier.normalise import Words

BUCKETS = 1 << 17
_LONGEST = 24  # letters of a word that count
_SHORTEST_GRAM, _LONGEST_GRAM = 3, 5
MOST_GRAMS = 1 + 3 * _LONGEST  # buckets that one word can have
START = "^"


def spelled(form: str) -> str:
    """What counts of a word: 24 letters, a number as its length."""
    return "0" * min(len(form), 8) if form.isdecimal() else form[:_LONGEST]


def word_buckets(word: str) -> list[int]:
    """The word itself, then its letters by three, four and five with its edges."""
    edged = f" {word} ".encode("utf-32-le", "surrogatepass")
    found = [crc32(b"w" + edged) % BUCKETS]
    length = len(edged)
    for size in range(4 * _SHORTEST_GRAM, 4 * _LONGEST_GRAM + 1, 4):
        found += [
            crc32(edged[start : start + size]) % BUCKETS for start in range(0, length - size + 1, 4)
        ]
    return found


def halves(word: str) -> tuple[int, bytes]:
    """What a pair's bucket needs of its first word, and what of its second."""
    plain = word.encode("utf-8", "surrogatepass")
    return crc32(plain), b" " + plain


def pair_bucket(first: str, second: str) -> int:
    """Two neighbouring words."""
    return crc32(halves(second)[1], halves(first)[0]) % BUCKETS


def buckets(post: Words) -> list[int]:
    """Every bucket of a post, with repeats, in the order of its words."""
    found: list[int] = []
    before = START
    for form in post.forms:
        word = spelled(form)
        found += word_buckets(word)
        found.append(pair_bucket(before, word))
        before = word
    return found
