import json
from contextlib import contextmanager
from datetime import timedelta

import pytest

from local.clock import VirtualClock
from local.fake_x import FakeX, Post, credits_depleted, down, garbage
from local.snapshot import Snapshot
from tests.builders import NOON, a_plan
from tests.e2e.posts import CHAT, DANGER, OUTAGE, a_page, a_post, feed


@pytest.fixture
def world(stack):
    """A stack whose refresh runs, against a stub of X that holds what is fed."""

    @contextmanager
    def start(plan=None):
        clock = VirtualClock(NOON)
        with FakeX(clock=clock.now) as x:
            options = {
                "environment": {"refresh": {"X_BASE_URL": x.url}},
                "secrets": {"/vigie/x-bearer-token": "local"},
                "refreshing": True,
            }
            with stack(plan, clock, **options) as cloud:
                yield cloud, x

    return start


def publish(cloud, x, *raws):
    """At X, and known to Vigie as a poll would bring it."""
    show(x, *raws)
    feed(cloud, a_page(*raws))
    cloud.advance(seconds=5)


def show(x, *raws):
    for raw in raws:
        author = raw["author_id"]
        user = {"id": author, "username": f"user_{author}", "public_metrics": {}}
        x.posts.append(Post(id=int(raw["id"]), visible_at=NOON, raw=raw, user=user))


def item(cloud, raw):
    key = {"pk": {"S": f"acme#x#{raw['id']}"}}
    return cloud.client("dynamodb").get_item(TableName=cloud.table("MentionsTable"), Key=key)[
        "Item"
    ]


def everything(cloud):
    tables = ("MentionsTable", "IncidentsTable", "BrandsTable")
    client = cloud.client("dynamodb")
    scans = [client.scan(TableName=cloud.table(table))["Items"] for table in tables]
    return str(scans) + str([(letter.body, letter.attributes) for letter in cloud.dead_letters()])


def looked_up(x):
    return [asked["ids"] for path, asked in x.calls if path == "/2/tweets"]


@pytest.mark.soak
def test_what_matters_is_looked_up_at_5_minutes_70_minutes_a_day_and_a_week(world):
    danger, chat = a_post(NOON, DANGER), a_post(NOON, CHAT)
    with world() as (cloud, x):
        publish(cloud, x, danger, chat)
        times = []
        while cloud.clock.now() < NOON + timedelta(minutes=90):
            before = len(looked_up(x))
            cloud.advance(minutes=5)
            times += [cloud.clock.now() - NOON] * (len(looked_up(x)) - before)
        cloud.pause_schedule("watch")
        cloud.advance_to(NOON + timedelta(hours=23))
        for hours in (24.2, 24.4, 168.2, 169):
            cloud.advance_to(NOON + timedelta(hours=hours))

        assert [round(t.total_seconds() / 60) for t in times] == [5, 70]
        assert looked_up(x) == [danger["id"]] * 4
        assert "refresh_at" not in item(cloud, danger)
        cloud.assert_clean()
        assert cloud.failures == []


def test_what_matters_is_looked_up_after_5_and_after_70_minutes(world):
    danger, chat = a_post(NOON, DANGER), a_post(NOON, CHAT)
    with world() as (cloud, x):
        publish(cloud, x, danger, chat)
        cloud.advance(minutes=90)

        assert looked_up(x) == [danger["id"]] * 2
        assert cloud.failures == []


def test_numbers_of_a_post_follow_x(world):
    metrics = {"retweet_count": 12, "like_count": 7, "reply_count": 3, "quote_count": 1}
    danger = a_post(NOON, DANGER, public_metrics=metrics)
    with world() as (cloud, x):
        publish(cloud, x, danger)
        cloud.advance(minutes=6)

        numbers = item(cloud, danger)["numbers"]["M"]
        assert {name: int(value["N"]) for name, value in numbers.items()} == {
            "reposts": 12,
            "likes": 7,
            "replies": 3,
            "quotes": 1,
        }


@pytest.mark.parametrize("state", ["deleted", "protected"])
def test_a_post_that_is_gone_at_x_loses_its_words_here(world, state):
    danger = a_post(NOON, DANGER, author="777000777")
    with world() as (cloud, x):
        publish(cloud, x, danger)
        x.upkeep.gone[danger["id"]] = state
        assert "777000777" in everything(cloud)
        cloud.advance(minutes=6)

        assert item(cloud, danger)["why"]["S"] == state
        assert "777000777" not in everything(cloud)
        assert "sous oxyg" not in everything(cloud)
        assert Snapshot(cloud).incidents()[0].mention_count == 1
        cloud.assert_clean()


