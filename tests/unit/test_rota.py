from datetime import date, timedelta
from itertools import pairwise

import pytest

from tests.rotas import (
    ANNE,
    BEN,
    CLEO,
    ZONES,
    a_layer,
    a_schedule,
    naive_on_call,
    utc,
    wall,
)
from vigie.domain.hours import Hours
from vigie.domain.rota import on_call, shifts, zone_of
from vigie.domain.schedule import OnHolidays, schedule_from_dict, schedule_to_dict

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEKDAYS = (0, 1, 2, 3, 4)


def ids(schedule, at):
    return [person.id for person in on_call(schedule, at)]


def hand_overs(schedule, start, end):
    zone = zone_of(schedule.time_zone)
    return [f"{s.start.astimezone(zone):%m-%d %H:%M}" for s in shifts(schedule, start, end)[1:]]


def test_people_take_turns_and_begin_again():
    rota = a_schedule(a_layer(ANNE, BEN, CLEO))

    days = [ids(rota, utc(2026, 1, 5, 12) + n * DAY) for n in range(4)]

    assert days == [["anne"], ["ben"], ["cleo"], ["anne"]]


def test_before_the_first_hand_over_nobody_is_on_call():
    assert ids(a_schedule(), utc(2026, 1, 5, 7, 59)) == []
    assert ids(a_schedule(), utc(2026, 1, 5, 8)) == ["anne"]


def test_a_turn_may_be_several_people():
    assert ids(a_schedule(a_layer((ANNE, BEN), CLEO)), utc(2026, 1, 5, 12)) == ["anne", "ben"]


def test_the_hand_over_stays_at_nine_by_the_wall_through_both_changes_of_the_clock():
    spring = hand_overs(a_schedule(), utc(2026, 3, 28), utc(2026, 3, 31))
    autumn = hand_overs(a_schedule(), utc(2026, 10, 24), utc(2026, 10, 27))

    assert spring == ["03-28 09:00", "03-29 09:00", "03-30 09:00"]
    assert autumn == ["10-24 09:00", "10-25 09:00", "10-26 09:00"]


def test_a_hand_over_at_a_time_that_is_skipped_takes_place_when_the_clock_jumps():
    rota = a_schedule(a_layer(first=wall(2026, 1, 5, 2, 30)))

    assert ids(rota, utc(2026, 3, 29, 0, 59, 59)) == ids(rota, utc(2026, 3, 28, 12))
    assert ids(rota, utc(2026, 3, 29, 1)) != ids(rota, utc(2026, 3, 28, 12))
    assert "03-29 03:00" in hand_overs(rota, utc(2026, 3, 28), utc(2026, 3, 30))


def test_a_hand_over_at_a_time_that_comes_twice_takes_place_the_first_time_and_once():
    rota = a_schedule(a_layer(first=wall(2026, 1, 5, 2, 30)))
    first = utc(2026, 10, 25, 0, 30)

    before = ids(rota, first - MINUTE)
    after = [ids(rota, first + n * MINUTE) for n in range(0, 180, 5)]

    assert before not in after
    assert len({str(one) for one in after}) == 1


def test_hours_hold_on_their_days_and_past_midnight_on_the_day_on_which_they_begin():
    nights = a_schedule(a_layer(ANNE, hours=(Hours(start=22 * 60, end=7 * 60, days=(4,)),)))

    assert ids(nights, utc(2026, 1, 9, 20, 59)) == []
    assert ids(nights, utc(2026, 1, 9, 21)) == ["anne"]  # Friday 22:00 in Paris
    assert ids(nights, utc(2026, 1, 10, 5, 59)) == ["anne"]
    assert ids(nights, utc(2026, 1, 10, 6)) == []
    assert ids(nights, utc(2026, 1, 10, 21)) == []


def test_the_first_layer_that_has_somebody_wins_and_gaps_fall_to_the_next():
    office = a_layer(ANNE, hours=(Hours(start=480, end=1080, days=WEEKDAYS),))
    rota = a_schedule(office, a_layer(BEN))

    assert ids(rota, utc(2026, 1, 6, 12)) == ["anne"]
    assert ids(rota, utc(2026, 1, 6, 20)) == ["ben"]
    assert ids(rota, utc(2026, 1, 10, 12)) == ["ben"]


