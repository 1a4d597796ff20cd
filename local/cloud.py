"""Creates the stack's queues, tables, topics and parameters on moto, in this process."""

from collections.abc import Mapping
from typing import Any

import boto3

from local.intrinsics import TemplateError
from local.queues import FastQueue
from local.template import Resource, Stack

_QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DelaySeconds",
    "FifoQueue",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout",
)


def create(stack: Stack, session: boto3.Session) -> None:
    """Create everything that holds data. What only watches or allows stays in the stack."""
    _create_queues(stack, session.client("sqs"))
    for table in stack.of_type("AWS::DynamoDB::Table"):
        _create_table(table, session.client("dynamodb"))
    for topic in stack.of_type("AWS::SNS::Topic"):
        name = str(topic.arn).rsplit(":", 1)[-1]
        session.client("sns").create_topic(Name=name)
    for parameter in stack.of_type("AWS::SSM::Parameter"):
        properties = parameter.properties
        session.client("ssm").put_parameter(
            Name=properties["Name"], Type=properties["Type"], Value=str(properties["Value"])
        )


def _create_queues(stack: Stack, sqs: Any) -> None:
    queues = stack.of_type("AWS::SQS::Queue")
    for queue in queues:
        sqs.create_queue(QueueName=queue_name(queue), Attributes=_attributes(queue))
    for queue in queues:
        # After all were created: a dead-letter queue must exist before it is named.
        policy = queue.properties.get("RedrivePolicy")
        if policy:
            target = stack.by_arn(policy["deadLetterTargetArn"])
            if bool(target.properties.get("FifoQueue")) != bool(queue.properties.get("FifoQueue")):
                raise TemplateError(f"{queue.id}: its dead-letter queue is of the other kind")
            sqs.set_queue_attributes(
                QueueUrl=queue.ref, Attributes={"RedrivePolicy": _json(policy)}
            )


def queue_name(queue: Resource) -> str:
    return queue.ref.rsplit("/", 1)[-1]


def _attributes(queue: Resource) -> dict[str, str]:
    values = {}
    for name in _QUEUE_ATTRIBUTES:
        value = queue.properties.get(name)
        if value is not None and value is not False:
            values[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return values


def _json(policy: Mapping[str, Any]) -> str:
    import json

    return json.dumps(
        {
            "deadLetterTargetArn": policy["deadLetterTargetArn"],
            "maxReceiveCount": int(policy["maxReceiveCount"]),
        }
    )


def _create_table(table: Resource, dynamodb: Any) -> None:
    properties = table.properties
    if properties.get("BillingMode") != "PAY_PER_REQUEST":
        raise TemplateError(f"{table.id}: the local cloud knows PAY_PER_REQUEST tables only")
    optional = {
        name: properties[name] for name in ("GlobalSecondaryIndexes",) if name in properties
    }
    dynamodb.create_table(
        TableName=table.ref,
        AttributeDefinitions=properties["AttributeDefinitions"],
        KeySchema=properties["KeySchema"],
        BillingMode="PAY_PER_REQUEST",
        **optional,
    )
    expiry = properties.get("TimeToLiveSpecification")
    if expiry:
        dynamodb.update_time_to_live(
            TableName=table.ref,
            TimeToLiveSpecification={
                "Enabled": expiry["Enabled"],
                "AttributeName": expiry["AttributeName"],
            },
        )


def fast_queue(stack: Stack, queue: Resource) -> FastQueue:
    """The queue itself, past the API."""
    from moto.sqs.models import sqs_backends

    backend = sqs_backends[stack.place.account][stack.place.region]
    found = backend.queues[queue_name(queue)]
    assert isinstance(found, FastQueue)
    return found


def index_keys(stack: Stack) -> dict[str, frozenset[str]]:
    """Attributes that are keys of an index, by table name."""
    return {
        table.ref: frozenset(
            each["AttributeName"]
            for index in table.properties.get("GlobalSecondaryIndexes", [])
            for each in index["KeySchema"]
        )
        for table in stack.of_type("AWS::DynamoDB::Table")
    }
