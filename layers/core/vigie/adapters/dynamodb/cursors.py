"""Ingest cursors and their leases, in the Brands table: one item a source, `CURSOR#<source>`."""

import struct
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from vigie.adapters.dynamodb.client import translated
from vigie.adapters.dynamodb.items import Item, from_wire, key, to_wire
from vigie.domain.cursor import Cursor, Source
from vigie.domain.instants import from_iso, to_iso
from vigie.errors import Conflict, UnknownVersion

CURSOR_VERSION = 1

_OPTIONAL = frozenset(
    {
        "walked_at",
        "next_token",
        "walk_started_at",
        "recent",
        "not_before",
        "last_success_at",
        "last_error",
    }
)


class DynamoCursors:
    """`Cursors` over the Brands table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def take(self, source: Source, *, owner: str, until: datetime, now: datetime) -> Cursor | None:
        """See `Cursors.take`: lease and read in one conditional update."""
        try:
            with translated("taking a cursor's lease"):
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=key(source.brand, _sk(source.name)),
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
        gone = sorted(_OPTIONAL - given.keys())
        if release:
            gone += ["lease_owner", "lease_until"]
        # Every attribute by a name of its own: some are reserved words.
        names = {f"#{name}": name for name in (*given, *gone)} | {"#owner": "lease_owner"}
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in given)
        if gone:
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

    def read(self, source: Source) -> Cursor | None:
        """See `Cursors.read`."""
        with translated("reading a cursor"):
            answer = self._client.get_item(
                TableName=self._table, Key=key(source.brand, _sk(source.name)), ConsistentRead=True
            )
        return cursor_from_item(answer["Item"]) if "Item" in answer else None


def cursor_to_item(cursor: Cursor) -> Item:
    """Without the lease, which is not the cursor's."""
    return to_wire(
        {
            "pk": cursor.brand,
            "sk": _sk(cursor.source),
            "v": CURSOR_VERSION,
            "committed_id": str(cursor.committed_id),
            "walked_at": _iso(cursor.walked_at),
            "target_id": str(cursor.target_id),
            "next_token": cursor.next_token or None,
            "walk_since": str(cursor.walk_since),
            "walk_started_at": _iso(cursor.walk_started_at),
            "recent": _packed(cursor.recent) or None,
            "not_before": _iso(cursor.not_before),
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
        source=data["sk"].removeprefix("CURSOR#"),
        committed_id=int(data.get("committed_id", 0)),
        walked_at=_instant(data.get("walked_at")),
        target_id=int(data.get("target_id", 0)),
        next_token=data.get("next_token", ""),
        walk_since=int(data.get("walk_since", 0)),
        walk_started_at=_instant(data.get("walk_started_at")),
        recent=_unpacked(data["recent"].value) if "recent" in data else frozenset(),
        not_before=_instant(data.get("not_before")),
        last_success_at=_instant(data.get("last_success_at")),
        last_error=data.get("last_error", ""),
    )


def _packed(ids: Iterable[int]) -> bytes:
    """8 bytes an id: a thousand of them stay under a tenth of what the item may take."""
    ordered = sorted(ids)
    return struct.pack(f">{len(ordered)}Q", *ordered)


def _unpacked(packed: bytes) -> frozenset[int]:
    return frozenset(struct.unpack(f">{len(packed) // 8}Q", packed))


def _sk(source: str) -> str:
    return f"CURSOR#{source}"


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else to_iso(instant)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)
