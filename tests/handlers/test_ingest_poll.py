import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

import functions.ingest_poll.app as app
from local.fake_x import FakeX, credits_depleted, down, rate_limited
from tests.builders import NOON, a_plan
from tests.tables import create_tables
from tests.x_stream import a_post, every, ids
from vigie.domain.plan import Brand, plan_to_json
from vigie.messages import VERSION, decode_mentions

SCHEDULED = json.loads(
    (Path(__file__).parents[2] / "events" / "ingest_poll.json").read_text(encoding="utf-8")
)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
BRANDS = (
    Brand(id="acme", name="Acme", handles=("acme",), x_ids=("1000000001",)),
    Brand(id="bolt", name="Bolt", handles=("bolt_fr",), queries=("bolt panne",)),
)


def context(request_id="run-1"):
    return SimpleNamespace(
        function_name="ingest_poll",
        memory_limit_in_mb=256,
        invoked_function_arn="arn:aws:lambda:eu-west-3:123456789012:function:ingest_poll",
        aws_request_id=request_id,
        get_remaining_time_in_millis=lambda: 50_000,
    )


class Deployed:
    """The function over moto and the stub of X."""

    def __init__(self, fake, capsys):
        self.fake = fake
        self.now = NOON
        self._runs = 0
        self._capsys = capsys
        self.sqs = boto3.client("sqs", region_name="eu-west-3")

    def run(self, *, after=timedelta(0), event=SCHEDULED):
        self.now += after
        self._runs += 1
        app.parts().now = lambda: self.now
        answer = app.handler(event, context(f"run-{self._runs}"))
        self.said = [json.loads(line) for line in self._capsys.readouterr().out.splitlines()]
        return answer

    @property
    def metrics(self):
        (blob,) = [line for line in self.said if "_aws" in line]
        return {k: v[0] for k, v in blob.items() if isinstance(v, list)}

    def messages(self, queue):
        url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        answer = self.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["MessageGroupId"],
        )
        return answer.get("Messages", [])

    def mentions(self, queue):
        return [m for s in self.messages(queue) for m in decode_mentions(s["Body"]).mentions]


@pytest.fixture
def deployed(tmp_path, monkeypatch, capsys):
    (tmp_path / "plan.json").write_text(plan_to_json(a_plan(brands=BRANDS)), encoding="utf-8")
    with (
        mock_aws(),
        FakeX(clock=lambda: world.now, accounts={"1000000001": "acme"}, bearer="secret") as fake,
    ):
        world = Deployed(fake, capsys)
        create_tables(boto3.client("dynamodb", region_name="eu-west-3"))
        boto3.client("ssm", region_name="eu-west-3").put_parameter(
            Name="/vigie/x-bearer-token", Value="secret", Type="SecureString"
        )
        for name, value in {
            "PLAN_PATH": str(tmp_path / "plan.json"),
            "BRANDS_TABLE": "BrandsTable",
            "X_BEARER_TOKEN_PARAMETER": "/vigie/x-bearer-token",
            "X_BASE_URL": fake.url,
            **{
                f"{queue}_URL": world.sqs.create_queue(QueueName=queue)["QueueUrl"]
                for queue in (
                    "MENTIONS_QUEUE",
                    "URGENT_QUEUE",
                    "MENTIONS_DEAD_LETTERS",
                    "POLLS_QUEUE",
                    "POLLS_DEAD_LETTERS",
                )
            },
        }.items():
            monkeypatch.setenv(name, value)
        app.parts.cache_clear()
        yield world
        app.parts().timelines.close()
        app.parts.cache_clear()


def test_a_tick_queues_what_is_new_about_every_brand(deployed):
    ours = every(SECOND, 3, start=NOON - 2 * MINUTE)
    theirs = a_post(NOON - 2 * MINUTE, "panne chez bolt")
    deployed.fake.posts = [*ours, theirs]

    assert deployed.run() == {"batchItemFailures": []}

    queued = deployed.mentions("MENTIONS_QUEUE")
    assert sorted(int(m.post_id) for m in queued if m.brand == "acme") == ids(ours)
    assert [int(m.post_id) for m in queued if m.brand == "bolt"] == [theirs.id]
    assert deployed.metrics["MentionsAccepted"] == 4
    assert deployed.metrics["IngestRan"] == 1


def test_the_next_tick_queues_nothing_again(deployed):
    deployed.fake.posts = every(SECOND, 3, start=NOON - 2 * MINUTE)
    deployed.run()
    deployed.mentions("MENTIONS_QUEUE")

    deployed.run(after=MINUTE)

    assert deployed.metrics["MentionsAccepted"] == 0


def test_every_message_carries_its_brand_as_the_group(deployed):
    deployed.fake.posts = [a_post(NOON - MINUTE), a_post(NOON - MINUTE, author_id=...)]

    deployed.run()

    for queue in ("MENTIONS_QUEUE", "MENTIONS_DEAD_LETTERS"):
        (message,) = deployed.messages(queue)
        assert message["Attributes"]["MessageGroupId"] == "acme"


def test_danger_to_life_takes_the_urgent_queue(deployed):
    danger = a_post(NOON - MINUTE, "@acme my mother is trapped in the lift and cannot breathe")
    deployed.fake.posts = [danger, a_post(NOON - MINUTE, "@acme nice advert")]

    deployed.run()

    assert [int(m.post_id) for m in deployed.mentions("URGENT_QUEUE")] == [danger.id]


