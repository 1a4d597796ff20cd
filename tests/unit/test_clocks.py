import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import DUTY, LEAD, NOON, a_ladder, a_tally, a_timer, some_ladders
from tests.fakes import (
    InMemoryDesks,
    InMemoryIncidents,
    InMemoryOverrides,
    RecordingPager,
    RecordingQueue,
)
from tests.rotas import an_override
from vigie.domain.clock_rules import ClockRules, PromiseRule
from vigie.domain.gsm import fits
from vigie.domain.incident import State, state_of
from vigie.domain.plan import Severity
from vigie.errors import Conflict, NotFound, Rejected
from vigie.messages import StepDue, decode_step
from vigie.services.clocks import escalate_now, hand_over, keep_promise, promise_by
from vigie.services.commands import contain
from vigie.services.desk import Act, acknowledge, dismiss, note, resolve, stir
from vigie.services.escalate import Escalation

ID = "inc-0123456789"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
OTHER = replace(DUTY, id="duty-2", language="en")
RULES = ClockRules(
    acknowledged_for={Severity.SEV1: 30 * MINUTE, Severity.SEV2: 2 * HOUR},
    promises={"first_word": PromiseRule(people=(LEAD,), within={Severity.SEV1: HOUR})},
    staff=(DUTY, OTHER, LEAD),
)


class Night:
    """An open incident; its clocks are fired as they fall due."""

    def __init__(self, rules=RULES, **changes):
        self.held = InMemoryIncidents()
        self.held.tallies[ID] = a_tally()
        ladder = a_ladder(5, 10, people=(DUTY, LEAD), channels=("sms",))
        ladders = replace(some_ladders(), by_severity=dict.fromkeys(Severity, ladder), rules=rules)
        self.held.ladders[ID] = replace(ladders, **changes)
        self.held.timers[ID] = a_timer(due_at=NOON, fired=1)
        self.desks = InMemoryDesks(self.held)
        self.pager = RecordingPager()
        self.queue = RecordingQueue()
        self.overrides = InMemoryOverrides()
        self.now = NOON
        self._tokens = 0

    def act(self, by="duty-1", **changes):
        return Act(by=by, at=self.now, **changes)

    def acknowledge(self, by="duty-1"):
        return acknowledge(self.desks, ID, self.act(by))

    def rise(self, severity=Severity.SEV1):
        """As triage does once somebody has it (`vigie.domain.draft`)."""
        tally = replace(self.held.tallies[ID], severity=severity, run=2)
        self.held.tallies[ID] = tally
        self.held.set_timer(a_timer(name="rise", run=2, severity=severity, due_at=self.now))

    def run(self, until):
        """Fire whatever falls due, in order of time."""
        while due := [t for t in self.timers if t.due_at <= until]:
            timer = min(due, key=lambda t: t.due_at)
            self.now = max(self.now, timer.due_at)
            self.fire(timer.name)
        self.now = until

    def fire(self, name):
        Escalation(
            escalations=self.held,
            overrides=self.overrides,
            pager=self.pager,
            queue=self.queue,
            public_url="https://desk.example.org",
            clock=lambda: self.now,
            token=self._token,
        ).fire(StepDue(incident_id=ID, timer=name))

    def _token(self):
        self._tokens += 1
        return f"token-{self._tokens:06d}"

    @property
    def timers(self):
        return [*self.held.timers.values(), *self.held.clocks.values()]

    @property
    def names(self):
        return sorted(timer.name for timer in self.timers)

    @property
    def desk(self):
        return self.held.desk(ID)

    @property
    def paged(self):
        """Which clock paged whom, one page after the other."""
        return [
            f"{json.loads(m.data)['clock']}:{m.attributes['audience']}"
            for m in self.pager.published
        ]

    @property
    def whats(self):
        entries = [(entry.at, entry.what) for entry in self.held.timeline(ID)]
        return [what for _, what in sorted(entries)]


@pytest.fixture
def night():
    return Night()


# ---- acknowledged and forgotten


