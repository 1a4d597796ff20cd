"""Names, addresses and ARNs of resources, computed before anything exists."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where the stack would stand."""

    account: str = "123456789012"
    region: str = "eu-west-3"
    partition: str = "aws"
    stack: str = "vigie-local"

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


# (place, logical id, resolved properties) -> the text that Ref or Fn::GetAtt gives.
Named = Callable[[Place, str, Mapping[str, Any]], Any]


def by_property(prop: str, suffix: Callable[[Mapping[str, Any]], str] = lambda p: "") -> Named:
    def named(place: Place, logical_id: str, properties: Mapping[str, Any]) -> str:
        return str(properties.get(prop) or f"{place.stack}-{logical_id}{suffix(properties)}")

    return named


def arn_of(
    service: str, prefix: str, name: Named, *, suffix: str = "", region: bool = True
) -> Named:
    def arn(place: Place, logical_id: str, properties: Mapping[str, Any]) -> str:
        resource = f"{prefix}{name(place, logical_id, properties)}{suffix}"
        if region:
            return place.arn(service, resource)
        return f"arn:{place.partition}:{service}::{place.account}:{resource}"

    return arn


def queue_url(place: Place, logical_id: str, properties: Mapping[str, Any]) -> str:
    name = queue_name(place, logical_id, properties)
    return f"https://sqs.{place.region}.amazonaws.com/{place.account}/{name}"


def identifier(place: Place, logical_id: str, properties: Mapping[str, Any]) -> str:
    return logical_id.lower()


def key_id(place: Place, logical_id: str, properties: Mapping[str, Any]) -> str:
    # The shape of a key id, the same on every start.
    return f"00000000-0000-4000-8000-{sha256(logical_id.encode()).hexdigest()[:12]}"


queue_name = by_property("QueueName", lambda p: ".fifo" if p.get("FifoQueue") else "")
table_name = by_property("TableName")
topic_name = by_property("TopicName")
topic_arn = arn_of("sns", "", topic_name)
function_name = by_property("FunctionName")
function_arn = arn_of("lambda", "function:", function_name)
role_name = by_property("RoleName")
log_group_name = by_property("LogGroupName")
rule_name = by_property("Name")
alarm_name = by_property("AlarmName")
