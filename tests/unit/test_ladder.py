from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import DUTY, LEAD, NOON, a_ladder, a_timer
from vigie.domain.audience import audience
from vigie.domain.ladder import climbed, ladder_for, lateness, outstanding, put_off, ready_at
from vigie.domain.plan import Severity

SECOND = timedelta(seconds=1)


def test_everybody_is_paged_on_every_channel_once():
    ladder = a_ladder(5, people=(DUTY, LEAD, DUTY))
    pages = audience(ladder, 0, (), (), Severity.SEV1, NOON).pages

    assert pages == ((DUTY, "sms"), (DUTY, "mail"), (LEAD, "sms"), (LEAD, "mail"))
    assert outstanding(pages, ()) == pages
    assert outstanding(pages, ("duty-1/mail", "lead-1/sms")) == ((DUTY, "sms"), (LEAD, "mail"))


def test_the_last_step_repeats_until_somebody_acknowledges():
    ladder = a_ladder(5, 10)

    assert [ladder.step_at(fired)[0] for fired in (0, 1, 2, 99)] == [0, 1, 1, 1]


def test_the_next_page_follows_when_nobody_has_acknowledged():
    timer = a_timer(claim="one", claimed_until=NOON, attempts=2, failing_since=NOON, sent=("a/b",))

    after = climbed(timer, a_ladder(5).steps[0], NOON)

    assert after == a_timer(fired=1, due_at=NOON + timedelta(minutes=5))


def test_a_step_that_fails_comes_back_after_15_30_and_then_60_seconds():
    timer, now, waits = a_timer(), NOON, []
    for _ in range(5):
        timer = put_off(timer, (), now)
        waits.append((timer.due_at - now) / SECOND)
        now = timer.due_at

    assert waits == [15, 30, 60, 60, 60]
    assert timer.fired == 0
    assert lateness(timer, now) == now - NOON


def test_what_went_out_before_a_failure_is_remembered():
    once = put_off(a_timer(), ("duty-1/sms",), NOON)

    assert put_off(once, ("duty-1/mail",), NOON).sent == ("duty-1/sms", "duty-1/mail")


@given(st.timedeltas(-timedelta(hours=1), timedelta(hours=1)))
def test_a_page_is_never_early_in_the_books(shift):
    assert lateness(a_timer(), NOON + shift) == max(timedelta(0), shift)


def test_a_severity_without_a_ladder_of_its_own_takes_the_next_graver_one():
    one, three = a_ladder(1), a_ladder(3)
    ladders = {Severity.SEV1: one, Severity.SEV3: three}

    assert ladder_for(ladders, Severity.SEV3) is three
    assert ladder_for(ladders, Severity.SEV2) is one
    assert ladder_for(ladders, Severity.SEV4) is three
    assert ladder_for({Severity.SEV3: three}, Severity.SEV1) is three
    assert ladder_for({}, Severity.SEV1) is None


def test_a_claimed_timer_is_ready_when_the_claim_runs_out():
    assert ready_at(NOON, None) == NOON
    assert ready_at(NOON, NOON + SECOND) == NOON + SECOND
    assert ready_at(NOON, NOON - SECOND) == NOON
