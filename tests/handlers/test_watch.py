import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from functions.watch import app
from tests.builders import NOON, a_plan, a_tally, a_timer, some_ladders
from tests.handlers.http import LambdaContext
from tests.tables import create_tables
from vigie.adapters.dynamodb.items import ladders_to_item, tally_to_item, timer_to_item
from vigie.adapters.dynamodb.outbox import outbox_to_item
from vigie.adapters.dynamodb.rosters import DynamoRosters
from vigie.domain.contacts import Expected, Roster, mark_of
from vigie.domain.outbox import OutboxEntry
from vigie.domain.plan import plan_to_json
from vigie.messages import StepDue, Tick, decode_for_triage, decode_step

EVENT = json.loads(
    (Path(__file__).parents[2] / "events" / "watch.json").read_text(encoding="utf-8")
)


@pytest.fixture
def aws(monkeypatch, tmp_path):
    with mock_aws():
        sqs, dynamodb = boto3.client("sqs"), boto3.client("dynamodb")
        create_tables(dynamodb)
        plan = tmp_path / "plan.json"
        plan.write_text(plan_to_json(a_plan()), encoding="utf-8")
        escalations = sqs.create_queue(QueueName="Escalations")["QueueUrl"]
        classified = sqs.create_queue(
            QueueName="Classified.fifo", Attributes={"FifoQueue": "true"}
        )["QueueUrl"]
        for name, value in {
            "PLAN_PATH": str(plan),
            "ALERTS_TOPIC_ARN": boto3.client("sns").create_topic(Name="Alerts")["TopicArn"],
            "INCIDENTS_TABLE": "IncidentsTable",
            "BRANDS_TABLE": "BrandsTable",
            "ESCALATIONS_QUEUE_URL": escalations,
            "CLASSIFIED_QUEUE_URL": classified,
        }.items():
            monkeypatch.setenv(name, value)
        app.parts.cache_clear()
        app.parts().now = lambda: NOON
        yield Aws(sqs, dynamodb, escalations, classified)
        app.parts.cache_clear()


class Aws:
    def __init__(self, sqs, dynamodb, escalations, classified):
        self.sqs, self.dynamodb = sqs, dynamodb
        self.escalations, self.classified = escalations, classified

    def put(self, item):
        self.dynamodb.put_item(TableName="IncidentsTable", Item=item)

    def bodies(self, url):
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]


def run(capsys):
    """One tick of the schedule; the metrics that it emitted."""
    app.handler(EVENT, LambdaContext(function_name="watch"))
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (metrics,) = [line for line in said if "_aws" in line]
    return metrics


def test_a_sweep_sends_steps_left_overs_and_ticks(aws, capsys):
    aws.put(timer_to_item(a_timer(due_at=NOON - timedelta(minutes=1))))
    left_over = OutboxEntry(
        incident_id="inc-1",
        name="resolve",
        queue="classified",
        body='{"left":"over"}',
        group="acme",
        due_at=NOON,
    )
    aws.put(outbox_to_item(left_over))

    metrics = run(capsys)

    assert [decode_step(b) for b in aws.bodies(aws.escalations)] == [
        StepDue(incident_id="inc-0123456789", timer="ladder")
    ]
    left, tick = aws.bodies(aws.classified)
    assert left == '{"left":"over"}'
    assert decode_for_triage(tick) == Tick(brand="acme", at=NOON)
    assert (metrics["WatchRan"], metrics["StepsSent"]) == ([1.0], [1.0])
    assert metrics["IngestSilent"] == [1.0]


def test_a_source_that_was_read_is_not_silent(aws, capsys):
    aws.dynamodb.put_item(
        TableName="BrandsTable",
        Item={
            "pk": {"S": "acme"},
            "sk": {"S": "CURSOR#mentions:1000000001"},
            "last_success_at": {"S": "2026-03-12T11:59:00.000Z"},
        },
    )

    metrics = run(capsys)

    assert metrics["IngestSilent"] == [0.0]
    assert metrics["NoMentions"] == [0.0]