def test_an_edit_is_analysed_anew_and_the_older_version_stays_out(world):
    first = a_post(NOON, OUTAGE)
    newer = str(int(first["id"]) + 7)
    edited = first | {
        "id": newer,
        "text": DANGER,
        "lang": "fr",
        "edit_history_tweet_ids": [first["id"], newer],
    }
    with world() as (cloud, x):
        publish(cloud, x, first)
        assert Snapshot(cloud).incidents() == []
        show(x, edited)
        cloud.advance(minutes=6)
        feed(cloud, a_page(first))
        cloud.advance(seconds=5)

        (incident,) = Snapshot(cloud).incidents()
        assert item(cloud, first)["post_id"]["S"] == newer
        assert item(cloud, first)["text"]["S"] == DANGER
        assert item(cloud, first)["handle"]["S"] == f"user_{first['author_id']}"
        assert incident.worst.value == "critical"
        assert cloud.inbox.deliveries
        cloud.assert_clean()


@pytest.mark.parametrize("fault", [down(), garbage(), garbage('{"data": 7}')])
def test_an_answer_that_is_none_erases_nothing_and_is_asked_again(world, fault):
    danger = a_post(NOON, DANGER)
    with world() as (cloud, x):
        publish(cloud, x, danger)
        x.script(fault, fault, fault, fault)
        cloud.advance(minutes=6)
        assert "text" in item(cloud, danger)
        cloud.advance(minutes=30)

        assert "numbers" in item(cloud, danger)
        assert cloud.failures == []


def test_a_post_that_x_neither_shows_nor_names_is_kept(world):
    danger = a_post(NOON, DANGER)
    with world() as (cloud, x):
        publish(cloud, x, danger)
        x.script(garbage('{"meta": {"result_count": 0}}'))
        cloud.advance(minutes=6)

        assert "text" in item(cloud, danger)


def test_money_that_is_gone_stops_looking_and_is_told_to_the_poller(world):
    danger = a_post(NOON, DANGER)
    with world() as (cloud, x):
        publish(cloud, x, danger)
        x.script(credits_depleted())
        cloud.advance_to(NOON + timedelta(minutes=19))
        stop = cloud.client("dynamodb").get_item(
            TableName=cloud.table("BrandsTable"), Key={"pk": {"S": "X"}, "sk": {"S": "APP"}}
        )["Item"]
        calls = len(x.calls)
        cloud.advance(minutes=2)

        assert stop["stopped_until"]["S"] == "2026-03-12T12:20:00.000Z"
        assert calls == 1
        assert "numbers" in item(cloud, danger)


