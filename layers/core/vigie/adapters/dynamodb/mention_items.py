"""The Mentions table's items: one per brand, platform and root of a post's edit history."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from vigie.adapters.dynamodb.items import Item, from_wire, to_wire
from vigie.domain.change import Known, Stored
from vigie.domain.incident import STATE_VERSION
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.mention import Author, LabelledMention, Mention
from vigie.messages import labels_from_dict, labels_to_dict

# One incident's index entries are spread, so that a storm does not meet one partition's limit of
# 1,000 writes a second.
INCIDENT_SHARDS = 8


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
    """The mention with its labels; `expires_at` is `retention` after `now`."""
    mention, labels = stored.labelled.mention, labels_to_dict(stored.labelled.labels)
    return to_wire(
        {
            "pk": mention.key,
            "v": STATE_VERSION,
            "brand": mention.brand,
            "platform": mention.platform,
            "post_id": mention.post_id,
            "root_id": mention.root_id,
            "text": mention.text,
            "author_id": mention.author.id,
            "handle": mention.author.handle or None,
            "followers": mention.author.followers,
            "posted_at": to_iso(mention.posted_at),
            "received_at": to_iso(mention.received_at),
            "lang": mention.lang,
            "source": mention.source,
            "repost": mention.repost or None,
            "reply_eligible": mention.reply_eligible or None,
            "flags": list(mention.flags) or None,
            "urgency": labels["urgency"],
            "kind": labels["kind"],
            "sentiment": labels["sentiment"],
            "labels": json.dumps(labels, separators=(",", ":"), ensure_ascii=False),
            "incident_id": stored.incident_id or None,
            "incident_shard": incident_shard(stored.incident_id, mention.root_id)
            if stored.incident_id
            else None,
            "expires_at": int((now + retention).timestamp()),
        }
    )


def known_from_item(item: Mapping[str, Any]) -> Known:
    """What triage needs of a stored mention. A tombstone has `deleted`."""
    data = from_wire(item)
    return Known(
        post_id=data.get("post_id", "0"),
        incident_id=data.get("incident_id", ""),
        deleted=data.get("deleted", False),
    )


def labelled_from_item(item: Mapping[str, Any]) -> LabelledMention:
    """The mention as it was stored."""
    data = from_wire(item)
    return LabelledMention(
        mention=Mention(
            brand=data["brand"],
            platform=data["platform"],
            post_id=data["post_id"],
            root_id=data["root_id"],
            text=data["text"],
            author=Author(
                id=data["author_id"],
                handle=data.get("handle", ""),
                followers=data.get("followers"),
            ),
            posted_at=from_iso(data["posted_at"]),
            received_at=from_iso(data["received_at"]),
            lang=data["lang"],
            source=data["source"],
            repost=data.get("repost", False),
            reply_eligible=data.get("reply_eligible", False),
            flags=tuple(data.get("flags", ())),
        ),
        labels=labels_from_dict(json.loads(data["labels"])),
    )
