"""On-call overrides in the Brands table: `pk` = ONCALL, `sk` = OVERRIDE#<end>#<id>.

Sorted by their end, so that one query finds what still counts however long the history has grown.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, key, read_item, to_wire
from vigie.adapters.dynamodb.client import query_all, translated
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.override import Deed, Override
from vigie.domain.people import person_from_dict, person_to_dict

VERSION = 1
ONCALL, OVERRIDE = "ONCALL", "OVERRIDE#"
# Who was on call in last year's crisis is asked about afterwards.
KEPT = timedelta(days=400)


class DynamoOverrides:
    """`Overrides` over the Brands table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def since(self, at: datetime) -> tuple[Override, ...]:
        """See `Overrides.since`."""
        found = query_all(
            self._client,
            {
                "TableName": self._table,
                "KeyConditionExpression": "pk = :oncall AND sk BETWEEN :after AND :last",
                "ExpressionAttributeValues": {
                    ":oncall": {"S": ONCALL},
                    # `$` follows `#`: an override that ends at this very instant is over.
                    ":after": {"S": f"{OVERRIDE}{to_iso(at)}$"},
                    ":last": {"S": f"{OVERRIDE}~"},
                },
                "ConsistentRead": True,
            },
        )
        return tuple(map(_from_item, found))

    def add(self, override: Override) -> None:
        """See `Overrides.add`."""
        with translated("add an override"):
            self._client.put_item(
                TableName=self._table,
                Item=_to_item(override),
                ConditionExpression="attribute_not_exists(pk)",
            )

    def cancel(self, override: Override, *, by: str, at: datetime) -> None:
        """See `Overrides.cancel`."""
        with translated("cancel an override"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(override),
                UpdateExpression="SET cancelled_at = :at, cancelled_by = :by",
                ConditionExpression="attribute_exists(pk) AND attribute_not_exists(cancelled_at)",
                ExpressionAttributeValues={":at": {"S": to_iso(at)}, ":by": {"S": by}},
            )


def _key(override: Override) -> Item:
    return key(ONCALL, f"{OVERRIDE}{to_iso(override.end)}#{override.id}")


def _to_item(override: Override) -> Item:
    other, cancelled = override.other, override.cancelled_at
    return _key(override) | to_wire(
        {
            "v": VERSION,
            "id": override.id,
            "deed": override.deed.value,
            "person": json.dumps(person_to_dict(override.person)),
            "other": json.dumps(person_to_dict(other)) if other else None,
            "schedule": override.schedule or None,
            "start_at": to_iso(override.start),
            "end_at": to_iso(override.end),
            "by": override.by,
            "made_at": to_iso(override.at),
            "cancelled_by": override.cancelled_by or None,
            "cancelled_at": to_iso(cancelled) if cancelled else None,
            "expires_at": int((override.end + KEPT).timestamp()),
        }
    )


def _from_item(item: Mapping[str, Any]) -> Override:
    data = read_item(item, VERSION)
    cancelled = data.get("cancelled_at")
    return Override(
        id=data["id"],
        deed=Deed(data["deed"]),
        person=person_from_dict(json.loads(data["person"])),
        other=person_from_dict(json.loads(data["other"])) if "other" in data else None,
        schedule=data.get("schedule", ""),
        start=from_iso(data["start_at"]),
        end=from_iso(data["end_at"]),
        by=data["by"],
        at=from_iso(data["made_at"]),
        cancelled_by=data.get("cancelled_by", ""),
        cancelled_at=from_iso(cancelled) if cancelled else None,
    )
