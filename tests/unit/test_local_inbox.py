import json
from datetime import UTC, datetime

import pytest

from local.inbox import Inbox, Subscription, matches

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-3:123456789012:alerts"


def a_publication(**attributes):
    return {
        "TopicArn": TOPIC,
        "Subject": "A page",
        "MessageStructure": "json",
        "Message": json.dumps({"default": "short", "email": "a long text"}),
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value}
            for name, value in {"audience": "duty-1", "channel": "sms", **attributes}.items()
        },
    }


@pytest.mark.parametrize(
    ("policy", "passes"),
    [
        ({}, True),
        ({"brand": ["acme"]}, True),
        ({"brand": ["other", "acme"]}, True),
        ({"brand": ["other"]}, False),
        ({"brand": [{"prefix": "ac"}]}, True),
        ({"brand": [{"suffix": "me"}]}, True),
        ({"brand": [{"equals-ignore-case": "ACME"}]}, True),
        ({"brand": [{"anything-but": ["acme"]}]}, False),
        ({"brand": [{"anything-but": "other"}]}, True),
        ({"brand": [{"anything-but": {"prefix": "ac"}}]}, False),
        ({"brand": [{"exists": True}]}, True),
        ({"brand": [{"exists": False}]}, False),
        ({"nothing": [{"exists": False}]}, True),
        ({"nothing": ["acme"]}, False),
        ({"reach": [{"numeric": [">", 100, "<=", 200]}]}, True),
        ({"reach": [{"numeric": ["<", 200]}]}, False),
        ({"reach": [200]}, True),
        ({"channels": ["mail"]}, True),
        ({"channels": ["phone"]}, False),
        ({"brand": ["acme"], "reach": [{"numeric": ["=", 1]}]}, False),
        ({"$or": [{"brand": ["other"]}, {"reach": [200]}]}, True),
    ],
)
def test_filter_policies_pass_what_sns_passes(policy, passes):
    attributes = {"brand": "acme", "reach": 200.0, "channels": ["sms", "mail"]}

    assert matches(policy, attributes) is passes


def test_a_filter_that_is_not_known_is_an_error():
    with pytest.raises(ValueError, match="wildcard"):
        matches({"brand": [{"wildcard": "a*"}]}, {"brand": "acme"})


def test_each_channel_gets_the_text_that_is_meant_for_it():
    inbox = Inbox()
    inbox.subscribe_person(TOPIC, "duty-1", "sms")
    inbox.subscribe_person(TOPIC, "duty-1", "mail")

    inbox.publish(NOON, TOPIC, a_publication(channel="sms"))
    inbox.publish(NOON, TOPIC, a_publication(channel="mail"))

    assert [(each.protocol, each.text) for each in inbox.deliveries] == [
        ("sms", "short"),
        ("email", "a long text"),
    ]


def test_a_subscription_without_a_filter_gets_everything_of_its_topic():
    inbox = Inbox()
    inbox.subscribe(Subscription(topic_arn=TOPIC, protocol="email"))

    inbox.publish(NOON, TOPIC, a_publication())
    inbox.publish(NOON, TOPIC + "-other", a_publication())

    (delivery,) = inbox.deliveries
    assert (delivery.audience, delivery.channel, delivery.subject) == ("duty-1", "sms", "A page")


def test_what_nobody_hears_is_kept_apart():
    inbox = Inbox()
    inbox.subscribe_person(TOPIC, "duty-1", "sms")

    inbox.publish(NOON, TOPIC, a_publication(audience="duty-2"))

    assert inbox.deliveries == []
    assert len(inbox.unheard) == 1
