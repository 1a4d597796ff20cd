from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws
from moto.sqs.models import sqs_backends

from local.clock import VirtualClock, moto_follows
from local.queues import fast_queues

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Bench:
    """Queues on moto with our storage, and a clock to turn."""

    def __init__(self, clock):
        self.clock = clock
        self.sqs = boto3.client("sqs", region_name="eu-west-3")

    def queue(self, name, **attributes):
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, sqs_backends["123456789012"]["eu-west-3"].queues[name]

    def send(self, url, body, group="acme", **more):
        if url.endswith(".fifo"):
            more.setdefault("MessageDeduplicationId", body)
        self.sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, **more)

    def receive(self, url, limit=10, **more):
        found = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=limit, **more)
        return found.get("Messages", [])

    def bodies(self, url, limit=10, **more):
        return [message["Body"] for message in self.receive(url, limit, **more)]

    def counts(self, url):
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return tuple(
            int(found[f"ApproximateNumberOfMessages{state}"])
            for state in ("", "NotVisible", "Delayed")
        )

    def later(self, **duration):
        self.clock.move_to(self.clock.now() + timedelta(**duration))


@pytest.fixture
def bench():
    clock = VirtualClock(NOON)
    with fast_queues(), moto_follows(clock), mock_aws():
        yield Bench(clock)


def test_a_received_message_is_back_after_its_visibility_timeout(bench):
    url, _ = bench.queue("q", VisibilityTimeout="30")
    bench.send(url, "a")

    assert bench.bodies(url) == ["a"]
    bench.later(seconds=29.9)
    assert bench.bodies(url) == []
    bench.later(seconds=0.1)
    (again,) = bench.receive(url, MessageSystemAttributeNames=["All"])

    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    assert again["Attributes"]["SentTimestamp"] == str(int(NOON.timestamp() * 1000))


def test_counts_tell_ready_in_flight_and_delayed(bench):
    url, _ = bench.queue("q")
    for body in "abc":
        bench.send(url, body)
    bench.send(url, "d", DelaySeconds=60)

    bench.receive(url, 1)

    assert bench.counts(url) == (2, 1, 1)
    bench.later(seconds=60)
    assert bench.counts(url) == (4, 0, 0)


def test_visibility_can_be_changed_while_a_message_is_in_flight(bench):
    url, _ = bench.queue("q", VisibilityTimeout="30")
    bench.send(url, "a")
    (message,) = bench.receive(url)

    bench.sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=5
    )

    bench.later(seconds=5)
    assert bench.bodies(url) == ["a"]


def test_a_message_that_is_not_in_flight_cannot_change_its_visibility(bench):
    url, _ = bench.queue("q", VisibilityTimeout="30")
    bench.send(url, "a")
    (message,) = bench.receive(url)
    bench.later(seconds=31)

    with pytest.raises(bench.sqs.exceptions.ClientError, match="not in flight"):
        bench.sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=5
        )


def test_a_deleted_message_never_comes_back_and_may_be_deleted_again(bench):
    url, queue = bench.queue("q")
    bench.send(url, "a")
    (message,) = bench.receive(url)

    for _ in range(2):
        bench.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    bench.later(hours=13)

    assert bench.bodies(url) == []
    assert queue.depth == 0


def test_groups_of_a_standard_queue_take_turns(bench):
    url, _ = bench.queue("q")
    for number in range(20):
        bench.send(url, f"storm-{number}", group="storm")
    bench.send(url, "quiet", group="quiet")

    assert "quiet" in bench.bodies(url, 2)


def test_a_fifo_group_is_in_order_and_blocked_while_one_is_in_flight(bench):
    url, _ = bench.queue("q.fifo", FifoQueue="true", VisibilityTimeout="30")
    for body in ("a1", "a2", "a3"):
        bench.send(url, body, group="a")
    bench.send(url, "b1", group="b")

    first = bench.receive(url, 2)
    assert [message["Body"] for message in first] == ["a1", "a2"]
    assert bench.bodies(url) == ["b1"]

    bench.sqs.delete_message(QueueUrl=url, ReceiptHandle=first[0]["ReceiptHandle"])
    assert bench.bodies(url) == []
    bench.later(seconds=30)
    assert bench.bodies(url) == ["a2", "a3", "b1"]


def test_a_fifo_queue_drops_a_repeated_deduplication_id_for_five_minutes(bench):
    url, queue = bench.queue("q.fifo", FifoQueue="true")
    for minutes in (0, 4, 2):
        bench.later(minutes=minutes)
        bench.send(url, "a", MessageDeduplicationId="same")

    assert queue.depth == 2


def test_sequence_numbers_grow(bench):
    url, _ = bench.queue("q.fifo", FifoQueue="true")
    for body in "abc":
        bench.send(url, body)

    found = bench.receive(url, MessageSystemAttributeNames=["SequenceNumber"])

    numbers = [message["Attributes"]["SequenceNumber"] for message in found]
    assert numbers == sorted(numbers)
    assert {len(number) for number in numbers} == {20}


def test_a_message_received_too_often_goes_to_the_dead_letters(bench):
    dead, dead_queue = bench.queue("dead")
    url, queue = bench.queue("q", VisibilityTimeout="30")
    bench.sqs.set_queue_attributes(
        QueueUrl=url,
        Attributes={
            "RedrivePolicy": f'{{"deadLetterTargetArn": "{dead_queue.queue_arn}",'
            ' "maxReceiveCount": 2}'
        },
    )
    bench.send(url, "a", MessageAttributes={"m": {"DataType": "String", "StringValue": "v"}})

    for _ in range(2):
        assert bench.bodies(url) == ["a"]
        bench.later(seconds=30)

    assert bench.bodies(url) == []
    assert queue.depth == 0
    (parked,) = bench.receive(dead, MessageAttributeNames=["All"])
    assert parked["MessageAttributes"]["m"]["StringValue"] == "v"


def test_messages_vanish_after_the_retention_period(bench):
    url, queue = bench.queue("q", MessageRetentionPeriod="60")
    bench.send(url, "a")
    bench.later(seconds=61)

    assert bench.bodies(url) == []
    assert queue.depth == 0


def test_a_batch_stops_when_it_holds_enough_bytes(bench):
    url, queue = bench.queue("q")
    for _ in range(4):
        bench.send(url, "x" * 100)

    assert len(queue.take(10, 30, max_bytes=250)) == 3


def test_the_next_change_is_the_earliest_message_to_appear(bench):
    url, queue = bench.queue("q", VisibilityTimeout="30")
    bench.send(url, "a")
    bench.send(url, "b", DelaySeconds=10)
    assert queue.next_change() == (NOON.timestamp() + 10) * 1000
    (message,) = bench.receive(url, 1)
    bench.later(seconds=10)

    assert queue.next_change() == (NOON.timestamp() + 30) * 1000
    bench.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert queue.next_change() is None


def test_purging_leaves_nothing(bench):
    url, queue = bench.queue("q")
    bench.send(url, "a")

    bench.sqs.purge_queue(QueueUrl=url)

    assert (queue.depth, bench.counts(url)) == (0, (0, 0, 0))
