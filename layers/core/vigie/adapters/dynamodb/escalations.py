"""Ladder timers and what paging leaves on an incident, in the Incidents table."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from vigie.adapters.dynamodb.attributes import Item, key, to_wire
from vigie.adapters.dynamodb.client import batch_get, insist, translated
from vigie.adapters.dynamodb.clocks import turn_actions
from vigie.adapters.dynamodb.items import (
    CLOCKS_VERSION,
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
from vigie.adapters.dynamodb.links import link_to_item
from vigie.domain.clocks import ClockChange
from vigie.domain.incident import Desk, Entry, Paging, Timer
from vigie.domain.instants import to_iso
from vigie.domain.ladder import EARLY, PagingChange
from vigie.domain.links import Link
from vigie.domain.versions import STATE_VERSION
from vigie.errors import Conflict
from vigie.ports import Standing


class DynamoEscalations:
    """`Escalations` over the Incidents table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def claim(
        self, incident_id: str, timer: str, *, claim: str, now: datetime, until: datetime
    ) -> Timer | None:
        """See `Escalations.claim`: one conditional update."""
        try:
            with translated("claiming a timer"):
                answer = self._client.update_item(
                    TableName=self._table,
                    Key=key(incident_id, timer_sk(timer)),
                    UpdateExpression="SET claim = :claim, claimed_until = :until",
                    ConditionExpression=(
                        "attribute_exists(pk) AND v <= :v AND due_at <= :due"
                        " AND (attribute_not_exists(claimed_until) OR claimed_until < :now)"
                    ),
                    ExpressionAttributeValues=to_wire(
                        {
                            ":claim": claim,
                            ":until": to_iso(until),
                            ":v": CLOCKS_VERSION,
                            ":due": to_iso(now + EARLY),
                            ":now": to_iso(now),
                        }
                    ),
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except Conflict as error:
            return _claimed_already(error, claim)
        return timer_from_item(answer["Attributes"])

    def read(self, incident_id: str) -> Standing | None:
        """See `Escalations.read`: four keys in one consistent request."""
        items = {
            item["sk"]["S"]: item
            for item in batch_get(
                self._client,
                self._table,
                [key(incident_id, sk) for sk in (TALLY, DESK, LADDER, PAGING)],
            )
        }
        if TALLY not in items or LADDER not in items:
            return None
        return Standing(
            tally=tally_from_item(items[TALLY]),
            ladders=ladders_from_item(items[LADDER]),
            desk=_desk(incident_id, items.get(DESK)),
            paging=(
                paging_from_item(items[PAGING])
                if PAGING in items
                else Paging(incident_id=incident_id)
            ),
        )

    def desk(self, incident_id: str) -> Desk:
        """See `Escalations.desk`."""
        with translated("reading a desk"):
            answer = self._client.get_item(
                TableName=self._table, Key=key(incident_id, DESK), ConsistentRead=True
            )
        return _desk(incident_id, answer.get("Item"))

    def holds(self, timer: Timer) -> bool:
        """See `Escalations.holds`."""
        with translated("reading a timer"):
            answer = self._client.get_item(
                TableName=self._table,
                Key=key(timer.incident_id, timer_sk(timer.name)),
                ConsistentRead=True,
            )
        if "Item" not in answer:
            return False
        there = timer_from_item(answer["Item"])
        return (there.run, there.fired, there.claim) == (timer.run, timer.fired, timer.claim)

    def add_link(self, link: Link) -> None:
        """See `Escalations.add_link`."""
        with translated("keeping a link"):
            self._client.put_item(TableName=self._table, Item=link_to_item(link))

    def move(
        self, before: Timer, after: Timer | None, change: PagingChange, entries: Sequence[Entry]
    ) -> None:
        """See `Escalations.move`."""
        where: Item = {"TableName": self._table} | _ours(before)
        if after is None:
            key_of = {"Key": key(before.incident_id, timer_sk(before.name))}
            moved: Item = {"Delete": where | key_of}
        else:
            moved = {"Put": where | {"Item": timer_to_item(after)}}
        actions = [("timer", moved), *self._done(before.incident_id, change, entries)]
        insist(self._client, "moving a timer", actions)

    def turn(
        self, before: Desk, after: Desk, clocks: ClockChange, entries: Sequence[Entry]
    ) -> None:
        """See `Escalations.turn`."""
        actions = turn_actions(self._table, before, after, clocks, entries)
        insist(self._client, "starting a ladder again", actions)

    def record(self, incident_id: str, change: PagingChange, entries: Sequence[Entry]) -> None:
        """See `Escalations.record`."""
        insist(self._client, "recording pages", self._done(incident_id, change, entries))

    def drop(self, timer: Timer) -> None:
        """See `Escalations.drop`."""
        with translated("dropping a timer"):
            self._client.delete_item(
                TableName=self._table,
                Key=key(timer.incident_id, timer_sk(timer.name)),
                **_ours(timer),
            )

    def _done(
        self, incident_id: str, change: PagingChange, entries: Sequence[Entry]
    ) -> list[tuple[str, Item]]:
        update = {
            "TableName": self._table,
            "Key": key(incident_id, PAGING),
        } | _paging_update(change)
        return [
            ("paging", {"Update": update}),
            *(
                ("entry", {"Put": {"TableName": self._table, "Item": entry_to_item(entry)}})
                for entry in entries
            ),
        ]


def _claimed_already(error: Conflict, claim: str) -> Timer | None:
    """A first try may have been applied although its answer got lost: then the claim is ours."""
    cause = error.__cause__
    item: Item = cause.response.get("Item", {}) if isinstance(cause, ClientError) else {}
    if not item:
        return None
    timer = timer_from_item(item)
    return timer if timer.claim == claim else None


def _desk(incident_id: str, item: Mapping[str, Any] | None) -> Desk:
    return Desk(incident_id=incident_id) if item is None else desk_from_item(item)


def _ours(timer: Timer) -> dict[str, Any]:
    """The condition that nobody has written the timer since we claimed it."""
    return {
        "ConditionExpression": "#run = :run AND fired = :fired AND claim = :claim",
        "ExpressionAttributeNames": {"#run": "run"},
        "ExpressionAttributeValues": to_wire(
            {":run": timer.run, ":fired": timer.fired, ":claim": timer.claim}
        ),
    }


def _paging_update(change: PagingChange) -> dict[str, Any]:
    """Additions, not values that were computed from a read: a severity that rises during a page
    starts a second invocation on the same incident."""
    sets = ["v = :v", "pages = if_not_exists(pages, :zero) + :pages"]
    values: dict[str, Any] = {":v": STATE_VERSION, ":zero": 0, ":pages": change.pages}
    if change.worst is None:
        sets.append("delay_s = if_not_exists(delay_s, :zero)")
    else:
        sets.append("delay_s = :worst")
        values[":worst"] = int(change.worst.total_seconds())
    if change.first_at is not None and change.last_at is not None:
        sets.append("first_paged_at = if_not_exists(first_paged_at, :first)")
        sets.append("last_paged_at = :last")
        values |= {":first": to_iso(change.first_at), ":last": to_iso(change.last_at)}
    removes = " REMOVE failing_since"
    if change.failing_since is not None:
        sets.append("failing_since = :since")
        values[":since"] = to_iso(change.failing_since)
        removes = ""
    return {
        "UpdateExpression": f"SET {', '.join(sets)}{removes}",
        "ExpressionAttributeValues": to_wire(values),
    }