def test_whoever_acknowledges_is_asked_after_the_plans_time_whether_they_still_have_it(night):
    night.acknowledge()

    night.run(NOON + 2 * HOUR)

    assert night.paged == ["forgotten:duty-1"]
    sms = night.pager.published[0].sms
    assert "pris par duty-1 il y a 2 h" in sms
    assert fits("VIGIE> " + sms)
    (entry,) = [e for e in night.held.timeline(ID) if e.what == "clock_due"]
    assert (entry.facts["clock"], entry.facts["people"]) == ("forgotten", 1)


def test_without_an_answer_within_the_steps_time_the_ladder_starts_again_with_everybody(night):
    night.acknowledge()

    night.run(NOON + 2 * HOUR + 5 * MINUTE)

    assert night.paged == ["forgotten:duty-1", "ladder:duty-1", "ladder:lead-1"]
    assert night.desk.acknowledged_at is None
    assert (night.desk.owner, night.desk.restarts) == ("duty-1", 1)
    assert state_of(night.held.tallies[ID], night.desk) is State.OPEN
    assert night.held.timers[ID].run == 2
    assert night.names == ["ladder"]
    assert night.whats == ["acknowledged", "clock_due", "ladder_restarted", "paged"]


def test_a_forgotten_incident_is_taken_again_and_asked_about_again(night):
    night.acknowledge()
    night.run(NOON + 3 * HOUR)
    paged = len(night.pager.published)

    decision = night.acknowledge("lead-1")
    night.run(NOON + 5 * HOUR)

    assert (decision.changed, decision.desk.owner) == (True, "lead-1")
    assert night.paged[paged:] == ["forgotten:lead-1"]


def test_pressing_the_link_of_the_reminder_keeps_the_incident(night):
    night.acknowledge()
    night.run(NOON + 2 * HOUR)

    kept = night.acknowledge()
    night.run(NOON + 2 * HOUR + 10 * MINUTE)

    assert kept.changed
    assert night.whats == ["acknowledged", "clock_due", "confirmed"]
    assert night.held.timer(ID, "forgotten").due_at == NOON + 4 * HOUR


def test_acknowledging_again_with_nothing_asked_changes_nothing(night):
    night.acknowledge()
    night.now = NOON + MINUTE

    again = night.acknowledge()

    assert not again.changed
    assert night.held.timer(ID, "forgotten").due_at == NOON + 2 * HOUR


def test_a_note_puts_the_reminder_off(night):
    night.acknowledge()
    night.now = NOON + HOUR

    note(night.desks, ID, night.act("lead-1", note="called the plant"))

    assert night.held.timer(ID, "forgotten").due_at == NOON + 3 * HOUR


def test_a_note_while_the_reminder_is_answered_late_still_keeps_the_ladder_away(night):
    night.acknowledge()
    night.run(NOON + 2 * HOUR + MINUTE)

    note(night.desks, ID, night.act(note="still on it"))
    night.run(NOON + 3 * HOUR)

    assert night.paged == ["forgotten:duty-1"]


@pytest.mark.parametrize("end", [resolve, dismiss])
def test_what_is_closed_has_no_clocks(night, end):
    night.acknowledge()
    promise_by(night.desks, None, ID, "update", NOON + HOUR, night.act())

    end(night.desks, night.queue, ID, night.act())

    assert night.timers == []


def test_what_is_contained_is_not_asked_about_but_its_promises_stand(night):
    night.acknowledge()
    promise_by(night.desks, None, ID, "update", NOON + HOUR, night.act())

    contain(night.desks, ID, night.act())

    assert night.names == ["update"]


def test_nobody_ends_alone_a_paging_that_two_must_answer_by_calling_it_contained():
    night = Night(rules=replace(RULES, acknowledgements={Severity.SEV2: 2}))

    with pytest.raises(Conflict, match="2 people must acknowledge"):
        contain(night.desks, ID, night.act())

    assert "ladder" in night.names
    night.acknowledge("lead-1")
    assert contain(night.desks, ID, night.act()).ended_paging


def test_a_plan_without_reminders_asks_nobody():
    night = Night(rules=ClockRules())

    night.acknowledge()

    assert night.timers == []


