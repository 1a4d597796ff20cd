import json
from datetime import timedelta

import pytest

from local.fake_x import Post
from tests.builders import NOON
from tests.x_stream import ACME, World, a_post, every, ids
from vigie.domain.budget import Stop
from vigie.domain.plan import Brand
from vigie.domain.snowflakes import snowflake
from vigie.domain.x_walk import feeds_of
from vigie.errors import BudgetExhausted, RateLimited, Rejected, Unavailable

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BOLT = Brand(id="bolt", name="Bolt", handles=("bolt_fr",), x_ids=("1000000009",))


def running_out(pages):
    """Time for so many pages: asked once when the lease is taken, before and for its length."""
    left = iter([timedelta(seconds=50)] * (pages + 1))
    return lambda: next(left, timedelta(seconds=5))


def test_new_posts_are_queued_and_the_next_run_queues_none_of_them_again():
    posts = every(10 * SECOND, 5, start=NOON - 5 * MINUTE)
    world = World(posts)

    first, second = world.run(), world.run(after=MINUTE)

    assert sorted(world.queued) == ids(posts)
    assert (first.counts.accepted, second.counts.received) == (5, 0)


def test_a_walk_of_many_pages_ends_where_the_first_page_began():
    posts = every(SECOND, 35, start=NOON - MINUTE)
    world = World(posts)

    done = world.run()

    assert done.pages == 4
    assert sorted(world.queued) == ids(posts)
    assert world.walk().committed_id == max(ids(posts))
    assert world.walk().next_token == ""


def test_posts_older_than_the_first_reach_are_left_alone():
    world = World([a_post(NOON - timedelta(minutes=16)), a_post(NOON - timedelta(minutes=14))])

    assert world.run().counts.accepted == 1


def test_a_post_that_x_shows_late_is_still_found():
    late = a_post(NOON - 2 * MINUTE, indexed_after=timedelta(minutes=10))
    world = World([*every(MINUTE, 3, start=NOON - 5 * MINUTE), late])

    world.run()
    world.run(after=timedelta(minutes=9))

    assert late.id in world.queued
    assert len(world.queued) == 4


def test_after_an_outage_of_hours_nothing_is_missing_however_late_x_showed_it():
    early = every(MINUTE, 2, start=NOON - 2 * MINUTE)
    late = a_post(NOON - 90 * SECOND, indexed_after=3 * MINUTE)
    missed = every(10 * MINUTE, 12, start=NOON + MINUTE)
    world = World([*early, late, *missed])

    world.run()
    world.run(after=timedelta(hours=3))

    assert sorted(world.queued) == ids([*early, late, *missed])


def test_a_run_that_is_out_of_time_goes_on_in_the_next_one():
    posts = every(SECOND, 35, start=NOON - MINUTE)
    world = World(posts)

    first = world.run(remaining=running_out(2))
    half = world.walk()
    second = world.run(after=MINUTE)

    assert first.pages < 4
    assert half.next_token
    assert half.committed_id < min(ids(posts))
    assert (first.pages + second.pages, second.failed) == (4, 0)
    assert sorted(world.queued) == ids(posts)


def test_no_page_is_begun_without_the_time_to_end_it():
    world = World(every(SECOND, 3))

    done = world.run(remaining=lambda: timedelta(seconds=5))

    assert done.pages == 0
    assert world.api.calls == []


def test_posts_that_arrive_while_a_walk_is_under_way_come_with_the_next():
    before = every(SECOND, 25, start=NOON - MINUTE)
    world = World(before)
    world.run(remaining=running_out(1))

    during = every(SECOND, 5, start=NOON + 10 * SECOND)
    world.api.posts += during
    world.run(after=MINUTE)
    world.run(after=MINUTE)

    assert sorted(world.queued) == ids([*before, *during])


def test_a_rate_limit_is_waited_for_without_a_call():
    world = World(every(SECOND, 3, start=NOON - MINUTE))
    world.timelines.errors = [RateLimited("X's rate limit is reached", NOON + 10 * MINUTE)]

    limited = world.run()
    waiting = world.run(after=5 * MINUTE)
    through = world.run(after=5 * MINUTE)

    assert (limited.rate_limited, limited.failed) == (1, 0)
    assert (waiting.waiting, waiting.pages) == (1, 0)
    assert through.counts.accepted == 3


