import json

import boto3
import pytest
from moto import mock_aws

from tests.tables import create_tables
from vigie.adapters.dynamodb.staff import DynamoStaff
from vigie.adapters.sqs import SqsDeadLetters
from vigie.admin import dead_letters
from vigie.admin.__main__ import main
from vigie.admin.dead_letters import letter, letters, listed, redrive, source_of, told
from vigie.domain.instants import from_iso
from vigie.errors import NotFound, Rejected
from vigie.services.staff import recognise

NOON = from_iso("2026-03-12T12:00:00.000Z")


@pytest.fixture
def cloud(monkeypatch):
    monkeypatch.setattr(dead_letters, "WAIT_S", 0)
    with mock_aws():
        yield


@pytest.fixture(params=["", ".fifo"])
def queues(request, cloud):
    """A source queue and its dead letters, standard and FIFO."""
    sqs = boto3.client("sqs")
    fifo = {"FifoQueue": "true"} if request.param else {}
    dead = sqs.create_queue(QueueName=f"Dead{request.param}", Attributes=fifo)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    redrive_policy = {"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": 5}
    source = sqs.create_queue(
        QueueName=f"Source{request.param}",
        Attributes=fifo | {"RedrivePolicy": json.dumps(redrive_policy)},
    )["QueueUrl"]
    return sqs, source, dead


def park(sqs, dead, number, body='{"version":1,"type":"mentions","text":"a post"}'):
    SqsDeadLetters(sqs, dead, "classify").park(
        body, group=f"brand-{number}", reason="no id", field="id", at=NOON
    )


def received(sqs, url):
    answer = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
    )
    return [(m["Body"], m["Attributes"]["MessageGroupId"]) for m in answer.get("Messages", [])]


def test_letters_are_listed_with_their_reasons_and_stay(queues):
    sqs, _, dead = queues
    for number in range(12):
        park(sqs, dead, number)

    for _ in range(2):
        found = letters(sqs, dead)

        assert len(found) == 12
        assert {one.reason for one in found} == {"no id"}
        assert {one.group for one in found} == {f"brand-{n}" for n in range(12)}


def test_a_list_names_no_word_of_a_post_and_a_letter_shown_all_of_it(queues):
    sqs, _, dead = queues
    park(sqs, dead, 1)

    one = letter(sqs, dead, letters(sqs, dead)[0].id[:8])

    assert "a post" not in listed(one)
    assert "mentions v1" in listed(one)
    assert "no id [id]" in listed(one)
    assert "a post" in told(one)
    assert "classify at 2026-03-12T12:00:00.000Z" in told(one)


def test_redriven_letters_go_back_unchanged_with_their_brand(queues):
    sqs, source, dead = queues
    for number in range(11):
        park(sqs, dead, number, body=f'{{"n":{number}}}')

    assert redrive(sqs, dead) == 11

    back = received(sqs, source) + received(sqs, source)
    assert sorted(back) == sorted((f'{{"n":{n}}}', f"brand-{n}") for n in range(11))
    assert letters(sqs, dead) == ()
    assert redrive(sqs, dead) == 0


def test_only_the_chosen_letters_go_back(queues):
    sqs, source, dead = queues
    for number in range(3):
        park(sqs, dead, number)
    chosen = letters(sqs, dead)[1]

    assert redrive(sqs, dead, ids=[chosen.id]) == 1

    assert [group for _, group in received(sqs, source)] == [chosen.group]
    assert len(letters(sqs, dead)) == 2


def test_a_limit_is_kept(queues):
    sqs, _, dead = queues
    for number in range(3):
        park(sqs, dead, number)

    assert redrive(sqs, dead, limit=2) == 2
    assert len(letters(sqs, dead)) == 1


def test_dead_letters_without_one_source_need_a_target(cloud):
    sqs = boto3.client("sqs")
    alone = sqs.create_queue(QueueName="Alone")["QueueUrl"]

    with pytest.raises(Rejected, match="--to"):
        source_of(sqs, alone)


def test_a_letter_that_is_not_there_is_not_found(queues):
    sqs, _, dead = queues

    with pytest.raises(NotFound):
        letter(sqs, dead, "nothing")


def test_a_letter_of_anything_at_all_is_listed(queues):
    sqs, _, dead = queues
    for number, body in enumerate(["not json", "[]", '{"type":7}', "[" * 5000]):
        park(sqs, dead, number, body=body)

    assert {one.kind for one in letters(sqs, dead)} == {"not JSON", "unknown"}


def test_a_token_is_issued_listed_and_revoked_by_command(cloud, capsys):
    dynamodb = boto3.client("dynamodb")
    create_tables(dynamodb)
    staff = DynamoStaff(dynamodb, "BrandsTable")

    assert main(["staff", "add", "--person", "duty-1", "--table", "BrandsTable"]) == 0
    token = capsys.readouterr().out.strip()
    assert recognise(staff, f"Bearer {token}") == "duty-1"

    assert main(["staff", "list", "--table", "BrandsTable"]) == 0
    shown = capsys.readouterr().out
    assert "duty-1" in shown
    assert "valid" in shown
    assert token not in shown

    assert main(["staff", "revoke", "--person", "duty-1", "--table", "BrandsTable"]) == 0
    assert "1 token(s)" in capsys.readouterr().out


def test_what_cannot_be_done_is_said_and_fails(cloud, capsys):
    create_tables(boto3.client("dynamodb"))

    assert main(["staff", "revoke", "--person", "nobody", "--table", "BrandsTable"]) == 1
    assert "nobody" in capsys.readouterr().err
    assert main(["staff", "list", "--table", "NoSuchTable"]) == 1


def test_dead_letters_are_handled_by_command(queues, capsys):
    sqs, _, dead = queues
    park(sqs, dead, 1)

    assert main(["dead-letters", "list", "--queue", dead]) == 0
    line = capsys.readouterr().out
    assert "no id" in line

    assert main(["dead-letters", "show", line[:8], "--queue", dead]) == 0
    assert "a post" in capsys.readouterr().out

    assert main(["dead-letters", "redrive", "--queue", dead]) == 0
    assert "1 message(s) sent back" in capsys.readouterr().out
