"""The stub of X's push side: it challenges webhooks, signs events and delivers them.

    python -m local.fake_x_webhook "@acme is the network down?"

challenges the stack of `make run` and delivers one mention to it.

`FakeWebhooks` answers the calls that set a webhook up (https://docs.x.com/x-api/webhooks,
https://docs.x.com/x-api/activity) and delivers what is subscribed to. `transport` carries a
request: `urllib_transport` over the network, or a function that calls the local cloud.
"""

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from vigie.domain.instants import to_iso
from vigie.domain.signature import signature
from vigie.domain.snowflakes import snowflake

SIGNATURE_HEADER = "x-twitter-webhooks-signature"
MOST_WEBHOOKS = 1
MOST_SUBSCRIPTIONS = 1500
REPLAY_DEPTH = timedelta(hours=24)
PROBLEMS = "https://api.twitter.com/2/problems/"

Answer = tuple[int, dict[str, str], dict[str, Any]]
# (method, url, headers, body) → (status, body); status 0 is no answer.
Transport = Callable[[str, str, Mapping[str, str], bytes], tuple[int, bytes]]


def an_event(
    event_type: str,
    payload: Mapping[str, Any],
    *,
    about: str = "",
    users: tuple[Mapping[str, Any], ...] = (),
) -> dict[str, Any]:
    """An event of the X Activity API, as it is delivered."""
    return {
        "data": {
            "event_uuid": str(payload.get("id", "-1")),
            "filter": {"user_id": about} if about else {},
            "event_type": event_type,
            "payload": dict(payload),
            "includes": {"users": [dict(user) for user in users]} if users else {},
        }
    }


def signed(body: bytes, secret: str) -> dict[str, str]:
    """The headers that X delivers a body with."""
    return {
        "content-type": "application/json",
        "user-agent": "Twitterbot/1.0",
        SIGNATURE_HEADER: signature(body, secret),
    }


