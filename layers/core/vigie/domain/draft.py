"""A brand's change while triage makes it, from the stored state to the commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from vigie.domain.change import Change, Known, Stored, Tombstone
from vigie.domain.clock_rules import RISE
from vigie.domain.decided import apply_words, coordinated, take_in
from vigie.domain.groups import Index, grown, heat_at, sketch_of, without
from vigie.domain.hashes import short_hash as short_hash
from vigie.domain.incident import (
    LADDER_TIMER,
    SURGE,
    BrandState,
    ClosedIncident,
    Desk,
    Entry,
    Group,
    Ladders,
    OpenIncident,
    Tally,
    Timer,
)
from vigie.domain.labels import Kind, Urgency
from vigie.domain.likeness import Sketch
from vigie.domain.mention import LabelledMention
from vigie.domain.noise import is_a_voice, listened
from vigie.domain.plan import Plan, Severity
from vigie.domain.refresh import matters, next_look
from vigie.domain.series import Series
from vigie.domain.severity import assess, evidence_of
from vigie.domain.timeline import opened_entry, raised_entry
from vigie.domain.voices import heard, listed
from vigie.domain.why import OPENED, Why
from vigie.domain.word import still_holds

CLOSED_KEPT = 10
SAMPLES_KEPT = 5
RULES_KEPT = 12
# Bounds the brand's state; beyond it the incidents that were quiet longest take no more mentions.
OPEN_KEPT = 60
# An incident's reasons are what made its mentions urgent.
_URGENT = frozenset({f"urgency:{Urgency.CRITICAL}", f"urgency:{Urgency.HIGH}"})


@dataclass
class Draft:
    """The change while it is being made: open incidents, tallies and what is to be written."""

    plan: Plan
    now: datetime
    open: dict[str, OpenIncident]
    closed: list[ClosedIncident]
    groups: dict[str, Group]
    series: Series
    tallies: dict[str, Tally]
    desks: Mapping[str, Desk]
    read: Mapping[str, Tally] = field(default_factory=dict)
    touched: dict[str, None] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    adopted: list[tuple[str, str]] = field(default_factory=list)
    revised: set[str] = field(default_factory=set)
    reposted: dict[str, int] = field(default_factory=dict)
    tombstones: list[Tombstone] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    # Open incidents that a mention belongs to, and whose tally was not read.
    missing: dict[str, None] = field(default_factory=dict)
    index: Index = field(default_factory=Index)
    sketches: dict[str, Sketch] = field(default_factory=dict)


def draft_of(
    state: BrandState,
    tallies: Mapping[str, Tally],
    desks: Mapping[str, Desk],
    plan: Plan,
    now: datetime,
    gone: frozenset[str] = frozenset(),
) -> Draft:
    """The state with what people closed taken out, whether or not their command has arrived."""
    draft = Draft(
        plan=plan,
        now=now,
        open={i.id: i for i in state.open},
        closed=list(state.closed),
        groups={g.id: g for g in state.groups if now - g.last_mention_at <= plan.company_within},
        series=Series.of(state.series),
        tallies=dict(tallies),
        desks=desks,
        read=tallies,
    )
    draft.series.forget(gone)
    old = {c.key for g in state.groups for c in g.waiting if now - c.at > plan.company_within}
    without(draft.groups, gone | old)
    take_in(draft)
    for incident_id, tally in list(draft.tallies.items()):
        resolved_at = desks[incident_id].resolved_at
        if resolved_at is None:
            continue
        if not desks[incident_id].merged_into:
            _set_aside(draft, incident_id, tally.kind, resolved_at)
        if tally.closed_at is None:
            draft.tallies[incident_id] = replace(tally, closed_at=resolved_at)
            draft.touched[incident_id] = None
    apply_words(draft)
    # What has been quiet for long takes no mention any more: people still see it as open, but
    # the brand's state need not carry it.
    by_age = sorted(draft.open.values(), key=lambda i: i.last_mention_at, reverse=True)
    for position, incident in enumerate(by_age):
        # Counted from the opening for posts that were old when they came.
        heard_at = max(incident.last_mention_at, incident.opened_at)
        if position >= OPEN_KEPT or now - heard_at > plan.thresholds.quiet_after:
            _set_aside(draft, incident.id, incident.kind, incident.last_mention_at)
    return draft


def _set_aside(draft: Draft, incident_id: str, kind: Kind, at: datetime) -> None:
    draft.open.pop(incident_id, None)
    if all(c.id != incident_id for c in draft.closed):
        draft.closed.append(ClosedIncident(id=incident_id, kind=kind, closed_at=at))


def count(draft: Draft, incident_id: str, labelled: LabelledMention) -> None:
    """Add one mention to the tally, and bring its severity and the brand's summary up to date."""
    mention, labels = labelled.mention, labelled.labels
    tally = draft.tallies[incident_id]
    by_urgency = dict(tally.by_urgency)
    by_urgency[labels.urgency] = by_urgency.get(labels.urgency, 0) + 1
    rules = dict(tally.rules)
    for rule in sorted({r.rule for r in labels.reasons if r.label in _URGENT}):
        if rule in rules or len(rules) < RULES_KEPT:
            rules[rule] = rules.get(rule, 0) + 1
    samples = tally.samples
    if mention.key in samples:
        pass  # an edit
    elif labels.urgency.rank > tally.worst.rank:
        samples = (mention.key, *samples)[:SAMPLES_KEPT]
    elif len(samples) < SAMPLES_KEPT:
        samples = (*samples, mention.key)
    is_urgent = labels.urgency.rank >= Urgency.HIGH.rank
    is_old = labels.urgency is Urgency.HIGH and is_late(draft, labelled)
    author = short_hash(mention.author.id)
    voices, is_new = heard(tally.voices, author)
    urgent_voices = tally.urgent_voices
    if is_urgent and not is_old and is_a_voice(tally.noise, mention):
        urgent_voices = listed(urgent_voices, author)
    reach = tally.reach + (mention.author.followers or 0) * is_new
    first = incident_id in draft.opened and not (tally.mention_count or tally.voices)
    draft.series.join(mention.posted_at, incident_id)
    kind = tally.kind
    if kind is Kind.NONE and tally.trigger == SURGE and is_urgent:
        kind = labels.kind  # the first to say what all the noise is about
    counted = replace(
        tally,
        kind=kind,
        first_mention_at=min(tally.first_mention_at, mention.posted_at),
        last_mention_at=max(tally.last_mention_at, mention.posted_at),
        mention_count=tally.mention_count + 1,
        by_urgency=by_urgency,
        late=tally.late + is_old,
        reach=reach,
        voices=voices,
        urgent_voices=urgent_voices,
        per_minute=draft.series.per_minute(incident_id),
        surge=max(tally.surge, draft.series.ratio_of(incident_id)),
        urgent_at=draft.now if is_urgent else tally.urgent_at,
        calm_since=None if is_urgent else tally.calm_since,
        rules=rules,
        samples=samples,
        noise=listened(
            tally.noise,
            mention,
            is_new=is_new,
            is_alarm=labels.urgency is Urgency.CRITICAL,
        ),
    )
    # With each mention: where a slice ends must not decide what is seen.
    counted = coordinated(draft, graded(draft, counted, first=first))
    draft.tallies[incident_id] = counted
    draft.touched[incident_id] = None
    show(draft, incident_id, urgent=is_urgent)
    _grow(draft, incident_id, labelled, tally.mention_count)


