"""What each phone, mailbox and webhook would get: SNS subscriptions and their filters."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PROTOCOL_OF_CHANNEL = {
    "sms": "sms",
    "mail": "email",
    "email": "email",
    "webhook": "https",
    "chat": "https",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message as it arrived. `text` is the body meant for the protocol."""

    at: datetime
    topic: str
    protocol: str
    audience: str
    channel: str
    incident_id: str
    type: str
    subject: str
    text: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who listens: an address on a topic, with the filter that AWS would apply."""

    topic_arn: str
    protocol: str
    audience: str = ""
    channel: str = ""
    filter_policy: Mapping[str, Any] = field(default_factory=dict)


class Inbox:
    """Keeps deliveries in the order in which they were published."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.unheard: list[Mapping[str, Any]] = []
        self._subscriptions: list[Subscription] = []

    def subscribe(self, subscription: Subscription) -> None:
        self._subscriptions.append(subscription)

    def subscribe_person(self, topic_arn: str, audience: str, channel: str) -> None:
        """Subscribe one channel of one person, as the deployment guide tells people to do."""
        self.subscribe(
            Subscription(
                topic_arn=topic_arn,
                protocol=PROTOCOL_OF_CHANNEL.get(channel, channel),
                audience=audience,
                channel=channel,
                filter_policy={"audience": [audience], "channel": [channel]},
            )
        )

    def publish(self, at: datetime, topic_arn: str, params: Mapping[str, Any]) -> None:
        """Deliver one publication to every subscription whose filter lets it through."""
        attributes = {
            name: _plain(value) for name, value in params.get("MessageAttributes", {}).items()
        }
        heard = False
        for subscription in self._subscriptions:
            if subscription.topic_arn != topic_arn:
                continue
            if not matches(subscription.filter_policy, attributes):
                continue
            heard = True
            self.deliveries.append(
                Delivery(
                    at=at,
                    topic=topic_arn.rsplit(":", 1)[-1],
                    protocol=subscription.protocol,
                    audience=subscription.audience or _text(attributes.get("audience")),
                    channel=subscription.channel or _text(attributes.get("channel")),
                    incident_id=_text(attributes.get("incident")),
                    type=_text(attributes.get("type")),
                    subject=params.get("Subject", ""),
                    text=_body(params, subscription.protocol),
                    attributes=attributes,
                )
            )
        if not heard:
            self.unheard.append({"at": at, "topic": topic_arn, "attributes": attributes})


def _body(params: Mapping[str, Any], protocol: str) -> str:
    if params.get("MessageStructure") != "json":
        return str(params["Message"])
    bodies = json.loads(params["Message"])
    return str(bodies.get(protocol, bodies["default"]))


def _plain(value: Mapping[str, Any]) -> Any:
    kind = value["DataType"]
    if kind == "String.Array":
        return json.loads(value["StringValue"])
    if kind.startswith("Number"):
        return float(value["StringValue"])
    return value.get("StringValue", value.get("BinaryValue"))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def matches(policy: Mapping[str, Any], attributes: Mapping[str, Any]) -> bool:
    """Whether SNS would let a message with these attributes through this filter policy.

    https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html
    """
    for name, conditions in policy.items():
        if name == "$or":
            if not any(matches(branch, attributes) for branch in conditions):
                return False
        elif not any(_holds(condition, attributes, name) for condition in conditions):
            return False
    return True


def _holds(condition: Any, attributes: Mapping[str, Any], name: str) -> bool:
    if isinstance(condition, dict) and "exists" in condition:
        return (name in attributes) is condition["exists"]
    if name not in attributes:
        return False
    value = attributes[name]
    values = value if isinstance(value, list) else [value]
    if isinstance(condition, dict) and "anything-but" in condition:
        # Of an array, one value that is not excluded is enough.
        return any(not _excluded(condition["anything-but"], each) for each in values)
    return any(_fits(condition, each) for each in values)


def _excluded(excluded: Any, value: Any) -> bool:
    each = excluded if isinstance(excluded, list) else [excluded]
    return any(_fits(one, value) for one in each)


def _fits(condition: Any, value: Any) -> bool:
    if not isinstance(condition, dict):
        return bool(condition == value and isinstance(condition, bool) == isinstance(value, bool))
    (operator, wanted), *more = condition.items()
    if more:
        raise ValueError(f"a filter condition has one operator: {condition}")
    if operator == "numeric":
        return isinstance(value, float | int) and _in_range(wanted, value)
    text = str(value)
    if operator == "prefix":
        return text.startswith(wanted)
    if operator == "suffix":
        return text.endswith(wanted)
    if operator == "equals-ignore-case":
        return text.lower() == wanted.lower()
    raise ValueError(f"the local cloud does not know the filter operator {operator}")


def _in_range(wanted: list[Any], value: float) -> bool:
    compare = {
        "=": lambda bound: value == bound,
        "<": lambda bound: value < bound,
        "<=": lambda bound: value <= bound,
        ">": lambda bound: value > bound,
        ">=": lambda bound: value >= bound,
    }
    pairs = zip(wanted[::2], wanted[1::2], strict=True)
    return all(compare[operator](bound) for operator, bound in pairs)
