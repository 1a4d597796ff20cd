"""Whom the plan names: people, roles and schedules that a step or a layer must find.

Reads the raw document, so that it speaks even while some field has the wrong shape.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from vigie.planning.clocks import promised_pages
from vigie.planning.problems import Problem, shown

Steps = tuple[str, Any]
"""Where a list of steps stands, and what stands there."""


def unknown_names(data: Any) -> Iterator[Problem]:
    """Names that lead nowhere or to two things, and what stands twice."""
    people, schedules = maps(data, "people"), maps(data, "schedules")
    special = maps(data, "special_ladders")
    ids = {str(person["id"]) for person in people if "id" in person}
    roles = {str(person["role"]) for person in people if "role" in person}
    rotas = {str(schedule["id"]) for schedule in schedules if "id" in schedule}
    yield from twice("schedules", "id", schedules)
    yield from twice("special_ladders", "name", special)
    yield from _ambiguous(ids, roles, rotas)
    yield from _without_a_clock(people)
    expected = f"a role ({_list(roles)}) or a person ({_list(ids, 'nobody')})"
    if rotas:
        expected += f" or a schedule ({_list(rotas)})"
    for where, steps in _ladders(data, special):
        for position, step in enumerate(steps if isinstance(steps, list) else ()):
            for field in ("page", "else"):
                yield from _unknown(
                    f"{where}[{position}].{field}", step, field, ids | roles | rotas, expected
                )
    for where, rule in promised_pages(data):
        yield from _unknown(where, rule, "page", ids | roles | rotas, expected)
    for number, schedule in enumerate(schedules):
        for position, layer in enumerate(maps(schedule, "layers")):
            yield from _unknown(
                f"schedules[{number}].layers[{position}].participants",
                layer,
                "participants",
                ids,
                f"a person ({_list(ids, 'nobody')})",
            )
    brands = {str(brand["id"]) for brand in maps(data, "brands") if "id" in brand}
    for number, row in enumerate(special):
        where = f"special_ladders[{number}].when.brands"
        yield from _unknown(where, row.get("when"), "brands", brands, f"a brand ({_list(brands)})")


def maps(data: Any, field: str) -> list[dict[str, Any]]:
    """The mappings of a list, an empty one in the place of what is none."""
    items = data.get(field) if isinstance(data, dict) else None
    return [i if isinstance(i, dict) else {} for i in items] if isinstance(items, list) else []


def twice(field: str, key: str, items: list[dict[str, Any]]) -> Iterator[Problem]:
    """Items of a list that have the same `key`."""
    counts = Counter(str(item[key]) for item in items if key in item)
    for position, item in enumerate(items):
        if counts[str(item.get(key))] > 1:
            yield Problem(
                path=f"{field}[{position}].{key}",
                found=f"{shown(item[key])}, {counts[str(item[key])]} times",
                expected=f"{'an' if key == 'id' else 'a'} {key} that stands once",
                mend="rename or remove one",
            )


def _ladders(data: Any, special: list[dict[str, Any]]) -> Iterator[Steps]:
    ladders = data.get("ladders") if isinstance(data, dict) else None
    for severity, steps in (ladders if isinstance(ladders, dict) else {}).items():
        yield f"ladders.{severity}", steps
    for number, row in enumerate(special):
        yield f"special_ladders[{number}].steps", row.get("steps")


def _unknown(
    path: str, holder: Any, field: str, known: set[str], expected: str
) -> Iterator[Problem]:
    names = holder.get(field) if isinstance(holder, dict) else None
    for index, name in enumerate(names if isinstance(names, list) else ()):
        for one in name if isinstance(name, list) else (name,):
            if isinstance(one, str) and one not in known:
                yield Problem(
                    path=f"{path}[{index}]",
                    found=shown(one),
                    expected=expected,
                    mend="correct it, or add it to the plan (people stand under `people`)",
                )


def _ambiguous(ids: set[str], roles: set[str], rotas: set[str]) -> Iterator[Problem]:
    for one, other, what in (
        (ids, roles, "as an id and as a role"),
        (ids, rotas, "as a person and as a schedule"),
        (roles, rotas, "as a role and as a schedule"),
    ):
        for name in sorted(one & other):
            yield Problem(
                path="people",
                found=f"{name!r} {what}",
                expected="names that are one of them, or a ladder cannot tell whom it pages",
                mend="rename one, as in duty-1 or duty-rota",
            )


def _without_a_clock(people: list[dict[str, Any]]) -> Iterator[Problem]:
    for position, person in enumerate(people):
        if person.get("quiet_hours") and not person.get("time_zone"):
            yield Problem(
                path=f"people[{position}].time_zone",
                found="nothing, beside quiet_hours",
                expected="the time zone in which the hours are quiet",
                mend="add time_zone: Europe/Paris, or wherever the person lives",
            )


def _list(names: set[str], none: str = "none") -> str:
    return ", ".join(sorted(names)) or f"{none} yet"
