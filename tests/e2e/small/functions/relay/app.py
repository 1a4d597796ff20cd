"""Passes each message on in order, or parks it with a reason."""

import functools
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3


@dataclass(slots=True)
class Parts:
    sqs: Any
    ordered: str
    dead_letters: str
    now: Callable[[], datetime]


@functools.cache
def parts() -> Parts:
    return Parts(
        sqs=boto3.client("sqs"),
        ordered=os.environ["ORDERED_QUEUE_URL"],
        dead_letters=os.environ["DEAD_LETTERS_URL"],
        now=lambda: datetime.now(UTC),
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    entries, failures = [], []
    for record in event["Records"]:
        if record["body"] == "crash":
            raise RuntimeError("told to crash")
        if record["body"] == "fail":
            failures.append({"itemIdentifier": record["messageId"]})
            continue
        if record["body"] == "bad":
            parts().sqs.send_message(
                QueueUrl=parts().dead_letters,
                MessageBody=record["body"],
                MessageGroupId="group",
                MessageAttributes={
                    "reason": {"DataType": "String", "StringValue": "told to refuse"}
                },
            )
            continue
        entries.append(
            {
                "Id": str(len(entries)),
                "MessageBody": record["body"],
                "MessageGroupId": record["attributes"].get("MessageGroupId", "none"),
                "MessageDeduplicationId": str(uuid.uuid4()),
            }
        )
    for start in range(0, len(entries), 10):
        parts().sqs.send_message_batch(
            QueueUrl=parts().ordered, Entries=entries[start : start + 10]
        )
    print(f"passed {len(entries)} on")
    return {"batchItemFailures": failures}
