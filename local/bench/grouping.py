"""How well mentions are grouped: JSON, and with --write tables and pictures in docs/grouping.md.

    python -m local.bench.grouping DATA [--write]

DATA holds `train/trecis.csv`, `dev/trecis_unseen_events.csv` (posts with their events and times),
`crisislex/t26.csv` and what `local.bench.grouping_table` counts. No event is measured with a table
that has seen it. Events of other years are moved into the same days, so that several happen at
once, and mixed with brands' chatter.
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import process_time

from local.bench import grouping_measures as measures
from local.bench.grouping_posts import Post, mixed, posts_of
from local.bench.grouping_table import place_of, rows, shares, table
from vigie.domain import groups, likeness
from vigie.domain.draft import OPEN_KEPT
from vigie.domain.incident import Group

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "grouping.md"
PICTURES = ROOT / "docs" / "pictures"
BEGIN, END = "<!-- figures: made by `make bench-grouping` -->", "<!-- end of figures -->"
# How long a group may be silent: by the plan's default, and the best of the two for the baseline.
QUIET = timedelta(hours=6)
COMPANY = 3  # mentions of a group that would be an incident
PAIRS = 15_000
LANGUAGES = ("en", "es", "it", "pt")
THRESHOLDS = (0.03, 0.05, 0.1, 0.15, 0.2, 0.3)
_SHIPPED = likeness.rarity()
_TYPES = ("flood", "quake", "fire", "shoot", "explosion", "train")
_STORMS, _ATTACKS = ("typhoon", "cyclone", "tornado"), ("attack", "bomb")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.bench.grouping")
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help="into docs/grouping.md")
    given = parser.parse_args(arguments)
    figures = measure(given.data)
    print(json.dumps(figures, indent=1))
    if given.write:
        write(figures)
    return 0


def measure(data: Path) -> dict[str, object]:
    """All figures."""
    counted = shares(data)
    chatter = posts_of([r | {"event": ""} for r in rows(data / "train/brand_en.csv")[:1500]])
    train = posts_of(rows(data / "train/trecis.csv"))
    unseen = posts_of(rows(data / "dev/trecis_unseen_events.csv"))
    names = sorted({post.event for post in train})
    sets = {
        "train, first half": (_of(train, names[::2]), 4),
        "train, second half": (_of(train, names[1::2]), 4),
        "unseen": (unseen, 2),
    }
    found = {}
    for name, (posts, days) in sets.items():
        _use(table(counted, [place_of(event) for event in {post.event for post in posts}]))
        found[name] = _of_set(posts, days, chatter)
    foreign = [r for r in rows(data / "crisislex/t26.csv") if r["lang_pred"] in LANGUAGES]
    _use(table(counted, sorted({place_of(row["event"]) for row in foreign})))
    languages = _languages(foreign)
    _use(_SHIPPED)
    return {"sets": found, "languages": languages, "cost": _cost(train)}


def _use(levels: bytes) -> None:
    likeness.rarity = lambda: levels  # type: ignore[assignment]
    likeness._known.clear()


def _of(posts: Sequence[Post], events: Sequence[str]) -> list[Post]:
    return [post for post in posts if post.event in events]


def _of_set(posts: Sequence[Post], days: int, chatter: Sequence[Post]) -> dict[str, object]:
    same, other = _pairs(posts)
    stream = mixed(posts, days, chatter)
    gold = [post.event for post in stream]
    ours, sizes = _grouped(stream)
    base = {
        f"{threshold:g} within {hours} h": measures.bcubed(
            gold, measures.single_pass(stream, threshold, timedelta(hours=hours))
        )
        for threshold in THRESHOLDS
        for hours in (6, 24)
    }
    best = max(base, key=lambda name: base[name]["f1"])
    mine = measures.bcubed(gold, ours)
    return {
        "events": len({post.event for post in posts}),
        "posts": len(stream),
        "auc_same_kind": round(measures.area(same, other), 3),
        "bcubed": mine,
        "tfidf_single_pass": base[best] | {"at": best},
        "ratio": round(mine["f1"] / base[best]["f1"], 2),
        "groups_of_10_or_more": sum(n >= 10 for n in sizes.values()),
        "events_by_group": _table(stream, ours, sizes),
    }


def _type(event: str) -> str:
    name = event.lower()
    for kind, words in (("storm", _STORMS), ("shoot", _ATTACKS)):
        if any(word in name for word in words):
            return kind
    return next((kind for kind in _TYPES if kind in name), name)


def _pairs(posts: Sequence[Post]) -> tuple[list[float], list[float]]:
    """Likeness of posts of one event and hour, and of posts of two events of the same kind."""
    rng = random.Random(1)
    by_event, by_hour = defaultdict(list), defaultdict(list)
    for post in posts:
        by_event[post.event].append(post)
        by_hour[post.event, int(post.at.timestamp()) // 3600].append(post)
    kinds = Counter(_type(event) for event in by_event)
    events = sorted(e for e in by_event if kinds[_type(e)] > 1)
    same, other = [], []
    while len(same) < PAIRS:
        event = rng.choice(events)
        one = rng.choice(by_event[event])
        two = rng.choice(by_hour[event, int(one.at.timestamp()) // 3600])
        if one is not two:
            same.append(_alike(one, two))
        of_kind = [e for e in events if e != event and _type(e) == _type(event)]
        other.append(_alike(one, rng.choice(by_event[rng.choice(of_kind)])))
    return same, other


def _alike(one: Post, two: Post) -> float:
    return likeness.likeness(_sketch(one), _sketch(two))


def _sketch(post: Post) -> likeness.Sketch:
    return likeness.sketch(post.text, post.rules, post.lang)


def _grouped(stream: Sequence[Post]) -> tuple[list[str], Counter[str]]:
    """As triage does it, within the bounds of a brand's state."""
    index, alive = groups.Index(), dict[str, Group]()
    became: dict[str, str] = {}
    given = []
    for number, post in enumerate(stream):
        recent = {n: g for n, g in alive.items() if post.at - g.last_mention_at <= QUIET}
        sketch = _sketch(post)
        alike = index.alike(sketch, recent)
        alike = groups.same_breakdown(recent, alike, sketch, post.kind, post.at)
        near = groups.nearest(recent, alike, post.kind, post.at)
        before = set(alive)
        name = near or f"g{number}"
        group = groups.joined(alive, name, sketch, post.kind, post.at)
        became |= dict.fromkeys((before | {name}) - set(alive), group.id)
        given.append(name)
        _bounded(alive, group.id, post.at)
    return _followed(given, became)