def test_a_rate_limit_amid_a_walk_keeps_the_walk():
    posts = every(SECOND, 25, start=NOON - MINUTE)
    world = World(posts)
    world.timelines.errors = [None, RateLimited("limit", NOON + MINUTE)]

    world.run()
    world.run(after=MINUTE)

    assert sorted(world.queued) == ids(posts)
    assert len(world.queued) == len(posts)


@pytest.mark.parametrize(
    ("error", "pause", "metric"),
    [
        (Unavailable("X answered 503"), 0.5, "failed"),
        (Rejected("X refuses the request: 401", field="authorization"), 5, "failed"),
    ],
)
def test_what_x_refuses_holds_the_source_back_and_says_why(error, pause, metric):
    posts = every(SECOND, 3, start=NOON - MINUTE)
    world = World(posts)
    world.timelines.errors = [error]

    done = world.run()
    held = world.cursor()
    world.run(after=pause * MINUTE)

    assert getattr(done, metric) == 1
    assert held.not_before == NOON + pause * MINUTE
    assert held.last_error == str(error)
    assert held.last_success_at is None
    assert sorted(world.queued) == ids(posts)


def test_one_failing_source_stops_no_other():
    world = World(
        [a_post(NOON - MINUTE), a_post(NOON - MINUTE, "@bolt_fr down?")], brands=(ACME, BOLT)
    )
    world.timelines.errors = [Unavailable("X answered 503")]

    done = world.run()

    assert (done.failed, done.counts.accepted) == (1, 1)
    assert [source for source, _ in done.errors] == ["mentions:1000000001"]


def test_sources_take_turns_so_that_a_storm_holds_up_nobody():
    storm = every(SECOND, 200, start=NOON - 5 * MINUTE)
    quiet = a_post(NOON - MINUTE, "@bolt_fr down?")
    world = World([*storm, quiet], brands=(ACME, BOLT))

    world.run(remaining=running_out(4))

    assert quiet.id in world.queued
    assert len(world.queued) < 201


def test_a_queue_that_refuses_keeps_the_cursor_and_nothing_is_lost():
    posts = every(SECOND, 5, start=NOON - MINUTE)
    world = World(posts)
    world.mentions.refuse = 1

    refused = world.run()
    world.run(after=MINUTE)

    assert refused.failed == 1
    assert sorted(world.queued) == ids(posts)


def test_a_source_that_another_run_holds_is_left_to_it():
    world = World(every(SECOND, 3, start=NOON - MINUTE))
    world.cursors.take("acme", feeds_of(ACME)[0].name, owner="other", until=NOON + MINUTE, now=NOON)

    held = world.run()
    free = world.run(after=MINUTE)

    assert (held.waiting, held.pages) == (1, 0)
    assert free.counts.accepted == 3


def test_a_run_whose_lease_was_taken_over_stops_and_loses_nothing():
    posts = every(SECOND, 25, start=NOON - MINUTE)
    world = World(posts)
    world.run(remaining=running_out(1))
    save = world.cursors.save

    def stolen(cursor, *, owner, release=False):
        world.cursors.leases[(cursor.brand, cursor.source)] = ("other", NOON + 2 * MINUTE)
        save(cursor, owner=owner, release=release)

    world.cursors.save = stolen
    lost = world.run(after=MINUTE)
    world.cursors.save = save
    world.run(after=2 * MINUTE)

    assert lost.failed == 1
    assert set(world.queued) == set(ids(posts))


def test_rejected_posts_are_parked_once_and_not_at_each_reading():
    bad = a_post(NOON - MINUTE, author_id=...)
    world = World([bad, a_post(NOON - MINUTE)])

    first, second = world.run(), world.run(after=MINUTE)

    assert (first.counts.accepted, first.counts.rejected) == (1, 1)
    assert second.counts.received == 0
    assert [post["id"] for post in world.parked] == [str(bad.id)]