def test_an_owner_whom_the_plan_does_not_know_is_stood_in_for_by_the_first_step(night):
    night.acknowledge("visitor-1")

    night.run(NOON + 2 * HOUR)

    assert night.paged == ["forgotten:duty-1", "forgotten:lead-1"]
    entry = night.held.timeline(ID)[-1]
    assert entry.facts["instead"] == "the first step of the ladder"


def test_an_owner_who_is_muted_is_stood_in_for(night):
    night.overrides.add(an_override("mute", DUTY, start=NOON, end=NOON + 9 * HOUR))
    night.acknowledge()

    night.run(NOON + 2 * HOUR)

    assert night.paged == ["forgotten:lead-1"]


def test_a_reminder_that_cannot_be_sent_is_tried_until_it_goes_out(night):
    night.acknowledge()
    night.pager.out = True
    night.run(NOON + 2 * HOUR + 10 * MINUTE)
    night.pager.out = False

    night.run(NOON + 2 * HOUR + 12 * MINUTE)

    assert night.paged == ["forgotten:duty-1"]
    assert night.desk.is_acknowledged


def test_a_deed_between_the_claim_and_the_page_keeps_the_page_from_going_out(night):
    night.acknowledge()
    night.now = NOON + 2 * HOUR
    holds = night.held.holds

    def noted_meanwhile(timer):
        night.held.holds = holds
        stir(night.desks, ID, night.act())
        return holds(timer)

    night.held.holds = noted_meanwhile
    night.fire("forgotten")

    assert night.paged == []
    assert night.held.timer(ID, "forgotten").due_at == NOON + 4 * HOUR


def test_a_deed_while_the_ladder_is_to_start_again_wins(night):
    night.acknowledge()
    night.run(NOON + 2 * HOUR)
    night.now += 5 * MINUTE
    turn = night.held.turn

    def noted_meanwhile(*given):
        night.held.turn = turn
        stir(night.desks, ID, night.act())
        turn(*given)

    night.held.turn = noted_meanwhile
    night.fire("forgotten")

    assert night.desk.is_acknowledged
    assert night.names == ["forgotten"]


# ---- graver after it was taken


def test_a_rise_asks_the_owner_at_once(night):
    night.acknowledge()
    night.now = NOON + MINUTE
    night.rise()

    night.run(NOON + 2 * MINUTE)

    assert night.paged == ["rise:duty-1"]
    assert night.pager.published[0].sms.startswith("SEV1 Acme: plus grave")


def test_a_rise_that_nobody_confirms_starts_the_ladder_of_the_new_severity(night):
    night.acknowledge()
    night.rise()

    night.run(NOON + 5 * MINUTE)

    assert night.paged == ["rise:duty-1", "ladder:duty-1", "ladder:lead-1"]
    ladder = night.held.timers[ID]
    assert (ladder.run, ladder.severity) == (3, Severity.SEV1)
    assert night.names == ["ladder"]


def test_a_rise_that_is_confirmed_is_over_and_the_reminder_comes_by_the_new_severity(night):
    night.acknowledge()
    night.rise()
    night.run(NOON + MINUTE)

    confirmed = night.acknowledge()

    assert confirmed.changed
    assert night.names == ["forgotten"]
    assert night.held.timer(ID, "forgotten").due_at == NOON + 31 * MINUTE


def test_a_rise_that_finds_the_ladder_running_again_restarts_it_with_the_new_severity(night):
    night.acknowledge()
    escalate_now(night.desks, None, ID, night.act("lead-1"))
    night.rise()

    night.run(NOON)

    ladder = night.held.timers[ID]
    assert (ladder.severity, ladder.run) == (Severity.SEV1, 4)
    assert night.names == ["ladder"]


# ---- hand over


def test_the_new_owner_is_paged_once_to_know(night):
    night.acknowledge()

    decision = hand_over(night.desks, night.queue, ID, "duty-2", night.act(note="my shift ends"))
    night.run(NOON + HOUR)

    assert (decision.changed, decision.desk.owner) == (True, "duty-2")
    assert night.paged == ["handed:duty-2"]
    assert "duty-1 handed this to duty-2" in night.pager.published[0].mail
    assert [decode_step(body).timer for body in night.queue.bodies[:1]] == ["handed"]
    assert night.whats == ["acknowledged", "clock_due", "handed_over", "note"]
    assert night.names == ["forgotten"]


