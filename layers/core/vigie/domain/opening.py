"""How an incident begins: with those who had been waiting, and what it flares up from."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from vigie.domain.draft import SAMPLES_KEPT, Draft, short_hash, show
from vigie.domain.incident import Candidate, Group, Tally
from vigie.domain.labels import Kind, Urgency
from vigie.domain.plan import Severity
from vigie.domain.voices import heard, listed

# How long after an incident's end a new one of the same kind counts as its flare-up.
FLARE_UP = timedelta(hours=24)


def begin(
    draft: Draft,
    *,
    opener: str,
    brand: str,
    kind: Kind,
    trigger: str,
    because: str,
    at: datetime,
    company: Sequence[Candidate] = (),
    urgency: Urgency = Urgency.HIGH,
    group: Group | None = None,
) -> str:
    """The id of a new incident that counts `company`, all of that urgency; it follows from
    `opener`, so that it is the same whenever the same is decided again. It is about what `group`
    was about."""
    incident_id = f"inc-{short_hash(opener)}"
    voices = urgent_voices = ""
    reach = 0
    for candidate in company:
        voices, is_new = heard(voices, candidate.author)
        reach += candidate.reach * is_new
        if urgency is Urgency.HIGH:
            urgent_voices = listed(urgent_voices, candidate.author)
    follows = [c.id for c in draft.closed if c.kind is kind and draft.now - c.closed_at <= FLARE_UP]
    draft.tallies[incident_id] = Tally(
        id=incident_id,
        brand=brand,
        kind=kind,
        severity=Severity.SEV4,
        severity_because=("nothing urgent counted",),
        opened_at=draft.now,
        first_mention_at=min([at, *(c.at for c in company)]),
        last_mention_at=max([at, *(c.at for c in company)]),
        because=because,
        trigger=trigger,
        mention_count=len(company),
        by_urgency={urgency: len(company)} if company else {},
        reach=reach,
        voices=voices,
        urgent_voices=urgent_voices,
        reposts=sum(c.reposts for c in company),
        samples=tuple(c.key for c in company)[:SAMPLES_KEPT],
        follows=follows[-1] if follows else "",
    )
    draft.opened.append(incident_id)
    draft.touched[incident_id] = None
    adopt(draft, incident_id, company)
    if group is not None:
        draft.groups.pop(group.id, None)
        show(draft, incident_id)
        shown = draft.open[incident_id]
        draft.open[incident_id] = replace(shown, sketch=group.sketch, heat=group.heat)
    return incident_id


def adopt(draft: Draft, incident_id: str, company: Sequence[Candidate]) -> None:
    """Give earlier mentions to the incident: those of this slice are not stored yet."""
    waiting = {stored.labelled.mention.key: i for i, stored in enumerate(draft.stored)}
    for candidate in company:
        draft.series.join(candidate.at, incident_id)
        position = waiting.get(candidate.key)
        if position is None:
            draft.adopted.append((candidate.key, incident_id))
        else:
            draft.stored[position] = replace(draft.stored[position], incident_id=incident_id)
