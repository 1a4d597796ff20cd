import json

import pytest

from local.rules import MIB, Rules

QUEUE = "https://sqs/1/queue"
FIFO = "https://sqs/1/queue.fifo"


@pytest.fixture
def rules():
    return Rules({"incidents": frozenset({"due_at"})})


def a_message(url=QUEUE, **changes):
    message = {"QueueUrl": url, "MessageBody": "text", "MessageGroupId": "acme", **changes}
    return {name: value for name, value in message.items() if value is not None}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (a_message(), None),
        (a_message(FIFO, MessageDeduplicationId="1"), None),
        (a_message(DelaySeconds=900), None),
        (a_message(MessageBody="\t\n\r\u0020\ud7ff\ue000\ufffd\U0001f600"), None),
        (a_message(MessageGroupId=None), "MessageGroupId"),
        (a_message(FIFO), "MessageDeduplicationId"),
        (a_message(FIFO, MessageDeduplicationId="1", DelaySeconds=0), "DelaySeconds"),
        (a_message(DelaySeconds=901), "901"),
        (a_message(MessageBody=""), "empty"),
        (a_message(MessageBody="\ud800"), "U+D800"),
        (a_message(MessageBody="\x00"), "U+0000"),
        (a_message(MessageBody="\ufffe"), "U+FFFE"),
        (a_message(MessageBody="é" * (MIB // 2 + 1)), "above 1 MiB"),
        (a_message(MessageAttributes={"a": {"DataType": "String", "StringValue": ""}}), "empty"),
    ],
)
def test_messages_that_sqs_refuses_are_told(rules, message, words):
    broken = rules.broken("sqs", "SendMessage", message)

    assert broken is None if words is None else words in broken


def test_a_batch_is_checked_entry_by_entry_and_as_a_whole(rules):
    half = "x" * (MIB // 2 + 1)

    def batch(*bodies):
        entries = [a_message(Id=str(n), MessageBody=body) for n, body in enumerate(bodies)]
        return rules.broken("sqs", "SendMessageBatch", {"QueueUrl": QUEUE, "Entries": entries})

    assert batch("a", "b") is None
    assert "U+0001" in batch("a", "\x01")
    assert "above 1 MiB" in batch(half, half)
    assert "1 to 10" in batch(*"abcdefghijk")


@pytest.mark.parametrize(
    ("operation", "request_", "words"),
    [
        (
            "GetItem",
            {"Key": {}, "ProjectionExpression": "#a", "ExpressionAttributeNames": {"#a": "a"}},
            None,
        ),
        (
            "UpdateItem",
            {
                "UpdateExpression": "SET a = :a",
                "ExpressionAttributeValues": {":a": {"S": "1"}, ":aa": {"S": "2"}},
            },
            ":aa",
        ),
        (
            "Query",
            {"KeyConditionExpression": "pk = :p", "ExpressionAttributeNames": {"#x": "x"}},
            "#x",
        ),
        ("PutItem", {"Item": {}, "ExpressionAttributeValues": {}}, "empty"),
        ("Query", {"IndexName": "due", "ConsistentRead": True}, "consistently"),
        ("PutItem", {"Item": {"due_at": {"S": ""}}}, "due_at"),
        ("PutItem", {"Item": {"due_at": {"N": "1"}}}, "due_at"),
        ("PutItem", {"Item": {"due_at": {"S": "2026"}}}, None),
        (
            "UpdateItem",
            {
                "UpdateExpression": "SET #d = :d, other = :o",
                "ExpressionAttributeNames": {"#d": "due_at"},
                "ExpressionAttributeValues": {":d": {"NULL": True}, ":o": {"S": "1"}},
            },
            "due_at",
        ),
    ],
)
def test_requests_that_dynamodb_refuses_are_told(rules, operation, request_, words):
    broken = rules.broken("dynamodb", operation, {"TableName": "incidents", **request_})

    assert broken is None if words is None else words in broken


def test_batches_and_transactions_have_limits(rules):
    keys = [{"pk": {"S": str(number)}} for number in range(101)]
    puts = [{"PutRequest": {"Item": key}} for key in keys]

    def read(some):
        return rules.broken("dynamodb", "BatchGetItem", {"RequestItems": {"t": {"Keys": some}}})

    def write(some):
        return rules.broken("dynamodb", "BatchWriteItem", {"RequestItems": {"t": some}})

    def transact(items):
        actions = [{"Put": {"TableName": "t", "Item": item}} for item in items]
        return rules.broken("dynamodb", "TransactWriteItems", {"TransactItems": actions})

    assert read(keys[:100]) is None
    assert "not 101" in read(keys)
    assert "twice" in read([keys[0], keys[0]])
    assert write(puts[:25]) is None
    assert "not 26" in write(puts[:26])
    assert transact(keys[:100]) is None
    assert "not 101" in transact(keys)
    assert "4 MB" in transact([{"text": {"S": "x" * 400_000}} for _ in range(11)])


@pytest.mark.parametrize(
    ("publication", "words"),
    [
        ({"Message": "text"}, None),
        ({"Message": "text", "Subject": "é"}, "ASCII"),
        ({"Message": "text", "Subject": "x" * 101}, "100"),
        ({"Message": "x" * (256 * 1024 + 1)}, "256 KiB"),
        ({"Message": json.dumps({"sms": "a"}), "MessageStructure": "json"}, "default"),
        ({"Message": json.dumps({"default": "a", "sms": 1}), "MessageStructure": "json"}, "texts"),
        (
            {
                "Message": "text",
                "MessageAttributes": {"a": {"DataType": "String.Array", "StringValue": "x"}},
            },
            "array",
        ),
    ],
)
def test_publications_that_sns_refuses_are_told(rules, publication, words):
    broken = rules.broken("sns", "Publish", publication)

    assert broken is None if words is None else words in broken
