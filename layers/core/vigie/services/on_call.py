"""Who is on call now and next, and overrides: made, cancelled, kept with who and when."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.domain.instants import to_iso
from vigie.domain.override import Deed, Override, on_call_now, shifts_with
from vigie.domain.people import Person
from vigie.domain.plan import Plan
from vigie.domain.rota import Shift
from vigie.domain.schedule import Schedule
from vigie.errors import Conflict, NotFound, Rejected
from vigie.ports import Overrides

# A longer absence is a change of the plan.
LONGEST = timedelta(days=92)
# How far ahead the next shift is looked for: near first, for most rotations turn within a week.
_AHEAD = (timedelta(days=8), timedelta(days=62), timedelta(days=370))


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A schedule at an instant: who, until when, and the shift that follows. None: no change
    within a year."""

    schedule: Schedule
    people: tuple[Person, ...]
    until: datetime | None
    following: Shift | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An override as somebody asks for it, people and schedules by id. `start` None is now."""

    deed: Deed
    person: str
    other: str = ""
    schedule: str = ""
    start: datetime | None = None
    end: datetime


def duties(plan: Plan, overrides: Sequence[Override], at: datetime) -> tuple[Duty, ...]:
    """Every schedule of the plan as it stands at `at`."""
    return tuple(_duty(schedule, overrides, at) for schedule in plan.schedules)


def override(plan: Plan, held: Overrides, wish: Wish, by: str, now: datetime) -> Override:
    """Make the override; asked for again, the one that is there is given.

    Raises `Rejected` for what cannot be meant, and says how to mend it.
    """
    start = now if wish.start is None else wish.start
    _refuse(plan, wish, start, now)
    people = {person.id: person for person in plan.staff}
    wanted = Override(
        id=_id(wish, start, by, now),
        deed=wish.deed,
        person=people[wish.person],
        other=people[wish.other] if wish.other else None,
        schedule=wish.schedule,
        start=start,
        end=wish.end,
        by=by,
        at=now,
    )
    for there in held.since(now):
        if there.cancelled_at is None and _same(there, wanted):
            return there
    held.add(wanted)
    return wanted


def cancel(held: Overrides, override_id: str, by: str, now: datetime) -> Override:
    """End it early; cancelling again changes nothing. Raises `NotFound` when there is none that
    still counts."""
    found = _find(held, override_id, now)
    if found.cancelled_at is None:
        with suppress(Conflict):  # somebody was faster: say who
            held.cancel(found, by=by, at=now)
        found = _find(held, override_id, now)
    return found


def _find(held: Overrides, override_id: str, now: datetime) -> Override:
    for there in held.since(now):
        if there.id == override_id:
            return there
    raise NotFound(
        f"there is no override {override_id[:40]!r} that still counts; GET /on-call lists them",
        field="id",
    )


def _duty(schedule: Schedule, overrides: Sequence[Override], at: datetime) -> Duty:
    for ahead in _AHEAD:
        present, *later = shifts_with(schedule, overrides, at, at + ahead)
        if later:
            return Duty(
                schedule=schedule, people=present.people, until=present.end, following=later[0]
            )
    people = on_call_now(schedule, overrides, at)
    return Duty(schedule=schedule, people=people, until=None, following=None)


def _refuse(plan: Plan, wish: Wish, start: datetime, now: datetime) -> None:
    staff = [person.id for person in plan.staff]
    schedules = [schedule.id for schedule in plan.schedules]
    for field, name in (("person", wish.person), ("other", wish.other)):
        if name not in staff and (name or field == "person"):
            raise Rejected(
                f"{field} is {name[:40]!r}, expected one of the plan's people: {', '.join(staff)}",
                field=field,
            )
    if wish.schedule and wish.schedule not in schedules:
        raise Rejected(
            f"schedule is {wish.schedule[:40]!r}, expected one of the plan's: "
            f"{', '.join(schedules) or 'it has none'}",
            field="schedule",
        )
    if wish.person == wish.other:
        raise Rejected("other is the same person; name somebody else", field="other")
    match wish.deed:
        case Deed.SWAP if not wish.other:
            raise Rejected("a swap needs `other`: with whom?", field="other")
        case Deed.TAKE if not (wish.other or wish.schedule):
            raise Rejected(
                "to take over, name `schedule`, or in `other` whose shifts are taken",
                field="schedule",
            )
        case Deed.ADD if wish.other or not wish.schedule:
            raise Rejected("to add a person, name `schedule` and no `other`", field="schedule")
        case Deed.MUTE if wish.other or wish.schedule:
            raise Rejected(
                "a mute is for every page: leave out `other` and `schedule`", field="schedule"
            )
    if not max(start, now) < wish.end:
        raise Rejected(
            f"end is {to_iso(wish.end)}, expected an instant after its start and after now",
            field="end",
        )
    if wish.end - start > LONGEST:
        raise Rejected(
            f"it lasts longer than {LONGEST.days} days: change the plan instead", field="end"
        )


def _same(one: Override, other: Override) -> bool:
    return _content(one) == _content(other)


def _content(one: Override) -> tuple[str, ...]:
    other = one.other.id if one.other else ""
    times = (to_iso(one.start), to_iso(one.end))
    return (one.deed.value, one.person.id, other, one.schedule, *times)


def _id(wish: Wish, start: datetime, by: str, now: datetime) -> str:
    """Of its content: the same request sent twice at one instant is one override."""
    parts = (wish.deed.value, wish.person, wish.other, wish.schedule, by)
    text = "\n".join((*parts, *map(to_iso, (start, wish.end, now))))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