def test_on_holidays_a_layer_holds_also_never_or_only():
    layers = [
        a_layer(CLEO, on_holidays=OnHolidays.ONLY),
        a_layer(ANNE, on_holidays=OnHolidays.NEVER),
    ]
    rota = a_schedule(*layers, holidays=(date(2026, 12, 25),))

    assert ids(rota, utc(2026, 12, 24, 22, 59)) == ["anne"]
    assert ids(rota, utc(2026, 12, 24, 23)) == ["cleo"]
    assert ids(rota, utc(2026, 12, 25, 23)) == ["anne"]


def test_shifts_leave_no_minute_out_and_say_where_nobody_is():
    office = a_schedule(a_layer(ANNE, hours=(Hours(start=480, end=1080, days=WEEKDAYS),)))
    start, end = utc(2026, 3, 20), utc(2026, 4, 20)

    found = shifts(office, start, end)

    assert (found[0].start, found[-1].end) == (start, end)
    assert all(one.end == other.start for one, other in pairwise(found))
    assert all(one.people != other.people for one, other in pairwise(found))
    assert sum(1 for shift in found if shift.people) == 21


def test_a_schedule_reads_back_from_its_json_form():
    rota = a_schedule(
        a_layer((ANNE, BEN), CLEO, hours=(Hours(start=480, end=1080, days=WEEKDAYS),)),
        a_layer(on_holidays=OnHolidays.ONLY),
        holidays=(date(2026, 12, 25),),
    )

    assert schedule_from_dict(schedule_to_dict(rota)) == rota


SHAPES = {
    "daily": (a_layer(),),
    "nightly": (a_layer(first=wall(2026, 1, 5, 2, 30)),),
    "eight hours": (a_layer(ANNE, BEN, CLEO, first=wall(2026, 1, 5, 1, 45), every=8 * HOUR),),
    "weekly over hours": (
        a_layer(
            ANNE,
            BEN,
            every=7 * DAY,
            hours=(
                Hours(start=480, end=1080, days=WEEKDAYS),
                Hours(start=150, end=195),
                Hours(start=1380, end=135, days=(5, 6)),
            ),
            on_holidays=OnHolidays.NEVER,
        ),
        a_layer(CLEO, on_holidays=OnHolidays.ONLY, first=wall(2026, 1, 5, 0)),
        a_layer(BEN, CLEO, first=wall(2026, 1, 5, 2), every=60 * HOUR),
    ),
}
HOLIDAYS = (*(date(year, 12, 25) for year in range(2026, 2037)), date(2027, 3, 28))


def differences(zone, shape, start, end, step):
    """How many instants were compared, and those at which the two do not agree."""
    rota = a_schedule(*SHAPES[shape], time_zone=zone, holidays=HOLIDAYS)
    compared, different = 0, []
    for at, expected in naive_on_call(rota, utc(2026, 1, 1), end, step):
        if at >= start:
            compared += 1
            if tuple(ids(rota, at)) != expected:
                different.append(at)
    return compared, different


# In these days each of the zones puts its clock forward or back.
@pytest.mark.parametrize(
    "zone", ["Europe/Paris", "America/Santiago", "Australia/Lord_Howe", "Pacific/Auckland"]
)
def test_another_way_of_counting_agrees_around_changes_of_the_clock(zone):
    compared, different = differences(
        zone, "weekly over hours", utc(2026, 3, 27), utc(2026, 4, 6), timedelta(minutes=30)
    )

    assert different == []
    assert compared == 480


@pytest.mark.soak
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("shape", SHAPES)
def test_another_way_of_counting_agrees_for_ten_years(zone, shape):
    start, end = utc(2026, 1, 1), utc(2036, 1, 1)
    compared, different = differences(zone, shape, start, end, timedelta(minutes=15))
    rota = a_schedule(*SHAPES[shape], time_zone=zone, holidays=HOLIDAYS)
    changes = {shift.start for shift in shifts(rota, start, end)}
    found = hand_overs_seen = 0
    last = None
    for at, expected in naive_on_call(rota, start, end, timedelta(minutes=15)):
        if expected != last and last is not None:
            hand_overs_seen += 1
            found += at in changes
        last = expected
    print(f"{zone}, {shape}: {compared} instants, {hand_overs_seen} hand-overs compared")

    assert different == []
    assert found == hand_overs_seen == len(changes) - 1
