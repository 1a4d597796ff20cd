import json
import math
import random
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import NOON
from vigie.domain.surge import BIN, LEARNING, threshold, update, usual

A_DAY = 288
DAY = timedelta(days=1)


def counts(days, mean, seed=1):
    chance = random.Random(seed)
    return [poisson(chance, mean) for _ in range(int(days * A_DAY))]


def poisson(chance, mean):
    if mean > 30:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    drawn, left = 0, math.exp(-mean)
    product = chance.random()
    while product > left:
        drawn += 1
        product *= chance.random()
    return drawn


def fed(series, state=None, start=NOON):
    scores = []
    for place, count in enumerate(series):
        state, score = update(state, start + place * BIN, count)
        scores.append(score)
    return state, scores


@cache
def known(days, mean):
    """A brand that has been calm so long; the state is not changed in place, so it is shared."""
    return fed(counts(days, mean))[0]


def test_what_comes_back_from_json_goes_on_as_if_it_had_never_left():
    series = counts(4, 4) + [60] * 3
    state, scores = fed(series)

    again, parts = None, []
    for place in range(0, len(series), 97):
        again, part = fed(series[place : place + 97], again, NOON + place * BIN)
        again, parts = json.loads(json.dumps(again)), parts + part

    assert (again, parts) == (json.loads(json.dumps(state)), scores)
    assert max(scores) > 0


def test_the_state_given_is_left_as_it_was():
    state, _ = fed(counts(1, 4))
    before = json.dumps(state)

    update(state, NOON + DAY, 400)

    assert json.dumps(state) == before


@pytest.mark.parametrize("mean", [0.5, 250])
def test_the_state_stays_within_a_kilobyte(mean):
    state, _ = fed(counts(8, mean) + [10_000] * 50)

    assert len(json.dumps(state)) <= 1000


