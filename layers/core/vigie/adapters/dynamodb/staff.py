"""Staff tokens in the Brands table: `pk` = STAFF, `sk` = the token's hash."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, from_wire, key, to_wire
from vigie.adapters.dynamodb.client import translated
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.staff import StaffToken
from vigie.domain.versions import STATE_VERSION

STAFF = "STAFF"


class DynamoStaff:
    """`Staff` over the Brands table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def find(self, token_hash: str) -> StaffToken | None:
        """See `Staff.find`."""
        with translated("read a staff token"):
            answer = self._client.get_item(
                TableName=self._table, Key=key(STAFF, token_hash), ConsistentRead=True
            )
        item = answer.get("Item")
        return _from_item(item) if item else None

    def all(self) -> tuple[StaffToken, ...]:
        """See `Staff.all`. A few dozen people: one page of a query holds thousands."""
        with translated("list staff tokens"):
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :staff",
                ExpressionAttributeValues={":staff": {"S": STAFF}},
                ConsistentRead=True,
            )
        return tuple(map(_from_item, answer["Items"]))

    def add(self, token: StaffToken) -> None:
        """See `Staff.add`."""
        with translated("add a staff token"):
            self._client.put_item(
                TableName=self._table,
                Item=_to_item(token),
                ConditionExpression="attribute_not_exists(pk)",
            )

    def revoke(self, token_hash: str, at: datetime) -> None:
        """See `Staff.revoke`. Revoking twice keeps the first instant."""
        with translated("revoke a staff token"):
            self._client.update_item(
                TableName=self._table,
                Key=key(STAFF, token_hash),
                UpdateExpression="SET revoked_at = if_not_exists(revoked_at, :at)",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":at": {"S": to_iso(at)}},
            )


def _to_item(token: StaffToken) -> Item:
    return key(STAFF, token.hash) | to_wire(
        {
            "v": STATE_VERSION,
            "person": token.person,
            "created_at": to_iso(token.created_at),
            "revoked_at": token.revoked_at and to_iso(token.revoked_at),
        }
    )


def _from_item(item: Mapping[str, Any]) -> StaffToken:
    data = from_wire(item)
    revoked = data.get("revoked_at")
    return StaffToken(
        hash=data["sk"],
        person=data["person"],
        created_at=from_iso(data["created_at"]),
        revoked_at=from_iso(revoked) if revoked else None,
    )
