import json
from datetime import timedelta

from local.bench import day
from local.bench.posts import START


def test_the_day_has_all_its_posts_in_the_order_of_time_and_two_storms():
    pages = [json.loads(line)["data"] for line in day.lines(posts=2_000)]
    posts = [post for page in pages for post in page[::-1]]
    at = [post["created_at"] for post in posts]

    assert len(posts) == 2_000
    assert len({post["id"] for post in posts}) == 2_000
    assert at == sorted(at)
    stormy = [post for post in posts if "T21:" <= post["created_at"][10:] < "T22:"]
    assert len(stormy) > 20 * 2_000 / (24 * 25)


def test_a_day_is_the_same_each_time_but_for_its_ids():
    first, again = list(day.lines(300)), list(day.lines(300))

    assert [json.loads(x)["data"][0]["text"] for x in first] == [
        json.loads(x)["data"][0]["text"] for x in again
    ]
    assert START.hour == 12
    assert timedelta(days=1) > timedelta(minutes=day.STORMS[-1][1])
