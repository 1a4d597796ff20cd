"""Publishes one page; while that fails, asks itself to try again."""

import functools
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError


@dataclass(slots=True)
class Parts:
    sns: Any
    sqs: Any
    topic: str
    pages: str
    now: Callable[[], datetime]
    token: Callable[[], str]


@functools.cache
def parts() -> Parts:
    return Parts(
        sns=boto3.client("sns"),
        sqs=boto3.client("sqs"),
        topic=os.environ["PAGES_TOPIC_ARN"],
        pages=os.environ["PAGES_QUEUE_URL"],
        now=lambda: datetime.now(UTC),
        token=lambda: "unset",
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    for record in event["Records"]:
        name = record["body"]
        try:
            publish(name)
        except ClientError:
            parts().sqs.send_message(
                QueueUrl=parts().pages, MessageBody=name, MessageGroupId=name, DelaySeconds=30
            )
    return {"batchItemFailures": []}


def publish(name: str) -> None:
    link = f"{os.environ['PUBLIC_URL']}/a/{parts().token()}"
    for audience, channel in (("duty-1", "sms"), ("duty-1", "mail")):
        parts().sns.publish(
            TopicArn=parts().topic,
            Subject=f"Page for {name}",
            Message=json.dumps(
                {"default": name, "sms": f"{name} {link}", "email": f"Mail: {name}"}
            ),
            MessageStructure="json",
            MessageAttributes={
                "audience": {"DataType": "String", "StringValue": audience},
                "channel": {"DataType": "String", "StringValue": channel},
                "type": {"DataType": "String", "StringValue": "page"},
                "incident": {"DataType": "String", "StringValue": name},
            },
        )