def test_a_rejected_post_lies_in_the_dead_letters_with_its_reason(deployed):
    deployed.fake.posts = [a_post(NOON - MINUTE, author_id=...)]

    deployed.run()

    (letter,) = deployed.messages("MENTIONS_DEAD_LETTERS")
    attributes = {k: v["StringValue"] for k, v in letter["MessageAttributes"].items()}
    assert attributes["field"] == "author_id"
    assert attributes["function"] == "ingest_poll"
    assert deployed.metrics["PostsRejected"] == 1


@pytest.mark.parametrize(
    ("fault", "metric"),
    [
        (rate_limited(NOON + 10 * MINUTE), "RateLimited"),
        (down(), "IngestFailed"),
    ],
)
def test_a_source_that_fails_is_counted_and_the_others_are_read(deployed, fault, metric):
    deployed.fake.posts = [a_post(NOON - MINUTE, "panne chez bolt")]
    deployed.fake.script(fault)

    deployed.run()

    assert deployed.metrics[metric] == 1
    assert deployed.metrics["MentionsAccepted"] == 1
    assert deployed.metrics["IngestRan"] == 1


def test_a_token_that_cannot_be_read_fails_the_sources_and_not_the_run(deployed):
    boto3.client("ssm", region_name="eu-west-3").delete_parameter(Name="/vigie/x-bearer-token")

    deployed.run()

    assert deployed.metrics["IngestFailed"] == 2
    assert deployed.fake.calls == []


def test_a_rotated_token_is_taken_up_without_a_deployment(deployed):
    deployed.run()
    boto3.client("ssm", region_name="eu-west-3").put_parameter(
        Name="/vigie/x-bearer-token", Value="new", Type="SecureString", Overwrite=True
    )
    deployed.fake.bearer = "new"

    deployed.run(after=MINUTE)
    refused = deployed.metrics["IngestFailed"]
    deployed.run(after=6 * MINUTE)

    assert refused == 2
    assert deployed.metrics["IngestFailed"] == 0


def test_no_text_no_handle_and_no_token_is_logged(deployed):
    deployed.fake.posts = [
        a_post(NOON - MINUTE, "@acme some-private-words"),
        a_post(NOON - MINUTE, "@acme other-private-words", author_id=...),
    ]

    deployed.run()

    said = json.dumps(deployed.said)
    assert deployed.metrics["PostsRejected"] == 1
    assert "private-words" not in said
    assert "user_1" not in said
    assert "secret" not in said


def test_a_402_stops_every_source_of_the_app(deployed):
    deployed.fake.posts = [a_post(NOON - MINUTE, "panne chez bolt")]
    deployed.fake.script(credits_depleted())

    deployed.run()
    first = deployed.metrics
    deployed.run(after=MINUTE)

    assert (first["BudgetExhausted"], first["AppStopped"]) == (1, 1)
    assert deployed.metrics["AppStopped"] == 1
    assert len(deployed.fake.calls) == 1


def polls(*bodies):
    return {
        "Records": [
            {"messageId": f"m-{n}", "body": body, "attributes": {"MessageGroupId": "acme"}}
            for n, body in enumerate(bodies)
        ]
    }


def a_poll(source, brand="acme", version=1):
    return json.dumps({"version": version, "type": "poll", "brand": brand, "source": source})


def test_a_burst_asks_for_itself_and_its_message_reads_that_source_alone(deployed):
    deployed.fake.posts = every(SECOND, 30, start=NOON - 2 * MINUTE)
    deployed.run()
    (asked,) = deployed.messages("POLLS_QUEUE") or [None]
    calls = len(deployed.fake.calls)
    deployed.fake.posts += every(SECOND, 3, start=NOON + SECOND)

    deployed.run(after=15 * SECOND, event=polls(a_poll("mentions:1000000001")))

    assert asked is None or asked["Body"] == a_poll("mentions:1000000001")
    assert [path for path, _ in deployed.fake.calls[calls:]] == ["/2/users/1000000001/mentions"]
    assert deployed.metrics["MentionsAccepted"] == 3
    assert deployed.metrics["IngestRan"] == 0


def test_a_message_about_a_source_that_left_the_plan_is_done_with(deployed):
    answer = deployed.run(event=polls(a_poll("search:00000000")))

    assert answer == {"batchItemFailures": []}
    assert deployed.fake.calls == []


def test_a_message_that_cannot_be_read_is_parked_and_one_of_newer_code_stays(deployed):
    answer = deployed.run(event=polls("{}", a_poll("mentions:1", version=VERSION + 1)))

    (letter,) = deployed.messages("POLLS_DEAD_LETTERS")
    assert letter["Body"] == "{}"
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}


def test_the_budget_s_use_is_measured(deployed):
    plan = app.parts().plan
    app.parts().poller = replace(app.parts().poller, budget_usd=0.1)
    deployed.fake.posts = every(SECOND, 8, start=NOON - 2 * MINUTE)

    deployed.run()

    assert plan.daily_budget_usd == 0
    assert deployed.metrics["BudgetUsedPercent"] == 50.0
