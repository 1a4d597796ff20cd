"""The ladders of a plan: severities, steps, and which incidents climb which."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from vigie.domain.hours import Hours, hours_from_dict, hours_to_dict
from vigie.domain.labels import Kind
from vigie.domain.people import Person, person_from_dict, person_to_dict


class Severity(StrEnum):
    """sev1 is the gravest."""

    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"
    SEV4 = "sev4"

    @property
    def rank(self) -> int:
        """4 for sev1 down to 1 for sev4."""
        return 5 - int(self.value[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung of a ladder: page `people` and whoever is on call by `schedules` (ids) on
    `channels`; the next step follows `ack_within`.

    Where that is nobody, `otherwise` and `otherwise_schedules` stand in, then the next step's
    people (`vigie.domain.audience`). Once it was paged, `acknowledgements` different people must
    acknowledge.
    """

    people: tuple[Person, ...]
    channels: tuple[str, ...]
    ack_within: timedelta
    schedules: tuple[str, ...] = ()
    otherwise: tuple[Person, ...] = ()
    otherwise_schedules: tuple[str, ...] = ()
    acknowledgements: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The steps for one severity; the last one repeats until somebody acknowledges."""

    steps: tuple[Step, ...]

    def step_at(self, fired: int) -> tuple[int, Step]:
        """The step to page when `fired` pages of this run have gone out, and its index."""
        index = min(fired, len(self.steps) - 1)
        return index, self.steps[index]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialLadder:
    """A ladder for some incidents only, tried before those by severity. Empty conditions hold for
    every incident; `hours` are those of `time_zone` when the ladder's run begins."""

    name: str
    ladder: Ladder
    brands: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    severities: tuple[Severity, ...] = ()
    hours: tuple[Hours, ...] = ()
    time_zone: str = ""


def ladder_to_dict(ladder: Ladder) -> dict[str, Any]:
    """JSON shape: `{"steps": [{"people": [{id, role, language}], "channels": [...],
    "ack_within_s": 300}]}`, and `schedules`, `else` and `else_schedules` where there are any."""
    return {"steps": [_step_to_dict(step) for step in ladder.steps]}


def _step_to_dict(step: Step) -> dict[str, Any]:
    data: dict[str, Any] = {
        "people": [person_to_dict(person) for person in step.people],
        "channels": list(step.channels),
        "ack_within_s": int(step.ack_within.total_seconds()),
    }
    if step.schedules:
        data["schedules"] = list(step.schedules)
    if step.otherwise:
        data["else"] = [person_to_dict(person) for person in step.otherwise]
    if step.otherwise_schedules:
        data["else_schedules"] = list(step.otherwise_schedules)
    if step.acknowledgements > 1:
        data["acknowledgements"] = step.acknowledgements
    return data


def ladder_from_dict(data: Mapping[str, Any]) -> Ladder:
    """The inverse of `ladder_to_dict`."""
    return Ladder(
        steps=tuple(
            Step(
                people=tuple(map(person_from_dict, step["people"])),
                channels=tuple(step["channels"]),
                ack_within=timedelta(seconds=step["ack_within_s"]),
                schedules=tuple(step.get("schedules", ())),
                otherwise=tuple(map(person_from_dict, step.get("else", ()))),
                otherwise_schedules=tuple(step.get("else_schedules", ())),
                acknowledgements=step.get("acknowledgements", 1),
            )
            for step in data["steps"]
        )
    )


def special_to_dict(special: SpecialLadder) -> dict[str, Any]:
    """JSON shape: the fields by name, the ladder's as `ladder_to_dict` has them."""
    return {
        "name": special.name,
        "brands": list(special.brands),
        "kinds": [kind.value for kind in special.kinds],
        "severities": [severity.value for severity in special.severities],
        "hours": [hours_to_dict(hours) for hours in special.hours],
        "time_zone": special.time_zone,
    } | ladder_to_dict(special.ladder)


def special_from_dict(data: Mapping[str, Any]) -> SpecialLadder:
    """The inverse of `special_to_dict`."""
    return SpecialLadder(
        name=data["name"],
        ladder=ladder_from_dict(data),
        brands=tuple(data["brands"]),
        kinds=tuple(map(Kind, data["kinds"])),
        severities=tuple(map(Severity, data["severities"])),
        hours=tuple(map(hours_from_dict, data["hours"])),
        time_zone=data["time_zone"],
    )
