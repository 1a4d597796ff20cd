"""The messages between the stages: one encode/decode pair each, a `version` in every one.

    Mentions, Urgent                 {"version": 1, "type": "mentions",   "brand", "mentions": […]}
    Classified, Urgent Classified    {"version": 1, "type": "classified", "brand", "mentions": […]}
                                     {"version": 1 or 2, "type": "command", "brand", "command", …}
                                     {"version": 1, "type": "tick", "brand", "at"}
                                     {"version": 1, "type": "erased", "brand", "posts": […], …}
                                     {"version": 1, "type": "refreshed", "brand", "posts": […], …}
    Escalations                      {"version": 1, "type": "step", "incident", "timer"}
    Polls                            {"version": 1, "type": "poll", "brand", "source"}

Decoding raises `Rejected` for what can never be read, naming the field, and `UnknownVersion` for
a version that newer code wrote. A message carries the oldest version that can be read as it is
meant: during a deployment old code must neither misread a new command nor be kept from the rest
(docs/decisions/0017-commands.md).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from vigie.domain.instants import to_iso
from vigie.domain.mention import LabelledMention, Mention
from vigie.errors import Rejected, UnknownVersion
from vigie.wire import (
    count,
    instant,
    labels_from_dict,
    labels_to_dict,
    mapping,
    mention_from_dict,
    mention_to_dict,
    post_id,
    shape,
    text,
)

T = TypeVar("T")

VERSION = 2
READABLE_VERSIONS = frozenset({1, 2})
# A pack stays far under SQS's 1 MiB and under what one triage slice takes.
PACK_MENTIONS = 25
PACK_BYTES = 200_000

# Each with the version that brought it.
COMMANDS: Mapping[str, int] = {
    "resolve": 1,
    "dismiss": 1,
    "merge": 2,
    "severity": 2,
    "split": 2,
}
# A split is one transaction: each post that moves takes one of its hundred actions.
SPLIT_MOST = 60
# Deleted or protected at X, or asked for by a person of the organisation or by the author.
ERASURES = frozenset({"deleted", "protected", "request"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """One item of a pack that cannot be read, as a message of its own, and why."""

    body: str
    rejected: Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """Accepted mentions of one brand, not yet classified."""

    brand: str
    mentions: tuple[Mention, ...]
    unreadable: tuple["Unreadable", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """Labelled mentions of one brand."""

    brand: str
    mentions: tuple[LabelledMention, ...]
    unreadable: tuple["Unreadable", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a person decided about an incident, for triage to fold into the brand's state.

    The desk holds what was decided, and this only says that there is something to fold, but for
    `split`: `posts` are the root ids that go into the new incident `into`.
    """

    brand: str
    command: str
    incident_id: str
    by: str
    at: datetime
    into: str = ""
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A minute has passed for a brand without traffic."""

    brand: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Posts whose words and author must go, everywhere and for good.

    `posts` are root ids; `why` is one of `ERASURES`. Also for posts never seen: a late copy must
    not bring them back.
    """

    brand: str
    posts: tuple[str, ...]
    why: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostNow:
    """What X says of a stored post today; `next_at` is when to ask again, None for never."""

    root_id: str
    reposts: int
    likes: int
    replies: int
    quotes: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """Posts that were looked up again and are still there."""

    brand: str
    posts: tuple[PostNow, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDue:
    """A timer of an incident is due; the timer item itself says what is to be done."""

    incident_id: str
    timer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A source is to be read before the schedule's next tick."""

    brand: str
    source: str


TriageMessage = Classified | Command | Tick | Erased | Refreshed


def encode(message: Mentions | TriageMessage | StepDue | Poll) -> str:
    """One message as the body of an SQS message (ASCII JSON: no character that SQS refuses)."""
    version = 1
    match message:
        case Mentions():
            body = {
                "type": "mentions",
                "brand": message.brand,
                "mentions": [mention_to_dict(m) for m in message.mentions],
            }
        case Classified():
            body = {
                "type": "classified",
                "brand": message.brand,
                "mentions": [
                    mention_to_dict(m.mention) | {"labels": labels_to_dict(m.labels)}
                    for m in message.mentions
                ],
            }
        case Command():
            body = {
                "type": "command",
                "brand": message.brand,
                "command": message.command,
                "incident": message.incident_id,
                "by": message.by,
                "at": to_iso(message.at),
            }
            body |= {"into": message.into} if message.into else {}
            body |= {"posts": list(message.posts)} if message.posts else {}
            version = COMMANDS[message.command]
        case Tick():
            body = {"type": "tick", "brand": message.brand, "at": to_iso(message.at)}
        case Erased():
            body = {
                "type": "erased",
                "brand": message.brand,
                "posts": list(message.posts),
                "why": message.why,
                "at": to_iso(message.at),
            }
        case Refreshed():
            body = {
                "type": "refreshed",
                "brand": message.brand,
                "posts": [_post_now_to_dict(post) for post in message.posts],
                "at": to_iso(message.at),
            }
        case StepDue():
            body = {"type": "step", "incident": message.incident_id, "timer": message.timer}
        case Poll():
            body = {"type": "poll", "brand": message.brand, "source": message.source}
    return json.dumps({"version": version} | body, separators=(",", ":"))


def decode_mentions(body: str) -> Mentions:
    """What the Mentions and Urgent queues carry."""
    data = _opened(body, {"mentions"})
    mentions, unreadable = _each(data, mention_from_dict)
    return Mentions(brand=text(data, "brand"), mentions=mentions, unreadable=unreadable)


def decode_for_triage(body: str) -> TriageMessage:
    """What both Classified queues carry."""
    data = _opened(body, {"classified", "command", "tick", "erased", "refreshed"})
    brand = text(data, "brand")
    if data["type"] == "tick":
        return Tick(brand=brand, at=instant(data, "at"))
    if data["type"] == "command":
        return _command(data, brand)
    if data["type"] == "erased":
        return _erased(data, brand)
    if data["type"] == "refreshed":
        return _refreshed(data, brand)
    mentions, unreadable = _each(data, _labelled_from_dict)
    return Classified(brand=brand, mentions=mentions, unreadable=unreadable)


def decode_step(body: str) -> StepDue:
    """What the Escalations queue carries."""
    data = _opened(body, {"step"})
    return StepDue(incident_id=text(data, "incident"), timer=text(data, "timer"))


def decode_poll(body: str) -> Poll:
    """What the Polls queue carries."""
    data = _opened(body, {"poll"})
    return Poll(brand=text(data, "brand"), source=text(data, "source"))


def packs(items: Iterable[T], size_of: Callable[[T], int]) -> Iterator[tuple[T, ...]]:
    """Split into runs of at most `PACK_MENTIONS` items and about `PACK_BYTES` bytes."""
    run: list[T] = []
    used = 0
    for item in items:
        size = size_of(item)
        if run and (len(run) >= PACK_MENTIONS or used + size > PACK_BYTES):
            yield tuple(run)
            run, used = [], 0
        run.append(item)
        used += size
    if run:
        yield tuple(run)


def _opened(body: str, types: set[str]) -> Mapping[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected(
            f"the body is not JSON ({type(error).__name__}); expected one of Vigie's messages",
            field="body",
        ) from error
    if not isinstance(data, dict):
        raise Rejected(f"the body is {shape(data)}, expected a JSON object", field="body")
    version = data.get("version")
    if type(version) is not int or version not in READABLE_VERSIONS:
        if type(version) is int and version > VERSION:
            raise UnknownVersion(f"message version {version}, this code reads up to {VERSION}")
        raise Rejected(
            f"version is {shape(version)}, expected one of {sorted(READABLE_VERSIONS)}",
            field="version",
        )
    if not isinstance(data.get("type"), str) or data["type"] not in types:
        raise Rejected(
            f"type is {shape(data.get('type'))}, expected one of {sorted(types)}", field="type"
        )
    return data


def _command(data: Mapping[str, Any], brand: str) -> Command:
    command = text(data, "command")
    if command not in COMMANDS:
        raise Rejected(
            f"command is {command[:40]!r}, expected one of {sorted(COMMANDS)}", field="command"
        )
    is_split = command == "split"
    posts = [post_id({"posts": post}, "posts") for post in _list(data, "posts")] if is_split else []
    if is_split and not 1 <= len(posts) <= SPLIT_MOST:
        raise Rejected(f"{len(posts)} posts, expected 1 to {SPLIT_MOST}", field="posts")
    return Command(
        brand=brand,
        command=command,
        incident_id=text(data, "incident"),
        by=text(data, "by"),
        at=instant(data, "at"),
        into=text(data, "into") if is_split else "",
        posts=tuple(posts),
    )


def _erased(data: Mapping[str, Any], brand: str) -> Erased:
    why = text(data, "why")
    if why not in ERASURES:
        raise Rejected(f"why is {why[:40]!r}, expected one of {sorted(ERASURES)}", field="why")
    return Erased(
        brand=brand,
        posts=tuple(post_id({"posts": post}, "posts") for post in _list(data, "posts")),
        why=why,
        at=instant(data, "at"),
    )


def _refreshed(data: Mapping[str, Any], brand: str) -> Refreshed:
    posts = _list(data, "posts")
    if not all(isinstance(post, dict) for post in posts):
        raise Rejected("posts holds something that is no object", field="posts")
    return Refreshed(
        brand=brand, posts=tuple(map(_post_now_from_dict, posts)), at=instant(data, "at")
    )


def _post_now_to_dict(post: PostNow) -> dict[str, Any]:
    return {
        "root": post.root_id,
        "reposts": post.reposts,
        "likes": post.likes,
        "replies": post.replies,
        "quotes": post.quotes,
        "next_at": None if post.next_at is None else to_iso(post.next_at),
    }


def _post_now_from_dict(data: Mapping[str, Any]) -> PostNow:
    return PostNow(
        root_id=post_id(data, "root"),
        reposts=count(data, "reposts"),
        likes=count(data, "likes"),
        replies=count(data, "replies"),
        quotes=count(data, "quotes"),
        next_at=None if data.get("next_at") is None else instant(data, "next_at"),
    )


def _list(data: Mapping[str, Any], field: str) -> list[Any]:
    items = data.get(field)
    if not isinstance(items, list):
        raise Rejected(f"{field} is {shape(items)}, expected a list", field=field)
    return items


def _labelled_from_dict(data: Mapping[str, Any]) -> LabelledMention:
    return LabelledMention(
        mention=mention_from_dict(data), labels=labels_from_dict(mapping(data, "labels"))
    )


def _each(
    pack: Mapping[str, Any], read: Callable[[Mapping[str, Any]], T]
) -> tuple[tuple[T, ...], tuple[Unreadable, ...]]:
    """Read a pack's items one by one: a bad one must not take its neighbours with it."""
    items = _list(pack, "mentions")
    readable: list[T] = []
    unreadable: list[Unreadable] = []
    for item in items:
        try:
            if not isinstance(item, dict):
                raise Rejected(f"a mention is {shape(item)}, expected an object", field="mentions")
            if item.get("brand") != pack.get("brand"):
                raise Rejected("brand is not the brand of the pack", field="brand")
            readable.append(read(item))
        except Rejected as rejected:
            body = json.dumps(dict(pack) | {"mentions": [item]}, separators=(",", ":"))
            unreadable.append(Unreadable(body=body, rejected=rejected))
    return tuple(readable), tuple(unreadable)
