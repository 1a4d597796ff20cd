"""Two incidents that are one: what the surviving one counts, and where mentions belong since."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from vigie.domain.change import Known
from vigie.domain.hashes import short_hash
from vigie.domain.incident import Desk, Entry, Tally
from vigie.domain.noise import together
from vigie.domain.voices import both_listed

# How many incidents one may take in, those that they took in included: its mentions are read from
# the index partitions of each.
MERGED_MOST = 12

Standing = tuple[Tally, Desk]
Name = TypeVar("Name", bound=str)


def split_id(tally: Tally, keys: Sequence[str]) -> str:
    """Of what is taken out again: the same act has the same id, however often it is asked for;
    what was merged back since may be split again."""
    return f"inc-{short_hash(' '.join([tally.id, str(len(tally.merged)), *sorted(keys)]))}"


def survivor_of(tally: Tally, desk: Desk) -> str:
    """Where its mentions are counted now, as far as these two know; "" for here."""
    return tally.merged_into or desk.merged_into


def survivors(found: Mapping[str, Standing]) -> Mapping[str, str]:
    """For each merged incident the one that its mentions count for; it may be one not `found`."""
    last: dict[str, str] = {}
    for incident_id in found:
        at = incident_id
        # Only an open incident can take another in, and is closed by being taken in: no circles.
        while at in found and (onward := survivor_of(*found[at])):
            at = onward
        if at != incident_id:
            last[incident_id] = at
    return last


def redirected(known: Mapping[str, Known], last: Mapping[str, str]) -> Mapping[str, Known]:
    """What is stored, with the survivor in the place of a merged incident."""
    return {
        key: replace(k, incident_id=last[k.incident_id]) if k.incident_id in last else k
        for key, k in known.items()
    }


def absorb(into: Tally, merged: Tally, samples: int, rules: int) -> Tally:
    """The tally of both, with the graver severity; `samples` and `rules` bound what is kept.

    Of the merged one's reach counts the share of its authors that the survivor had not heard.
    """
    counts = _sums(into.rules, merged.rules)
    kept = sorted(counts.items(), key=lambda found: (-found[1], found[0]))[:rules]
    graver_first = (merged, into) if merged.worst.rank > into.worst.rank else (into, merged)
    voices, share = _both(into.voices, merged.voices)
    graver = merged.severity.rank > into.severity.rank
    told = merged if merged.is_danger and not into.is_danger else into
    return replace(
        into,
        severity=merged.severity if graver else into.severity,
        severity_because=merged.severity_because if graver else into.severity_because,
        # Nobody's danger may get lost in somebody's breakdown.
        trigger=told.trigger,
        because=told.because,
        first_mention_at=min(into.first_mention_at, merged.first_mention_at),
        last_mention_at=max(into.last_mention_at, merged.last_mention_at),
        mention_count=into.mention_count + merged.mention_count,
        by_urgency=_sums(into.by_urgency, merged.by_urgency),
        late=into.late + merged.late,
        reach=into.reach + round(merged.reach * share),
        voices=voices,
        urgent_voices=both_listed(into.urgent_voices, merged.urgent_voices),
        per_minute=into.per_minute + merged.per_minute,
        surge=max(into.surge, merged.surge),
        urgent_at=max(filter(None, (into.urgent_at, merged.urgent_at)), default=None),
        calm_since=None,
        settled=_sums(into.settled, merged.settled),
        rules=dict(kept),
        reposts=into.reposts + merged.reposts,
        samples=tuple(dict.fromkeys(s for tally in graver_first for s in tally.samples))[:samples],
        merged=tuple(dict.fromkeys((*into.merged, merged.id, *merged.merged))),
        noise=together(into.noise, merged.noise),
    )


def merged_entry(into: str, merged: Tally, desk: Desk) -> Entry:
    """What the survivor's timeline says; its own writer has put the other half."""
    assert desk.resolved_at is not None
    return Entry(
        incident_id=into,
        at=desk.resolved_at,
        id=f"merged-{merged.id}",
        what="merged",
        by=desk.resolved_by,
        facts={
            "from": merged.id,
            "mentions": merged.mention_count,
            "reposts": merged.reposts,
            "reach": merged.reach,
        },
    )


def _sums(one: Mapping[Name, int], other: Mapping[Name, int]) -> dict[Name, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


def _both(one: str, other: str) -> tuple[str, float]:
    """Both maps in one, and which share of `other` is new to `one`."""
    if not one or not other:
        return one or other, 1.0
    a, b = (int.from_bytes(base64.b64decode(voices)) for voices in (one, other))
    size = len(base64.b64decode(one))
    share = (b & ~a).bit_count() / max(1, b.bit_count())
    return base64.b64encode((a | b).to_bytes(size)).decode("ascii"), share
