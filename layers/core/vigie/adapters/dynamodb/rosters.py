"""The expected subscriptions in the Brands table: `pk` = CONTACTS, `sk` = SUBSCRIPTIONS.

One item: 200 subscriptions, as many as SNS allows a topic, take some 60 KB of its 400.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vigie.adapters.dynamodb.attributes import key, read_item, to_wire
from vigie.adapters.dynamodb.client import translated
from vigie.domain.contacts import Expected, Roster
from vigie.domain.instants import from_iso, to_iso

VERSION = 1
_KEY = key("CONTACTS", "SUBSCRIPTIONS")


class DynamoRosters:
    """`Rosters` over the Brands table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def load(self) -> Roster | None:
        """See `Rosters.load`."""
        with translated("read the expected subscriptions"):
            answer = self._client.get_item(TableName=self._table, Key=_KEY, ConsistentRead=True)
        item = answer.get("Item")
        if not item:
            return None
        data = read_item(item, VERSION)
        return Roster(
            topic=data["topic"],
            salt=data["salt"],
            revision=data["revision"],
            entries=tuple(map(_entry, data["entries"])),
        )

    def save(self, roster: Roster) -> Roster:
        """See `Rosters.save`."""
        following = replace(roster, revision=roster.revision + 1)
        with translated("keep the expected subscriptions: another sync came first, run it again"):
            self._client.put_item(
                TableName=self._table,
                Item=_KEY
                | to_wire(
                    {
                        "v": VERSION,
                        "topic": following.topic,
                        "salt": following.salt,
                        "revision": following.revision,
                        "entries": [_values(entry) for entry in following.entries],
                    }
                ),
                ConditionExpression="attribute_not_exists(pk) OR revision = :read",
                ExpressionAttributeValues={":read": {"N": str(roster.revision)}},
            )
        return following


def _values(entry: Expected) -> dict[str, Any]:
    values = {
        "people": list(entry.people),
        "channel": entry.channel,
        "protocol": entry.protocol,
        "mark": entry.mark,
        "since": to_iso(entry.since),
    }
    if entry.arn:
        values["arn"] = entry.arn
    if entry.confirmed_at:
        values["confirmed_at"] = to_iso(entry.confirmed_at)
    return values


def _entry(values: Mapping[str, Any]) -> Expected:
    confirmed = values.get("confirmed_at")
    return Expected(
        people=tuple(values["people"]),
        channel=values["channel"],
        protocol=values["protocol"],
        mark=values["mark"],
        arn=values.get("arn", ""),
        since=from_iso(values["since"]),
        confirmed_at=from_iso(confirmed) if confirmed else None,
    )
