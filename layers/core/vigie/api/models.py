"""The API's JSON, as OpenAPI documents it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from vigie.domain.budget import Spend, Stop
from vigie.domain.correction import Correction
from vigie.domain.cursor import Cursor
from vigie.domain.cursor import Gap as DomainGap
from vigie.domain.incident import Desk, Entry, State, Tally, has_flared_up, state_of
from vigie.domain.instants import to_iso
from vigie.domain.labels import Kind, Sentiment, Urgency
from vigie.domain.mention import LabelledMention
from vigie.domain.noise import assess_noise
from vigie.domain.plan import Plan, Severity
from vigie.domain.x_walk import feeds_of
from vigie.messages import SPLIT_MOST
from vigie.ports import Dossier, Summary
from vigie.services.commands import Asked
from vigie.services.desk import Decision

Instant = Annotated[datetime, PlainSerializer(to_iso, return_type=str)]
"""ISO 8601, UTC, milliseconds."""


class _Shape(BaseModel):
    # Built at first use: a cold start must not pay for shapes that its request never needs.
    model_config = ConfigDict(defer_build=True, extra="forbid")


class Clocks(_Shape):
    """When it began, was noticed, was told, was taken, was over. Null: not yet."""

    first_mention_at: Instant
    last_mention_at: Instant
    detected_at: Instant
    first_paged_at: Instant | None
    acknowledged_at: Instant | None
    contained_at: Instant | None
    resolved_at: Instant | None


class Coordinated(_Shape):
    """Its volume looks made: few who write much, copies of one text, new accounts. Copies and new
    accounts are no evidence of volume; since when it is so, why it looks so now."""

    since: Instant | None
    because: list[str]
    facts: dict[str, int]


class SeveritySaid(_Shape):
    """The level that a person set. It stands until graver evidence than at that time."""

    severity: Severity
    by: str
    at: Instant
    because: str


class Paging(_Shape):
    """Pages sent so far. `delay_s` is the worst lateness of one; `failing_since` is set while
    pages cannot be sent; `next_at` is when the next one goes out unless somebody acknowledges."""

    pages: int
    last_paged_at: Instant | None
    delay_s: int
    failing_since: Instant | None
    next_at: Instant | None = None


class Incident(_Shape):
    """One incident, as lists show it. `danger`: a single post opened it, for somebody may be in
    danger now. `merged`: the incidents whose mentions are counted and shown here now,
    `merged_into`: where this one's are, `split_from`: which one it was taken out of. `flared_up`:
    it got worse after somebody called it contained."""

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
    severity_said: SeveritySaid | None
    coordinated: Coordinated | None
    paging: Paging


class TimelineEntry(_Shape):
    """One thing that happened. `what` is a code, `facts` its values."""

    at: Instant
    what: str
    by: str
    facts: dict[str, str | int]


class IncidentInFull(Incident):
    """One incident with its latest timeline entries, the oldest first."""

    timeline: list[TimelineEntry]


class Incidents(_Shape):
    """A page of incidents, the newest first; `next` goes into the next request."""

    incidents: list[Incident]
    next: str | None


class Reason(_Shape):
    """Why a label was raised."""

    rule: str
    label: str
    says: str
    weight: float
    words: str


class Mention(_Shape):
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


class Mentions(_Shape):
    """A page of mentions, the newest first; erased ones are left out, so it may be short.
    `gravest` are the most urgent of all, on the first page only: newer ones may hide them."""

    gravest: list[Mention]
    mentions: list[Mention]
    next: str | None


class Remark(_Shape):
    """What a person adds to a decision, kept for ever: no post's words, no handles."""

    note: Annotated[str, Field(max_length=2000)] = ""


class NoteText(_Shape):
    """A note for the timeline, kept for ever: no post's words, no handles."""

    text: Annotated[str, Field(min_length=1, max_length=2000)]


class Into(_Shape):
    """The open incident of the same brand that takes this one's mentions."""

    into: Annotated[str, Field(min_length=1, max_length=80)]
    note: Annotated[str, Field(max_length=2000)] = ""


class Taken(_Shape):
    """The posts that go into an incident of their own, by the ids that the mentions show."""

    mentions: Annotated[
        list[Annotated[str, Field(pattern="^[0-9]{1,19}$")]],
        Field(min_length=1, max_length=SPLIT_MOST),
    ]
    note: Annotated[str, Field(max_length=2000)] = ""


class Graded(_Shape):
    """How grave it is, and why; kept for ever: no post's words, no handles."""

    severity: Severity
    because: Annotated[str, Field(min_length=1, max_length=500)]


class LabelsSaid(_Shape):
    """What a person says of a post. What is left out stays as the classifier said."""

    urgency: Urgency | None = None
    kind: Kind | None = None
    sentiment: Sentiment | None = None


class Corrected(_Shape):
    """The labels as they were and as they should be, with who said so and when."""

    id: str
    was: LabelsSaid
    now: LabelsSaid
    by: str
    at: Instant


class SplitAsked(_Shape):
    """`into` is the new incident, there in a moment; `changed` is false when it was asked for
    before."""

    id: str
    into: str
    mentions: int
    changed: bool


class Decided(_Shape):
    """How the incident stands. `changed` is false when it stood so before."""

    id: str
    state: State
    changed: bool
    acknowledged_at: Instant | None
    acknowledged_by: str | None
    resolved_at: Instant | None
    resolved_by: str | None
    merged_into: str | None
    contained_at: Instant | None
    severity_said: SeveritySaid | None


