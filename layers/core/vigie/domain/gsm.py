"""The alphabet of SMS (GSM 03.38, 3GPP TS 23.038): one segment holds 160 septets of it.

A single character outside it makes the whole message UCS-2, with 70 characters to a segment.
"""

import unicodedata

SEGMENT = 160

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each is sent as an escape and a second septet.
EXTENSION = frozenset("\f^{}\\[~]|€")

_STAND_INS = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "«": '"',
        "»": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "œ": "oe",
        "Œ": "OE",
    }
)


def plain(text: str) -> str:
    """One line without control, format or surrogate characters: safe in a mail and on a page."""
    spaced = "".join(
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Zs"} else c
        for c in text
        if unicodedata.category(c) not in {"Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(spaced.split())


def fold(text: str) -> str:
    """The same words in the SMS alphabet, on one line: `é` stays, `ê` becomes `e`, what has no
    likeness becomes `?`."""
    folded = []
    for character in unicodedata.normalize("NFC", plain(text).translate(_STAND_INS)):
        if character in BASIC or character in EXTENSION:
            folded.append(character)
            continue
        base = [c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)]
        folded.extend(c if c in BASIC or c in EXTENSION else "?" for c in base)
    return " ".join("".join(folded).split())


def to_ascii(text: str) -> str:
    """The same words in printable ASCII, for a mail's subject."""
    decomposed = unicodedata.normalize("NFKD", plain(text).translate(_STAND_INS))
    return "".join(
        c if c.isascii() else "?" for c in decomposed if not unicodedata.combining(c)
    ).strip()


def septets(text: str) -> int:
    """How many septets `text` takes; it must be in the alphabet already."""
    return sum(2 if c in EXTENSION else 1 for c in text)


def fits(text: str) -> bool:
    """Whether `text` is in the alphabet and takes one segment."""
    return all(c in BASIC or c in EXTENSION for c in text) and septets(text) <= SEGMENT


def cut(text: str, room: int) -> str:
    """The longest beginning of `text` that takes at most `room` septets."""
    used = 0
    for position, character in enumerate(text):
        used += septets(character)
        if used > room:
            return text[:position].rstrip()
    return text
