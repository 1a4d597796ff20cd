"""The reduce: fold labelled mentions, commands and ticks into a brand's incidents.

Everything here is a decision: `fold` and its siblings return the change to be committed in one
transaction and touch nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from vigie.domain.change import Change, Known, Stored
from vigie.domain.draft import (
    SAMPLES_KEPT,
    Draft,
    change_of,
    count,
    draft_of,
    is_late,
    short_hash,
    take_out,
)
from vigie.domain.echoes import echo, root_key
from vigie.domain.incident import (
    COMPANY,
    TRIP_WIRE,
    BrandState,
    Candidate,
    Desk,
    OpenIncident,
    Tally,
)
from vigie.domain.labels import Kind, Urgency
from vigie.domain.mention import LabelledMention
from vigie.domain.plan import Plan
from vigie.domain.severity import assess
from vigie.domain.voices import heard

CANDIDATES_KEPT = 10
# How long after an incident's end a new one of the same kind counts as its flare-up.
FLARE_UP = timedelta(hours=24)


def keys_of(mentions: Sequence[LabelledMention]) -> tuple[str, ...]:
    """What `fold` must know of: the mentions themselves, and what reposts repeat."""
    keys = [key for m in mentions for key in (m.mention.key, root_key(m.mention)) if key]
    return tuple(dict.fromkeys(keys))


def concerned(
    state: BrandState, mentions: Sequence[LabelledMention], known: Mapping[str, Known]
) -> tuple[str, ...]:
    """Ids of the incidents that `fold` may touch for these mentions: open ones of their kinds,
    and those that hold an older version or a repeated post."""
    kinds = {m.labels.kind for m in mentions if _counts(m)}
    of_kind = [i.id for i in state.open if i.kind in kinds]
    holding = [known[key].incident_id for key in keys_of(mentions) if key in known]
    return tuple(dict.fromkeys([*of_kind, *filter(None, holding)]))


def fold(
    state: BrandState,
    tallies: Mapping[str, Tally],
    desks: Mapping[str, Desk],
    known: Mapping[str, Known],
    mentions: Sequence[LabelledMention],
    plan: Plan,
    now: datetime,
    gone: frozenset[str] = frozenset(),
) -> Change:
    """Fold one slice of mentions of one brand.

    `tallies` and `desks` hold the `concerned` incidents, `known` what is stored of `keys_of`,
    `gone` the keys of candidates that were erased since they were counted.
    """
    draft = draft_of(state, tallies, desks, plan, now, gone)
    duplicates = 0
    newest = _newest_versions(mentions)
    for labelled in newest:
        mention = labelled.mention
        before = known.get(mention.key)
        if mention.repost:
            continue
        if before is None:
            incident_id = _place(draft, labelled)
            draft.stored.append(Stored(labelled=labelled, incident_id=incident_id))
        elif before.deleted or int(before.post_id) >= int(mention.post_id):
            duplicates += 1
        else:
            duplicates += 1
            _revise(draft, labelled, before)
    duplicates += echo(draft, [m for m in newest if m.mention.repost], known)
    repeated = len(mentions) - len({m.mention.key for m in mentions})
    return change_of(draft, state, duplicates + repeated)


def close(
    state: BrandState,
    tally: Tally | None,
    desk: Desk,
    plan: Plan,
    now: datetime,
) -> Change:
    """Fold a person's `resolve` or `dismiss`; closing twice changes nothing."""
    if tally is None or desk.resolved_at is None:
        return Change(state=state)
    return change_of(draft_of(state, {tally.id: tally}, {tally.id: desk}, plan, now), state, 0)


def tick(state: BrandState, plan: Plan, now: datetime) -> Change:
    """A minute without traffic: candidates whose window has passed are let go."""
    return change_of(draft_of(state, {}, {}, plan, now), state, 0)


def _newest_versions(mentions: Sequence[LabelledMention]) -> list[LabelledMention]:
    """Each key once, with its newest version, in order of first appearance."""
    newest: dict[str, LabelledMention] = {}
    for labelled in mentions:
        key = labelled.mention.key
        kept = newest.get(key)
        if kept is None or int(labelled.mention.post_id) > int(kept.mention.post_id):
            newest[key] = labelled
    return list(newest.values())


def _counts(labelled: LabelledMention) -> bool:
    """Whether the mention says something about a crisis: a repost is an echo, not a voice."""
    return not labelled.mention.repost and (
        labelled.labels.urgency is Urgency.CRITICAL
        or (labelled.labels.urgency is not Urgency.LOW and labelled.labels.kind is not Kind.NONE)
    )


def _place(draft: Draft, labelled: LabelledMention) -> str:
    """The incident that the mention belongs to, opened if need be; "" for none."""
    if not _counts(labelled):
        return ""
    incident = _match(draft, labelled)
    if incident is None:
        return _start(draft, labelled)
    count(draft, incident.id, labelled)
    return incident.id


def _revise(draft: Draft, labelled: LabelledMention, before: Known) -> None:
    """A newer version of a stored post: it is counted once, as what it says now.

    It stays with its incident, unless it has become critical: then it is placed like a post never
    seen, for nobody was woken on its account.
    """
    key = labelled.mention.key
    # A voice of this very slice may just have taken the older version into its company.
    held = dict(draft.adopted).get(key) or before.incident_id
    draft.adopted = [(adopted, id_) for adopted, id_ in draft.adopted if adopted != key]
    for kind, waiting in draft.candidates.items():
        draft.candidates[kind] = [c for c in waiting if c.key != key]
    graver = labelled.labels.urgency is Urgency.CRITICAL and before.urgency is not Urgency.CRITICAL
    if held in draft.tallies:
        take_out(draft, held, before)
    if held and not graver:
        incident_id = held
        if held in draft.tallies:
            count(draft, held, labelled)
    else:
        draft.revised.add(key)
        incident_id = _place(draft, labelled)
    if incident_id in draft.tallies:
        tally = draft.tallies[incident_id]
        draft.tallies[incident_id] = replace(tally, reposts=tally.reposts + before.reposts)
    draft.stored.append(
        Stored(
            labelled=labelled,
            incident_id=incident_id,
            replaces=before.post_id,
            reposts=before.reposts,
        )
    )


