"""`TriageStore` on the three tables: consistent reads, one conditional transaction a commit."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, key, to_wire
from vigie.adapters.dynamodb.client import batch_get, transact, translated
from vigie.adapters.dynamodb.erasures import erasure_to_item
from vigie.adapters.dynamodb.items import (
    DESK,
    STATE,
    TALLY,
    desk_from_item,
    desk_to_item,
    entry_to_item,
    ladders_to_item,
    tally_from_item,
    tally_to_item,
    timer_to_item,
)
from vigie.adapters.dynamodb.mention_items import (
    KNOWN,
    incident_shard,
    known_from_item,
    labelled_from_item,
    mention_key,
    mention_to_item,
    tombstone_to_item,
)
from vigie.adapters.dynamodb.state_items import next_version, state_from_item, state_to_item
from vigie.domain.change import Change, Known, Stored, Tombstone
from vigie.domain.incident import BrandState, Desk, Tally
from vigie.domain.instants import to_iso
from vigie.domain.mention import LabelledMention
from vigie.domain.refresh import partition_of
from vigie.messages import PostNow
from vigie.ports import GONE


class DynamoTriageStore:
    """See `TriageStore`. `retention` is how long a mention is kept."""

    def __init__(
        self, client: Any, *, mentions: str, incidents: str, brands: str, retention: timedelta
    ) -> None:
        self._client = client
        self._mentions = mentions
        self._incidents = incidents
        self._brands = brands
        self._retention = retention

    def state(self, brand: str) -> BrandState:
        """See `TriageStore.state`."""
        with translated("read the brand's state"):
            answer = self._client.get_item(
                TableName=self._brands, Key=key(brand, STATE), ConsistentRead=True
            )
        item = answer.get("Item")
        return state_from_item(item) if item else BrandState(brand=brand)

    def known(self, keys: Sequence[str]) -> Mapping[str, Known]:
        """See `TriageStore.known`."""
        unique = list(dict.fromkeys(keys))
        found = batch_get(
            self._client,
            self._mentions,
            [mention_key(k) for k in unique],
            ProjectionExpression=KNOWN,
        )
        return {item["pk"]["S"]: known_from_item(item) for item in found}

    def posts(self, keys: Sequence[str]) -> Mapping[str, LabelledMention]:
        """See `TriageStore.posts`."""
        found = batch_get(
            self._client, self._mentions, [mention_key(k) for k in dict.fromkeys(keys)]
        )
        return {item["pk"]["S"]: labelled_from_item(item) for item in found if "text" in item}

    def incidents(self, ids: Sequence[str]) -> Mapping[str, tuple[Tally, Desk]]:
        """See `TriageStore.incidents`."""
        tallies: dict[str, Tally] = {}
        desks: dict[str, Desk] = {}
        keys = [key(id_, sk) for id_ in dict.fromkeys(ids) for sk in (TALLY, DESK)]
        for item in batch_get(self._client, self._incidents, keys):
            if item["sk"]["S"] == TALLY:
                tallies[item["pk"]["S"]] = tally_from_item(item)
            else:
                desks[item["pk"]["S"]] = desk_from_item(item)
        return {
            id_: (tally, desks.get(id_, Desk(incident_id=id_))) for id_, tally in tallies.items()
        }

    def refreshed(self, key: str, post: PostNow, at: datetime) -> None:
        """See `TriageStore.refreshed`."""
        values: Item = {
            ":numbers": {
                "M": to_wire(
                    {
                        "reposts": post.reposts,
                        "likes": post.likes,
                        "replies": post.replies,
                        "quotes": post.quotes,
                    }
                )
            },
            ":at": {"S": to_iso(at)},
        }
        update = "SET numbers = :numbers, numbers_at = :at"
        if post.next_at is None:
            update += " REMOVE refresh_at, refresh_partition"
        else:
            update += ", refresh_at = :next, refresh_partition = :partition"
            values[":next"] = {"S": to_iso(post.next_at)}
            values[":partition"] = {"S": partition_of(post.root_id)}
        with translated("refresh a mention"):
            self._client.update_item(
                TableName=self._mentions,
                Key=mention_key(key),
                ConditionExpression=(
                    "attribute_exists(#text)"
                    " AND (attribute_not_exists(numbers_at) OR numbers_at < :at)"
                ),
                UpdateExpression=update,
                ExpressionAttributeNames={"#text": "text"},
                ExpressionAttributeValues=values,
            )

    def commit(self, change: Change, now: datetime) -> None:
        """See `TriageStore.commit`."""
        opened = {ladders.incident_id for ladders in change.ladders}
        actions = [("state", self._put_state(change.state, now))]
        actions += [
            (f"mention:{s.labelled.mention.key}", self._put(s, now)) for s in change.mentions
        ]
        actions += [(f"{GONE}{k}", action) for k, action in self._grown(change)]
        for tombstone in change.tombstones:
            actions += [
                (f"mention:{tombstone.key}", self._bury(tombstone)),
                ("log", self._log(tombstone)),
            ]
        actions += [
            (f"tally:{tally.id}", self._put_tally(tally, is_new=tally.id in opened))
            for tally in change.tallies
        ]
        actions += [
            ("item", {"Put": {"TableName": self._incidents, "Item": item}})
            for item in (
                *map(ladders_to_item, change.ladders),
                *map(timer_to_item, change.timers),
                *map(entry_to_item, change.entries),
            )
        ]
        actions += [
            (f"desk:{id_}", self._check_desk(id_, desk)) for id_, desk in change.checks.items()
        ]
        transact(self._client, "commit a slice", actions)

    def _put_state(self, state: BrandState, now: datetime) -> Item:
        put: Item = {"TableName": self._brands, "Item": state_to_item(next_version(state, now))}
        if state.version == 0:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "version = :read"
            put["ExpressionAttributeValues"] = {":read": {"N": str(state.version)}}
        return {"Put": put}

    def _put(self, stored: Stored, now: datetime) -> Item:
        put: Item = {
            "TableName": self._mentions,
            "Item": mention_to_item(stored, now, self._retention),
        }
        if stored.replaces:
            put["ConditionExpression"] = "post_id = :read AND attribute_not_exists(deleted)"
            put["ExpressionAttributeValues"] = {":read": {"S": stored.replaces}}
        else:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        return {"Put": put}

    def _grown(self, change: Change) -> Iterator[tuple[str, Item]]:
        """Stored mentions that join an incident, were repeated, or both: one action each."""
        incidents, reposts = dict(change.adopted), dict(change.reposted)
        for mention in dict.fromkeys([*incidents, *reposts]):
            values: Item = {}
            update = ""
            if mention in incidents:
                shard = incident_shard(incidents[mention], mention.rsplit("#", 1)[-1])
                update, values = "SET incident_shard = :shard", {":shard": {"S": shard}}
            if mention in reposts:
                update += " ADD reposts :reposts"
                values[":reposts"] = {"N": str(reposts[mention])}
            yield (
                mention,
                {
                    "Update": {
                        "TableName": self._mentions,
                        "Key": mention_key(mention),
                        "ConditionExpression": "attribute_exists(#text)",
                        "UpdateExpression": update.strip(),
                        "ExpressionAttributeNames": {"#text": "text"},
                        "ExpressionAttributeValues": values,
                    }
                },
            )

    def _bury(self, tombstone: Tombstone) -> Item:
        put: Item = {
            "TableName": self._mentions,
            "Item": tombstone_to_item(tombstone, self._retention),
        }
        if tombstone.known is None:
            put["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            put["ConditionExpression"] = "post_id = :read AND attribute_not_exists(deleted)"
            put["ExpressionAttributeValues"] = {":read": {"S": tombstone.known.post_id}}
        return {"Put": put}

    def _log(self, tombstone: Tombstone) -> Item:
        return {
            "Put": {
                "TableName": self._brands,
                "Item": erasure_to_item(
                    tombstone.key, tombstone.why, tombstone.at, self._retention
                ),
            }
        }

    def _put_tally(self, tally: Tally, *, is_new: bool) -> Item:
        # The brand's version already keeps others out; this guards an old record's identity.
        condition = "attribute_not_exists(pk)" if is_new else "attribute_exists(pk)"
        return {
            "Put": {
                "TableName": self._incidents,
                "Item": tally_to_item(tally),
                "ConditionExpression": condition,
            }
        }

    def _check_desk(self, incident_id: str, desk: Desk | None) -> Item:
        check: Item = {
            "TableName": self._incidents,
            "Key": key(incident_id, DESK),
            "ConditionExpression": "attribute_not_exists(resolved_at)",
        }
        read = desk_to_item(desk) if desk else {}
        values: Item = {}
        for name in ("acknowledged_at", "restarts") if desk else ():
            if name in read:
                values[f":{name}"] = read[name]
                check["ConditionExpression"] += f" AND {name} = :{name}"
            else:
                check["ConditionExpression"] += f" AND attribute_not_exists({name})"
        if values:
            check["ExpressionAttributeValues"] = values
        return {"ConditionCheck": check}
