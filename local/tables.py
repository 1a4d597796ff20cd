"""Slow paths of moto's tables, shortened: measuring an item, reading a partition, answering."""

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from inspect import signature
from typing import Any
from unittest.mock import patch

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

_ABOUT_ITEMS = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)
_slowly = DynamoHandler.serialized
MAX_ITEM_BYTES = 405_000  # moto's own figure


def _new_item(
    self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: Mapping[str, Any]
) -> None:
    """Measure the item once; moto measures all of it again for every attribute."""
    self.hash_key = hash_key
    self.range_key = range_key
    self.attrs = LimitedSizeDict()
    for name, value in attrs.items():
        dict.__setitem__(self.attrs, name, DynamoType(value))
    if self.size() > MAX_ITEM_BYTES:
        raise ItemSizeTooLarge


def _serialized(self: DynamoHandler, action_result: ActionResult) -> Any:
    """Write an answer about items as it is; moto looks up each attribute in the service's model.

    Items are in the shape of the wire already.
    """
    if self._get_action() in _ABOUT_ITEMS and isinstance(action_result.result, dict):
        try:
            body = json.dumps(action_result.result)
        except TypeError:  # bytes, for instance
            return _slowly(self, action_result)
        headers = {"Content-Type": "application/x-amz-json-1.0", **self.response_headers}
        return 200, headers, body
    return _slowly(self, action_result)


@contextmanager
def fast_tables() -> Iterator[None]:
    """Make moto take these paths."""
    query = Table.query
    arguments = signature(query)

    def query_partition(self: Table, *args: Any, **kwargs: Any) -> Any:
        """Look at the items of one partition; moto looks at all items of the table."""
        asked = arguments.bind(self, *args, **kwargs).arguments
        partition = asked.get("hash_key")
        if partition is None or asked.get("index_name"):
            return query(self, *args, **kwargs)
        narrow = copy.copy(self)
        narrow.items = {partition: self.items[partition]} if partition in self.items else {}
        return query(narrow, *args, **kwargs)

    with (
        patch.object(Item, "__init__", _new_item),
        patch.object(Table, "query", query_partition),
        patch.object(DynamoHandler, "serialized", _serialized),
    ):
        yield
