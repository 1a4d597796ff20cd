"""Where a mention belongs: an open incident, a new one, or the candidates that wait for company."""

from collections.abc import Sequence

from vigie.domain.draft import Draft, count, is_late, short_hash
from vigie.domain.incident import COMPANY, TRIP_WIRE, Candidate, OpenIncident
from vigie.domain.labels import Kind, Urgency
from vigie.domain.mention import LabelledMention
from vigie.domain.opening import begin
from vigie.domain.surging import confirm, stands_out, suspect

CANDIDATES_KEPT = 10


def counts(labelled: LabelledMention) -> bool:
    """Whether the mention says something about a crisis: a repost is an echo, not a voice."""
    return not labelled.mention.repost and (
        labelled.labels.urgency is Urgency.CRITICAL
        or (labelled.labels.urgency is not Urgency.LOW and labelled.labels.kind is not Kind.NONE)
    )


def place(draft: Draft, labelled: LabelledMention) -> str:
    """The incident that the mention belongs to, opened if need be; "" for none."""
    if not counts(labelled):
        return ""
    incident = _match(draft, labelled)
    if incident is None:
        return _start(draft, labelled)
    count(draft, incident.id, labelled)
    return incident.id


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
    if len(voices) + 1 < limits.open_after or not stands_out(draft)[0]:
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
    suspected = suspect(draft, labels.kind)
    if suspected is not None:
        confirm(draft, suspected, labels.kind, adopted)
        count(draft, suspected.id, labelled)
        return suspected.id
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
    incident_id = begin(
        draft,
        opener=opener,
        brand=mention.brand,
        kind=kind,
        trigger=trigger,
        because=because,
        at=mention.posted_at,
        company=company,
    )
    count(draft, incident_id, labelled)
    return incident_id
