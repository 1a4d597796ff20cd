"""Calm after a storm: the severity falls by itself, a level at a time; the rest is for people."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from vigie.domain.bins import ALL
from vigie.domain.draft import Draft
from vigie.domain.incident import BrandState, Tally
from vigie.domain.plan import Severity
from vigie.domain.severity import settled
from vigie.domain.surging import LASTS, threshold_of
from vigie.domain.timeline import calm_entry, lowered_entry

# While the brand's volume is still out of the usual, one looks again.
LOOK_AGAIN = timedelta(minutes=10)


def due(state: BrandState, now: datetime) -> Iterator[str]:
    """Ids of the open incidents whose calm is to be looked at."""
    return (i.id for i in state.open if i.calm_due is not None and i.calm_due <= now)


def settle(draft: Draft) -> None:
    """Lower what has been without an urgent mention for long enough, and propose that it is over.

    Neither starts nor stops a ladder: whoever is being paged is still to answer.
    """
    series = draft.series
    still = series.scores.get(ALL, 0.0) < threshold_of(draft) / 2 and series.ratio() < LASTS
    for incident in list(draft.open.values()):
        tally = draft.tallies.get(incident.id)
        if tally is None or incident.calm_due is None or incident.calm_due > draft.now:
            continue
        if not still:
            draft.open[incident.id] = replace(incident, calm_due=draft.now + LOOK_AGAIN)
            continue
        after = draft.plan.thresholds.calm_lowers_after
        calmer = _lowered(draft, _proposed(draft, tally), after)
        draft.tallies[incident.id] = calmer
        draft.touched[incident.id] = None
        draft.open[incident.id] = replace(
            incident,
            severity=calmer.severity,
            calm_due=draft.now + after if _can_fall(calmer) else None,
        )


def _proposed(draft: Draft, tally: Tally) -> Tally:
    if tally.calm_since is not None:
        return tally
    since = tally.urgent_at or tally.opened_at
    draft.entries.append(calm_entry(tally, since, draft.now))
    return replace(tally, calm_since=since)


def _lowered(draft: Draft, tally: Tally, after: timedelta) -> Tally:
    if not _can_fall(tally):
        return tally
    minutes = int(after.total_seconds() // 60)
    lower = settled(
        replace(
            tally,
            severity=Severity(f"sev{6 - tally.severity.rank}"),
            severity_because=(f"no urgent mention for {minutes} minutes",),
        )
    )
    draft.entries.append(lowered_entry(lower, tally.severity, draft.now))
    return lower


def _can_fall(tally: Tally) -> bool:
    """Never below what a person said."""
    word = tally.word
    floor = word.severity if word is not None and word.holds else Severity.SEV4
    return tally.severity.rank > floor.rank
