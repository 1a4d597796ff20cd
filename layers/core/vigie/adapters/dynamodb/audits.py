"""What the audit reads of open incidents, and how it puts a ladder timer right."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, key, to_wire
from vigie.adapters.dynamodb.client import batch_get, insist, query_all
from vigie.adapters.dynamodb.items import (
    DESK,
    LADDER,
    PAGING,
    TALLY,
    desk_from_item,
    entry_to_item,
    ladders_from_item,
    paging_from_item,
    tally_from_item,
    timer_from_item,
    timer_sk,
    timer_to_item,
)
from vigie.domain.auditing import Checked
from vigie.domain.incident import LADDER_TIMER, Desk, Entry, Paging, Timer
from vigie.errors import UnknownVersion

_TIMER = timer_sk(LADDER_TIMER)

Items = dict[str, dict[str, Mapping[str, Any]]]


class DynamoAudits:
    """`Audits` over the Incidents table and its index `open`."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def open(self, brand: str) -> Iterator[str]:
        """See `Audits.open`."""
        query = {
            "TableName": self._table,
            "IndexName": "open",
            "KeyConditionExpression": "open_brand = :brand",
            "ExpressionAttributeValues": {":brand": {"S": brand}},
        }
        for item in query_all(self._client, query):
            yield item["pk"]["S"]

    def check(self, incident_ids: Sequence[str]) -> tuple[tuple[Checked, ...], int]:
        """See `Audits.check`. The rest is read of those that nobody has taken only: what is taken
        may stay open for days."""
        items: Items = {}
        self._read(items, incident_ids, (DESK, _TIMER))
        untaken, strange = [], 0
        for id_ in incident_ids:
            try:
                if not _desk(id_, items.get(id_, {})).is_acknowledged:
                    untaken.append(id_)
            except UnknownVersion:
                strange += 1
        self._read(items, untaken, (TALLY, LADDER, PAGING))
        checked = []
        for id_ in untaken:
            try:
                checked.append(_checked(id_, items.get(id_, {})))
            except UnknownVersion:
                strange += 1
        return tuple(checked), strange

    def mend(self, before: Timer | None, after: Timer, entries: Sequence[Entry]) -> None:
        """See `Audits.mend`."""
        put = {"TableName": self._table, "Item": timer_to_item(after)} | _as_read(before)
        desk = {
            "TableName": self._table,
            "Key": key(after.incident_id, DESK),
            "ConditionExpression": (
                "attribute_not_exists(acknowledged_at) AND attribute_not_exists(resolved_at)"
            ),
        }
        actions: list[tuple[str, Item]] = [
            ("timer", {"Put": put}),
            ("desk", {"ConditionCheck": desk}),
            *(
                ("entry", {"Put": {"TableName": self._table, "Item": entry_to_item(entry)}})
                for entry in entries
            ),
        ]
        insist(self._client, "mending a timer", actions)

    def _read(self, items: Items, ids: Sequence[str], sks: Sequence[str]) -> None:
        keys = [key(id_, sk) for id_ in ids for sk in sks]
        for item in batch_get(self._client, self._table, keys):
            items.setdefault(item["pk"]["S"], {})[item["sk"]["S"]] = item


def _desk(incident_id: str, items: Mapping[str, Mapping[str, Any]]) -> Desk:
    return desk_from_item(items[DESK]) if DESK in items else Desk(incident_id=incident_id)


def _checked(incident_id: str, items: Mapping[str, Mapping[str, Any]]) -> Checked:
    return Checked(
        tally=tally_from_item(items[TALLY]) if TALLY in items else None,
        desk=_desk(incident_id, items),
        ladders=ladders_from_item(items[LADDER]) if LADDER in items else None,
        timer=timer_from_item(items[_TIMER]) if _TIMER in items else None,
        paging=(
            paging_from_item(items[PAGING]) if PAGING in items else Paging(incident_id=incident_id)
        ),
    )


def _as_read(before: Timer | None) -> dict[str, Any]:
    """The condition that nobody has written the timer since it was read, or put one there."""
    if before is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    values: dict[str, Any] = {":run": before.run, ":fired": before.fired}
    claim = "attribute_not_exists(claim)"
    if before.claim:
        claim, values = "claim = :claim", values | {":claim": before.claim}
    return {
        "ConditionExpression": f"#run = :run AND fired = :fired AND {claim}",
        "ExpressionAttributeNames": {"#run": "run"},
        "ExpressionAttributeValues": to_wire(values),
    }
