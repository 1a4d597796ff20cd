"""The API's JSON of what people decide, and how things stand then."""

from typing import Annotated

from pydantic import Field

from vigie.api.shape import Instant, Shape
from vigie.domain.correction import Correction
from vigie.domain.incident import Desk, State, state_of
from vigie.domain.labels import Kind, Sentiment, Urgency
from vigie.domain.plan import Severity
from vigie.messages import SPLIT_MOST
from vigie.services.commands import Asked
from vigie.services.desk import Decision


class SeveritySaid(Shape):
    """The level that a person set. It stands until graver evidence than at that time."""

    severity: Severity
    by: str
    at: Instant
    because: str


class Remark(Shape):
    """What a person adds to a decision, kept for ever: no post's words, no handles."""

    note: Annotated[str, Field(max_length=2000)] = ""


class NoteText(Shape):
    """A note for the timeline, kept for ever: no post's words, no handles."""

    text: Annotated[str, Field(pattern=r"\S", max_length=2000)]


class Into(Shape):
    """The open incident of the same brand that takes this one's mentions."""

    into: Annotated[str, Field(min_length=1, max_length=80)]
    note: Annotated[str, Field(max_length=2000)] = ""


class Taken(Shape):
    """The posts that go into an incident of their own, by the ids that the mentions show."""

    mentions: Annotated[
        list[Annotated[str, Field(pattern="^[0-9]{1,19}$")]],
        Field(min_length=1, max_length=SPLIT_MOST),
    ]
    note: Annotated[str, Field(max_length=2000)] = ""


class Graded(Shape):
    """How grave it is, and why; kept for ever: no post's words, no handles."""

    severity: Severity
    because: Annotated[str, Field(pattern=r"\S", max_length=500)]


class LabelsSaid(Shape):
    """What a person says of a post. What is left out stays as the classifier said."""

    urgency: Urgency | None = None
    kind: Kind | None = None
    sentiment: Sentiment | None = None


class Corrected(Shape):
    """The labels as they were and as they should be, with who said so and when."""

    id: str
    was: LabelsSaid
    now: LabelsSaid
    by: str
    at: Instant


class SplitAsked(Shape):
    """`into` is the new incident, there in a moment; `changed` is false when it was asked for
    before."""

    id: str
    into: str
    mentions: int
    changed: bool


class Decided(Shape):
    """How the incident stands. `changed` is false when it stood so before. Where several must
    acknowledge, `acknowledgements` of them, `acknowledgers` are those who have."""

    id: str
    state: State
    changed: bool
    acknowledged_at: Instant | None
    acknowledged_by: str | None
    owner: str | None
    acknowledgers: list[str]
    acknowledgements: int
    resolved_at: Instant | None
    resolved_by: str | None
    merged_into: str | None
    contained_at: Instant | None
    severity_said: SeveritySaid | None


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
        owner=desk.owner or None,
        acknowledgers=list(desk.acknowledgers),
        acknowledgements=decision.needed,
        resolved_at=desk.resolved_at,
        resolved_by=desk.resolved_by or None,
        merged_into=desk.merged_into or None,
        contained_at=desk.contained_at,
        severity_said=severity_said_of(desk),
    )


def severity_said_of(desk: Desk) -> SeveritySaid | None:
    """A person's level, where somebody has set one."""
    if desk.severity is None or desk.severity_at is None:
        return None
    return SeveritySaid(
        severity=desk.severity,
        by=desk.severity_by,
        at=desk.severity_at,
        because=desk.severity_because,
    )
