from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import NOON
from vigie.domain.cursor import (
    OVERLAP,
    RECENT_IDS,
    Cursor,
    Source,
    Via,
    advance,
    begin,
    clamp,
    hold,
    restart,
    snowflake,
    sources_of,
)
from vigie.domain.plan import Brand

MINUTE = timedelta(minutes=1)
EMPTY = Cursor(brand="acme", source="mentions:1000000001")


def walked(cursor, *pages, at):
    """A whole walk begun at `at`, a page for each list of ids."""
    for position, ids in enumerate(pages):
        more = f"token-{position}" if position + 1 < len(pages) else ""
        cursor = advance(begin(cursor, at), ids, more, at)
    return cursor


def test_an_id_carries_its_time():
    assert snowflake(NOON) >> 22 == int(NOON.timestamp() * 1000) - 1288834974657
    assert snowflake(NOON - timedelta(days=10_000)) == 0


def test_the_first_walk_reaches_a_quarter_of_an_hour_back():
    first = begin(EMPTY, NOON)

    assert first.walk_since == snowflake(NOON - timedelta(minutes=15))


def test_a_first_walk_that_failed_begins_again_where_it_began():
    failed = hold(begin(EMPTY, NOON), NOON + MINUTE, "X answered 503")

    later = begin(failed, NOON + timedelta(hours=3))

    assert later.walk_since == snowflake(NOON - timedelta(minutes=15))


def test_the_committed_id_stays_until_the_walk_is_complete():
    newest, middle, oldest = (snowflake(NOON) + n for n in (30, 20, 10))
    begun = begin(EMPTY, NOON)

    half = advance(begun, [newest, middle], "token", NOON)
    whole = advance(begin(half, NOON + MINUTE), [oldest], "", NOON + MINUTE)

    assert half.committed_id == begun.committed_id
    assert whole.committed_id == newest
    assert whole.next_token == ""


def test_only_the_first_page_sets_the_target():
    first, shifted = snowflake(NOON) + 10, snowflake(NOON) + 99

    cursor = walked(EMPTY, [first], [shifted], at=NOON)

    assert cursor.committed_id == first


def test_a_walk_reads_again_what_could_have_been_indexed_late():
    newest = snowflake(NOON)

    later = begin(walked(EMPTY, [newest], at=NOON), NOON + timedelta(hours=2))

    assert later.walk_since == snowflake(NOON - OVERLAP)


def test_a_quiet_source_reads_nothing_twice():
    newest = snowflake(NOON)
    cursor = walked(EMPTY, [newest], at=NOON)

    for minute in range(60, 63):
        cursor = walked(cursor, [], at=NOON + minute * MINUTE)

    assert begin(cursor, NOON + 63 * MINUTE).walk_since == newest


def test_ids_of_the_overlap_are_remembered_and_older_ones_forgotten():
    old, fresh = snowflake(NOON - timedelta(hours=1)), snowflake(NOON - MINUTE)

    cursor = walked(EMPTY, [fresh, old], at=NOON)

    assert cursor.recent == {fresh}


def test_a_storm_never_outgrows_the_item():
    ids = range(snowflake(NOON), snowflake(NOON) + 3 * RECENT_IDS)

    cursor = advance(begin(EMPTY, NOON), ids, "token", NOON)

    assert len(cursor.recent) == RECENT_IDS
    assert max(ids) in cursor.recent


def test_an_id_from_the_far_future_does_not_end_the_overlap():
    poisoned = walked(EMPTY, [2**63 - 1], at=NOON)

    assert begin(poisoned, NOON + MINUTE).walk_since == snowflake(NOON - OVERLAP)


def test_a_pause_keeps_the_walk():
    half = advance(begin(EMPTY, NOON), [snowflake(NOON)], "token", NOON)

    paused = hold(half, NOON + MINUTE, "X's rate limit is reached")

    assert begin(paused, NOON + MINUTE).next_token == "token"
    assert paused.target_id == half.target_id


def test_a_success_clears_the_pause():
    paused = hold(begin(EMPTY, NOON), NOON, "X answered 503")

    read = advance(paused, [], "", NOON)

    assert (read.not_before, read.last_error, read.last_success_at) == (None, "", NOON)


def test_a_token_that_is_refused_costs_a_walk_from_the_top_and_no_post():
    half = advance(begin(EMPTY, NOON), [snowflake(NOON)], "token", NOON)

    again = begin(restart(half), NOON + MINUTE)

    assert again.walk_since == half.walk_since
    assert again.recent == half.recent


def test_a_walk_that_reaches_too_far_back_is_clamped_to_what_x_gives():
    old = replace(EMPTY, committed_id=snowflake(NOON - timedelta(days=30)), walked_at=NOON)

    clamped = begin(clamp(begin(old, NOON), NOON), NOON)

    assert snowflake(NOON - timedelta(days=7)) < clamped.walk_since < snowflake(NOON)


def test_a_walk_within_reach_is_not_clamped():
    begun = begin(EMPTY, NOON)

    assert clamp(begun, NOON) == begun


def test_a_changed_query_is_a_source_of_its_own():
    one = Source(brand="acme", via=Via.SEARCH, subject="acme panne")
    other = Source(brand="acme", via=Via.SEARCH, subject="acme outage")

    assert one.name != other.name
    assert one.name.startswith("search:")


def test_every_account_and_query_of_a_brand_is_read():
    brand = Brand(id="acme", name="Acme", handles=("acme",), x_ids=("1", "2"), queries=("q",))

    assert [s.name for s in sources_of(brand)][:2] == ["mentions:1", "mentions:2"]
    assert len(sources_of(brand)) == 3


def test_handles_without_ids_are_searched_for():
    brand = Brand(id="acme", name="Acme", handles=("acme", "acme_help"))

    (source,) = sources_of(brand)

    assert (source.via, source.subject) == (Via.SEARCH, "@acme OR @acme_help")


steps = st.lists(
    st.tuples(
        st.sampled_from(["page", "last", "pause", "restart", "clamp"]),
        st.lists(st.integers(-600, 60), max_size=5),
        st.integers(0, 1200),
    ),
    max_size=20,
)


@settings(max_examples=200, deadline=None)
@given(steps=steps)
def test_whatever_happens_the_committed_id_moves_only_with_a_complete_walk(steps):
    cursor, now = EMPTY, NOON
    for what, offsets, pause in steps:
        now += timedelta(seconds=pause)
        before = begin(cursor, now)
        ids = [snowflake(now + timedelta(seconds=o)) for o in offsets]
        match what:
            case "page" | "last":
                cursor = advance(before, ids, "token" if what == "page" else "", now)
            case "pause":
                cursor = hold(before, now, "why")
            case "restart":
                cursor = restart(before)
            case "clamp":
                cursor = clamp(before, now)
        if what in ("page", "pause", "restart"):
            assert cursor.committed_id == before.committed_id
        if what == "last":
            assert cursor.committed_id >= before.committed_id
