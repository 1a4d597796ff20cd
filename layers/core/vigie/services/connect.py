"""Connecting to X, step by step: each step says what it does and what it costs before it is done.

All of it may be run again: what is as it should be is left alone. What X offers is described under
https://docs.x.com/x-api/webhooks and https://docs.x.com/x-api/activity.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vigie.domain import prices
from vigie.domain.plan import Brand
from vigie.errors import Rejected
from vigie.ports import Connection, XApp

# Mentions, replies and quotes address the brand, reposts count, own posts and deletions confirm.
EVENTS = (
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "post.repost.create",
    "post.create",
    "post.delete",
)
TAG = "vigie"
MOST_SUBSCRIPTIONS = 1500
MOST_PAGES = 10
CHECKED_EVERY = timedelta(minutes=10)
REPLAY_DEPTH = timedelta(hours=24)
REPLAY_LAG = timedelta(minutes=10)

_SUBSCRIPTIONS = "/2/activity/subscriptions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that X calls; X delivers nothing to it while it is not `valid`."""

    id: str
    url: str
    valid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do, or, without `act`, one thing to know.

    `act` gives what came of it in words. `cost_usd` is what X charges for doing it once.
    """

    says: str
    act: Callable[[], str] | None = None
    cost_usd: float = 0.0


def webhooks(app: XApp, now: datetime) -> tuple[Webhook, ...]:
    """All of the app's."""
    answer = app.call("GET", "/2/webhooks", now)
    return tuple(_webhook(it) for it in _objects(answer.get("data")))


def still_valid(app: XApp, connection: Connection, now: datetime) -> bool | None:
    """Whether X can reach the webhook that was registered; if not, have it challenged again.

    None where none is registered, or X was asked less than `CHECKED_EVERY` ago.
    """
    checked_at = connection.checked_at()
    if checked_at is None or now - checked_at < CHECKED_EVERY:
        return None
    found = webhooks(app, now)
    for webhook in found:
        valid = webhook.valid or _challenged(app, webhook, now)
        connection.save(webhook.id, webhook.url, valid=valid, now=now)
    if not found:
        valid = False
        connection.save("-", "-", valid=False, now=now)
    return valid


def registering(app: XApp, url: str, *, replace: bool, now: datetime) -> Iterator[Step]:
    """Make X call `url`. Raises `Rejected` when another address is in the way."""
    if not url.startswith("https://") or len(url) > 200 or ":" in url[len("https://") :]:
        raise Rejected(
            "X takes https addresses without a port, at most 200 characters long", field="url"
        )
    found = webhooks(app, now)
    ours = next((it for it in found if it.url == url), None)
    if ours is not None and ours.valid:
        yield Step(says=f"X calls {url} already (webhook {ours.id}, valid)")
        return
    if ours is not None:
        yield _validating(app, ours, now)
        return
    for other in found:
        if not replace:
            raise Rejected(
                f"X calls {other.url} (webhook {other.id}), and an app may have one webhook only; "
                "--replace puts this one in its place",
                field="url",
            )
        yield Step(
            says=f"delete webhook {other.id} ({other.url}) and with it its subscriptions",
            act=_doing(app, "DELETE", f"/2/webhooks/{other.id}", now, "deleted"),
        )

    def register() -> str:
        new = _webhook(_data(app.call("POST", "/2/webhooks", now, body={"url": url})))
        return f"webhook {new.id}, {'valid' if new.valid else 'NOT valid'}"

    yield Step(
        says=f"register {url}: X challenges it at once, so the stack must be up and the consumer "
        "secret in its parameter",
        act=register,
    )


def status(app: XApp, now: datetime) -> Iterator[Step]:
    """How the webhooks stand, and a new challenge for each that is not valid."""
    found = webhooks(app, now)
    if not found:
        yield Step(says="X calls nobody: webhook register is still to be done")
    for webhook in found:
        if webhook.valid:
            yield Step(says=f"webhook {webhook.id}: {webhook.url}, valid")
        else:
            yield _validating(app, webhook, now)


