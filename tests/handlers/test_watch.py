import json
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from functions.watch import app
from tests.builders import NOON, a_plan, a_timer
from tests.handlers.http import LambdaContext
from tests.tables import create_tables
from vigie.adapters.dynamodb.items import timer_to_item
from vigie.adapters.dynamodb.outbox import outbox_to_item
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
