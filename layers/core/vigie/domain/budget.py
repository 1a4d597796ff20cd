"""What a day may cost, what stops first when it runs out, and X's own last word on money."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

# The part of the day's budget at which a source stops. What X pushes has none: it is never refused.
SEARCH_SHARE = 0.8
MENTIONS_SHARE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """An estimate at list prices of what a UTC day has cost, in dollars; `by_source` adds up to
    the total."""

    day: date
    total: float = 0.0
    by_source: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """X refuses the whole app for want of money: nothing of it is asked before `until`."""

    until: datetime
    why: str


def allows(spent: float, budget: float, share: float) -> bool:
    """Whether a source that may use `share` of the budget may read another page; a budget of 0 is
    none."""
    return not budget or spent < share * budget


def used_percent(spent: float, budget: float) -> float:
    """0 without a budget."""
    return round(100 * spent / budget, 1) if budget else 0.0
