"""Corrections in the Incidents table: `sk` = CORRECTION#<mention>#<instant>."""

from collections.abc import Iterator, Mapping
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, read_item, to_wire
from vigie.adapters.dynamodb.client import translated
from vigie.domain.correction import Correction, Said
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.labels import Kind, Sentiment, Urgency
from vigie.domain.versions import STATE_VERSION

PREFIX = "CORRECTION#"


class DynamoCorrections:
    """`Corrections` over the Incidents table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, correction: Correction) -> None:
        """See `Corrections.add`."""
        with translated("keep a correction"):
            self._client.put_item(TableName=self._table, Item=_to_item(correction))

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
