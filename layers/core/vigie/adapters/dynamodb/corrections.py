"""Corrections in the Incidents table: `sk` = CORRECTION#<mention>#<instant>.

The last word on a mention stands under CORRECTED#<mention> as well: the same word again, at once or
a day later, is none.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, key, read_item, to_wire
from vigie.adapters.dynamodb.client import insist, translated
from vigie.domain.correction import Correction, Said
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.labels import Kind, Sentiment, Urgency
from vigie.domain.versions import STATE_VERSION
from vigie.errors import Conflict

PREFIX = "CORRECTION#"
LAST = "CORRECTED#"
_CONDITION = "attribute_not_exists(pk) OR #post <> :post OR #was <> :was OR #now <> :now"
_NAMES = {"#post": "post_id", "#was": "was", "#now": "now"}


class DynamoCorrections:
    """`Corrections` over the Incidents table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, correction: Correction) -> Correction | None:
        """See `Corrections.add`."""
        item = _to_item(correction)
        last = item | key(correction.incident_id, f"{LAST}{correction.mention}")
        differs = {
            "ConditionExpression": _CONDITION,
            "ExpressionAttributeNames": _NAMES,
            "ExpressionAttributeValues": {
                ":post": item["post_id"],
                ":was": item["was"],
                ":now": item["now"],
            },
        }
        try:
            insist(
                self._client,
                "keep a correction",
                [
                    ("word", {"Put": {"TableName": self._table, "Item": item}}),
                    ("last", {"Put": {"TableName": self._table, "Item": last} | differs}),
                ],
            )
        except Conflict:
            with translated("read the last correction"):
                answer = self._client.get_item(
                    TableName=self._table,
                    Key={"pk": last["pk"], "sk": last["sk"]},
                    ConsistentRead=True,
                )
            return _from_item(answer["Item"])
        return None

    def all(self) -> Iterator[Correction]:
        """See `Corrections.all`: the whole table is read."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "FilterExpression": "begins_with(sk, :correction)",
            "ExpressionAttributeValues": {":correction": {"S": PREFIX}},
        }
        while True:
            with translated("read the corrections"):
                answer = self._client.scan(**request)
            yield from map(_from_item, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _to_item(correction: Correction) -> Item:
    at = to_iso(correction.at)
    return to_wire(
        {
            "pk": correction.incident_id,
            "sk": f"{PREFIX}{correction.mention}#{at}",
            "v": STATE_VERSION,
            "mention": correction.mention,
            "post_id": correction.post_id,
            "was": _told(correction.was),
            "now": _told(correction.now),
            "by": correction.by,
            "at": at,
        }
    )


def _told(said: Said) -> dict[str, str]:
    return {
        "urgency": said.urgency.value,
        "kind": said.kind.value,
        "sentiment": said.sentiment.value,
    }


def _from_item(item: Mapping[str, Any]) -> Correction:
    data = read_item(item)
    return Correction(
        incident_id=data["pk"],
        mention=data["mention"],
        post_id=data.get("post_id", ""),
        was=_said(data["was"]),
        now=_said(data["now"]),
        by=data["by"],
        at=from_iso(data["at"]),
    )


def _said(told: Mapping[str, str]) -> Said:
    return Said(
        urgency=Urgency(told["urgency"]),
        kind=Kind(told["kind"]),
        sentiment=Sentiment(told["sentiment"]),
    )
