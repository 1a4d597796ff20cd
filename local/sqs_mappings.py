"""Event source mappings: what Lambda's pollers do between a queue and its function."""

import base64
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.sqs.models import Message

from local.functions import Invocation, LocalFunction
from local.intrinsics import TemplateError
from local.queues import FastQueue
from local.template import Resource, Stack

# Lambda stops filling a batch near the 6 MB that an event may have; a message is at most 1 MiB.
BATCH_BYTES = 5 * 1024 * 1024
RECEIVE_LIMIT = 10  # messages that one ReceiveMessage or DeleteMessageBatch takes


@dataclass(slots=True, kw_only=True)
class Batch:
    """The messages handed to the function in one run, and their event."""

    messages: list[Message]
    event: dict[str, Any]


@dataclass(slots=True, kw_only=True)
class SqsMapping:
    """One mapping. It holds a window open while a batch is not full."""

    id: str
    queue: FastQueue
    function: LocalFunction
    batch_size: int
    window: timedelta
    reports_failures: bool
    region: str
    deliver_twice: bool = False
    _opened_at: datetime | None = None

    def due_at(self, now: datetime) -> datetime | None:
        """When the next batch closes: now, at the end of the window, or None if all is quiet."""
        waiting = self.queue.receivable
        if waiting == 0:
            self._opened_at = None
            return None
        if waiting >= self.batch_size or not self.window:
            return now
        if self._opened_at is None:
            self._opened_at = now
        return max(now, self._opened_at + self.window)

    def receive(self, count: Callable[[str, int], None]) -> Batch | None:
        """Close the batch: take what is there. `count` is told of the requests that it costs."""
        self._opened_at = None
        messages = self.queue.take(self.batch_size, self.queue.visibility_timeout, BATCH_BYTES)
        if not messages:
            return None
        count("sqs.ReceiveMessage", math.ceil(len(messages) / RECEIVE_LIMIT))
        records = [self._record(message) for message in messages]
        return Batch(messages=messages, event={"Records": records})

    def settle(
        self, batch: Batch, invocation: Invocation, count: Callable[[str, int], None]
    ) -> list[str]:
        """Delete what went well; the rest comes back after its visibility timeout.

        Gives the ids of the messages that failed.
        """
        failed = self._failed_ids(batch, invocation)
        done = [message for message in batch.messages if message.id not in failed]
        if self.deliver_twice:
            again = [message for message in done if message.id not in _delivered(self.queue)]
            for message in again:
                _delivered(self.queue).add(message.id)
                self.queue.change_visibility(message.receipt_handle, 0)
            done = [message for message in done if message not in again]
        for message in done:
            self.queue.delete_message(message.receipt_handle)
        if done:
            count("sqs.DeleteMessageBatch", math.ceil(len(done) / RECEIVE_LIMIT))
        return failed

    def _failed_ids(self, batch: Batch, invocation: Invocation) -> list[str]:
        everything = [message.id for message in batch.messages]
        if invocation.error is not None:
            return everything
        if not self.reports_failures:
            return []
        result = invocation.result
        if not result:
            return []
        # Lambda takes every malformed answer as the failure of the whole batch.
        # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
        if not isinstance(result, dict):
            return everything
        failures = result.get("batchItemFailures") or []
        ids = [
            failure.get("itemIdentifier") if isinstance(failure, dict) else None
            for failure in failures
        ]
        if any(not isinstance(id, str) or id not in everything for id in ids):
            return everything
        return [id for id in ids if isinstance(id, str)]

    def _record(self, message: Message) -> dict[str, Any]:
        attributes = {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SenderId": message.sender_id,
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        }
        optional = {
            "MessageGroupId": message.group_id,
            "MessageDeduplicationId": message.deduplication_id,
            "SequenceNumber": message.sequence_number if self.queue.fifo_queue else None,
        }
        attributes |= {name: value for name, value in optional.items() if value is not None}
        return {
            "messageId": message.id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": attributes,
            "messageAttributes": {
                name: _attribute(value) for name, value in message.message_attributes.items()
            },
            "md5OfBody": message.body_md5,
            "eventSource": "aws:sqs",
            "eventSourceARN": self.queue.queue_arn,
            "awsRegion": self.region,
        }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    """A message attribute in the shape of Lambda's events."""
    shown: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    if value.get("StringValue") is not None:
        shown["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        binary = value["BinaryValue"]
        shown["binaryValue"] = (
            base64.b64encode(binary).decode() if isinstance(binary, bytes) else binary
        )
    return {**shown, "dataType": value["DataType"]}


def _delivered(queue: FastQueue) -> set[str]:
    """Ids of the messages that were delivered once already, when all are delivered twice."""
    if not hasattr(queue, "delivered"):
        queue.delivered = set()
    delivered: set[str] = queue.delivered
    return delivered


def mappings_of(
    stack: Stack, functions: Mapping[str, LocalFunction], queues: Mapping[str, FastQueue]
) -> list[SqsMapping]:
    """The stack's mappings. Raises TemplateError for what AWS would refuse at deployment."""
    mappings = []
    for resource in stack.of_type("AWS::Lambda::EventSourceMapping"):
        properties = resource.properties
        if properties.get("Enabled") is False:
            continue
        source = stack.by_arn(properties["EventSourceArn"])
        if source.type != "AWS::SQS::Queue":
            raise TemplateError(f"{resource.id}: mappings of {source.type} are not known")
        function = functions[stack.by_arn(properties["FunctionName"]).id]
        queue = queues[source.id]
        size = int(properties.get("BatchSize", 10))
        window = int(properties.get("MaximumBatchingWindowInSeconds", 0))
        _check(resource, queue, function, size, window)
        mappings.append(
            SqsMapping(
                id=resource.id,
                queue=queue,
                function=function,
                batch_size=size,
                window=timedelta(seconds=window),
                reports_failures="ReportBatchItemFailures"
                in properties.get("FunctionResponseTypes", []),
                region=stack.place.region,
            )
        )
    return mappings


def _check(
    resource: Resource, queue: FastQueue, function: LocalFunction, size: int, window: int
) -> None:
    types = set(resource.properties.get("FunctionResponseTypes", []))
    refusals = {
        f"the response types {types}": types - {"ReportBatchItemFailures"},
        "a batching window on a FIFO queue": queue.fifo_queue and window,
        "more than 10 messages a batch from a FIFO queue": queue.fifo_queue and size > 10,
        "more than 10 messages a batch without a window": size > 10 and window < 1,
        "more than 10,000 messages a batch": size > 10_000,
        "a window above 300 s": window > 300,
        f"a visibility timeout of {queue.visibility_timeout} s, below the function's timeout": (
            queue.visibility_timeout < function.timeout
        ),
    }
    for what, refused in refusals.items():
        if refused:
            raise TemplateError(f"{resource.id}: Lambda refuses {what}")
