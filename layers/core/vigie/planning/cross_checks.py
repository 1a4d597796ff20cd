"""What no field can tell alone: references, unique ids, addresses where they must not stand.

These read the raw document, so that they speak even while some field has the wrong shape.
"""

import re
from collections.abc import Iterator
from typing import Any

from vigie.domain.plan import Plan
from vigie.planning.models import ContactModel, PlanModel, StepModel
from vigie.planning.names import maps, twice, unknown_names
from vigie.planning.policies import unknown_heads
from vigie.planning.problems import Problem, shown

_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
# With a country code, or in the French national form; X ids are bare digits without a leading 0.
_PHONE = re.compile(
    r"(?<![\w+])\+[0-9](?:[ .()-]{0,2}[0-9]){6,14}(?![0-9])"
    r"|(?<![0-9])0[1-9](?:[ .-]?[0-9]{2}){4}(?![0-9])"
)


def addresses(text: str) -> Iterator[Problem]:
    """Addresses in the plan's text, comments included: the layer ships, contacts.yaml does not."""
    for number, line in enumerate(text.splitlines(), start=1):
        for what, pattern in (("a mail address", _MAIL), ("a phone number", _PHONE)):
            match = pattern.search(line)
            if match:
                yield Problem(
                    path=f"line {number}",
                    found=f"{what} ({match[0][:3]}…)",
                    expected="people by id and role, without addresses",
                    mend="move it to contacts.yaml, which is never committed and never ships",
                )


def references(data: Any) -> Iterator[Problem]:
    """Ids that stand twice or lead nowhere, and brands that nothing would be read for."""
    brands, people = maps(data, "brands"), maps(data, "people")
    yield from twice("brands", "id", brands)
    yield from twice("people", "id", people)
    yield from _shared_handles(brands)
    yield from unknown_heads(brands)
    for position, brand in enumerate(brands):
        if not any(brand.get(field) for field in ("handles", "x_ids", "queries")):
            yield Problem(
                path=f"brands[{position}]",
                found="no handles, no x_ids and no queries",
                expected="a handle, an X id or a query, or nothing is ever read for it",
                mend="add `handles: [name]`, `x_ids` or `queries`",
            )
    yield from unknown_names(data)


def steps_of(plan: PlanModel) -> Iterator[StepModel]:
    """The steps of all ladders."""
    ladders = plan.ladders
    yield from (*ladders.sev1, *ladders.sev2, *ladders.sev3, *ladders.sev4)
    for special in plan.special_ladders:
        yield from special.steps


def named_by(step: StepModel, plan: PlanModel) -> set[str]:
    """The ids of all whom a step may ever page by its own names."""
    names = {*step.page, *step.otherwise}
    taking_turns = {
        id_
        for schedule in plan.schedules
        if schedule.id in names
        for layer in schedule.layers
        for turn in layer.participants
        for id_ in turn
    }
    return taking_turns | {p.id for p in plan.people if p.id in names or p.role in names}


def reachability(plan: Plan, contacts: dict[str, ContactModel]) -> Iterator[Problem]:
    """People of the ladders without the address that a channel needs, contacts of nobody."""
    known = {person.id for person in plan.staff}
    for person in sorted(contacts.keys() - known):
        yield Problem(
            path=person,
            found="a contact of nobody",
            expected=f"one of the plan's people: {', '.join(sorted(known))}",
            mend="remove it, or add the person to plan.yaml",
        )
    needed = {(person.id, channel) for person, channel in plan.channels()}
    for person, channel in sorted(needed):
        contact = contacts.get(person)
        if contact is None or getattr(contact, channel) is None:
            yield Problem(
                path=f"{person}.{channel}",
                found="nothing",
                expected=f"an address: the ladder pages {person} by {channel}",
                mend="add it, or take the channel off the ladder",
            )


def _shared_handles(brands: list[dict[str, Any]]) -> Iterator[Problem]:
    owner: dict[tuple[str, str], int] = {}
    for position, brand in enumerate(brands):
        for field in ("handles", "x_ids"):
            values = brand.get(field)
            for index, value in enumerate(values if isinstance(values, list) else ()):
                first = owner.setdefault((field, str(value).casefold()), position)
                if first != position:
                    yield Problem(
                        path=f"brands[{position}].{field}[{index}]",
                        found=f"{shown(value)}, which brands[{first}] has too",
                        expected="an account that belongs to one brand",
                        mend="leave it with one of them",
                    )
