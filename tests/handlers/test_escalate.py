import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from functions.escalate import app
from tests.builders import NOON, a_tally, a_timer, some_ladders
from tests.handlers.http import LambdaContext
from tests.tables import create_tables
from vigie.adapters.dynamodb.attributes import key
from vigie.adapters.dynamodb.items import (
    ladders_to_item,
    paging_from_item,
    tally_to_item,
    timer_from_item,
    timer_to_item,
)
from vigie.adapters.dynamodb.storms import DynamoStorms
from vigie.domain.incident import COMPANY
from vigie.domain.storm import Sent, Storm
from vigie.messages import StepDue, encode

EVENT = json.loads(
    (Path(__file__).parents[2] / "events" / "escalate.json").read_text(encoding="utf-8")
)
ID = "inc-0123456789"
QUEUE = "EscalationsQueue"


@pytest.fixture
def aws(monkeypatch):
    """The function's own adapters on moto, and a queue subscribed to the topic."""
    with mock_aws():
        sqs, sns, dynamodb = (boto3.client(name) for name in ("sqs", "sns", "dynamodb"))
        create_tables(dynamodb)
        topic = sns.create_topic(Name="Alerts")["TopicArn"]
        inbox = sqs.create_queue(QueueName="Inbox")["QueueUrl"]
        sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint="arn:aws:sqs:eu-west-3:123456789012:Inbox",
        )
        dead = sqs.create_queue(QueueName="Dead")["QueueUrl"]
        for name, value in {
            "ESCALATIONS_QUEUE_URL": sqs.create_queue(QueueName=QUEUE)["QueueUrl"],
            "ESCALATIONS_DEAD_LETTERS_URL": dead,
            "INCIDENTS_TABLE": "IncidentsTable",
            "BRANDS_TABLE": "BrandsTable",
            "ALERTS_TOPIC_ARN": topic,
            "PUBLIC_URL": "https://desk.example.org",
        }.items():
            monkeypatch.setenv(name, value)
        app.parts.cache_clear()
        parts = app.parts()
        parts.now = lambda: NOON
        yield Aws(sqs, sns, dynamodb, topic, inbox, dead, parts)
        app.parts.cache_clear()


class Aws:
    def __init__(self, sqs, sns, dynamodb, topic, inbox, dead, parts):
        self.sqs, self.sns, self.dynamodb = sqs, sns, dynamodb
        self.topic, self.inbox, self.dead, self.parts = topic, inbox, dead, parts

    def seed(self, pages_a_minute=0, **tally):
        ladders = replace(some_ladders(5, 10), pages_a_minute=pages_a_minute)
        for item in (
            tally_to_item(a_tally(**tally)),
            ladders_to_item(ladders),
            timer_to_item(a_timer()),
        ):
            self.dynamodb.put_item(TableName="IncidentsTable", Item=item)

    def item(self, sk):
        return self.dynamodb.get_item(TableName="IncidentsTable", Key=key(ID, sk))["Item"]

    def received(self, url):
        answer = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return answer.get("Messages", [])


def an_event(*bodies):
    record = EVENT["Records"][0] | {"eventSourceARN": f"arn:aws:sqs:eu-west-3:123456789012:{QUEUE}"}
    return {
        "Records": [record | {"messageId": f"m-{n}", "body": body} for n, body in enumerate(bodies)]
    }


def run(*bodies):
    return app.handler(an_event(*bodies), LambdaContext())


DUE = encode(StepDue(incident_id=ID, timer="ladder"))


def test_a_due_step_reaches_the_topic_once_per_channel(aws):
    aws.seed()

    answer = run(DUE, DUE)

    assert answer == {"batchItemFailures": []}
    notifications = [json.loads(m["Body"]) for m in aws.received(aws.inbox)]
    assert {n["MessageAttributes"]["channel"]["Value"] for n in notifications} == {"sms", "mail"}
    assert len(notifications) == 2
    page = json.loads(notifications[0]["Message"])
    assert (page["incident"], page["step"]) == (ID, 1)
    assert timer_from_item(aws.item("TIMER#ladder")) == a_timer(
        fired=1, due_at=NOON + timedelta(minutes=5)
    )
    assert paging_from_item(aws.item("PAGING")).pages == 2


def test_it_tells_how_long_the_first_page_took_and_who_waits_for_a_digest(aws, capsys):
    aws.seed(pages_a_minute=1, trigger=COMPANY)
    storm = Storm(
        person="duty-1", revision=1, sent=(Sent(at=NOON, incident_id="inc-1", step="1-0"),)
    )
    DynamoStorms(aws.dynamodb, "IncidentsTable").save(storm, NOON)

    run(DUE)
    waiting = timer_from_item(aws.item("TIMER#ladder"))
    app.parts().now = lambda: NOON + timedelta(minutes=1)
    run(DUE)

    first, second = [
        json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line
    ]
    assert (first["PagesBundled"], first["PagePublished"]) == ([1.0], [0.0])
    assert "TimeToPage" not in first
    assert (waiting.owed_since, waiting.due_at - NOON) == (NOON, timedelta(minutes=1))
    assert (second["TimeToPage"], second["PagePublished"]) == ([60.0], [2.0])


def test_the_link_of_a_page_is_kept_as_a_hash(aws):
    aws.seed()

    run(DUE)

    stored = json.dumps(aws.dynamodb.scan(TableName="IncidentsTable")["Items"])
    token = json.loads(json.loads(aws.received(aws.inbox)[0]["Body"])["Message"])[
        "acknowledge_url"
    ].rsplit("/", 1)[-1]
    assert len(token) == 12
    assert token not in stored
    assert stored.count("LINK#") == 2


def test_a_topic_that_is_gone_puts_the_step_off_and_queues_it_again(aws):
    aws.seed()
    aws.sns.delete_topic(TopicArn=aws.topic)

    answer = run(DUE)

    assert answer == {"batchItemFailures": []}
    timer = timer_from_item(aws.item("TIMER#ladder"))
    assert (timer.attempts, timer.failing_since) == (1, NOON)
    assert paging_from_item(aws.item("PAGING")).failing_since == NOON


def test_a_bad_message_is_parked_with_its_reason(aws):
    answer = run('{"version":1,"type":"nonsense"}')

    assert answer == {"batchItemFailures": []}
    (parked,) = aws.received(aws.dead)
    assert parked["MessageAttributes"]["function"]["StringValue"] == "escalate"
    assert "type" in parked["MessageAttributes"]["reason"]["StringValue"]


def test_a_message_of_a_newer_release_stays_in_the_queue(aws, capsys):
    answer = run('{"version":99,"type":"step"}')

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-0"}]}
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert metrics[-1]["UnknownVersion"] == [1.0]


def test_a_timer_of_a_newer_release_is_kept_and_retried(aws):
    aws.seed()
    item = timer_to_item(a_timer()) | {"v": {"N": "99"}}
    aws.dynamodb.put_item(TableName="IncidentsTable", Item=item)

    answer = run(DUE)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-0"}]}
    assert aws.item("TIMER#ladder") == item
    assert aws.received(aws.inbox) == []


def test_what_goes_into_logs_and_metrics_names_no_link_and_no_person(aws, capsys):
    aws.seed()

    run(DUE)

    said = capsys.readouterr().out
    assert "/a/" not in said
    assert "duty-1" not in said
    assert '"PagePublished":[2.0]' in said.replace(" ", "")
