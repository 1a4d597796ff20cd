from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import NOON
from vigie.domain.storm import (
    GRACE,
    MOST_LINES,
    WINDOW,
    Storm,
    Turn,
    ask,
    storm_from_dict,
    storm_to_dict,
)

SECOND = timedelta(seconds=1)


class Person:
    """Asks for turns one after the other, three pages a minute."""

    def __init__(self):
        self.storm = Storm(person="duty-1")

    def ask(self, number, now=NOON, step="1-0", **changes):
        given = {"limit": 3, "breaks_through": False} | changes
        self.storm, turn = ask(self.storm, f"inc-{number}", step, now=now, **given)
        return turn


def test_within_the_limit_pages_go_out_by_themselves():
    person = Person()

    assert [person.ask(n) for n in range(3)] == [Turn()] * 3


def test_beyond_the_limit_the_first_waits_for_a_free_turn_and_the_others_for_it():
    person = Person()
    for n in range(3):
        person.ask(n, NOON + n * SECOND)

    turns = [person.ask(n, NOON + 10 * SECOND).until for n in range(3, 6)]

    assert turns == [NOON + WINDOW, NOON + WINDOW + GRACE, NOON + WINDOW + GRACE]


def test_ten_at_once_are_three_pages_and_one_digest_of_ten():
    person = Person()
    for n in range(10):
        person.ask(n)

    turn = person.ask(3, NOON + WINDOW)

    assert turn.until is None
    assert set(turn.along) == {f"inc-{n}" for n in range(4, 10)}
    assert set(turn.before) == {f"inc-{n}" for n in range(3)}
    assert person.storm.waiting == ()


def test_whoever_comes_first_once_there_is_a_turn_takes_the_others_along():
    person = Person()
    for n in range(6):
        person.ask(n)

    turn = person.ask(99, NOON + WINDOW)

    assert set(turn.along) == {"inc-3", "inc-4", "inc-5"}


def test_asking_too_early_changes_no_appointment():
    person = Person()
    for n in range(5):
        person.ask(n)

    early = [person.ask(n, NOON + WINDOW - SECOND).until for n in (3, 4)]

    assert early == [NOON + WINDOW, NOON + WINDOW + GRACE]
    assert person.storm.waiting == ("inc-3", "inc-4")


def test_the_gravest_break_through_and_count():
    person = Person()
    for n in range(4):
        person.ask(n)

    assert person.ask(7, breaks_through=True) == Turn()
    assert person.storm.waiting == ("inc-3",)
    assert person.ask(3, breaks_through=True, step="2-0") == Turn()
    assert person.storm.waiting == ()


def test_a_step_that_is_tried_again_has_had_its_turn():
    person = Person()
    for n in range(5):
        person.ask(n)

    assert person.ask(1, NOON + 30 * SECOND) == Turn()
    assert person.ask(1, NOON + 30 * SECOND, step="1-1").until is not None
    assert len(person.storm.sent) == 3


def test_more_than_a_digest_holds_go_into_the_next():
    person = Person()
    for n in range(3 + 30):
        person.ask(n)

    first = person.ask(3, NOON + WINDOW)
    second = person.ask(32, NOON + WINDOW + GRACE)

    assert len(first.along) == MOST_LINES - 1
    assert first.before == ()
    assert {*first.along, *second.along} == {f"inc-{n}" for n in range(4, 32)}


@pytest.mark.parametrize("apart", [1, 7, 19, 20, 21])
def test_no_minute_has_more_than_the_limit(apart):
    person, out, due = Person(), [], []
    for n in range(40):
        due.append((NOON + n * apart * SECOND, n))
    while due:
        now, n = min(due)
        due.remove((now, n))
        turn = person.ask(n, now)
        if turn.until is None:
            out.append(now)
            told = {int(id_[4:]) for id_ in turn.along}
            due = [one for one in due if one[1] not in told]
        else:
            assert turn.until - now <= WINDOW + GRACE
            due.append((turn.until, n))

    assert all(later - first >= WINDOW for first, later in zip(out, out[3:], strict=False))


def test_what_was_sent_long_ago_is_forgotten():
    person = Person()
    for n in range(9):
        person.ask(n, NOON + n * timedelta(minutes=5))

    assert len(person.storm.sent) == 1


def test_a_storm_is_read_as_it_was_written():
    person = Person()
    for n in range(5):
        person.ask(n)

    assert storm_from_dict("duty-1", storm_to_dict(person.storm)) == person.storm


asking = st.lists(
    st.tuples(
        st.integers(0, 12),  # which incident
        st.integers(0, 30),  # how many seconds later
        st.sampled_from(["1-0", "1-1"]),
        st.sampled_from([False, False, False, True]),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(asking, st.integers(1, 4))
def test_in_any_order_the_limit_holds_and_whoever_waits_has_an_appointment(asked, limit):
    person, now, out, had_turn = Person(), NOON, [], set()
    for number, later, step, through in asked:
        now += later * SECOND
        turn = person.ask(number, now, step, limit=limit, breaks_through=through)
        if turn.until is not None:
            assert now < turn.until <= now + WINDOW + GRACE
            assert f"inc-{number}" in person.storm.waiting
        elif not through and (number, step) not in had_turn:
            out.append(now)
        if turn.until is None:
            had_turn.add((number, step))
            assert f"inc-{number}" not in {*person.storm.waiting, *turn.along, *turn.before}
    assert all(b - a >= WINDOW for a, b in zip(out, out[limit:], strict=False))
