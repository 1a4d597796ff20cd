"""The messages that were given up, with the reason where a function gave one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from local.cloud import fast_queue
from local.template import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One message of a dead-letter queue. `attributes` holds the texts of its attributes."""

    queue: str
    message_id: str
    body: str
    attributes: Mapping[str, str]
    group: str | None
    receive_count: int
    sent_at: datetime

    @property
    def reason(self) -> str:
        return self.attributes.get("reason", "received too often")


def dead_letter_queues(stack: Stack) -> list[str]:
    """Logical ids of the queues that others name as their dead-letter queue."""
    names = {
        stack.by_arn(queue.properties["RedrivePolicy"]["deadLetterTargetArn"]).id
        for queue in stack.of_type("AWS::SQS::Queue")
        if queue.properties.get("RedrivePolicy")
    }
    return [queue.id for queue in stack.of_type("AWS::SQS::Queue") if queue.id in names]


def dead_letters_of(stack: Stack) -> list[DeadLetter]:
    return [
        DeadLetter(
            queue=name,
            message_id=message.id,
            body=message.body,
            attributes={
                key: value.get("StringValue", "")
                for key, value in message.message_attributes.items()
            },
            group=message.group_id,
            receive_count=message.approximate_receive_count,
            sent_at=datetime.fromtimestamp(message.sent_timestamp / 1000, UTC),
        )
        for name in dead_letter_queues(stack)
        for message in fast_queue(stack, stack.resources[name]).all_messages()
    ]
