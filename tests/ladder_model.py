"""What a ladder must do, said again as simply as possible: who is paged by a step, which pages went
out, and what no order of events and failures may bring about."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tests.builders import DUTY, LEAD
from tests.rotas import ANNE, BEN, CLEO, a_layer, a_schedule, wall
from vigie.domain.override import Deed
from vigie.domain.plan import Ladder, Severity, Step

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
# The hand-over is at a time that Paris skips in March and shows twice in October.
ROTA = a_schedule(a_layer(ANNE, BEN, CLEO, first=wall(2026, 1, 5, 2, 30)))
STAFF = (ANNE, BEN, CLEO, DUTY, LEAD)
LOUD = Ladder(
    steps=(
        Step(people=(), schedules=("rota",), channels=("sms", "mail"), ack_within=5 * MINUTE),
        Step(people=(DUTY, LEAD), schedules=("rota",), channels=("sms",), ack_within=10 * MINUTE),
    )
)
QUIET = Ladder(
    steps=(
        Step(
            people=(),
            schedules=("rota",),
            otherwise=(DUTY,),
            channels=("mail",),
            ack_within=15 * MINUTE,
        ),
        Step(people=(DUTY, LEAD), channels=("sms", "mail"), ack_within=30 * MINUTE),
    )
)
LADDERS = {s: LOUD if s in (Severity.SEV1, Severity.SEV2) else QUIET for s in Severity}
LONGEST = 30 * MINUTE


@cache
def handover(day: date) -> datetime:
    """When the clock on a wall in Paris first shows half past two, or later, on that day."""
    paris, at = ZoneInfo("Europe/Paris"), datetime(day.year, day.month, day.day, tzinfo=UTC)
    while at.astimezone(paris).replace(tzinfo=None) < wall(day.year, day.month, day.day, 2, 30):
        at += MINUTE
    return at


def on_duty(at, overrides):
    """Ids of who is on call by the rota, mutes apart."""
    days = (at.date() - date(2026, 1, 5)).days - (at < handover(at.date()))
    people = [(ANNE, BEN, CLEO)[days % 3].id]
    for one in sorted(overrides, key=lambda one: (one.at, one.id)):
        mine, other = one.person.id, one.other and one.other.id
        if one.deed is Deed.ADD:
            people.append(mine)
        elif one.deed is Deed.TAKE:
            people = [mine if other in (None, p) else p for p in people]
        elif one.deed is Deed.SWAP:
            people = [{mine: other, other: mine}.get(p, p) for p in people]
    return people


def audience(severity, number, at, overrides):
    """The person/channel pairs of page `number` (from 0) of a run."""
    steps = LADDERS[severity].steps
    number = min(number, len(steps) - 1)
    in_force = [o for o in overrides if o.start <= at < min(o.end, o.cancelled_at or o.end)]
    silent = {o.person.id for o in in_force if o.deed is Deed.MUTE}
    found = []
    for step in (steps[number], *steps[number + 1 :], *steps[:number]):
        duty = on_duty(at, in_force) if step.schedules else []
        for people in ([p.id for p in step.people] + duty, [p.id for p in step.otherwise]):
            found.append((step, [p for p in people if p not in silent]))
    # A mute is broken before nobody is woken.
    found += [(s, [p.id for p in (*s.people, *s.otherwise)]) for s in (steps[number], *steps)]
    step, people = next(pair for pair in found if pair[1])
    return {f"{person}/{channel}" for person in people for channel in step.channels}


@dataclass
class Go:
    """One invocation's work on one clock that it has claimed."""

    timer: object
    at: datetime
    overrides: tuple = ()
    acknowledgers: tuple = ()
    severity: Severity | None = None
    read_at: datetime | None = None
    was_over: bool = False
    mishaps: int = 0
    published: int = 0

    @property
    def key(self):
        timer = self.timer
        return timer.incident_id, timer.name, timer.run, timer.fired, timer.set_at

    @property
    def expected(self):
        graver = max(self.timer.severity, self.severity, key=lambda severity: severity.rank)
        pages = audience(graver, self.timer.fired, self.at, self.overrides)
        return {p for p in pages if p.partition("/")[0] not in self.acknowledgers} or pages