def test_the_new_owner_is_the_one_who_is_asked(night):
    night.acknowledge()
    hand_over(night.desks, None, ID, "lead-1", night.act())

    night.run(NOON + 2 * HOUR)

    assert night.paged == ["handed:lead-1", "forgotten:lead-1"]


def test_handing_over_to_whoever_has_it_changes_nothing(night):
    night.acknowledge()

    assert not hand_over(night.desks, None, ID, "duty-1", night.act("lead-1")).changed


def test_handing_over_to_a_stranger_names_those_who_can_take_it(night):
    night.acknowledge()

    with pytest.raises(Rejected, match=r"to is 'nobody'.*duty-1, duty-2, lead-1") as caught:
        hand_over(night.desks, None, ID, "nobody", night.act())

    assert caught.value.field == "to"


def test_what_nobody_has_or_what_is_closed_is_not_handed_over(night):
    with pytest.raises(Conflict, match="nobody has taken"):
        hand_over(night.desks, None, ID, "duty-2", night.act())
    resolve(night.desks, night.queue, ID, night.act())
    with pytest.raises(Conflict, match="resolved by duty-1"):
        hand_over(night.desks, None, ID, "duty-2", night.act())
    with pytest.raises(NotFound):
        hand_over(night.desks, None, "inc-none", "duty-2", night.act())


# ---- escalate now


def test_escalating_fires_the_next_step_at_once(night):
    night.held.timers[ID] = a_timer(fired=1, due_at=NOON + 5 * MINUTE)

    escalate_now(night.desks, night.queue, ID, night.act("lead-1"))
    night.run(NOON)

    assert night.held.timers[ID].fired == 2
    assert night.held.timers[ID].run == 1
    assert night.whats == ["escalated", "paged"]
    assert [decode_step(body).timer for body in night.queue.bodies[:1]] == ["ladder"]


def test_escalating_what_somebody_has_begins_a_run_after_the_steps_that_were_paged(night):
    night.acknowledge()

    decision = escalate_now(night.desks, night.queue, ID, night.act("lead-1"))
    night.run(NOON)

    assert decision.desk.acknowledged_at is None
    assert night.names == ["ladder"]
    assert (night.held.timers[ID].run, night.held.timers[ID].fired) == (2, 2)
    assert json.loads(night.pager.published[0].data)["step"] == 2
    assert night.acknowledge("lead-1").desk.owner == "lead-1"


def test_escalating_waits_for_the_page_that_goes_out_at_this_moment(night):
    night.held.timers[ID] = a_timer(claim="one", claimed_until=NOON + MINUTE)

    with pytest.raises(Conflict, match="at this moment"):
        escalate_now(night.desks, None, ID, night.act())


# ---- several must acknowledge


def test_the_ladder_goes_on_until_as_many_have_acknowledged_as_the_plan_says():
    night = Night(rules=replace(RULES, acknowledgements={Severity.SEV2: 2}))

    first = night.acknowledge("duty-1")
    night.run(NOON + MINUTE)
    again = night.acknowledge("duty-1")
    second = night.acknowledge("lead-1")

    assert (first.changed, first.needed, first.desk.acknowledged_at) == (True, 2, None)
    assert not again.changed
    assert night.paged == ["ladder:lead-1"]
    assert "(1/2)" in night.pager.published[0].sms
    assert second.desk.acknowledged_at == NOON + MINUTE
    assert (second.desk.acknowledgers, second.desk.owner) == (("duty-1", "lead-1"), "duty-1")
    assert night.names == ["forgotten"]


def test_a_step_may_want_more_than_one_from_when_it_is_paged():
    two = replace(a_ladder(5, people=(DUTY, LEAD)).steps[0], acknowledgements=2)
    ladder = replace(a_ladder(), steps=(a_ladder(5).steps[0], two))
    night = Night(by_severity=dict.fromkeys(Severity, ladder))
    night.held.timers[ID] = a_timer(fired=1, due_at=NOON + MINUTE)

    night.run(NOON + MINUTE)
    decision = night.acknowledge()

    assert (decision.needed, decision.desk.acknowledged_at) == (2, None)

    early = Night(by_severity=dict.fromkeys(Severity, ladder))
    early.held.timers[ID] = a_timer(fired=1, due_at=NOON + MINUTE)
    assert early.acknowledge().desk.acknowledged_at == NOON


