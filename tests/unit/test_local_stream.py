import json
from datetime import UTC, datetime, timedelta

from local.stream import lines_in_time
from vigie.domain.instants import to_iso

START = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)


def fed(*claims):
    """When lines with these `created_at` are fed, in minutes after START."""
    lines = [
        json.dumps({"data": {"id": "1", "created_at": to_iso(c) if isinstance(c, datetime) else c}})
        for c in claims
    ]
    return [
        (line.at - START) / timedelta(minutes=1)
        for line in lines_in_time(text.encode() for text in lines)
    ]


def at(minutes):
    return START + timedelta(minutes=minutes)


def test_a_line_is_fed_at_its_newest_post():
    page = {"data": [{"created_at": to_iso(at(m))} for m in (3, 5, 4)]}

    (line,) = lines_in_time([json.dumps(page).encode()])

    assert line.at == at(5)


def test_the_first_line_is_fed_at_its_own_time():
    assert fed(at(1), at(2), at(3)) == [1, 2, 3]


def test_time_never_goes_back():
    assert fed(at(5), at(3), at(6)) == [5, 5, 6]


def test_one_post_from_the_future_does_not_carry_the_stream_along():
    assert fed(at(1), at(100_000), at(2), at(3)) == [1, 1, 2, 3]


def test_a_first_post_with_a_wrong_clock_does_not_set_the_start():
    assert fed("1970-01-01T00:00:00.000Z", at(1), at(2)) == [1, 1, 2]
    assert fed(at(100_000), at(1), at(2), at(3)) == [2, 2, 2, 3]


def test_a_real_gap_is_believed():
    assert fed(at(1), *[at(600 + n) for n in range(6)])[1:3] == [600, 601]


def test_lines_without_a_time_are_fed_with_their_neighbours():
    lines = [b"{not json", b"", json.dumps({"data": {"created_at": to_iso(at(2))}}).encode(), b"[]"]

    assert [line.at for line in lines_in_time(lines)] == [at(2)] * 3
