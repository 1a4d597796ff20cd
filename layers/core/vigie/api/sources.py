"""The API's JSON of what is read, what was missed, and what it costs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from vigie.api.shape import Instant, Shape
from vigie.domain.budget import Spend, Stop
from vigie.domain.cursor import Cursor
from vigie.domain.cursor import Gap as DomainGap
from vigie.domain.plan import Plan
from vigie.domain.x_walk import feeds_of


class Source(Shape):
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


class Gap(Shape):
    """A span that was not read, and never will be: look at it on X."""

    brand: str
    source: str
    from_: Annotated[Instant, Field(alias="from", serialization_alias="from")]
    to: Instant
    why: str


class Money(Shape):
    """Of the UTC day, in dollars by our estimate at list prices. No bound: `budget_usd` is null.
    X itself has stopped the app until `stopped_until`."""

    day: str
    spent_usd: float
    by_source: dict[str, float]
    budget_usd: float | None
    stopped_until: Instant | None
    stopped_because: str | None


class Sources(Shape):
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
