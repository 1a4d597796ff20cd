"""Which authors an incident has heard, in a kilobyte: a bit map over hashes of their ids.

Linear counting (Whang, Vander-Zanden and Taylor, 1990, ACM TODS 15:2). Two authors may share a
bit: then the second counts as heard. Among a thousand authors that happens to one in seventeen.
"""

import base64
import math
from functools import lru_cache

BITS = 8192
# A list tells the first so many apart without a doubt, in few characters each.
LISTED, _EACH = 50, 6


@lru_cache(maxsize=32)  # asked for more than once while a mention is counted
def counted(voices: str) -> int:
    """About how many authors the map holds; exact for a few."""
    if not voices:
        return 0
    held = base64.b64decode(voices)
    size, bits = 8 * len(held), int.from_bytes(held, "big").bit_count()
    return round(-size * math.log(1 - min(bits, size - 1) / size))


def without(voices: str, author: str) -> str:
    """The map without `author`, and without whoever shares the bit."""
    if not voices:
        return voices
    bits = bytearray(base64.b64decode(voices))
    place = int(author, 16) % (8 * len(bits))
    bits[place // 8] &= ~(1 << place % 8)
    return base64.b64encode(bytes(bits)).decode("ascii")


def listed(some: str, author: str) -> str:
    """The list with `author` in it, as far as there is room."""
    here = {some[i : i + _EACH] for i in range(0, len(some), _EACH)}
    full = len(some) >= LISTED * _EACH
    return some if full or author[:_EACH] in here else some + author[:_EACH]


def both_listed(one: str, other: str) -> str:
    """The authors of both lists, as far as there is room."""
    for i in range(0, len(other), _EACH):
        one = listed(one, other[i : i + _EACH])
    return one


def unlisted(some: str, author: str) -> str:
    """The list without `author`."""
    each = (some[i : i + _EACH] for i in range(0, len(some), _EACH))
    return "".join(held for held in each if held != author[:_EACH])


def number_listed(some: str) -> int:
    """How many authors the list holds: all of them while it is fewer than `LISTED`."""
    return len(some) // _EACH


def heard(voices: str, author: str) -> tuple[str, bool]:
    """The map with `author` (a hexadecimal hash) in it, and whether the author is new to it."""
    bits = bytearray(base64.b64decode(voices)) if voices else bytearray(BITS // 8)
    place = int(author, 16) % (8 * len(bits))
    mask = 1 << place % 8
    is_new = not bits[place // 8] & mask
    bits[place // 8] |= mask
    return base64.b64encode(bytes(bits)).decode("ascii"), is_new
