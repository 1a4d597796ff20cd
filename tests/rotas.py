"""Schedules for tests, and who is on call by them found in another way.

`naive_on_call` walks through the time in steps with the time zones of dateutil: it turns a list of
people whenever the clock on the wall has passed the next hand-over, and knows nothing of
`vigie.domain.rota`.
"""

from datetime import UTC, datetime, timedelta

from dateutil import tz

from vigie.domain.hours import Hours
from vigie.domain.override import Deed, Override
from vigie.domain.people import Person
from vigie.domain.schedule import Layer, OnHolidays, Schedule

ANNE, BEN, CLEO = (Person(id=i, role="duty", language="en") for i in ("anne", "ben", "cleo"))
ZONES = (
    "Europe/Paris",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Auckland",
    "Africa/Casablanca",  # back for Ramadan
    "Asia/Kolkata",  # never
)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def wall(*parts):
    """What a clock on a wall shows."""
    return utc(*parts).replace(tzinfo=None)


def a_layer(*turns, **changes):
    values = {
        "turns": tuple(t if isinstance(t, tuple) else (t,) for t in turns or (ANNE, BEN)),
        "first": wall(2026, 1, 5, 9),
        "every": timedelta(days=1),
    } | changes
    return Layer(**values)


def a_schedule(*layers, **changes):
    values = {"id": "rota", "time_zone": "Europe/Paris", "layers": layers or (a_layer(),)} | changes
    return Schedule(**values)


def naive_on_call(schedule, start, end, step):
    """(instant, ids) for every step from `start` until before `end`."""
    zone = tz.gettz(schedule.time_zone)
    layers = [_Turning(layer, schedule.holidays) for layer in schedule.layers]
    at = start
    while at < end:
        clock = at.astimezone(zone).replace(tzinfo=None, fold=0)
        on_duty = ()
        for layer in layers:
            layer.pass_to(clock)
            if not on_duty:
                on_duty = layer.on_duty(clock)
        yield at, tuple(person.id for person in on_duty)
        at += step


class _Turning:
    """A list of people that turns at each hand-over; the clock's going back turns nothing back."""

    def __init__(self, layer, holidays):
        self.layer, self.holidays = layer, holidays
        self.waiting, self.present = list(layer.turns), ()
        self.next = layer.first

    def pass_to(self, clock):
        while clock >= self.next:
            self.waiting.append(self.present)
            self.present = self.waiting.pop(0)
            self.waiting = [turn for turn in self.waiting if turn]
            self.next += self.layer.every

    def on_duty(self, clock):
        return self.present if self._holds(clock) else ()

    def _holds(self, clock):
        windows = self.layer.hours or (Hours(),)
        for back in (0, 1):
            day = clock.replace(hour=0, minute=0, second=0) - timedelta(days=back)
            for hours in windows:
                begin = day + timedelta(minutes=hours.start)
                length = hours.end - hours.start
                end = begin + timedelta(minutes=length if length > 0 else length + 1440)
                if begin <= clock < end and day.weekday() in hours.days:
                    is_holiday = day.date() in self.holidays
                    if self.layer.on_holidays is OnHolidays.ALSO or is_holiday == (
                        self.layer.on_holidays is OnHolidays.ONLY
                    ):
                        return True
        return False


def an_override(deed="take", person=CLEO, **changes):
    values = {
        "id": "0123456789ab",
        "deed": Deed(deed),
        "person": person,
        "start": utc(2026, 1, 6),
        "end": utc(2026, 1, 7),
        "by": "lead-1",
        "at": utc(2026, 1, 1),
    } | changes
    return Override(**values)
