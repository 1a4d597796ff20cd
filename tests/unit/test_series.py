import json
import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON, some_labels
from vigie.domain import surge
from vigie.domain.bins import ALL, URGENT
from vigie.domain.labels import Kind, Sentiment, Urgency
from vigie.domain.series import UNSEEN_BINS, Series

CHAT = some_labels(Urgency.LOW, Kind.NONE, Sentiment.NEUTRAL)
OUTAGE = some_labels(Urgency.HIGH, Kind.OUTAGE)
NOW = NOON + timedelta(days=30)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def told(posts, labels=CHAT):
    series = Series()
    for at in posts:
        series.add(at, labels, NOW)
    return series


def a_usual_time(days, a_minute=1.0, start=MONDAY, seed=1):
    """Instants of posts that come at random, at the same rate day and night."""
    rng = random.Random(seed)
    at = start
    while at < start + timedelta(days=days):
        at += timedelta(minutes=rng.expovariate(a_minute))
        yield at


def learned(days=4, a_minute=0.5):
    return told(a_usual_time(days, a_minute))


def test_a_bin_is_learned_once_nothing_more_is_to_come_for_it():
    series = told([NOON])
    assert ALL not in series.learned

    series.add(NOON + timedelta(minutes=19, seconds=59), CHAT, NOW)
    assert ALL not in series.learned

    series.add(NOON + timedelta(minutes=20), CHAT, NOW)
    assert series.learned[ALL]["n"] == 1


def test_a_post_fifteen_minutes_late_counts_and_a_later_one_does_not():
    series = told([NOON + timedelta(minutes=15)])

    series.add(NOON, CHAT, NOW)
    series.add(NOON - timedelta(minutes=6), CHAT, NOW)

    assert sum(held.weights[ALL] for held in series.open.values()) == 2


def test_a_post_from_the_future_is_one_of_now():
    series = Series()

    series.add(NOON + timedelta(days=3), CHAT, NOON)

    assert series.newest == int(NOON.timestamp())


