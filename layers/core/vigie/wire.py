"""The shapes of values inside messages, and readers that name the field which is wrong."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vigie.domain.instants import from_iso, to_iso
from vigie.domain.labels import Kind, Labels, Reason, Sentiment, Urgency
from vigie.domain.mention import Author, Mention
from vigie.errors import Rejected

LARGEST_ID = 2**63 - 1
LONGEST_ID = len(str(LARGEST_ID))


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
    if mention.author.since is not None:
        data["author"]["since"] = to_iso(mention.author.since)
    if mention.repost:
        data["repost"] = True
    if mention.repost_of:
        data["repost_of"] = mention.repost_of
    if mention.reply_eligible:
        data["reply_eligible"] = True
    if mention.flags:
        data["flags"] = list(mention.flags)
    return data


def mention_from_dict(data: Mapping[str, Any]) -> Mention:
    """The inverse of `mention_to_dict`. Raises `Rejected` naming the field."""
    author = mapping(data, "author")
    followers = author.get("followers")
    if followers is not None and not (type(followers) is int and 0 <= followers <= LARGEST_ID):
        raise Rejected(
            f"followers is {shape(followers)}, expected a whole number", field="author.followers"
        )
    return Mention(
        brand=text(data, "brand"),
        platform=text(data, "platform"),
        post_id=post_id(data, "id"),
        root_id=post_id(data, "root"),
        text=text(data, "text"),
        author=Author(
            id=text(author, "id"),
            handle=str(author.get("handle", "")),
            followers=followers,
            since=instant(author, "since") if author.get("since") else None,
        ),
        posted_at=instant(data, "posted_at"),
        received_at=instant(data, "received_at"),
        lang=str(data.get("lang", "und")),
        source=str(data.get("source", "")),
        repost=bool(data.get("repost", False)),
        repost_of=post_id(data, "repost_of") if data.get("repost_of") else "",
        reply_eligible=bool(data.get("reply_eligible", False)),
        flags=_flags(data),
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
            scores=_scores(data["scores"]),
            kind_scores=_scores(data["kind_scores"]),
            sentiment_scores=_scores(data["sentiment_scores"]),
            language=_plain_text(data.get("language", "und")),
            reasons=tuple(_reason(reason) for reason in data["reasons"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise Rejected(f"labels cannot be read ({type(error).__name__})", field="labels") from error


def _scores(values: Any) -> dict[str, float]:
    if not all(type(value) in (int, float) for value in values.values()):
        raise TypeError("scores are numbers")
    return dict(values)


def _reason(values: Any) -> Reason:
    if type(values["weight"]) not in (int, float):
        raise TypeError("a weight is a number")
    return Reason(
        rule=_plain_text(values["rule"]),
        label=_plain_text(values["label"]),
        says=_plain_text(values["says"]),
        weight=values["weight"],
        words=_plain_text(values["words"]),
    )


def _plain_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a text")
    return value.encode("utf-8", "replace").decode("utf-8")


def _flags(data: Mapping[str, Any]) -> tuple[str, ...]:
    flags = data.get("flags", [])
    if not isinstance(flags, list) or not all(isinstance(flag, str) for flag in flags):
        raise Rejected(f"flags is {shape(flags)}, expected a list of texts", field="flags")
    return tuple(flags)


def text(data: Mapping[str, Any], field: str) -> str:
    """A text that is not empty, its lone surrogates replaced."""
    value = data.get(field)
    if not isinstance(value, str) or not value:
        raise Rejected(f"{field} is {shape(value)}, expected a text", field=field)
    # A lone surrogate is legal in JSON and breaks every UTF-8 writer behind us.
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def post_id(data: Mapping[str, Any], field: str) -> str:
    """A decimal id up to `LARGEST_ID`."""
    value = text(data, field)
    if not (
        value.isascii()
        and value.isdecimal()
        and len(value) <= LONGEST_ID
        and int(value) <= LARGEST_ID
    ):
        raise Rejected(
            f"{field} is not an X id; expected a decimal number up to 2^63-1 as a text", field=field
        )
    return value


def count(data: Mapping[str, Any], field: str) -> int:
    """A whole number, not negative."""
    value = data.get(field)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Rejected(f"{field} is {shape(value)}, expected a whole number", field=field)
    return value


def mapping(data: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """An object."""
    value = data.get(field)
    if not isinstance(value, dict):
        raise Rejected(f"{field} is {shape(value)}, expected an object", field=field)
    return value


def instant(data: Mapping[str, Any], field: str) -> datetime:
    """An aware instant."""
    value = text(data, field)
    try:
        return from_iso(value)
    except (ValueError, OverflowError) as error:
        raise Rejected(
            f"{field} is not an instant; expected 2026-11-22T03:00:00.000Z", field=field
        ) from error


def shape(value: Any) -> str:
    """What was found, without quoting it: bodies hold people's words."""
    if value is None:
        return "missing"
    return {str: "a text", bool: "a boolean", dict: "an object", list: "a list"}.get(
        type(value), "a number"
    )
