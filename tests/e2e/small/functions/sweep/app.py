"""Counts its own runs and reads its limit."""

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3


@dataclass(slots=True)
class Parts:
    dynamodb: Any
    ssm: Any
    table: str
    now: Callable[[], datetime]


@functools.cache
def parts() -> Parts:
    return Parts(
        dynamodb=boto3.client("dynamodb"),
        ssm=boto3.client("ssm"),
        table=os.environ["COUNTS_TABLE"],
        now=lambda: datetime.now(UTC),
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    limit = parts().ssm.get_parameter(Name=os.environ["LIMIT_PARAMETER"])["Parameter"]["Value"]
    due = parts().dynamodb.query(
        TableName=parts().table,
        IndexName="due",
        KeyConditionExpression="due_partition = :due",
        ExpressionAttributeValues={":due": {"S": "due"}},
        Limit=int(limit),
    )["Items"]
    kind = "slow" if event.get("slow") else "quick"
    parts().dynamodb.update_item(
        TableName=parts().table,
        Key={"pk": {"S": "sweep"}, "sk": {"S": kind}},
        UpdateExpression="ADD runs :one SET last_run = :now",
        ExpressionAttributeValues={
            ":one": {"N": "1"},
            ":now": {"S": parts().now().isoformat()},
        },
    )
    return {"due": len(due)}
