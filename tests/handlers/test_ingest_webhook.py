import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

import functions.ingest_webhook.app as app
from tests.builders import NOON, a_plan
from tests.tables import create_tables
from vigie.domain.plan import plan_to_json
from vigie.domain.signature import signature
from vigie.messages import decode_mentions

ROOT = Path(__file__).parents[2]
DELIVERY = json.loads((ROOT / "events" / "ingest_webhook.json").read_text(encoding="utf-8"))
TOKEN = "MWU4YzQ2YjgtNzZkYy00"
QUEUES = {
    "MENTIONS_QUEUE_URL": "Mentions",
    "URGENT_QUEUE_URL": "Urgent",
    "MENTIONS_DEAD_LETTERS_URL": "MentionsDeadLetters",
    "CLASSIFIED_QUEUE_URL": "Classified.fifo",
}
BOTO3 = {
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "dateutil",
    "urllib3",
    "six",
}  # and what they import
BOTO3 |= {"brotli", "certifi"}  # where they find it


def a_challenge(query=f"crc_token={TOKEN}"):
    http = DELIVERY["requestContext"] | {"http": {"method": "GET", "path": "/x/webhook"}}
    return DELIVERY | {"requestContext": http, "rawQueryString": query, "body": None}


class Deployed:
    """The function over moto."""

    def __init__(self, capsys):
        self._capsys = capsys
        self.sqs = boto3.client("sqs", region_name="eu-west-3")
        self.ssm = boto3.client("ssm", region_name="eu-west-3")
        self.now = NOON
        self.lines = []

    def answer(self, event):
        app.parts().now = lambda: self.now
        result = app.handler(event, None)
        self.lines = [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]
        return result["statusCode"], json.loads(result["body"])

    @property
    def said(self):
        return self.lines[-1]

    def queued(self, name):
        url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        messages = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [it["Body"] for it in messages.get("Messages", [])]


@pytest.fixture
def deployed(tmp_path, monkeypatch, capsys):
    plan = tmp_path / "plan.json"
    plan.write_text(plan_to_json(a_plan()), encoding="utf-8")
    with mock_aws():
        sqs = boto3.client("sqs", region_name="eu-west-3")
        for variable, name in QUEUES.items():
            attributes = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
            url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
            monkeypatch.setenv(variable, url)
        create_tables(boto3.client("dynamodb", region_name="eu-west-3"))
        boto3.client("ssm", region_name="eu-west-3").put_parameter(
            Name="/vigie/x-consumer-secret", Value="local", Type="SecureString"
        )
        for name, value in {
            "PLAN_PATH": str(plan),
            "BRANDS_TABLE": "BrandsTable",
            "X_CONSUMER_SECRET_PARAMETER": "/vigie/x-consumer-secret",
            "POWERTOOLS_SERVICE_NAME": "ingest_webhook",
            "POWERTOOLS_METRICS_NAMESPACE": "Vigie",
            "LOG_LEVEL": "INFO",
            "AWS_DEFAULT_REGION": "eu-west-3",
        }.items():
            monkeypatch.setenv(name, value)
        app.parts.cache_clear()
        yield Deployed(capsys)
        app.parts.cache_clear()


def test_the_sample_is_taken_and_counted(deployed):
    assert deployed.answer(DELIVERY) == (200, {})

    (body,) = deployed.queued("Urgent")
    assert decode_mentions(body).brand == "acme"
    assert deployed.said["MentionsAccepted"] == 1
    assert deployed.said["urgent"] == 1
    assert 0 <= deployed.said["own_ms"] < 5_000


def test_a_challenge_is_answered_and_not_cached_anywhere(deployed):
    status, answer = deployed.answer(a_challenge())

    assert status == 200
    assert answer == {"response_token": signature(TOKEN.encode(), "local")}
    assert app.handler(a_challenge(), None)["headers"]["cache-control"] == "no-store"


def test_a_stranger_learns_nothing_and_is_counted(deployed):
    headers = DELIVERY["headers"] | {"x-twitter-webhooks-signature": "sha256=" + "A" * 43 + "="}

    assert deployed.answer(DELIVERY | {"headers": headers}) == (401, {"error": "wrong signature"})
    assert deployed.said["SignaturesRejected"] == 1
    assert deployed.answer(a_challenge("crc_token={}"))[0] == 400
    assert deployed.said["RequestsRefused"] == 1


def test_without_the_secret_x_is_asked_to_try_again(deployed):
    deployed.ssm.delete_parameter(Name="/vigie/x-consumer-secret")

    assert deployed.answer(DELIVERY) == (503, {"error": "try again"})
    assert deployed.said["DeliveriesFailed"] == 1


def test_no_line_holds_what_people_wrote(deployed):
    deployed.answer(DELIVERY)

    text = json.loads(DELIVERY["body"])["data"]["payload"]["text"]
    assert text not in json.dumps(deployed.lines, ensure_ascii=False)
    assert "user_1" not in json.dumps(deployed.lines)


def test_a_secret_is_asked_for_once_in_five_minutes(deployed):
    deployed.answer(DELIVERY)
    deployed.ssm.delete_parameter(Name="/vigie/x-consumer-secret")
    deployed.now += timedelta(minutes=4)

    assert deployed.answer(a_challenge())[0] == 200


@pytest.mark.parametrize("also", ["pass", "app.parts().reception()"])
def test_the_import_path_is_the_standard_library_and_boto3(deployed, also):
    code = (
        "import sys, json; import functions.ingest_webhook.app as app; "
        f"{also}; print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    found = {name.partition(".")[0] for name in json.loads(done.stdout)}
    site = {"sitecustomize", "usercustomize", "_distutils_hack"}
    others = {
        name
        for name in found - set(sys.stdlib_module_names) - BOTO3 - site - {"vigie", "functions"}
        if not name.startswith(("__", "_"))
    }

    assert others == set()


def _environment():
    return os.environ | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "core")]),
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
