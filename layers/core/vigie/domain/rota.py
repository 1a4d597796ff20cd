"""Who is on call by a schedule, at an instant and over a span.

Hand-overs, hours and holidays are what a clock on the wall of the schedule's time zone shows, so
that 09:00 stays 09:00 through the changes of daylight saving. Where that clock misbehaves:

- a hand-over time that it skips takes place when it jumps (02:30 on the night when 02:00 becomes
  03:00: at that moment);
- a hand-over time that it shows twice takes place the first time;
- hours hold whenever the clock shows them, twice if it shows them twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from vigie.domain.people import Person
from vigie.domain.schedule import Layer, OnHolidays, Schedule

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The same people are on call from `start` until before `end`; nobody, if there are none."""

    start: datetime
    end: datetime
    people: tuple[Person, ...]


@cache
def zone_of(name: str) -> ZoneInfo:
    """The time zone; UTC for "". Raises `ZoneInfoNotFoundError` for a name that is none."""
    return ZoneInfo(name or "UTC")


def wall_at(zone: str, at: datetime) -> datetime:
    """What a clock on the wall of that zone shows."""
    return at.astimezone(zone_of(zone)).replace(tzinfo=None)


def on_call(schedule: Schedule, at: datetime) -> tuple[Person, ...]:
    """Nobody, if no layer has somebody at that instant."""
    local = at.astimezone(zone_of(schedule.time_zone))
    for layer in schedule.layers:
        if _holds(layer, schedule.holidays, local.replace(tzinfo=None)):
            people = _turn(layer, local, at)
            if people:
                return people
    return ()


def shifts(schedule: Schedule, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """What happens from `start` until `end`, gaps included: no minute is left out."""
    found: list[Shift] = []
    inside = {at for at in _changes(schedule, start, end) if start < at < end}
    for begin, until in pairwise(sorted({start, end} | inside)):
        people = on_call(schedule, begin)
        if found and found[-1].people == people:
            begin = found.pop().start
        found.append(Shift(start=begin, end=until, people=people))
    return tuple(found)


def _first_shown(wall: datetime, zone: ZoneInfo) -> datetime:
    """When the clock shows `wall`, for the first time if it does so twice. For what it skips an
    instant after the jump."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _holds(layer: Layer, holidays: tuple[date, ...], wall: datetime) -> bool:
    days = (hours.day_of(wall) for hours in layer.hours) if layer.hours else (wall.date(),)
    return any(
        layer.on_holidays is OnHolidays.ALSO
        or (day in holidays) == (layer.on_holidays is OnHolidays.ONLY)
        for day in days
        if day is not None
    )


def _turn(layer: Layer, local: datetime, at: datetime) -> tuple[Person, ...]:
    number = (local.replace(tzinfo=None, fold=0) - layer.first) // layer.every
    if local.fold:
        # The clock has gone back: what it already showed has been handed over.
        zone = zone_of(str(local.tzinfo))
        while _first_shown(layer.first + (number + 1) * layer.every, zone) <= at:
            number += 1
    return layer.turns[number % len(layer.turns)] if number >= 0 else ()


def _changes(schedule: Schedule, start: datetime, end: datetime) -> Iterator[datetime]:
    """Every instant at which somebody else may come on call, and some more."""
    zone = zone_of(schedule.time_zone)
    marks = {0} | {m for layer in schedule.layers for h in layer.hours for m in (h.start, h.end)}
    before, after = (wall_at(schedule.time_zone, at) for at in (start - _DAY, end + _DAY))
    day = datetime.combine(before.date(), datetime.min.time())
    while day <= after:
        for mark in marks:
            wall = day + timedelta(minutes=mark)
            yield _first_shown(wall, zone)
            yield wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
        yield from _jumps(day, zone)
        day += _DAY
    for layer in schedule.layers:
        number = max(0, (before - layer.first) // layer.every)
        while (wall := layer.first + number * layer.every) <= after:
            yield _first_shown(wall, zone)
            number += 1


def _jumps(day: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """When the clock is put forward or back on that day."""
    start, end = (at.replace(tzinfo=UTC) for at in (day - _DAY, day + _DAY))
    middle = day.replace(tzinfo=UTC)
    for one, other in ((start, middle), (middle, end)):
        if _offset(one, zone) != _offset(other, zone):
            yield _jump(one, other, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second in which the zone's offset becomes that of `after`."""
    target = _offset(after, zone)
    while after - before > _SECOND:
        middle = before + ((after - before) // 2 // _SECOND) * _SECOND
        if _offset(middle, zone) == target:
            after = middle
        else:
            before = middle
    return after


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()
