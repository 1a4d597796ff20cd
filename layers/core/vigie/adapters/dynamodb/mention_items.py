"""The Mentions table's items: one per brand, platform and root of a post's edit history."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, from_wire, read_item, to_wire
from vigie.domain.change import Known, Stored, Tombstone
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.labels import Kind, Labels, Reason, Sentiment, Urgency
from vigie.domain.mention import Author, LabelledMention, Mention
from vigie.domain.placed import Placed
from vigie.domain.refresh import partition_of
from vigie.domain.tombstones import kept_until
from vigie.domain.versions import STATE_VERSION
from vigie.domain.why import Why

# One incident's index entries are spread, so that a storm does not meet one partition's limit of
# 1,000 writes a second.
INCIDENT_SHARDS = 8
REASONS_KEPT = 4
LONGEST_WORDS = 60


def mention_key(key: str) -> Item:
    """The key of an item of Mentions."""
    return {"pk": {"S": key}}


def incident_shard(incident_id: str, root_id: str) -> str:
    """`<incident id>#<0..7>`: the partition of the `by_incident` index."""
    return f"{incident_id}#{int(root_id) // 97 % INCIDENT_SHARDS}"


def shards_of(incident_id: str) -> list[str]:
    """All partitions of one incident in the `by_incident` index."""
    return [f"{incident_id}#{shard}" for shard in range(INCIDENT_SHARDS)]


def mention_to_item(stored: Stored, now: datetime, retention: timedelta) -> Item:
    """The mention with its labels; `expires_at` is `retention` after `now`.

    Kept small on purpose: a transactional write costs two units for each KB, and these writes are
    most of what a storm costs. Brand, platform and root id stand in the key alone, the incident in
    its index's key alone. A repost leaves a marker: neither words nor an author.
    """
    mention, labels = stored.labelled.mention, stored.labelled.labels
    if mention.repost:
        return _marker(mention, now, retention)
    due = stored.refresh_at
    return to_wire(
        {
            "pk": mention.key,
            "v": STATE_VERSION,
            "post_id": mention.post_id,
            "text": mention.text,
            "author_id": mention.author.id,
            "handle": mention.author.handle or None,
            "followers": mention.author.followers,
            "since": int(mention.author.since.timestamp()) if mention.author.since else None,
            "posted_at": to_iso(mention.posted_at),
            "received_at": to_iso(mention.received_at),
            "lang": mention.lang,
            "source": mention.source,
            "reply_eligible": mention.reply_eligible or None,
            "flags": list(mention.flags) or None,
            "urgency": labels.urgency.value,
            "kind": labels.kind.value,
            "sentiment": labels.sentiment.value,
            "language": labels.language,
            "scores": _scores_to_text(labels),
            "reasons": _reasons_to_text(labels),
            "incident_shard": incident_shard(stored.incident_id, mention.root_id)
            if stored.incident_id
            else None,
            "reposts": stored.reposts or None,
            "refresh_partition": partition_of(mention.root_id) if due else None,
            "refresh_at": to_iso(due) if due else None,
            "placed": _why_to_text(stored.why) if stored.why else None,
            "expires_at": int((now + retention).timestamp()),
        }
    )


def _marker(mention: Mention, now: datetime, retention: timedelta) -> Item:
    return to_wire(
        {
            "pk": mention.key,
            "v": STATE_VERSION,
            "post_id": mention.post_id,
            "repost": True,
            "repost_of": mention.repost_of or None,
            "posted_at": to_iso(mention.posted_at),
            "received_at": to_iso(mention.received_at),
            "expires_at": int((now + retention).timestamp()),
        }
    )


def tombstone_to_item(tombstone: Tombstone, retention: timedelta) -> Item:
    """No word, author, reason or score: what statistics need, and that the post is gone."""
    _, _, root_id = tombstone.key.split("#")
    kept: dict[str, Any] = {
        "pk": tombstone.key,
        "v": STATE_VERSION,
        "deleted": True,
        "why": tombstone.why,
        "erased_at": to_iso(tombstone.at),
        "expires_at": int(kept_until(tombstone.at, retention).timestamp()),
    }
    known = tombstone.known
    if known is None:
        return to_wire(kept | {"post_id": root_id})
    labels = {} if known.repost else _kept_labels(known)
    incident_id = known.incident_id
    return to_wire(
        kept
        | labels
        | {
            "post_id": known.post_id,
            "repost": known.repost or None,
            "posted_at": to_iso(known.posted_at) if known.posted_at else None,
            "incident_shard": incident_shard(incident_id, root_id) if incident_id else None,
            "reposts": known.reposts or None,
        }
    )


def _kept_labels(known: Known) -> dict[str, Any]:
    return {
        "urgency": known.urgency.value,
        "kind": known.kind.value,
        "sentiment": known.sentiment.value,
    }


# What `known_from_item` reads of an item.
KNOWN = (
    "pk, post_id, incident_shard, deleted, repost, urgency, kind, sentiment, posted_at, followers, "
    "reposts"
)


def known_from_item(item: Mapping[str, Any]) -> Known:
    """What triage needs of a stored mention. A tombstone has `deleted`."""
    data = from_wire(item)
    return Known(
        post_id=data.get("post_id", "0"),
        incident_id=incident_of(item),
        deleted=data.get("deleted", False),
        repost=data.get("repost", False),
        urgency=Urgency(data.get("urgency", Urgency.LOW)),
        kind=Kind(data.get("kind", Kind.NONE)),
        sentiment=Sentiment(data.get("sentiment", Sentiment.NEUTRAL)),
        posted_at=from_iso(data["posted_at"]) if "posted_at" in data else None,
        followers=data.get("followers", 0),
        reposts=data.get("reposts", 0),
    )


def incident_of(item: Mapping[str, Any]) -> str:
    """The incident that the mention belongs to; "" for none."""
    shard: str = item.get("incident_shard", {}).get("S", "")
    return shard.partition("#")[0]


def labelled_from_item(item: Mapping[str, Any]) -> LabelledMention:
    """The mention as it was stored. Raises `UnknownVersion` for one that newer code wrote."""
    data = read_item(item)
    brand, platform, root_id = data["pk"].split("#")
    return LabelledMention(
        mention=Mention(
            brand=brand,
            platform=platform,
            post_id=data["post_id"],
            root_id=root_id,
            text=data["text"],
            author=Author(
                id=data["author_id"],
                handle=data.get("handle", ""),
                followers=data.get("followers"),
                since=datetime.fromtimestamp(data["since"], UTC) if "since" in data else None,
            ),
            posted_at=from_iso(data["posted_at"]),
            received_at=from_iso(data["received_at"]),
            lang=data["lang"],
            source=data["source"],
            reply_eligible=data.get("reply_eligible", False),
            flags=tuple(data.get("flags", ())),
        ),
        labels=_labels(data),
    )


def placed_from_item(item: Mapping[str, Any]) -> Placed:
    """How it was placed. Raises `UnknownVersion` for a mention that newer code wrote."""
    data = read_item(item)
    return Placed(
        key=data["pk"],
        known=known_from_item(item),
        labels=_labels(data) if "text" in data else None,
        kept=why_from_item(item),
    )


def why_from_item(item: Mapping[str, Any]) -> Why | None:
    """Why it was placed where it is; None for what was stored before that was kept."""
    if "placed" not in item:
        return None
    rule, facts = json.loads(item["placed"]["S"])
    return Why(rule=rule, facts=facts)


def _why_to_text(why: Why) -> str:
    facts = {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in why.facts.items()
    }
    return json.dumps([why.rule, facts], separators=(",", ":"), ensure_ascii=False)


def _scores_to_text(labels: Labels) -> str:
    """Three lists in the order of the enumerations, three decimals each."""
    lists = (
        [round(labels.scores.get(u.value, 0.0), 3) for u in Urgency],
        [round(labels.kind_scores.get(k.value, 0.0), 3) for k in Kind],
        [round(labels.sentiment_scores.get(s.value, 0.0), 3) for s in Sentiment],
    )
    return json.dumps(lists, separators=(",", ":"))


def _reasons_to_text(labels: Labels) -> str:
    """The reasons for the labels that the mention got, one entry a rule, the weightiest first."""
    given = {
        f"urgency:{labels.urgency.value}": "urgency",
        f"kind:{labels.kind.value}": "kind",
        f"sentiment:{labels.sentiment.value}": "sentiment",
    }
    by_rule: dict[str, list[Any]] = {}
    for reason in sorted(labels.reasons, key=lambda r: -r.weight):
        if reason.label in given:
            entry = by_rule.setdefault(
                reason.rule, [reason.rule, reason.says, reason.words[:LONGEST_WORDS], {}]
            )
            entry[3][given[reason.label]] = round(reason.weight, 2)
    return json.dumps(
        list(by_rule.values())[:REASONS_KEPT], separators=(",", ":"), ensure_ascii=False
    )


def _labels(data: Mapping[str, Any]) -> Labels:
    urgencies, kinds, sentiments = json.loads(data["scores"])
    return Labels(
        urgency=Urgency(data["urgency"]),
        kind=Kind(data["kind"]),
        sentiment=Sentiment(data["sentiment"]),
        scores=dict(zip(map(str, Urgency), urgencies, strict=True)),
        kind_scores=dict(zip(map(str, Kind), kinds, strict=True)),
        sentiment_scores=dict(zip(map(str, Sentiment), sentiments, strict=True)),
        language=data["language"],
        reasons=tuple(
            Reason(rule=rule, label=f"{name}:{data[name]}", says=says, weight=weight, words=words)
            for rule, says, words, weights in json.loads(data["reasons"])
            for name, weight in weights.items()
        ),
    )
