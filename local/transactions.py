"""DynamoDB's TransactWriteItems for moto, with a journal of the touched items.

moto copies the whole table once per action. This one remembers only the items that an action is
about to change, and puts them back when one of the actions fails.
"""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from unittest.mock import patch

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ConditionalCheckFailed,
    MockValidationException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from local.faults import AwsError
from local.forgetting import let_go

NO_REASON = (None, None, None)


class _Journal:
    """What the touched items were before."""

    def __init__(self) -> None:
        self._entries: list[tuple[Table, DynamoType, DynamoType | None, Item | None]] = []

    def remember(self, table: Table, key: Mapping[str, Any], current: Item | None) -> None:
        partition = DynamoType(key[table.hash_key_attr])
        sort = DynamoType(key[table.range_key_attr]) if table.range_key_attr else None
        # An update changes the item in place, hence the copy.
        self._entries.append((table, partition, sort, copy.deepcopy(current)))

    def undo(self) -> None:
        for table, partition, sort, item in reversed(self._entries):
            if item is None:
                table.delete_item(partition, sort)
            elif sort is None:
                table.items[partition] = item
            else:
                table.items[partition][sort] = item


def transact_write_items(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    """Apply all actions or none. Raises what moto raises, with the same reasons."""
    if len(transact_items) > 100:
        raise TooManyTransactionsException
    journal = _Journal()
    touched: set[tuple[str, str]] = set()
    reasons: list[tuple[Any, Any, Any]] = []
    for action in transact_items:
        if len(action) > 1:
            journal.undo()
            raise TransactWriteSingleOpException
        try:
            reasons.append(_apply(self, action, journal, touched))
        except MockValidationException:
            journal.undo()
            raise
        except Exception as error:  # noqa: BLE001 - moto tells every other failure as a reason
            reasons.append((type(error).__name__, str(error), None))
    if any(code is not None for code, _, _ in reasons):
        journal.undo()
        raise TransactionCanceledException(reasons)


def _apply(
    backend: DynamoDBBackend,
    action: Mapping[str, Any],
    journal: _Journal,
    touched: set[tuple[str, str]],
) -> tuple[Any, Any, Any]:
    kind, request = next(iter(action.items()))
    if kind not in {"ConditionCheck", "Put", "Delete", "Update"}:
        raise ValueError("Unsupported transaction operation")
    table = backend.get_table(request["TableName"])
    key = request["Key"] if kind != "Put" else _key_of(table, request["Item"])
    target = (table.name, str(dict(sorted(key.items()))))
    if target in touched:
        raise MultipleTransactionsException
    touched.add(target)

    current = backend.get_item(table.name, key)
    names = request.get("ExpressionAttributeNames")
    values = request.get("ExpressionAttributeValues")
    condition = request.get("ConditionExpression")
    if condition is not None and not get_filter_expression(condition, names, values).expr(current):
        shown = None
        if request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and current:
            shown = current.to_json()["Attributes"]
        failure = ConditionalCheckFailed(item=shown)
        return ("ConditionalCheckFailed", str(failure.message), shown)

    if kind != "ConditionCheck":
        journal.remember(table, key, current)
    if kind == "Put":
        backend.put_item(table.name, request["Item"])
    elif kind == "Delete":
        backend.delete_item(table.name, key)
    elif kind == "Update":
        backend.update_item(
            table.name,
            key,
            update_expression=request["UpdateExpression"],
            expression_attribute_names=names,
            expression_attribute_values=values,
        )
    return NO_REASON


def _key_of(table: Table, item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in table.table_key_attrs}


@contextmanager
def fast_transactions() -> Iterator[None]:
    """Make moto use this instead of its own."""
    with patch.object(DynamoDBBackend, "transact_write_items", transact_write_items):
        yield


class RequestTokens:
    """Tokens that a function chose itself. DynamoDB keeps them for ten minutes, moto not at all."""

    KEPT = timedelta(minutes=10)

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._applied: dict[str, tuple[datetime, str]] = {}

    def was_applied(self, token: str, request: Mapping[str, Any]) -> bool:
        """Whether the same request was. Raises AwsError if the token stood for another one."""
        at, content = self._applied.get(token, (None, ""))
        if at is None or self._now() - at > self.KEPT:
            return False
        if content != _content(request):
            raise AwsError("IdempotentParameterMismatchException", "the token was used before")
        return True

    def remember(self, token: str, request: Mapping[str, Any]) -> None:
        now = self._now()
        self._applied[token] = (now, _content(request))
        let_go(self._applied, lambda applied: now - applied[0] > self.KEPT)


def _content(request: Mapping[str, Any]) -> str:
    text = json.dumps(request["TransactItems"], sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()