def _bounded(alive: dict[str, Group], kept: str, at: datetime) -> None:
    """As many small groups as may wait, as many large ones as a brand has open incidents."""
    small = [n for n in alive if alive[n].mentions < COMPANY]
    large = [n for n in alive if alive[n].mentions >= COMPANY]
    if len(small) > groups.GROUPS_KEPT:
        others = [n for n in small if n != kept]
        del alive[min(others, key=lambda n: (groups.heat_at(alive[n], at), n))]
    if len(large) > OPEN_KEPT:
        del alive[min(large, key=lambda n: (alive[n].last_mention_at, n))]


def _followed(given: Sequence[str], became: Mapping[str, str]) -> tuple[list[str], Counter[str]]:
    found = []
    for name in given:
        while name in became:
            name = became[name]
        found.append(name)
    return found, Counter(found)


def _table(
    stream: Sequence[Post], given: Sequence[str], sizes: Mapping[str, int]
) -> dict[str, list[int]]:
    """For each event, its posts in each of the twelve largest groups, and in all others."""
    largest = sorted(sizes, key=lambda name: (-sizes[name], name))[:12]
    cells: dict[str, Counter[str]] = defaultdict(Counter)
    for post, name in zip(stream, given, strict=True):
        cells[post.event or "chatter"][name if name in largest else ""] += 1
    return {event: [n[name] for name in (*largest, "")] for event, n in sorted(cells.items())}


def _languages(found: Sequence[Mapping[str, str]]) -> dict[str, object]:
    """Posts of one event in two languages against those of two events: names and numbers only, for
    these languages have no concepts; and French with English on made-up events that do."""
    rng = random.Random(2)
    by: dict[str, dict[bool, list[likeness.Sketch]]] = defaultdict(lambda: {True: [], False: []})
    for row in found:
        is_english = row["lang_pred"] == "en"
        by[row["event"]][is_english].append(likeness.sketch(row["text"], (), row["lang_pred"]))
    events = sorted(e for e, held in by.items() if min(map(len, held.values())) >= 50)
    same, other = [], []
    for _ in range(5_000):
        event = rng.choice(events)
        one = rng.choice(by[event][False])
        far = rng.choice([e for e in events if e != event])
        same.append(likeness.likeness(one, rng.choice(by[event][True])))
        other.append(likeness.likeness(one, rng.choice(by[far][True])))
    return {
        "events_in_two_languages": len(events),
        "auc_across_languages": round(measures.area(same, other), 3),
        "french_english": measures.french_english(),
    }


def _cost(posts: Sequence[Post]) -> dict[str, float]:
    """Processor time; the batch is of 100 posts beside 50 incidents and as many groups as wait."""
    some = posts[:5_000]
    per_sketch = _timed(lambda: [_sketch(post) for post in some]) / len(some)
    alive: dict[str, Group] = {}
    for number, post in enumerate(posts[::250][: 50 + groups.GROUPS_KEPT]):
        text, heat = groups.grown("", 0.0, _sketch(post), 0)
        alive[f"g{number}"] = Group(
            id=f"g{number}",
            kind=post.kind,
            last_mention_at=post.at,
            mentions=1,
            sketch=text,
            heat=heat,
        )

    def batch() -> None:
        index = groups.Index()
        likeness._unpacked.clear()
        for post in posts[1:5000:50]:
            sketch = _sketch(post)
            groups.nearest(alive, index.alike(sketch, alive), post.kind, post.at)

    return {
        "sketch_ms": round(per_sketch, 3),
        "batch_of_100_ms": round(_timed(batch), 1),
        "stored_bytes": len(next(iter(alive.values())).sketch),
    }


def _timed(act: Callable[[], object]) -> float:
    """Milliseconds, best of three."""
    best = float("inf")
    for _ in range(3):
        start = process_time()
        act()
        best = min(best, 1000 * (process_time() - start))
    return best


def write(figures: Mapping[str, object]) -> None:
    """Put the figures between the markers of docs/grouping.md, and draw the pictures."""
    text = "\n".join(measures.told(figures))
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
    PICTURES.mkdir(exist_ok=True)
    for name, picture in measures.pictures(figures).items():
        (PICTURES / name).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
