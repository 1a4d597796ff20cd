from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from tests.builders import NOON
from tests.fakes import InMemoryDeadLetters, RecordingQueue
from vigie.adapters.sqs import SqsBackoff, SqsDeadLetters, SqsQueue
from vigie.ports import Outgoing


class Real:
    """A queue on moto, read as its consumer would read it."""

    def __init__(self, client, name):
        fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        self.client = client
        self.url = client.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]
        self.queue = SqsQueue(client, self.url)

    @property
    def received(self):
        found = []
        while True:
            answer = self.client.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=10,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            if not answer.get("Messages"):
                return found
            for message in answer["Messages"]:
                self.client.delete_message(
                    QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"]
                )
                found.append(message)

    def bodies(self):
        return sorted(message["Body"] for message in self.received)


class Fake:
    def __init__(self):
        self.queue = RecordingQueue()

    def bodies(self):
        return sorted(self.queue.bodies)


@pytest.fixture
def sqs():
    with mock_aws():
        yield boto3.client("sqs", region_name="eu-west-3")


@pytest.fixture(params=["fake", "Standard", "Ordered.fifo"])
def world(request):
    if request.param == "fake":
        return Fake()
    return Real(request.getfixturevalue("sqs"), request.param)


def some(number, size=10):
    return [Outgoing(body=f"{n:04d}" + "x" * size, group="acme") for n in range(number)]


def test_all_messages_arrive_however_many(world):
    messages = some(37)

    assert world.queue.send(messages) == ()
    assert world.bodies() == sorted(m.body for m in messages)


def test_nothing_is_sent_for_nothing(world):
    assert world.queue.send([]) == ()
    assert world.bodies() == []


def test_equal_messages_are_two_messages(world):
    world.queue.send([*some(1), *some(1)])

    assert len(world.bodies()) == 2


class Watching:
    """An SQS client that notes its batches and refuses what it is told to."""

    def __init__(self, refuse=()):
        self.batches = []
        self.refuse = set(refuse)

    def send_message_batch(self, QueueUrl, Entries):
        self.batches.append(Entries)
        return {"Failed": [{"Id": e["Id"]} for e in Entries if e["Id"] in self.refuse]}


def test_a_batch_stays_under_what_sqs_takes_at_once():
    client = Watching()

    SqsQueue(client, "https://sqs/q").send(some(12, size=100_000))

    assert max(len(batch) for batch in client.batches) <= 10
    assert max(sum(len(e["MessageBody"]) for e in batch) for batch in client.batches) <= 250_000
    assert sum(len(batch) for batch in client.batches) == 12


def test_what_sqs_refuses_is_named_by_its_position():
    assert SqsQueue(Watching(refuse=["3", "11"]), "https://sqs/q").send(some(15)) == (3, 11)


def test_a_delay_is_rounded_up_and_a_step_never_comes_early():
    client = Watching()
    delays = (timedelta(seconds=1.2), timedelta(seconds=60), timedelta(hours=2), timedelta(0))

    SqsQueue(client, "https://sqs/q").send(
        [Outgoing(body="x", group="acme", delay=delay) for delay in delays]
    )

    assert [e.get("DelaySeconds") for e in client.batches[0]] == [2, 60, 900, None]


def test_a_fifo_queue_gets_no_delay_and_an_id_of_its_own_for_each_message():
    client = Watching()

    SqsQueue(client, "https://sqs/q.fifo").send(
        [Outgoing(body="x", group="acme", delay=timedelta(seconds=9))] * 2
    )

    first, second = client.batches[0]
    assert "DelaySeconds" not in first
    assert first["MessageDeduplicationId"] != second["MessageDeduplicationId"]


@pytest.mark.parametrize("name", ["Parked", "Parked.fifo"])
def test_a_parked_message_keeps_its_body_group_and_reason(sqs, name):
    real, fake = Real(sqs, name), InMemoryDeadLetters()
    letter = {"group": "acme", "reason": "id is missing", "field": "id", "at": NOON}

    for dead_letters in (SqsDeadLetters(sqs, real.url, "classify"), fake):
        dead_letters.park("{rubbish", **letter)

    (message,) = real.received
    attributes = {n: v["StringValue"] for n, v in message["MessageAttributes"].items()}
    assert message["Body"] == fake.parked[0]["body"] == "{rubbish"
    assert message["Attributes"]["MessageGroupId"] == fake.parked[0]["group"]
    assert attributes == {
        "reason": fake.parked[0]["reason"],
        "field": fake.parked[0]["field"],
        "function": "classify",
        "rejected_at": "2026-03-12T12:00:00.000Z",
    }


@pytest.mark.parametrize("body", ["", "\x00\x01", "half \ud83d", "\ufffe"])
def test_whatever_the_body_it_can_be_parked(sqs, body):
    real = Real(sqs, "Parked")

    SqsDeadLetters(sqs, real.url, "classify").park(
        body, group="acme", reason="r", field="", at=NOON
    )

    assert len(real.received) == 1


def test_a_hidden_message_comes_back(sqs):
    real = Real(sqs, "Standard")
    real.queue.send(some(1))
    (message,) = sqs.receive_message(QueueUrl=real.url)["Messages"]

    SqsBackoff(sqs, real.url).hide(message["ReceiptHandle"], timedelta(seconds=20))

    attributes = sqs.get_queue_attributes(QueueUrl=real.url, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "1"


def test_hiding_what_is_gone_is_no_error(sqs):
    real = Real(sqs, "Standard")

    SqsBackoff(sqs, real.url).hide("no such handle", timedelta(seconds=20))
