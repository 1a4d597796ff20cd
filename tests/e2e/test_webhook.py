import json
from datetime import timedelta

import pytest

from local.fake_x_webhook import an_event
from local.faults import FunctionKilled
from local.snapshot import Snapshot
from tests.builders import NOON, a_plan
from tests.e2e.posts import CHAT, DANGER, a_page, a_post, feed
from tests.e2e.webhook import (
    AUTHORISED,
    BRAND,
    PARAMETER,
    SECRET,
    a_mention_event,
    connected,
    deliver,
)
from vigie.domain.labels import Urgency
from vigie.domain.plan import Brand


@pytest.fixture
def pushed(stack):
    """A stack that X delivers to."""

    def start(plan=None, **options):
        return stack(plan, secrets={PARAMETER: SECRET}, **options)

    return start


def stored(cloud):
    return sorted(it.mention.post_id for it in Snapshot(cloud).mentions)


def brand_item(cloud, pk, sk):
    answer = cloud.client("dynamodb").get_item(
        TableName=cloud.table("BrandsTable"), Key={"pk": {"S": pk}, "sk": {"S": sk}}
    )
    return {name: next(iter(value.values())) for name, value in answer.get("Item", {}).items()}


def test_a_signed_event_becomes_a_page(pushed):
    with pushed() as cloud:
        x = connected(cloud)

        assert x.happens(a_mention_event(a_post(NOON, DANGER))) == [200]
        cloud.advance(seconds=5)

        (incident,) = Snapshot(cloud).incidents()
        sms = [d for d in cloud.inbox.deliveries if d.channel == "sms"]
        assert incident.by_urgency == {Urgency.CRITICAL: 1}
        assert [d.audience for d in sms] == ["duty-1"]
        cloud.assert_clean()
        assert cloud.failures == []


def test_pushed_and_polled_it_is_one_mention(pushed):
    post = a_post(NOON, CHAT)
    with pushed() as cloud:
        x = connected(cloud)

        x.happens(a_mention_event(post))
        x.happens(a_mention_event(post, event_type="post.reply.create"))
        feed(cloud, a_page(post))
        cloud.advance(seconds=20)

        assert stored(cloud) == [post["id"]]
        cloud.assert_clean()


def test_a_post_that_names_two_brands_is_a_mention_of_each(pushed):
    plan = a_plan(
        brands=(
            Brand(id="acme", name="Acme", handles=("acme",), x_ids=(BRAND,)),
            Brand(id="bolt", name="Bolt", handles=("bolt_fr",), x_ids=("1000000009",)),
        )
    )
    post = a_post(NOON, "@acme @bolt_fr lovely weather")
    with pushed(plan) as cloud:
        x = connected(cloud, users=(BRAND, "1000000009"))

        for about in (BRAND, "1000000009"):
            x.happens(a_mention_event(post, about=about))
        cloud.advance(seconds=20)

        brands = sorted(it.mention.brand for it in Snapshot(cloud).mentions)
        assert brands == ["acme", "bolt"]
        cloud.assert_clean()


def test_the_brand_s_own_post_is_no_mention_but_is_kept_as_proof(pushed):
    post = a_post(NOON, "we are open", author=BRAND)
    with pushed() as cloud:
        x = connected(cloud)

        assert x.happens(an_event("post.create", post, about=BRAND)) == [200]
        cloud.advance(seconds=20)

        assert stored(cloud) == []
        assert brand_item(cloud, "acme", f"OWN#{post['id']}")["posted_at"]
        gone = {"id": post["id"], "author_id": BRAND}
        assert x.happens(an_event("post.delete", gone, about=BRAND)) == [200]
        assert brand_item(cloud, "acme", f"OWN#{post['id']}")["deleted_at"]
        cloud.assert_clean()


