"""Shows a count over HTTP."""

import functools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3


@dataclass(slots=True)
class Parts:
    dynamodb: Any
    table: str
    now: Callable[[], datetime]


@functools.cache
def parts() -> Parts:
    return Parts(
        dynamodb=boto3.client("dynamodb"),
        table=os.environ["COUNTS_TABLE"],
        now=lambda: datetime.now(UTC),
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    name = event["pathParameters"]["name"]
    if event["routeKey"].startswith("POST"):
        key = {"pk": {"S": name}, "sk": {"S": "NOTE"}}
        parts().dynamodb.put_item(TableName=parts().table, Item=key)  # its role does not allow it
    found = parts().dynamodb.get_item(
        TableName=parts().table, Key={"pk": {"S": name}, "sk": {"S": "COUNT"}}
    )
    number = int(found.get("Item", {}).get("number", {"N": "0"})["N"])
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "cookies": ["seen=1"],
        "body": json.dumps({"name": name, "number": number, "query": event["rawQueryString"]}),
    }
