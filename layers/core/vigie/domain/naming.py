"""Which brands of the plan a post names: needed where a stream holds posts about several.

X's own timelines and searches are read for one brand each and need none of this.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from vigie.domain.plan import Brand


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What a post shows of whom it is about: `handles` and `tags` as written, `ids` decimal."""

    text: str
    author_id: str = ""
    handles: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def named(brands: Iterable[Brand], traces: Traces) -> tuple[Brand, ...]:
    """The brands that a post names, or whose own account wrote it, in the plan's order."""
    return tuple(brand for brand in brands if _names(brand, traces))


def addresses(brand: Brand, traces: Traces) -> bool:
    """Whether the post @mentions one of the brand's accounts."""
    own = {handle.casefold() for handle in brand.handles}
    return (
        any(handle.casefold() in own for handle in traces.handles)
        or any(x_id in brand.x_ids for x_id in traces.ids)
        or any(pattern.search(traces.text) for pattern in _at_handles(brand))
    )


def says(query: str, text: str) -> bool:
    """Whether `text` has the words that an X search query asks for, as far as words alone tell."""
    return _holds(_parsed(query), _folded(text)) is True


def _names(brand: Brand, traces: Traces) -> bool:
    if traces.author_id in brand.x_ids or addresses(brand, traces):
        return True
    keys = {brand.id, *(handle.casefold() for handle in brand.handles)}
    if any(tag.casefold().removeprefix("@") in keys for tag in traces.tags):
        return True
    return any(says(query, traces.text) for query in brand.queries)


@lru_cache(maxsize=256)
def _at_handles(brand: Brand) -> tuple[re.Pattern[str], ...]:
    return tuple(
        re.compile(rf"(?<![\w@])@{re.escape(handle)}(?!\w)", re.IGNORECASE)
        for handle in brand.handles
    )


# A search query, as far as a post alone can answer it: words and phrases joined by AND, OR,
# negation and brackets. Operators (`lang:fr`, `-is:retweet`) say nothing here.
# https://docs.x.com/x-api/posts/search/integrate/build-a-query


@dataclass(frozen=True, slots=True)
class _Word:
    pattern: re.Pattern[str] | None  # None: an operator


@dataclass(frozen=True, slots=True)
class _Not:
    inner: "_Query"


@dataclass(frozen=True, slots=True)
class _All:
    parts: tuple["_Query", ...]


@dataclass(frozen=True, slots=True)
class _Any:
    parts: tuple["_Query", ...]


_Query = _Word | _Not | _All | _Any
_TOKEN = re.compile(r'-?"[^"]*"|[()]|-(?=\()|[^\s()]+')


@lru_cache(maxsize=256)
def _parsed(query: str) -> _Query:
    return _any(_TOKEN.findall(query))


def _holds(query: _Query, folded: str) -> bool | None:
    """True or False where words decide, None where only operators would."""
    match query:
        case _Word(pattern):
            return None if pattern is None else pattern.search(folded) is not None
        case _Not(inner):
            return False if _holds(inner, folded) else None
        case _All(parts):
            answers = {_holds(part, folded) for part in parts}
            return False if False in answers else True if True in answers else None
        case _Any(parts):
            answers = {_holds(part, folded) for part in parts}
            return True if True in answers else False if False in answers else None


def _any(tokens: list[str]) -> _Query:
    """Consume `tokens` up to the closing bracket. AND binds before OR."""
    choices: list[list[_Query]] = [[]]
    while tokens:
        token = tokens.pop(0)
        if token == ")":
            break
        if token == "OR":
            choices.append([])
        elif token != "AND":
            choices[-1].append(_factor(token, tokens))
    return _Any(tuple(_All(tuple(parts)) for parts in choices))


def _factor(token: str, tokens: list[str]) -> _Query:
    if token == "(":
        return _any(tokens)
    if token == "-" and tokens:
        return _Not(_factor(tokens.pop(0), tokens))
    if token.startswith("-") and len(token) > 1:
        return _Not(_factor(token[1:], tokens))
    phrase = token.strip('"')
    words = _folded(phrase).split()
    if not words or (":" in token and not token.startswith('"')):
        return _Word(None)
    spaced = r"\s+".join(map(re.escape, words))
    return _Word(re.compile(rf"(?<!\w){spaced}(?!\w)"))


def _folded(text: str) -> str:
    """Without case and accents, as X's search compares."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
