from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.fakes import InMemoryGaps, InMemoryLedger
from vigie.adapters.dynamodb.ledger import DynamoGaps, DynamoLedger
from vigie.domain.budget import Spend, Stop
from vigie.domain.cursor import Gap

TODAY = NOON.date()
HOUR = timedelta(hours=1)
A_GAP = Gap(
    brand="acme", source="mentions:1", begin=NOON - 9 * HOUR, end=NOON - 2 * HOUR, why="too old"
)


@pytest.fixture(params=["fake", "dynamodb"])
def ledger(request):
    if request.param == "fake":
        return InMemoryLedger()
    return DynamoLedger(request.getfixturevalue("dynamodb"), "BrandsTable")


@pytest.fixture(params=["fake", "dynamodb"])
def gaps(request):
    if request.param == "fake":
        return InMemoryGaps()
    return DynamoGaps(request.getfixturevalue("dynamodb"), "BrandsTable")


def test_a_day_without_a_page_has_cost_nothing(ledger):
    assert ledger.spend(TODAY) == Spend(day=TODAY)


def test_what_pages_cost_adds_up_by_source_and_in_total(ledger):
    ledger.add(TODAY, "acme/mentions:1", 0.015)
    ledger.add(TODAY, "acme/search:deadbeef", 1.5)

    told = ledger.add(TODAY, "acme/mentions:1", 0.005)

    assert told == ledger.spend(TODAY)
    assert told.total == 1.52
    assert told.by_source == {"acme/mentions:1": 0.02, "acme/search:deadbeef": 1.5}


def test_each_day_has_its_own_bill(ledger):
    ledger.add(TODAY, "refresh", 1.0)

    assert ledger.spend(TODAY + timedelta(days=1)).total == 0


def test_cents_do_not_drift(ledger):
    for _ in range(30):
        ledger.add(TODAY, "acme/mentions:1", 0.005)

    assert ledger.spend(TODAY).total == 0.15


def test_the_last_stop_of_the_app_is_kept(ledger):
    assert ledger.stopped() is None
    ledger.stop(Stop(until=NOON, why="402"))
    ledger.stop(Stop(until=NOON + HOUR, why="usage cap"))

    assert ledger.stopped() == Stop(until=NOON + HOUR, why="usage cap")


def test_a_gap_that_is_found_again_is_one_gap_and_never_shorter(gaps):
    gaps.add(A_GAP, NOON)
    gaps.add(replace(A_GAP, end=NOON - HOUR), NOON)
    gaps.add(A_GAP, NOON)

    assert gaps.all("acme") == (replace(A_GAP, end=NOON - HOUR),)


def test_gaps_of_one_brand_come_with_the_newest_first(gaps):
    older = replace(A_GAP, begin=NOON - 20 * HOUR, end=NOON - 19 * HOUR)
    gaps.add(older, NOON)
    gaps.add(A_GAP, NOON)
    gaps.add(replace(A_GAP, brand="bolt"), NOON)

    assert gaps.all("acme") == (A_GAP, older)
    assert gaps.all("nobody") == ()