def test_a_budget_that_is_spent_leaves_the_rest_for_mentions(world):
    danger = a_post(NOON, DANGER)
    with world(a_plan(daily_budget_usd=0.000001)) as (cloud, x):
        publish(cloud, x, danger)
        cloud.client("dynamodb").update_item(
            TableName=cloud.table("BrandsTable"),
            Key={"pk": {"S": "X"}, "sk": {"S": f"SPEND#{NOON.date()}"}},
            UpdateExpression="SET #total = :one",
            ExpressionAttributeNames={"#total": "total"},
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        cloud.advance(minutes=20)

        assert looked_up(x) == []


def test_the_daily_job_erases_what_nobody_looks_up(world):
    chats = [a_post(NOON, CHAT) for _ in range(4)]
    with world() as (cloud, x):
        publish(cloud, x, *chats)
        cloud.pause_schedule("watch")
        cloud.advance(minutes=30)
        x.upkeep.gone[chats[1]["id"]] = "deleted"
        cloud.advance_to(NOON + timedelta(hours=20, minutes=30))

        assert "deleted" in item(cloud, chats[1])
        assert "text" in item(cloud, chats[0])
        assert len(x.upkeep.jobs) == 2
        for job in x.upkeep.jobs.values():
            assert job.ids is not None
        assert sorted(next(iter(x.upkeep.jobs.values())).ids) == sorted(p["id"] for p in chats)
        assert looked_up(x) == []
        cloud.assert_clean()
        assert cloud.failures == []


def test_a_refused_job_is_overdue_after_a_day_and_the_look_ups_go_on(world):
    danger = a_post(NOON, DANGER)
    with world() as (cloud, x):
        x.upkeep.refused = True
        publish(cloud, x, danger)
        cloud.advance(minutes=11)

        state = cloud.client("dynamodb").get_item(
            TableName=cloud.table("BrandsTable"), Key={"pk": {"S": "X"}, "sk": {"S": "COMPLIANCE"}}
        )["Item"]
        assert "403" in state["error"]["S"]
        assert "numbers" in item(cloud, danger)
        assert cloud.failures == []


def test_a_job_that_fails_is_asked_anew(world):
    chat = a_post(NOON, CHAT)
    with world() as (cloud, x):
        x.upkeep.fails = True
        publish(cloud, x, chat)
        x.upkeep.gone[chat["id"]] = "deleted"
        cloud.advance(minutes=12)
        x.upkeep.fails = False
        cloud.advance(minutes=60)

        assert "deleted" in item(cloud, chat)


def test_dead_letters_lose_what_was_erased_and_nothing_else(world):
    kept, gone = a_post(NOON, CHAT), a_post(NOON, CHAT)
    raw = a_post(NOON, "the words of a broken post", author="777000777") | {"author_id": None}
    with world() as (cloud, x):
        show(x, kept, gone)
        pack = [wire(post) for post in (kept, gone)]
        body = {"version": 1, "type": "mentions", "brand": "acme", "mentions": pack}
        park(cloud, "MentionsDeadLetters", json.dumps(body), "acme")
        park(cloud, "ClassifiedDeadLetters", json.dumps(body | {"type": "classified"}), "acme")
        park(cloud, "MentionsDeadLetters", json.dumps(raw), "acme")
        park(cloud, "MentionsDeadLetters", json.dumps({"type": "tick", "brand": "acme"}), "acme")
        x.upkeep.gone |= {gone["id"]: "deleted", raw["id"]: "deleted"}
        cloud.pause_schedule("watch")
        cloud.advance(hours=2)

        bodies = [json.loads(letter.body) for letter in cloud.dead_letters()]
        packs = [body for body in bodies if "mentions" in body]
        assert [[m["id"] for m in pack["mentions"]] for pack in packs] == [[kept["id"]]] * 2
        assert len(bodies) == 3
        assert "broken post" not in everything(cloud)
        assert {letter.attributes["reason"] for letter in cloud.dead_letters()} == {"a test"}
        cloud.assert_clean()
        assert cloud.failures == []


def test_words_that_nobody_can_place_are_withheld_after_a_day(world):
    with world() as (cloud, _):
        park(cloud, "UrgentDeadLetters", "{rubbish with words", "acme")
        cloud.pause_schedule("watch")
        cloud.advance(hours=22)
        assert "rubbish" in everything(cloud)
        cloud.advance(hours=2, minutes=10)

        (letter,) = cloud.dead_letters()
        assert "rubbish" not in letter.body
        assert letter.attributes["reason"] == "a test"


def test_more_letters_of_one_brand_than_a_fifo_queue_shows_at_once(world):
    posts = [a_post(NOON, CHAT) for _ in range(35)]
    with world() as (cloud, x):
        show(x, *posts)
        for post in posts:
            body = {"version": 1, "type": "classified", "brand": "acme", "mentions": [wire(post)]}
            park(cloud, "ClassifiedDeadLetters", json.dumps(body), "acme")
        x.upkeep.gone |= {post["id"]: "deleted" for post in posts[::2]}
        cloud.pause_schedule("watch")
        cloud.advance(hours=2)

        left = [json.loads(letter.body)["mentions"][0]["id"] for letter in cloud.dead_letters()]
        assert left == [post["id"] for post in posts[1::2]]


def wire(post):
    return {"brand": "acme", "platform": "x", "id": post["id"], "root": post["id"]} | {
        "text": post["text"],
        "author": {"id": post["author_id"]},
    }


def park(cloud, queue, body, group):
    fifo = {"MessageDeduplicationId": str(hash(body))} if "Classified" in queue else {}
    cloud.client("sqs").send_message(
        QueueUrl=cloud.queue_url(queue),
        MessageBody=body,
        MessageGroupId=group,
        MessageAttributes={"reason": {"DataType": "String", "StringValue": "a test"}},
        **fifo,
    )


@pytest.mark.parametrize("gone_after", [timedelta(minutes=16), timedelta(hours=7)])
def test_a_day_after_a_post_is_deleted_no_word_of_it_is_left_anywhere(world, gone_after):
    stored = a_post(NOON, CHAT, author="777000777")
    parked = a_post(NOON, "a broken post of theirs", author="777000777") | {"text": 7}
    parked["note"] = "words in it"
    with world() as (cloud, x):
        publish(cloud, x, stored)
        show(x, parked)
        feed(cloud, a_page(parked))
        cloud.pause_schedule("watch")
        cloud.advance_to(NOON + gone_after)
        assert "words in it" in everything(cloud)
        x.upkeep.gone |= {stored["id"]: "deleted", parked["id"]: "deleted"}
        cloud.advance_to(NOON + gone_after + timedelta(hours=24))

        left = everything(cloud)
        assert "777000777" not in left
        assert "words in it" not in left
        assert "lovely weather" not in left
        assert cloud.failures == []
        cloud.assert_clean()
