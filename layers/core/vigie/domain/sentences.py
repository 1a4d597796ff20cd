"""A post's sentences, the words that tell them apart, and what makes one a question or hearsay.

French and English; other languages are compared by their words and have their question marks.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from vigie.domain.concepts import concept
from vigie.domain.gsm import plain

# A long post says what it is about at its beginning.
READ_CHARACTERS = 600
SENTENCES_READ = 6
LONGEST_LINE = 280
# Fewer words than this compare by chance.
FEWEST_WORDS = 2
_ASKED_IN_WORDS = 4
_REMEMBERED = 20_000

_LINKS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_ADDRESSED = re.compile(r"^(?:\s*(?:RT )?@\w+[,:]?)+")
_STACKED = re.compile(r"([\u0300-\u036f]{2})[\u0300-\u036f]+")
_ENDS = re.compile(r"(?<=[.!?…。！？؟])\s+(?=\S)")
_WORDS = re.compile(r"@?\w+(?:['’]\w+)*")
_NEEDLESS = re.compile(r"^\w{1,2}['’]|['’]\w+$")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "’": "'"})

_STOP = frozenset(
    """
    a ai aie ait as au aucun aussi autre aux avait avec avez avoir avons bien bon ca car ce cela
    ces cet cette ceux chez ci comme c d dans de deja depuis des donc du elle elles en encore
    entre es est et etait etaient ete etes etre eu eux fait faire font il ils j je l la le les
    leur leurs lors lui m ma mais me meme mes moi mon n ne ni nos notre nous on ont ou par parce
    pas peu peut plus pour pourtant qu que quel quelle quelles quels qui quoi s sa sans se sera
    ses si sinon soit son sont sous suis sur t ta te tes toi ton tous tout toute toutes tres tu un
    une va vais vers voila vos votre vous vont y bonjour merci svp stp salut hello about after
    again all also am an and any anyone are at be because been before being but by can cant could
    day did do does doesnt dont for from get getting gets going got had has have having he her
    here hi him his how i if im in into is isnt it its ive just like more most much my no not now
    of off oh ok or other our out over own please really she should since so some still such than
    thank thanks that the their them then there these they this those through to today too under
    until up us very via was we were what when where which while who why will with wont would yes
    you your
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of the post at `post` in a list: as it is shown, folded for the marks below,
    the words that say something, and those of its claim where it is `hearsay`."""

    post: int
    text: str
    folded: str
    words: frozenset[str]
    claim: frozenset[str]
    hearsay: bool


def sentences(post: int, text: str) -> Iterator[Sentence]:
    """The sentences of a post, its lines too, cleaned; the first few of a long one."""
    lines = _ADDRESSED.sub("", text[: 2 * READ_CHARACTERS]).splitlines()
    found = (part for line in lines for part in _ENDS.split(cleaned(line)) if part)
    for _, part in zip(range(SENTENCES_READ), found, strict=False):
        shown = shortened(part, LONGEST_LINE)
        plainly = folded(shown)
        claim, marks = _HEARSAY.subn(" ", plainly)
        words = words_of(plainly)
        yield Sentence(
            post=post,
            text=shown,
            folded=plainly,
            words=words,
            claim=words_of(claim) if marks else words,
            hearsay=marks > 0,
        )


def cleaned(text: str) -> str:
    """The post on one line without links, leading handles and characters that nobody sees or that
    turn the line around."""
    # X escapes `&`, `<` and `>`.
    text = _ADDRESSED.sub("", _LINKS.sub(" ", unescape(text[: 2 * READ_CHARACTERS])))
    if not (text.isascii() and text.isprintable()):
        text = plain(_STACKED.sub(r"\1", unicodedata.normalize("NFC", text)))
    return " ".join(text[:READ_CHARACTERS].split())


def shortened(text: str, room: int) -> str:
    """At most `room` characters, cut between words."""
    if len(text) <= room:
        return text
    return text[: room - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def folded(text: str) -> str:
    """Without case and accents: what the marks below are looked for in."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(c for c in spread if not unicodedata.combining(c))


def words_of(text: str) -> frozenset[str]:
    """The words of a folded text that say something, without their endings; no handles."""
    found = set()
    for word in _WORDS.findall(text):
        if word[0] == "@":
            continue
        stem = _NEEDLESS.sub("", word)
        if stem in _STOP or (len(stem) < 2 and not stem.isdigit()):
            continue
        found.add(_shared(stem))
    return frozenset(found)


@lru_cache(maxsize=_REMEMBERED)
def _shared(word: str) -> str:
    """What the word has in common with the other language's, else its stem."""
    return concept(word, "") or (word.rstrip("sx")[:6] if len(word) > 3 else word)


# ---- questions

