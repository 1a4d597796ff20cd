import json
import logging
from datetime import timedelta

import pytest

from local.fake_x import (
    FakeX,
    Fault,
    credits_depleted,
    cut,
    down,
    garbage,
    rate_limited,
    slow,
    usage_capped,
)
from tests.builders import NOON
from tests.x_stream import ACME, every
from vigie.adapters import x
from vigie.adapters.x import XTimelines
from vigie.domain.x_walk import Feed, Via
from vigie.errors import BudgetExhausted, RateLimited, Rejected, Unavailable
from vigie.x_posts import read_page, to_mention

MENTIONS = Feed(brand="acme", via=Via.MENTIONS, subject="1000000001")
SEARCH = Feed(brand="acme", via=Via.SEARCH, subject="network down -is:retweet")
SECOND = timedelta(seconds=1)


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.setattr(x, "TIMEOUT", (0.5, 0.25))
    posts = every(SECOND, 120, start=NOON - timedelta(minutes=10))
    with FakeX(posts, clock=lambda: NOON, accounts={"1000000001": "acme"}) as fake:
        yield fake


@pytest.fixture
def timelines(fake):
    made = XTimelines(lambda: "local", fake.url)
    yield made
    made.close()


def ask(timelines, source=MENTIONS, *, since_id=0, until_id=0, token=""):
    return timelines.page(source, since_id=since_id, until_id=until_id, token=token, now=NOON)


@pytest.mark.parametrize("source", [MENTIONS, SEARCH])
def test_pages_follow_each_other_by_their_tokens(timelines, source):
    first = ask(timelines, source)
    second = ask(timelines, source, token=first["meta"]["next_token"])

    assert [len(page["data"]) for page in (first, second)] == [100, 20]
    assert "next_token" not in second["meta"]
    assert int(first["data"][-1]["id"]) > int(second["data"][0]["id"])


def test_a_page_brings_all_that_a_mention_needs(timelines):
    page = read_page(ask(timelines))

    mention = to_mention(page.posts[0], page, ACME, NOON, MENTIONS.name)

    assert (mention.author.handle, mention.author.followers) == ("user_1", 10)
    assert mention.posted_at == NOON - timedelta(minutes=8, seconds=1)
    assert mention.flags == ()


@pytest.mark.parametrize("source", [MENTIONS, SEARCH])
def test_only_what_is_older_than_until_id_comes(timelines, source):
    first = ask(timelines, source)

    older = ask(timelines, source, until_id=int(first["data"][-1]["id"]))

    assert len(older["data"]) == 20


def test_only_what_is_newer_than_since_id_comes(timelines):
    newest = ask(timelines)["data"][4]["id"]

    assert len(ask(timelines, since_id=int(newest))["data"]) == 4


def test_nothing_new_is_a_page_without_posts(timelines, fake):
    fake.posts.clear()

    assert read_page(ask(timelines)).posts == ()


def test_the_token_is_asked_for_at_each_page(fake):
    tokens = iter(["wrong", "local"])
    timelines = XTimelines(lambda: next(tokens), fake.url + "/")

    with pytest.raises(Rejected) as caught:
        ask(timelines)
    assert caught.value.field == "authorization"
    assert ask(timelines)["data"]
    timelines.close()


def test_a_rate_limit_says_until_when(timelines, fake):
    until = NOON + timedelta(minutes=7)
    fake.script(rate_limited(until))

    with pytest.raises(RateLimited) as caught:
        ask(timelines)

    assert caught.value.until == until


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, timedelta(minutes=1)),
        ("soon", timedelta(minutes=1)),
        ("-5", timedelta(minutes=1)),
        ("0", timedelta(seconds=1)),
        ("99999999999", timedelta(minutes=16)),
        ("9" * 40, timedelta(minutes=1)),
    ],
)
def test_a_reset_that_cannot_be_true_is_not_waited_for(timelines, fake, header, wait):
    headers = {} if header is None else {"x-rate-limit-reset": header}
    fake.script(Fault(status=429, headers=headers, body={"title": "Too Many Requests"}))

    with pytest.raises(RateLimited) as caught:
        ask(timelines)

    assert caught.value.until == NOON + wait