def urllib_transport(
    method: str, url: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, bytes]:
    """Over the network, as X would call: ten seconds, no redirects."""
    request = urllib.request.Request(
        url, data=body if method == "POST" else None, headers=dict(headers), method=method
    )
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(slots=True)
class FakeWebhooks:
    """Webhooks, subscriptions, and every body of the last day for a replay."""

    transport: Transport
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    secret: str = "local"
    bearer: str = "local"
    # The calls that were answered: (method, path).
    calls: list[tuple[str, str]] = field(default_factory=list)
    hooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: list[tuple[datetime, str, bytes]] = field(default_factory=list)
    # Handles by user id, and how many posts a search finds in a week.
    accounts: dict[str, str] = field(default_factory=dict)
    weekly: int = 0
    _ids: int = 1_976_325_569_252_868_096

    def serves(self, path: str) -> bool:
        """Whether a request to this path is for this part of the stub."""
        return (
            path.startswith(
                ("/2/webhooks", "/2/activity/", "/2/usage/", "/2/users?", "/2/tweets/counts/")
            )
            or path == "/2/users"
        )

    def answer(self, method: str, path: str, body: bytes, authorization: str) -> Answer:
        """Status, headers and body, as X would answer now."""
        address = urlsplit(path)
        path, asked = address.path, dict(parse_qsl(address.query))
        self.calls.append((method, path))
        if authorization != f"Bearer {self.bearer}":
            return 401, {}, {"title": "Unauthorized", "type": "about:blank", "status": 401}
        try:
            given = json.loads(body) if body else {}
        except ValueError:
            return _refused("invalid-request", "the body is not JSON")
        match (method, path.rstrip("/").split("/")[2:]):
            case ("POST", ["webhooks"]):
                return self._registered(str(given.get("url", "")))
            case ("GET", ["webhooks"]):
                return 200, {}, _listed(list(self.hooks.values()), "result_count")
            case ("PUT", ["webhooks", hook_id]):
                return self._checked(hook_id)
            case ("DELETE", ["webhooks", hook_id]):
                found = self.hooks.pop(hook_id, None)
                return (200, {}, {"data": {"deleted": True}}) if found else _absent()
            case ("POST", ["webhooks", "replay"]):
                return self._replayed(given)
            case ("POST", ["activity", "subscriptions"]):
                return self._subscribed(given)
            case ("GET", ["activity", "subscriptions"]):
                return 200, {}, _listed(list(self.subscriptions.values()), "total_subscriptions")
            case ("PUT", ["activity", "subscriptions", subscription_id]):
                return self._moved(subscription_id, given)
            case ("GET", ["usage", "tweets"]):
                return 200, {}, {"data": {"project_usage": "120", "project_cap": "3000000"}}
            case ("GET", ["users"]):
                ids = asked.get("ids", "").split(",")
                known = [
                    {"id": it, "username": self.accounts[it]} for it in ids if it in self.accounts
                ]
                return 200, {}, {"data": known}
            case ("GET", ["tweets", "counts", "recent"]):
                return 200, {}, {"data": [], "meta": {"total_tweet_count": self.weekly}}
            case ("DELETE", ["activity", "subscriptions", subscription_id]):
                gone = self.subscriptions.pop(subscription_id, None)
                return (200, {}, {"data": {"deleted": True}}) if gone else _absent()
        return _absent()

    def happens(self, event: Mapping[str, Any]) -> list[int]:
        """Deliver an event to the webhooks that are subscribed to it; their statuses."""
        data = event["data"]
        user_id = data["filter"].get("user_id")
        wanted = {
            it["webhook_id"]
            for it in self.subscriptions.values()
            if it["event_type"] == data["event_type"]
            and (not user_id or it["filter"].get("user_id") == user_id)
        }
        if data["event_type"] == "oauth.revoke":  # comes to every webhook of the app
            wanted |= self.hooks.keys()
        body = json.dumps(event, separators=(",", ":")).encode()
        return [self._delivered(hook_id, body) for hook_id in sorted(wanted & self.hooks.keys())]

    def _delivered(self, hook_id: str, body: bytes) -> int:
        hook = self.hooks[hook_id]
        self.sent.append((self.clock(), hook_id, body))
        if not hook["valid"]:
            return 0
        status, _ = self.transport("POST", hook["url"], signed(body, self.secret), body)
        return status

    def _registered(self, url: str) -> Answer:
        parts = urlsplit(url)
        local = parts.hostname in ("127.0.0.1", "localhost")
        if len(url) > 200 or not (local or (parts.scheme == "https" and parts.port is None)):
            return _refused("invalid-request", "UrlValidationFailed")
        if any(hook["url"] == url for hook in self.hooks.values()):
            return _refused("invalid-request", "DuplicateUrlFailed")
        if len(self.hooks) >= MOST_WEBHOOKS:
            return _refused("invalid-request", "WebhookLimitExceeded")
        if not self.challenges(url):
            return _refused("invalid-request", "CrcValidationFailed")
        hook = {
            "id": self._new_id(),
            "url": url,
            "valid": True,
            "created_at": to_iso(self.clock()),
        }
        self.hooks[hook["id"]] = hook
        return 200, {}, {"data": hook}

    def _checked(self, hook_id: str) -> Answer:
        hook = self.hooks.get(hook_id)
        if hook is None:
            return _absent()
        hook["valid"] = self.challenges(hook["url"])
        return 200, {}, {"data": {"valid": hook["valid"]}}

    def challenges(self, url: str) -> bool:
        """Whether the webhook answers a challenge as X wants it."""
        token = f"MWU4YzQ2YjgtNzZkYy00{len(self.calls):04}=="
        status, body = self.transport("GET", f"{url}?crc_token={quote(token)}", {}, b"")
        try:
            answer = json.loads(body)
        except ValueError:
            return False
        expected = signature(token.encode(), self.secret)
        return status == 200 and answer == {"response_token": expected}

    def _subscribed(self, given: Mapping[str, Any]) -> Answer:
        event_type, wanted = given.get("event_type"), given.get("filter") or {}
        if (
            not re.fullmatch(r"[a-z_.]+", str(event_type))
            or not str(wanted.get("user_id", "")).isdigit()
        ):
            return _refused("invalid-request", "event_type and filter.user_id are needed")
        if given.get("webhook_id") not in self.hooks:
            return _absent()
        if any(
            (it["event_type"], it["filter"]) == (event_type, wanted)
            for it in self.subscriptions.values()
        ):
            return _refused("duplicate-subscription", "DuplicateSubscriptionFailed")
        if len(self.subscriptions) >= MOST_SUBSCRIPTIONS:
            return _refused("invalid-request", "SubscriptionLimitExceeded")
        now = to_iso(self.clock())
        new = {
            "subscription_id": self._new_id(),
            "event_type": event_type,
            "filter": dict(wanted),
            "webhook_id": given["webhook_id"],
            "created_at": now,
            "updated_at": now,
        } | ({"tag": given["tag"]} if "tag" in given else {})
        self.subscriptions[new["subscription_id"]] = new
        return 200, {}, {"data": new, "meta": {"total_subscriptions": len(self.subscriptions)}}

    def _moved(self, subscription_id: str, given: Mapping[str, Any]) -> Answer:
        found = self.subscriptions.get(subscription_id)
        if found is None or given.get("webhook_id") not in self.hooks:
            return _absent()
        found["webhook_id"] = given["webhook_id"]
        return 200, {}, {"data": found}

    def _replayed(self, given: Mapping[str, Any]) -> Answer:
        now = self.clock()
        try:
            begin, end = (
                datetime.strptime(str(given[name]), "%Y%m%d%H%M").replace(tzinfo=UTC)
                for name in ("from_date", "to_date")
            )
        except (KeyError, ValueError):
            return _refused("invalid-request", "from_date and to_date are yyyymmddhhmm")
        if begin >= end or begin < now - REPLAY_DEPTH or end > now - timedelta(minutes=10):
            return _refused(
                "invalid-request", "a replay covers the last 24 hours, not the last 10 minutes"
            )
        hook_id = str(given.get("webhook_id"))
        if hook_id not in self.hooks:
            return _absent()
        again = [body for at, to, body in self.sent if to == hook_id and begin <= at < end]
        status = {"webhook_id": hook_id, "job_state": "Complete", "job_id": self._new_id()}
        for body in [*again, json.dumps({"replay_job_status": status}).encode()]:
            self.transport("POST", self.hooks[hook_id]["url"], signed(body, self.secret), body)
        return 200, {}, {"data": {"job_id": status["job_id"], "created_at": to_iso(now)}}

    def _new_id(self) -> str:
        self._ids += 1
        return str(self._ids)


