"""What a draft comes to: one commit, with the ladders and clocks of what it opened and raised."""

from dataclasses import replace
from datetime import datetime

from vigie.domain.change import Change, Stored
from vigie.domain.clock_rules import RISE
from vigie.domain.decided import coordinated
from vigie.domain.draft import Draft
from vigie.domain.incident import LADDER_TIMER, BrandState, Desk, Ladders, Tally, Timer
from vigie.domain.refresh import matters, next_look
from vigie.domain.timeline import opened_entry, raised_entry
from vigie.domain.why import OPENED, Why

CLOSED_KEPT = 10


def change_of(draft: Draft, before: BrandState, duplicates: int) -> Change:
    """The draft as one commit: what it opened, raised, counted and closed."""
    timers: list[Timer] = []
    ladders: list[Ladders] = []
    checks: dict[str, Desk | None] = {}
    tallies: list[Tally] = []
    for incident_id in draft.touched:
        tally = coordinated(draft, draft.tallies[incident_id])
        if incident_id in draft.opened:
            timers.append(_first_timer(tally, draft.now))
            brand = draft.plan.brand(tally.brand)
            ladders.append(
                Ladders(
                    incident_id=incident_id,
                    plan_id=draft.plan.id,
                    by_severity=draft.plan.ladders,
                    brand_name=brand.name if brand else "",
                    late_after=draft.plan.page_if_younger_than,
                    pages_a_minute=draft.plan.pages_a_minute,
                    special=draft.plan.special_for(tally.brand),
                    schedules=draft.plan.schedules_used(),
                    rules=replace(draft.plan.rules, staff=draft.plan.staff),
                )
            )
            draft.entries.append(opened_entry(tally, draft.now, _why_opened(draft, incident_id)))
        elif tally.closed_at is None:
            checks[incident_id] = None
            old = draft.read[incident_id].severity
            if tally.severity.rank > old.rank:
                tally = replace(tally, run=tally.run + 1, worse_at=draft.now)
                draft.entries.append(raised_entry(tally, old, draft.now))
                timer = raised_timer(tally, draft.desks[incident_id], draft.now)
                if timer is not None:
                    checks[incident_id] = draft.desks[incident_id]
                    timers.append(timer)
        tallies.append(tally)
    return Change(
        state=replace(
            before,
            open=tuple(draft.open.values()),
            groups=tuple(draft.groups.values()),
            closed=tuple(draft.closed[-CLOSED_KEPT:]),
            series=draft.series.stored(),
        ),
        mentions=tuple(_with_appointment(stored, draft.now) for stored in draft.stored),
        adopted=tuple(draft.adopted),
        reposted=tuple(draft.reposted.items()),
        tombstones=tuple(draft.tombstones),
        tallies=tuple(tallies),
        ladders=tuple(ladders),
        timers=tuple(timers),
        entries=tuple(draft.entries),
        checks=checks,
        duplicates=duplicates,
        missing=tuple(draft.missing),
    )


def _why_opened(draft: Draft, incident_id: str) -> Why | None:
    """Why the mention that opened it did; none where volume or a person has."""
    for stored in draft.stored:
        if stored.incident_id == incident_id and stored.why and stored.why.rule in OPENED:
            return stored.why
    return None


def _with_appointment(stored: Stored, now: datetime) -> Stored:
    if not matters(stored.labelled, stored.incident_id):
        return stored
    return replace(stored, refresh_at=next_look(stored.labelled.mention.posted_at, now))


def raised_timer(tally: Tally, desk: Desk, now: datetime) -> Timer | None:
    """Graver: a new run of the ladder, or a question to whoever has it, unless they said so."""
    timer = replace(_first_timer(tally, now), run=tally.run + desk.restarts)
    if not desk.is_acknowledged:
        return timer
    word = tally.word
    is_said = word is not None and word.holds and word.at == desk.severity_at
    if is_said and desk.severity_by == desk.owner:
        return None
    return replace(timer, name=RISE, set_by="triage", set_at=now)


def _first_timer(tally: Tally, now: datetime) -> Timer:
    return Timer(
        incident_id=tally.id,
        brand=tally.brand,
        name=LADDER_TIMER,
        run=tally.run,
        fired=0,
        severity=tally.severity,
        due_at=now,
    )
