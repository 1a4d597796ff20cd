"""DynamoDB calls with their failures as ours: `Conflict` or `Unavailable`."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from vigie.errors import Conflict, Unavailable

Item = dict[str, Any]
BATCH_GET_KEYS = 100
# A batch read that keeps being cut short is throttled: give way.
BATCH_GET_ROUNDS = 5
# Two transactions on one item cancel each other. One of triage's takes up to a tenth of a second,
# so that the tries of a person's decision must reach further than that: 0.3 s together.
TRANSACTION_TRIES = 6
TRANSACTION_PAUSE_S = 0.01


@contextmanager
def translated(what: str) -> Iterator[None]:
    """SDK errors become `Conflict` (a condition failed) or `Unavailable` (everything else).

    An access denied or a malformed request is `Unavailable` too: the message waits, and the
    alarm on its age tells people, rather than being lost to a mistake in a deployment.
    """
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code == "ConditionalCheckFailedException":
            raise Conflict(what) from error
        raise Unavailable(f"{what}: DynamoDB answered {code}") from error
    except BotoCoreError as error:
        raise Unavailable(f"{what}: {type(error).__name__}") from error


def transact(client: Any, what: str, actions: Sequence[tuple[str, Item]]) -> None:
    """Write `actions`, each with a name for its condition, in one transaction.

    Raises `Conflict` whose `failed` lists the names of the conditions that did not hold; it is
    empty when another transaction was in the way. The SDK adds the token that makes its own
    retries harmless.
    """
    try:
        client.transact_write_items(TransactItems=[action for _, action in actions])
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        reasons = [
            reason.get("Code", "None") for reason in error.response.get("CancellationReasons", ())
        ]
        if code in ("TransactionConflictException", "TransactionInProgressException"):
            raise Conflict(what) from error
        if code == "TransactionCanceledException":
            failed = [
                name
                for (name, _), reason in zip(actions, reasons, strict=False)
                if reason == "ConditionalCheckFailed"
            ]
            if failed or "TransactionConflict" in reasons:
                raise Conflict(what, failed) from error
            raise Unavailable(f"{what}: cancelled ({', '.join(sorted(set(reasons)))})") from error
        raise Unavailable(f"{what}: DynamoDB answered {code}") from error
    except BotoCoreError as error:
        raise Unavailable(f"{what}: {type(error).__name__}") from error


def insist(client: Any, what: str, actions: Sequence[tuple[str, Item]]) -> None:
    """`transact`, tried again within 0.3 s while other transactions are in the way.

    Raises `Conflict` only for conditions that did not hold, and names them.
    """
    for attempt in range(TRANSACTION_TRIES):
        if attempt:
            time.sleep(TRANSACTION_PAUSE_S * 2 ** (attempt - 1))
        try:
            transact(client, what, actions)
            return
        except Conflict as conflict:
            if conflict.failed:
                raise
    raise Unavailable(f"{what}: others kept writing the same items")


def batch_get(
    client: Any, table: str, keys: Sequence[Item], **options: Any
) -> Iterator[Mapping[str, Any]]:
    """Read items by key, strongly consistent, in no particular order; missing ones are left out.

    `options` go into the table's part of the request (`ProjectionExpression` and the like).
    Raises `Unavailable` when DynamoDB keeps leaving keys unprocessed.
    """
    for start in range(0, len(keys), BATCH_GET_KEYS):
        asked = {"Keys": list(keys[start : start + BATCH_GET_KEYS]), "ConsistentRead": True}
        request = {table: asked | options}
        for _ in range(BATCH_GET_ROUNDS):
            with translated("batch read"):
                answer = client.batch_get_item(RequestItems=request)
            yield from answer.get("Responses", {}).get(table, ())
            request = answer.get("UnprocessedKeys") or {}
            if not request:
                break
        else:
            raise Unavailable("batch read: keys stayed unprocessed")


def query_all(client: Any, query: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The items of a query, fetched page by page as they are asked for."""
    request = dict(query)
    while True:
        with translated("query"):
            answer = client.query(**request)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
