"""Which ladder a run climbs, whom its step pages at this moment, and by which channels.

Never nobody: where a step's people, roles and schedules come to nobody, those who stand in for
them are paged at once, and the timeline says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from vigie.domain.hours import Hours
from vigie.domain.incident import Ladders, Tally, Timer
from vigie.domain.ladder import ladder_for
from vigie.domain.override import Override, muted, on_call_now
from vigie.domain.people import LOUDEST_FIRST, Person
from vigie.domain.plan import Ladder, Severity, SpecialLadder, Step
from vigie.domain.rota import wall_at
from vigie.domain.schedule import Schedule

# Who stood in for a step that would have paged nobody (`Audience.instead`).
ELSE, MUTED, SCHEDULED = "else", "muted people", "everybody in the schedules"
# From this severity on a page goes through quiet hours rather than by a way that waits.
_LOUD_FROM = Severity.SEV2


def special_for(
    special: Sequence[SpecialLadder], tally: Tally, severity: Severity, at: datetime
) -> str:
    """The name of the first special ladder that is for this incident at `at`, "" if none is."""
    for row in special:
        if (
            (not row.brands or tally.brand in row.brands)
            and (not row.kinds or tally.kind in row.kinds)
            and (not row.severities or severity in row.severities)
            and (not row.hours or _within(row.hours, wall_at(row.time_zone, at)))
        ):
            return row.name
    return ""


def begun(timer: Timer, ladders: Ladders, tally: Tally, at: datetime) -> Timer:
    """The timer with the ladder of its run: chosen when the run begins, kept until it ends."""
    if tally.severity.rank > timer.severity.rank:
        # It got graver in the moment in which the run was started by what was read before.
        timer = replace(timer, severity=tally.severity)
    if timer.fired or timer.attempts or (timer.owed_since is not None and not timer.mended):
        return timer
    return replace(timer, special=special_for(ladders.special, tally, timer.severity, at))


def climbing(timer: Timer, ladders: Ladders) -> Ladder | None:
    """The ladder that a timer climbs; None for a plan without ladders."""
    for row in ladders.special:
        if row.name == timer.special:
            return row.ladder
    return ladder_for(ladders.by_severity, timer.severity)


def _within(hours: Sequence[Hours], wall: datetime) -> bool:
    return any(one.day_of(wall) is not None for one in hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is paged on which channel, each pair once.

    `unmanned` are the step's schedules by which nobody is on call. `instead` is "" where the step
    pages its own people, else who stands in: `else`, `step 2`, …
    """

    pages: tuple[tuple[Person, str], ...]
    unmanned: tuple[str, ...] = ()
    instead: str = ""


def audience(
    ladder: Ladder,
    index: int,
    schedules: Sequence[Schedule],
    overrides: Sequence[Override],
    severity: Severity,
    at: datetime,
) -> Audience:
    """The audience of the ladder's step `index` at `at`."""
    step = ladder.steps[index]
    known = {schedule.id: schedule for schedule in schedules}
    silent = muted(overrides, at)

    def on_duty(id_: str) -> tuple[Person, ...]:
        return on_call_now(known[id_], overrides, at) if id_ in known else ()

    def those(people: Sequence[Person], ids: Sequence[str]) -> tuple[Person, ...]:
        called = (*people, *(person for id_ in ids for person in on_duty(id_)))
        return tuple({p.id: p for p in called if p.id not in silent}.values())

    def stages() -> Iterator[tuple[str, tuple[Person, ...], Step]]:
        yield "", those(step.people, step.schedules), step
        yield ELSE, those(step.otherwise, step.otherwise_schedules), step
        # With their own step's channels: by those the plan knows that they can be reached.
        for number in (*range(index + 1, len(ladder.steps)), *range(index)):
            other = ladder.steps[number]
            yield f"step {number + 1}", those(other.people, other.schedules), other
            yield f"step {number + 1}", those(other.otherwise, other.otherwise_schedules), other
        # A mute is broken before a crisis is heard by nobody.
        for other in (step, *ladder.steps):
            yield MUTED, (*other.people, *other.otherwise), other
        for other in (step, *ladder.steps):
            ids = [id_ for id_ in (*other.schedules, *other.otherwise_schedules) if id_ in known]
            yield SCHEDULED, tuple(p for id_ in ids for p in known[id_].people()), other

    nobody: tuple[str, tuple[Person, ...], Step] = ("", (), step)
    instead, people, theirs = next((stage for stage in stages() if stage[1]), nobody)
    pages = {
        (person.id, channel): (person, channel)
        for person in people
        for channel in channels(person, theirs, severity, at)
    }
    return Audience(
        pages=tuple(pages.values()),
        unmanned=tuple(id_ for id_ in step.schedules if not on_duty(id_)),
        instead=instead,
    )


def channels(person: Person, step: Step, severity: Severity, at: datetime) -> tuple[str, ...]:
    """The step's channels without those that the person wants quiet now.

    Where none is left, another one of the person's that is not quiet; where all are, the loudest
    for sev1 and sev2, and for the others the one that disturbs least.
    """
    reached_by = person.channels or step.channels
    wanted = (channel for channel in dict.fromkeys(step.channels) if channel in reached_by)
    open_now = tuple(c for c in wanted if not _is_quiet(person, c, severity, at))
    if open_now or not reached_by:
        return open_now
    theirs = sorted(set(reached_by), key=LOUDEST_FIRST.index)
    others = [c for c in theirs if not _is_quiet(person, c, severity, at)]
    if others:
        return (others[0],)
    return (theirs[0] if severity.rank >= _LOUD_FROM.rank else theirs[-1],)


def _is_quiet(person: Person, channel: str, severity: Severity, at: datetime) -> bool:
    rules = [quiet for quiet in person.quiet if quiet.channel == channel]
    if not rules:
        return False
    wall = wall_at(person.time_zone, at)
    return any(
        severity.rank < rule.unless and rule.hours.day_of(wall) is not None for rule in rules
    )