def incident_of(summary: Summary, plan: Plan) -> Incident:
    """As lists show it."""
    return Incident(**_values(summary, plan))


def incident_in_full(dossier: Dossier, plan: Plan) -> IncidentInFull:
    """As `GET /incidents/{id}` shows it."""
    incident = IncidentInFull(
        **_values(dossier.summary, plan), timeline=[entry_of(entry) for entry in dossier.timeline]
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


def corrected_of(correction: Correction) -> Corrected:
    """What was kept."""
    was, now = (
        LabelsSaid(urgency=said.urgency, kind=said.kind, sentiment=said.sentiment)
        for said in (correction.was, correction.now)
    )
    return Corrected(
        id=correction.post_id or correction.mention.rpartition("#")[2],
        was=was,
        now=now,
        by=correction.by,
        at=correction.at,
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
        "severity_said": _said_of(desk),
        "coordinated": _coordinated_of(tally),
        "paging": Paging(
            pages=paging.pages,
            last_paged_at=paging.last_paged_at,
            delay_s=int(paging.delay.total_seconds()),
            # Escalate clears it with the next page; once somebody has it, there is none.
            failing_since=None if desk.is_acknowledged else paging.failing_since,
        ),
    }


def _said_of(desk: Desk) -> SeveritySaid | None:
    if desk.severity is None or desk.severity_at is None:
        return None
    return SeveritySaid(
        severity=desk.severity,
        by=desk.severity_by,
        at=desk.severity_at,
        because=desk.severity_because,
    )


def _coordinated_of(tally: Tally) -> Coordinated | None:
    noise = assess_noise(tally)
    if noise is None:
        return None
    return Coordinated(
        since=tally.coordinated_at, because=list(noise.reasons), facts=dict(noise.facts)
    )


def split_asked_of(incident_id: str, asked: Asked) -> SplitAsked:
    """What was asked for."""
    return SplitAsked(
        id=incident_id, into=asked.into, mentions=asked.mentions, changed=asked.changed
    )


def decided_of(decision: Decision) -> Decided:
    """How an incident stands after a decision."""
    desk = decision.desk
    return Decided(
        id=decision.tally.id,
        state=state_of(decision.tally, desk),
        changed=decision.changed,
        acknowledged_at=desk.acknowledged_at,
        acknowledged_by=desk.acknowledged_by or None,
        resolved_at=desk.resolved_at,
        resolved_by=desk.resolved_by or None,
        merged_into=desk.merged_into or None,
        contained_at=desk.contained_at,
        severity_said=_said_of(desk),
    )


class Source(_Shape):
    """A timeline or a search. `quiet_since` is when it last showed something new, or was first
    read; it is not asked before `not_before`; `last_error` says why it did not answer since.
    `silent` is that it has not answered for longer than the plan allows."""

    brand: str
    name: str
    last_success_at: Instant | None
    quiet_since: Instant | None
    not_before: Instant | None
    last_error: str | None
    silent: bool


class Gap(_Shape):
    """A span that was not read, and never will be: look at it on X."""

    brand: str
    source: str
    from_: Annotated[Instant, Field(alias="from", serialization_alias="from")]
    to: Instant
    why: str


class Money(_Shape):
    """Of the UTC day, in dollars by our estimate at list prices. No bound: `budget_usd` is null.
    X itself has stopped the app until `stopped_until`."""

    day: str
    spent_usd: float
    by_source: dict[str, float]
    budget_usd: float | None
    stopped_until: Instant | None
    stopped_because: str | None


class Sources(_Shape):
    """What is read, what was missed, and what it costs."""

    sources: list[Source]
    gaps: list[Gap]
    money: Money


def sources_of(
    *,
    plan: Plan,
    cursors: Sequence[Cursor],
    gaps: Sequence[DomainGap],
    spend: Spend,
    stop: Stop | None,
    now: datetime,
) -> Sources:
    """The sources of the plan, read or not, and what the poller has noted."""
    held = {(cursor.brand, cursor.source): cursor for cursor in cursors}
    stopped = stop is not None and stop.until > now
    return Sources(
        sources=[
            _source(
                held.get((brand.id, feed.name), Cursor(brand=brand.id, source=feed.name)), plan, now
            )
            for brand in plan.brands
            for feed in feeds_of(brand)
        ],
        gaps=[
            Gap(
                **{"from": gap.begin},
                brand=gap.brand,
                source=gap.source,
                to=gap.end,
                why=gap.why,
            )
            for gap in gaps
        ],
        money=Money(
            day=spend.day.isoformat(),
            spent_usd=round(spend.total, 4),
            by_source=dict(spend.by_source),
            budget_usd=plan.daily_budget_usd or None,
            stopped_until=stop.until if stop and stopped else None,
            stopped_because=stop.why if stop and stopped else None,
        ),
    )


def _source(cursor: Cursor, plan: Plan, now: datetime) -> Source:
    last = cursor.last_success_at
    return Source(
        brand=cursor.brand,
        name=cursor.source,
        last_success_at=last,
        quiet_since=cursor.quiet_since,
        not_before=cursor.not_before,
        last_error=cursor.last_error or None,
        silent=last is None or now - last > plan.silence_after,
    )