def sketched(draft: Draft, labelled: LabelledMention) -> Sketch:
    """The mention's sketch, made once a slice."""
    mention = labelled.mention
    version = f"{mention.key}@{mention.post_id}"
    if version not in draft.sketches:
        draft.sketches[version] = sketch_of(labelled, draft.plan.brand(mention.brand))
    return draft.sketches[version]


def _grow(draft: Draft, incident_id: str, labelled: LabelledMention, number: int) -> None:
    """Let the incident's sketch follow what is said."""
    shown, mention = draft.open.get(incident_id), labelled.mention
    if shown is None:
        return
    post = sketched(draft, labelled)
    text, heat = grown(shown.sketch, heat_at(shown, mention.posted_at), post, number)
    draft.open[incident_id] = replace(shown, sketch=text, heat=heat)


def show(draft: Draft, incident_id: str, *, urgent: bool = False) -> None:
    """Bring the brand's summary of the incident up to date; what is `urgent` puts off its calm."""
    tally = draft.tallies[incident_id]
    if tally.closed_at is not None:
        return
    known = draft.open.get(incident_id)
    due = draft.now + draft.plan.thresholds.calm_lowers_after
    draft.open[incident_id] = OpenIncident(
        id=incident_id,
        kind=tally.kind,
        severity=tally.severity,
        worst=tally.worst,
        opened_at=tally.opened_at,
        last_mention_at=tally.last_mention_at,
        calm_due=due if urgent or known is None else known.calm_due,
        sketch=known.sketch if known else "",
        heat=known.heat if known else 0.0,
    )


def assessed(draft: Draft, tally: Tally) -> tuple[Severity, tuple[str, ...]]:
    """What the table says of the counts, and why."""
    return assess(evidence_of(tally), draft.plan.severity_rows)


def graded(draft: Draft, tally: Tally, *, first: bool = False) -> Tally:
    """The tally with the severity that it has now: falling is for people, and a person's word
    stands until graver evidence comes."""
    severity, because = assessed(draft, tally)
    word = tally.word
    if word is not None and word.holds:
        if still_holds(word, severity, tally.by_urgency):
            return tally
        tally = replace(tally, word=replace(word, holds=False))
    if severity.rank > tally.severity.rank or first:
        return replace(tally, severity=severity, severity_because=because)
    return tally  # at the same level the first reasons stay


def take_out(draft: Draft, incident_id: str, before: Known) -> None:
    """Undo `count` for an older version of a mention; the severity stays: falling is for people."""
    tally = draft.tallies[incident_id]
    by_urgency = dict(tally.by_urgency)
    by_urgency[before.urgency] = max(0, by_urgency.get(before.urgency, 0) - 1)
    draft.tallies[incident_id] = replace(
        tally,
        mention_count=max(0, tally.mention_count - 1),
        by_urgency={urgency: n for urgency, n in by_urgency.items() if n},
        late=min(tally.late, by_urgency.get(Urgency.HIGH, 0)),
        reposts=max(0, tally.reposts - before.reposts),
    )
    draft.touched[incident_id] = None


def is_late(draft: Draft, labelled: LabelledMention) -> bool:
    """Old on arrival (backfill, redrive): it counts and attaches, but raises nothing by volume."""
    mention = labelled.mention
    return mention.received_at - mention.posted_at > draft.plan.page_if_younger_than


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
                timer = _raised_timer(tally, draft.desks[incident_id], draft.now)
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


def _raised_timer(tally: Tally, desk: Desk, now: datetime) -> Timer | None:
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
