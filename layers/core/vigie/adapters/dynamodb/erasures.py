"""The log of erasures, in the Brands table: what a restore from a backup must erase again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, from_wire, to_wire
from vigie.adapters.dynamodb.client import query_all
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.tombstones import Erasure, kept_until
from vigie.domain.versions import STATE_VERSION

# Partition of what belongs to the connection with X, and not to one brand.
X = "X"
ERASED = "ERASED#"


def erasure_to_item(key: str, why: str, at: datetime, retention: timedelta) -> Item:
    """One line of the log; `key` is the mention's, without the platform in the sort key."""
    brand, _, root_id = key.split("#")
    return to_wire(
        {
            "pk": X,
            "sk": f"{ERASED}{brand}#{root_id}",
            "v": STATE_VERSION,
            "mention": key,
            "why": why,
            "at": to_iso(at),
            "expires_at": int(kept_until(at, retention).timestamp()),
        }
    )


class DynamoErasures:
    """`Erasures` over the Brands table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def all(self) -> Iterator[Erasure]:
        """See `Erasures.all`."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :x AND begins_with(sk, :erased)",
            "ExpressionAttributeValues": {":x": {"S": X}, ":erased": {"S": ERASED}},
            "ConsistentRead": True,
        }
        for item in query_all(self._client, query):
            data = from_wire(item)
            yield Erasure(key=data["mention"], why=data["why"], at=from_iso(data["at"]))
