from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON
from vigie.domain.cursor import Cursor, hold, is_burst, moved, paced

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CURSOR = Cursor(brand="acme", source="mentions:1", position="p", quiet_since=NOON)


def test_a_pause_keeps_the_position_and_a_success_clears_it():
    held = hold(CURSOR, NOON + MINUTE, "X answered 503")
    read = moved(held, "q", found=False, now=NOON)

    assert (held.position, held.not_before) == ("p", NOON + MINUTE)
    assert (read.position, read.not_before, read.last_error) == ("q", None, "")
    assert read.last_success_at == NOON


def test_a_source_is_quiet_since_its_last_post_or_its_first_reading():
    fresh = moved(replace(CURSOR, quiet_since=None), "q", found=False, now=NOON)
    later = moved(fresh, "r", found=False, now=NOON + HOUR)
    found = moved(later, "s", found=True, now=NOON + 2 * HOUR)

    assert (fresh.quiet_since, later.quiet_since) == (NOON, NOON)
    assert found.quiet_since == NOON + 2 * HOUR


@pytest.mark.parametrize(
    ("quiet", "pace"),
    [(59 * MINUTE, 1), (HOUR, 2), (6 * HOUR - MINUTE, 2), (6 * HOUR, 5), (99 * HOUR, 5)],
)
def test_the_longer_a_source_is_quiet_the_slower_it_is_read(quiet, pace):
    now = NOON + quiet

    rested = paced(CURSOR, found=0, now=now, slowest=HOUR)

    # A tick that comes a little early is not missed for it.
    assert (rested.not_before or now) <= now + pace * MINUTE
    assert (rested.not_before or now) > now + (pace - 1) * MINUTE - MINUTE
    assert (rested.not_before is None) == (pace == 1)


def test_one_post_brings_the_schedule_s_pace_back():
    assert paced(CURSOR, found=1, now=NOON + 9 * HOUR, slowest=HOUR).not_before is None


def test_a_rest_is_never_so_long_that_it_looks_like_death():
    rested = paced(CURSOR, found=0, now=NOON + 9 * HOUR, slowest=3 * MINUTE)

    assert rested.not_before < NOON + 9 * HOUR + 3 * MINUTE


def test_much_at_once_or_a_walk_without_an_end_is_a_burst():
    assert is_burst(20, MINUTE, ended=True)
    assert is_burst(0, MINUTE, ended=False)
    assert not is_burst(19, MINUTE, ended=True)


def test_a_burst_is_a_rate_so_that_reading_often_does_not_end_it():
    assert is_burst(5, MINUTE / 4, ended=True)
    assert not is_burst(4, MINUTE / 4, ended=True)
    assert not is_burst(19, HOUR, ended=True)
    assert not is_burst(0, timedelta(0), ended=True)
