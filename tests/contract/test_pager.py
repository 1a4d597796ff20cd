import json
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from tests.fakes import RecordingPager
from vigie.adapters.sns import PAGER_CONFIG, SnsPager
from vigie.domain.page import Message
from vigie.errors import Rejected, Unavailable


def a_message(mail="what, how grave, since when", **attributes):
    return Message(
        subject="[SEV2] acme: outage (inc-1)",
        sms="SEV2 acme: outage",
        mail=mail,
        data="{}",
        attributes={"audience": "duty-1", "channel": "sms"} | attributes,
    )


class Fake:
    def __init__(self):
        self.pager = RecordingPager()

    def go_out(self):
        self.pager.out = True


class OnSns:
    def __init__(self):
        self._client = boto3.client("sns", config=PAGER_CONFIG)
        self._topic = self._client.create_topic(Name="Alerts")["TopicArn"]
        self.pager = SnsPager(self._client, self._topic)

    def go_out(self):
        self._client.delete_topic(TopicArn=self._topic)


@pytest.fixture(params=[Fake, OnSns])
def world(request):
    with mock_aws():
        yield request.param()


def test_a_page_is_taken(world):
    assert world.pager.publish(a_message())


def test_a_page_that_may_not_have_been_taken_is_to_be_tried_again(world):
    world.go_out()

    with pytest.raises(Unavailable):
        world.pager.publish(a_message())


def test_an_attribute_without_a_value_does_not_cost_the_page(world):
    world.pager.publish(a_message(role=""))


def test_a_page_that_sns_will_never_take_is_rejected():
    with mock_aws(), pytest.raises(Rejected):
        OnSns().pager.publish(a_message(mail="x" * 300_000))


def test_an_https_address_gets_the_chat_message_where_there_is_one_and_queues_the_data():
    with mock_aws():
        topic = OnSns()
        sent = []
        topic._client.meta.events.register(
            "provide-client-params.sns.Publish", lambda params, **_: sent.append(params)
        )
        for chat in ("", '{"source":"custom"}'):
            topic.pager.publish(replace(a_message(), chat=chat))

    bodies = [json.loads(params["Message"]) for params in sent]
    assert [body["https"] for body in bodies] == ["{}", '{"source":"custom"}']
    assert [body["sqs"] for body in bodies] == ["{}", "{}"]