def subscribing(app: XApp, brands: Sequence[Brand], url: str, now: datetime) -> Iterator[Step]:
    """Have the events of every account of the plan delivered to the webhook at `url`."""
    webhook = next((it for it in webhooks(app, now) if not url or it.url == url), None)
    if webhook is None:
        raise Rejected("there is no such webhook; register it first", field="url")
    accounts = sorted({x_id for brand in brands for x_id in brand.x_ids})
    if not accounts:
        raise Rejected("no brand of the plan has x_ids: there is nothing to subscribe to")
    wanted = {(event, account) for account in accounts for event in EVENTS}
    there = subscriptions(app, now)
    kept = {key for key in wanted if key in there}
    yield Step(
        says=f"{len(kept)} of {len(wanted)} subscriptions are there ({len(EVENTS)} events for "
        f"{len(accounts)} account(s)). Each event that X delivers costs "
        f"${prices.EVENT}: about ${prices.pushed(1000):.2f} for 1,000 mentions"
    )
    others = len(there) - len(kept)
    if len(wanted) + others > MOST_SUBSCRIPTIONS:
        raise Rejected(f"an app may have {MOST_SUBSCRIPTIONS} subscriptions; fewer x_ids, please")
    for key in sorted(wanted):
        yield from _subscription(app, key, there.get(key), webhook, now)
    for key, old in sorted(there.items()):
        if key not in wanted and old.get("tag") == TAG:
            yield Step(
                says=f"end {key[0]} of account {key[1]}, which the plan no longer names",
                act=_doing(
                    app, "DELETE", f"{_SUBSCRIPTIONS}/{old['subscription_id']}", now, "ended"
                ),
            )


def subscriptions(app: XApp, now: datetime) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The app's subscriptions by event type and account."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    params: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        answer = app.call("GET", _SUBSCRIPTIONS, now, params=params)
        for it in _objects(answer.get("data")):
            user_id = it.get("filter", {}).get("user_id", "")
            found[str(it.get("event_type")), str(user_id)] = it
        token = (answer.get("meta") or {}).get("next_token")
        if not token:
            break
        params = {"pagination_token": token}
    return found


def replaying(app: XApp, begin: datetime, end: datetime, now: datetime) -> Iterator[Step]:
    """Have everything of a span delivered again. What is known already changes nothing."""
    if not now - REPLAY_DEPTH <= begin < end <= now - REPLAY_LAG:
        raise Rejected(
            "X replays the last 24 hours, but not the last ten minutes; "
            f"asked for {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC",
            field="from",
        )
    found = webhooks(app, now)
    if not found:
        raise Rejected("X calls nobody: there is nothing to replay")
    for webhook in found:
        body = {
            "webhook_id": webhook.id,
            "from_date": f"{begin:%Y%m%d%H%M}",
            "to_date": f"{end:%Y%m%d%H%M}",
        }
        yield Step(
            says=f"replay {begin:%Y-%m-%d %H:%M} to {end:%H:%M} UTC to {webhook.url}. X does not "
            f"say whether it bills replayed events: count with ${prices.EVENT} each",
            act=_doing(app, "POST", "/2/webhooks/replay", now, "replay begun", body),
        )


def checking(app: XApp, brands: Sequence[Brand], now: datetime) -> Iterator[Step]:
    """Token, money, webhook and subscriptions; then accounts and volumes, which cost a little."""
    usage = _data(app.call("GET", "/2/usage/tweets", now))
    used, cap = usage.get("project_usage", "?"), usage.get("project_cap", "?")
    yield Step(says=f"the bearer token is good; {used} of {cap} posts read in this period")
    yield from status(app, now)
    wanted = {(event, x_id) for brand in brands for x_id in brand.x_ids for event in EVENTS}
    there = subscriptions(app, now).keys() & wanted
    mend = "" if len(there) == len(wanted) else ": subscribe is still to be done"
    yield Step(says=f"{len(there)} of {len(wanted)} subscriptions are there{mend}")
    accounts = {x_id: brand for brand in brands for x_id in brand.x_ids}
    if accounts:
        yield Step(
            says=f"look up {len(accounts)} account(s) of the plan",
            act=lambda: _accounts(app, accounts, now),
            cost_usd=len(accounts) * prices.USER,
        )
    for brand in brands:
        for query in brand.queries:
            yield Step(
                says=f"count what {brand.id} would read by the search {query}",
                act=_counting(app, query, now),
                cost_usd=prices.COUNT,
            )