def test_that_x_talks_to_us_and_that_consent_was_withdrawn_are_on_record(pushed):
    gone = {"date_time": "2026-03-12T11:59:00+00:00", "user_id": BRAND, "app_id": "1"}
    with pushed() as cloud:
        x = connected(cloud)

        assert x.happens(an_event("oauth.revoke", gone)) == [200]

        assert brand_item(cloud, "X", f"REVOKED#{BRAND}")["said_at"] == gone["date_time"]
        assert brand_item(cloud, "X", "EVENTS")["last_event_at"] == "2026-03-12T12:00:00.000Z"
        cloud.assert_clean()


def test_x_is_told_200_only_when_a_queue_has_it(pushed):
    post = a_post(NOON, CHAT)
    with pushed() as cloud:
        x = connected(cloud)

        cloud.partial_failures.append(lambda *_: ["0"])
        assert x.happens(a_mention_event(post)) == [503]
        cloud.partial_failures.clear()
        cloud.advance(seconds=20)
        assert stored(cloud) == []

        assert x.happens(a_mention_event(post)) == [200]
        cloud.advance(seconds=20)
        assert stored(cloud) == [post["id"]]


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_call_nothing_is_lost_once_x_replays(pushed, when):
    """X promises no second try of its own: a replay of the last hour is what mends it."""
    killed = 0
    for nth in range(1, 6):
        posts = [a_post(NOON, CHAT), a_post(NOON, DANGER)]
        with pushed() as cloud:
            x = connected(cloud)
            calls = [0]

            def kill(function, service, operation, params, calls=calls, nth=nth):
                if function == "ingest_webhook":
                    calls[0] += 1
                    if calls[0] == nth:
                        raise FunctionKilled(f"{when} {operation}")

            hooks = cloud.before_call if when == "before" else cloud.after_call
            hooks.append(kill)
            statuses = [x.happens(a_mention_event(post)) for post in posts]
            hooks.remove(kill)
            killed += sum(status != [200] for status in statuses)
            cloud.advance(minutes=30)
            request = {
                "webhook_id": next(iter(x.hooks)),
                "from_date": f"{NOON - timedelta(minutes=1):%Y%m%d%H%M}",
                "to_date": f"{NOON + timedelta(minutes=10):%Y%m%d%H%M}",
            }
            status, _, _ = x.answer(
                "POST", "/2/webhooks/replay", json.dumps(request).encode(), AUTHORISED
            )
            cloud.advance(minutes=1)

            assert status == 200
            assert stored(cloud) == sorted(post["id"] for post in posts)
    assert killed >= 3


def test_the_secret_can_be_rotated_without_a_lost_event(pushed):
    posts = [a_post(NOON, CHAT) for _ in range(4)]
    with pushed() as cloud:
        x = connected(cloud)
        assert x.happens(a_mention_event(posts[0])) == [200]

        cloud.advance(minutes=1)
        x.secret = "the-new-one"  # at X first: it says the new one only after it is made
        value = f"the-new-one\n{SECRET}"
        cloud.client("ssm").put_parameter(
            Name=PARAMETER, Value=value, Type="SecureString", Overwrite=True
        )
        assert x.happens(a_mention_event(posts[1])) == [200]
        x.secret = SECRET  # a delivery that was signed before
        assert x.happens(a_mention_event(posts[2])) == [200]
        x.secret = "the-new-one"
        hook_id = next(iter(x.hooks))
        _, _, answer = x.answer("PUT", f"/2/webhooks/{hook_id}", b"", AUTHORISED)
        assert answer == {"data": {"valid": True}}
        assert x.happens(a_mention_event(posts[3])) == [200]
        cloud.advance(seconds=20)

        assert stored(cloud) == sorted(post["id"] for post in posts)


def test_what_x_sends_and_cannot_be_read_is_parked_and_the_rest_goes_on(pushed):
    good = a_mention_event(a_post(NOON, CHAT))["data"]
    bad = a_mention_event(a_post(NOON, CHAT, id="x"))["data"]
    with pushed() as cloud:
        connected(cloud)

        assert deliver(cloud, {"data": [bad, good]}).status == 200
        assert deliver(cloud, b"not json").status == 200
        cloud.advance(seconds=20)

        assert stored(cloud) == [good["payload"]["id"]]
        assert len(cloud.dead_letters()) == 2
        cloud.assert_clean()
