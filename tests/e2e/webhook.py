"""X on the other side of the webhook: it registers, subscribes and delivers to a local cloud."""

import json

from local.fake_x_webhook import FakeWebhooks, an_event, signed
from vigie.x_events import POSTS

SECRET = "local-consumer-secret"
BRAND = "1000000001"
PARAMETER = "/vigie/x-consumer-secret"
URL = "https://vigie.example.org/x/webhook"
AUTHORISED = "Bearer local"


def into(cloud):
    """A transport that hands X's requests to the HTTP API in this process."""

    def carry(method, url, headers, body):
        response = cloud.http(method, url.removeprefix("https://vigie.example.org"), headers, body)
        return response.status, response.body

    return carry


def connected(cloud, secret=SECRET, users=(BRAND,)):
    """X after `webhook register` and `subscribe`."""
    x = FakeWebhooks(transport=into(cloud), clock=cloud.clock.now, secret=secret)
    body = json.dumps({"url": URL}).encode()
    status, _, answer = x.answer("POST", "/2/webhooks", body, AUTHORISED)
    assert status == 200, answer
    for user_id in users:
        for event_type in sorted(POSTS | {"post.delete"}):
            given = {
                "event_type": event_type,
                "filter": {"user_id": user_id},
                "webhook_id": answer["data"]["id"],
            }
            x.answer("POST", "/2/activity/subscriptions", json.dumps(given).encode(), AUTHORISED)
    return x


def deliver(cloud, event, secret=SECRET):
    """One signed delivery past subscriptions; the response."""
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return cloud.http("POST", "/x/webhook", signed(body, secret), body)


def a_mention_event(post, about=BRAND, followers=100, event_type="post.mention.create"):
    user = {
        "id": post["author_id"],
        "username": f"user_{post['author_id']}",
        "public_metrics": {"followers_count": followers},
    }
    return an_event(event_type, post, about=about, users=(user,))
