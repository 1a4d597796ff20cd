"""Who has an incident, and its clocks: read at once, changed in one transaction."""

from collections.abc import Iterator, Sequence
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, key, to_wire
from vigie.adapters.dynamodb.client import batch_get
from vigie.adapters.dynamodb.items import (
    DESK,
    LADDER,
    TALLY,
    desk_from_item,
    desk_to_item,
    entry_to_item,
    ladders_from_item,
    tally_from_item,
    timer_from_item,
    timer_sk,
    timer_to_item,
)
from vigie.domain.clocks import NAMES, ClockChange
from vigie.domain.incident import Desk, Entry, Timer
from vigie.domain.instants import to_iso
from vigie.ports import Board

NOT_CLOSED = "attribute_not_exists(resolved_at)"
# What a turn may change; all of it but the last two must be as it was read.
_TURNED = (
    "acknowledged_at",
    "acknowledged_by",
    "owner",
    "acknowledgers",
    "restarts",
    "contained_at",
    "contained_by",
    "climbed",
)
_READ = ("acknowledged_at", "owner", "acknowledgers", "restarts", "contained_at")


def board_of(client: Any, table: str, incident_id: str) -> Board | None:
    """See `Desks.board`: ten keys in one consistent request."""
    clocks = [timer_sk(name) for name in NAMES]
    keys = [key(incident_id, sk) for sk in (TALLY, DESK, LADDER, *clocks)]
    items = {item["sk"]["S"]: item for item in batch_get(client, table, keys)}
    if TALLY not in items:
        return None
    return Board(
        tally=tally_from_item(items[TALLY]),
        desk=desk_from_item(items[DESK]) if DESK in items else Desk(incident_id=incident_id),
        ladders=ladders_from_item(items[LADDER]) if LADDER in items else None,
        clocks=tuple(timer_from_item(items[sk]) for sk in clocks if sk in items),
    )


def turn_actions(
    table: str, before: Desk, after: Desk, clocks: ClockChange, entries: Sequence[Entry]
) -> list[tuple[str, Item]]:
    """See `Desks.turn`."""
    return [
        ("desk", _desk(table, before, after)),
        *_clocks(table, before.incident_id, clocks),
        *(("entry", {"Put": {"TableName": table, "Item": entry_to_item(e)}}) for e in entries),
    ]


def _desk(table: str, before: Desk, after: Desk) -> Item:
    read, wanted = desk_to_item(before), desk_to_item(after)
    names: dict[str, str] = {}
    values: Item = {}
    conditions = [NOT_CLOSED]
    for name in _READ:
        names[f"#{name}"] = name
        if name in read:
            values[f":read_{name}"] = read[name]
            conditions.append(f"#{name} = :read_{name}")
        else:
            conditions.append(f"attribute_not_exists(#{name})")
    where = {
        "TableName": table,
        "Key": key(before.incident_id, DESK),
        "ConditionExpression": " AND ".join(conditions),
    }
    if after == before:
        check = where | {"ExpressionAttributeNames": names}
        if values:
            check["ExpressionAttributeValues"] = values
        return {"ConditionCheck": check}
    names |= {f"#{name}": name for name in _TURNED}
    kept = {name: wanted[name] for name in ("v", *_TURNED) if name in wanted}
    names["#v"] = "v"
    values |= {f":{name}": value for name, value in kept.items()}
    update = "SET " + ", ".join(f"#{name} = :{name}" for name in kept)
    gone = [f"#{name}" for name in _TURNED if name not in kept]
    if gone:
        update += " REMOVE " + ", ".join(gone)
    return {
        "Update": where
        | {
            "UpdateExpression": update,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
    }


def _clocks(table: str, incident_id: str, clocks: ClockChange) -> Iterator[tuple[str, Item]]:
    """One action a clock: DynamoDB takes no two on one item."""
    held = {clock.name: _as_read(clock) for clock in clocks.held}
    for clock in clocks.set:
        put = {"TableName": table, "Item": timer_to_item(clock)} | held.pop(clock.name, {})
        yield "clock", {"Put": put}
    for name in clocks.cancel:
        gone = {"TableName": table, "Key": key(incident_id, timer_sk(name))} | held.pop(name, {})
        yield "clock", {"Delete": gone}
    for name, condition in held.items():
        check = {"TableName": table, "Key": key(incident_id, timer_sk(name))} | condition
        yield "clock", {"ConditionCheck": check}


def _as_read(clock: Timer) -> dict[str, Any]:
    condition = "#run = :run AND fired = :fired AND due_at = :due"
    values = {":run": clock.run, ":fired": clock.fired, ":due": to_iso(clock.due_at)}
    if clock.claim:
        condition += " AND claim = :claim"
        values[":claim"] = clock.claim
    else:
        condition += " AND attribute_not_exists(claim)"
    return {
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#run": "run"},
        "ExpressionAttributeValues": to_wire(values),
    }
