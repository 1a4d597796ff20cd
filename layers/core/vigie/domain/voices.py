"""Which authors an incident has heard, in a kilobyte: a bit map over hashes of their ids.

Linear counting (Whang, Vander-Zanden and Taylor, 1990, ACM TODS 15:2). Two authors may share a
bit: then the second counts as heard. Among a thousand authors that happens to one in seventeen.
"""

import base64

BITS = 8192


def heard(voices: str, author: str) -> tuple[str, bool]:
    """The map with `author` (a hexadecimal hash) in it, and whether the author is new to it."""
    bits = bytearray(base64.b64decode(voices)) if voices else bytearray(BITS // 8)
    place = int(author, 16) % BITS
    mask = 1 << place % 8
    is_new = not bits[place // 8] & mask
    bits[place // 8] |= mask
    return base64.b64encode(bytes(bits)).decode("ascii"), is_new
