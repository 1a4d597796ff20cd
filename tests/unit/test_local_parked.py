import json

import boto3
import pytest
from moto import mock_aws

from local import parked
from vigie.admin import dead_letters
from vigie.errors import NotFound


@pytest.fixture
def sqs(monkeypatch):
    """Two queues and their dead letters; the emulator's address is not asked."""
    monkeypatch.setattr(dead_letters, "WAIT_S", 0)
    with mock_aws():
        client = boto3.client("sqs")
        for name in ("Classified", "Mentions"):
            dead = client.create_queue(QueueName=f"{name}DeadLetters")["QueueUrl"]
            arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
            policy = {
                "deadLetterTargetArn": arn["Attributes"]["QueueArn"],
                "maxReceiveCount": 5,
            }
            client.create_queue(
                QueueName=f"{name}Queue", Attributes={"RedrivePolicy": json.dumps(policy)}
            )
        monkeypatch.setattr(parked.boto3, "client", lambda *_, **__: client)
        yield client


def sent(sqs, name, body):
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return sqs.send_message(QueueUrl=url, MessageBody=body)["MessageId"]


def test_a_letter_is_sent_back_by_its_id_whichever_queue_holds_it(sqs, capsys):
    first = sent(sqs, "MentionsDeadLetters", "one")
    sent(sqs, "MentionsDeadLetters", "two")

    assert parked.command("redrive", 5005, None, first) == 0

    assert capsys.readouterr().out == "MentionsDeadLetters: 1 sent back\n"
    back = sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="MentionsQueue")["QueueUrl"])
    assert [message["Body"] for message in back["Messages"]] == ["one"]


def test_an_id_that_is_nowhere_is_said_to_be_so(sqs):
    sent(sqs, "MentionsDeadLetters", "one")

    with pytest.raises(NotFound, match="'nix'"):
        parked.command("redrive", 5005, None, "nix")
