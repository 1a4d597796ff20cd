"""What people decide about an incident: the desk, its timeline, and the end of its ladder."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, key, to_wire
from vigie.adapters.dynamodb.client import batch_get, insist, translated
from vigie.adapters.dynamodb.clocks import NOT_CLOSED, board_of, turn_actions
from vigie.adapters.dynamodb.items import (
    DESK,
    TALLY,
    desk_from_item,
    entry_to_item,
    tally_from_item,
    timer_sk,
)
from vigie.adapters.dynamodb.links import link_from_item, link_key
from vigie.adapters.dynamodb.outbox import outbox_key, outbox_to_item
from vigie.domain.clock_rules import FORGOTTEN, RISE
from vigie.domain.clocks import NAMES, ClockChange
from vigie.domain.incident import LADDER_TIMER, Desk, Entry, Tally
from vigie.domain.instants import to_iso
from vigie.domain.links import Link
from vigie.domain.outbox import OutboxEntry
from vigie.domain.versions import STATE_VERSION
from vigie.ports import Board

# What somebody's word that it does not spread any more ends.
_ENDED_BY_CONTAINING = (LADDER_TIMER, FORGOTTEN, RISE)


class DynamoDesks:
    """`Desks` over the Incidents table.

    Nothing checks here that the incident exists: `read` comes first, and a tally is never
    deleted. A condition on the tally would only make the acknowledgement lose races against
    triage, in a storm above all.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, incident_id: str) -> tuple[Tally, Desk] | None:
        """See `Desks.read`."""
        keys = [key(incident_id, TALLY), key(incident_id, DESK)]
        items = {i["sk"]["S"]: i for i in batch_get(self._client, self._table, keys)}
        if TALLY not in items:
            return None
        return tally_from_item(items[TALLY]), (
            desk_from_item(items[DESK]) if DESK in items else Desk(incident_id=incident_id)
        )

    def board(self, incident_id: str) -> Board | None:
        """See `Desks.board`."""
        return board_of(self._client, self._table, incident_id)

    def turn(
        self, before: Desk, after: Desk, clocks: ClockChange, entries: Sequence[Entry]
    ) -> None:
        """See `Desks.turn`."""
        actions = turn_actions(self._table, before, after, clocks, entries)
        insist(self._client, "change who has an incident", actions)

    def close(self, desk: Desk, entries: Sequence[Entry], outbox: OutboxEntry) -> None:
        """See `Desks.close`."""
        values = {
            "resolved_at": desk.resolved_at and to_iso(desk.resolved_at),
            "resolved_by": desk.resolved_by,
            "dismissed": desk.dismissed or None,
            "merged_into": desk.merged_into or None,
        }
        into = [self._open(desk.merged_into)] if desk.merged_into else []
        insist(
            self._client,
            "close an incident",
            [
                ("desk", self._set(desk.incident_id, values, NOT_CLOSED)),
                *into,
                *self._ends(desk.incident_id, NAMES),
                self._promise(outbox),
                *self._puts(entries),
            ],
        )

    def contain(self, desk: Desk, before: Desk, entries: Sequence[Entry]) -> None:
        """See `Desks.contain`. Who contains it has it: nobody is to be paged any more."""
        values = {
            "contained_at": desk.contained_at and to_iso(desk.contained_at),
            "contained_by": desk.contained_by,
        }
        if before.acknowledged_at is None:
            # Of one that is taken, the owner may have changed since it was read.
            values |= {
                "acknowledged_at": desk.acknowledged_at and to_iso(desk.acknowledged_at),
                "acknowledged_by": desk.acknowledged_by,
                "owner": desk.owner,
            }
        unchanged = {
            "contained_at": before.contained_at,
            "acknowledged_at": before.acknowledged_at,
        }
        insist(
            self._client,
            "contain an incident",
            [
                ("desk", self._set(desk.incident_id, values, NOT_CLOSED, unchanged)),
                *self._ends(desk.incident_id, _ENDED_BY_CONTAINING),
                *self._puts(entries),
            ],
        )

    def grade(
        self, desk: Desk, before: Desk, entries: Sequence[Entry], outbox: OutboxEntry
    ) -> None:
        """See `Desks.grade`."""
        values = {
            "severity": desk.severity and desk.severity.value,
            "severity_at": desk.severity_at and to_iso(desk.severity_at),
            "severity_by": desk.severity_by,
            # Empty rather than absent: the reason of an earlier word must not stay.
            "severity_because": desk.severity_because,
        }
        unchanged = {"severity_at": before.severity_at}
        insist(
            self._client,
            "grade an incident",
            [
                ("desk", self._set(desk.incident_id, values, NOT_CLOSED, unchanged)),
                self._promise(outbox),
                *self._puts(entries),
            ],
        )

    def ask(self, incident_id: str, entries: Sequence[Entry], outbox: OutboxEntry) -> None:
        """See `Desks.ask`."""
        actions = [self._open(incident_id), self._promise(outbox), *self._puts(entries)]
        insist(self._client, "ask triage", actions)

    def note(self, entries: Sequence[Entry]) -> None:
        """See `Desks.note`."""
        insist(self._client, "add a note", self._puts(entries))

    def sent(self, outbox: OutboxEntry) -> None:
        """See `Desks.sent`."""
        with translated("delete an outbox entry"):
            self._client.delete_item(TableName=self._table, Key=outbox_key(outbox))

    def link(self, link_id: str) -> Link | None:
        """See `Desks.link`."""
        with translated("read a link"):
            answer = self._client.get_item(
                TableName=self._table, Key=link_key(link_id), ConsistentRead=True
            )
        item = answer.get("Item")
        return link_from_item(item) if item else None

    def _open(self, incident_id: str) -> tuple[str, Item]:
        check = {
            "TableName": self._table,
            "Key": key(incident_id, DESK),
            "ConditionExpression": NOT_CLOSED,
        }
        return "open", {"ConditionCheck": check}

    def _promise(self, outbox: OutboxEntry) -> tuple[str, Item]:
        return "outbox", {"Put": {"TableName": self._table, "Item": outbox_to_item(outbox)}}

    def _set(
        self,
        incident_id: str,
        values: Mapping[str, Any],
        condition: str,
        unchanged: Mapping[str, datetime | None] | None = None,
    ) -> Item:
        """Set the desk's attributes that have a value; `v` goes with them.

        The instants of `unchanged` must still be there, or still be missing.
        """
        held = {n: v for n, v in values.items() if v is not None} | {"v": STATE_VERSION}
        names = {f"#{name}": name for name in held}
        given = to_wire({f":{n}": v for n, v in held.items()})
        for name, instant in (unchanged or {}).items():
            if instant is None:
                condition += f" AND attribute_not_exists({name})"
            else:
                condition += f" AND {name} = :read_{name}"
                given[f":read_{name}"] = {"S": to_iso(instant)}
        return {
            "Update": {
                "TableName": self._table,
                "Key": key(incident_id, DESK),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in held),
                "ConditionExpression": condition,
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": given,
            }
        }

    def _ends(self, incident_id: str, clocks: Sequence[str]) -> list[tuple[str, Item]]:
        """Deleting a clock cancels all that it still had to page."""
        return [
            ("clock", {"Delete": {"TableName": self._table, "Key": key(incident_id, timer_sk(n))}})
            for n in clocks
        ]

    def _puts(self, entries: Sequence[Entry]) -> list[tuple[str, Item]]:
        return [
            ("entry", {"Put": {"TableName": self._table, "Item": entry_to_item(entry)}})
            for entry in entries
        ]
