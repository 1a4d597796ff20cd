"""The messages between the stages: one encode/decode pair each, a `version` in every one.

    Mentions, Urgent                 {"version": 1, "type": "mentions",   "brand", "mentions": […]}
    Classified, Urgent Classified    {"version": 1, "type": "classified", "brand", "mentions": […]}
                                     {"version": 1, "type": "command", "brand", "command", …}
                                     {"version": 1, "type": "tick", "brand", "at"}
    Escalations                      {"version": 1, "type": "step", "incident", "timer"}

Decoding raises `Rejected` for what can never be read, naming the field, and `UnknownVersion` for
a version that newer code wrote.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from vigie.domain.instants import from_iso, to_iso
from vigie.domain.labels import Kind, Labels, Reason, Sentiment, Urgency
from vigie.domain.mention import Author, LabelledMention, Mention
from vigie.errors import Rejected, UnknownVersion

T = TypeVar("T")

VERSION = 1
READABLE_VERSIONS = frozenset({1})
# A pack stays far under SQS's 1 MiB and under what one triage slice takes.
PACK_MENTIONS = 25
PACK_BYTES = 200_000
LARGEST_ID = 2**63 - 1

COMMANDS = frozenset({"resolve", "dismiss"})


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
    """What a person decided about an incident, for triage to fold into the brand's state."""

    brand: str
    command: str
    incident_id: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A minute has passed for a brand without traffic."""

    brand: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDue:
    """A timer of an incident is due; the timer item itself says what is to be done."""

    incident_id: str
    timer: str


TriageMessage = Classified | Command | Tick


def encode(message: Mentions | Classified | Command | Tick | StepDue) -> str:
    """One message as the body of an SQS message (ASCII JSON: no character that SQS refuses)."""
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
        case Tick():
            body = {"type": "tick", "brand": message.brand, "at": to_iso(message.at)}
        case StepDue():
            body = {"type": "step", "incident": message.incident_id, "timer": message.timer}
    return json.dumps({"version": VERSION} | body, separators=(",", ":"))


def decode_mentions(body: str) -> Mentions:
    """What the Mentions and Urgent queues carry."""
    data = _opened(body, {"mentions"})
    mentions, unreadable = _each(data, mention_from_dict)
    return Mentions(brand=_text(data, "brand"), mentions=mentions, unreadable=unreadable)


def decode_for_triage(body: str) -> TriageMessage:
    """What both Classified queues carry."""
    data = _opened(body, {"classified", "command", "tick"})
    brand = _text(data, "brand")
    if data["type"] == "tick":
        return Tick(brand=brand, at=_instant(data, "at"))
    if data["type"] == "command":
        command = _text(data, "command")
        if command not in COMMANDS:
            raise Rejected(
                f"command is {command[:40]!r}, expected one of {sorted(COMMANDS)}", field="command"
            )
        return Command(
            brand=brand,
            command=command,
            incident_id=_text(data, "incident"),
            by=_text(data, "by"),
            at=_instant(data, "at"),
        )
    mentions, unreadable = _each(data, _labelled_from_dict)
    return Classified(brand=brand, mentions=mentions, unreadable=unreadable)


def decode_step(body: str) -> StepDue:
    """What the Escalations queue carries."""
    data = _opened(body, {"step"})
    return StepDue(incident_id=_text(data, "incident"), timer=_text(data, "timer"))


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


def mention_to_dict(mention: Mention) -> dict[str, Any]:
    """The wire shape of a mention; what is at its default is left out."""
    data: dict[str, Any] = {
        "brand": mention.brand,
        "platform": mention.platform,
        "id": mention.post_id,
        "root": mention.root_id,
        "text": mention.text,
        "author": {"id": mention.author.id},
        "posted_at": to_iso(mention.posted_at),
        "received_at": to_iso(mention.received_at),
        "lang": mention.lang,
        "source": mention.source,
    }
    if mention.author.handle:
        data["author"]["handle"] = mention.author.handle
    if mention.author.followers is not None:
        data["author"]["followers"] = mention.author.followers
    if mention.repost:
        data["repost"] = True
    if mention.reply_eligible:
        data["reply_eligible"] = True
    if mention.flags:
        data["flags"] = list(mention.flags)
    return data


def mention_from_dict(data: Mapping[str, Any]) -> Mention:
    """The inverse of `mention_to_dict`. Raises `Rejected` naming the field."""
    author = _mapping(data, "author")
    followers = author.get("followers")
    if followers is not None and (isinstance(followers, bool) or not isinstance(followers, int)):
        raise Rejected(
            f"followers is {_shape(followers)}, expected a whole number", field="author.followers"
        )
    return Mention(
        brand=_text(data, "brand"),
        platform=_text(data, "platform"),
        post_id=_post_id(data, "id"),
        root_id=_post_id(data, "root"),
        text=_text(data, "text"),
        author=Author(
            id=_text(author, "id"),
            handle=str(author.get("handle", "")),
            followers=followers,
        ),
        posted_at=_instant(data, "posted_at"),
        received_at=_instant(data, "received_at"),
        lang=str(data.get("lang", "und")),
        source=str(data.get("source", "")),
        repost=bool(data.get("repost", False)),
        reply_eligible=bool(data.get("reply_eligible", False)),
        flags=tuple(data.get("flags", ())),
    )


def labels_to_dict(labels: Labels) -> dict[str, Any]:
    """The wire shape of labels, which is also what the classifier's command line prints."""
    return {
        "urgency": labels.urgency.value,
        "kind": labels.kind.value,
        "sentiment": labels.sentiment.value,
        "scores": dict(labels.scores),
        "kind_scores": dict(labels.kind_scores),
        "sentiment_scores": dict(labels.sentiment_scores),
        "language": labels.language,
        "reasons": [
            {"rule": r.rule, "label": r.label, "says": r.says, "weight": r.weight, "words": r.words}
            for r in labels.reasons
        ],
    }


