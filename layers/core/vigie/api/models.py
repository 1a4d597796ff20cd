"""The API's JSON of incidents and their posts, as OpenAPI documents it."""

from typing import Any

from vigie.api.clocks import ClockShown, clocks_of
from vigie.api.decisions import SeveritySaid, severity_said_of
from vigie.api.shape import Instant, Shape
from vigie.domain.incident import Entry, State, Tally, has_flared_up, state_of
from vigie.domain.labels import Kind, Sentiment, Urgency
from vigie.domain.mention import LabelledMention
from vigie.domain.noise import assess_noise
from vigie.domain.plan import Plan, Severity
from vigie.ports import Dossier, Summary


class Clocks(Shape):
    """When it began, was noticed, was told, was taken, was over. Null: not yet."""

    first_mention_at: Instant
    last_mention_at: Instant
    detected_at: Instant
    first_paged_at: Instant | None
    acknowledged_at: Instant | None
    contained_at: Instant | None
    resolved_at: Instant | None


class Coordinated(Shape):
    """Its volume looks made: few who write much, copies of one text, new accounts. Copies and new
    accounts are no evidence of volume; since when it is so, why it looks so now."""

    since: Instant | None
    because: list[str]
    facts: dict[str, int]


class Paging(Shape):
    """Pages sent so far. `delay_s` is the worst lateness of one; `failing_since` is set while
    pages cannot be sent; `next_at` is when the next one goes out unless somebody acknowledges."""

    pages: int
    last_paged_at: Instant | None
    delay_s: int
    failing_since: Instant | None
    next_at: Instant | None = None


class Incident(Shape):
    """One incident, as lists show it. `danger`: a single post opened it, for somebody may be in
    danger now. `merged`: the incidents whose mentions are counted and shown here now,
    `merged_into`: where this one's are, `split_from`: which one it was taken out of. `flared_up`:
    it got worse after somebody called it contained. `calm_since`: it seems to be over since then,
    and nobody has said so yet. `surge`: how many times the usual the brand's volume was."""

    id: str
    brand: str
    brand_name: str
    danger: bool
    kind: Kind
    severity: Severity
    severity_because: list[str]
    state: State
    because: str
    clocks: Clocks
    acknowledged_by: str | None
    owner: str | None
    acknowledgers: list[str]
    resolved_by: str | None
    mention_count: int
    by_urgency: dict[Urgency, int]
    late_mentions: int
    reach: int
    reposts: int
    rules: dict[str, int]
    follows: str | None
    merged: list[str]
    merged_into: str | None
    split_from: str | None
    contained_by: str | None
    flared_up: bool
    calm_since: Instant | None
    surge: float
    severity_said: SeveritySaid | None
    coordinated: Coordinated | None
    paging: Paging


class TimelineEntry(Shape):
    """One thing that happened. `what` is a code, `facts` its values."""

    at: Instant
    what: str
    by: str
    facts: dict[str, str | int]


class IncidentInFull(Incident):
    """One incident with its latest timeline entries, the oldest first, and the clocks that run
    besides its ladder."""

    timeline: list[TimelineEntry]
    running: list[ClockShown]


class Incidents(Shape):
    """A page of incidents, the newest first; `next` goes into the next request."""

    incidents: list[Incident]
    next: str | None


class Reason(Shape):
    """Why a label was raised."""

    rule: str
    label: str
    says: str
    weight: float
    words: str


class Mention(Shape):
    """A post, with what the classifier says of it. Unlike everything else of an incident it holds
    other people's words: it is erased with the post."""

    id: str
    platform: str
    text: str
    author_id: str
    handle: str
    followers: int | None
    posted_at: Instant
    received_at: Instant
    lang: str
    urgency: Urgency
    kind: Kind
    sentiment: Sentiment
    reasons: list[Reason]
    flags: list[str]


class Mentions(Shape):
    """A page of mentions, the newest first; erased ones are left out, so it may be short.
    `gravest` are the most urgent of all, on the first page only: newer ones may hide them."""

    gravest: list[Mention]
    mentions: list[Mention]
    next: str | None


