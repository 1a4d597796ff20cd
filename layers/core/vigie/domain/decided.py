"""What people decided at the desk and what a crowd turns out to be, folded into a draft.

The desk is what counts, whether or not its command has arrived: a command that comes twice, late
or after another finds nothing left to do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vigie.domain.groups import heat_at
from vigie.domain.incident import Entry, OpenIncident, Tally
from vigie.domain.likeness import blend, packed, unpacked
from vigie.domain.merging import absorb, merged_entry, survivors
from vigie.domain.noise import assess_noise
from vigie.domain.word import said

if TYPE_CHECKING:
    from vigie.domain.draft import Draft


def take_in(draft: Draft) -> None:
    """Count what was merged with the incident that took it in, each once."""
    from vigie.domain.draft import RULES_KEPT, SAMPLES_KEPT, graded

    standing = {id_: (tally, draft.desks[id_]) for id_, tally in draft.tallies.items()}
    for merged_id, into_id in survivors(standing).items():
        merged = draft.tallies[merged_id]
        if merged.merged_into or into_id not in draft.tallies:
            continue
        draft.tallies[merged_id] = replace(merged, merged_into=into_id)
        draft.touched[merged_id] = None
        before = draft.tallies[into_id]
        if merged_id in before.merged:
            continue  # older code has written the merged one since, without what it does not know
        into = graded(draft, absorb(before, merged, SAMPLES_KEPT, RULES_KEPT))
        draft.tallies[into_id] = into
        draft.touched[into_id] = None
        draft.entries.append(merged_entry(into_id, merged, draft.desks[merged_id]))
        for held in draft.series.open.values():
            if n := held.incidents.pop(merged_id, 0):
                held.incidents[into_id] = held.incidents.get(into_id, 0) + n
        taken = draft.open.pop(merged_id, None)
        shown = draft.open.get(into_id, taken)
        if shown is not None and into.closed_at is None:
            sketch, heat = shown.sketch, shown.heat
            if taken is not None and taken is not shown:
                share = before.mention_count / max(1, merged.mention_count)
                sketch, heat = _alike_to_both(shown, taken, share)
            draft.open[into_id] = replace(
                shown,
                sketch=sketch,
                heat=heat,
                id=into_id,
                kind=into.kind,
                severity=into.severity,
                worst=into.worst,
                opened_at=into.opened_at,
                last_mention_at=into.last_mention_at,
            )


def _alike_to_both(one: OpenIncident, other: OpenIncident, share: float) -> tuple[str, float]:
    """Sketch and heat of two incidents, of which `one` has `share` times as many mentions: what
    would have joined either joins the survivor."""
    at = max(one.last_mention_at, other.last_mention_at)
    heat = round(heat_at(one, at) + heat_at(other, at), 2)
    larger, smaller = (one, other) if share >= 1 else (other, one)
    number = max(1, round(max(share, 1 / share if share else 1)))
    return packed(blend(unpacked(larger.sketch), unpacked(smaller.sketch), number)), heat


def apply_words(draft: Draft) -> None:
    """Give each open incident the severity that a person last set, if it is not applied yet."""
    from vigie.domain.draft import assessed

    for incident_id, tally in list(draft.tallies.items()):
        desk = draft.desks[incident_id]
        if desk.severity_at is None or tally.closed_at is not None:
            continue
        spoken = said(tally, desk, assessed(draft, tally)[0])
        if spoken is tally:
            continue
        draft.tallies[incident_id] = spoken
        draft.touched[incident_id] = None
        if incident_id in draft.open:
            draft.open[incident_id] = replace(draft.open[incident_id], severity=spoken.severity)


def coordinated(draft: Draft, tally: Tally) -> Tally:
    """Say once in the timeline that an incident's volume looks made."""
    noise = assess_noise(tally) if tally.coordinated_at is None else None
    if noise is None:
        return tally
    draft.entries.append(
        Entry(
            incident_id=tally.id,
            at=draft.now,
            id="coordinated",
            what="coordinated",
            by="triage",
            facts={**noise.facts, "because": "; ".join(noise.reasons)},
        )
    )
    return replace(tally, coordinated_at=draft.now)