def test_own_posts_are_dropped():
    world = World([a_post(NOON - MINUTE, "we at @acme are sorry", author_id="1000000001")])

    assert world.run().counts.own == 1
    assert world.queued == []


def test_danger_takes_the_urgent_queue():
    world = World([a_post(NOON - MINUTE, "@acme danger, the mast is falling")])

    done = world.run()

    assert done.counts.urgent == 1
    assert len(world.urgent.sent) == 1


def test_a_search_whose_cursor_is_weeks_old_goes_on_from_what_x_still_has():
    brand = Brand(id="acme", name="Acme", queries=("network",))
    world = World([], brands=(brand,))
    world.run()
    fresh = a_post(NOON + timedelta(days=20) - MINUTE)
    world.api.posts.append(fresh)

    done = world.run(after=timedelta(days=20))

    assert done.failed == 0
    assert world.queued == [fresh.id]


def test_a_since_id_that_x_goes_on_refusing_holds_the_source_back():
    world = World(every(SECOND, 3, start=NOON - MINUTE))
    world.timelines.errors = [Rejected("400", field="since_id")] * 2

    done = world.run()

    assert (done.failed, done.pages) == (1, 0)
    assert world.cursor().not_before == NOON + 5 * MINUTE


def test_a_token_that_x_no_longer_takes_restarts_the_walk():
    posts = every(SECOND, 25, start=NOON - MINUTE)
    world = World(posts)
    world.timelines.errors = [None, Rejected("400", field="next_token")]

    world.run()
    world.run(after=MINUTE)

    assert sorted(world.queued) == ids(posts)
    assert len(world.queued) == len(posts)


def test_a_token_that_repeats_does_not_walk_for_ever():
    world = World(every(SECOND, 3, start=NOON - MINUTE))
    answer = {"data": [dict(a_post(NOON - MINUTE).raw)], "meta": {"next_token": "same"}}
    world.timelines.page = lambda *_, **__: answer

    done = world.run()

    assert done.failed == 1
    assert done.pages == 1


def test_an_answer_that_cannot_be_read_is_asked_for_again():
    posts = every(SECOND, 3, start=NOON - MINUTE)
    world = World(posts)
    page = world.timelines.page
    world.timelines.page = lambda *_, **__: {"data": "over capacity"}

    done = world.run()
    world.timelines.page = page
    world.run(after=MINUTE)

    assert done.failed == 1
    assert sorted(world.queued) == ids(posts)


def test_a_poisoned_id_hides_no_later_post():
    last = 2**63 - 1
    raw = {"id": str(last), "text": "@acme", "author_id": "2", "created_at": "2026-03-12T11:59:00Z"}
    later = a_post(NOON + 5 * MINUTE)
    world = World([Post(id=last, visible_at=NOON - MINUTE, raw=raw), later])

    world.run()
    world.run(after=6 * MINUTE)

    assert later.id in world.queued
    assert world.queued.count(last) == 1


def test_nothing_of_a_post_stands_in_the_cursor_or_the_errors():
    world = World([a_post(NOON - MINUTE, "@acme danger secret-words", author_id=...)])

    done = world.run()

    assert "secret-words" not in repr(world.cursor()) + repr(done)
    assert json.dumps(world.parked).count("secret-words") == 1


def test_the_walk_begins_at_the_overlap_of_the_last_complete_one():
    world = World(every(MINUTE, 3, start=NOON - 3 * MINUTE))

    world.run()
    world.run(after=MINUTE)

    since = [int(asked["since_id"]) for _, asked in world.api.calls]
    assert since == [snowflake(NOON - timedelta(minutes=15)), snowflake(NOON - 90 * SECOND)]


