"""`Parked` over a dead-letter queue: looked through letter by letter, without losing any.

SQS shows a message only by handing it out. A FIFO queue hands out nothing more of a group while ten
of its messages are out: there each letter is put back at the end, so that all are seen.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from vigie.domain.instants import from_iso, to_iso
from vigie.errors import Unavailable
from vigie.ports import ParkedLetter

# Longer than any look-through: a letter that showed up again would be taken for a new one.
HIDDEN_S = 300
BATCH = 10
# A letter that is put back begins a new life in SQS: ours ends when the first would have.
KEPT = timedelta(days=14)
# Names of message attributes.
PARKED_AT, SWEEP, STATE = "parked_at", "sweep", "state"
WITHHELD = "withheld"


class SqsParked:
    """`Parked` over one URL."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url
        self._fifo = url.endswith(".fifo")
        self._sweep = ""
        self._rotates = False
        self._shown: list[str] = []

    def letters(self, sweep: str, now: datetime) -> Iterator[ParkedLetter]:
        """See `Parked.letters`."""
        self._sweep, self._shown = sweep, []
        self._rotates = self._fifo and self._count() > BATCH
        seen: set[str] = set()
        try:
            while fresh := [m for m in self._received() if m["MessageId"] not in seen]:
                seen |= {m["MessageId"] for m in fresh}
                for letter in map(_letter, fresh):
                    if letter.attributes.get(SWEEP) == sweep:
                        self._shown.append(letter.handle)  # it has been round
                    elif now - letter.parked_at > KEPT:
                        self.drop(letter)
                    else:
                        yield letter
        finally:
            for handle in self._shown:
                self._call("change_message_visibility", ReceiptHandle=handle, VisibilityTimeout=0)

    def rewrite(self, letter: ParkedLetter, body: str, *, withheld: bool) -> None:
        """See `Parked.rewrite`. Sent first, deleted after: a crash in between repeats a letter."""
        attributes = dict(letter.attributes) | {PARKED_AT: to_iso(letter.parked_at)}
        attributes[SWEEP] = self._sweep
        if withheld:
            attributes[STATE] = WITHHELD
        message: dict[str, Any] = {
            "MessageBody": body,
            "MessageGroupId": letter.group or "rejected",
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
            },
        }
        if self._fifo:
            message["MessageDeduplicationId"] = str(uuid.uuid4())
        self._call("send_message", **message)
        self.drop(letter)

    def drop(self, letter: ParkedLetter) -> None:
        """See `Parked.drop`."""
        self._call("delete_message", ReceiptHandle=letter.handle)

    def keep(self, letter: ParkedLetter) -> None:
        """See `Parked.keep`."""
        if self._rotates:
            self.rewrite(letter, letter.body, withheld=letter.is_withheld)
        else:
            self._shown.append(letter.handle)

    def _received(self) -> Sequence[Mapping[str, Any]]:
        answer = self._call(
            "receive_message",
            MaxNumberOfMessages=BATCH,
            VisibilityTimeout=HIDDEN_S,
            WaitTimeSeconds=1,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        found: Sequence[Mapping[str, Any]] = answer.get("Messages", ())
        return found

    def _count(self) -> int:
        answer = self._call("get_queue_attributes", AttributeNames=["ApproximateNumberOfMessages"])
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def _call(self, operation: str, **parameters: Any) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = getattr(self._client, operation)(
                QueueUrl=self._url, **parameters
            )
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(f"dead letters: {operation} failed") from error
        return answer


def _letter(message: Mapping[str, Any]) -> ParkedLetter:
    system = message.get("Attributes", {})
    attributes = {
        name: value.get("StringValue", "")
        for name, value in message.get("MessageAttributes", {}).items()
    }
    given = attributes.get(PARKED_AT)
    return ParkedLetter(
        body=message["Body"],
        group=system.get("MessageGroupId", ""),
        parked_at=from_iso(given) if given else _instant(system.get("SentTimestamp", "0")),
        is_withheld=attributes.get(STATE) == WITHHELD,
        handle=message["ReceiptHandle"],
        attributes=attributes,
    )


def _instant(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