# What is asked for: the same in both languages, so that "when" and "quand" meet.
_ASKED = (
    ("how_long", r"\b(?:how long|combien de temps|jusqu'?a quand|until when|till when)\b"),
    ("how_many", r"\b(?:how (?:many|much)|combien)\b"),
    ("when", r"\b(?:when|what time|quand|a quelle heure|eta)\b"),
    ("why", r"\b(?:why|how come|pourquoi|pk|pq|comment se fait)\b"),
    ("where", r"\b(?:where|ou est|ou sont|ou puis|ou peut|ou trouver)\b"),
    ("who", r"\b(?:who|qui)\b"),
    ("how", r"\b(?:how|comment)\b"),
    ("what", r"\b(?:what|what's|whats|which|quoi|que|quel|quelle|quels|quelles|qu)\b"),
)
_ASKED_FOR = tuple((name, re.compile(pattern)) for name, pattern in _ASKED)
# Without a question mark only what cannot be anything else.
_ASKS = re.compile(
    r"^(?:and |but |so |et |mais |alors |bonjour,? |hello,? |hi,? |hey,? )*(?:"
    r"why (?:is|are|do|does|did|has|have|can|cant|can't|isnt|isn't|wont|won't|am|was|were|would)\b"
    r"|how (?:long|many|do|does|did|can|come|are)\b"
    r"|what (?:is|are|happened|time|about)\b|what'?s (?:up|going|happening|wrong)\b"
    r"|when (?:will|is|are|can|do|does)\b|where (?:is|are|can|do)\b|who (?:else|can|do)\b"
    r"|(?:is|are|does|do|has|have|did|can|could) (?:anyone|anybody|someone|somebody|there|you)\b"
    r"|any(?:one|body) (?:else|know|knows|having|got)\b|any (?:idea|news|update|eta)\b"
    r"|pourquoi\b|combien\b|quand est[- ]ce|quand (?:sera|va|allez|pourr)|comment (?:se fait|faire|"
    r"puis|peut|fait)|est[- ]ce qu|qu'est[- ]ce qu|qu'en est[- ]il"
    r"|quelqu'un (?:sait|a|peut|d'autre)"
    r"|qui (?:sait|a|d'autre)\b|savez[- ]vous|avez[- ]vous|pouvez[- ]vous|y a[- ]t[- ]il"
    r"|a[- ]t[- ]on|va[- ]t[- ]on|quel(?:le)?s? (?:est|sont)\b|ou (?:est|sont|en est)\b"
    r")"
)


def is_question(sentence: Sentence) -> bool:
    """By its mark, or by how it begins; a cry of a word or two is none."""
    asks = len(sentence.claim)
    if asks < FEWEST_WORDS and not (asks and len(_WORDS.findall(sentence.text)) >= _ASKED_IN_WORDS):
        return False
    marked = any(mark in sentence.text for mark in "?？؟")
    return marked or _ASKS.match(sentence.folded) is not None


def asked_for(sentence: Sentence) -> str:
    """`when`, `why`…, or `whether`."""
    return next((name for name, mark in _ASKED_FOR if mark.search(sentence.folded)), "whether")


# ---- hearsay: what says that a claim is somebody else's, or in doubt

_HEARSAY = re.compile(
    r"\b(?:"
    # French
    r"(?:il )?parait(?:rait)?(?:-il)? qu|(?:il )?parait[- ]il|a ce qu'il parait"
    r"|on dit (?:partout )?qu"
    r"|(?:on m'a|on nous a|on vient de m[e'])\s?(?:dit|dire)|il se dit|certains disent|ca dit qu"
    r"|apparem?ment|semble[- ]t[- ]il|soi[- ]disant"
    r"|j'ai (?:entendu|lu|vu passer)|entendu dire|d'apres (?:des?|un|une|ce|certain|plusieurs"
    r"|mon|ma|mes|les) |selon (?:des|un|une|certain\w*|plusieurs|mon|ma|mes) "
    r"|rumeurs?|bruits? (?:court|courent|qui court)|est[- ]ce vrai|c'est vrai qu|vrai ou faux"
    r"|info ou intox|intox|desinformation|il y aurait|aurai(?:t|ent) (?:ete|eu)|a confirmer"
    r"|quelqu'un (?:peut |pour )?confirmer?|non confirme\w*"
    # English
    r"|apparently|reportedly|allegedly|supposedly|i(?:'ve| have|ve)? (?:just )?(?:heard|read that)"
    r"|heard (?:that|from|there)|hearing (?:that|reports)|is (?:it|this|that) true|true or false"
    r"|rumou?r(?:s|ed)?|they say|people (?:are )?say(?:ing)?|word is|word on the street"
    r"|(?:someone|somebody|a friend|my \w+) (?:told|says|said)|i was told|been told"
    r"|fake(?: news)?|hoax|can (?:anyone|anybody|someone) confirm|unconfirmed"
    r"|sources? (?:say|claim)"
    r")"
)