def test_when_x_wants_money_the_whole_app_stops_and_asks_again_later():
    posts = [a_post(NOON + MINUTE), a_post(NOON + MINUTE, "@bolt_fr down?")]
    world = World(posts, brands=(ACME, BOLT))
    world.run()
    world.timelines.errors = [BudgetExhausted("X answers that the credits are used up (402)")]

    first = world.run(after=2 * MINUTE)
    calls = len(world.api.calls)
    meanwhile = world.run(after=14 * MINUTE)
    asked_meanwhile = len(world.api.calls) - calls
    through = world.run(after=MINUTE)

    assert (first.stopped, first.budget_exhausted, first.failed, first.pages) == (1, 1, 0, 0)
    assert world.ledger.stopped() == Stop(
        until=NOON + 17 * MINUTE, why="X answers that the credits are used up (402)"
    )
    assert (meanwhile.stopped, asked_meanwhile) == (1, 0)
    assert (through.stopped, through.counts.accepted) == (0, 2)


def test_a_first_reading_that_is_refused_for_hours_begins_where_it_would_have_begun():
    posts = every(10 * MINUTE, 18, start=NOON)
    world = World(posts)
    world.timelines.errors = [Unavailable("X answered 503")] * 36

    for _ in range(37):
        world.run(after=5 * MINUTE)

    assert sorted(world.queued) == ids(posts)


def test_a_stop_amid_a_walk_costs_no_post():
    posts = every(SECOND, 25, start=NOON - MINUTE)
    world = World(posts)
    world.timelines.errors = [None, BudgetExhausted("402")]

    world.run()
    world.run(after=15 * MINUTE)

    assert sorted(world.queued) == ids(posts)
    assert len(world.queued) == len(posts)


def test_what_a_page_costs_is_booked_by_day_and_source_and_the_overlap_is_free():
    world = World(every(SECOND, 4, start=NOON - MINUTE))

    world.run()
    world.run(after=MINUTE)
    spend = world.ledger.spend(NOON.date())

    # Four posts and their one author.
    assert spend.by_source == {"acme/mentions:1000000001": pytest.approx(4 * 0.005 + 0.01)}


def test_searches_stop_at_four_fifths_of_the_budget_and_timelines_at_all_of_it():
    brand = Brand(
        id="acme", name="Acme", handles=("acme",), x_ids=("1000000001",), queries=("network",)
    )
    world = World([], brands=(brand,))
    world.budget = 10.0
    seen = []
    for spent in (7.9, 0.2, 1.8, 0.2):
        world.ledger.add(NOON.date(), "before", spent)
        done = world.run(after=MINUTE)
        seen.append((done.pages, done.over_budget, done.budget_used_percent))

    assert seen == [(2, 0, 79.0), (1, 1, 81.0), (1, 1, 99.0), (0, 2, 101.0)]


def test_the_next_day_begins_with_an_empty_bill_and_nothing_is_lost():
    world = World()
    world.run()
    world.budget = 1.0
    world.ledger.add(NOON.date(), "before", 2.0)
    missed = every(MINUTE, 5, start=NOON + 30 * MINUTE)
    world.api.posts = missed

    refused = world.run(after=timedelta(hours=11))
    world.run(after=timedelta(hours=2))

    assert (refused.pages, refused.over_budget) == (0, 1)
    assert sorted(world.queued) == ids(missed)


def test_a_budget_that_runs_out_amid_a_walk_keeps_the_walk():
    posts = every(SECOND, 25, start=NOON - MINUTE)
    world = World(posts)
    world.budget = 0.05

    world.run()
    half = world.walk()
    world.budget = 0
    world.run(after=MINUTE)

    assert half.next_token
    assert world.cursor().last_error == ""
    assert sorted(world.queued) == ids(posts)


def test_a_ledger_that_does_not_answer_buys_nothing_and_one_that_cannot_book_loses_no_page():
    world = World(every(SECOND, 3, start=NOON - MINUTE))

    def broken(*_):
        raise Unavailable("the table does not answer")

    read, add = world.ledger.spend, world.ledger.add
    world.ledger.spend = broken
    blind = world.run()
    world.ledger.spend, world.ledger.add = read, broken
    unbooked = world.run(after=MINUTE)
    world.ledger.add = add

    assert (blind.pages, blind.failed) == (0, 1)
    assert (unbooked.counts.accepted, unbooked.failed) == (3, 1)


def a_loud_timeline(number, *, start, step=MINUTE):
    return every(step, number, start=start)