# ---- promises


def test_a_promise_pages_before_it_is_due_when_it_is_and_until_it_is_kept():
    night = Night(rules=replace(RULES, promises={"update": PromiseRule(people=(LEAD,))}))
    night.acknowledge()
    promised = promise_by(night.desks, None, ID, "update", NOON + HOUR, night.act())

    night.run(NOON + 50 * MINUTE)
    warned = list(night.paged)
    night.run(NOON + HOUR)
    due = night.paged[len(warned) :]
    night.run(NOON + 2 * HOUR - SECOND)
    kept = keep_promise(night.desks, ID, "update", night.act("lead-1"))
    night.run(NOON + 3 * HOUR)

    assert (promised.changed, promised.clock.due_at) == (True, NOON + 50 * MINUTE)
    assert warned == due == ["update:duty-1", "update:lead-1"]
    assert len(night.paged) == 4
    assert "next public update due 13:00 UTC" in night.pager.published[1].sms
    assert "public update overdue since 13:00 UTC" in night.pager.published[3].sms
    assert (kept.changed, kept.clock) == (True, None)
    assert night.whats == ["acknowledged", "clock_set", "clock_due", "clock_due", "clock_cancelled"]


def test_a_promise_that_is_not_kept_pages_again_and_again():
    night = Night(rules=ClockRules(staff=(DUTY,)))
    night.acknowledge()
    promise_by(night.desks, None, ID, "approval", NOON + 5 * MINUTE, night.act())

    night.run(NOON + 5 * MINUTE + 2 * HOUR)

    assert night.paged == ["approval:duty-1"] * 4  # at once: it is due sooner than the warning


def test_a_promise_moves(night):
    night.acknowledge()
    promise_by(night.desks, None, ID, "update", NOON + HOUR, night.act())

    moved = promise_by(night.desks, None, ID, "update", NOON + 2 * HOUR, night.act("lead-1"))
    same = promise_by(night.desks, None, ID, "update", NOON + 2 * HOUR, night.act())

    assert (moved.changed, same.changed) == (True, False)
    (entry,) = [e for e in night.held.timeline(ID) if e.what == "clock_moved"]
    assert entry.facts["from"] == "2026-03-12T13:00:00.000Z"


def test_the_first_word_is_promised_by_the_plan_to_whoever_takes_the_incident():
    night = Night()
    night.held.tallies[ID] = a_tally(severity=Severity.SEV1)
    night.acknowledge()

    word = night.held.timer(ID, "first_word")

    assert (word.promised_at, word.due_at) == (NOON + HOUR, NOON + 50 * MINUTE)


def test_a_first_word_that_was_given_is_not_promised_again_when_the_ladder_restarts():
    night = Night()
    night.held.tallies[ID] = a_tally(severity=Severity.SEV1)
    night.acknowledge()
    keep_promise(night.desks, ID, "first_word", night.act())

    escalate_now(night.desks, None, ID, night.act())
    night.acknowledge("lead-1")

    assert night.names == ["forgotten"]


def test_keeping_what_was_not_promised_changes_nothing(night):
    assert not keep_promise(night.desks, ID, "update", night.act()).changed


@pytest.mark.parametrize(
    ("name", "due_at", "field"),
    [
        ("ladder", NOON + HOUR, "name"),
        ("forgotten", NOON + HOUR, "name"),
        ("update", NOON, "due_at"),
        ("update", NOON + timedelta(days=31), "due_at"),
    ],
)
def test_a_promise_that_cannot_be_meant_is_refused(night, name, due_at, field):
    with pytest.raises(Rejected) as caught:
        promise_by(night.desks, None, ID, name, due_at, night.act())

    assert caught.value.field == field


@pytest.mark.parametrize("name", ["forgotten", "handed"])
def test_nobody_is_asked_about_what_nobody_has(night, name):
    night.held.set_timer(a_timer(name=name, due_at=NOON))

    night.fire(name)

    assert night.paged == []
    assert night.names == ["ladder"]
