from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import NOON
from tests.x_stream import World, a_post, every, ids
from vigie.errors import BudgetExhausted, RateLimited, Unavailable

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Killed(BaseException):
    """The process is gone."""


class Mortal:
    """Counts the writes of a world and dies at the `dies_at`-th, before or after it is done."""

    def __init__(self, world, dies_at, after=True):
        self.writes = 0
        self._dies_at, self._after = dies_at, after
        self._targets = (
            (world.mentions, "send"),
            (world.urgent, "send"),
            (world.dead_letters, "park"),
            (world.cursors, "take"),
            (world.cursors, "save"),
            (world.ledger, "add"),
            (world.ledger, "stop"),
            (world.gaps, "add"),
            (world.polls, "send"),
        )
        for target, name in self._targets:
            setattr(target, name, self._deadly(getattr(target, name)))

    def revive(self):
        for target, name in self._targets:
            delattr(target, name)

    def _deadly(self, write):
        def once(*args, **kwargs):
            self.writes += 1
            due = self.writes == self._dies_at
            if due and not self._after:
                raise Killed
            result = write(*args, **kwargs)
            if due:
                raise Killed
            return result

        return once


def a_busy_quarter_of_an_hour():
    return [
        *every(7 * SECOND, 28, start=NOON - 4 * MINUTE),
        *every(SECOND, 3, start=NOON - MINUTE, text="@acme danger, the mast is falling"),
        a_post(NOON - 2 * MINUTE, author_id=...),
        a_post(NOON - 2 * MINUTE, author_id="1000000001"),
    ]


def settled(world, posts):
    """Every post is queued or parked, but for the brand's own."""
    parked = {int(post["id"]) for post in world.parked}
    own = {post.id for post in posts if post.raw.get("author_id") == "1000000001"}
    return set(world.queued) | parked | own


def passes_nothing_by(world, posts):
    done = settled(world, posts)
    return world.cursor() is None or all(
        id_ in done for id_ in ids(posts) if id_ <= world.walk().committed_id
    )


def writes_of_a_run():
    world = World(a_busy_quarter_of_an_hour())
    mortal = Mortal(world, dies_at=0)
    world.run()
    return mortal.writes


WRITES = writes_of_a_run()


def test_a_run_of_several_pages_writes_often_enough_to_be_worth_killing():
    assert WRITES >= 10


@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("dies_at", range(1, WRITES + 1))
def test_killed_at_any_write_every_post_is_queued_and_the_cursor_passes_none_by(dies_at, after):
    posts = a_busy_quarter_of_an_hour()
    world = World(posts)
    Mortal(world, dies_at, after)

    with pytest.raises(Killed):
        world.run()
    assert passes_nothing_by(world, posts)
    for _ in range(4):
        world.run(after=6 * MINUTE)
        assert passes_nothing_by(world, posts)

    assert settled(world, posts) == set(ids(posts))
    # A crash costs at most one page again: ten posts, queued twice.
    assert len(world.queued) <= len(set(world.queued)) + 10


def test_a_run_that_is_invoked_again_after_its_death_has_its_lease_still():
    posts = a_busy_quarter_of_an_hour()
    world = World(posts)
    Mortal(world, dies_at=4)
    with pytest.raises(Killed):
        world.run()

    world.runs -= 1  # Lambda repeats an invocation under the same request id
    world.run()

    assert settled(world, posts) == set(ids(posts))


events = st.lists(
    st.one_of(
        st.tuples(st.just("posts"), st.integers(1, 25)),
        st.tuples(st.just("late"), st.integers(1, 840)),
        st.tuples(st.just("run"), st.integers(0, 400)),
        st.tuples(st.just("short"), st.integers(0, 400)),
        st.tuples(st.just("killed"), st.integers(1, 12)),
        st.tuples(st.just("limited"), st.integers(1, 900)),
        st.tuples(st.just("down"), st.integers(1, 3)),
        st.tuples(st.just("money"), st.integers(1, 2)),
        st.tuples(st.just("budget"), st.integers(0, 40)),
        st.tuples(st.just("queue"), st.integers(1, 3)),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(events=events)
def test_whatever_happens_in_between_no_post_is_missing_in_the_end(events):
    world, posts = World(), []
    world.run()  # from here on, everything counts
    for what, number in events:
        world.now += SECOND
        match what:
            case "posts":
                posts += every(SECOND / 50, number, start=world.now)
            case "late":
                lag = timedelta(seconds=number)
                posts.append(a_post(world.now, indexed_after=lag))
            case "run":
                world.run(after=timedelta(seconds=number))
            case "short":
                left = iter([timedelta(seconds=50)] * 2)
                world.run(
                    after=timedelta(seconds=number),
                    remaining=lambda left=left: next(left, timedelta(0)),
                )
            case "killed":
                mortal = Mortal(world, number)
                with suppress(Killed):
                    world.run(after=MINUTE)
                mortal.revive()
            case "limited":
                until = world.now + timedelta(seconds=number)
                world.timelines.errors.append(RateLimited("limit", until))
            case "down":
                world.timelines.errors += [Unavailable("X answered 503")] * number
            case "money":
                world.timelines.errors += [BudgetExhausted("402")] * number
            case "budget":
                world.budget = number / 100
            case "queue":
                world.mentions.refuse += number
        world.api.posts = list(posts)

    world.timelines.errors.clear()
    world.budget = 0
    world.mentions.refuse = 0
    for _ in range(4):
        world.run(after=20 * MINUTE)

    assert settled(world, posts) == set(ids(posts))
