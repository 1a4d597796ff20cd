"""Dead letters hold people's words too: what was erased is taken out of them, wherever it lies."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vigie.ports import Parked, ParkedLetter, Watched

# Where no post id can be found, nobody can tell whether it must be erased: the words go in time.
UNKNOWN_KEPT = timedelta(hours=23)
LONGEST_LETTER = timedelta(seconds=20)
WITHHELD = "(withheld: a day old, and no post id in it to tell whether it must be erased)"
# Messages of ours that hold no post's words.
_WORDLESS = frozenset({"command", "tick", "erased", "refreshed", "step", "poll"})
_ID = re.compile(r'"(?:id|id_str|root|post_id|resource_id)"\s*:\s*"?([0-9]{1,19})"?')
_HISTORY = re.compile(r'"edit_history_(?:tweet|post)_ids"\s*:\s*\[([^\]]{0,2000})\]')
_NUMBER = re.compile(r"[0-9]{1,19}")
LARGEST_ID = 2**63 - 1


@dataclass(slots=True)
class Looked:
    """What one look-through did."""

    letters: int = 0
    erased: int = 0
    withheld: int = 0


def clean(
    parked: Iterable[Parked],
    watched: Watched,
    brands: Sequence[str],
    *,
    sweep: str,
    now: datetime,
    remaining: Callable[[], timedelta],
) -> Looked:
    """Take out of all dead letters what has a tombstone, as far as the time allows.

    A pack loses the mentions that were erased, any other letter goes as a whole. Repeating it
    changes nothing.
    """
    done = Looked()
    for queue in parked:
        for letter in queue.letters(sweep, now):
            done.letters += 1
            _clean_one(queue, letter, watched, brands, now, done)
            if remaining() < LONGEST_LETTER:
                return done
    return done


def ids_in(parked: Iterable[Parked], *, sweep: str, now: datetime) -> set[str]:
    """Ids of the posts (and of some authors) that lie in dead letters: X is asked about them."""
    found: set[str] = set()
    for queue in parked:
        for letter in queue.letters(sweep, now):
            found |= post_ids(letter.body)
            queue.keep(letter)
    return found


def by_author(parked: Iterable[Parked], author_id: str, *, sweep: str, now: datetime) -> set[str]:
    """Ids of the posts in letters that name the author."""
    found: set[str] = set()
    for queue in parked:
        for letter in queue.letters(sweep, now):
            data = _mapping(letter.body)
            mentions = data.get("mentions")
            for part in mentions if isinstance(mentions, list) else [data]:
                text = json.dumps(part)
                if f'"{author_id}"' in text:
                    found |= post_ids(text) - {author_id}
            queue.keep(letter)
    return found


def post_ids(text: str) -> set[str]:
    """What looks like the id of a post in JSON, whole or broken."""
    found = set(_ID.findall(text))
    for history in _HISTORY.findall(text):
        found |= set(_NUMBER.findall(history))
    return {str(int(id_)) for id_ in found if 0 < int(id_) <= LARGEST_ID}


def _clean_one(
    queue: Parked,
    letter: ParkedLetter,
    watched: Watched,
    brands: Sequence[str],
    now: datetime,
    done: Looked,
) -> None:
    data = _mapping(letter.body)
    if letter.is_withheld or data.get("type") in _WORDLESS:
        queue.keep(letter)
        return
    ids = post_ids(letter.body)
    if not ids:
        if now - letter.parked_at >= UNKNOWN_KEPT:
            queue.rewrite(letter, WITHHELD, withheld=True)
            done.withheld += 1
        else:
            queue.keep(letter)
        return
    erased = _erased(ids, {letter.group, *brands}, watched)
    if not erased:
        queue.keep(letter)
        return
    left = _without(data, erased)
    if left is None:
        queue.drop(letter)
    else:
        queue.rewrite(letter, left, withheld=False)
    done.erased += 1


def _erased(ids: Collection[str], brands: Collection[str], watched: Watched) -> set[str]:
    """A post that was erased for one brand is erased in every letter: its words are the same."""
    keys = {f"{brand}#x#{id_}": id_ for id_ in ids for brand in brands}
    return {keys[key] for key in watched.erased(keys)}


def _without(data: dict[str, Any], erased: Collection[str]) -> str | None:
    """The pack without the mentions that were erased; None when nothing would be left."""
    mentions = data.get("mentions")
    if not isinstance(mentions, list):
        return None
    left = [one for one in mentions if post_ids(json.dumps(one)).isdisjoint(erased)]
    if not left:
        return None
    return json.dumps(data | {"mentions": left}, separators=(",", ":"))


def _mapping(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
