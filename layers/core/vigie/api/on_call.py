"""Who is on call, and overrides, as the API tells them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from vigie.api.shape import Instant, Shape
from vigie.domain.override import Deed, Override
from vigie.domain.people import Person
from vigie.services.on_call import Duty, Wish

_Id = Annotated[str, Field(max_length=40)]


class OverrideAsked(Shape):
    """take: `person` is on call instead of `other`, or of whoever it would be by `schedule`.
    swap: `person` and `other` have each other's shifts. add: `person` is on call too. mute:
    `person` is not paged. From `start` (now, when left out) until before `end`."""

    deed: Deed
    person: _Id
    other: _Id = ""
    schedule: _Id = ""
    start: AwareDatetime | None = None
    end: AwareDatetime


class OverrideShown(Shape):
    """As it is kept: who made it and when, and who ended it early."""

    id: str
    deed: Deed
    person: str
    other: str | None
    schedule: str | None
    start: Instant
    end: Instant
    by: str
    made_at: Instant
    cancelled_by: str | None
    cancelled_at: Instant | None
    in_force: bool


class ShiftShown(Shape):
    """Nobody, where `people` is empty."""

    people: list[str]
    start: Instant
    end: Instant


class DutyShown(Shape):
    """`people` are on call until `until`; null: no change within a year. `languages` are those in
    which at least one of them can work."""

    schedule: str
    time_zone: str
    people: list[str]
    languages: list[str]
    until: Instant | None
    next: ShiftShown | None


class OnCall(Shape):
    """Every schedule at `at`, and the overrides that end after it."""

    at: Instant
    schedules: list[DutyShown]
    overrides: list[OverrideShown]


def wish_of(asked: OverrideAsked) -> Wish:
    """What the service is asked for."""
    return Wish(
        deed=asked.deed,
        person=asked.person,
        other=asked.other,
        schedule=asked.schedule,
        start=asked.start,
        end=asked.end,
    )


def on_call_of(duties: Sequence[Duty], overrides: Sequence[Override], at: datetime) -> OnCall:
    """The whole picture at `at`."""
    return OnCall(
        at=at,
        schedules=[_duty_of(duty) for duty in duties],
        overrides=[override_of(override, at) for override in overrides],
    )


def override_of(override: Override, at: datetime) -> OverrideShown:
    """One override as it stands at `at`."""
    return OverrideShown(
        id=override.id,
        deed=override.deed,
        person=override.person.id,
        other=override.other.id if override.other else None,
        schedule=override.schedule or None,
        start=override.start,
        end=override.end,
        by=override.by,
        made_at=override.at,
        cancelled_by=override.cancelled_by or None,
        cancelled_at=override.cancelled_at,
        in_force=override.is_in_force(at),
    )


def _duty_of(duty: Duty) -> DutyShown:
    following = duty.following
    return DutyShown(
        schedule=duty.schedule.id,
        time_zone=duty.schedule.time_zone,
        people=_ids(duty.people),
        languages=sorted({x for p in duty.people for x in (p.language, *p.languages)}),
        until=duty.until,
        next=(
            ShiftShown(people=_ids(following.people), start=following.start, end=following.end)
            if following
            else None
        ),
    )


def _ids(people: Sequence[Person]) -> list[str]:
    return [person.id for person in people]
