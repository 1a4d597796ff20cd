import json
from datetime import timedelta

import pytest

from local.fake_x import FakeApi, load_stream
from tests.builders import NOON
from tests.x_stream import a_post, every
from vigie.domain.snowflakes import snowflake

SECOND = timedelta(seconds=1)
BEARER = "Bearer local"
MENTIONS = "/2/users/1000000001/mentions"
SEARCH = "/2/tweets/search/recent"


def api(posts, **options):
    return FakeApi(posts, clock=lambda: NOON, accounts={"1000000001": "acme"}, **options)


def ask(of, path=MENTIONS, **asked):
    status, _, body = of.answer(path, {k.replace("__", "."): v for k, v in asked.items()}, BEARER)
    return status, body


@pytest.fixture
def stream(tmp_path):
    path = tmp_path / "stream.jsonl"
    first = a_post(NOON - timedelta(days=400))
    second = a_post(
        NOON - timedelta(days=400) + timedelta(minutes=30),
        referenced_tweets=[{"type": "quoted", "id": str(first.id)}],
    )
    lines = [
        {"data": first.raw, "includes": {"users": [first.user]}},
        {"data": [second.raw], "meta": {"result_count": 1}},
        {"data": {"id": "no number", "text": "x", "created_at": "2025-01-01T00:00:00Z"}},
        {"data": {"id": "7", "text": "without a time"}},
    ]
    path.write_text("\n".join(map(json.dumps, lines)) + "\nno json\n\n", encoding="utf-8")
    return path


def test_a_stream_plays_now_with_ids_that_fit(stream):
    first, second = load_stream(stream, NOON)

    assert (first.visible_at, second.visible_at) == (NOON, NOON + timedelta(minutes=30))
    assert first.id >> 22 == snowflake(NOON) >> 22
    assert second.raw["id"] == str(second.id)
    assert second.raw["referenced_tweets"] == [{"type": "quoted", "id": str(first.id)}]
    assert first.raw["created_at"] == "2026-03-12T12:00:00.000Z"


def test_a_stream_can_be_kept_as_it_was_recorded(stream):
    assert [post.visible_at.year for post in load_stream(stream)] == [2025, 2025]


def test_posts_become_visible_at_their_time_and_to_a_search_a_little_later():
    of = api([a_post(NOON - 20 * SECOND), a_post(NOON), a_post(NOON + SECOND)])

    assert ask(of)[1]["meta"]["result_count"] == 2
    assert ask(of, SEARCH, query="network")[1]["meta"]["result_count"] == 0


def test_only_what_is_asked_for_comes():
    of = api([a_post(NOON)])

    (bare,) = ask(of)[1]["data"]
    full = ask(of, tweet__fields="author_id,lang", expansions="author_id")[1]

    assert set(bare) == {"id", "text", "edit_history_tweet_ids"}
    assert set(full["data"][0]) == {"id", "text", "edit_history_tweet_ids", "author_id", "lang"}
    assert full["includes"]["users"] == [{"id": "2000000001", "username": "user_1"}]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (MENTIONS, {"max_results": "4"}),
        (MENTIONS, {"max_results": "101"}),
        (MENTIONS, {"since_id": "x"}),
        (MENTIONS, {"start_time": "yesterday"}),
        (SEARCH, {}),
        (SEARCH, {"query": "x" * 513}),
        (SEARCH, {"query": "x", "max_results": "5"}),
        (SEARCH, {"query": "x", "since_id": "1"}),
        (SEARCH, {"query": "x", "next_token": "made-up"}),
    ],
)
def test_what_x_refuses_is_refused(path, asked):
    status, body = ask(api(every(SECOND, 3)), path, **asked)

    assert status == 400
    assert body["type"].endswith("/invalid-request")


def test_bounds_are_what_x_makes_of_them():
    posts = every(SECOND, 5, start=NOON - 10 * SECOND)
    of = api(posts)
    second, fourth = str(posts[1].id), str(posts[3].id)

    found = ask(of, since_id=second, until_id=fourth)[1]["data"]

    assert [post["id"] for post in found] == [str(posts[2].id)]
    assert len(ask(of, start_time="2026-03-12T11:59:52Z")[1]["data"]) == 3
    assert len(ask(of, end_time="2026-03-12T11:59:52Z")[1]["data"]) == 2


def test_an_unknown_path_or_token_gets_no_posts():
    of = api([a_post(NOON)])

    assert ask(of, "/2/trends")[0] == 404
    assert of.answer(MENTIONS, {}, "Bearer other")[0] == 401
