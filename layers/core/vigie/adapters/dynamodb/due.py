"""The sweep of what falls due, and the heartbeats that tell when nothing happens."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from vigie.adapters.dynamodb.attributes import key
from vigie.adapters.dynamodb.client import query_all, translated
from vigie.adapters.dynamodb.items import DUE_PARTITION, STATE
from vigie.adapters.dynamodb.outbox import outbox_from_item, outbox_key
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.ladder import ready_at
from vigie.domain.outbox import OutboxEntry
from vigie.ports import DueTimer, Heartbeat, StrangeDue

CURSOR = "CURSOR#"


class DynamoDue:
    """`Due` over the `due` index of the Incidents table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def until(self, instant: datetime) -> Iterator[DueTimer | OutboxEntry | StrangeDue]:
        """See `Due.until`. Versions are not looked at: whoever is handed the message decides."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "due",
            "KeyConditionExpression": "due_partition = :due AND due_at <= :until",
            "ExpressionAttributeValues": {
                ":due": {"S": DUE_PARTITION},
                ":until": {"S": to_iso(instant)},
            },
        }
        for item in query_all(self._client, query):
            kind = item["type"]["S"]
            if kind == "outbox":
                yield outbox_from_item(item)
            elif kind == "timer":
                yield _due_timer(item)
            else:
                # Newer code put it there: one such item must not stop the ladder of all.
                yield StrangeDue(kind=kind)

    def sent(self, outbox: OutboxEntry) -> None:
        """See `Due.sent`."""
        with translated("delete an outbox entry"):
            self._client.delete_item(TableName=self._table, Key=outbox_key(outbox))


class DynamoHeartbeats:
    """`Heartbeats` over the Brands table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def seen_at(self, brand: str) -> datetime | None:
        """See `Heartbeats.seen_at`."""
        with translated("read a brand's state"):
            answer = self._client.get_item(
                TableName=self._table, Key=key(brand, STATE), ProjectionExpression="seen_at"
            )
        return _instant(answer.get("Item", {}), "seen_at")

    def sources(self, brand: str) -> Mapping[str, Heartbeat]:
        """See `Heartbeats.sources`."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :brand AND begins_with(sk, :cursor)",
            "ExpressionAttributeValues": {":brand": {"S": brand}, ":cursor": {"S": CURSOR}},
            "ProjectionExpression": "sk, last_success_at, quiet_since",
        }
        return {
            item["sk"]["S"].removeprefix(CURSOR): Heartbeat(
                answered_at=_instant(item, "last_success_at"),
                quiet_since=_instant(item, "quiet_since"),
            )
            for item in query_all(self._client, query)
        }


def _due_timer(item: Mapping[str, Any]) -> DueTimer:
    due_at = _instant(item, "due_at")
    if due_at is None:  # the index would not hold it
        raise AssertionError("an item of the due index has no due_at")
    return DueTimer(
        incident_id=item["pk"]["S"],
        name=item["name"]["S"],
        brand=item["timer_brand"]["S"],
        ready_at=ready_at(due_at, _instant(item, "claimed_until")),
    )


def _instant(item: Mapping[str, Any], name: str) -> datetime | None:
    text = item.get(name, {}).get("S")
    return from_iso(text) if text else None
