"""Faults that tests can inject, and what functions see of them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.exceptions import ReadTimeoutError

from local.clock import VirtualClock
from local.faults import AwsError, FunctionKilled, throttled, timed_out, transaction_conflict
from local.runner import LocalCloud

ROOT = Path(__file__).parents[2]
SMALL = Path(__file__).parent / "small" / "template.yaml"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def a_cloud(**changes):
    return LocalCloud.start(SMALL, root=ROOT, clock=VirtualClock(NOON), **changes)


@pytest.fixture
def cloud():
    with a_cloud() as started:
        yield started


def send(cloud, *bodies):
    for body in bodies:
        cloud.client("sqs").send_message(
            QueueUrl=cloud.queue_url("WorkQueue"), MessageBody=body, MessageGroupId="acme"
        )


def counted(cloud, name="acme"):
    return cloud.http("GET", f"/counts/{name}").json()["number"]


def once(error, *, at="TransactWriteItems"):
    left = [error]

    def hook(function, service, operation, params):
        if operation == at and left:
            raise left.pop()

    return hook


def put(name):
    item = {"pk": {"S": name}, "sk": {"S": "COUNT"}, "number": {"N": "1"}}
    return {"Put": {"TableName": "vigie-local-CountsTable", "Item": item}}


@pytest.mark.parametrize("moment", ["before_call", "after_call"])
@pytest.mark.parametrize("error", [FunctionKilled(), timed_out(), throttled("dynamodb")])
def test_each_message_counts_once_whatever_happens_to_its_write(cloud, moment, error):
    getattr(cloud, moment).append(once(error))
    send(cloud, "acme:1", "acme:2")

    cloud.advance(minutes=5)

    assert counted(cloud) == 2
    assert len(cloud.failures) == 1
    assert cloud.depth("OrderedQueue") == 0


def test_a_call_refused_before_leaves_nothing_and_one_refused_after_is_applied(cloud):
    with cloud.as_function("tally") as parts:
        cloud.before_call.append(once(throttled("dynamodb")))
        with pytest.raises(parts.dynamodb.exceptions.ProvisionedThroughputExceededException):
            parts.dynamodb.transact_write_items(TransactItems=[put("before")])
        cloud.after_call.append(once(AwsError("InternalServerError", status=500)))
        with pytest.raises(parts.dynamodb.exceptions.InternalServerError):
            parts.dynamodb.transact_write_items(TransactItems=[put("after")])

    assert (counted(cloud, "before"), counted(cloud, "after")) == (0, 1)


def test_a_conflict_shows_its_reasons(cloud):
    cloud.before_call.append(once(transaction_conflict(2)))

    with cloud.as_function("tally") as parts:
        cancelled = parts.dynamodb.exceptions.TransactionCanceledException
        with pytest.raises(cancelled) as refused:
            parts.dynamodb.transact_write_items(TransactItems=[put("a"), put("b")])

    reasons = refused.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["TransactionConflict", "None"]


def test_a_timed_out_call_raises_what_botocore_raises(cloud):
    cloud.after_call.append(once(timed_out()))

    with cloud.as_function("tally") as parts, pytest.raises(ReadTimeoutError):
        parts.dynamodb.transact_write_items(TransactItems=[put("a")])


def test_a_killed_function_starts_cold(cloud):
    send(cloud, "acme:1")
    with cloud.as_function("tally") as parts:
        warm = parts
    cloud.before_call.append(once(FunctionKilled()))

    cloud.advance(minutes=5)

    with cloud.as_function("tally") as parts:
        assert parts is not warm
        assert parts.now() == cloud.clock.now()


def test_calls_made_as_a_function_may_be_killed_too(cloud):
    cloud.before_call.append(once(FunctionKilled(), at="SendMessageBatch"))
    with cloud.as_function("relay") as parts:
        warm = parts

    with pytest.raises(FunctionKilled), cloud.as_function("relay") as parts:
        parts.sqs.send_message_batch(QueueUrl=parts.ordered, Entries=entries("a"))

    with cloud.as_function("relay") as parts:
        assert parts is not warm


def test_every_message_may_be_delivered_twice():
    with a_cloud(deliver_twice=True) as cloud:
        send(cloud, "acme:1", "acme:2")

        cloud.advance(minutes=5)

        assert cloud.function("relay").invocations == 2
        # Each run of relay sends on what it got, and each of those comes twice too.
        assert counted(cloud) == 2
        assert cloud.depth("OrderedQueue") == cloud.depth("WorkQueue") == 0


def entries(*names):
    return [
        {
            "Id": name,
            "MessageBody": name,
            "MessageGroupId": "acme",
            "MessageDeduplicationId": name,
        }
        for name in names
    ]


@pytest.mark.parametrize("failing", [{"b"}, {"a", "b"}])
def test_entries_of_a_batch_may_fail(cloud, failing):
    cloud.partial_failures.append(lambda *call: failing)

    with cloud.as_function("relay") as parts:
        answer = parts.sqs.send_message_batch(QueueUrl=parts.ordered, Entries=entries("a", "b"))

    assert {each["Id"] for each in answer["Failed"]} == failing
    assert {each["Id"] for each in answer["Successful"]} == {"a", "b"} - failing
    assert cloud.depth("OrderedQueue") == 2 - len(failing)


@pytest.mark.parametrize("failing", [{1}, {0, 1}])
def test_keys_of_a_batch_may_stay_unread(cloud, failing):
    table = cloud.table("CountsTable")
    keys = [{"pk": {"S": name}, "sk": {"S": "COUNT"}} for name in ("a", "b")]
    for key in keys:
        cloud.client("dynamodb").put_item(TableName=table, Item=key)
    cloud.partial_failures.append(lambda *call: failing)

    with cloud.as_function("tally") as parts:
        answer = parts.dynamodb.batch_get_item(RequestItems={table: {"Keys": keys}})

    unread = answer["UnprocessedKeys"][table]["Keys"]
    assert unread == [keys[place] for place in sorted(failing)]
    read = answer["Responses"].get(table, [])
    assert read == [key for place, key in enumerate(keys) if place not in failing]


def test_two_runs_of_a_function_may_race(cloud):
    raced = []

    def race(function, service, operation, params):
        if operation == "TransactWriteItems" and not raced:
            raced.append(True)
            record = {"messageId": "1", "body": "acme:1", "attributes": {}}
            cloud.invoke("tally", {"Records": [record]})

    cloud.before_call.append(race)
    send(cloud, "acme:1")

    cloud.drain()

    assert raced
    assert counted(cloud) == 1
    assert cloud.failures == []


def test_a_token_makes_a_transaction_happen_once(cloud):
    def add(amount):
        key = {"pk": {"S": "acme"}, "sk": {"S": "COUNT"}}
        return [
            {
                "Update": {
                    "TableName": cloud.table("CountsTable"),
                    "Key": key,
                    "UpdateExpression": "ADD #n :n",
                    "ExpressionAttributeNames": {"#n": "number"},
                    "ExpressionAttributeValues": {":n": {"N": amount}},
                }
            }
        ]

    with cloud.as_function("tally") as parts:
        for _ in range(2):
            parts.dynamodb.transact_write_items(TransactItems=add("1"), ClientRequestToken="t1")
        mismatch = parts.dynamodb.exceptions.IdempotentParameterMismatchException
        with pytest.raises(mismatch):
            parts.dynamodb.transact_write_items(TransactItems=add("5"), ClientRequestToken="t1")

    assert counted(cloud) == 1
