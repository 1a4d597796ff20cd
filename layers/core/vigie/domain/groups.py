"""What mentions form: how near a mention is to each open incident and each group that waits.

Near is what is alike (`vigie.domain.likeness`), lively and of the same kind: where much is being
said already, the next mention belongs rather than where little was said hours ago. The classifier
may be wrong about a kind, so another one counts against and forbids nothing.

A breakdown is told in few words and by everybody in others: what is said of an outage is said of
the one that is alive, unless another service is named.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from vigie.domain.incident import Candidate, Group, OpenIncident
from vigie.domain.labels import Kind
from vigie.domain.likeness import (
    Sketch,
    blend,
    likeness,
    packed,
    services,
    size,
    sketch,
    unpacked,
    words_of,
)
from vigie.domain.mention import LabelledMention
from vigie.domain.plan import Brand

# Measured on labelled events: docs/grouping.md.
NEAR = 0.15
_LIVELY, _LUKEWARM, _MOST_LIVELY = 0.2, 4.0, 0.6
_OTHER_KIND = 0.1
_SOMETHING = 0.02  # below this likeness nothing else helps
_ONE_GROUP = 0.2  # from this likeness on two groups are one
_COOLS = timedelta(hours=1)  # the time in which heat halves
_ALIVE = 1.0  # the heat of an outage that others may be speaking of
_LEAD_KEPT = 20  # of one kind over the others
GROUPS_KEPT = 16
WAITING_KEPT = 10  # urgent mentions of one group
ALL_WAITING_KEPT = 30

Body = OpenIncident | Group


def sketch_of(labelled: LabelledMention, brand: Brand | None) -> Sketch:
    """The mention's sketch without the brand's own names, which all its mentions have."""
    names = frozenset[str]() if brand is None else _names(brand.name, brand.id, *brand.handles)
    labels = labelled.labels
    rules = tuple([reason.rule for reason in labels.reasons])
    return _sketched(labelled.mention.text, rules, labels.language, names)


@lru_cache(maxsize=64)
def _names(*names: str) -> frozenset[str]:
    return frozenset(words_of(" ".join(names)))


@lru_cache(maxsize=128)  # a slice: each post is looked at more than once
def _sketched(text: str, rules: tuple[str, ...], language: str, names: frozenset[str]) -> Sketch:
    return sketch(text, rules, language, names)


def heat_at(body: Body, at: datetime) -> float:
    """How much is being said there: mentions, each counting half after an hour."""
    return body.heat * math.pow(0.5, max(at - body.last_mention_at, timedelta(0)) / _COOLS)


def near_from(body: Body, kind: Kind, at: datetime) -> float:
    """From which likeness on a mention is near."""
    needed = max(_SOMETHING, NEAR - _liveliness(body, at))
    return needed + _OTHER_KIND * (body.kind is not kind)


def _liveliness(body: Body, at: datetime) -> float:
    return min(_MOST_LIVELY, _LIVELY * math.log2(1 + heat_at(body, at) / _LUKEWARM))


class Index:
    """Which features each body has, so that a mention is compared with all of them at once.

    It follows from the bodies that it is asked about, so one serves a slice however often that is
    decided.
    """

    def __init__(self) -> None:
        self._has: dict[int, dict[str, float]] = {}
        self._known: dict[str, str] = {}

    def alike(self, post: Sketch, bodies: Mapping[str, Body]) -> dict[str, float]:
        """The likeness of the post to each body that shares a feature with it."""
        for name, body in bodies.items():
            if self._known.get(name) != body.sketch:
                self._put(name, body.sketch)
        found: dict[str, float] = {}
        has = self._has
        for feature, weight in post.items():
            if feature in has:
                for name, held in has[feature].items():
                    found[name] = found.get(name, 0.0) + weight * held
        length = size(post)
        return {name: dot / length for name, dot in found.items() if name in bodies}

    def _put(self, name: str, text: str) -> None:
        for feature in unpacked(self._known.get(name, "")):
            having = self._has[feature]
            having.pop(name, None)
            if not having:
                del self._has[feature]
        held = unpacked(text)
        length = size(held)
        for feature, weight in held.items():
            self._has.setdefault(feature, {})[name] = weight / length
        self._known[name] = text


def same_breakdown(
    bodies: Mapping[str, Body], alike: Mapping[str, float], post: Sketch, kind: Kind, at: datetime
) -> dict[str, float]:
    """The likenesses, where an outage that is alive is near enough to whatever is said of one."""
    if kind is not Kind.OUTAGE:
        return dict(alike)
    of = services(post)
    return {
        **alike,
        **{
            name: max(alike.get(name, 0.0), near_from(body, kind, at))
            for name, body in bodies.items()
            if _is_breakdown(body, of, at)
        },
    }


def _is_breakdown(body: Body, of: frozenset[str], at: datetime) -> bool:
    before = body.last_mention_at - at > _COOLS  # a post from before it, that came late
    if body.kind is not Kind.OUTAGE or heat_at(body, at) < _ALIVE or before:
        return False
    its = services(unpacked(body.sketch))
    return not of or not its or not of.isdisjoint(its)


def nearest(
    bodies: Mapping[str, Body], alike: Mapping[str, float], kind: Kind, at: datetime
) -> str:
    """The body that the mention is nearest to, among those that it is near to; "" for none."""

    def nearness(name: str) -> tuple[float, str]:
        body = bodies[name]
        other = _OTHER_KIND * (body.kind is not kind)
        return round(alike[name] + _liveliness(body, at) - other, 6), name

    near = [
        name
        for name in alike
        if name in bodies and alike[name] >= near_from(bodies[name], kind, at)
    ]
    return max(near, key=nearness, default="")


def grown(known: str, heat: float, post: Sketch, number: int) -> tuple[str, float]:
    """Sketch and heat with one more mention, rounded at once: the same whatever the slices are."""
    return packed(blend(unpacked(known), post, number)), round(heat + 1, 2)


def joined(groups: dict[str, Group], name: str, post: Sketch, kind: Kind, at: datetime) -> Group:
    """The group with one more mention, or a new one of that name."""
    known = groups.get(name)
    if known is None:
        text, heat = grown("", 0.0, post, 0)
        groups[name] = Group(
            id=name, kind=kind, sketch=text, heat=heat, mentions=1, last_mention_at=at
        )
        return groups[name]
    text, heat = grown(known.sketch, heat_at(known, at), post, known.mentions)
    leading, lead = _leading(known, kind)
    groups[name] = replace(
        known,
        kind=leading,
        lead=lead,
        sketch=text,
        heat=heat,
        mentions=known.mentions + 1,
        last_mention_at=max(known.last_mention_at, at),
    )
    return _with_the_like(groups, groups[name])


def _leading(group: Group, kind: Kind) -> tuple[Kind, int]:
    """The kind that most were taken for, by the vote of Boyer and Moore (1981): the first of them
    may have been misread."""
    if kind is group.kind:
        return kind, min(group.lead + 1, _LEAD_KEPT)
    return (group.kind, group.lead - 1) if group.lead > 1 else (kind, 1)


def wait(groups: dict[str, Group], name: str, candidate: Candidate) -> None:
    """Let an urgent mention wait in its group.

    One for each author: somebody who writes often must not push the others out.
    """
    others = [c for c in groups[name].waiting if c.author != candidate.author]
    groups[name] = replace(groups[name], waiting=(*others, candidate)[-WAITING_KEPT:])


def bounded(groups: dict[str, Group], at: datetime) -> None:
    """Let go what is more than a brand's state can hold: the coldest groups, the oldest waits."""
    while len(groups) > GROUPS_KEPT:
        del groups[
            min(
                groups, key=lambda n: (groups[n].waiting != (), round(heat_at(groups[n], at), 6), n)
            )
        ]
    waiting = sorted((c.at, c.key, n) for n, g in groups.items() for c in g.waiting)
    for _, key, name in waiting[:-ALL_WAITING_KEPT]:
        without(groups, frozenset({key}), [name])


