"""Outbox entries as items of the Incidents table; the `due` index finds what was left."""

from collections.abc import Mapping
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, from_wire, key, to_wire
from vigie.adapters.dynamodb.items import DUE_PARTITION
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.outbox import OutboxEntry
from vigie.domain.versions import STATE_VERSION


def outbox_key(entry: OutboxEntry) -> Item:
    """`OUTBOX#<name>` beside the incident's other items."""
    return key(entry.incident_id, f"OUTBOX#{entry.name}")


def outbox_to_item(entry: OutboxEntry) -> Item:
    """The message as it is to be sent."""
    return outbox_key(entry) | to_wire(
        {
            "v": STATE_VERSION,
            "type": "outbox",
            "queue": entry.queue,
            "body": entry.body,
            "group": entry.group,
            "due_partition": DUE_PARTITION,
            "due_at": to_iso(entry.due_at),
        }
    )


def outbox_from_item(item: Mapping[str, Any]) -> OutboxEntry:
    """The inverse of `outbox_to_item`."""
    data = from_wire(item)
    return OutboxEntry(
        incident_id=data["pk"],
        name=data["sk"].removeprefix("OUTBOX#"),
        queue=data["queue"],
        body=data["body"],
        group=data["group"],
        due_at=from_iso(data["due_at"]),
    )
