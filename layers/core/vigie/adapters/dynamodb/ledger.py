"""Money and gaps, in the Brands table.

`(X, SPEND#<day>)`: dollars by source and in total; `(X, APP)`: until when X has stopped the app;
`(<brand>, GAP#<source>#<from>)`: what was missed for good.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from vigie.adapters.dynamodb.attributes import from_wire, key, read_item, to_wire
from vigie.adapters.dynamodb.client import query_all, translated
from vigie.domain.budget import Spend, Stop
from vigie.domain.cursor import Gap
from vigie.domain.instants import from_iso, to_iso
from vigie.errors import Conflict

VERSION = 1
# Brands have ids in lower case: this is none of them.
APP = "X"
SPEND, STOP, GAP = "SPEND#", "APP", "GAP#"
# Two bills can be compared with last year's; a gap is kept for as long.
KEPT = timedelta(days=400)

_BESIDES_SOURCES = frozenset({"pk", "sk", "v", "expires_at", "total"})


class DynamoLedger:
    """`Ledger` over the Brands table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def spend(self, day: date) -> Spend:
        """See `Ledger.spend`."""
        with translated("reading the day's spend"):
            answer = self._client.get_item(
                TableName=self._table, Key=key(APP, SPEND + day.isoformat()), ConsistentRead=True
            )
        return _spend(day, answer.get("Item", {}))

    def add(self, day: date, what: str, usd: float) -> Spend:
        """See `Ledger.add`."""
        with translated("booking what a page cost"):
            answer = self._client.update_item(
                TableName=self._table,
                Key=key(APP, SPEND + day.isoformat()),
                UpdateExpression=("SET v = :v, expires_at = :expires ADD #what :usd, #total :usd"),
                ExpressionAttributeNames={"#what": what, "#total": "total"},
                ExpressionAttributeValues=to_wire(
                    {
                        ":v": VERSION,
                        ":expires": _expiry(datetime.combine(day, time(), UTC)),
                        ":usd": Decimal(str(usd)),
                    }
                ),
                ReturnValues="ALL_NEW",
            )
        return _spend(day, answer["Attributes"])

    def stopped(self) -> Stop | None:
        """See `Ledger.stopped`."""
        with translated("reading whether X stopped the app"):
            answer = self._client.get_item(
                TableName=self._table, Key=key(APP, STOP), ConsistentRead=True
            )
        if "Item" not in answer:
            return None
        data = read_item(answer["Item"])
        return Stop(until=from_iso(data["stopped_until"]), why=data["why"])

    def stop(self, stop: Stop) -> None:
        """See `Ledger.stop`."""
        with translated("stopping the app"):
            self._client.put_item(
                TableName=self._table,
                Item=key(APP, STOP)
                | to_wire(
                    {"v": VERSION, "stopped_until": to_iso(stop.until), "why": stop.why[:500]}
                ),
            )


class DynamoGaps:
    """`Gaps` over the Brands table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, gap: Gap, now: datetime) -> None:
        """See `Gaps.add`."""
        try:
            with translated("keeping a gap"):
                self._client.put_item(
                    TableName=self._table,
                    Item=key(gap.brand, f"{GAP}{gap.source}#{to_iso(gap.begin)}")
                    | to_wire(
                        {
                            "v": VERSION,
                            "source": gap.source,
                            "from": to_iso(gap.begin),
                            "to": to_iso(gap.end),
                            "why": gap.why,
                            "noticed_at": to_iso(now),
                            "expires_at": _expiry(now),
                        }
                    ),
                    ConditionExpression="attribute_not_exists(pk) OR #to < :to",
                    ExpressionAttributeNames={"#to": "to"},
                    ExpressionAttributeValues={":to": {"S": to_iso(gap.end)}},
                )
        except Conflict:
            return  # it is known, and to a later end

    def all(self, brand: str) -> tuple[Gap, ...]:
        """See `Gaps.all`."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :brand AND begins_with(sk, :gap)",
            "ExpressionAttributeValues": {":brand": {"S": brand}, ":gap": {"S": GAP}},
        }
        found = [_gap(brand, read_item(item)) for item in query_all(self._client, query)]
        return tuple(sorted(found, key=lambda gap: (gap.end, gap.source), reverse=True))


def _gap(brand: str, data: Mapping[str, Any]) -> Gap:
    return Gap(
        brand=brand,
        source=data["source"],
        begin=from_iso(data["from"]),
        end=from_iso(data["to"]),
        why=data["why"],
    )


def _spend(day: date, item: Mapping[str, Any]) -> Spend:
    data = from_wire(item)
    return Spend(
        day=day,
        total=float(data.get("total", 0)),
        by_source={name: float(usd) for name, usd in data.items() if name not in _BESIDES_SOURCES},
    )


def _expiry(since: datetime) -> int:
    return int((since + KEPT).timestamp())