def _accounts(app: XApp, accounts: Mapping[str, Brand], now: datetime) -> str:
    answer = app.call("GET", "/2/users", now, params={"ids": ",".join(accounts)})
    names = {str(it.get("id")): str(it.get("username")) for it in _objects(answer.get("data"))}
    told = []
    for x_id, brand in accounts.items():
        handle = names.get(x_id)
        if handle is None:
            told.append(f"{x_id} ({brand.id}): there is no such account")
        elif handle.casefold() not in {it.casefold() for it in brand.handles}:
            told.append(f"{x_id} is @{handle}, which is not among the handles of {brand.id}")
        else:
            told.append(f"{x_id} is @{handle}")
    return "; ".join(told)


def _counting(app: XApp, query: str, now: datetime) -> Callable[[], str]:
    def count() -> str:
        answer = app.call(
            "GET", "/2/tweets/counts/recent", now, params={"query": query, "granularity": "day"}
        )
        total = (answer.get("meta") or {}).get("total_tweet_count", 0)
        daily = total / 7
        cost = prices.reading(round(daily), round(daily))
        return f"{total} posts in 7 days: about ${cost:.2f} a day"

    return count


def _subscription(
    app: XApp,
    key: tuple[str, str],
    there: Mapping[str, Any] | None,
    webhook: Webhook,
    now: datetime,
) -> Iterator[Step]:
    event, account = key
    if there is None:
        body = {
            "event_type": event,
            "filter": {"user_id": account},
            "tag": TAG,
            "webhook_id": webhook.id,
        }
        yield Step(
            says=f"subscribe to {event} of account {account}",
            act=_doing(app, "POST", _SUBSCRIPTIONS, now, "subscribed", body, as_account=True),
        )
    elif there.get("webhook_id") != webhook.id:
        yield Step(
            says=f"send {event} of account {account} to webhook {webhook.id}",
            act=_doing(
                app,
                "PUT",
                f"{_SUBSCRIPTIONS}/{there['subscription_id']}",
                now,
                "changed",
                {"tag": TAG, "webhook_id": webhook.id},
            ),
        )


def _challenged(app: XApp, webhook: Webhook, now: datetime) -> bool:
    return _data(app.call("PUT", f"/2/webhooks/{webhook.id}", now)).get("valid") is True


def _validating(app: XApp, webhook: Webhook, now: datetime) -> Step:
    def validate() -> str:
        valid = _challenged(app, webhook, now)
        return "valid" if valid else "still NOT valid: is the secret right?"

    return Step(
        says=f"webhook {webhook.id}: {webhook.url}, NOT valid, X delivers nothing to it; "
        "have it challenged again",
        act=validate,
    )


def _doing(
    app: XApp,
    method: str,
    route: str,
    now: datetime,
    done: str,
    body: Mapping[str, Any] | None = None,
    *,
    as_account: bool = False,
) -> Callable[[], str]:
    def do() -> str:
        app.call(method, route, now, body=body, as_account=as_account)
        return done

    return do


def _webhook(data: Mapping[str, Any]) -> Webhook:
    return Webhook(
        id=str(data.get("id", "")),
        url=str(data.get("url", "")),
        valid=data.get("valid") is True,
    )


def _data(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    data = answer.get("data")
    return data if isinstance(data, dict) else {}


def _objects(items: Any) -> list[dict[str, Any]]:
    return [it for it in items if isinstance(it, dict)] if isinstance(items, list) else []
