"""Where a mention belongs: an open incident, a new one, or a group that waits for company."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from vigie.domain.draft import Draft, count, is_late, short_hash, sketched
from vigie.domain.groups import (
    Index,
    bounded,
    joined,
    kin,
    near_from,
    nearest,
    same_breakdown,
    sketch_of,
    wait,
)
from vigie.domain.incident import COMPANY, TRIP_WIRE, BrandState, Candidate, Group, OpenIncident
from vigie.domain.labels import Kind, Urgency
from vigie.domain.likeness import Sketch
from vigie.domain.mention import LabelledMention
from vigie.domain.opening import begin
from vigie.domain.plan import Brand
from vigie.domain.surging import confirm, stands_out, suspect
from vigie.domain.why import (
    JOINED,
    LATE,
    NO_CRISIS,
    OPENED_COMPANY,
    OPENED_TRIP_WIRE,
    USUAL,
    WAITS,
    Facts,
    Why,
)


def counts(labelled: LabelledMention) -> bool:
    """Whether the mention says something about a crisis: a repost is an echo, not a voice."""
    return not labelled.mention.repost and (
        labelled.labels.urgency is Urgency.CRITICAL
        or (labelled.labels.urgency is not Urgency.LOW and labelled.labels.kind is not Kind.NONE)
    )


def likely(
    state: BrandState, mentions: Iterable[LabelledMention], brand: Brand | None, index: Index
) -> list[str]:
    """Ids of the open incidents that `place` will most probably choose for the mentions."""
    bodies = {i.id: i for i in state.open}
    found = dict[str, None]()
    for labelled in mentions:
        post = sketch_of(labelled, brand)
        alike = index.alike(post, bodies)
        kind, at = labelled.labels.kind, labelled.mention.posted_at
        if labelled.labels.urgency is Urgency.CRITICAL:
            same = [i for i in state.open if i.kind is kind and i.worst is Urgency.CRITICAL]
            found[max(same, key=lambda i: _most_alike(i, alike)).id if same else ""] = None
        else:
            alike = same_breakdown(bodies, alike, post, kind, at)
            first = nearest(bodies, alike, kind, at)
            alike.pop(first, None)
            # The second too: what comes before it in the slice may bring that nearer.
            found |= {first: None, nearest(bodies, alike, kind, at): None}
    return [*filter(None, found)]


def place(draft: Draft, labelled: LabelledMention) -> tuple[str, Why]:
    """The incident that the mention belongs to, opened if need be ("" for none), and why."""
    if not counts(labelled):
        return "", Why(rule=NO_CRISIS)
    post = sketched(draft, labelled)
    alike = draft.index.alike(post, {**draft.open, **draft.groups})
    if labelled.labels.urgency is Urgency.CRITICAL:
        return _place_critical(draft, labelled, alike)
    kind, at = labelled.labels.kind, labelled.mention.posted_at
    bodies: Mapping[str, OpenIncident | Group] = {
        **_taking(draft, labelled, alike),
        **draft.groups,
    }
    alike = same_breakdown(bodies, alike, post, kind, at)
    best = nearest(bodies, alike, kind, at)
    facts = _facts(draft, alike, bodies, best, kind, at)
    if best in draft.open:
        return _join(draft, best, labelled, facts)
    if is_late(draft, labelled):
        return "", Why(rule=LATE, facts={**facts, "age_min": _age(labelled)})
    return _gather(draft, labelled, post, best, facts)


def _taking(
    draft: Draft, labelled: LabelledMention, alike: Mapping[str, float]
) -> dict[str, OpenIncident]:
    """The open incidents that may take a mention that is not critical.

    A breakdown must not drown in the acknowledged case of one person in danger; and what is said of
    a breakdown goes to the breakdown, though somebody in danger came later. Of what kind a mere
    volume is, it takes company to say.
    """
    mention, kind = labelled.mention, labelled.labels.kind
    tripped, others = dict[str, OpenIncident](), dict[str, OpenIncident]()
    for incident in draft.open.values():
        if incident.kind is not Kind.NONE and _is_recent(draft, incident, mention.posted_at):
            in_danger = incident.worst is Urgency.CRITICAL
            if not (in_danger and _is_taken(draft, incident)):
                (tripped if in_danger else others)[incident.id] = incident
    near = nearest(others, alike, kind, mention.posted_at)
    return others if near else others | tripped


def _place_critical(
    draft: Draft, labelled: LabelledMention, alike: Mapping[str, float]
) -> tuple[str, Why]:
    """A critical mention joins only an incident of its kind that somebody was already woken for on
    account of a critical one: a person in danger must not drown in an acknowledged breakdown."""
    mention, labels = labelled.mention, labelled.labels
    same = [
        i
        for i in draft.open.values()
        if i.kind is labels.kind
        and i.worst is Urgency.CRITICAL
        and _is_recent(draft, i, mention.posted_at)
    ]
    facts: Facts = {"open": len(draft.open)}
    if same:
        best = max(same, key=lambda i: _most_alike(i, alike)).id
        facts["likeness"] = round(alike.get(best, 0.0), 2)
        return _join(draft, best, labelled, facts)
    # What would have been without some words is no reason to wake somebody.
    says = dict.fromkeys(
        r.says
        for r in labels.reasons
        if r.label == "urgency:critical" and not r.rule.startswith("contrast.")
    )
    because = ": ".join(filter(None, ["one critical mention", "; ".join([*says][:3])]))
    incident_id = _open(draft, labelled, TRIP_WIRE, because, ())
    count(draft, incident_id, labelled)
    return incident_id, Why(rule=OPENED_TRIP_WIRE, facts=facts)


def _join(
    draft: Draft, incident_id: str, labelled: LabelledMention, facts: Facts
) -> tuple[str, Why]:
    if incident_id not in draft.tallies:
        draft.missing[incident_id] = None
        return "", Why(rule=JOINED, facts=facts)
    count(draft, incident_id, labelled)
    facts["mentions"] = draft.tallies[incident_id].mention_count
    return incident_id, Why(rule=JOINED, facts=facts)


def _gather(
    draft: Draft, labelled: LabelledMention, post: Sketch, best: str, facts: Facts
) -> tuple[str, Why]:
    """Let the mention wait with those that are like it, or open an incident with them."""
    mention, labels = labelled.mention, labelled.labels
    at = mention.posted_at
    group = joined(draft.groups, best or f"g{short_hash(mention.key)}", post, labels.kind, at)
    if labels.urgency is not Urgency.HIGH:
        bounded(draft.groups, at)
        return "", Why(rule=NO_CRISIS, facts=facts)
    limits = draft.plan.thresholds
    author = short_hash(mention.author.id)
    company = [c for c in group.waiting if abs(at - c.at) <= limits.open_window]
    voices = {author, *(c.author for c in company)}
    facts |= {
        "voices": len(voices),
        "voices_from": limits.open_after,
        "window_min": int(limits.open_window.total_seconds() // 60),
    }
    enough = len(voices) >= limits.open_after
    if enough:
        enough, measured = stands_out(draft)
        facts |= measured
    if not enough:
        candidate = Candidate(
            key=mention.key, author=author, at=at, reach=mention.author.followers or 0
        )
        wait(draft.groups, group.id, candidate)
        bounded(draft.groups, at)
        too_few = len(voices) < limits.open_after
        return "", Why(rule=WAITS if too_few else USUAL, facts=facts)
    return _open_with(draft, labelled, group, company, facts)


def _open_with(
    draft: Draft,
    labelled: LabelledMention,
    group: Group,
    company: Sequence[Candidate],
    facts: Facts,
) -> tuple[str, Why]:
    """An incident for the group, unless there is one that it is about, or one that only volume has
    opened and that waits for something urgent."""
    limits = draft.plan.thresholds
    bodies = _taking(draft, labelled, {})
    known = kin(group, bodies.values())
    if known and known not in draft.tallies:
        draft.missing[known] = None
        return "", Why(rule=JOINED, facts=facts)
    suspected = suspect(draft, group.kind)
    del draft.groups[group.id]
    if known or suspected is not None:
        incident = draft.open[known] if known else suspected
        assert incident is not None
        is_suspected = suspected is not None and incident.id == suspected.id
        confirm(draft, incident, group.kind if is_suspected else incident.kind, company)
        if is_suspected:
            draft.open[incident.id] = replace(incident, sketch=group.sketch, heat=group.heat)
        count(draft, incident.id, labelled)
        return incident.id, Why(rule=JOINED, facts=facts)
    minutes = int(limits.open_window.total_seconds() // 60)
    because = (
        f"{facts['voices']} similar high mentions by different authors within {minutes} minutes"
    )
    incident_id = _open(draft, labelled, COMPANY, because, company, group)
    count(draft, incident_id, labelled)
    return incident_id, Why(rule=OPENED_COMPANY, facts=facts)


def _open(
    draft: Draft,
    labelled: LabelledMention,
    trigger: str,
    because: str,
    company: Sequence[Candidate],
    group: Group | None = None,
) -> str:
    mention = labelled.mention
    # The first version may have opened an incident of its own.
    opener = f"{mention.key}@{mention.post_id}" if mention.key in draft.revised else mention.key
    return begin(
        draft,
        opener=opener,
        brand=mention.brand,
        kind=group.kind if group else labelled.labels.kind,
        trigger=trigger,
        because=because,
        at=mention.posted_at,
        company=company,
        group=group,
    )


def _is_recent(draft: Draft, incident: OpenIncident, at: datetime) -> bool:
    return at - incident.last_mention_at <= draft.plan.thresholds.quiet_after


def _is_taken(draft: Draft, incident: OpenIncident) -> bool:
    desk = draft.desks.get(incident.id)
    return desk is not None and desk.is_acknowledged


def _most_alike(incident: OpenIncident, alike: Mapping[str, float]) -> tuple[float, datetime, str]:
    return round(alike.get(incident.id, 0.0), 6), incident.opened_at, incident.id


def _facts(
    draft: Draft,
    alike: Mapping[str, float],
    bodies: Mapping[str, OpenIncident | Group],
    best: str,
    kind: Kind,
    at: datetime,
) -> Facts:
    facts: Facts = {"open": len(draft.open), "waiting": len(draft.groups)}
    most = best or max(bodies, key=lambda n: (round(alike.get(n, 0.0), 6), n), default="")
    if most:
        facts["likeness"] = round(alike.get(most, 0.0), 2)
        facts["likeness_from"] = round(near_from(bodies[most], kind, at), 2)
    if not best and most in draft.open:
        facts["nearest"] = most
    return facts


def _age(labelled: LabelledMention) -> int:
    mention = labelled.mention
    return int((mention.received_at - mention.posted_at).total_seconds() // 60)