@given(st.lists(st.integers(0, 3600), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_what_is_learned_does_not_depend_on_the_order_within_ten_minutes(seconds, rng):
    posts = [NOON + timedelta(seconds=s) for s in sorted(seconds)]
    late = [(at + timedelta(seconds=rng.randint(0, 600)), at) for at in posts]
    end = NOON + timedelta(hours=3)

    in_order, shuffled = told(posts), told(at for _, at in sorted(late))
    in_order.add(end, CHAT, NOW)
    shuffled.add(end, CHAT, NOW)

    assert in_order.learned == shuffled.learned
    assert in_order.scores == shuffled.scores


@given(st.lists(st.integers(0, 3600), min_size=1, max_size=40), st.integers(1, 40))
def test_storing_between_the_posts_changes_nothing(seconds, every):
    posts = [NOON + timedelta(seconds=s) for s in sorted(seconds)]
    series = Series()
    for number, at in enumerate(posts):
        if number % every == 0:
            series = Series.of(json.loads(json.dumps(series.stored())))
        series.add(at, OUTAGE, NOW)

    assert series.stored() == told(posts, OUTAGE).stored()


def test_nothing_stored_is_changed_in_place():
    series = learned(1)
    before = series.stored()
    copy = json.dumps(before)

    again = Series.of(before)
    again.add(MONDAY + timedelta(days=1, minutes=20), OUTAGE, NOW)
    again.join(MONDAY + timedelta(days=1, minutes=20), "inc-1")

    assert json.dumps(before) == copy


def test_the_first_three_days_are_for_learning():
    series = learned(2.9)
    last = MONDAY + timedelta(days=2.9)
    surprises = [series.add(last + timedelta(seconds=n), CHAT, NOW) for n in range(60)]
    assert not any(surprises)

    series = learned(3.1)
    last = MONDAY + timedelta(days=3.1)
    surprises = [series.add(last + timedelta(seconds=n), CHAT, NOW) for n in range(60)]
    assert max(s.score for s in surprises if s) > surge.threshold(1)


def test_one_post_of_long_ago_is_no_time_of_learning():
    series = told([MONDAY - timedelta(days=2000), *a_usual_time(1)])

    assert series.is_learning()
    assert all(score == 0 for score in series.scores.values())


def test_a_surge_is_noticed_within_its_bin():
    series = learned(4)
    at = MONDAY + timedelta(days=4, minutes=5)

    surprises = [series.add(at + timedelta(seconds=3 * n), CHAT, NOW) for n in range(40)]

    assert surprises[-1].score > surge.threshold(1)
    assert series.ratio() > 5


def test_silence_that_a_tick_has_seen_is_learned_and_other_silence_is_not():
    watched, unwatched = learned(4), learned(4)
    last = MONDAY + timedelta(days=4)

    for minutes in range(0, 2 * 24 * 60, 5):
        watched.tick(last + timedelta(minutes=minutes))
    after = last + timedelta(days=2)
    watched.add(after, CHAT, NOW)
    unwatched.add(after, CHAT, NOW)

    two_days = int(timedelta(days=2) / surge.BIN)
    assert watched.learned[ALL]["n"] - unwatched.learned[ALL]["n"] > two_days - 2 * UNSEEN_BINS
    start = after.replace(minute=0)
    assert surge.usual(unwatched.learned[ALL], start) > surge.usual(watched.learned[ALL], start)


def test_a_tick_within_a_bin_changes_nothing():
    series = learned(1)
    at = MONDAY + timedelta(days=1, hours=1, minutes=1)
    series.tick(at)
    before = series.stored()

    series.tick(at + timedelta(minutes=3))

    assert series.stored() == before


def test_a_brand_never_heard_of_has_nothing_to_tick():
    series = Series()

    series.tick(NOON)

    assert series.stored() is None


def test_what_is_urgent_weighs_in_a_series_of_its_own():
    series = told([NOON], OUTAGE)
    series.add(NOON, some_labels(Urgency.CRITICAL), NOW)
    series.add(NOON, some_labels(Urgency.LOW, sentiment=Sentiment.NEGATIVE), NOW)
    series.add(NOON, CHAT, NOW)

    assert series.open[series.current].weights[URGENT] == 5.25
    assert series.open[series.current].weights[ALL] == 4


def test_a_quarrel_of_two_is_no_volume_and_a_crowd_is():
    quarrel, crowd = learned(4), learned(4)
    at = MONDAY + timedelta(days=4, minutes=5)

    surprises = []
    for n in range(60):
        assert quarrel.add(at, CHAT, NOW, author=f"{n % 2:010x}") is None
        surprises.append(crowd.add(at, CHAT, NOW, author=f"{n * 7919:010x}"))

    assert max(s.score for s in surprises if s) > surge.threshold(1)


def test_a_kind_with_enough_traffic_is_watched_by_itself():
    series = told(a_usual_time(2, a_minute=2), OUTAGE)

    assert set(series.begun) == {ALL, URGENT, "outage"}
    assert series.begun["outage"] > series.begun[ALL]


def test_three_urgent_mentions_are_nothing_for_a_brand_that_has_them_all_day():
    rng = random.Random(3)
    series = Series()
    for at in a_usual_time(5, a_minute=1):
        series.add(at, OUTAGE if rng.random() < 0.1 else CHAT, NOW)

    window = timedelta(minutes=30)
    _, usual, chance = series.urgency(window)
    assert 1.5 < usual < 5
    assert chance > 0.001

    at = MONDAY + timedelta(days=5, minutes=1)
    for n in range(20):
        series.add(at + timedelta(seconds=n), OUTAGE, NOW)
    assert series.urgency(window)[2] < 0.0001


def test_a_day_of_23_or_25_hours_is_as_long_as_the_others():
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)

    series = told(a_usual_time(2, 0.5, spring))

    until = spring + timedelta(days=2) - timedelta(minutes=15)
    assert series.learned[ALL]["n"] == int((until - spring) / surge.BIN)
