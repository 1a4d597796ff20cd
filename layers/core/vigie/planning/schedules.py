"""Schedules, quiet hours and special ladders: their shape in plan.yaml, and what they become."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, Field

from vigie.domain.hours import EVERY_DAY, WEEKDAYS, Hours
from vigie.domain.people import Person, Quiet
from vigie.domain.plan import Severity
from vigie.domain.schedule import Layer, OnHolidays, Schedule
from vigie.planning.durations import parse_duration
from vigie.planning.fields import DAY, HOUR, STRICT, Channel, CrisisKind, Id, Level, wrong

_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_HOURS = re.compile(
    rf"(?:(?P<days>[a-z,-]+)(?: |$))?(?:(?P<from>{_CLOCK})-(?P<to>{_CLOCK}|24:00))?"
)
_LENGTHS = {"daily": DAY, "weekly": 7 * DAY}
_LONGEST_SHIFT = 366 * DAY


def _time_zone(value: Any) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, TypeError, AttributeError, OSError):
        raise wrong(
            "a time zone by its IANA name", "write it like Europe/Paris or America/New_York"
        ) from None


def _hours(value: Any) -> Hours:
    match = _HOURS.fullmatch(value) if isinstance(value, str) and value else None
    days = _days(match["days"]) if match else None
    if match is None or days is None:
        raise wrong(
            "hours, or days and hours, or days",
            'write it like "22:00-07:00", "mon-fri 08:00-18:00" or "sat,sun", in quotes',
        )
    start, end = _minutes(match["from"] or "00:00"), _minutes(match["to"] or "24:00")
    if start == end:
        raise wrong("hours whose end is not their beginning", "write 00:00-24:00 for the whole day")
    return Hours(start=start, end=end, days=days)


def _days(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return EVERY_DAY
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
            return None
        begin = WEEKDAYS.index(first)
        length = (WEEKDAYS.index(last) - begin) % 7 if dash else 0
        days.update((begin + n) % 7 for n in range(length + 1))
    return tuple(sorted(days))


def _minutes(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    return 60 * hour + minute


def _clock(value: Any) -> time:
    if not isinstance(value, str) or not re.fullmatch(_CLOCK, value):
        raise wrong("a time of day from 00:00 to 23:59", 'write it in quotes, as in "09:00"')
    return time.fromisoformat(value)


def _rotation(value: Any) -> timedelta:
    length = _LENGTHS.get(value) if isinstance(value, str) else None
    if length is None and isinstance(value, str):
        length = parse_duration(value)
    if length is None or not HOUR <= length <= _LONGEST_SHIFT or length.seconds % 3600:
        raise wrong(
            "daily, weekly, or how many hours or days a shift lasts",
            "write daily, weekly, 12h or 3d",
        )
    return length


def _day(value: Any) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise wrong("a day", "write it like 2026-12-25, without quotes")
    return value


def _turn(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        raise wrong(
            "a person's id, or a list of those who share a turn",
            "write it like [duty-1, duty-2], or [[duty-1, lead-1], duty-2]",
        )
    return tuple(dict.fromkeys(names))


HoursText = Annotated[Hours, BeforeValidator(_hours)]
TimeZone = Annotated[str, BeforeValidator(_time_zone)]
Clock = Annotated[time, BeforeValidator(_clock)]
Rotation = Annotated[timedelta, BeforeValidator(_rotation)]
Day = Annotated[date, BeforeValidator(_day)]
Turn = Annotated[tuple[str, ...], BeforeValidator(_turn)]


class _Strict(BaseModel):
    model_config = STRICT


class QuietModel(_Strict):
    channel: Channel
    hours: HoursText
    unless: Level | None = None


class LayerModel(_Strict):
    participants: Annotated[list[Turn], Field(min_length=1, max_length=100)]
    rotation: Rotation = DAY
    hand_over: Clock = time(9)
    weekday: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] | None = None
    starts: Day
    hours: tuple[HoursText, ...] = ()
    on_holidays: Literal["also", "never", "only"] = "also"


class ScheduleModel(_Strict):
    id: Id
    time_zone: TimeZone
    holidays: tuple[Day, ...] = ()
    layers: Annotated[list[LayerModel], Field(min_length=1, max_length=20)]


class WhenModel(_Strict):
    brands: tuple[Id, ...] = ()
    kinds: tuple[CrisisKind, ...] = ()
    severities: tuple[Level, ...] = ()
    hours: tuple[HoursText, ...] = ()
    time_zone: TimeZone | None = None


def quiet_of(rules: tuple[QuietModel, ...]) -> tuple[Quiet, ...]:
    """A person's quiet hours."""
    return tuple(
        Quiet(channel=rule.channel, hours=rule.hours)
        if rule.unless is None
        else Quiet(channel=rule.channel, hours=rule.hours, unless=Severity(rule.unless).rank)
        for rule in rules
    )


def schedule_of(model: ScheduleModel, people: Mapping[str, Person]) -> Schedule:
    """The schedule, with people for their ids."""
    return Schedule(
        id=model.id,
        time_zone=model.time_zone,
        holidays=tuple(sorted(set(model.holidays))),
        layers=tuple(_layer(layer, people) for layer in model.layers),
    )


def _layer(model: LayerModel, people: Mapping[str, Person]) -> Layer:
    """The first hand-over is on the first `weekday` from `starts` on."""
    first = model.starts
    if model.weekday is not None:
        first += timedelta(days=(WEEKDAYS.index(model.weekday) - first.weekday()) % 7)
    return Layer(
        turns=tuple(tuple(people[id_] for id_ in turn) for turn in model.participants),
        first=datetime.combine(first, model.hand_over),
        every=model.rotation,
        hours=model.hours,
        on_holidays=OnHolidays(model.on_holidays),
    )
