from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.fakes import InMemoryCursors
from vigie.adapters.dynamodb.cursors import DynamoCursors, cursor_to_item
from vigie.domain.cursor import RECENT_IDS, Cursor, Source, Via, hold
from vigie.errors import Conflict

SOURCE = Source(brand="acme", via=Via.MENTIONS, subject="1000000001")
OTHER = Source(brand="acme", via=Via.SEARCH, subject="acme panne")
MINUTE = timedelta(minutes=1)
EMPTY = Cursor(brand="acme", source=SOURCE.name)
FULL = Cursor(
    brand="acme",
    source=SOURCE.name,
    committed_id=2**63 - 1,
    walked_at=NOON - MINUTE,
    target_id=2032100000000000009,
    next_token="7140dibdnow9c7btw",
    walk_since=2032100000000000001,
    walk_started_at=NOON,
    recent=frozenset({2032100000000000005, 2**63 - 1, 17}),
    not_before=None,
    last_success_at=NOON,
    last_error="X answered 503",
)


@pytest.fixture(params=["fake", "dynamodb"])
def cursors(request):
    if request.param == "fake":
        return InMemoryCursors()
    return DynamoCursors(request.getfixturevalue("dynamodb"), "BrandsTable")


def take(cursors, owner="run-1", *, now=NOON, source=SOURCE):
    return cursors.take(source, owner=owner, until=now + MINUTE, now=now)


def test_a_source_never_read_has_an_empty_cursor(cursors):
    assert cursors.read(SOURCE) is None
    assert take(cursors) == EMPTY


def test_what_is_saved_is_read_again(cursors):
    take(cursors)

    cursors.save(FULL, owner="run-1", release=True)

    assert cursors.read(SOURCE) == FULL
    assert take(cursors, "run-2") == FULL


def test_what_a_cursor_no_longer_has_is_gone(cursors):
    take(cursors)
    cursors.save(FULL, owner="run-1")

    cursors.save(EMPTY, owner="run-1")

    assert cursors.read(SOURCE) == EMPTY


def test_only_one_holds_a_lease(cursors):
    take(cursors)

    assert take(cursors, "run-2") is None
    assert take(cursors, "run-2", source=OTHER) is not None


def test_the_holder_may_take_its_own_lease_again(cursors):
    take(cursors)

    assert take(cursors, "run-1", now=NOON + timedelta(seconds=1)) == EMPTY


def test_a_lease_runs_out(cursors):
    take(cursors)

    assert take(cursors, "run-2", now=NOON + timedelta(seconds=59)) is None
    assert take(cursors, "run-2", now=NOON + MINUTE) == EMPTY


def test_saving_keeps_the_lease_and_releasing_gives_it_back(cursors):
    take(cursors)
    cursors.save(FULL, owner="run-1")
    assert take(cursors, "run-2") is None

    cursors.save(FULL, owner="run-1", release=True)

    assert take(cursors, "run-2") == FULL


def test_nothing_is_saved_once_the_lease_is_somebody_elses(cursors):
    take(cursors)
    take(cursors, "run-2", now=NOON + MINUTE)

    with pytest.raises(Conflict):
        cursors.save(FULL, owner="run-1", release=True)

    assert cursors.read(SOURCE) == EMPTY
    assert take(cursors, "run-3", now=NOON + MINUTE) is None


def test_nothing_is_saved_after_the_lease_was_given_back(cursors):
    take(cursors)
    cursors.save(EMPTY, owner="run-1", release=True)

    with pytest.raises(Conflict):
        cursors.save(FULL, owner="run-1")


def test_a_source_that_is_held_back_cannot_be_taken_before(cursors):
    take(cursors)
    cursors.save(hold(EMPTY, NOON + 5 * MINUTE, "limit"), owner="run-1", release=True)

    assert take(cursors, now=NOON + 4 * MINUTE) is None
    assert take(cursors, now=NOON + 5 * MINUTE).last_error == "limit"


def test_the_item_stays_small_however_busy_the_source():
    ids = frozenset(range(2032100000000000000, 2032100000000000000 + RECENT_IDS))

    item = cursor_to_item(replace(FULL, recent=ids, last_error="x" * 5000))

    size = sum(len(k) + len(v.get("S", "")) + len(v.get("B", b"")) for k, v in item.items())
    assert size < 10_000
