"""A post's text becomes one readable spelling, and words folded for matching."""

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARACTERS = 10_000
_TAIL = 2_500  # kept from the end of a longer text: pleas often close a post
_SLICE = 256

_INVISIBLE = dict.fromkeys(
    [
        *(0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
    ]
)
_LOOKALIKES = str.maketrans(
    # Cyrillic, then Greek: letters above, the Latin ones that they are drawn like below.
    "АВЕЅІЈКМНОРСТУХԛԝ" + "авгеѕһіјкӏмнорстухԁ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "αβεηικνορτυχ",
    "ABESIJKMHOPCTYXqw" + "abreshijklmhopctyxd" + "ABEZHIKMNOPTYX" + "abenikvoptux",
)
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})
# A digit between letters is read as the letter that it is drawn like: tr4pped, he1p.
_LEET = re.compile(r"(?<=[^\W\d_])[013457](?=[^\W\d_])")
_LEET_LETTERS = {"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t"}
_SURROGATES = re.compile("[\ud800-\udfff]")
_ELONGATED = re.compile(r"([^\W\d_])\1{2,}")
_WORDS = re.compile(
    r"https?://\S+|www\.\S+"  # dropped
    r"|@\w+"  # becomes "@", so that a handle never reads as a word
    r"|\w+(?:['’`´]\w+)*"
    r"|[.!?;\n…]+"  # a break: phrases do not reach across it
    r"|[\u2600-\u27bf\U0001f300-\U0001faff]"
)
_BREAKS = frozenset(".!?;\n…")
_NEGATIONS = {
    form: stem
    for stem, forms in {
        "can": "cant cannot can't",
        "will": "wont won't",
        "do": "dont",
        "does": "doesnt",
        "did": "didnt",
        "is": "isnt",
        "are": "arent",
        "was": "wasnt",
        "has": "hasnt",
        "have": "havent",
        "could": "couldnt",
    }.items()
    for form in forms.split()
}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of `text`, folded, in order; `spans[i]` is where `forms[i]` stands in `text`.

    "." and "?" stand for breaks between sentences, "@" for a handle.
    """

    text: str
    forms: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    def quote(self, first: int, last: int, limit: int = 80) -> str:
        """The text from word `first` to word `last`, both included, cut after `limit`."""
        return self.text[self.spans[first][0] : self.spans[last][1]][:limit]


def normalise(text: str) -> str:
    """NFKC without invisible characters, elongations collapsed; at most MAX_CHARACTERS.

    Accents and case stay. Of a longer text the beginning and the end are kept. Never raises.
    """
    text = _capped(text)
    if not text.isascii():
        text = _SURROGATES.sub("\ufffd", text).translate(_INVISIBLE)
        # In slices: reordering one long run of combining marks takes quadratic time.
        text = "".join(
            unicodedata.normalize("NFKC", text[start : start + _SLICE])
            for start in range(0, len(text), _SLICE)
        )
        text = _capped(text)
    if "&" in text:  # the API escapes these three
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _ELONGATED.sub(r"\1", text)


def fold(word: str) -> str:
    """Lower case, accents and ligatures dropped, Cyrillic and Greek lookalikes made Latin."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFD", word)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return plain.translate(_LOOKALIKES).lower().translate(_LIGATURES)


def words(text: str) -> Words:
    """Split a normalised text; apostrophes part words (`d'eau`, `can't` → `can` `not`)."""
    forms: list[str] = []
    spans: list[tuple[int, int]] = []
    for match in _WORDS.finditer(text):
        word = match.group()
        found = _known.get(word)
        if found is None:
            found = _forms(word)
        for form in found:
            forms.append(form)
            spans.append(match.span())
    return Words(text, tuple(forms), tuple(spans))


_known: dict[str, tuple[str, ...]] = {}  # so that a word is folded once
_MOST_KEPT, _LONGEST_KEPT = 30_000, 40


def _forms(word: str) -> tuple[str, ...]:
    found: tuple[str, ...]
    if word[0] in _BREAKS:
        found = ("?" if "?" in word else ".",)
    elif word[0] == "@":
        return ("@",)  # handles are many, and none comes back often
    elif word.startswith(("http://", "https://", "www.")):
        return ()
    else:
        form = word.lower() if word.isascii() else fold(word)
        plain = form.isalpha() and form not in _NEGATIONS
        found = (form,) if plain else tuple(_parts(form))
    if len(word) <= _LONGEST_KEPT:
        if len(_known) >= _MOST_KEPT:
            _known.clear()
        _known[word] = found
    return found


def _parts(word: str) -> list[str]:
    if not word.isalpha():
        word = _LEET.sub(lambda digit: _LEET_LETTERS[digit.group()], word)
    if word in _NEGATIONS:
        return [_NEGATIONS[word], "not"]
    if word.isalnum():
        return [word]
    word = word.replace("’", "'").replace("`", "'").replace("´", "'")
    if word in _NEGATIONS:
        return [_NEGATIONS[word], "not"]
    if word.endswith("n't"):
        word = f"{word[:-3]}'not"
    return [part for part in word.split("'") if part]


def _capped(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return text[: MAX_CHARACTERS - _TAIL - 1] + "\n" + text[-_TAIL:]