def without(
    groups: dict[str, Group], keys: frozenset[str], names: Iterable[str] | None = None
) -> None:
    """Let mentions wait no longer: they were edited, erased or are too old."""
    for name in [*(groups if names is None else names)]:
        kept = tuple(c for c in groups[name].waiting if c.key not in keys)
        if len(kept) != len(groups[name].waiting):
            groups[name] = replace(groups[name], waiting=kept)


def hottest(groups: Mapping[str, Group], at: datetime, within: timedelta) -> Group | None:
    """The group that most is being said in."""
    recent = [g for g in groups.values() if abs(at - g.last_mention_at) <= within]
    return max(recent, key=lambda g: (round(heat_at(g, at), 6), g.id), default=None)


def kin(group: Group, incidents: Iterable[OpenIncident]) -> str:
    """The open incident that the group is about, though its mentions were not near to it yet."""
    own, at = unpacked(group.sketch), group.last_mention_at
    of = services(own)
    alike = [
        (round(likeness(own, unpacked(i.sketch)), 6), i.id)
        for i in incidents
        if likeness(own, unpacked(i.sketch)) >= _ONE_GROUP
        or (group.kind is Kind.OUTAGE and _is_breakdown(i, of, at))
    ]
    return max(alike, default=(0.0, ""))[1]


def _with_the_like(groups: dict[str, Group], group: Group) -> Group:
    """Two groups that have grown alike are one."""
    own = unpacked(group.sketch)
    others = [g for g in groups.values() if g.id != group.id]
    alike = [(round(likeness(own, unpacked(g.sketch)), 6), g.id) for g in others]
    best, name = max(alike, default=(0.0, ""))
    if best < _ONE_GROUP:
        return group
    first, second = sorted([group, groups[name]], key=lambda g: (-g.mentions, g.id))
    at = max(first.last_mention_at, second.last_mention_at)
    share = max(1, round(first.mentions / second.mentions))
    authors = {c.author for c in second.waiting}
    del groups[second.id]
    groups[first.id] = replace(
        first,
        sketch=packed(blend(unpacked(first.sketch), unpacked(second.sketch), share)),
        heat=round(heat_at(first, at) + heat_at(second, at), 2),
        mentions=first.mentions + second.mentions,
        last_mention_at=at,
        waiting=tuple(
            sorted(
                (*(c for c in first.waiting if c.author not in authors), *second.waiting),
                key=lambda c: (c.at, c.key),
            )
        )[-WAITING_KEPT:],
    )
    return groups[first.id]
