"""Erasing: what is left of posts that X, their author or the organisation took back."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from vigie.domain.change import Change, Known, Tombstone
from vigie.domain.draft import draft_of, short_hash
from vigie.domain.incident import BrandState, Entry
from vigie.domain.outcome import change_of
from vigie.domain.plan import Plan


def erase(
    state: BrandState,
    known: Mapping[str, Known],
    keys: Sequence[str],
    why: str,
    at: datetime,
    plan: Plan,
    now: datetime,
    merged: Mapping[str, str] | None = None,
) -> Change:
    """Put a tombstone in the place of each post of one brand, seen or not; twice is once.

    Counts stay: they name nobody. A candidate for an incident is let go, since nobody could look
    at it any more. `merged` says for incidents that were merged which one tells of them now.
    """
    fresh = [key for key in dict.fromkeys(keys) if key not in known or not known[key].deleted]
    draft = draft_of(state, {}, {}, plan, now, frozenset(fresh))
    draft.tombstones += [Tombstone(key=key, why=why, at=at, known=known.get(key)) for key in fresh]
    by_incident: dict[str, list[str]] = {}
    for key in fresh:
        incident_id = known[key].incident_id if key in known else ""
        incident_id = (merged or {}).get(incident_id, incident_id)
        if incident_id:
            by_incident.setdefault(incident_id, []).append(key)
    draft.entries += [
        Entry(
            incident_id=incident_id,
            at=now,
            id=f"erased-{short_hash(' '.join(of_it))}",
            what="erased",
            by="triage",
            facts={"mentions": len(of_it), "why": why},
        )
        for incident_id, of_it in by_incident.items()
    ]
    return change_of(draft, state, 0)