def _listed(items: list[dict[str, Any]], counted: str) -> dict[str, Any]:
    return {"data": items, "meta": {counted: len(items)}}


def _absent() -> Answer:
    return 404, {}, {"title": "Not Found Error", "type": PROBLEMS + "resource-not-found"}


def _refused(kind: str, detail: str) -> Answer:
    return 400, {}, {"title": "Invalid Request", "detail": detail, "type": PROBLEMS + kind}


def main(arguments: list[str] | None = None) -> int:
    """Challenge a webhook, then deliver one mention: 0 when both were answered as X wants it."""
    parser = argparse.ArgumentParser(prog="python -m local.fake_x_webhook", description=__doc__)
    parser.add_argument("text", help="what the post says")
    parser.add_argument("--to", default="http://127.0.0.1:8080/x/webhook", help="the webhook")
    parser.add_argument("--secret", default="local", help="the consumer secret")
    parser.add_argument("--about", default="1000000001", help="user id of the brand's account")
    parser.add_argument("--author", default="2000000001", help="user id of who writes")
    given = parser.parse_args(arguments)
    now = datetime.now(UTC)
    x = FakeWebhooks(transport=urllib_transport, secret=given.secret)
    challenged = x.challenges(given.to)
    print(f"challenge: {'answered' if challenged else 'NOT answered as X wants it'}")
    post_id = str(snowflake(now))
    post = {
        "id": post_id,
        "edit_history_tweet_ids": [post_id],
        "text": given.text,
        "author_id": given.author,
        "created_at": to_iso(now),
        "lang": "und",
    }
    user = {"id": given.author, "username": f"user_{given.author}"}
    event = an_event("post.mention.create", post, about=given.about, users=(user,))
    body = json.dumps(event).encode()
    status, _ = urllib_transport("POST", given.to, signed(body, given.secret), body)
    print(f"post {post_id}: {status or 'no answer'}")
    return 0 if challenged and status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
