"""Incidents and their mentions as people read them: lists, one in full, its posts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from itertools import groupby, islice
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, key
from vigie.adapters.dynamodb.client import batch_get, query_all
from vigie.adapters.dynamodb.items import (
    DESK,
    PAGING,
    TALLY,
    desk_from_item,
    entry_from_item,
    paging_from_item,
    tally_from_item,
    timer_from_item,
    timer_sk,
)
from vigie.adapters.dynamodb.mention_items import (
    KNOWN,
    known_from_item,
    labelled_from_item,
    mention_key,
    placed_from_item,
    shards_of,
)
from vigie.domain.clock_rules import CLOCKS
from vigie.domain.incident import LADDER_TIMER, Desk, Entry, Paging
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.mention import LabelledMention
from vigie.domain.placed import Placed
from vigie.ports import Before, Dossier, Summary

TIMELINE_SHOWN = 500
_TIMER = timer_sk(LADDER_TIMER)
_CLOCKS = tuple(map(timer_sk, CLOCKS))

Found = tuple[str, str]
"""What an index says of an item: its instant as text, and its id."""


class DynamoDossiers:
    """`Dossiers` over the Incidents and Mentions tables."""

    def __init__(self, client: Any, *, incidents: str, mentions: str) -> None:
        self._client = client
        self._incidents = incidents
        self._mentions = mentions

    def summaries(
        self, brands: Sequence[str], *, open_only: bool, limit: int, before: Before
    ) -> tuple[tuple[Summary, ...], Before]:
        """See `Dossiers.summaries`: one query a brand, merged by time."""
        index, partition = ("open", "open_brand") if open_only else ("by_brand", "brand")
        found, goes_on = _newest(
            [
                self._found(self._incidents, index, partition, brand, "opened_at", before, limit)
                for brand in brands
            ],
            limit,
        )
        summaries = self._summaries([id_ for _, id_ in found])
        if open_only:
            summaries = [s for s in summaries if s.desk.resolved_at is None]
        return tuple(summaries), goes_on

    def dossier(self, incident_id: str) -> Dossier | None:
        """See `Dossiers.dossier`."""
        wanted = (TALLY, DESK, PAGING, _TIMER, *_CLOCKS)
        items = self._items([incident_id], wanted).get(incident_id, {})
        if TALLY not in items:
            return None
        return Dossier(
            summary=_summary(incident_id, items),
            timer=timer_from_item(items[_TIMER]) if _TIMER in items else None,
            timeline=self._timeline(incident_id),
            clocks=tuple(timer_from_item(items[sk]) for sk in _CLOCKS if sk in items),
        )

    def mentions(
        self,
        incident_id: str,
        *,
        limit: int,
        before: Before,
        now: datetime,
        merged: Sequence[str] = (),
    ) -> tuple[tuple[LabelledMention, ...], Before]:
        """See `Dossiers.mentions`: the incidents' shards of the index, merged by time."""
        found, goes_on = _newest(
            [
                self._found(
                    self._mentions,
                    "by_incident",
                    "incident_shard",
                    shard,
                    "posted_at",
                    before,
                    limit,
                )
                for id_ in (incident_id, *merged)
                for shard in shards_of(id_)
            ],
            limit,
        )
        return self.posts([key_ for _, key_ in found], now), goes_on

    def incidents_of(self, keys: Sequence[str]) -> Mapping[str, str]:
        """See `Dossiers.incidents_of`."""
        found = batch_get(
            self._client,
            self._mentions,
            [mention_key(k) for k in dict.fromkeys(keys)],
            ProjectionExpression=KNOWN,
        )
        known = {item["pk"]["S"]: known_from_item(item) for item in found}
        return {k: v.incident_id for k, v in known.items() if not (v.deleted or v.repost)}

    def posts(self, keys: Sequence[str], now: datetime) -> tuple[LabelledMention, ...]:
        """See `Dossiers.posts`."""
        items = {
            item["pk"]["S"]: item
            for item in batch_get(self._client, self._mentions, [mention_key(k) for k in keys])
            # TTL deletes up to days late; a deleted post leaves a tombstone without text.
            if "text" in item and int(item["expires_at"]["N"]) > now.timestamp()
        }
        return tuple(labelled_from_item(items[k]) for k in keys if k in items)

    def versions(
        self, incident_ids: tuple[str, ...], post_ids: Sequence[str], now: datetime
    ) -> Mapping[str, LabelledMention]:
        """See `Dossiers.versions`: until all are found the index's entries of the incidents are
        read, each at most once, 200 bytes each."""
        wanted = {f":post{n}": {"S": id_} for n, id_ in enumerate(dict.fromkeys(post_ids))}
        found = self._in_versions(incident_ids, wanted) if wanted else iter(())
        posts = self.posts(list(islice(found, len(wanted))), now)
        return {post.mention.post_id: post for post in posts if post.mention.post_id in post_ids}

    def placed(self, key: str, now: datetime) -> Placed | None:
        """See `Dossiers.placed`."""
        for item in batch_get(self._client, self._mentions, [mention_key(key)]):
            if int(item["expires_at"]["N"]) > now.timestamp():
                return placed_from_item(item)
        return None

    def _in_versions(self, incident_ids: tuple[str, ...], wanted: Item) -> Iterator[str]:
        for shard in (shard for id_ in incident_ids for shard in shards_of(id_)):
            query = {
                "TableName": self._mentions,
                "IndexName": "by_incident",
                "KeyConditionExpression": "incident_shard = :shard",
                "FilterExpression": f"post_id IN ({', '.join(wanted)})",
                "ExpressionAttributeValues": {":shard": {"S": shard}} | wanted,
            }
            for item in query_all(self._client, query):
                yield item["pk"]["S"]

    def _found(
        self,
        table: str,
        index: str,
        partition: str,
        value: str,
        sort: str,
        before: Before,
        limit: int,
    ) -> Iterator[Found]:
        """Instants and ids of one index partition, newest first, fetched page by page."""
        after = (to_iso(before[0]), before[1]) if before else None
        query: dict[str, Any] = {
            "TableName": table,
            "IndexName": index,
            "KeyConditionExpression": f"{partition} = :partition",
            "ExpressionAttributeValues": {":partition": {"S": value}},
            "ScanIndexForward": False,
            "Limit": limit + 1,
        }
        if after:
            query["KeyConditionExpression"] += f" AND {sort} <= :before"
            query["ExpressionAttributeValues"][":before"] = {"S": after[0]}
        pages = query_all(self._client, query)
        keys = ((item[sort]["S"], item["pk"]["S"]) for item in pages)
        # Within one instant an index has no order of its own; ours must be the same each time.
        for _, together in groupby(keys, key=lambda found: found[0]):
            for found in sorted(together, reverse=True):
                if after is None or found < after:
                    yield found

    def _items(
        self, ids: Sequence[str], sks: Sequence[str]
    ) -> dict[str, dict[str, Mapping[str, Any]]]:
        items: dict[str, dict[str, Mapping[str, Any]]] = {}
        keys = [key(id_, sk) for id_ in ids for sk in sks]
        for item in batch_get(self._client, self._incidents, keys):
            items.setdefault(item["pk"]["S"], {})[item["sk"]["S"]] = item
        return items

    def _summaries(self, ids: Sequence[str]) -> list[Summary]:
        items = self._items(ids, (TALLY, DESK, PAGING))
        return [_summary(id_, items[id_]) for id_ in ids if TALLY in items.get(id_, {})]

    def _timeline(self, incident_id: str) -> tuple[Entry, ...]:
        newest = query_all(
            self._client,
            {
                "TableName": self._incidents,
                "KeyConditionExpression": "pk = :pk AND begins_with(sk, :timeline)",
                "ExpressionAttributeValues": {
                    ":pk": {"S": incident_id},
                    ":timeline": {"S": "TIMELINE#"},
                },
                "ConsistentRead": True,
                "ScanIndexForward": False,
                "Limit": TIMELINE_SHOWN,
            },
        )
        return tuple(map(entry_from_item, islice(newest, TIMELINE_SHOWN)))[::-1]


def _newest(partitions: Sequence[Iterator[Found]], limit: int) -> tuple[list[Found], Before]:
    """The newest `limit` of all partitions, and where to go on if there are more."""
    found = list(islice(merge(*partitions, reverse=True), limit + 1))
    if len(found) <= limit:
        return found, None
    instant, id_ = found[limit - 1]
    return found[:limit], (from_iso(instant), id_)


def _summary(incident_id: str, items: Mapping[str, Mapping[str, Any]]) -> Summary:
    return Summary(
        tally=tally_from_item(items[TALLY]),
        desk=desk_from_item(items[DESK]) if DESK in items else Desk(incident_id=incident_id),
        paging=(
            paging_from_item(items[PAGING]) if PAGING in items else Paging(incident_id=incident_id)
        ),
    )
