"""Overrides: who is on call instead, for a while, without a deployment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from vigie.domain.people import Person
from vigie.domain.rota import Shift, on_call, shifts
from vigie.domain.schedule import Schedule


class Deed(StrEnum):
    """What an override does from its start until before its end.

    take: `person` is on call instead of `other`, or of whoever it would be.
    swap: `person` has the shifts of `other`, and the other way round.
    add: `person` is on call too.
    mute: `person` is not paged, by whatever audience.
    """

    TAKE = "take"
    SWAP = "swap"
    ADD = "add"
    MUTE = "mute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """`schedule` is the one that it is about, "" for all of them.

    `person` is kept as the plan had them when it was made, so that whoever pages needs no plan.
    `by` and `at` say who made it and when, `cancelled_by` and `cancelled_at` who ended it early.
    """

    id: str
    deed: Deed
    person: Person
    other: Person | None = None
    schedule: str = ""
    start: datetime
    end: datetime
    by: str
    at: datetime
    cancelled_by: str = ""
    cancelled_at: datetime | None = None

    def is_in_force(self, at: datetime) -> bool:
        """Whether it counts at that instant."""
        end = self.end if self.cancelled_at is None else min(self.end, self.cancelled_at)
        return self.start <= at < end


def on_call_now(
    schedule: Schedule, overrides: Iterable[Override], at: datetime
) -> tuple[Person, ...]:
    """Who is on call at `at`, each once, muted people left out."""
    return _overridden(schedule, on_call(schedule, at), overrides, at)


def muted(overrides: Iterable[Override], at: datetime) -> frozenset[str]:
    """The ids of the people who are not to be paged at `at`."""
    return frozenset(
        override.person.id
        for override in overrides
        if override.deed is Deed.MUTE and override.is_in_force(at)
    )


def shifts_with(
    schedule: Schedule, overrides: Iterable[Override], start: datetime, end: datetime
) -> tuple[Shift, ...]:
    """`shifts`, as the overrides change them."""
    overrides = tuple(overrides)
    cuts = sorted(
        {at for o in overrides for at in (o.start, o.cancelled_at or o.end) if start < at < end}
    )
    found: list[Shift] = []
    for shift in shifts(schedule, start, end):
        edges = [shift.start, *(at for at in cuts if shift.start < at < shift.end), shift.end]
        for begin, until in pairwise(edges):
            people = _overridden(schedule, shift.people, overrides, begin)
            if found and found[-1].people == people:
                begin = found.pop().start
            found.append(Shift(start=begin, end=until, people=people))
    return tuple(found)


def _overridden(
    schedule: Schedule, people: tuple[Person, ...], overrides: Iterable[Override], at: datetime
) -> tuple[Person, ...]:
    """In the order in which they were made: a later one changes what an earlier one has made."""
    overrides = tuple(overrides)
    for override in sorted(overrides, key=lambda o: (o.at, o.id)):
        if override.is_in_force(at) and override.schedule in ("", schedule.id):
            people = _after(override, people)
    silent = muted(overrides, at)
    return tuple({p.id: p for p in people if p.id not in silent}.values())


def _after(override: Override, people: tuple[Person, ...]) -> tuple[Person, ...]:
    person, other = override.person, override.other
    match override.deed:
        case Deed.TAKE if other is None:
            return (person,)
        case Deed.TAKE:
            return tuple(person if other and p.id == other.id else p for p in people)
        case Deed.SWAP if other is not None:
            swapped = {other.id: person, person.id: other}
            return tuple(swapped.get(p.id, p) for p in people)
        case Deed.ADD:
            return (*people, person)
        case _:
            return people
