"""The local cloud itself, on a small template that uses every feature it plays."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.clock import VirtualClock
from local.intrinsics import TemplateError
from local.runner import InvocationFailed, LocalCloud
from local.template import load

ROOT = Path(__file__).parents[2]
SMALL = Path(__file__).parent / "small" / "template.yaml"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def a_cloud(**changes):
    options = {"template": SMALL, "root": ROOT, "clock": VirtualClock(NOON), **changes}
    return LocalCloud.start(**options)


@pytest.fixture
def cloud():
    with a_cloud() as started:
        yield started


def send(cloud, *bodies, group="acme", queue="WorkQueue"):
    for body in bodies:
        cloud.client("sqs").send_message(
            QueueUrl=cloud.queue_url(queue), MessageBody=body, MessageGroupId=group
        )


def counted(cloud, name):
    return cloud.http("GET", f"/counts/{name}").json()["number"]


def events_of(cloud, name):
    seen = []
    cloud.on_run.append(lambda function, event, run: seen.append(event) if function == name else 0)
    return seen


def test_a_message_goes_all_the_way(cloud):
    send(cloud, "acme:1", "acme:2", "acme:1")

    cloud.drain()

    assert counted(cloud, "acme") == 2
    assert cloud.failures == []
    cloud.assert_clean()


def test_functions_receive_the_shape_that_lambda_sends(cloud):
    events = events_of(cloud, "tally")
    send(cloud, "acme:1", group="acme")

    cloud.drain()

    (record,) = events[0]["Records"]
    attributes = record.pop("attributes")
    assert set(attributes) == {
        "ApproximateFirstReceiveTimestamp",
        "ApproximateReceiveCount",
        "MessageDeduplicationId",
        "MessageGroupId",
        "SenderId",
        "SentTimestamp",
        "SequenceNumber",
    }
    assert attributes["SentTimestamp"] == str(int(NOON.timestamp() * 1000))
    assert record.pop("messageId")
    assert record.pop("receiptHandle")
    assert record == {
        "body": "acme:1",
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(b"acme:1").hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": cloud.stack.resources["OrderedQueue"].arn,
        "awsRegion": "eu-west-3",
    }


def test_message_attributes_have_the_shape_that_lambda_sends(cloud):
    events = events_of(cloud, "relay")
    cloud.client("sqs").send_message(
        QueueUrl=cloud.queue_url("WorkQueue"),
        MessageBody="acme:1",
        MessageGroupId="acme",
        MessageAttributes={"reason": {"DataType": "String", "StringValue": "because"}},
    )

    cloud.drain()

    assert events[0]["Records"][0]["messageAttributes"] == {
        "reason": {
            "stringValue": "because",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "String",
        }
    }


def test_a_batch_waits_for_its_window_or_until_it_is_full(cloud):
    events = events_of(cloud, "relay")
    send(cloud, *[f"acme:{number}" for number in range(5)])

    cloud.advance(seconds=1.9)
    assert events == []
    cloud.advance(seconds=0.1)
    assert [len(event["Records"]) for event in events] == [5]

    send(cloud, *[f"acme:{number}" for number in range(25)])
    cloud.advance(seconds=0)
    assert [len(event["Records"]) for event in events] == [5, 20]


def test_a_reported_failure_comes_back_alone_and_ends_in_the_dead_letters(cloud):
    send(cloud, "fail", "acme:1")

    cloud.advance(minutes=5)

    assert counted(cloud, "acme") == 1
    (letter,) = cloud.dead_letters()
    assert (letter.queue, letter.body, letter.receive_count) == ("WorkDeadLetters", "fail", 3)
    assert letter.reason == "received too often"


def test_a_crash_fails_the_whole_batch_and_is_kept(cloud):
    send(cloud, "crash", "acme:1")

    cloud.advance(seconds=10)

    assert counted(cloud, "acme") == 0
    assert [repr(each.error) for each in cloud.failures] == ["RuntimeError('told to crash')"]
    assert "RuntimeError: told to crash" in cloud.function("relay").logs
    assert cloud.depth("WorkQueue") == 2


def test_a_parked_message_keeps_its_reason(cloud):
    send(cloud, "bad")

    cloud.drain()

    assert [letter.reason for letter in cloud.dead_letters()] == ["told to refuse"]


@pytest.mark.parametrize(
    "answer",
    [
        "text",
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": "unknown"}]},
        {"batchItemFailures": [{}]},
        {"batchItemFailures": [None]},
    ],
)
def test_a_malformed_answer_fails_the_whole_batch(cloud, answer, monkeypatch):
    module = pytest.importorskip("tests.e2e.small.functions.relay.app")
    monkeypatch.setattr(module, "handler", lambda event, context: answer)
    send(cloud, "acme:1")

    cloud.drain()

    assert cloud.depth("WorkQueue") == 1


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": None}])
def test_an_empty_answer_is_a_success(cloud, answer, monkeypatch):
    module = pytest.importorskip("tests.e2e.small.functions.relay.app")
    monkeypatch.setattr(module, "handler", lambda event, context: answer)
    send(cloud, "acme:1")

    cloud.drain()

    assert cloud.depth("WorkQueue") == 0


def test_a_stuck_message_blocks_its_own_group_only(cloud):
    send(cloud, "a:1", "a:stuck", "a:2", group="a")
    send(cloud, "b:1", group="b")

    cloud.drain()
    assert (counted(cloud, "a"), counted(cloud, "b")) == (1, 1)

    # What is received with it is received as often: it ends in the dead letters too.
    send(cloud, *[f"a:{number}" for number in range(3, 13)], group="a")
    cloud.advance(minutes=5)
    assert counted(cloud, "a") > 1
    assert [letter.body for letter in cloud.dead_letters()][:2] == ["a:stuck", "a:2"]


def test_delays_schedules_and_visibility_happen_in_order_of_time(cloud):
    order = []
    cloud.on_run.append(
        lambda function, event, run: order.append((function, cloud.clock.now() - NOON))
    )
    send(cloud, "acme:page")

    cloud.advance(seconds=70)

    assert order == [
        ("relay", timedelta(seconds=2)),
        ("tally", timedelta(seconds=2)),
        ("sweep", timedelta(seconds=60)),
        ("pager", timedelta(seconds=62)),
    ]


def test_schedules_run_at_their_rate_with_their_input(cloud):
    events = events_of(cloud, "sweep")

    cloud.advance(minutes=20)

    slow = [event for event in events if event.get("slow")]
    assert (len(events), len(slow)) == (22, 2)


def test_the_function_tells_the_time_of_the_clock(cloud):
    cloud.advance(minutes=1)

    found = cloud.client("dynamodb").get_item(
        TableName=cloud.table("CountsTable"), Key={"pk": {"S": "sweep"}, "sk": {"S": "quick"}}
    )
    assert found["Item"]["last_run"]["S"] == "2026-11-22T12:01:00+00:00"


def test_pages_arrive_where_they_belong(cloud):
    cloud.inbox.subscribe_person(cloud.topic("PagesTopic"), "duty-1", "sms")
    send(cloud, "acme:page")

    cloud.advance(minutes=2)

    (page,) = cloud.inbox.deliveries
    assert (page.audience, page.channel, page.type) == ("duty-1", "sms", "page")
    assert page.text.startswith("acme https://httpapi.execute-api.eu-west-3.amazonaws.com/a/")
    assert page.at == NOON + timedelta(seconds=62)
    assert len(cloud.inbox.unheard) == 1  # nobody reads duty-1's mail


def test_an_outage_of_sns_refuses_publications_until_it_ends(cloud):
    cloud.inbox.subscribe_person(cloud.topic("PagesTopic"), "duty-1", "sms")
    cloud.sns_outages.append((NOON, NOON + timedelta(minutes=5)))
    send(cloud, "acme:page")

    cloud.advance(minutes=10)

    (page,) = cloud.inbox.deliveries
    assert page.at == NOON + timedelta(minutes=5, seconds=2)


def test_two_runs_give_the_same_result():
    def history():
        with a_cloud() as cloud:
            cloud.inbox.subscribe_person(cloud.topic("PagesTopic"), "duty-1", "sms")
            events = events_of(cloud, "tally")
            send(cloud, "acme:1", "acme:page", "acme:stuck", "fail")
            cloud.advance(minutes=10)
            return json.dumps([events, cloud.requests]), cloud.inbox.deliveries

    assert history() == history()


def test_a_second_cloud_starts_empty(cloud):
    send(cloud, "acme:1")
    cloud.drain()
    cloud.stop()

    with a_cloud() as second:
        assert counted(second, "acme") == 0
        assert second.requests == {"dynamodb.GetItem": 1}


def test_two_clouds_at_once_are_refused(cloud):
    with pytest.raises(RuntimeError, match="another local cloud"):
        a_cloud()

    send(cloud, "acme:1")
    cloud.drain()
    assert counted(cloud, "acme") == 1


def test_a_call_that_the_role_does_not_allow_is_refused_and_kept(cloud):
    answer = cloud.http("POST", "/counts/acme/notes", {}, "text")

    assert answer.status == 500
    (denied,) = cloud.denied
    assert denied.startswith("desk (DeskRole): dynamodb:PutItem on arn:aws:dynamodb:")
    with pytest.raises(AssertionError, match="DeskRole"):
        cloud.assert_clean()


def test_calls_may_be_made_as_a_function(cloud):
    with cloud.as_function("relay") as parts:
        assert parts.now() == NOON
        parts.sqs.send_message(QueueUrl=parts.dead_letters, MessageBody="a", MessageGroupId="acme")
        with pytest.raises(parts.sqs.exceptions.ClientError, match="AccessDenied"):
            parts.sqs.send_message(
                QueueUrl=cloud.queue_url("PagesQueue"), MessageBody="a", MessageGroupId="acme"
            )

    assert cloud.requests == {"sqs.SendMessage": 2}
    assert len(cloud.denied) == 1


def test_a_message_that_aws_would_refuse_is_refused_and_kept(cloud):
    with (
        cloud.as_function("relay") as parts,
        pytest.raises(parts.sqs.exceptions.ClientError, match="MessageGroupId"),
    ):
        parts.sqs.send_message(QueueUrl=parts.dead_letters, MessageBody="a")

    assert cloud.broken_rules == ["relay: sqs.SendMessage: a message without MessageGroupId"]


def test_requests_are_counted_with_those_of_the_pollers(cloud):
    send(cloud, *[f"acme:{number}" for number in range(20)])

    cloud.drain()

    assert cloud.requests == {
        "sqs.ReceiveMessage": 4,  # ten messages each: twice from each queue
        "sqs.DeleteMessageBatch": 4,
        "sqs.SendMessageBatch": 2,
        "dynamodb.TransactWriteItems": 20,
    }


def test_a_function_called_by_hand_answers_or_raises(cloud):
    record = {"messageId": "1", "body": "fail", "attributes": {}}
    answer = cloud.invoke("relay", {"Records": [record]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}

    with pytest.raises(InvocationFailed, match="told to crash"):
        cloud.invoke("RelayFunction", {"Records": [{**record, "body": "crash"}]})


def test_expired_items_stay_until_they_are_expired(cloud):
    send(cloud, "acme:1")
    cloud.drain()
    cloud.advance(hours=2)
    assert cloud.client("dynamodb").scan(TableName=cloud.table("CountsTable"))["Count"] == 4

    assert cloud.expire() == 1

    left = cloud.client("dynamodb").scan(TableName=cloud.table("CountsTable"))["Items"]
    assert sorted(item["sk"]["S"] for item in left) == ["COUNT", "quick", "slow"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("            BatchSize: 20", "            BatchSize: 20000", "10,000"),
        (
            "            MaximumBatchingWindowInSeconds: !Ref WindowSeconds\n",
            "",
            "without a window",
        ),
        ("      VisibilityTimeout: 60\n", "      VisibilityTimeout: 5\n", "visibility timeout"),
        ("sqs:ReceiveMessage, ", "", "RelayRole does not allow sqs:ReceiveMessage"),
        ("[logs:CreateLogStream, logs:PutLogEvents]", "logs:PutLogEvents", "CreateLogStream"),
        ("rate(1 minute)", "cron(0 12 * * ? *)", "knows rate"),
        (
            "deadLetterTargetArn: !GetAtt WorkDeadLetters.Arn",
            "deadLetterTargetArn: !GetAtt OrderedDeadLetters.Arn",
            "other kind",
        ),
    ],
)
def test_what_aws_would_refuse_or_we_cannot_play_stops_the_start(tmp_path, old, new, words):
    text = SMALL.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "template.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "functions").symlink_to(SMALL.parent / "functions")

    with pytest.raises(TemplateError, match=words):
        a_cloud(template=path)


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("DeskFunctionCountPermission DeskFunctionNotePermission", "lets apigateway"),
        ("SweepFunctionEveryTenMinutesPermission", "lets events.amazonaws.com"),
    ],
)
def test_a_function_that_its_trigger_may_not_call_stops_the_start(monkeypatch, missing, words):
    stack = load(SMALL)
    kept = {
        name: resource for name, resource in stack.resources.items() if name not in missing.split()
    }
    monkeypatch.setattr("local.runner.load", lambda *_: replace(stack, resources=kept))

    with pytest.raises(TemplateError, match=words):
        a_cloud()


def test_a_function_has_all_its_time_on_a_virtual_clock(cloud, monkeypatch):
    module = pytest.importorskip("tests.e2e.small.functions.relay.app")
    monkeypatch.setattr(
        module, "handler", lambda event, context: context.get_remaining_time_in_millis()
    )

    assert cloud.invoke("relay", {}) == 10_000


def test_what_a_function_prints_is_kept(cloud):
    send(cloud, "acme:1")

    cloud.drain()

    assert list(cloud.function("relay").logs) == ["passed 1 on"]