def _match(draft: Draft, labelled: LabelledMention) -> OpenIncident | None:
    """The latest open incident of the mention's kind that is not yet history.

    A critical mention joins only an incident that somebody was already woken for on account of a
    critical one: a person in danger must not drown in an acknowledged breakdown. Nor must a
    breakdown drown in the acknowledged case of one person in danger.
    """
    mention, kind = labelled.mention, labelled.labels.kind
    critical = labelled.labels.urgency is Urgency.CRITICAL
    matching = [
        i
        for i in draft.open.values()
        if i.kind is kind
        and mention.posted_at - i.last_mention_at <= draft.plan.thresholds.quiet_after
        and _takes(draft, i, critical)
    ]
    # What is said of a breakdown goes to the breakdown, though somebody in danger came later.
    return max(
        matching,
        key=lambda i: (critical or i.worst is not Urgency.CRITICAL, i.opened_at, i.id),
        default=None,
    )


def _takes(draft: Draft, incident: OpenIncident, critical: bool) -> bool:
    tripped = incident.worst is Urgency.CRITICAL
    desk = draft.desks.get(incident.id)
    taken = desk is not None and desk.is_acknowledged
    return tripped if critical else not (tripped and taken)


def _start(draft: Draft, labelled: LabelledMention) -> str:
    """Open by trip-wire or by company; otherwise let the mention wait as a candidate."""
    mention, labels = labelled.mention, labelled.labels
    if labels.urgency is Urgency.CRITICAL:
        # What would have been without some words is no reason to wake somebody.
        says = dict.fromkeys(
            r.says
            for r in labels.reasons
            if r.label == "urgency:critical" and not r.rule.startswith("contrast.")
        )
        because = ": ".join(filter(None, ["one critical mention", "; ".join([*says][:3])]))
        return _open(draft, labelled, TRIP_WIRE, because, ())
    if labels.urgency is not Urgency.HIGH or is_late(draft, labelled):
        return ""
    limits = draft.plan.thresholds
    author = short_hash(mention.author.id)
    waiting = draft.candidates.setdefault(labels.kind, [])
    company = [
        c
        for c in waiting
        if abs(mention.posted_at - c.at) <= limits.open_window and c.author != author
    ]
    voices = {c.author for c in company}
    if len(voices) + 1 < limits.open_after:
        # One each: somebody who writes often must not push the others out.
        waiting[:] = [c for c in waiting if c.author != author]
        waiting.append(
            Candidate(
                key=mention.key,
                author=author,
                at=mention.posted_at,
                reach=mention.author.followers or 0,
            )
        )
        del waiting[:-CANDIDATES_KEPT]
        return ""
    minutes = int(limits.open_window.total_seconds() // 60)
    because = (
        f"{len(voices) + 1} high mentions of the same kind "
        f"by different authors within {minutes} minutes"
    )
    adopted = [c for c in waiting if abs(mention.posted_at - c.at) <= limits.open_window]
    draft.candidates[labels.kind] = []
    return _open(draft, labelled, COMPANY, because, adopted)


def _open(
    draft: Draft,
    labelled: LabelledMention,
    trigger: str,
    because: str,
    company: Sequence[Candidate],
) -> str:
    mention, kind = labelled.mention, labelled.labels.kind
    # The first version may have opened an incident of its own.
    opener = f"{mention.key}@{mention.post_id}" if mention.key in draft.revised else mention.key
    incident_id = f"inc-{short_hash(opener)}"
    earliest = min([mention.posted_at, *(c.at for c in company)])
    voices = ""
    reach = 0
    for candidate in company:
        voices, is_new = heard(voices, candidate.author)
        reach += candidate.reach * is_new
    follows = [c.id for c in draft.closed if c.kind is kind and draft.now - c.closed_at <= FLARE_UP]
    severity, reasons = assess({}, 0, 0, draft.plan.thresholds)
    draft.tallies[incident_id] = Tally(
        id=incident_id,
        brand=mention.brand,
        kind=kind,
        severity=severity,
        severity_because=reasons,
        opened_at=draft.now,
        first_mention_at=earliest,
        last_mention_at=mention.posted_at,
        because=because,
        trigger=trigger,
        mention_count=len(company),
        by_urgency={Urgency.HIGH: len(company)} if company else {},
        reach=reach,
        voices=voices,
        reposts=sum(c.reposts for c in company),
        samples=tuple(c.key for c in company)[:SAMPLES_KEPT],
        follows=follows[-1] if follows else "",
    )
    draft.opened.append(incident_id)
    _adopt(draft, incident_id, company)
    count(draft, incident_id, labelled)
    return incident_id


def _adopt(draft: Draft, incident_id: str, company: Sequence[Candidate]) -> None:
    """Give the earlier voices to the incident: those of this slice are not stored yet."""
    waiting = {stored.labelled.mention.key: i for i, stored in enumerate(draft.stored)}
    for candidate in company:
        position = waiting.get(candidate.key)
        if position is None:
            draft.adopted.append((candidate.key, incident_id))
        else:
            draft.stored[position] = replace(draft.stored[position], incident_id=incident_id)