@pytest.mark.parametrize(
    "fault",
    [
        credits_depleted(),
        usage_capped(),
        Fault(status=402, body={}),
        Fault(status=429, body={"type": "https://api.x.com/2/problems/usage-capped"}),
        Fault(status=429, body={"title": "UsageCapExceeded", "type": "about:blank"}),
        Fault(status=403, body={"type": "https://api.twitter.com/2/problems/credits"}),
    ],
)
def test_money_is_told_apart_from_the_rate_limit(timelines, fake, fault):
    fake.script(fault)

    with pytest.raises(BudgetExhausted):
        ask(timelines)


@pytest.mark.parametrize(
    "fault",
    [
        down(500),
        down(503),
        Fault(status=408),
        Fault(status=302, headers={"Location": "/2/users/1000000001/mentions"}),
        slow(1),
        cut("before"),
        cut("within"),
        garbage(),
        garbage("[]"),
        garbage('"text"'),
        garbage("[" * 50_000),
    ],
    ids=lambda fault: f"{fault.status} {fault.cut} {fault.text[:8]} {fault.wait_s}".strip(),
)
def test_what_may_pass_is_unavailable(timelines, fake, fault):
    fake.script(fault)

    with pytest.raises(Unavailable) as caught:
        ask(timelines)

    assert type(caught.value) is Unavailable
    assert ask(timelines)["data"]


def test_a_server_that_is_not_there_is_unavailable():
    timelines = XTimelines(lambda: "local", "http://127.0.0.1:9")

    with pytest.raises(Unavailable):
        ask(timelines)
    timelines.close()


def test_a_since_id_that_search_refuses_is_named(timelines):
    with pytest.raises(Rejected) as caught:
        ask(timelines, SEARCH, since_id=17)

    assert caught.value.field == "since_id"


@pytest.mark.parametrize("source", [MENTIONS, SEARCH])
def test_a_page_token_that_is_refused_is_named(timelines, source):
    with pytest.raises(Rejected) as caught:
        ask(timelines, source, token="made-up")

    assert caught.value.field == "next_token"


@pytest.mark.parametrize("body", [{}, {"type": 7}, {"type": "https://x/Zürich?"}, {"errors": "?"}])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 451])
def test_other_refusals_are_rejected_in_our_own_words(timelines, fake, status, body):
    fake.script(Fault(status=status, body={"detail": "about user_1", **body}))

    with pytest.raises(Rejected) as caught:
        ask(timelines)

    assert f"X refuses the request: {status}" in caught.value.reason
    assert "user_1" not in caught.value.reason


def test_the_calls_of_a_window_are_counted_as_x_counts_them(timelines, fake, monkeypatch):
    monkeypatch.setattr("local.fake_x.CALLS_A_WINDOW", 2)
    ask(timelines)
    ask(timelines)

    with pytest.raises(RateLimited) as caught:
        ask(timelines)

    assert caught.value.until == NOON + timedelta(minutes=15)
    assert ask(timelines, SEARCH)["data"]


def test_the_mentions_timeline_goes_back_800_posts_and_no_more(timelines, fake):
    fake.posts = every(SECOND / 4, 1000, start=NOON - timedelta(minutes=10))

    pages, token = [], ""
    while not pages or token:
        pages.append(ask(timelines, token=token))
        token = pages[-1]["meta"].get("next_token", "")

    assert sum(len(page["data"]) for page in pages) == 800


def test_neither_token_nor_text_is_ever_logged(timelines, fake, caplog):
    caplog.set_level(logging.DEBUG)

    ask(timelines)
    fake.script(down())
    with pytest.raises(Unavailable):
        ask(timelines)

    logged = json.dumps([record.getMessage() for record in caplog.records])
    assert "Bearer" not in logged
    assert "network" not in logged
