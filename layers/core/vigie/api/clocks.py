"""An incident's clocks as the API tells them, and what people ask of them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AwareDatetime, Field

from vigie.api.shape import Instant, Shape
from vigie.domain.incident import Timer
from vigie.services.clocks import Promised


class HandedTo(Shape):
    """Who has it from now on: an id of the plan with which the incident was opened."""

    to: Annotated[str, Field(min_length=1, max_length=40)]
    note: Annotated[str, Field(max_length=2000)] = ""


class PromiseAsked(Shape):
    """What is promised, and by when. `first_word`: the first public word. `update`: the next public
    update. `approval`: an approval that is waited for. Set again, it moves."""

    name: Annotated[str, Field(max_length=40)]
    due_at: AwareDatetime
    note: Annotated[str, Field(max_length=2000)] = ""


class ClockShown(Shape):
    """A clock that runs. `due_at` is when it pages next, `promised_at` the instant that it is
    about, where there is one; `pages` how often it has paged so far."""

    name: str
    due_at: Instant
    promised_at: Instant | None
    pages: int
    set_by: str | None
    set_at: Instant | None


class PromiseShown(Shape):
    """The promise as it stands; `clock` is null when there is none. `changed` is false when it
    stood so before."""

    id: str
    name: str
    changed: bool
    clock: ClockShown | None


def clock_of(timer: Timer) -> ClockShown:
    """One clock."""
    return ClockShown(
        name=timer.name,
        due_at=timer.due_at,
        promised_at=timer.promised_at,
        pages=timer.fired,
        set_by=timer.set_by or None,
        set_at=timer.set_at,
    )


def clocks_of(timers: Sequence[Timer]) -> list[ClockShown]:
    """The next to page first."""
    return [clock_of(timer) for timer in sorted(timers, key=lambda timer: timer.due_at)]


def promise_of(promised: Promised) -> PromiseShown:
    """What came of it."""
    return PromiseShown(
        id=promised.incident_id,
        name=promised.name,
        changed=promised.changed,
        clock=clock_of(promised.clock) if promised.clock else None,
    )
