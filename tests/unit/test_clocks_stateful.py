"""Any order of deeds, rises, crashes and deeds in the middle of a page: what must hold, holds.

`make soak` plays many; the suite plays few.
"""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.builders import DUTY, LEAD, a_ladder
from tests.fakes import InMemoryDesks, RecordingQueue
from tests.unit.test_escalate_crashes import ID, MINUTE, Crash, Night
from vigie.domain.clock_rules import ClockRules
from vigie.domain.outcome import raised_timer
from vigie.domain.plan import Severity
from vigie.errors import Conflict, Unavailable
from vigie.services.clocks import escalate_now, hand_over, keep_promise, promise_by
from vigie.services.commands import contain
from vigie.services.desk import Act, acknowledge, note, resolve

RULES = ClockRules(
    acknowledged_for=dict.fromkeys(Severity, timedelta(minutes=7)),
    acknowledgements={Severity.SEV1: 2},
    staff=(DUTY, LEAD),
)
PEOPLE = st.sampled_from(["duty-1", "lead-1", "visitor-1"])
DEEDS = st.sampled_from(
    ["acknowledge", "note", "hand_over", "escalate", "promise", "keep", "contain", "rise"]
)


class Watched:
    """The tables as escalate sees them: what each page rests on is remembered, and a deed may slip
    in right after a read."""

    def __init__(self, night):
        self._night = night

    def __getattr__(self, name):
        return getattr(self._night.held, name)

    def desk(self, incident_id):
        found = self._night.held.desk(incident_id)
        self._night.seen = [found]
        self._night.slip_in()
        return found

    def holds(self, timer):
        found = self._night.held.holds(timer)
        self._night.seen.append(found)
        self._night.slip_in()
        return found


class World(Night):
    def __init__(self):
        self.seen, self.slipping, self.runs, self.was_taken = [], [], [], False
        super().__init__(fails_at=0, error=Crash)
        ladder = a_ladder(5, 10, people=(DUTY, LEAD), channels=("sms",))
        by_severity = dict.fromkeys(Severity, ladder)
        self.held.ladders[ID] = replace(self.held.ladders[ID], rules=RULES, by_severity=by_severity)
        self.desks = InMemoryDesks(self.held)

    def publish(self, message):
        """The pager: no page without reads that allow it, made since the page before."""
        clock = json.loads(message.data)["clock"]
        desk, *holds = self.seen
        self.seen = []
        assert desk.resolved_at is None
        if clock == "ladder":
            assert desk.acknowledged_at is None
        else:
            assert holds == [True]
        if clock in ("forgotten", "handed"):
            assert desk.acknowledged_at is not None
        return self.pager.publish(message)

    def _escalation(self):
        made = super()._escalation()
        # Fragile counts the writes; the reads go through it untouched.
        made.escalations._inner = Watched(self)
        made.pager._inner = self
        return made

    def slip_in(self):
        if self.slipping:
            self.do(*self.slipping.pop())

    def do(self, deed, by):
        act = Act(by=by, at=self.now, note="said" if deed == "note" else "")
        with suppress(Conflict, Unavailable):
            match deed:
                case "acknowledge":
                    acknowledge(self.desks, ID, act)
                case "note":
                    note(self.desks, ID, act)
                case "hand_over":
                    hand_over(self.desks, self, ID, "lead-1" if by == "duty-1" else "duty-1", act)
                case "escalate":
                    escalate_now(self.desks, self, ID, act)
                case "promise":
                    promise_by(self.desks, self, ID, "update", self.now + 12 * MINUTE, act)
                case "keep":
                    keep_promise(self.desks, ID, "update", act)
                case "contain":
                    contain(self.desks, ID, act)
                case "resolve":
                    resolve(self.desks, RecordingQueue(), ID, act)
                case "rise":
                    self.rise()

    def rise(self):
        """As triage does, once to each graver level."""
        tally, desk = self.held.tallies[ID], self.held.desk(ID)
        if tally.severity is Severity.SEV1 or desk.resolved_at is not None:
            return
        graver = Severity(f"sev{int(tally.severity[-1]) - 1}")
        tally = replace(tally, severity=graver, run=tally.run + 1, worse_at=self.now)
        self.held.tallies[ID] = tally
        timer = raised_timer(tally, desk, self.now)
        self.held.set_timer(timer)

    def crash_at(self, write):
        self._fails_at = self.writes + write


class Clocks(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.world = World()
        self.world.held.tallies[ID] = replace(self.world.held.tallies[ID], severity=Severity.SEV3)

    @rule(deed=DEEDS, by=PEOPLE)
    def somebody_does_something(self, deed, by):
        self.world.do(deed, by)

    @rule(by=PEOPLE)
    def somebody_takes_it(self, by):
        self.world.do("acknowledge", by)

    @rule(deed=DEEDS, by=PEOPLE)
    def a_deed_will_slip_in(self, deed, by):
        self.world.slipping.append((deed, by))

    @rule(write=st.integers(1, 12))
    def a_write_will_be_the_last(self, write):
        self.world.crash_at(write)

    @rule(minutes=st.integers(1, 12))
    def time_passes(self, minutes):
        self.world.run(self.world.now + minutes * MINUTE)

    @invariant()
    def it_is_taken_or_it_pages(self):
        held = self.world.held
        assert held.desk(ID).is_acknowledged != (ID in held.timers)

    @invariant()
    def whoever_has_it_will_be_asked(self):
        held, desk = self.world.held, self.world.held.desk(ID)
        asks = held.timer(ID, "forgotten") is not None
        assert asks == (desk.acknowledged_at is not None) or desk.contained_at is not None

    @invariant()
    def runs_only_rise(self):
        world, ladder = self.world, self.world.held.timers.get(ID)
        if ladder is not None and (world.was_taken or ladder.run not in world.runs[-1:]):
            assert ladder.run > max(world.runs, default=0)
            world.runs.append(ladder.run)
        world.was_taken = ladder is None

    def teardown(self):
        world, desk = self.world, self.world.held.desk(ID)
        world.slipping.clear()
        paged = len(world.pager.published)
        world.run(world.now + 70 * MINUTE)  # a promise pages each hour
        if desk.contained_at is None or world.held.timer(ID, "update"):
            assert len(world.pager.published) > paged
        before = len(world.pager.published)
        world.do("resolve", "duty-1")
        world.run(world.now + 60 * MINUTE)
        assert world.held.timers == world.held.clocks == {}
        assert len(world.pager.published) == before


def campaign(examples, steps):
    run_state_machine_as_test(
        Clocks,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_what_must_hold_holds_in_any_order():
    campaign(40, 25)


@pytest.mark.soak
def test_what_must_hold_holds_in_very_many_orders():
    campaign(1000, 40)
