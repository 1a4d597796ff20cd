import json

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from tests.builders import DUTY, LEAD, NOON
from tests.contact_fakes import InMemoryRosters, InMemorySubscriptions
from vigie.adapters.dynamodb.rosters import DynamoRosters
from vigie.adapters.sns import SnsPager
from vigie.adapters.sns_subscriptions import UNHURRIED, SnsSubscriptions, SnsTextMessaging
from vigie.domain.contacts import Expected, Roster, Wanted, mark_of, wanted_of
from vigie.domain.trial import trial
from vigie.errors import Conflict, NotFound, Rejected, Unavailable

PHONE = Wanted(protocol="sms", endpoint="+33600000012", channel="sms", people=("duty-1",))
MAIL = Wanted(protocol="email", endpoint="d@example.org", channel="mail", people=("duty-1",))
HOOK = Wanted(protocol="https", endpoint="https://example.org/h", channel="webhook", people=("a",))


class OnSns:
    def __init__(self):
        self.client = boto3.client("sns", config=UNHURRIED)
        self.topic = self.client.create_topic(Name="Alerts")["TopicArn"]
        self.subscriptions = SnsSubscriptions(self.client, self.topic)


class Fake:
    def __init__(self):
        self.subscriptions = InMemorySubscriptions()


@pytest.fixture(params=[Fake, OnSns])
def subscriptions(request):
    with mock_aws():
        yield request.param().subscriptions


def test_who_is_subscribed_has_their_filter_from_the_first_message_on(subscriptions):
    arn = subscriptions.subscribe(PHONE)

    (one,) = subscriptions.all(None)
    assert (one.arn, one.protocol, one.endpoint) == (arn, "sms", "+33600000012")
    assert one.policy == {"audience": ["duty-1"], "channel": ["sms"]}
    assert one.owned
    assert not one.pending


def test_subscribing_again_makes_no_second_subscription(subscriptions):
    assert subscriptions.subscribe(PHONE) == subscriptions.subscribe(PHONE)

    assert len(subscriptions.listed()) == 1


def test_a_filter_is_changed_in_place(subscriptions):
    arn = subscriptions.subscribe(PHONE)

    both = Wanted(protocol="sms", endpoint=PHONE.endpoint, channel="sms", people=("a", "b"))
    subscriptions.refilter(arn, both)

    (one,) = subscriptions.all(None)
    assert one.policy == {"audience": ["a", "b"], "channel": ["sms"]}


def test_unsubscribing_twice_is_as_good_as_once(subscriptions):
    arn = subscriptions.subscribe(PHONE)

    subscriptions.unsubscribe(arn)
    subscriptions.unsubscribe(arn)

    assert subscriptions.listed() == ()


@pytest.fixture
def sns():
    with mock_aws():
        yield OnSns()


def test_lists_of_many_pages_are_read_to_their_end(sns):
    for number in range(120):
        sns.subscriptions.subscribe(
            Wanted(protocol="sms", endpoint=f"+336000{number:05}", channel="sms", people=("a",))
        )

    assert len({one.endpoint for one in sns.subscriptions.listed()}) == 120


def test_what_was_made_by_hand_is_not_ours(sns):
    for endpoint, attributes in (
        ("+33600000001", {}),
        ("+33600000002", {"FilterPolicy": json.dumps({"severity": ["sev1"]})}),
        ("+33600000003", {"FilterPolicy": json.dumps({"audience": ["a"], "brand": ["b"]})}),
        (
            "+33600000004",
            {
                "FilterPolicy": json.dumps({"audience": ["a"], "channel": ["sms"]}),
                "FilterPolicyScope": "MessageBody",
            },
        ),
        (
            "+33600000005",
            {"FilterPolicy": json.dumps({"audience": [{"prefix": "a"}], "channel": ["sms"]})},
        ),
    ):
        sns.client.subscribe(
            TopicArn=sns.topic, Protocol="sms", Endpoint=endpoint, Attributes=attributes
        )

    assert [one.owned for one in sns.subscriptions.all(None)] == [False] * 5


def test_a_webhook_that_somebody_set_to_raw_is_seen_and_mended(sns):
    arn = sns.subscriptions.subscribe(HOOK)
    sns.client.set_subscription_attributes(
        SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="true"
    )
    (one,) = sns.subscriptions.all(None)
    assert one.raw

    sns.subscriptions.refilter(arn, HOOK)

    (one,) = sns.subscriptions.all(None)
    assert not one.raw


