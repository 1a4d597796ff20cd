"""Labelled posts of many events, moved into the same days and mixed with brands' chatter."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from vigie.classifier import classify_all
from vigie.domain.labels import Kind

START = datetime(2026, 3, 2, tzinfo=UTC)
CAP = 400  # posts of one event: the densest run
CHATTER = 0.3  # for each post of an event


@dataclass(frozen=True, slots=True)
class Post:
    """A labelled post. `event` is "" for chatter."""

    text: str
    event: str
    at: datetime
    rules: tuple[str, ...]
    kind: Kind
    lang: str


def posts_of(found: Sequence[Mapping[str, str]]) -> list[Post]:
    """Rows of a file as the classifier labels them; one without an instant is of `START`."""
    labels = classify_all([(row["text"], "") for row in found])
    return [
        Post(
            row["text"],
            row["event"],
            _instant(row.get("created_at", "")),
            tuple(reason.rule for reason in said.reasons),
            said.kind,
            said.language,
        )
        for row, said in zip(found, labels, strict=True)
    ]


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y") if text else START


def mixed(posts: Sequence[Post], days: int, chatter: Sequence[Post]) -> list[Post]:
    """One stream, oldest first: of each event its densest run, begun somewhere in these days."""
    rng = random.Random(3)
    by_event = defaultdict(list)
    for post in posts:
        by_event[post.event].append(post)
    moved = []
    for _, of_it in sorted(by_event.items()):
        run = sorted(of_it, key=lambda post: post.at)
        if len(run) > CAP:
            first = min(range(len(run) - CAP), key=lambda n: run[n + CAP].at - run[n].at)
            run = run[first : first + CAP]
        shift = START + timedelta(days=rng.uniform(0, days)) - run[0].at
        moved += [_at(post, post.at + shift) for post in run]
    for post in rng.sample(list(chatter), min(len(chatter), int(CHATTER * len(moved)))):
        moved.append(_at(post, START + timedelta(days=rng.uniform(0, days))))
    return sorted(moved, key=lambda post: (post.at, post.text))


def _at(post: Post, at: datetime) -> Post:
    return Post(post.text, post.event, at, post.rules, post.kind, post.lang)
