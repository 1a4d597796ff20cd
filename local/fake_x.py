"""A stub of the X API v2 on 127.0.0.1: the two endpoints that the poller reads, and their faults.

    python -m local.fake_x --stream events/streams/demo.jsonl --port 8090 --account 1000000001=acme

Posts come from a recorded stream and become visible at their `created_at` by the given clock.
The answers have the shape, limits, headers and refusals that X documents
(https://docs.x.com/x-api/posts/timelines, https://docs.x.com/x-api/posts/search).
"""

import argparse
import base64
import json
import re
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.fake_x_upkeep import Upkeep
from local.fake_x_webhook import FakeWebhooks
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.naming import says
from vigie.domain.snowflakes import snowflake
from vigie.errors import Rejected
from vigie.x_posts import Page, parse_line, post_id, read_traces

WINDOW = timedelta(minutes=15)
CALLS_A_WINDOW = 450
MENTIONS_DEPTH = 800
SEARCH_DEPTH = timedelta(days=7)
SEARCH_LAG = timedelta(seconds=30)
LOW_BITS = (1 << 22) - 1
DEFAULT_POST_FIELDS = frozenset({"id", "text", "edit_history_tweet_ids"})
DEFAULT_USER_FIELDS = frozenset({"id", "name", "username"})

Answer = tuple[int, dict[str, str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post as X holds it, with the user who wrote it."""

    id: int
    visible_at: datetime
    raw: Mapping[str, Any]
    user: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens to one request instead of, or before, the true answer.

    `status` and `body` replace the answer; `wait_s` comes first, in real time; `cut` closes the
    connection without an answer (`before`) or in the midst of it (`within`); `text` is sent as
    the body of a 200.
    """

    status: int = 0
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 0
    cut: str = ""
    text: str = ""


def rate_limited(until: datetime | None) -> Fault:
    """429 of a rate limit, with its reset header unless `until` is None."""
    headers = {} if until is None else {"x-rate-limit-reset": str(int(until.timestamp()))}
    return Fault(status=429, headers=headers, body=_about_blank("Too Many Requests", 429))


def usage_capped() -> Fault:
    """429 of the monthly cap: calls remain, but none will be answered."""
    return Fault(
        status=429,
        headers={"x-rate-limit-remaining": "448"},
        body={
            "title": "UsageCapExceeded",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": "https://api.twitter.com/2/problems/usage-capped",
        },
    )


def credits_depleted() -> Fault:
    """402: no money left."""
    return Fault(
        status=402,
        body={
            "type": "https://api.x.com/2/problems/credits",
            "title": "CreditsDepleted",
            "detail": "Your enrolled account does not have any credits to fulfill this request.",
        },
    )


def down(status: int = 503) -> Fault:
    """X itself fails."""
    return Fault(status=status, body=_about_blank("Service Unavailable", status))


def slow(seconds: float) -> Fault:
    """The true answer, late."""
    return Fault(wait_s=seconds)


def cut(when: str = "before") -> Fault:
    """The connection breaks `before` the answer or `within` it."""
    return Fault(cut=when)


def garbage(text: str = "<html>over capacity</html>") -> Fault:
    """A 200 that is not what it should be."""
    return Fault(text=text)


class FakeApi:
    """What X would answer, without a network.

    `accounts` gives the handle of each user id whose mentions may be asked for. `calls` keeps
    (path, parameters) of every request.
    """

    def __init__(
        self,
        posts: Iterable[Post] = (),
        *,
        clock: Callable[[], datetime],
        accounts: Mapping[str, str] | None = None,
        bearer: str = "local",
        search_lag: timedelta = SEARCH_LAG,
    ) -> None:
        self.posts = list(posts)
        self.calls: list[tuple[str, dict[str, str]]] = []
        self._clock = clock
        self._accounts = dict(accounts or {})
        self.bearer = bearer
        self._search_lag = search_lag
        self._windows: dict[str, tuple[datetime, int]] = {}
        self._lock = threading.Lock()
        self.upkeep = Upkeep(clock, lambda: [(p.raw, p.user) for p in self._shown_by(clock())])

    def answer(
        self,
        path: str,
        asked: dict[str, str],
        authorization: str,
        method: str = "GET",
        sent: bytes = b"",
    ) -> Answer:
        """Status, headers and body, as X would answer now."""
        with self._lock:
            self.calls.append((path, asked))
            if path.startswith("/storage/"):  # addresses that are secrets themselves
                status, body = self.upkeep.answer(method, path, asked, sent)
                return status, {}, body
            if authorization != f"Bearer {self.bearer}":
                return 401, {}, _about_blank("Unauthorized", 401)
            if self.upkeep.takes(path):
                limits, spent = self._counted(path.rsplit("/", 1)[0])
                if spent:
                    return 429, limits, _about_blank("Too Many Requests", 429)
                status, body = self.upkeep.answer(method, path, asked, sent)
                return status, limits, body
            route, subject = _route(path)
            if not route:
                return 404, {}, _about_blank("Not Found", 404)
            limits, spent = self._counted(route)
            if spent:
                return 429, limits, _about_blank("Too Many Requests", 429)
            try:
                return 200, limits, self._page(route, subject, asked)
            except _Wrong as wrong:
                return 400, limits, wrong.body

    def _counted(self, route: str) -> tuple[dict[str, str], bool]:
        now = self._clock()
        begun, used = self._windows.get(route, (now, 0))
        if now - begun >= WINDOW:
            begun, used = now, 0
        self._windows[route] = (begun, used + 1)
        headers = {
            "x-rate-limit-limit": str(CALLS_A_WINDOW),
            "x-rate-limit-remaining": str(max(0, CALLS_A_WINDOW - used - 1)),
            "x-rate-limit-reset": str(int((begun + WINDOW).timestamp())),
        }
        return headers, used >= CALLS_A_WINDOW

    def _page(self, route: str, subject: str, asked: dict[str, str]) -> dict[str, Any]:
        now = self._clock()
        least = 5 if route == "mentions" else 10
        size = _number(asked, "max_results", 10)
        if not least <= size <= 100:
            raise _Wrong("max_results", asked.get("max_results", ""), f"between {least} and 100")
        if route == "mentions":
            found = self._visible(now, lambda post: self._mentions(post, subject))[:MENTIONS_DEPTH]
            token_name = "pagination_token"
        else:
            query = asked.get("query", "")
            if not 1 <= len(query) <= 512:
                raise _Wrong("query", query[:40], "of 1 to 512 characters")
            found = self._visible(now - self._search_lag, lambda post: _searched(post, query))
            found = _within_a_week(found, asked, now)
            token_name = "next_token"
        found = _bounded(found, asked, token_name)
        return _body(found[:size], asked, more=len(found) > size)

    def _visible(self, until: datetime, wanted: Callable[[Post], bool]) -> list[Post]:
        seen = [post for post in self._shown_by(until) if wanted(post) and not self._is_gone(post)]
        return sorted(seen, key=lambda post: post.id, reverse=True)

    def _shown_by(self, until: datetime) -> list[Post]:
        return [post for post in self.posts if post.visible_at <= until]

    def _is_gone(self, post: Post) -> bool:
        history = post.raw.get("edit_history_tweet_ids", [])
        return any(str(id_) in self.upkeep.gone for id_ in (post.id, *history))

    def _mentions(self, post: Post, user_id: str) -> bool:
        if user_id in read_traces(post.raw, Page()).ids:
            return True
        handle = self._accounts.get(user_id)
        pattern = rf"(?<![\w@])@{handle}(?!\w)"
        return bool(handle) and re.search(pattern, _words(post), re.IGNORECASE) is not None


class FakeX(FakeApi):
    """The stub as a server, a context manager: `url` is its base URL, `script` sets faults."""

    def __init__(self, posts: Iterable[Post] = (), *, port: int = 0, **options: Any) -> None:
        self.webhooks: FakeWebhooks | None = options.pop("webhooks", None)
        super().__init__(posts, **options)
        self.stopped = threading.Event()
        self._faults: deque[Fault | None] = deque()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.fake = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.upkeep.base = self.url

    def __enter__(self) -> "FakeX":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def script(self, *faults: Fault | None) -> None:
        """What happens to the next requests, in order; None is a true answer."""
        self._faults.extend(faults)

    def next_fault(self) -> Fault:
        """The fault for the request at hand."""
        with self._lock:
            return (self._faults.popleft() if self._faults else None) or Fault()


def load_stream(path: Path | str, starts_at: datetime | None = None) -> list[Post]:
    """The posts of a recorded stream; lines that X could not have sent are left out.

    With `starts_at` the first post is published then and all others follow at their distance;
    ids are made anew to fit, because X's ids carry the time.
    """
    found = list(_recorded(Path(path).read_bytes().splitlines()))
    if starts_at is None or not found:
        return found
    shift = starts_at - min(post.visible_at for post in found)
    renamed = {
        str(post.id): snowflake(post.visible_at + shift) | (post.id & LOW_BITS) for post in found
    }
    return [_shifted(post, shift, renamed) for post in found]


def _recorded(lines: Iterable[bytes]) -> Iterator[Post]:
    for line in lines:
        try:
            page = parse_line(line)
        except Rejected:
            continue
        for raw in page.posts if page else ():
            number = post_id(raw)
            try:
                visible_at = from_iso(raw["created_at"])
            except (KeyError, TypeError, ValueError, OverflowError):
                continue
            if number is not None and isinstance(raw.get("text"), str):
                user = page.users.get(str(raw.get("author_id"))) if page else None
                yield Post(id=number, visible_at=visible_at, raw=raw, user=user)


def _shifted(post: Post, shift: timedelta, renamed: Mapping[str, int]) -> Post:
    raw = dict(post.raw)
    new_id = renamed[str(post.id)]
    raw["id"], raw["created_at"] = str(new_id), to_iso(post.visible_at + shift)
    for name in ("edit_history_tweet_ids", "edit_history_post_ids"):
        if isinstance(raw.get(name), list):
            raw[name] = [str(renamed.get(str(id_), new_id)) for id_ in raw[name]]
    if isinstance(raw.get("referenced_tweets"), list):
        raw["referenced_tweets"] = [
            {**other, "id": str(renamed.get(str(other.get("id")), other.get("id")))}
            for other in raw["referenced_tweets"]
        ]
    return Post(id=new_id, visible_at=post.visible_at + shift, raw=raw, user=post.user)


class _Wrong(Exception):
    """A parameter that X refuses."""

    def __init__(self, name: str, value: str, expected: str) -> None:
        super().__init__(name)
        self.body = {
            "errors": [
                {
                    "parameters": {name: [value]},
                    "message": f"The `{name}` query parameter value [{value}] is not {expected}",
                }
            ],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": "https://api.twitter.com/2/problems/invalid-request",
        }


def _route(path: str) -> tuple[str, str]:
    match = re.fullmatch(r"/2/users/([0-9]+)/mentions", path)
    if match:
        return "mentions", match[1]
    return ("search", "") if path == "/2/tweets/search/recent" else ("", "")


def _number(asked: Mapping[str, str], name: str, default: int) -> int:
    value = asked.get(name)
    if value is None:
        return default
    if not re.fullmatch(r"[0-9]{1,19}", value):
        raise _Wrong(name, value, "a number")
    return int(value)


def _searched(post: Post, query: str) -> bool:
    return not _words(post).startswith("RT @") and says(query, _words(post))


def _words(post: Post) -> str:
    return str(post.raw.get("text", ""))


def _within_a_week(posts: list[Post], asked: Mapping[str, str], now: datetime) -> list[Post]:
    oldest = snowflake(now - SEARCH_DEPTH)
    if "since_id" in asked and _number(asked, "since_id", 0) < oldest:
        raise _Wrong("since_id", asked["since_id"], f"created after [{to_iso(now - SEARCH_DEPTH)}]")
    if "since_id" in asked and "start_time" in asked:
        raise _Wrong("start_time", asked["start_time"], "given together with since_id")
    return [post for post in posts if post.id >= oldest]


def _bounded(posts: list[Post], asked: Mapping[str, str], token_name: str) -> list[Post]:
    since, until = _number(asked, "since_id", 0), _number(asked, "until_id", 2**63)
    if token_name in asked:
        until = min(until, _opened(asked[token_name], token_name))
    start = _instant(asked, "start_time") or datetime.min.replace(tzinfo=UTC)
    end = _instant(asked, "end_time") or datetime.max.replace(tzinfo=UTC)
    return [post for post in posts if since < post.id < until and start <= post.visible_at < end]


def _instant(asked: Mapping[str, str], name: str) -> datetime | None:
    try:
        return from_iso(asked[name]) if name in asked else None
    except ValueError:
        raise _Wrong(name, asked[name], "an instant") from None


def _sealed(oldest: int) -> str:
    return base64.urlsafe_b64encode(f"before {oldest}".encode()).decode().rstrip("=")


def _opened(token: str, name: str) -> int:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        return int(text.removeprefix("before "))
    except ValueError:
        raise _Wrong(name, token, "a token that was given") from None


def _body(posts: list[Post], asked: Mapping[str, str], *, more: bool) -> dict[str, Any]:
    if not posts:
        return {"meta": {"result_count": 0}}
    post_fields = DEFAULT_POST_FIELDS | set(asked.get("tweet.fields", "").split(","))
    user_fields = DEFAULT_USER_FIELDS | set(asked.get("user.fields", "").split(","))
    body: dict[str, Any] = {
        "data": [{k: v for k, v in post.raw.items() if k in post_fields} for post in posts]
    }
    if "author_id" in asked.get("expansions", "").split(","):
        users = {post.user["id"]: post.user for post in posts if post.user}
        body["includes"] = {
            "users": [
                {k: v for k, v in user.items() if k in user_fields} for user in users.values()
            ]
        }
    body["meta"] = {
        "newest_id": str(posts[0].id),
        "oldest_id": str(posts[-1].id),
        "result_count": len(posts),
    }
    if more:
        body["meta"]["next_token"] = _sealed(posts[-1].id)
    return body


def _about_blank(title: str, status: int) -> dict[str, Any]:
    return {"title": title, "detail": title, "type": "about:blank", "status": status}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    fake: FakeX

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up waiting is part of the play."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._respond("GET", b"")

    def do_POST(self) -> None:
        self._respond("POST", self._sent())

    def do_PUT(self) -> None:
        self._respond("PUT", self._sent())

    def do_DELETE(self) -> None:
        self._respond("DELETE", self._sent())

    def _sent(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _respond(self, method: str, sent: bytes) -> None:
        fake = self.server.fake
        parts = urlsplit(self.path)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        fault = fake.next_fault()
        if fault.wait_s:
            fake.stopped.wait(fault.wait_s)
        authorization = self.headers.get("Authorization", "")
        if fake.webhooks is not None and fake.webhooks.serves(parts.path):
            status, headers, body = fake.webhooks.answer(method, self.path, sent, authorization)
        else:
            status, headers, body = fake.answer(parts.path, asked, authorization, method, sent)
        if fault.cut == "before":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if fault.status:
            status, headers, body = fault.status, headers | dict(fault.headers), dict(fault.body)
            if fault.status == 429 and not fault.headers:
                headers.pop("x-rate-limit-reset", None)
        text = fault.text or (body if isinstance(body, str) else json.dumps(body))
        self._send(200 if fault.text else status, headers, text.encode(), cut=fault.cut == "within")

    def _send(self, status: int, headers: Mapping[str, str], data: bytes, *, cut: bool) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)

    def log_message(self, *_: object) -> None:
        """`calls` keeps what was asked."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m local.fake_x", description=__doc__)
    parser.add_argument("--stream", type=Path, required=True, help="JSON lines of recorded posts")
    parser.add_argument("--port", type=int, default=0, help="default: any free one")
    parser.add_argument("--bearer", default="local", help="the token that is accepted")
    parser.add_argument(
        "--account", action="append", default=[], metavar="ID=HANDLE", help="whose mentions to find"
    )
    parser.add_argument(
        "--as-recorded", action="store_true", help="keep the stream's own times; default: from now"
    )
    chosen = parser.parse_args(arguments)
    now = datetime.now(UTC)
    posts = load_stream(chosen.stream, None if chosen.as_recorded else now)
    accounts = dict(pair.split("=", 1) for pair in chosen.account)
    fake = FakeX(
        posts,
        clock=lambda: datetime.now(UTC),
        accounts=accounts,
        bearer=chosen.bearer,
        port=chosen.port,
    )
    with fake:
        print(f"{len(posts)} posts at {fake.url}, bearer token: {chosen.bearer}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
