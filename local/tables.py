"""Slow paths of moto's tables, shortened: measuring an item, reading a partition or an index,
answering; and tables that outgrow no memory."""

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from inspect import signature
from typing import Any
from unittest.mock import patch

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from local.disk_items import DiskItems
from local.forgetting import untracked

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


def _hash_of(index: Any) -> str:
    return next(key["AttributeName"] for key in index.schema if key["KeyType"] == "HASH")


def _of_index(table: Table, asked: Mapping[str, Any]) -> Table:
    """The table as if it held only what lies in the index's partition, where that is known."""
    conditions = asked.get("hash_key_conditions")
    if not conditions:
        return table
    attribute, value = conditions[0]
    narrow = copy.copy(table)
    if isinstance(table.items, DiskItems):
        found = table.items.matching(attribute, value.value)
        if found is None:
            return table
        narrow.items = {item.hash_key: item for item in found}
    elif table.has_range_key:
        # moto sorts all items before it looks which ones the index has.
        partitions = (
            (key, {sort: item for sort, item in held.items() if _has(item, attribute, value)})
            for key, held in table.items.items()
        )
        narrow.items = {key: held for key, held in partitions if held}
    return narrow


def _has(item: Item, attribute: str, value: DynamoType) -> bool:
    held = item.attrs.get(attribute)
    return held is not None and held.value == value.value


@contextmanager
def fast_tables() -> Iterator[None]:
    """Make moto take these paths."""
    query, create = Table.query, Table.__init__
    arguments = signature(query)
    exits = ExitStack()

    def create_on_disk(self: Table, *args: Any, **kwargs: Any) -> None:
        """Items of a table with a hash key only leave the memory while nobody uses them."""
        create(self, *args, **kwargs)
        if self.has_range_key:
            return
        hashes = [_hash_of(index) for index in self.global_indexes]
        self.items = items = DiskItems(self.hash_key_attr, hashes)
        exits.callback(items.close)

    def query_partition(self: Table, *args: Any, **kwargs: Any) -> Any:
        """Look at the items of one partition; moto looks at all items of the table."""
        asked = arguments.bind(self, *args, **kwargs).arguments
        partition = asked.get("hash_key")
        if asked.get("index_name"):
            return query(_of_index(self, asked), *args, **kwargs)
        if partition is None:
            return query(self, *args, **kwargs)
        narrow = copy.copy(self)
        narrow.items = {partition: self.items[partition]} if partition in self.items else {}
        return query(narrow, *args, **kwargs)

    with (
        exits,
        untracked(Item, Table),
        patch.object(Table, "__init__", create_on_disk),
        patch.object(Item, "__init__", _new_item),
        patch.object(Table, "query", query_partition),
        patch.object(DynamoHandler, "serialized", _serialized),
    ):
        yield
