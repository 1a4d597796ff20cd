"""Erasing on request, and once more after a restore: who asks tells triage, which alone writes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from vigie.errors import Rejected
from vigie.ports import Erasures, Parked, Queue, Watched
from vigie.services.letters import by_author
from vigie.services.refresh import send_erased


def posts_wanted(
    watched: Watched, ids: Sequence[str], brands: Sequence[str]
) -> dict[str, set[str]]:
    """Roots to erase by brand, for ids of posts or of later versions of them.

    A post that is not stored is named for every brand, so that a late copy cannot come.
    """
    for id_ in ids:
        if not id_.isdecimal():
            raise Rejected(f"{id_!r} is no id of a post: expected decimal digits", field="post")
    keys = {f"{brand}#x#{id_}": id_ for id_ in ids for brand in brands}
    stored = watched.with_words(keys) | watched.erased(keys)
    unknown = set(ids) - {keys[key] for key in stored}
    by_version = watched.by_version(unknown) if unknown else {}
    roots = {*keys, *by_version.values()}
    return _by_brand(key for key in roots if key.split("#")[0] in brands)


def posts_of_author(
    watched: Watched,
    parked: Iterable[Parked],
    author_id: str,
    brands: Sequence[str],
    *,
    sweep: str,
    now: datetime,
) -> dict[str, set[str]]:
    """Roots of all that is stored or parked of an author, by brand."""
    if not author_id.isdecimal():
        raise Rejected(
            f"{author_id!r} is no id of an author: expected decimal digits", field="author"
        )
    found = _by_brand(key for key in watched.by_author(author_id) if key.split("#")[0] in brands)
    for id_ in by_author(parked, author_id, sweep=sweep, now=now):
        for brand in brands:
            found.setdefault(brand, set()).add(id_)
    return found


def erase_all(
    classified: Queue, roots: Mapping[str, Collection[str]], why: str, now: datetime
) -> int:
    """Tell triage; give the number of posts. Raises `Unavailable` when it was not told of all:
    then do it again."""
    for brand, posts in sorted(roots.items()):
        send_erased(classified, brand, sorted(posts, key=int), why, now)
    return sum(map(len, roots.values()))


def replay(erasures: Erasures, classified: Queue, now: datetime, *, dry: bool) -> int:
    """Erase once more what the log holds: after a restore its posts may be back."""
    by_why: dict[str, dict[str, set[str]]] = {}
    for line in erasures.all():
        brand, _, root_id = line.key.split("#")
        by_why.setdefault(line.why, {}).setdefault(brand, set()).add(root_id)
    return sum(
        sum(map(len, roots.values())) if dry else erase_all(classified, roots, why, now)
        for why, roots in by_why.items()
    )


def _by_brand(keys: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key in keys:
        brand, _, root_id = key.split("#")
        found.setdefault(brand, set()).add(root_id)
    return found