def test_an_address_that_sns_refuses_is_not_repeated_in_the_reason(sns):
    wrong = Wanted(protocol="sms", endpoint="+3360000-.-12", channel="sms", people=("a",))

    with pytest.raises(Rejected) as caught:
        sns.subscriptions.subscribe(wrong)

    assert "3360000" not in str(caught.value)
    assert "InvalidParameter" in str(caught.value)


def test_a_topic_that_is_not_there_is_told(sns):
    sns.client.delete_topic(TopicArn=sns.topic)

    with pytest.raises(NotFound):
        sns.subscriptions.listed()


def test_through_sns_each_gets_their_own_pages_of_their_own_channel_and_no_others(sns):
    sqs = boto3.client("sqs")
    contacts = {
        "duty-1": {"sms": "+33600000012", "chat": "https://example.org/chat"},
        "lead-1": {"sms": "+33600000034", "chat": "https://example.org/chat"},
    }
    wanted, _ = wanted_of(contacts)
    queues = {}
    for number, one in enumerate(wanted):  # a queue in each one's place, with its filter
        queues[one.endpoint] = sqs.create_queue(QueueName=f"q{number}")["QueueUrl"]
        sns.client.subscribe(
            TopicArn=sns.topic,
            Protocol="sqs",
            Endpoint=f"arn:aws:sqs:eu-west-3:123456789012:q{number}",
            Attributes={"FilterPolicy": json.dumps(one.policy)},
        )
    pager = SnsPager(sns.client, sns.topic)

    for person in (DUTY, LEAD):
        for channel in ("sms", "mail", "chat"):
            pager.publish(trial(person, channel, NOON))

    got = {}
    for endpoint, url in queues.items():
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        envelopes = [json.loads(message["Body"]) for message in answer.get("Messages", [])]
        got[endpoint] = sorted(
            (e["MessageAttributes"]["audience"]["Value"], json.loads(e["Message"])["channel"])
            for e in envelopes
        )
        types = {"AWS.SNS.SMS.SMSType" in e["MessageAttributes"] for e in envelopes}
        assert types == {endpoint.startswith("+")}
    assert got == {
        "+33600000012": [("duty-1", "sms")],
        "+33600000034": [("lead-1", "sms")],
        "https://example.org/chat": [("duty-1", "chat"), ("lead-1", "chat")],
    }


# moto confirms everything at once and knows no tokens and no sandbox: these answers are from the
# API reference.


@pytest.fixture
def told():
    client = boto3.client("sns", config=UNHURRIED)
    with Stubber(client) as stub:
        yield (
            stub,
            SnsSubscriptions(client, "arn:topic", pauses=(0, 0)),
            SnsTextMessaging(client, "arn:topic"),
        )


def test_one_that_waits_is_read_through_the_arn_that_we_kept(told):
    stub, subscriptions, _ = told
    roster = a_roster()
    listed = {
        "SubscriptionArn": "PendingConfirmation",
        "Protocol": "email",
        "Endpoint": "d@example.org",
        "Owner": "1",
        "TopicArn": "arn:topic",
    }
    attributes = {
        "PendingConfirmation": "true",
        "FilterPolicy": json.dumps(MAIL.policy),
        "Endpoint": "d@example.org",
    }
    stub.add_response(
        "list_subscriptions_by_topic",
        {"Subscriptions": [listed, listed | {"Endpoint": "stranger@example.org"}]},
    )
    stub.add_response(
        "get_subscription_attributes", {"Attributes": attributes}, {"SubscriptionArn": "arn:mail"}
    )

    ours, stranger = subscriptions.all(roster)

    assert (ours.arn, ours.pending, ours.known, ours.owned) == ("arn:mail", True, True, True)
    assert (stranger.arn, stranger.pending, stranger.known) == ("", True, False)


def test_one_that_was_removed_meanwhile_does_not_stop_the_reading(told):
    stub, subscriptions, _ = told
    listed = {"SubscriptionArn": "arn:1", "Protocol": "sms", "Endpoint": "+33600000012"}
    stub.add_response("list_subscriptions_by_topic", {"Subscriptions": [listed]})
    stub.add_client_error("get_subscription_attributes", "NotFound")

    (one,) = subscriptions.all(None)

    assert not one.known


