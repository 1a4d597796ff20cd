"""Counts each message once, in a transaction, and asks for a page when it is told to."""

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3


@dataclass(slots=True)
class Parts:
    dynamodb: Any
    sqs: Any
    table: str
    pages: str
    now: Callable[[], datetime]


@functools.cache
def parts() -> Parts:
    return Parts(
        dynamodb=boto3.client("dynamodb"),
        sqs=boto3.client("sqs"),
        table=os.environ["COUNTS_TABLE"],
        pages=os.environ["PAGES_QUEUE_URL"],
        now=lambda: datetime.now(UTC),
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    stuck: set[str] = set()
    failures = []
    for record in event["Records"]:
        name, _, number = record["body"].partition(":")
        if number == "stuck" or name in stuck:
            # What comes after a failure in its group must wait, or the order is lost.
            stuck.add(name)
            failures.append({"itemIdentifier": record["messageId"]})
            continue
        count(name, number)
        if number == "page":
            parts().sqs.send_message(
                QueueUrl=parts().pages, MessageBody=name, MessageGroupId=name, DelaySeconds=60
            )
    return {"batchItemFailures": failures}


def count(name: str, number: str) -> None:
    client, table, now = parts().dynamodb, parts().table, parts().now()
    try:
        client.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": table,
                        "Item": {
                            "pk": {"S": name},
                            "sk": {"S": f"SEEN#{number}"},
                            "expires_at": {"N": str(int((now + timedelta(hours=1)).timestamp()))},
                        },
                        "ConditionExpression": "attribute_not_exists(pk)",
                    }
                },
                {
                    "Update": {
                        "TableName": table,
                        "Key": {"pk": {"S": name}, "sk": {"S": "COUNT"}},
                        "UpdateExpression": "ADD #n :one",
                        "ExpressionAttributeNames": {"#n": "number"},
                        "ExpressionAttributeValues": {":one": {"N": "1"}},
                    }
                },
            ]
        )
    except client.exceptions.TransactionCanceledException as error:
        if error.response["CancellationReasons"][0]["Code"] != "ConditionalCheckFailed":
            raise
