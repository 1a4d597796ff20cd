import json
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from functions.classify import app
from tests.builders import NOON, a_mention, a_plan
from vigie.domain.plan import Brand, plan_to_json
from vigie.messages import Mentions, decode_for_triage, encode

EVENT = json.loads((Path(__file__).parents[2] / "events" / "classify.json").read_text())
CONTEXT = SimpleNamespace(
    function_name="classify",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-3:123456789012:function:classify",
    aws_request_id="test",
)


BRANDS = (
    Brand(id="acme", name="Acme"),
    Brand(id="bank", name="Bank", policy={"outage_now": 0.0, "urgent": 0.0}),
)


@pytest.fixture
def sqs(monkeypatch, tmp_path):
    (tmp_path / "plan.json").write_text(plan_to_json(a_plan(brands=BRANDS)), encoding="utf-8")
    monkeypatch.setenv("PLAN_PATH", str(tmp_path / "plan.json"))
    with mock_aws():
        client = boto3.client("sqs")
        names = {EVENT["Records"][0]["eventSourceARN"].rsplit(":", 1)[-1]: "MENTIONS_QUEUE_URL"}
        names |= {
            "Urgent": "URGENT_QUEUE_URL",
            "MentionsDead": "MENTIONS_DEAD_LETTERS_URL",
            "UrgentDead": "URGENT_DEAD_LETTERS_URL",
            "Classified": "CLASSIFIED_QUEUE_URL",
            "UrgentClassified": "URGENT_CLASSIFIED_QUEUE_URL",
        }
        urls = {}
        for name, variable in names.items():
            urls[variable] = client.create_queue(QueueName=name)["QueueUrl"]
            monkeypatch.setenv(variable, urls[variable])
        app.parts.cache_clear()
        app.parts().now = lambda: NOON
        yield SimpleNamespace(client=client, urls=urls)
        app.parts.cache_clear()


def received(sqs, variable):
    answer = sqs.client.receive_message(
        QueueUrl=sqs.urls[variable], MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    )
    return answer.get("Messages", [])


def test_a_batch_goes_out_labelled_by_two_lanes(sqs):
    answer = app.handler(EVENT, CONTEXT)

    labelled = [
        mention
        for variable in ("CLASSIFIED_QUEUE_URL", "URGENT_CLASSIFIED_QUEUE_URL")
        for message in received(sqs, variable)
        for mention in decode_for_triage(message["Body"]).mentions
    ]
    assert answer == {"batchItemFailures": []}
    assert len(labelled) == 3
    assert sum(m.labels.urgency == "critical" for m in labelled) == 1


def test_a_brand_s_mentions_are_labelled_by_its_policy(sqs):
    event = json.loads(json.dumps(EVENT))
    event["Records"] = [
        event["Records"][0]
        | {
            "messageId": brand,
            "body": encode(
                Mentions(
                    brand=brand,
                    mentions=(a_mention(brand=brand, text="No internet since this morning"),),
                )
            ),
        }
        for brand in ("acme", "bank", "gone")
    ]

    app.handler(event, CONTEXT)

    assert {
        mention.mention.brand: mention.labels.urgency.value
        for message in received(sqs, "CLASSIFIED_QUEUE_URL")
        for mention in decode_for_triage(message["Body"]).mentions
    } == {"acme": "high", "bank": "medium", "gone": "high"}


def test_rubbish_is_parked_and_reported_as_done(sqs):
    event = json.loads(json.dumps(EVENT))
    event["Records"][0]["body"] = "{rubbish"

    answer = app.handler(event, CONTEXT)

    (letter,) = received(sqs, "MENTIONS_DEAD_LETTERS_URL")
    assert answer == {"batchItemFailures": []}
    assert letter["MessageAttributes"]["function"]["StringValue"] == "classify"


def test_no_word_of_a_post_is_logged(sqs, capsys):
    app.handler(EVENT, CONTEXT)

    logged = capsys.readouterr().out
    for record in EVENT["Records"]:
        for mention in json.loads(record["body"])["mentions"]:
            assert mention["text"] not in logged
            assert mention["author"]["id"] not in logged