def incident_of(summary: Summary, plan: Plan) -> Incident:
    """As lists show it."""
    return Incident(**_values(summary, plan))


def incident_in_full(dossier: Dossier, plan: Plan) -> IncidentInFull:
    """As `GET /incidents/{id}` shows it."""
    incident = IncidentInFull(
        **_values(dossier.summary, plan),
        timeline=[entry_of(entry) for entry in dossier.timeline],
        running=clocks_of(dossier.clocks),
    )
    if dossier.timer is not None:
        incident.paging.next_at = dossier.timer.due_at
    return incident


def entry_of(entry: Entry) -> TimelineEntry:
    """One line of the timeline."""
    return TimelineEntry(at=entry.at, what=entry.what, by=entry.by, facts=dict(entry.facts))


def mention_of(labelled: LabelledMention) -> Mention:
    """One post."""
    mention, labels = labelled.mention, labelled.labels
    return Mention(
        id=mention.post_id,
        platform=mention.platform,
        text=mention.text,
        author_id=mention.author.id,
        handle=mention.author.handle,
        followers=mention.author.followers,
        posted_at=mention.posted_at,
        received_at=mention.received_at,
        lang=mention.lang,
        urgency=labels.urgency,
        kind=labels.kind,
        sentiment=labels.sentiment,
        reasons=[
            Reason(rule=r.rule, label=r.label, says=r.says, weight=r.weight, words=r.words)
            for r in labels.reasons
        ],
        flags=list(mention.flags),
    )


def brand_name(tally: Tally, plan: Plan) -> str:
    """How people call the brand; its id once it has left the plan."""
    brand = plan.brand(tally.brand)
    return brand.name if brand else tally.brand


def _values(summary: Summary, plan: Plan) -> dict[str, Any]:
    tally, desk, paging = summary.tally, summary.desk, summary.paging
    return {
        "id": tally.id,
        "brand": tally.brand,
        "brand_name": brand_name(tally, plan),
        "danger": tally.is_danger,
        "kind": tally.kind,
        "severity": tally.severity,
        "severity_because": list(tally.severity_because),
        "state": state_of(tally, desk),
        "because": tally.because,
        "clocks": Clocks(
            first_mention_at=tally.first_mention_at,
            last_mention_at=tally.last_mention_at,
            detected_at=tally.opened_at,
            first_paged_at=paging.first_paged_at,
            acknowledged_at=desk.acknowledged_at,
            contained_at=desk.contained_at,
            resolved_at=desk.resolved_at,
        ),
        "acknowledged_by": desk.acknowledged_by or None,
        "owner": desk.owner or None,
        "acknowledgers": list(desk.acknowledgers),
        "resolved_by": desk.resolved_by or None,
        "mention_count": tally.mention_count,
        "by_urgency": dict(tally.by_urgency),
        "late_mentions": tally.late,
        "reach": tally.reach,
        "reposts": tally.reposts,
        "rules": dict(tally.rules),
        "follows": tally.follows or None,
        "merged": list(tally.merged),
        "merged_into": desk.merged_into or tally.merged_into or None,
        "split_from": tally.split_from or None,
        "contained_by": desk.contained_by or None,
        "flared_up": has_flared_up(tally, desk),
        "calm_since": tally.calm_since if desk.resolved_at is None else None,
        "surge": tally.surge,
        "severity_said": severity_said_of(desk),
        "coordinated": _coordinated_of(tally),
        "paging": Paging(
            pages=paging.pages,
            last_paged_at=paging.last_paged_at,
            delay_s=int(paging.delay.total_seconds()),
            # Escalate clears it with the next page; once somebody has it, there is none.
            failing_since=None if desk.is_acknowledged else paging.failing_since,
        ),
    }


def _coordinated_of(tally: Tally) -> Coordinated | None:
    noise = assess_noise(tally)
    if noise is None:
        return None
    return Coordinated(
        since=tally.coordinated_at, because=list(noise.reasons), facts=dict(noise.facts)
    )
