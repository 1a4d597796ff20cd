import json
from datetime import timedelta

import pytest

from local.fake_x import FakeX, Post, credits_depleted, cut, down, garbage, rate_limited
from tests.builders import NOON
from tests.e2e.posts import CHAT, a_post
from vigie.adapters.x import XPosts
from vigie.errors import BudgetExhausted, RateLimited, Rejected, Unavailable
from vigie.x_lookups import history, missing, numbers


class Clock:
    def __init__(self):
        self.now = NOON


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def fake(clock):
    with FakeX(clock=lambda: clock.now) as fake:
        yield fake


@pytest.fixture
def posts(fake):
    made = XPosts(lambda: "local", fake.url)
    yield made
    made.close()


def shown(fake, **changes):
    raw = a_post(NOON, CHAT, **changes)
    user = {"id": raw["author_id"], "username": "user_1"}
    fake.posts.append(Post(id=int(raw["id"]), visible_at=NOON, raw=raw, user=user))
    return raw


def test_a_look_up_tells_what_is_there_and_what_is_gone(fake, posts):
    there, deleted, hidden = (shown(fake) for _ in range(3))
    fake.upkeep.gone |= {deleted["id"]: "deleted", hidden["id"]: "protected"}

    answer = posts.look_up([p["id"] for p in (there, deleted, hidden)], authors=False, now=NOON)

    assert [raw["id"] for raw in answer["data"]] == [there["id"]]
    assert missing(answer) == {deleted["id"]: "deleted", hidden["id"]: "protected"}
    assert "includes" not in answer


def test_authors_come_along_only_when_they_are_asked_for(fake, posts):
    raw = shown(fake)

    answer = posts.look_up([raw["id"]], authors=True, now=NOON)

    assert [user["id"] for user in answer["includes"]["users"]] == [raw["author_id"]]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (credits_depleted(), BudgetExhausted),
        (rate_limited(NOON + timedelta(minutes=5)), RateLimited),
        (down(), Unavailable),
        (garbage(), Unavailable),
        (garbage("[]"), Unavailable),
        (cut("within"), Unavailable),
    ],
)
def test_refusals_are_told_apart_on_look_ups_and_jobs(fake, posts, fault, error):
    fake.script(fault, fault)

    with pytest.raises(error):
        posts.look_up(["1"], authors=False, now=NOON)
    with pytest.raises(error):
        posts.create("a-name", NOON)


def test_a_compliance_job_from_its_creation_to_its_result(fake, posts, clock):
    kept, gone = shown(fake), shown(fake)
    fake.upkeep.gone[gone["id"]] = "deleted"

    job = posts.create("vigie-1", clock.now)
    posts.upload(job, [kept["id"], gone["id"]], clock.now)
    before = posts.read(job.id, clock.now).status
    clock.now += timedelta(minutes=5)

    assert before == "in_progress"
    assert posts.read(job.id, clock.now).status == "complete"
    assert list(posts.gone(job, clock.now)) == [gone["id"]]


def test_our_token_is_not_sent_to_x_s_storage(fake, posts, clock):
    job = posts.create("vigie-1", clock.now)
    fake.bearer = "another"

    posts.upload(job, ["1"], clock.now)

    assert fake.upkeep.jobs[job.id].ids == ["1"]


def test_an_upload_that_comes_too_late_is_refused(posts, clock):
    job = posts.create("vigie-1", clock.now)
    clock.now += timedelta(minutes=16)

    with pytest.raises(Rejected):
        posts.upload(job, ["1"], clock.now)


@pytest.mark.parametrize("text", ["{not json", '{"action": "delete"}', "[]"])
def test_a_result_that_cannot_be_read_is_asked_for_again(fake, posts, clock, text):
    job = posts.create("vigie-1", clock.now)
    fake.script(garbage(text))

    with pytest.raises(Unavailable):
        list(posts.gone(job, clock.now))


def test_the_documented_result_line_is_read(fake, posts, clock):
    job = posts.create("vigie-1", clock.now)
    line = {
        "id": "1234567890",
        "action": "delete",
        "created_at": "2024-01-10T12:00:00.000Z",
        "redacted_at": "2024-01-12T08:30:00.000Z",
        "reason": "deleted",
    }
    fake.script(garbage(json.dumps(line) + "\n\n" + json.dumps(line | {"action": "scrub_geo"})))

    assert list(posts.gone(job, clock.now)) == ["1234567890"]


def test_numbers_and_versions_are_read_in_both_spellings():
    old = {"public_metrics": {"retweet_count": 2, "like_count": 3}}
    new = {"public_metrics": {"repost_count": 2, "like_count": 3, "like_count_str": "3"}}

    assert numbers(old) == numbers(new) == {"reposts": 2, "likes": 3, "replies": 0, "quotes": 0}
    assert history({"edit_history_tweet_ids": ["1", "2"]}) == ("1", "2")
    assert history({"edit_history_post_ids": ["1", "2"]}) == ("1", "2")


NOT_FOUND = "https://api.x.com/2/problems/resource-not-found"
HIDDEN = "https://api.twitter.com/2/problems/not-authorized-for-resource"


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (
            {
                "resource_id": "456",
                "resource_type": "tweet",
                "title": "Not Found Error",
                "detail": "Could not find tweet with id: [456].",
                "type": NOT_FOUND,
            },
            {"456": "deleted"},
        ),
        ({"value": "456", "resource_type": "post", "type": HIDDEN}, {"456": "protected"}),
        ({"value": "456", "resource_type": "user", "type": NOT_FOUND}, {}),
        ({"value": "456", "type": "https://api.x.com/2/problems/field-hydration-failure"}, {}),
        ({"value": "not an id", "type": NOT_FOUND}, {}),
        ({"type": NOT_FOUND}, {}),
        ("rubbish", {}),
    ],
)
def test_only_what_x_names_as_gone_is_gone(error, found):
    assert missing({"data": [], "errors": [error]}) == found


@pytest.mark.parametrize("errors", [None, {}, "rubbish", 7])
def test_errors_that_are_none_say_nothing(errors):
    assert missing({"errors": errors}) == {}


@pytest.mark.parametrize("metrics", [None, [], {"like_count": "3"}, {"like_count": True}])
def test_numbers_that_are_none_count_as_nothing(metrics):
    assert set(numbers({"public_metrics": metrics}).values()) == {0}
