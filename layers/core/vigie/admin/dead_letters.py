"""Parked messages: list them with their reasons, look at one, send them back.

SQS can only show a message by handing it out. `letters` hides what it reads for a moment and lets
it go again; of a FIFO queue it sees at most ten messages a brand, since the others wait behind
them.
"""

import json
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from vigie.domain.instants import to_iso
from vigie.errors import NotFound, Rejected, Unavailable

# Long enough to read a page of letters, short enough that nobody waits for them.
HIDDEN_S = 60
# Long polling asks all of the queue's servers: without it a short queue may look empty.
WAIT_S = 1
_BATCH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One parked message. `reason` is empty when it merely failed too often: nobody rejected it.

    `body` may hold people's words; `list` never prints it.
    """

    id: str
    sent_at: datetime
    receives: int
    group: str
    reason: str
    field: str
    function: str
    rejected_at: str
    body: str
    handle: str

    @property
    def kind(self) -> str:
        """The message's type and version, where the body says them."""
        try:
            data = json.loads(self.body)
        except (ValueError, RecursionError):
            return "not JSON"
        if not isinstance(data, dict) or not isinstance(data.get("type"), str):
            return "unknown"
        return f"{data['type'][:20]} v{str(data.get('version'))[:5]}"


def letters(client: Any, url: str, limit: int = 100) -> tuple[Letter, ...]:
    """Up to `limit` letters, the oldest first; they stay where they are."""
    found = []
    for batch in _received(client, url):
        found.extend(batch)
        if len(found) >= limit:
            break
    _release(client, url, found)
    return tuple(sorted(found[:limit], key=lambda letter: (letter.sent_at, letter.id)))


def letter(client: Any, url: str, message_id: str) -> Letter:
    """The letter whose id begins with `message_id`. Raises `NotFound`, or `Rejected` when several
    do."""
    found = [one for one in letters(client, url, 1000) if one.id.startswith(message_id)]
    if not found:
        raise NotFound(f"no message here has an id that begins with {message_id!r}", field="id")
    if len(found) > 1:
        raise Rejected(f"{len(found)} ids begin with {message_id!r}: give more of it", field="id")
    return found[0]


def redrive(
    client: Any, url: str, *, to: str = "", ids: Collection[str] = (), limit: int = 0
) -> int:
    """Send letters back to the queue that they came from, unchanged and with their group.

    `to` is needed when several queues share these dead letters; `ids` picks some; `limit` of 0
    means as many as there are now, so that what fails again at once is not sent round and round.
    Sent first, deleted after: a crash in between repeats a message, which Vigie counts once.
    """
    target = to or source_of(client, url)
    left = limit or _count(client, url)
    moved = 0
    kept: list[Letter] = []
    for batch in _received(client, url):
        for one in batch:
            if moved >= left or (ids and one.id not in ids):
                kept.append(one)
                continue
            _send(client, target, one)
            with _translated("delete a dead letter"):
                client.delete_message(QueueUrl=url, ReceiptHandle=one.handle)
            moved += 1
        if moved >= left or (ids and moved >= len(ids)):
            break
    _release(client, url, kept)
    return moved


def listed(one: Letter) -> str:
    """One line: enough to choose by, and no word of a post."""
    why = one.reason or "failed too often (see the function's logs)"
    where = f" [{one.field}]" if one.field not in ("", "-") else ""
    return f"{one.id}  {to_iso(one.sent_at)}  {one.group:<12} {one.kind:<14} {why}{where}"


def told(one: Letter) -> str:
    """All of one letter, its body included: it may hold people's words."""
    return "\n".join(
        [
            f"id           {one.id}",
            f"sent at      {to_iso(one.sent_at)}",
            f"received     {one.receives} times",
            f"brand        {one.group or '-'}",
            f"rejected by  {one.function or '-'} at {one.rejected_at or '-'}",
            f"reason       {one.reason or '-'}",
            f"field        {one.field or '-'}",
            "",
            one.body,
        ]
    )


def source_of(client: Any, url: str) -> str:
    """The queue whose dead letters these are. Raises `Rejected` unless there is exactly one."""
    with _translated("look for the source queue"):
        answer = client.list_dead_letter_source_queues(QueueUrl=url)
    urls = answer.get("queueUrls", [])
    if len(urls) != 1:
        raise Rejected(
            f"{len(urls)} queues send their dead letters here: name the target with --to",
            field="to",
        )
    return str(urls[0])


def _received(client: Any, url: str) -> Iterator[list[Letter]]:
    """Batches until the queue hands out nothing more; each letter once."""
    seen: set[str] = set()
    while True:
        with _translated("read dead letters"):
            answer = client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=_BATCH,
                VisibilityTimeout=HIDDEN_S,
                WaitTimeSeconds=WAIT_S,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        batch = [_letter(message) for message in answer.get("Messages", ())]
        fresh = [one for one in batch if one.id not in seen]
        if not fresh:
            return
        seen |= {one.id for one in fresh}
        yield fresh


def _letter(message: dict[str, Any]) -> Letter:
    system = message.get("Attributes", {})
    ours = {
        name: value.get("StringValue", "")
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return Letter(
        id=message["MessageId"],
        sent_at=datetime.fromtimestamp(int(system.get("SentTimestamp", 0)) / 1000, UTC),
        receives=int(system.get("ApproximateReceiveCount", 0)),
        group=system.get("MessageGroupId", ""),
        reason=ours.get("reason", ""),
        field=ours.get("field", ""),
        function=ours.get("function", ""),
        rejected_at=ours.get("rejected_at", ""),
        body=message["Body"],
        handle=message["ReceiptHandle"],
    )


def _send(client: Any, url: str, one: Letter) -> None:
    message: dict[str, Any] = {
        "QueueUrl": url,
        "MessageBody": one.body,
        "MessageGroupId": one.group or "redriven",
    }
    if url.endswith(".fifo"):
        message["MessageDeduplicationId"] = str(uuid.uuid4())
    with _translated("send a dead letter back"):
        client.send_message(**message)


def _release(client: Any, url: str, found: Collection[Letter]) -> None:
    """Best effort: what is not released shows again when it is no longer hidden."""
    for one in found:
        with suppress(BotoCoreError, ClientError):
            client.change_message_visibility(
                QueueUrl=url, ReceiptHandle=one.handle, VisibilityTimeout=0
            )


def _count(client: Any, url: str) -> int:
    with _translated("count dead letters"):
        answer = client.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
    return sum(int(value) for value in answer["Attributes"].values())


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """SDK errors as ours: this runs on a person's machine, who needs to read what AWS said."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise Unavailable(f"could not {what}: {error}") from error
