"""Hours of the day on some weekdays, by a clock on the wall: `mon-fri 08:00-18:00`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = tuple(range(7))
DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From `start` until before `end`, in minutes since midnight, on `days` (0 is Monday).

    Where `end` is not after `start` the hours run past midnight, and their day is the one on which
    they begin: `fri 22:00-07:00` ends on Saturday morning.
    """

    start: int = 0
    end: int = DAY_MINUTES
    days: tuple[int, ...] = EVERY_DAY

    def day_of(self, wall: datetime) -> date | None:
        """The day whose hours `wall` (local, without a zone) falls into, or None."""
        minute, day = wall.hour * 60 + wall.minute, wall.date()
        if self.start < self.end:
            if not self.start <= minute < self.end:
                return None
        elif minute < self.end:
            day -= timedelta(days=1)
        elif minute < self.start:
            return None
        return day if day.weekday() in self.days else None


def hours_to_dict(hours: Hours) -> dict[str, Any]:
    """JSON shape: `{"from": 480, "to": 1080, "days": [0, 1, 2, 3, 4]}`."""
    return {"from": hours.start, "to": hours.end, "days": list(hours.days)}


def hours_from_dict(data: Mapping[str, Any]) -> Hours:
    """The inverse of `hours_to_dict`."""
    return Hours(start=data["from"], end=data["to"], days=tuple(data["days"]))
