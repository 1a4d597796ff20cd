"""SQS: sending in batches, parking what is rejected, hiding what failed for a while."""

import logging
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from vigie.domain.instants import to_iso
from vigie.errors import Unavailable
from vigie.queues import Outgoing

# SendMessageBatch: at most 10 entries and 1 MiB together; a quarter of that keeps retries cheap.
BATCH_ENTRIES = 10
BATCH_BYTES = 250_000
LONGEST_DELAY = timedelta(minutes=15)


log = logging.getLogger(__name__)


class SqsQueue:
    """`Queue` over one URL; a name ending in `.fifo` gets deduplication ids."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url
        self._name = url.rsplit("/", 1)[-1]
        self._fifo = url.endswith(".fifo")

    def send(self, messages: Sequence[Outgoing]) -> tuple[int, ...]:
        """See `Queue.send`. A batch that fails as a whole counts as all of its positions."""
        failed: list[int] = []
        for batch in _batches(messages):
            entries = [self._entry(position, messages[position]) for position in batch]
            try:
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            except (BotoCoreError, ClientError) as error:
                log.warning("%s took no message: %s", self._name, _code(error))
                failed.extend(batch)
                continue
            for entry in answer.get("Failed", ()):
                log.warning("%s refused a message: %s", self._name, entry.get("Code"))
                failed.append(int(entry["Id"]))
        return tuple(sorted(failed))

    def _entry(self, position: int, message: Outgoing) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "Id": str(position),
            "MessageBody": message.body,
            "MessageGroupId": message.group,
        }
        if self._fifo:
            entry["MessageDeduplicationId"] = str(uuid.uuid4())
        elif message.delay > timedelta(0):
            delay = min(message.delay, LONGEST_DELAY)
            entry["DelaySeconds"] = -int(-delay.total_seconds() // 1)
        return entry


class SqsDeadLetters:
    """`DeadLetters` over one URL. `function` names who parked it."""

    def __init__(self, client: Any, url: str, function: str) -> None:
        self._client = client
        self._url = url
        self._function = function

    def park(self, body: str, *, group: str, reason: str, field: str, at: datetime) -> None:
        """See `DeadLetters.park`. Characters that SQS refuses are replaced, never the message."""
        values = {
            "reason": reason[:1000],
            "field": field or "-",
            "function": self._function,
            "rejected_at": to_iso(at),
        }
        message: dict[str, Any] = {
            "QueueUrl": self._url,
            "MessageBody": _acceptable(body) or "(empty)",
            "MessageGroupId": group,
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": _acceptable(value)}
                for name, value in values.items()
            },
        }
        if self._url.endswith(".fifo"):
            message["MessageDeduplicationId"] = str(uuid.uuid4())
        try:
            self._client.send_message(**message)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(f"a rejected message could not be parked: {_code(error)}") from error


class SqsBackoff:
    """`Backoff` over one URL."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def hide(self, receipt_handle: str, delay: timedelta) -> None:
        """See `Backoff.hide`."""
        with suppress(BotoCoreError, ClientError):
            self._client.change_message_visibility(
                QueueUrl=self._url,
                ReceiptHandle=receipt_handle,
                VisibilityTimeout=max(1, int(delay.total_seconds())),
            )


def _code(error: BotoCoreError | ClientError) -> str:
    """AWS's own word for it; never the message, which may quote what was sent."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "unknown"))
    return type(error).__name__


def _batches(messages: Sequence[Outgoing]) -> list[list[int]]:
    batches: list[list[int]] = []
    used = 0
    for position, message in enumerate(messages):
        size = len(message.body)
        if not batches or len(batches[-1]) >= BATCH_ENTRIES or used + size > BATCH_BYTES:
            batches.append([])
            used = 0
        batches[-1].append(position)
        used += size
    return batches


def _acceptable(text: str) -> str:
    """SQS takes #x9, #xA, #xD, #x20–#xD7FF, #xE000–#xFFFD and above the BMP
    (SendMessage, API reference); the rest becomes U+FFFD."""
    return "".join(
        c
        if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
        else "\ufffd"
        for c in text
    )
