import json
import math
import random
from datetime import timedelta

import pytest

from tests.builders import NOON
from vigie.domain.surge import BIN, threshold, update, usual


def counts(days, mean, seed=1):
    chance = random.Random(seed)
    return [poisson(chance, mean) for _ in range(days * 288)]


def poisson(chance, mean):
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


def test_what_comes_back_from_json_goes_on_as_if_it_had_never_left():
    series = counts(1, 4)
    state, scores = fed(series)

    again, half = fed(series[:100])
    again, rest = fed(series[100:], json.loads(json.dumps(again)), NOON + 100 * BIN)

    assert (again, half + rest) == (state, scores)


def test_the_state_given_is_left_as_it_was():
    state, _ = fed(counts(1, 4))
    before = json.dumps(state)

    update(state, NOON + timedelta(days=1), 400)

    assert json.dumps(state) == before


def test_the_usual_number_is_learned():
    state, _ = fed(counts(10, 5))

    assert 4 < usual(state, NOON) < 6


def test_a_surge_on_the_fourth_day_is_found_within_a_quarter_of_an_hour():
    state, _ = fed(counts(4, 5))

    _, scores = fed([40, 45, 50], state, NOON + timedelta(days=4))

    assert max(scores) > threshold(1)


def test_fewer_alarms_ask_for_a_higher_score():
    assert threshold(0.5) > threshold(1) > threshold(3)


def test_a_rate_of_nothing_is_refused():
    with pytest.raises(ValueError, match="alarms_per_month is 0"):
        threshold(0)


@pytest.mark.parametrize("count", [-1, math.nan, math.inf])
def test_a_count_that_is_none_is_refused(count):
    with pytest.raises(ValueError, match="count is"):
        update(None, NOON, count)
