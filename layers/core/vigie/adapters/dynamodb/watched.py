"""Stored posts as whoever keeps them current reads them: those due for a look, and all of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from vigie.adapters.dynamodb.attributes import from_wire, key, read_item, to_wire
from vigie.adapters.dynamodb.client import batch_get, query_all, translated
from vigie.adapters.dynamodb.erasures import X
from vigie.adapters.dynamodb.mention_items import mention_key
from vigie.domain.compliance import Compliance, Job
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.refresh import partitions
from vigie.domain.versions import STATE_VERSION
from vigie.ports import DuePost

COMPLIANCE = "COMPLIANCE"
_WORDS: Mapping[str, str] = {"#text": "text"}


class DynamoWatched:
    """`Watched` over the Mentions table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def due(self, now: datetime, most: int) -> tuple[DuePost, ...]:
        """See `Watched.due`. The index follows the table: the table has the last word."""
        share = -(-most // len(partitions()))
        keys = [found for name in partitions() for found in self._due_in(name, now, share)]
        items = batch_get(
            self._client,
            self._table,
            [mention_key(each) for each in keys],
            ProjectionExpression="pk, post_id, posted_at, refresh_at, deleted",
        )
        found = [from_wire(item) for item in items]
        return tuple(
            sorted(
                (
                    DuePost(
                        key=data["pk"],
                        post_id=data["post_id"],
                        posted_at=from_iso(data["posted_at"]),
                        due_at=from_iso(data["refresh_at"]),
                    )
                    for data in found
                    if "deleted" not in data and data.get("refresh_at", "~") <= to_iso(now)
                ),
                key=lambda post: (post.due_at, post.key),
            )
        )

    def stretch(self, position: str) -> tuple[tuple[tuple[str, str], ...], str]:
        """See `Watched.stretch`."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "ProjectionExpression": "pk, post_id",
            "FilterExpression": "attribute_exists(#text)",
            "ExpressionAttributeNames": dict(_WORDS),
        }
        if position:
            request["ExclusiveStartKey"] = mention_key(position)
        with translated("read the mentions"):
            answer = self._client.scan(**request)
        found = tuple((item["pk"]["S"], item["post_id"]["S"]) for item in answer["Items"])
        return found, answer.get("LastEvaluatedKey", {}).get("pk", {}).get("S", "")

    def by_author(self, author_id: str) -> tuple[str, ...]:
        """See `Watched.by_author`. There is no index for it: this reads the whole table."""
        found = self._scan(
            ProjectionExpression="pk",
            FilterExpression="author_id = :author",
            ExpressionAttributeValues={":author": {"S": author_id}},
        )
        return tuple(item["pk"]["S"] for item in found)

    def by_version(self, ids: Collection[str]) -> Mapping[str, str]:
        """See `Watched.by_version`. This too reads the whole table."""
        found = self._scan(ProjectionExpression="pk, post_id")
        return {
            item["post_id"]["S"]: item["pk"]["S"] for item in found if item["post_id"]["S"] in ids
        }

    def with_words(self, keys: Collection[str]) -> frozenset[str]:
        """See `Watched.with_words`."""
        return frozenset(key_ for key_, erased in self._standing(keys).items() if not erased)

    def erased(self, keys: Collection[str]) -> frozenset[str]:
        """See `Watched.erased`."""
        return frozenset(key_ for key_, erased in self._standing(keys).items() if erased)

    def _scan(self, **options: Any) -> Iterator[Mapping[str, Any]]:
        request: dict[str, Any] = {"TableName": self._table, "ConsistentRead": True, **options}
        while True:
            with translated("look through the mentions"):
                answer = self._client.scan(**request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _standing(self, keys: Collection[str]) -> dict[str, bool]:
        found = batch_get(
            self._client,
            self._table,
            [mention_key(each) for each in dict.fromkeys(keys)],
            ProjectionExpression="pk, deleted",
        )
        return {item["pk"]["S"]: "deleted" in item for item in found}

    def _due_in(self, partition: str, now: datetime, most: int) -> Sequence[str]:
        query = {
            "TableName": self._table,
            "IndexName": "by_refresh",
            "KeyConditionExpression": "refresh_partition = :partition AND refresh_at <= :now",
            "ExpressionAttributeValues": {
                ":partition": {"S": partition},
                ":now": {"S": to_iso(now)},
            },
            "Limit": most,
        }
        found = []
        for item in query_all(self._client, query):
            found.append(item["pk"]["S"])
            if len(found) == most:
                break
        return found


class DynamoCompliance:
    """`Rounds` in the Brands table: `(X, COMPLIANCE)`."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self) -> Compliance:
        """See `Rounds.read`."""
        with translated("read where compliance stands"):
            answer = self._client.get_item(
                TableName=self._table, Key=key(X, COMPLIANCE), ConsistentRead=True
            )
        if "Item" not in answer:
            return Compliance()
        data = read_item(answer["Item"])
        job = data.get("job")
        return Compliance(
            version=data["version"],
            begun_at=_instant(data, "begun_at"),
            finished_at=_instant(data, "finished_at"),
            position=data.get("position", ""),
            goes_on=data.get("goes_on", ""),
            job=Job(**job) if job else None,
            job_at=_instant(data, "job_at"),
            uploaded=data.get("uploaded", False),
            brands=tuple(data.get("brands", ())),
            not_before=_instant(data, "not_before"),
            error=data.get("error", ""),
        )

    def save(self, state: Compliance) -> None:
        """See `Rounds.save`."""
        job = state.job
        values = {
            "v": STATE_VERSION,
            "version": state.version + 1,
            "begun_at": _iso(state.begun_at),
            "finished_at": _iso(state.finished_at),
            "position": state.position or None,
            "goes_on": state.goes_on or None,
            "job": job
            and {
                "id": job.id,
                "upload_url": job.upload_url,
                "download_url": job.download_url,
                "status": job.status,
            },
            "job_at": _iso(state.job_at),
            "uploaded": state.uploaded or None,
            "brands": list(state.brands) or None,
            "not_before": _iso(state.not_before),
            "error": state.error[:500] or None,
        }
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if state.version:
            condition = {
                "ConditionExpression": "version = :read",
                "ExpressionAttributeValues": {":read": {"N": str(state.version)}},
            }
        with translated("keep where compliance stands"):
            self._client.put_item(
                TableName=self._table, Item=key(X, COMPLIANCE) | to_wire(values), **condition
            )


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else to_iso(instant)


def _instant(data: Mapping[str, Any], name: str) -> datetime | None:
    return from_iso(data[name]) if name in data else None
