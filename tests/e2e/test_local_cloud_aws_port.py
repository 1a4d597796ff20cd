"""The stack's AWS on 127.0.0.1, for other programs."""

from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import boto3
import pytest

from local.aws_port import serve_aws
from local.clock import RealClock, VirtualClock
from local.runner import LocalCloud

ROOT = Path(__file__).parents[2]
SMALL = Path(__file__).parent / "small" / "template.yaml"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def port():
    server = serve_aws(port=0)
    serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    yield server.server_port
    server.shutdown()
    serving.join()
    server.server_close()


def client(service, port):
    """As another program makes it."""
    return boto3.Session(region_name="eu-west-3").client(
        service,
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="any",
        aws_secret_access_key="any",
    )


def test_other_programs_use_the_same_queues_and_tables(port):
    with LocalCloud.start(SMALL, root=ROOT, clock=VirtualClock(NOON)) as cloud:
        for number in range(3):
            client("sqs", port).send_message(
                QueueUrl=cloud.queue_url("WorkQueue"),
                MessageBody=f"acme:{number}",
                MessageGroupId="acme",
            )

        cloud.drain()

        found = client("dynamodb", port).get_item(
            TableName=cloud.table("CountsTable"),
            Key={"pk": {"S": "acme"}, "sk": {"S": "COUNT"}},
        )
        assert found["Item"]["number"] == {"N": "3"}
        assert client("ssm", port).get_parameter(Name="/small/limit")["Parameter"]["Value"] == "3"
        topic = cloud.topic("PagesTopic")
        assert client("sns", port).publish(TopicArn=topic, Message="a")["MessageId"]
        # Nobody's role was asked, and nothing was counted as a function's.
        assert "sns.Publish" not in cloud.requests


def test_an_error_comes_through_as_its_own_class(port):
    with LocalCloud.start(SMALL, root=ROOT, clock=VirtualClock(NOON)) as cloud:
        dynamodb = client("dynamodb", port)

        with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
            dynamodb.put_item(
                TableName=cloud.table("CountsTable"),
                Item={"pk": {"S": "acme"}, "sk": {"S": "COUNT"}},
                ConditionExpression="attribute_exists(pk)",
            )


def test_a_message_sent_by_another_program_is_taken_at_once(port):
    with LocalCloud.start(SMALL, root=ROOT, clock=RealClock()) as cloud:
        ran = []
        cloud.on_run.append(lambda function, event, run: ran.append(cloud.clock.now()))
        running = Thread(target=cloud.advance, kwargs={"seconds": 1})
        running.start()

        client("sqs", port).send_message(
            QueueUrl=cloud.queue_url("PagesQueue"), MessageBody="acme", MessageGroupId="acme"
        )
        sent_at = cloud.clock.now()
        running.join()

        assert (ran[0] - sent_at).total_seconds() < 0.5