def test_a_source_that_answers_and_shows_nothing_for_a_day_is_reported_as_such(aws, capsys):
    aws.dynamodb.put_item(
        TableName="BrandsTable",
        Item={
            "pk": {"S": "acme"},
            "sk": {"S": "CURSOR#mentions:1000000001"},
            "last_success_at": {"S": "2026-03-12T11:59:00.000Z"},
            "quiet_since": {"S": "2026-03-11T11:59:00.000Z"},
        },
    )

    metrics = run(capsys)

    assert (metrics["IngestSilent"], metrics["NoMentions"]) == ([0.0], [1.0])


def test_a_source_that_x_refuses_for_want_of_money_is_not_silent(aws, capsys):
    aws.dynamodb.put_item(
        TableName="BrandsTable",
        Item={
            "pk": {"S": "X"},
            "sk": {"S": "APP"},
            "v": {"N": "1"},
            "stopped_until": {"S": "2026-03-12T12:10:00.000Z"},
            "why": {"S": "X answers that the credits are used up (402)"},
        },
    )

    metrics = run(capsys)

    assert (metrics["IngestSilent"], metrics["IngestWithoutMoney"]) == ([0.0], [1.0])


def test_an_open_incident_without_a_timer_is_put_back_and_sent(aws, capsys):
    aws.put(tally_to_item(a_tally()))
    aws.put(ladders_to_item(some_ladders(5, 10)))

    metrics = run(capsys)

    assert [decode_step(b) for b in aws.bodies(aws.escalations)] == [
        StepDue(incident_id="inc-0123456789", timer="ladder")
    ]
    found = {name: metrics[name] for name in ("AuditorRan", "LaddersBehind", "LaddersRepaired")}
    assert found == {"AuditorRan": [1.0], "LaddersBehind": [1.0], "LaddersRepaired": [1.0]}


def test_a_sweep_that_fails_does_not_keep_the_audit_from_its_work(aws, capsys):
    app.parts().due = None
    aws.put(tally_to_item(a_tally()))
    aws.put(ladders_to_item(some_ladders(5, 10)))

    with pytest.raises(AttributeError):
        run(capsys)

    assert len(aws.bodies(aws.escalations)) == 1


def subscribe(aws, *endpoints):
    """As `contacts sync` does: SNS and the roster hold the same."""
    topic = boto3.client("sns").list_topics()["Topics"][0]["TopicArn"]
    roster = Roster(topic=topic, salt="s")
    entries = []
    for endpoint in endpoints:
        boto3.client("sns").subscribe(TopicArn=topic, Protocol="sms", Endpoint=endpoint)
        entries.append(
            Expected(
                people=("duty-1",),
                channel="sms",
                protocol="sms",
                mark=mark_of("s", "sms", endpoint),
                since=NOON,
            )
        )
    DynamoRosters(aws.dynamodb, "BrandsTable").save(replace(roster, entries=tuple(entries)))
    return topic


HOURLY = NOON + timedelta(minutes=7)


def test_once_an_hour_a_subscription_that_is_gone_is_counted(aws, capsys):
    topic = subscribe(aws, "+33600000012", "+33600000034")
    (one, _) = boto3.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    boto3.client("sns").unsubscribe(SubscriptionArn=one["SubscriptionArn"])

    assert "SubscriptionsMissing" not in run(capsys)
    app.parts().now = lambda: HOURLY
    metrics = run(capsys)

    assert (metrics["SubscriptionsMissing"], metrics["SubscriptionsUnread"]) == ([1.0], [0.0])


def test_where_nobody_was_ever_synced_nobody_is_missing(aws, capsys):
    app.parts().now = lambda: HOURLY

    assert "SubscriptionsMissing" not in run(capsys)


def test_a_roll_that_cannot_be_called_is_counted_and_the_sweep_is_done(aws, capsys):
    boto3.client("sns").delete_topic(TopicArn=subscribe(aws, "+33600000012"))
    app.parts().now = lambda: HOURLY

    metrics = run(capsys)

    assert "SubscriptionsMissing" not in metrics
    assert (metrics["SubscriptionsUnread"], metrics["WatchRan"]) == ([1.0], [1.0])
