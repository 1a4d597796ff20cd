"""SQS records as Lambda hands them over, and the answer that names the failed ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One SQS message. `queue` is the queue's name, `attempts` counts its receives."""

    message_id: str
    receipt_handle: str
    body: str
    queue: str
    group: str
    attempts: int


def records(event: Mapping[str, Any]) -> list[Record]:
    """The records of an SQS event, in order
    (docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)."""
    return [
        Record(
            message_id=raw["messageId"],
            receipt_handle=raw["receiptHandle"],
            body=raw["body"],
            queue=raw["eventSourceARN"].rsplit(":", 1)[-1],
            group=raw["attributes"].get("MessageGroupId", ""),
            attempts=int(raw["attributes"]["ApproximateReceiveCount"]),
        )
        for raw in event["Records"]
    ]


def failures(message_ids: Iterable[str]) -> dict[str, Any]:
    """The partial-batch answer: the named messages stay in the queue, the rest is deleted."""
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in message_ids]}


def queue_name(url: str) -> str:
    """The name at the end of a queue's URL, which is also the end of its ARN."""
    return url.rsplit("/", 1)[-1]