def test_the_first_days_say_nothing():
    _, scores = fed(counts(1, 5) + [500] * A_DAY + counts(1, 5))

    assert not any(scores[: LEARNING // BIN])


@pytest.mark.parametrize("mean", [0.5, 5, 250])
def test_the_usual_number_is_learned(mean):
    state = known(10, mean)

    assert 0.8 * mean < usual(state, NOON) < 1.2 * mean


@pytest.mark.parametrize(
    ("mean", "times", "bins"), [(0.5, 10, 8), (5, 5, 4), (5, 3, 10), (250, 3, 2), (250, 2, 6)]
)
def test_a_surge_on_the_fourth_day_is_found_soon(mean, times, bins):
    state = known(3.5, mean)

    _, scores = fed(counts(1, mean * times, seed=2)[:bins], state, NOON + 3.5 * DAY)

    assert max(scores) >= threshold(1)


@pytest.mark.parametrize("mean", [0.5, 5, 250])
def test_a_calm_fortnight_raises_no_alarm(mean):
    _, scores = fed(counts(17, mean, seed=11))

    assert max(scores) < threshold(1)


def test_a_surge_that_lasts_is_told_a_few_times_and_not_in_every_bin():
    state = known(10, 5)

    _, scores = fed(counts(1, 50, seed=3), state, NOON + 10 * DAY)

    assert 1 <= sum(score >= threshold(1) for score in scores) <= 12


def test_a_fresh_surge_two_days_after_another_is_told_again():
    state, _ = fed([40] * 12 + counts(2, 5, seed=4), known(10, 5), NOON + 10 * DAY)

    _, scores = fed([45] * 4, state, NOON + 12 * DAY + 12 * BIN)

    assert max(scores) >= threshold(1)


def test_a_slow_climb_is_not_hidden_by_its_own_beginning():
    state = known(10, 5)

    _, scores = fed([5 + place / 2 for place in range(72)], state, NOON + 10 * DAY)

    assert max(scores) >= threshold(1)


def test_a_new_level_that_lasts_becomes_the_usual_within_a_fortnight():
    state, _ = fed(counts(14, 15, seed=2), known(10, 5), NOON + 10 * DAY)

    assert usual(state, NOON + 24 * DAY) > 12


def test_a_crisis_of_a_day_does_not_become_the_usual():
    state, _ = fed(counts(1, 100, seed=2), known(10, 5), NOON + 10 * DAY)

    assert usual(state, NOON + 11 * DAY) < 10


def test_day_night_and_weekend_are_learned():
    chance, series = random.Random(5), []
    for place in range(28 * A_DAY):
        at = NOON + place * BIN
        mean = 20 * (1 if 8 <= at.hour < 22 else 0.25) * (0.5 if at.weekday() > 4 else 1)
        series.append(poisson(chance, mean))

    state, _ = fed(series)

    thursday = NOON + 28 * DAY
    assert usual(state, thursday) > 2.5 * usual(state, thursday + 15 * timedelta(hours=1))
    assert usual(state, thursday) > 1.15 * usual(state, thursday + 3 * DAY)


def test_a_gap_of_two_days_neither_alarms_nor_forgets():
    state = known(10, 5)

    after, scores = fed(counts(1, 5, seed=2), state, NOON + 12 * DAY)

    assert max(scores) < threshold(1)
    assert 4 < usual(after, NOON + 13 * DAY) < 6


def test_what_was_under_way_before_a_gap_is_not_carried_over():
    state, _ = fed([9] * 6, known(10, 5), NOON + 10 * DAY)
    silent, _ = update(state, NOON + 12 * DAY, 5)
    at_once, _ = update(state, NOON + 10 * DAY + 6 * BIN, 5)

    assert max(silent["sums"]) < max(at_once["sums"])


def test_the_same_stamp_twice_counts_as_the_next_bin():
    state = known(4, 5)

    twice, score = update(state, NOON + 4 * DAY - BIN, 5)
    back, _ = update(twice, NOON + 3 * DAY, 5)

    assert (twice["n"], back["n"], back["at"]) == (state["n"] + 1, state["n"] + 2, state["at"])
    assert score < threshold(1)


def test_an_offset_is_a_way_of_writing_the_same_instant():
    summer = timezone(timedelta(hours=2))
    naive = update(None, datetime(2026, 3, 29, 1, 0), 3.5)  # noqa: DTZ001

    assert update(None, datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 3.5) == naive
    assert update(None, datetime(2026, 3, 29, 3, 0, tzinfo=summer), 3.5) == naive


@settings(max_examples=15, deadline=None)
@given(
    bins=st.lists(
        st.tuples(
            st.floats(min_value=-7200, max_value=400_000),
            st.floats(min_value=0, allow_nan=False, allow_infinity=False),
        ),
        max_size=60,
    )
)
def test_whatever_comes_a_score_is_a_finite_number_from_0_up(bins):
    state, at = known(3.5, 5), NOON + 4 * DAY

    for seconds, count in bins:
        at += timedelta(seconds=seconds)
        state, score = update(state, at, count)
        assert 0 <= score < math.inf
        assert 0 < usual(state, at) < math.inf
    json.dumps(state, allow_nan=False)


def test_fewer_alarms_ask_for_a_higher_score():
    rates = (0.01, 0.5, 1, 2, 3, 10, 300)

    scores = [threshold(rate) for rate in rates]

    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[2] > scores[4] > 0


def test_one_alarm_a_month_is_the_score_that_was_measured():
    assert threshold(1) == pytest.approx(2.85)


@pytest.mark.parametrize("rate", [0, -1, math.nan])
def test_a_rate_of_nothing_is_refused(rate):
    with pytest.raises(ValueError, match=r"alarms_per_month is .* above 0"):
        threshold(rate)


@pytest.mark.parametrize("count", [-1, math.nan, math.inf])
def test_a_count_that_is_none_is_refused(count):
    with pytest.raises(ValueError, match=r"count is .* 0 or more"):
        update(None, NOON, count)
