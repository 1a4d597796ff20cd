"""Ingest cursors and their leases, in the Brands table: one item a source, `CURSOR#<source>`."""

import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, from_wire, key, to_wire
from vigie.adapters.dynamodb.client import query_all, translated
from vigie.domain.cursor import Cursor
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.x_walk import Walk, to_text
from vigie.errors import Conflict, UnknownVersion

CURSOR_VERSION = 2
PREFIX = "CURSOR#"

_OPTIONAL = frozenset(
    {
        "position",
        "not_before",
        "again_at",
        "quiet_since",
        "last_success_at",
        "last_error",
    }
)
# Of version 1, whose items held a walk of X attribute by attribute.
_OLD = frozenset(
    {
        "committed_id",
        "walked_at",
        "target_id",
        "next_token",
        "walk_since",
        "walk_started_at",
        "recent",
    }
)


class DynamoCursors:
    """`Cursors` over the Brands table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def take(
        self, brand: str, source: str, *, owner: str, until: datetime, now: datetime
    ) -> Cursor | None:
        """See `Cursors.take`: lease and read in one conditional update."""
        try:
            with translated("taking a cursor's lease"):
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=key(brand, PREFIX + source),
                    UpdateExpression=(
                        "SET lease_owner = :owner, lease_until = :until, v = if_not_exists(v, :v)"
                    ),
                    ConditionExpression=(
                        "(attribute_not_exists(lease_until) OR lease_until <= :now"
                        " OR lease_owner = :owner)"
                        " AND (attribute_not_exists(not_before) OR not_before <= :now)"
                    ),
                    ExpressionAttributeValues=to_wire(
                        {
                            ":owner": owner,
                            ":until": to_iso(until),
                            ":now": to_iso(now),
                            ":v": CURSOR_VERSION,
                        }
                    ),
                    ReturnValues="ALL_NEW",
                )
        except Conflict:
            return None
        return cursor_from_item(answer["Attributes"])

    def save(self, cursor: Cursor, *, owner: str, release: bool = False) -> None:
        """See `Cursors.save`."""
        values = cursor_to_item(cursor)
        given = {name: value for name, value in values.items() if name not in ("pk", "sk")}
        gone = sorted((_OPTIONAL | _OLD) - given.keys())
        if release:
            gone += ["lease_owner", "lease_until"]
        # Every attribute by a name of its own: some are reserved words.
        names = {f"#{name}": name for name in (*given, *gone)} | {"#owner": "lease_owner"}
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in given)
        update += " REMOVE " + ", ".join(f"#{name}" for name in gone)
        with translated("saving a cursor"):
            self._client.update_item(
                TableName=self._table,
                Key={"pk": values["pk"], "sk": values["sk"]},
                UpdateExpression=update,
                ConditionExpression="#owner = :owner",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={f":{name}": v for name, v in given.items()}
                | {":owner": {"S": owner}},
            )

    def read(self, brand: str, source: str) -> Cursor | None:
        """See `Cursors.read`."""
        with translated("reading a cursor"):
            answer = self._client.get_item(
                TableName=self._table, Key=key(brand, PREFIX + source), ConsistentRead=True
            )
        return cursor_from_item(answer["Item"]) if "Item" in answer else None

    def all(self, brand: str) -> tuple[Cursor, ...]:
        """See `Cursors.all`."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :brand AND begins_with(sk, :cursor)",
            "ExpressionAttributeValues": {":brand": {"S": brand}, ":cursor": {"S": PREFIX}},
        }
        return tuple(cursor_from_item(item) for item in query_all(self._client, query))


def cursor_to_item(cursor: Cursor) -> Item:
    """Without the lease, which is not the cursor's."""
    return to_wire(
        {
            "pk": cursor.brand,
            "sk": PREFIX + cursor.source,
            "v": CURSOR_VERSION,
            "position": cursor.position or None,
            "not_before": _iso(cursor.not_before),
            "again_at": _iso(cursor.again_at),
            "quiet_since": _iso(cursor.quiet_since),
            "last_success_at": _iso(cursor.last_success_at),
            "last_error": cursor.last_error[:500] or None,
        }
    )


def cursor_from_item(item: Mapping[str, Any]) -> Cursor:
    """Raises `UnknownVersion` for a cursor that newer code wrote."""
    data = from_wire(item)
    if data["v"] > CURSOR_VERSION:
        raise UnknownVersion(f"{data['sk']} of {data['pk']} has version {data['v']}")
    return Cursor(
        brand=data["pk"],
        source=data["sk"].removeprefix(PREFIX),
        position=data.get("position", "") if data["v"] > 1 else _position_of_old(data),
        not_before=_instant(data.get("not_before")),
        again_at=_instant(data.get("again_at")),
        quiet_since=_instant(data.get("quiet_since")),
        last_success_at=_instant(data.get("last_success_at")),
        last_error=data.get("last_error", ""),
    )


def _position_of_old(data: Mapping[str, Any]) -> str:
    """Version 1 knew X alone. Its walks were all deep ones; one under way begins anew."""
    recent = data["recent"].value if "recent" in data else b""
    walked_at = _instant(data.get("walked_at"))
    return to_text(
        Walk(
            committed_id=int(data.get("committed_id", 0)),
            walked_at=walked_at,
            deep_at=walked_at,
            recent=frozenset(struct.unpack(f">{len(recent) // 8}Q", recent)),
            read_at=_instant(data.get("last_success_at")),
        )
    )


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else to_iso(instant)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)
