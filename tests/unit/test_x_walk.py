from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import NOON
from vigie.domain.plan import Brand
from vigie.domain.snowflakes import instant_of, snowflake
from vigie.domain.x_walk import (
    DEEP_EVERY,
    OVERLAP,
    RECENT_IDS,
    SEARCH_DEPTH,
    SHALLOW_OVERLAP,
    Feed,
    Lost,
    Via,
    Walk,
    advance,
    begin,
    billed,
    feeds_of,
    from_text,
    lost_below,
    restart,
    to_text,
    within_search,
)

MINUTE = timedelta(minutes=1)
EMPTY = Walk()
DAY = timedelta(days=1)


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

    assert first.since == snowflake(NOON - timedelta(minutes=15))


def test_a_first_walk_that_failed_begins_again_where_it_began():
    failed = begin(EMPTY, NOON)

    later = begin(failed, NOON + timedelta(hours=3))

    assert later.since == snowflake(NOON - timedelta(minutes=15))


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

    assert later.since == snowflake(NOON - OVERLAP)


def test_a_quiet_source_reads_nothing_twice():
    newest = snowflake(NOON)
    cursor = walked(EMPTY, [newest], at=NOON)

    for minute in range(60, 63):
        cursor = walked(cursor, [], at=NOON + minute * MINUTE)

    assert begin(cursor, NOON + 63 * MINUTE).since == newest


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

    assert begin(poisoned, NOON + DEEP_EVERY).since == snowflake(NOON - OVERLAP)


def test_a_token_that_is_refused_costs_a_walk_from_the_top_and_no_post():
    half = advance(begin(EMPTY, NOON), [snowflake(NOON)], "token", NOON)

    again = begin(restart(half), NOON + MINUTE)

    assert again.since == half.since
    assert again.recent == half.recent


def test_a_search_that_reaches_too_far_back_says_what_is_lost():
    old = Walk(committed_id=snowflake(NOON - 31 * DAY), walked_at=NOON - 30 * DAY)

    walk, lost = within_search(begin(old, NOON), NOON)

    assert walk.since == snowflake(NOON - SEARCH_DEPTH)
    assert lost == Lost(begin=NOON - 30 * DAY, end=NOON - SEARCH_DEPTH)


def test_a_quiet_search_that_was_read_a_minute_ago_has_lost_nothing():
    quiet = Walk(committed_id=snowflake(NOON - 30 * DAY), walked_at=NOON - MINUTE)

    walk, lost = within_search(begin(quiet, NOON), NOON)

    assert walk.since == snowflake(NOON - SEARCH_DEPTH)
    assert lost is None


def test_a_walk_that_outlives_its_end_amid_its_pages_begins_anew():
    half = advance(begin(EMPTY, NOON), [snowflake(NOON)], "token", NOON)
    late = NOON + 8 * DAY

    walk, lost = within_search(begin(half, late), late)

    assert (walk.next_token, walk.target_id) == ("", 0)
    assert lost == Lost(begin=NOON - timedelta(minutes=15), end=late - SEARCH_DEPTH)


def test_a_search_within_reach_stays_as_it_is():
    begun = begin(EMPTY, NOON)

    assert within_search(begun, NOON) == (begun, None)


def test_a_timeline_that_shows_all_it_holds_is_cut_off_and_goes_on_below():
    first, second = [snowflake(NOON) + n for n in (20, 19)], [snowflake(NOON) + 7]
    begun = begin(Walk(committed_id=5, walked_at=NOON, deep_at=NOON), NOON + DAY)

    half = advance(begun, first, "token", NOON, depth=3)
    cut = advance(half, second, "", NOON, depth=3)
    whole = advance(begin(cut, NOON + DAY), [6], "", NOON + DAY, depth=3)

    assert (cut.below, cut.committed_id, cut.is_under_way) == (second[0], 5, True)
    assert (whole.committed_id, whole.below, whole.is_under_way) == (first[0], 0, False)


def test_what_a_timeline_has_cut_off_reaches_from_the_last_walk_to_its_last_post():
    last = snowflake(NOON - 2 * DAY)
    cut = Walk(committed_id=5, walked_at=NOON - 9 * DAY, below=last)

    assert lost_below(cut) == Lost(begin=NOON - 9 * DAY, end=NOON - 2 * DAY)


def test_walks_between_two_deep_ones_read_the_last_stretch_only():
    walk = walked(EMPTY, [snowflake(NOON)], at=NOON)
    soon, later = NOON + MINUTE, NOON + DEEP_EVERY

    assert begin(walk, soon).since == snowflake(NOON - SHALLOW_OVERLAP)
    assert begin(walk, later).since == snowflake(NOON - OVERLAP)


