"""The clocks of an incident: what each is for, whom it pages, and what follows.

    name        set by                               pages            and then
    ladder      triage; whoever starts it again      its steps        the next step, until taken
    forgotten   whoever acknowledges                 the owner        the ladder from the first step
    rise        triage, graver after it was taken    the owner        the ladder from the first step
    handed      whoever hands it over                the new owner    nothing
    first_word  the acknowledgement, people          owner, the plan's people: before it is due,
    update      people                               when it is due, and then again and again until
    approval    people                               somebody moves or cancels it

Each is one timer item: its own outbox, claimed by one invocation at a time. What a page of each may
rest on is told in docs/decisions/0019-clocks.md.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vigie.domain.audience import climbing, special_for
from vigie.domain.clock_rules import CLOCKS, FIRST_WORD, FORGOTTEN, HANDED, PROMISES, RISE
from vigie.domain.incident import LADDER_TIMER, Desk, Ladders, Tally, Timer
from vigie.domain.ladder import climbed
from vigie.domain.people import Person
from vigie.domain.plan import Ladder, Step

# All that a close ends, and all that is read of an incident's clocks.
NAMES = (LADDER_TIMER, *CLOCKS)
# What ends when the ladder starts again: it asks everybody, so nobody is asked besides.
CLOCKS_OF_THE_OWNER = (FORGOTTEN, RISE, HANDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange:
    """What a decision does to clocks: `set` as given, `cancel` by name. Those of `held` must still
    be as they were read, or nothing is written."""

    set: tuple[Timer, ...] = ()
    cancel: tuple[str, ...] = ()
    held: tuple[Timer, ...] = ()


def is_over(timer: Timer, desk: Desk) -> bool:
    """Whether a clock that falls due finds nobody to page: by the desk alone."""
    if desk.resolved_at is not None:
        return True
    match timer.name:
        case "ladder":
            return desk.is_acknowledged
        case "forgotten" | "handed":
            return not desk.is_acknowledged
        case _:
            return False


def falls_to_the_ladder(timer: Timer, desk: Desk) -> bool:
    """Whether nobody has answered the clock: then everybody is asked again.

    A rise that finds the incident no longer taken lost a race against a new run of the ladder,
    which may have begun with the lower severity.
    """
    match timer.name:
        case "forgotten":
            return timer.fired > 0
        case "rise":
            return timer.fired > 0 or not desk.is_acknowledged
        case _:
            return False


def asks(timer: Timer) -> bool:
    """Whether the clock has asked whoever has the incident for a sign, or may have: a claim may
    belong to somebody who paged and died before that was recorded."""
    return timer.name == RISE or (
        timer.name == FORGOTTEN and bool(timer.fired or timer.claim or timer.attempts)
    )


def reminder(tally: Tally, ladders: Ladders | None, by: str, at: datetime) -> Timer | None:
    """The clock that asks whoever has the incident whether they still do; None without a rule."""
    after = ladders.rules.acknowledged_for.get(tally.severity) if ladders else None
    return None if after is None else _clock(tally, FORGOTTEN, at + after, by, at)


def handed(tally: Tally, by: str, at: datetime) -> Timer:
    """The clock that tells the new owner at once."""
    return _clock(tally, HANDED, at, by, at)


def promise(
    tally: Tally, ladders: Ladders | None, name: str, promised_at: datetime, by: str, at: datetime
) -> Timer:
    """The clock of a promise: it falls due before the promise does."""
    warn = ladders.rules.promise(name).warn if ladders else timedelta(0)
    due_at = max(at, promised_at - warn)
    return replace(_clock(tally, name, due_at, by, at), promised_at=promised_at)


def first_word(tally: Tally, ladders: Ladders | None, by: str, at: datetime) -> Timer | None:
    """The first public word that the plan promises, for whoever takes the incident. Where that is
    over when they do, they have as long as the warning."""
    if ladders is None:
        return None
    rule = ladders.rules.promise(FIRST_WORD)
    within = rule.within.get(tally.severity)
    if within is None:
        return None
    promised_at = max(tally.opened_at + within, at + rule.warn)
    return promise(tally, ladders, FIRST_WORD, promised_at, by, at)


def needed(ladders: Ladders | None, timer: Timer | None, tally: Tally) -> int:
    """How many different people must acknowledge: what the plan says of the severity, or of one of
    the steps that this run has paged, whichever is more."""
    if ladders is None:
        return 1
    wanted = ladders.rules.acknowledgements.get(tally.severity, 1)
    ladder = climbing(timer, ladders) if timer else None
    if timer is None or ladder is None:
        return wanted
    # A step that is claimed may have paged somebody already.
    last, _ = ladder.step_at(timer.fired if timer.claim else max(0, timer.fired - 1))
    return max(wanted, *(step.acknowledgements for step in ladder.steps[: last + 1]))


def ladder_of(tally: Tally, ladders: Ladders, at: datetime) -> Ladder | None:
    """The ladder that a run would climb that began now."""
    return climbing(_run(tally, ladders, 0, at), ladders)


def asked(timer: Timer, desk: Desk, ladder: Ladder, ladders: Ladders) -> Ladder:
    """The ladder with the clock's own step before all others: whom it asks, and who stands in
    where that is nobody. Its channels and its time are those of the ladder's first step."""
    first = ladder.steps[0]
    people = tuple(p for p in (owner_of(desk, ladders),) if p is not None)
    schedules: tuple[str, ...] = ()
    if timer.name in PROMISES:
        rule = ladders.rules.promise(timer.name)
        people, schedules = (*people, *rule.people), rule.schedules
    own = Step(
        people=people, schedules=schedules, channels=first.channels, ack_within=first.ack_within
    )
    return Ladder(steps=(own, *ladder.steps))


