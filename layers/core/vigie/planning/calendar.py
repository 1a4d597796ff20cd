"""What a plan comes to: who is on call in the next weeks, and what its writer should look at."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain

from vigie.domain.plan import Ladder, Plan, Severity, SpecialLadder, Step
from vigie.domain.rota import Shift, on_call, shifts, wall_at, zone_of
from vigie.domain.schedule import Schedule

SHOWN = timedelta(days=14)
LOOKED_AT = timedelta(days=90)
NIGHT_BEGINS, NIGHT = timedelta(hours=22), timedelta(hours=9)
_SOME = 5  # gaps and nights that are told one by one
_DAY = timedelta(days=1)


def calendar(plan: Plan, start: datetime) -> Iterator[str]:
    """Two weeks of each schedule, and where nobody is on call within 90 days, line by line."""
    if not plan.schedules:
        return
    yield f"calendar from {_day(start)} to {_day(start + SHOWN)}"
    for schedule in plan.schedules:
        yield f"  {schedule.id} ({schedule.time_zone})"
        for shift in shifts(schedule, start, start + SHOWN):
            names = ", ".join(person.id for person in shift.people) or "nobody"
            yield f"    {_span(shift, schedule)}  {names}"
    yield f"coverage until {_day(start + LOOKED_AT)}"
    for schedule in plan.schedules:
        yield f"  {_coverage(schedule, start)}"


def findings(plan: Plan, start: datetime) -> Iterator[str]:
    """What is allowed and yet perhaps not meant."""
    ladders = {f"ladders.{s.value}": plan.ladders[s] for s in plan.ladders}
    ladders |= {f"special_ladders.{row.name}": row.ladder for row in plan.special}
    yield from _shadowed(plan)
    for where, ladder in ladders.items():
        for number, step in enumerate(ladder.steps, start=1):
            yield from _unfit(f"{where}, step {number}", step, plan, start)
    used = {schedule.id for schedule in plan.schedules_used()}
    for schedule in plan.schedules:
        if schedule.id not in used:
            yield f"schedule {schedule.id}: no step pages it"
    paged = {person.id for person in plan.people()}
    for person in plan.staff:
        if person.id not in paged:
            yield f"{person.id}: on no ladder and in no schedule of one"
    yield from _one_way(plan)
    yield from _alone(plan, ladders, start)


def _coverage(schedule: Schedule, start: datetime) -> str:
    gaps = [s for s in shifts(schedule, start, start + LOOKED_AT) if not s.people]
    if not gaps:
        return f"{schedule.id}: somebody is on call at every minute"
    hours = sum((gap.end - gap.start for gap in gaps), timedelta()) / timedelta(hours=1)
    told = "; ".join(_span(gap, schedule) for gap in gaps[:_SOME])
    more = f"; and {len(gaps) - _SOME} more" if len(gaps) > _SOME else ""
    count = "1 gap" if len(gaps) == 1 else f"{len(gaps)} gaps"
    return f"{schedule.id}: nobody in {count}, {hours:g} hours together: {told}{more}"


def _shadowed(plan: Plan) -> Iterator[str]:
    for position, row in enumerate(plan.special):
        for earlier in plan.special[:position]:
            if _covers(earlier, row):
                yield (
                    f"special_ladders.{row.name}: can never be climbed, {earlier.name} stands "
                    "before it and takes all that it would; move it up or narrow the other"
                )
                break
    for severity in Severity:
        for row in plan.special:
            if not (row.brands or row.kinds or row.hours) and (
                not row.severities or severity in row.severities
            ):
                yield (
                    f"ladders.{severity.value}: can never be climbed, special_ladders.{row.name} "
                    "takes every incident of that severity"
                )
                break


def _covers(one: SpecialLadder, other: SpecialLadder) -> bool:
    wide = (
        (one.brands, other.brands),
        (one.kinds, other.kinds),
        (one.severities, other.severities),
    )
    same_hours = (one.hours, one.time_zone) == (other.hours, other.time_zone)
    return (not one.hours or same_hours) and all(
        not ours or (theirs and set(theirs) <= set(ours)) for ours, theirs in wide
    )


def _unfit(where: str, step: Step, plan: Plan, start: datetime) -> Iterator[str]:
    """Steps that never page their own people, and stand-ins that are never asked."""
    stands_in = bool(step.otherwise or step.otherwise_schedules)
    if step.people:
        if stands_in:
            yield f"{where}: its else is not needed, for people are named in the step itself"
        return
    covered = [_ever(schedule, start) for schedule in _of(step.schedules, plan)]
    if not any(covered):
        yield (
            f"{where}: can never page its own people, nobody is on call by "
            f"{', '.join(step.schedules)} within {LOOKED_AT.days} days"
        )
    if not stands_in and not any(_always(s, start) for s in _of(step.schedules, plan)):
        yield (
            f"{where}: in the gaps of {', '.join(step.schedules)} the next step's people are paged "
            "at once; add else to say who should be"
        )


def _one_way(plan: Plan) -> Iterator[str]:
    ways: dict[str, list[str]] = {}
    for person, channel in plan.channels():
        ways.setdefault(person.id, []).append(channel)
    for person_id, channels in ways.items():
        if len(channels) < 2:
            yield f"{person_id}: paged by {channels[0]} alone; a second channel is missing"


def _alone(plan: Plan, ladders: Mapping[str, Ladder], start: datetime) -> Iterator[str]:
    """Nights with one person on a ladder: what needs a second pair of eyes waits until morning."""
    nobody_else: dict[str, list[str]] = {}
    for where, ladder in ladders.items():
        if where in ("ladders.sev3", "ladders.sev4"):
            continue  # what can wait for the day
        named = {p.id for step in ladder.steps for p in (*step.people, *step.otherwise)}
        ids = {i for step in ladder.steps for i in (*step.schedules, *step.otherwise_schedules)}
        rotas = _of(tuple(ids), plan)
        zone = rotas[0].time_zone if rotas else ""
        for begin in _nights(start, zone) if len(named) < 2 else ():
            edges = {begin} | {
                shift.start for rota in rotas for shift in shifts(rota, begin, begin + NIGHT)
            }
            if any(len(named | _called(rotas, at)) < 2 for at in edges):
                nobody_else.setdefault(where, []).append(_day(begin, zone))
    for where, nights in nobody_else.items():
        more = f" and {len(nights) - _SOME} more" if len(nights) > _SOME else ""
        yield (
            f"{where}: at night one person alone, nobody to approve with them: "
            f"{', '.join(nights[:_SOME])}{more}"
        )


def _called(rotas: tuple[Schedule, ...], at: datetime) -> set[str]:
    return set(chain.from_iterable((p.id for p in on_call(rota, at)) for rota in rotas))


def _nights(start: datetime, zone: str) -> Iterator[datetime]:
    wall = wall_at(zone, start)
    evening = datetime.combine(wall.date(), datetime.min.time()) + NIGHT_BEGINS
    for number in range(LOOKED_AT // _DAY):
        yield (evening + number * _DAY).replace(tzinfo=zone_of(zone)).astimezone(UTC)


def _of(ids: tuple[str, ...], plan: Plan) -> tuple[Schedule, ...]:
    return tuple(schedule for schedule in plan.schedules if schedule.id in ids)


def _ever(schedule: Schedule, start: datetime) -> bool:
    return any(shift.people for shift in shifts(schedule, start, start + LOOKED_AT))


def _always(schedule: Schedule, start: datetime) -> bool:
    return all(shift.people for shift in shifts(schedule, start, start + LOOKED_AT))


def _span(shift: Shift, schedule: Schedule) -> str:
    first, last = (wall_at(schedule.time_zone, at) for at in (shift.start, shift.end))
    return f"{first:%a %Y-%m-%d %H:%M} - {last:%a %Y-%m-%d %H:%M}"


def _day(at: datetime, zone: str = "") -> str:
    return f"{wall_at(zone, at):%Y-%m-%d}"
