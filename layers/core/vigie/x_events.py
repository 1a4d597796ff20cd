"""What X sends to a webhook → posts, deletions, revocations.

Three shapes are read: events of the X Activity API (https://docs.x.com/x-api/activity), posts of
filtered-stream webhooks (https://docs.x.com/x-api/webhooks/stream), and events of the older Account
Activity API (v1.1 posts, https://docs.x.com/x-api/account-activity), which become v2 posts here.
Unknown events are named and left alone; unknown fields are ignored. A `Rejected` names the field,
never what stood in it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vigie.domain.instants import to_iso
from vigie.errors import Rejected
from vigie.x_posts import Page, read_page

Raw = Mapping[str, Any]

# Events that carry a post, by the API's names.
POSTS = frozenset(
    {
        "post.create",
        "post.mention.create",
        "post.reply.create",
        "post.quote.create",
        "post.repost.create",
    }
)
_NAME = re.compile(r"[a-z_.]{1,60}")
_ID = re.compile(r"[0-9]{1,19}")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_V1_DATE = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d) (\d{4})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A post as it came, with what came along to understand it.

    `about` is the id of the user whose subscription brought it, empty where X does not say.
    """

    event: str
    raw: Any
    page: Page
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A post is gone at X. X tells this only of accounts that are subscribed to."""

    post_id: str
    author_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """An account took its consent back: nothing private of it arrives any more. `at` is X's."""

    user_id: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request's content. `ignored` names what Vigie has no use for."""

    posts: tuple[Told, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    revocations: tuple[Revocation, ...] = ()
    replay_state: str = ""
    ignored: tuple[str, ...] = ()


def read_delivery(body: bytes) -> Delivery:
    """Raises `Rejected` for what is no delivery at all; bad posts inside are found later."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected(
            f"the body is not JSON ({type(error).__name__}); expected an event of X", field="body"
        ) from None
    if not isinstance(data, dict):
        raise Rejected("the body is no object; expected an event of X", field="body")
    if "data" not in data:
        return _account_activity(data)
    events = data["data"] if isinstance(data["data"], list) else [data["data"]]
    posts: list[Told] = []
    deletions: list[Deletion] = []
    revocations: list[Revocation] = []
    ignored: list[str] = []
    for event in events:
        if not isinstance(event, dict):
            raise Rejected("data holds something that is no event", field="data")
        name = event.get("event_type")
        if _carries_post(name, event.get("payload")):
            posts.append(_told(event, str(name)))
        elif name == "post.delete":
            deletions.append(_deletion(_mapping(event.get("payload"))))
        elif name == "oauth.revoke":
            gone = _mapping(event.get("payload"))
            revocations.append(_revocation(gone.get("user_id"), gone.get("date_time")))
        elif name is None:
            posts.append(_streamed(event, data))
        else:
            ignored.append(_named(name))
    return Delivery(
        posts=tuple(posts),
        deletions=tuple(deletions),
        revocations=tuple(revocations),
        ignored=tuple(ignored),
    )


def _carries_post(name: Any, payload: Any) -> bool:
    """The events that are known, and later ones (an edit, say) that look like them."""
    return name in POSTS or (
        isinstance(name, str)
        and name.startswith("post.")
        and isinstance(payload, dict)
        and "text" in payload
    )


def _streamed(post: Raw, data: Raw) -> Told:
    """A post of a filtered stream's webhook: no event around it, and rules that it matched."""
    if "text" not in post:
        raise Rejected("event_type is missing; expected an event of X", field="data.event_type")
    return Told(event="stream", raw=post, page=read_page(data), about="")


def _told(event: Raw, name: str) -> Told:
    about = _id(_mapping(event.get("filter")).get("user_id"))
    raw = event.get("payload")
    page = read_page(
        {"data": raw if isinstance(raw, dict) else [raw], "includes": event.get("includes")}
    )
    return Told(event=name, raw=raw, page=_known_to_quote(name, raw, page, about), about=about)


def _known_to_quote(event: str, raw: Any, page: Page, about: str) -> Page:
    """X names the quoted post, and that the subscriber wrote it, but may send none of it along."""
    if event != "post.quote.create" or not about or not isinstance(raw, dict):
        return page
    references = raw.get("referenced_tweets", raw.get("referenced_posts"))
    quoted = {
        it["id"]: {"author_id": about}
        for it in (references if isinstance(references, list) else ())
        if isinstance(it, dict) and it.get("type") == "quoted" and isinstance(it.get("id"), str)
    }
    return Page(posts=page.posts, users=page.users, included={**quoted, **page.included})


def _deletion(gone: Raw) -> Deletion:
    post_id = _id(gone.get("id"))
    if not post_id:
        raise Rejected("id of a deleted post is no decimal number", field="payload.id")
    return Deletion(post_id=post_id, author_id=_id(gone.get("author_id")))


def _revocation(user_id: Any, at: Any) -> Revocation:
    user = _id(user_id)
    if not user:
        raise Rejected("user_id of a revocation is no decimal number", field="payload.user_id")
    return Revocation(user_id=user, at=at[:40] if isinstance(at, str) else "")


# ---------------------------------------------------------------- the older Account Activity API


def _account_activity(data: Raw) -> Delivery:
    status = _mapping(data.get("replay_job_status"))
    if status:
        return Delivery(replay_state=str(status.get("job_state", ""))[:40])
    about = _id(data.get("for_user_id"))
    posts = tuple(_told_v1(tweet, about) for tweet in _items(data.get("tweet_create_events")))
    deletions = tuple(
        _deletion({"id": it.get("id"), "author_id": it.get("user_id")})
        for it in (
            _mapping(_mapping(gone).get("status"))
            for gone in _items(data.get("tweet_delete_events"))
        )
    )
    revoke = _mapping(_mapping(data.get("user_event")).get("revoke"))
    revocations = (
        (_revocation(_mapping(revoke.get("source")).get("user_id"), revoke.get("date_time")),)
        if revoke
        else ()
    )
    known = {"tweet_create_events", "tweet_delete_events", "user_event"}
    others = tuple(
        _named(name) for name in data if name not in known and name.endswith(("_events", "_event"))
    )
    if not (posts or deletions or revocations or others):
        raise Rejected("the body has neither data nor events; expected an event of X", field="body")
    return Delivery(posts=posts, deletions=deletions, revocations=revocations, ignored=others)


def _told_v1(tweet: Any, about: str) -> Told:
    if not isinstance(tweet, dict):
        return Told(event="tweet_create_events", raw=tweet, page=Page(), about=about)
    others = [
        it
        for it in (tweet.get("quoted_status"), tweet.get("retweeted_status"))
        if isinstance(it, dict)
    ]
    page = Page(
        users={user["id"]: user for user in map(_v2_user, [tweet, *others]) if user["id"]},
        included={post["id"]: post for post in map(_v2_post, others) if post["id"]},
    )
    return Told(event="tweet_create_events", raw=_v2_post(tweet), page=page, about=about)


def _v2_post(tweet: Raw) -> dict[str, Any]:
    """A v1.1 post in v2's words. `id` is rounded in X's own examples: only `id_str` is read."""
    long = _mapping(tweet.get("extended_tweet"))
    entities = _mapping(long.get("entities") or tweet.get("entities"))
    text = long.get("full_text") or tweet.get("full_text") or tweet.get("text")
    post: dict[str, Any] = {
        "id": tweet.get("id_str"),
        "text": text,
        "author_id": _mapping(tweet.get("user")).get("id_str"),
        "lang": tweet.get("lang"),
        "entities": {
            "mentions": [
                {"username": it.get("screen_name"), "id": it.get("id_str")}
                for it in map(_mapping, _items(entities.get("user_mentions")))
            ],
            "urls": [
                {"expanded_url": it.get("expanded_url")}
                for it in map(_mapping, _items(entities.get("urls")))
            ],
        },
        "referenced_tweets": list(_references(tweet)),
    }
    if isinstance(tweet.get("possibly_sensitive"), bool):
        post["possibly_sensitive"] = tweet["possibly_sensitive"]
    if isinstance(tweet.get("withheld_in_countries"), list):
        post["withheld"] = {"country_codes": tweet["withheld_in_countries"]}
    created_at = _v1_instant(tweet.get("created_at"))
    if created_at is not None:
        post["created_at"] = to_iso(created_at)
    return post


def _references(tweet: Raw) -> Iterator[dict[str, Any]]:
    retweeted = _mapping(tweet.get("retweeted_status")).get("id_str")
    for kind, id_ in (
        ("retweeted", retweeted),
        ("replied_to", tweet.get("in_reply_to_status_id_str")),
        # A repost of a quote carries the quote's reference: it is not this post's own.
        ("quoted", None if retweeted else tweet.get("quoted_status_id_str")),
    ):
        if isinstance(id_, str):
            yield {"type": kind, "id": id_}


def _v2_user(tweet: Raw) -> dict[str, Any]:
    user = _mapping(tweet.get("user"))
    since = _v1_instant(user.get("created_at"))
    return {
        "id": user.get("id_str"),
        "username": user.get("screen_name"),
        "protected": user.get("protected"),
        "public_metrics": {"followers_count": user.get("followers_count")},
        "created_at": to_iso(since) if since is not None else None,
    }


def _v1_instant(text: Any) -> datetime | None:
    """`Mon May 19 14:01:46 +0000 2025`, whatever the machine's language."""
    found = _V1_DATE.fullmatch(text) if isinstance(text, str) else None
    if found is None or found[1] not in _MONTHS:
        return None
    month, day, hour, minute, second, sign, ahead_h, ahead_m, year = found.groups()
    ahead = timedelta(hours=int(ahead_h), minutes=int(ahead_m)) * (-1 if sign == "-" else 1)
    try:
        local = datetime(
            int(year),
            _MONTHS.index(month) + 1,
            int(day),
            int(hour),
            int(minute),
            int(second),
            tzinfo=UTC,
        )
        return local - ahead
    except (ValueError, OverflowError):
        return None


def _id(value: Any) -> str:
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _named(name: Any) -> str:
    """An event's name for the log, where it is one."""
    return name if isinstance(name, str) and _NAME.fullmatch(name) else "?"


def _mapping(value: Any) -> Raw:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
