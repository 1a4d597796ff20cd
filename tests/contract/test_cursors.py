import struct
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.fakes import InMemoryCursors
from vigie.adapters.dynamodb.cursors import DynamoCursors, cursor_to_item
from vigie.domain.cursor import Cursor, hold
from vigie.domain.snowflakes import snowflake
from vigie.domain.x_walk import RECENT_IDS, Walk, from_text, to_text
from vigie.errors import Conflict, UnknownVersion

SOURCE, OTHER = "mentions:1000000001", "search:deadbeef"
MINUTE = timedelta(minutes=1)
EMPTY = Cursor(brand="acme", source=SOURCE)
FULL = Cursor(
    brand="acme",
    source=SOURCE,
    position="an opaque text é",
    again_at=NOON + MINUTE,
    quiet_since=NOON - MINUTE,
    last_success_at=NOON,
    last_error="X answered 503",
)


@pytest.fixture(params=["fake", "dynamodb"])
def cursors(request):
    if request.param == "fake":
        return InMemoryCursors()
    return DynamoCursors(request.getfixturevalue("dynamodb"), "BrandsTable")


def take(cursors, owner="run-1", *, now=NOON, source=SOURCE):
    return cursors.take("acme", source, owner=owner, until=now + MINUTE, now=now)


def test_a_source_never_read_has_an_empty_cursor(cursors):
    assert cursors.read("acme", SOURCE) is None
    assert take(cursors) == EMPTY


def test_what_is_saved_is_read_again(cursors):
    take(cursors)

    cursors.save(FULL, owner="run-1", release=True)

    assert cursors.read("acme", SOURCE) == FULL
    assert take(cursors, "run-2") == FULL


def test_what_a_cursor_no_longer_has_is_gone(cursors):
    take(cursors)
    cursors.save(FULL, owner="run-1")

    cursors.save(EMPTY, owner="run-1")

    assert cursors.read("acme", SOURCE) == EMPTY


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

    assert cursors.read("acme", SOURCE) == EMPTY
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


def test_all_cursors_of_a_brand_and_of_no_other_are_listed(cursors):
    for brand, source in (("acme", SOURCE), ("acme", OTHER), ("acme-two", SOURCE)):
        cursors.take(brand, source, owner="run-1", until=NOON + MINUTE, now=NOON)

    assert [cursor.source for cursor in cursors.all("acme")] == [SOURCE, OTHER]


def test_the_item_stays_small_however_busy_the_source():
    ids = frozenset(range(2032100000000000000, 2032100000000000000 + RECENT_IDS))
    busy = replace(FULL, position=to_text(Walk(recent=ids)), last_error="x" * 5000)

    item = cursor_to_item(busy)

    assert sum(len(k) + len(v.get("S", "")) for k, v in item.items()) < 50_000


def test_a_cursor_of_the_release_before_goes_on_where_it_stood(dynamodb):
    committed = snowflake(NOON)
    dynamodb.put_item(
        TableName="BrandsTable",
        Item={
            "pk": {"S": "acme"},
            "sk": {"S": f"CURSOR#{SOURCE}"},
            "v": {"N": "1"},
            "committed_id": {"S": str(committed)},
            "walked_at": {"S": "2026-03-12T12:00:00.000Z"},
            "target_id": {"S": "0"},
            "walk_since": {"S": "0"},
            "recent": {"B": struct.pack(">2Q", 17, committed)},
            "last_success_at": {"S": "2026-03-12T12:00:01.000Z"},
        },
    )
    cursors = DynamoCursors(dynamodb, "BrandsTable")

    old = take(cursors)
    cursors.save(old, owner="run-1", release=True)

    walk = from_text(old.position)
    assert (walk.committed_id, walk.walked_at, walk.deep_at) == (committed, NOON, NOON)
    assert walk.recent == {17, committed}
    assert cursors.read("acme", SOURCE) == old
    item = dynamodb.get_item(
        TableName="BrandsTable", Key={"pk": {"S": "acme"}, "sk": {"S": f"CURSOR#{SOURCE}"}}
    )["Item"]
    assert item["v"] == {"N": "2"}
    assert "recent" not in item


def test_a_cursor_of_newer_code_is_left_alone(dynamodb):
    dynamodb.put_item(
        TableName="BrandsTable",
        Item={"pk": {"S": "acme"}, "sk": {"S": f"CURSOR#{SOURCE}"}, "v": {"N": "3"}},
    )

    with pytest.raises(UnknownVersion):
        take(DynamoCursors(dynamodb, "BrandsTable"))
