"""A schedule as the plan has it: layers of rotations. `vigie.domain.rota` says who is on call."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from vigie.domain.hours import Hours, hours_from_dict, hours_to_dict
from vigie.domain.people import Person, person_from_dict, person_to_dict


class OnHolidays(StrEnum):
    """Whether a layer holds on the schedule's holidays."""

    ALSO = "also"
    NEVER = "never"
    ONLY = "only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """People who take turns: `turns` in order, a shift of `every` each, and then again from the
    first.

    `first` is the first hand-over as a clock on the wall of the schedule's time zone shows it
    (without a zone); before it nobody is on call by this layer. A turn may be several people at
    once. `hours` empty: always.
    """

    turns: tuple[tuple[Person, ...], ...]
    first: datetime
    every: timedelta
    hours: tuple[Hours, ...] = ()
    on_holidays: OnHolidays = OnHolidays.ALSO


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The first layer that has somebody wins; where it has nobody, the next one counts."""

    id: str
    time_zone: str
    layers: tuple[Layer, ...]
    holidays: tuple[date, ...] = ()

    def people(self) -> Iterator[Person]:
        """Everybody who ever takes a turn, each once."""
        yield from {p.id: p for layer in self.layers for turn in layer.turns for p in turn}.values()


def schedule_to_dict(schedule: Schedule) -> dict[str, Any]:
    """JSON shape: `{id, time_zone, holidays, people, layers}`; a turn names people by id."""
    return {
        "id": schedule.id,
        "time_zone": schedule.time_zone,
        "holidays": [day.isoformat() for day in schedule.holidays],
        "people": [person_to_dict(person) for person in schedule.people()],
        "layers": [
            {
                "turns": [[person.id for person in turn] for turn in layer.turns],
                "first": layer.first.isoformat(),
                "every_s": int(layer.every.total_seconds()),
                "hours": [hours_to_dict(hours) for hours in layer.hours],
                "on_holidays": layer.on_holidays.value,
            }
            for layer in schedule.layers
        ],
    }


def schedule_from_dict(data: Mapping[str, Any]) -> Schedule:
    """The inverse of `schedule_to_dict`."""
    people = {person["id"]: person_from_dict(person) for person in data["people"]}
    return Schedule(
        id=data["id"],
        time_zone=data["time_zone"],
        holidays=tuple(date.fromisoformat(day) for day in data["holidays"]),
        layers=tuple(
            Layer(
                turns=tuple(tuple(people[id_] for id_ in turn) for turn in layer["turns"]),
                first=datetime.fromisoformat(layer["first"]),
                every=timedelta(seconds=layer["every_s"]),
                hours=tuple(hours_from_dict(hours) for hours in layer["hours"]),
                on_holidays=OnHolidays(layer["on_holidays"]),
            )
            for layer in data["layers"]
        ),
    )