def test_a_deep_walk_reaches_back_from_the_last_deep_one():
    walk = walked(EMPTY, [snowflake(NOON)], at=NOON)
    for minute in range(1, 5):
        at = NOON + minute * MINUTE
        walk = walked(walk, [snowflake(at)], at=at)

    deep = begin(walk, NOON + DEEP_EVERY)

    assert (deep.deep, deep.since) == (True, snowflake(NOON - OVERLAP))


@settings(max_examples=300, deadline=None)
@given(
    gaps=st.lists(st.integers(1, 400), min_size=1, max_size=40),
    posted=st.integers(0, 3000),
    lag=st.integers(0, int(OVERLAP.total_seconds())),
)
def test_a_post_that_shows_up_within_the_overlap_is_reached_by_a_later_walk(gaps, posted, lag):
    late = NOON + timedelta(seconds=posted + lag)
    id_ = snowflake(NOON + timedelta(seconds=posted))
    walk, now, reached = EMPTY, NOON, False
    for gap in [*gaps, 400, 400, 400]:
        now += timedelta(seconds=gap)
        begun = begin(walk, now)
        reached |= late <= now and begun.since < id_
        walk = advance(begun, [snowflake(now)], "", now)

    # Before the first walk's reach nothing is promised.
    assert reached or late > now or id_ < snowflake(NOON - timedelta(minutes=14))


def test_x_bills_a_post_once_a_day():
    ids = [snowflake(NOON) + n for n in range(3)]
    walk = walked(EMPTY, ids[:2], at=NOON)

    assert billed(walk, ids, NOON + MINUTE) == {ids[2]}
    assert billed(walk, ids, NOON + DAY) == set(ids)
    assert billed(EMPTY, ids, NOON) == set(ids)


def test_what_fell_out_of_a_full_memory_was_billed_all_the_same():
    walk = Walk(recent=frozenset(range(100, 100 + RECENT_IDS)), read_at=NOON)

    assert billed(walk, [50, 100 + RECENT_IDS], NOON) == {100 + RECENT_IDS}


def test_an_id_and_its_instant_lead_to_each_other():
    assert instant_of(snowflake(NOON)) == NOON
    assert instant_of(snowflake(NOON) + 4_000_000) == NOON


def test_a_changed_query_is_a_source_of_its_own():
    one = Feed(brand="acme", via=Via.SEARCH, subject="acme panne")
    other = Feed(brand="acme", via=Via.SEARCH, subject="acme outage")

    assert one.name != other.name
    assert one.name.startswith("search:")


def test_every_account_and_query_of_a_brand_is_read():
    brand = Brand(id="acme", name="Acme", handles=("acme",), x_ids=("1", "2"), queries=("q",))

    assert [s.name for s in feeds_of(brand)][:2] == ["mentions:1", "mentions:2"]
    assert len(feeds_of(brand)) == 3


def test_handles_without_ids_are_searched_for():
    brand = Brand(id="acme", name="Acme", handles=("acme", "acme_help"))

    (source,) = feeds_of(brand)

    assert (source.via, source.subject) == (Via.SEARCH, "@acme OR @acme_help")


steps = st.lists(
    st.tuples(
        st.sampled_from(["page", "last", "restart", "search", "text"]),
        st.lists(st.integers(-600, 60), max_size=5),
        st.integers(0, 1200),
        st.integers(0, 8),
    ),
    max_size=20,
)


@settings(max_examples=300, deadline=None)
@given(steps=steps)
def test_whatever_happens_the_committed_id_moves_only_with_a_complete_walk(steps):
    walk, now = EMPTY, NOON
    for what, offsets, pause, days in steps:
        now += timedelta(seconds=pause, days=days * (what == "search"))
        before = begin(walk, now)
        ids = [snowflake(now + timedelta(seconds=o)) for o in offsets]
        match what:
            case "page" | "last":
                walk = advance(before, ids, "token" if what == "page" else "", now, depth=7)
            case "restart":
                walk = restart(before)
            case "search":
                walk, lost = within_search(before, now)
                unread = before.walked_at is None or before.walked_at < now - SEARCH_DEPTH
                assert walk.committed_id == before.committed_id or lost or not unread
            case "text":
                walk = from_text(to_text(before))
                assert walk == before
        if what in ("page", "restart"):
            assert walk.committed_id == before.committed_id
        if what == "last":
            assert walk.is_under_way or walk.committed_id >= before.committed_id
