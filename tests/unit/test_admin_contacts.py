"""`contacts` from the command line to SNS (moto) and back."""

import boto3
import pytest
from moto import mock_aws

from tests.tables import create_tables
from vigie.adapters.sns_subscriptions import SnsTextMessaging
from vigie.admin.__main__ import main

CONTACTS = """\
duty-1: {sms: "+33600000012", mail: duty-1@example.org, webhook: "https://example.org/hooks/d"}
lead-1: {sms: "+33600000034", mail: lead-1@example.org}
"""
SECRETS = ("600000", "duty-1@", "lead-1@", "/hooks")


class Aws:
    def __init__(self, folder):
        create_tables(boto3.client("dynamodb"))
        self.sns = boto3.client("sns")
        self.topic = self.sns.create_topic(Name="Alerts")["TopicArn"]
        self.file = folder / "contacts.yaml"
        self.write(CONTACTS)

    def write(self, text):
        self.file.write_text(text, encoding="utf-8")

    def run(self, *arguments):
        given = ["contacts", *arguments, "--topic-arn", self.topic]
        if arguments[0] != "confirm":
            given += ["--table", "BrandsTable"]
        if arguments[0] == "sync":
            given += ["--contacts", str(self.file)]
        return main(given)

    def endpoints(self):
        answer = self.sns.list_subscriptions_by_topic(TopicArn=self.topic)
        return sorted(one["Endpoint"] for one in answer["Subscriptions"])


@pytest.fixture
def aws(tmp_path, monkeypatch):
    # moto knows no sandbox; what AWS refuses looks like this.
    def refused(self, operation, **values):
        try:
            return real(self, operation, **values)
        except NotImplementedError:
            return None

    real = SnsTextMessaging._asked
    monkeypatch.setattr(SnsTextMessaging, "_asked", refused)
    with mock_aws():
        yield Aws(tmp_path)


def test_without_apply_nothing_is_done_and_no_address_is_shown(aws, capsys):
    assert aws.run("sync") == 0

    out = capsys.readouterr().out
    assert aws.endpoints() == []
    assert "duty-1 sms +33•••••12: would subscribe" in out
    assert "5 to make, 0 to change, 0 to remove; nothing was done" in out
    assert not [secret for secret in SECRETS if secret in out]


def test_with_apply_sns_follows_the_file(aws, capsys):
    assert aws.run("sync", "--apply") == 0
    out = capsys.readouterr().out
    assert "15 minutes" in out
    assert "48 hours" in out
    assert len(aws.endpoints()) == 5

    aws.write('duty-1: {sms: "+33600000012", mail: new@example.org}\n')
    assert aws.run("sync", "--apply") == 0

    assert aws.endpoints() == ["+33600000012", "new@example.org"]
    out = capsys.readouterr().out
    assert "lead-1 sms +33•••••34: unsubscribe" in out
    assert "1 to make, 0 to change, 4 to remove, 0 of them not done" in out
    assert not [secret for secret in SECRETS if secret in out]


def test_a_file_that_the_plan_does_not_match_stops_it(aws, capsys):
    assert aws.run("sync", "--apply", "--plan", "layers/plan/plan.yaml") == 1

    assert "director-1" in capsys.readouterr().err
    assert aws.endpoints() == []


def test_a_wrong_file_is_told(aws, capsys):
    for text in ("", "- a", 'duty-1: {sms: "0600"}', "duty-1: {fax: x}"):
        aws.write(text)

        assert aws.run("sync") == 1
        assert "Mend:" in capsys.readouterr().err


def test_a_number_that_cannot_be_is_named_on_its_line(aws, capsys):
    aws.write('duty-1: {sms: "+33600000099", mail: duty-1@example.org}\n')

    assert aws.run("sync", "--apply") == 1

    out = capsys.readouterr().out
    assert "duty-1 sms +33•••••99: NOT DONE: the number answered STOP" in out
    assert aws.endpoints() == ["duty-1@example.org"]


def test_status_audit_and_a_test_page_end_to_end(aws, capsys):
    assert aws.run("status") == 1
    assert "contacts sync" in capsys.readouterr().err
    aws.run("sync", "--apply")
    capsys.readouterr()

    assert aws.run("audit") == 0
    assert "5 expected, 0 gone" in capsys.readouterr().out
    assert aws.run("status") == 0
    out = capsys.readouterr().out
    assert "duty-1" in out
    assert "confirmed (first seen " in out
    assert not [secret for secret in SECRETS if secret in out]

    assert aws.run("test", "--person", "lead-1") == 0
    assert "2 test page(s); nothing was done" in capsys.readouterr().out
    assert aws.run("test", "--person", "lead-1", "--apply") == 0
    out = capsys.readouterr().out
    assert "lead-1 mail: taken by SNS as " in out
    assert "delivery unknown" in out

    arn = next(
        one["SubscriptionArn"]
        for one in aws.sns.list_subscriptions_by_topic(TopicArn=aws.topic)["Subscriptions"]
        if one["Endpoint"] == "lead-1@example.org"
    )
    aws.sns.unsubscribe(SubscriptionArn=arn)
    assert aws.run("audit") == 1
    assert "lead-1 mail: GONE" in capsys.readouterr().out
    assert aws.run("status") == 1
    assert "GONE" in capsys.readouterr().out


def test_readiness_says_what_is_to_be_mended_and_what_is_unknown(aws, capsys):
    aws.sns.set_sms_attributes(attributes={"MonthlySpendLimit": "1"})
    aws.run("sync", "--apply")
    capsys.readouterr()

    assert aws.run("readiness") == 1

    out = capsys.readouterr().out
    assert "unknown  SMS sandbox: SNS did not say" in out
    assert "MEND     SMS spending limit: 1 USD a month" in out
    assert "ready    no number has answered STOP" in out
    assert "ready    everybody is reached by two ways or more" in out


def test_a_token_confirms(aws, capsys):
    assert aws.run("confirm", "--token", "2336412f37fb687f5d51e6e2425ba1f2") == 0
    assert "confirmed: arn:aws:sns" in capsys.readouterr().out
    assert aws.run("confirm", "--token", "https://example.org/") == 1


def test_a_topic_that_is_wrong_or_cannot_be_listed_is_told(aws, capsys):
    aws.run("sync", "--apply")
    aws.sns.delete_topic(TopicArn=aws.topic)

    assert aws.run("audit") == 1
    assert "may this role list the topic" in capsys.readouterr().err

    aws.topic = "Alerts"
    assert aws.run("audit") == 1
    assert "AlertsTopicArn" in capsys.readouterr().err