def test_beyond_what_a_timeline_holds_a_search_goes_on_without_a_gap():
    missed = a_loud_timeline(1000, start=NOON + MINUTE)
    world = World(missed)
    world.run()

    world.run(after=timedelta(hours=20))
    paths = {path for path, _ in world.api.calls}

    assert sorted(set(world.queued)) == ids(missed)
    assert "/2/tweets/search/recent" in paths
    assert world.gaps.all("acme") == ()
    assert world.walk().committed_id == max(ids(missed))


def test_what_neither_timeline_nor_search_shows_any_more_is_a_gap_that_people_see():
    missed = a_loud_timeline(1600, start=NOON + MINUTE, step=10 * MINUTE)
    world = World(missed)
    world.run()

    done = world.run(after=timedelta(days=11, hours=3))
    (gap,) = world.gaps.all("acme")
    found = set(world.queued)

    assert done.gaps == 1
    assert (gap.source, gap.begin) == ("mentions:1000000001", NOON)
    for post in missed:
        assert post.id in found or gap.begin <= post.visible_at <= gap.end
    assert gap.end < NOON + timedelta(days=5)


def test_a_brand_without_handles_cannot_go_on_by_search_and_says_so():
    brand = Brand(id="acme", name="Acme", x_ids=("1000000001",))
    tagged = {"entities": {"mentions": [{"username": "acme", "id": "1000000001"}]}}
    missed = every(MINUTE, 1000, start=NOON + MINUTE, **tagged)
    world = World(missed, brands=(brand,))
    world.run()

    world.run(after=timedelta(hours=20))
    (gap,) = world.gaps.all("acme")
    found = set(world.queued)

    assert len(found) == 800
    assert all(p.id in found or gap.begin <= p.visible_at <= gap.end for p in missed)


def test_a_search_away_for_weeks_leaves_a_gap_up_to_what_x_still_shows():
    brand = Brand(id="acme", name="Acme", queries=("network",))
    world = World([], brands=(brand,))
    world.run()
    missed = every(timedelta(hours=12), 30, start=NOON + timedelta(hours=1))
    world.api.posts += missed

    world.run(after=timedelta(days=20))
    (gap,) = world.gaps.all("acme")
    found = set(world.queued)

    assert gap.begin == NOON
    assert found
    assert all(p.id in found or gap.begin <= p.visible_at <= gap.end for p in missed)


def test_a_quiet_search_is_never_a_gap():
    brand = Brand(id="acme", name="Acme", queries=("network",))
    world = World([a_post(NOON - MINUTE)], brands=(brand,))

    for _ in range(24 * 10):
        done = world.run(after=timedelta(hours=1))

    assert (done.failed, world.gaps.all("acme")) == (0, ())


def test_much_at_once_is_read_on_before_the_next_tick_by_one_chain_of_messages():
    world = World(every(SECOND, 40, start=NOON - MINUTE))

    burst = world.run()
    tick = world.run(after=5 * SECOND)
    world.api.posts += every(SECOND / 2, 30, start=world.now)
    world.run(after=16 * SECOND)

    assert (burst.bursts, tick.bursts) == (1, 0)
    assert [m.delay for m in world.polls.sent] == [15 * SECOND] * 2
    assert json.loads(world.polls.bodies[0]) == {
        "version": 1,
        "type": "poll",
        "brand": "acme",
        "source": "mentions:1000000001",
    }


def test_a_few_posts_are_no_burst():
    world = World(every(SECOND, 5, start=NOON - MINUTE))

    assert world.run().bursts == 0
    assert world.polls.sent == []


def test_an_idle_source_is_asked_less_often_until_a_post_shows_up():
    world = World()
    for _ in range(7 * 60):
        world.run(after=MINUTE)
    before = len(world.api.calls)
    for _ in range(60):
        world.run(after=MINUTE)
    idle = len(world.api.calls) - before
    world.api.posts.append(a_post(world.now))
    for _ in range(5):
        world.run(after=MINUTE)
    woken = len(world.api.calls)
    for _ in range(30):
        world.run(after=MINUTE)

    assert idle == 12
    assert len(world.queued) == 1
    assert len(world.api.calls) - woken == 30
