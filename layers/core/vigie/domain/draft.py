"""A brand's change while triage makes it, from the stored state on (`outcome` is the commit)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from vigie.domain.change import Known, Stored, Tombstone
from vigie.domain.decided import apply_words, coordinated, take_in
from vigie.domain.groups import Index, grown, heat_at, sketch_of, without
from vigie.domain.hashes import short_hash as short_hash
from vigie.domain.incident import (
    SURGE,
    BrandState,
    ClosedIncident,
    Desk,
    Entry,
    Group,
    OpenIncident,
    Tally,
)
from vigie.domain.labels import Kind, Urgency
from vigie.domain.likeness import Sketch
from vigie.domain.mention import LabelledMention
from vigie.domain.noise import is_a_voice, listened
from vigie.domain.plan import Plan, Severity
from vigie.domain.series import Series
from vigie.domain.severity import assess, evidence_of
from vigie.domain.voices import heard, listed
from vigie.domain.word import still_holds

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
