from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.rotas import ANNE, BEN, CLEO, a_layer, a_schedule, an_override, utc
from vigie.domain.override import Deed, muted, on_call_now, shifts_with

ROTA = a_schedule(a_layer(ANNE, BEN))  # Anne until 6 January, 8:00 UTC; then Ben
WHEN = utc(2026, 1, 6, 7)  # Anne
HOUR = timedelta(hours=1)


def ids(overrides, at=WHEN):
    return [person.id for person in on_call_now(ROTA, overrides, at)]


def test_without_an_override_the_plan_counts():
    assert ids(()) == ["anne"]


def test_somebody_takes_over_whoever_is_on_call():
    take = an_override("take", CLEO, schedule="rota")

    assert ids([take]) == ["cleo"]
    assert ids([take], utc(2026, 1, 7)) == ["ben"]


def test_somebody_takes_over_one_person_s_shifts_only():
    take = an_override("take", CLEO, other=ANNE)

    assert ids([take]) == ["cleo"]
    assert ids([take], WHEN + 2 * HOUR) == ["ben"]


def test_two_people_swap():
    swap = an_override("swap", ANNE, other=BEN)

    assert ids([swap]) == ["ben"]
    assert ids([swap], WHEN + 2 * HOUR) == ["anne"]


def test_a_person_is_added_once():
    assert ids([an_override("add", CLEO, schedule="rota")]) == ["anne", "cleo"]
    assert ids([an_override("add", ANNE, schedule="rota")]) == ["anne"]


def test_an_override_of_another_schedule_changes_nothing():
    assert ids([an_override("add", CLEO, schedule="other")]) == ["anne"]


def test_whoever_is_muted_is_not_on_call_and_nothing_unmutes_them_but_its_end():
    mute = an_override("mute", ANNE)
    later = an_override("add", ANNE, schedule="rota", id="later", at=utc(2026, 1, 5))

    assert ids([mute]) == []
    assert ids([mute, later]) == []
    assert muted([mute], WHEN) == {"anne"}
    assert muted([mute], utc(2026, 1, 7)) == frozenset()


def test_a_later_override_changes_what_an_earlier_one_made():
    take = an_override("take", CLEO, schedule="rota", id="b")
    back = an_override("take", BEN, other=CLEO, id="a", at=utc(2026, 1, 2))

    assert ids([back, take]) == ["ben"]


def test_a_cancelled_override_counted_until_then():
    take = an_override(
        "take", CLEO, schedule="rota", cancelled_at=utc(2026, 1, 6, 5), cancelled_by="anne"
    )

    assert ids([take], utc(2026, 1, 6, 4)) == ["cleo"]
    assert ids([take], utc(2026, 1, 6, 5)) == ["anne"]
    assert ids([replace(take, cancelled_at=utc(2026, 1, 2))], utc(2026, 1, 6, 4)) == ["anne"]


@given(
    deed=st.sampled_from(Deed),
    start=st.integers(0, 72),
    length=st.integers(1, 48),
    at=st.integers(0, 100),
)
def test_shifts_with_overrides_say_the_same_as_each_instant(deed, start, length, at):
    begin = utc(2026, 1, 5, 10)
    one = an_override(
        deed,
        CLEO,
        other=BEN if deed in (Deed.SWAP, Deed.TAKE) else None,
        schedule="rota" if deed is Deed.ADD else "",
        start=begin + start * HOUR,
        end=begin + (start + length) * HOUR,
    )
    found = shifts_with(ROTA, [one], begin, begin + 101 * HOUR)

    (shift,) = (s for s in found if s.start <= begin + at * HOUR < s.end)
    assert shift.people == on_call_now(ROTA, [one], begin + at * HOUR)
    assert all(a.end == b.start and a.people != b.people for a, b in pairwise(found))
