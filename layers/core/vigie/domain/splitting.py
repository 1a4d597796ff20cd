"""A split: mentions that a person takes out of an incident become one of their own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from vigie.domain.change import Change, Known
from vigie.domain.draft import Draft, count, draft_of, short_hash, take_out
from vigie.domain.incident import SPLIT, BrandState, Desk, Echoing, Entry, Tally
from vigie.domain.labels import Kind, Urgency
from vigie.domain.mention import LabelledMention
from vigie.domain.noise import is_a_voice, listened, without
from vigie.domain.outcome import change_of
from vigie.domain.plan import Plan, Severity
from vigie.domain.voices import heard, unlisted
from vigie.domain.voices import without as unheard


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Who takes which mentions (keys) out of `source`, when, and the new incident's id."""

    source: str
    into: str
    keys: tuple[str, ...]
    by: str
    at: datetime


def split(
    state: BrandState,
    tallies: Mapping[str, Tally],
    desks: Mapping[str, Desk],
    known: Mapping[str, Known],
    posts: Mapping[str, LabelledMention],
    act: Split,
    plan: Plan,
    now: datetime,
) -> Change:
    """Open the new incident with what is still the source's; twice is once.

    `known` says where each mention is counted now, `posts` what it says.
    """
    draft = draft_of(state, tallies, desks, plan, now)
    moved = [
        posts[key]
        for key in act.keys
        if key in posts and key in known and known[key].incident_id == act.source
    ]
    if act.source not in draft.tallies or act.into in draft.tallies or not moved:
        return change_of(draft, state, 0)
    moved.sort(key=lambda post: (post.mention.posted_at, post.mention.key))
    draft.tallies[act.into] = _empty(draft.tallies[act.source], moved, act, now)
    draft.opened.append(act.into)
    for post in moved:
        key = post.mention.key
        take_out(draft, act.source, known[key])
        count(draft, act.into, post)
        new = draft.tallies[act.into]
        draft.tallies[act.into] = replace(new, reposts=new.reposts + known[key].reposts)
        draft.adopted.append((key, act.into))
    _forget(draft, act.source, moved)
    draft.entries.append(
        Entry(
            incident_id=act.source,
            at=now,
            id=f"split-off-{act.into}",
            what="split_off",
            by=act.by,
            facts={"into": act.into, "mentions": len(moved)},
        )
    )
    return change_of(draft, state, 0)


def _empty(source: Tally, moved: Sequence[LabelledMention], act: Split, now: datetime) -> Tally:
    first = moved[0].mention.posted_at
    return Tally(
        id=act.into,
        brand=source.brand,
        kind=_kind(source, moved),
        severity=Severity.SEV4,
        opened_at=now,
        first_mention_at=first,
        last_mention_at=first,
        because=f"{act.by} took {len(moved)} of the mentions out of {source.id}",
        trigger=SPLIT,
        split_from=source.id,
    )


def _kind(source: Tally, moved: Sequence[LabelledMention]) -> Kind:
    """The most frequent kind that says something, else the source's."""
    kinds = Counter(p.labels.kind for p in moved if p.labels.kind is not Kind.NONE)
    return max(kinds, key=lambda kind: (kinds[kind], kind.value), default=source.kind)


def _forget(draft: Draft, source: str, moved: Sequence[LabelledMention]) -> None:
    """Take out of the source what `take_out` leaves to an edit: authors, reach, rules, samples.

    An author who also wrote what stays is missing until they write again.
    """
    tally = draft.tallies[source]
    rules = Counter(tally.rules)
    voices, reach, gone, seen = tally.voices, tally.reach, Echoing(), ""
    urgent_voices, alarms = tally.urgent_voices, 0
    # A copy is known by the copies that are still counted, itself among them.
    unlearnt = replace(tally.noise, texts={text: n - 1 for text, n in tally.noise.texts.items()})
    for post in moved:
        author = post.mention.author
        urgent = f"urgency:{post.labels.urgency.value}"
        rules.subtract({r.rule for r in post.labels.reasons if r.label == urgent} & set(rules))
        name = short_hash(author.id)
        urgent_voices = unlisted(urgent_voices, name)
        alarms += post.labels.urgency is Urgency.CRITICAL and not is_a_voice(unlearnt, post.mention)
        seen, is_new = heard(seen, name)
        if not is_new:
            continue
        _, was_unheard = heard(voices, name)
        voices = unheard(voices, name)
        if not was_unheard:
            reach -= author.followers or 0
            gone = listened(gone, post.mention)
    keys = {post.mention.key for post in moved}
    tally = replace(
        tally,
        rules={rule: n for rule, n in rules.items() if n > 0},
        voices=voices,
        urgent_voices=urgent_voices,
        reach=max(0, reach),
        samples=tuple(key for key in tally.samples if key not in keys),
        noise=without(tally.noise, replace(gone, copied_alarms=alarms)),
    )
    draft.tallies[source] = tally
    if source in draft.open:
        draft.open[source] = replace(draft.open[source], worst=tally.worst)