def labels_from_dict(data: Mapping[str, Any]) -> Labels:
    """The inverse of `labels_to_dict`. Raises `Rejected` naming the field."""
    try:
        return Labels(
            urgency=Urgency(data["urgency"]),
            kind=Kind(data["kind"]),
            sentiment=Sentiment(data["sentiment"]),
            scores=data["scores"],
            kind_scores=data["kind_scores"],
            sentiment_scores=data["sentiment_scores"],
            language=data.get("language", "und"),
            reasons=tuple(Reason(**reason) for reason in data["reasons"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise Rejected(f"labels cannot be read ({type(error).__name__})", field="labels") from error


def _opened(body: str, types: set[str]) -> Mapping[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected(
            f"the body is not JSON ({type(error).__name__}); expected one of Vigie's messages",
            field="body",
        ) from error
    if not isinstance(data, dict):
        raise Rejected(f"the body is {_shape(data)}, expected a JSON object", field="body")
    version = data.get("version")
    if version not in READABLE_VERSIONS:
        if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
            raise UnknownVersion(f"message version {version}, this code reads up to {VERSION}")
        raise Rejected(
            f"version is {_shape(version)}, expected one of {sorted(READABLE_VERSIONS)}",
            field="version",
        )
    if data.get("type") not in types:
        raise Rejected(
            f"type is {_shape(data.get('type'))}, expected one of {sorted(types)}", field="type"
        )
    return data


def _text(data: Mapping[str, Any], field: str) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value:
        raise Rejected(f"{field} is {_shape(value)}, expected a text", field=field)
    # A lone surrogate is legal in JSON and breaks every UTF-8 writer behind us.
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def _post_id(data: Mapping[str, Any], field: str) -> str:
    value = _text(data, field)
    if not (value.isascii() and value.isdecimal() and int(value) <= LARGEST_ID):
        raise Rejected(
            f"{field} is not an X id; expected a decimal number up to 2^63-1 as a text", field=field
        )
    return value


def _mapping(data: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = data.get(field)
    if not isinstance(value, dict):
        raise Rejected(f"{field} is {_shape(value)}, expected an object", field=field)
    return value


def _instant(data: Mapping[str, Any], field: str) -> datetime:
    text = _text(data, field)
    try:
        return from_iso(text)
    except ValueError as error:
        raise Rejected(
            f"{field} is not an instant; expected 2026-11-22T03:00:00.000Z", field=field
        ) from error


def _labelled_from_dict(data: Mapping[str, Any]) -> LabelledMention:
    return LabelledMention(
        mention=mention_from_dict(data), labels=labels_from_dict(_mapping(data, "labels"))
    )


def _each(
    pack: Mapping[str, Any], read: Callable[[Mapping[str, Any]], T]
) -> tuple[tuple[T, ...], tuple[Unreadable, ...]]:
    """Read a pack's items one by one: a bad one must not take its neighbours with it."""
    items = pack.get("mentions")
    if not isinstance(items, list):
        raise Rejected(f"mentions is {_shape(items)}, expected a list", field="mentions")
    readable: list[T] = []
    unreadable: list[Unreadable] = []
    for item in items:
        try:
            if not isinstance(item, dict):
                raise Rejected(f"a mention is {_shape(item)}, expected an object", field="mentions")
            if item.get("brand") != pack.get("brand"):
                raise Rejected("brand is not the brand of the pack", field="brand")
            readable.append(read(item))
        except Rejected as rejected:
            body = json.dumps(dict(pack) | {"mentions": [item]}, separators=(",", ":"))
            unreadable.append(Unreadable(body=body, rejected=rejected))
    return tuple(readable), tuple(unreadable)


def _shape(value: Any) -> str:
    """What was found, without quoting it: bodies hold people's words."""
    if value is None:
        return "missing"
    return {str: "a text", bool: "a boolean", dict: "an object", list: "a list"}.get(
        type(value), "a number"
    )
