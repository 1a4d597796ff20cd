"""Python values as DynamoDB attributes (low-level JSON shape) and back: what all items share.

Apart from the items, so that a function which keeps cursors alone does not load incidents.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from vigie.domain.versions import STATE_VERSION
from vigie.errors import UnknownVersion

Item = dict[str, Any]

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def to_wire(values: Mapping[str, Any]) -> Item:
    """Python values to `{"name": {"S": …}}`; None is left out, floats become numbers."""
    return {
        name: _serializer.serialize(Decimal(str(value)) if isinstance(value, float) else value)
        for name, value in values.items()
        if value is not None
    }


def from_wire(item: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `to_wire`; whole numbers come back as int."""
    return {name: _plain(_deserializer.deserialize(value)) for name, value in item.items()}


def key(pk: str, sk: str) -> Item:
    """The key of an item of Incidents or Brands."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def read_item(item: Mapping[str, Any], newest: int = STATE_VERSION) -> dict[str, Any]:
    """An item's values. Raises `UnknownVersion` for one that newer code wrote."""
    data = from_wire(item)
    if data["v"] > newest:
        raise UnknownVersion(
            f"{data.get('sk', 'a mention')} of {data['pk']} has version {data['v']}, "
            f"this code reads up to {newest}"
        )
    return data


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case _:
            return value