@dataclass
class Books:
    """Everything that went out and everything that went wrong, and what follows from it."""

    runs: dict = field(default_factory=dict)
    started_at: dict = field(default_factory=dict)
    pages: Counter = field(default_factory=Counter)
    mishaps: Counter = field(default_factory=Counter)
    # Pages that SNS may or may not have taken.
    unsure: Counter = field(default_factory=Counter)
    done: set = field(default_factory=set)
    owed: set = field(default_factory=set)
    worst_read: timedelta = timedelta(0)

    def reads(self, go, desk, at):
        """The invocation has seen the desk."""
        go.read_at = at
        go.was_over = desk.is_acknowledged if go.timer.name == "ladder" else bool(desk.resolved_at)

    def publishes(self, go, slot, at):
        """A page goes out."""
        assert go.read_at is not None, "published without having read the desk"
        assert not go.was_over, "published although the desk had been read as taken"
        assert at - go.read_at <= SECOND, f"the desk was read {at - go.read_at} before"
        self.worst_read = max(self.worst_read, at - go.read_at)
        if go.timer.name == "ladder":
            assert slot in go.expected, f"{slot} is paged, expected {go.expected}: {go.key}"
        go.published += 1
        self.pages[go.key, slot] += 1
        often = self.pages[go.key, slot]
        allowed = 1 + self.mishaps[go.key] + self.unsure[go.key, slot]
        assert often <= allowed, f"{slot} paged {often} times, crashes {allowed - 1}: {go.key}"

    def moves(self, go, after):
        """The step is recorded as done: by then every page of it must have gone out."""
        if go.timer.name != "ladder" or after is None or after.fired == go.timer.fired:
            return
        assert (after.run, after.fired) == (go.timer.run, go.timer.fired + 1)
        self.owed |= {(go.key, slot) for slot in go.expected}
        self.done.add((go.timer.incident_id, go.timer.run, go.timer.fired))

    @property
    def lost(self):
        """Pages of steps that were recorded as done, and never went out."""
        return [page for page in self.owed if not self.pages[page]]

    def commits(self, before, desks, tallies):
        """Triage has opened, or found graver, what it has counted: a run from the first step."""
        for tally in tallies:
            old, desk = before.get(tally.id), desks.get(tally.id)
            if old is None:
                self.runs[tally.id] = 1
                continue
            is_taken = tally.closed_at is not None or (desk is not None and desk.is_acknowledged)
            if tally.severity.rank > old.severity.rank and not is_taken:
                self._begins(tally.id, tally.run + (desk.restarts if desk else 0))

    def restarts(self, run):
        """Everybody is asked again, from page `run.fired` on."""
        self._begins(run.incident_id, run.run)
        self.started_at[run.incident_id, run.run] = run.fired

    def _begins(self, incident_id, run):
        assert run > self.runs[incident_id], f"{incident_id} has had its run {run}"
        self.runs[incident_id] = run

    def check(self, held, now, finished):
        """What must hold between any two events."""
        assert not self.lost
        for tally in held.tallies.values():
            timer, desk = held.timers.get(tally.id), held.desk(tally.id)
            if tally.closed_at is not None or desk.is_acknowledged:
                assert timer is None, f"{tally.id} is taken and has a ladder still"
                if desk.resolved_at is None and desk.contained_at is None:
                    rules = held.ladders[tally.id].rules.acknowledged_for
                    reminded = (tally.id, "forgotten") in held.clocks
                    assert reminded or not rules, f"{tally.id} is taken and may be forgotten"
                continue
            assert timer is not None, f"{tally.id} is open, not taken, and nobody will be paged"
            assert timer.run == self.runs[tally.id], (timer.run, self.runs[tally.id])
            assert timer.due_at <= now + LONGEST + MINUTE
            assert timer.claimed_until is None or timer.claimed_until <= now + 2 * MINUTE
            assert timer.claim not in finished, "a claim was not given back"
            begun = self.started_at.get((tally.id, timer.run), 0)
            skipped = {
                fired
                for fired in range(begun, timer.fired)
                if (tally.id, timer.run, fired) not in self.done
            }
            assert not skipped, f"{tally.id}: steps {skipped} of run {timer.run} were left out"