def test_confirming_asks_that_only_the_account_can_unsubscribe(told):
    stub, subscriptions, _ = told
    stub.add_response(
        "confirm_subscription",
        {"SubscriptionArn": "arn:1"},
        {"TopicArn": "arn:topic", "Token": "abc", "AuthenticateOnUnsubscribe": "true"},
    )

    assert subscriptions.confirm("abc") == "arn:1"


def test_sns_that_throttles_is_asked_again_after_a_pause(told):
    stub, subscriptions, _ = told
    stub.add_client_error("list_subscriptions_by_topic", "Throttled")
    stub.add_response("list_subscriptions_by_topic", {"Subscriptions": []})

    assert subscriptions.listed() == ()


def test_sns_that_goes_on_throttling_may_be_asked_again_later(told):
    stub, subscriptions, _ = told
    for _ in range(3):
        stub.add_client_error("list_subscriptions_by_topic", "Throttled")

    with pytest.raises(Unavailable, match="Throttled"):
        subscriptions.listed()


def test_the_sandbox_tells_its_verified_numbers(told):
    stub, _, texts = told
    stub.add_response("get_sms_sandbox_account_status", {"IsInSandbox": True})
    numbers = [
        {"PhoneNumber": "+33600000012", "Status": "Verified"},
        {"PhoneNumber": "+33600000013", "Status": "Pending"},
    ]
    stub.add_response("list_sms_sandbox_phone_numbers", {"PhoneNumbers": numbers, "NextToken": "n"})
    stub.add_response("list_sms_sandbox_phone_numbers", {"PhoneNumbers": []}, {"NextToken": "n"})

    assert texts.in_sandbox() is True
    assert texts.verified() == {"+33600000012"}


def test_what_sns_may_not_tell_us_is_unknown(told):
    stub, _, texts = told
    for operation in (
        "get_sms_sandbox_account_status",
        "list_sms_sandbox_phone_numbers",
        "get_sms_attributes",
        "check_if_phone_number_is_opted_out",
        "get_topic_attributes",
    ):
        stub.add_client_error(operation, "AuthorizationError")

    assert texts.in_sandbox() is None
    assert texts.verified() is None
    assert texts.settings() is None
    assert texts.opted_out("+33600000012") is None
    assert texts.topic() is None


def test_settings_and_refusals_are_read(sns):
    texts = SnsTextMessaging(sns.client, sns.topic)
    sns.client.set_sms_attributes(attributes={"MonthlySpendLimit": "20"})

    assert texts.settings()["MonthlySpendLimit"] == "20"
    assert texts.opted_out("+33600000099") is True  # moto: numbers that end in 99 have
    assert texts.opted_out("+33600000012") is False
    assert texts.topic()["TopicArn"] == sns.topic


def a_roster(**changes):
    mark = Roster(topic="arn:topic", salt="s")
    values = {"topic": "arn:topic", "salt": "s", "entries": (an_entry(mark),)} | changes
    return Roster(**values)


def an_entry(roster, wanted=MAIL, **changes):
    values = {
        "people": wanted.people,
        "channel": wanted.channel,
        "protocol": wanted.protocol,
        "mark": mark_of(roster.salt, wanted.protocol, wanted.endpoint),
        "arn": "arn:mail",
        "since": NOON,
    } | changes
    return Expected(**values)


@pytest.fixture(params=["fake", "dynamodb"])
def rosters(request):
    if request.param == "fake":
        return InMemoryRosters()
    return DynamoRosters(request.getfixturevalue("dynamodb"), "BrandsTable")


def test_a_roster_is_kept_and_read_back(rosters):
    assert rosters.load() is None
    saved = rosters.save(a_roster())

    again = rosters.save(
        Roster(
            topic="arn:topic",
            salt="s",
            revision=saved.revision,
            entries=(an_entry(saved, confirmed_at=NOON, arn=""), an_entry(saved, HOOK)),
        )
    )

    assert saved.revision == 1
    assert rosters.load() == again


def test_of_two_who_sync_at_once_one_is_told(rosters):
    saved = rosters.save(a_roster())
    rosters.save(saved)

    with pytest.raises(Conflict):
        rosters.save(saved)


def test_no_address_is_kept(dynamodb):
    DynamoRosters(dynamodb, "BrandsTable").save(a_roster())

    kept = dynamodb.scan(TableName="BrandsTable")["Items"]
    assert "example.org" not in json.dumps(kept)