def owner_of(desk: Desk, ladders: Ladders) -> Person | None:
    """Whoever has the incident, as the plan knows them; None for nobody, or for a stranger."""
    return next((person for person in staff_of(ladders) if person.id == desk.owner), None)


def staff_of(ladders: Ladders) -> tuple[Person, ...]:
    """Everybody of the plan; for an incident opened before that was kept, those on its ladders."""
    if ladders.rules.staff:
        return ladders.rules.staff
    every = (*ladders.by_severity.values(), *(special.ladder for special in ladders.special))
    steps = [step for ladder in every for step in ladder.steps]
    found = [person for step in steps for person in (*step.people, *step.otherwise)]
    found += [person for schedule in ladders.schedules for person in schedule.people()]
    return tuple({person.id: person for person in found}.values())


def after(timer: Timer, step: Step, ladders: Ladders, now: datetime) -> Timer | None:
    """The clock once it has paged; None when it has done all that it is for."""
    if timer.name == HANDED:
        return None
    moved = climbed(timer, step, now)
    if timer.promised_at is None:
        return moved
    again = ladders.rules.promise(timer.name).again
    return replace(moved, due_at=timer.promised_at if now < timer.promised_at else now + again)


def restarted(
    tally: Tally, desk: Desk, ladders: Ladders, at: datetime, *, climbed: int = 0
) -> tuple[Desk, Timer]:
    """The desk and the ladder when everybody is asked again: a new run, which nobody has
    acknowledged. `climbed` leaves out steps that were paged before."""
    freed = replace(
        desk,
        acknowledged_at=None,
        acknowledged_by="",
        acknowledgers=(),
        contained_at=None,
        contained_by="",
        restarts=desk.restarts + 1,
        climbed=0,
    )
    # Triage counts runs in the tally, people and clocks on the desk: together they only rise.
    run = replace(_run(tally, ladders, tally.run + freed.restarts, at), fired=climbed)
    return freed, run


def _run(tally: Tally, ladders: Ladders, run: int, at: datetime) -> Timer:
    return Timer(
        incident_id=tally.id,
        brand=tally.brand,
        name=LADDER_TIMER,
        run=run,
        fired=0,
        severity=tally.severity,
        due_at=at,
        special=special_for(ladders.special, tally, tally.severity, at),
    )


def _clock(tally: Tally, name: str, due_at: datetime, by: str, at: datetime) -> Timer:
    return Timer(
        incident_id=tally.id,
        brand=tally.brand,
        name=name,
        run=tally.run,
        fired=0,
        severity=tally.severity,
        due_at=due_at,
        set_by=by,
        set_at=at,
    )
