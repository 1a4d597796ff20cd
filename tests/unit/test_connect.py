"""`python -m vigie.admin x …` against the stub of X, over HTTP."""

import json
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from local.fake_x import FakeX, Fault, credits_depleted
from local.fake_x_webhook import FakeWebhooks
from tests.builders import NOON, a_plan
from tests.tables import create_tables
from vigie.adapters.dynamodb.announcements import DynamoAnnouncements, DynamoConnection
from vigie.adapters.x import SetupX
from vigie.admin.__main__ import main
from vigie.domain.plan import Brand, plan_to_json
from vigie.domain.signature import signature
from vigie.services.connect import EVENTS, still_valid

URL = "https://vigie.example.org/x/webhook"
NEW = "https://desk.example.org/x/webhook"


class Stack:
    """A stack that answers challenges, with the right secret or another."""

    def __init__(self):
        self.secret = "local"

    def carry(self, method, url, headers, body):
        if method == "POST":
            return 200, b"{}"
        token = url.partition("crc_token=")[2].replace("%3D", "=")
        return 200, json.dumps({"response_token": signature(token.encode(), self.secret)}).encode()


@pytest.fixture
def x(monkeypatch, tmp_path):
    """X, a plan on disk, and `x.run(...)` for the command line."""
    monkeypatch.setenv("X_BEARER_TOKEN", "local")
    for name in ("BRANDS_TABLE", "WEBHOOK_URL", "X_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    stack = Stack()
    hooks = FakeWebhooks(transport=stack.carry)
    plan = a_plan(
        brands=(
            Brand(
                id="acme",
                name="Acme",
                handles=("acme",),
                x_ids=("1000000001",),
                queries=('"acme" outage',),
            ),
        )
    )
    path = tmp_path / "plan.json"
    path.write_text(plan_to_json(plan), encoding="utf-8")
    with FakeX(clock=hooks.clock, webhooks=hooks) as server:

        def run(*words):
            has_plan = words[0] in ("check", "subscribe")
            given = [*words, *(["--plan", str(path)] if has_plan else [])]
            return main(["x", *given, "--base-url", server.url])

        app = SetupX(lambda: "local", server.url)
        yield _X(hooks, stack, server, run, app)
        app.close()


class _X:
    def __init__(self, hooks, stack, server, run, app):
        self.hooks, self.stack, self.server, self.run = hooks, stack, server, run
        self.app = app

    @property
    def writes(self):
        return [call for call in self.hooks.calls if call[0] != "GET"]


@pytest.mark.parametrize(
    "words",
    [
        ["webhook", "register", "--url", URL],
        ["webhook", "status"],
        ["check"],
    ],
)
def test_without_apply_nothing_is_changed_and_nothing_spent(x, capsys, words):
    assert x.run(*words) == 0

    assert x.writes == []
    assert ("GET", "/2/users") not in x.hooks.calls
    assert capsys.readouterr().out


def test_a_webhook_is_registered_once(x, capsys):
    assert x.run("webhook", "register", "--url", URL, "--apply") == 0
    assert x.run("webhook", "register", "--url", URL, "--apply") == 0

    assert x.writes == [("POST", "/2/webhooks")]
    assert "valid" in capsys.readouterr().out


def test_one_that_is_no_longer_valid_is_challenged_again(x, capsys):
    x.run("webhook", "register", "--url", URL, "--apply")
    next(iter(x.hooks.hooks.values()))["valid"] = False

    assert x.run("webhook", "status") == 0
    assert "NOT valid" in capsys.readouterr().out
    assert x.run("webhook", "status", "--apply") == 0

    assert next(iter(x.hooks.hooks.values()))["valid"]


def test_another_address_is_replaced_only_when_that_is_said(x, capsys):
    x.run("webhook", "register", "--url", URL, "--apply")

    assert x.run("webhook", "register", "--url", NEW, "--apply") == 1
    assert "--replace" in capsys.readouterr().err
    assert x.run("webhook", "register", "--url", NEW, "--replace", "--apply") == 0

    assert [it["url"] for it in x.hooks.hooks.values()] == [NEW]


def test_x_s_own_reason_is_shown(x, capsys):
    x.stack.secret = "another"

    assert x.run("webhook", "register", "--url", URL, "--apply") == 1

    assert "CrcValidationFailed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "url", ["http://a.example/x", "https://a.example:8443/x", "https://" + "a" * 200]
)
def test_an_address_that_x_would_refuse_is_refused_here(x, url):
    assert x.run("webhook", "register", "--url", url) == 1
    assert x.hooks.calls == []


def test_every_event_of_every_account_is_subscribed_to_once(x, capsys):
    x.run("webhook", "register", "--url", URL, "--apply")

    assert x.run("subscribe", "--url", URL) == 0
    assert "1,000 mentions" in capsys.readouterr().out
    assert x.hooks.subscriptions == {}
    assert x.run("subscribe", "--url", URL, "--apply") == 0
    assert x.run("subscribe", "--apply") == 0

    found = sorted(it["event_type"] for it in x.hooks.subscriptions.values())
    assert found == sorted(EVENTS)
    assert len(x.writes) == 1 + len(EVENTS)


def test_a_subscription_to_another_webhook_is_moved_and_one_of_nobody_ended(x):
    x.run("webhook", "register", "--url", URL, "--apply")
    x.run("subscribe", "--apply")
    first, second = list(x.hooks.subscriptions.values())[:2]
    first["webhook_id"] = "1"
    second["filter"] = {"user_id": "55"}

    assert x.run("subscribe", "--apply") == 0

    hook_id = next(iter(x.hooks.hooks))
    assert {it["webhook_id"] for it in x.hooks.subscriptions.values()} == {hook_id}
    assert {it["filter"]["user_id"] for it in x.hooks.subscriptions.values()} == {"1000000001"}
    assert len(x.hooks.subscriptions) == len(EVENTS)


def test_what_others_subscribed_to_is_left_alone(x):
    x.run("webhook", "register", "--url", URL, "--apply")
    x.run("subscribe", "--apply")
    other = next(iter(x.hooks.subscriptions.values()))
    other |= {"filter": {"user_id": "55"}, "tag": "somebody else's"}

    x.run("subscribe", "--apply")

    assert other in x.hooks.subscriptions.values()


def test_subscribing_before_registering_says_so(x, capsys):
    assert x.run("subscribe", "--apply") == 1
    assert "register it first" in capsys.readouterr().err


def test_a_replay_is_asked_for_within_what_x_keeps(x, capsys):
    x.run("webhook", "register", "--url", URL, "--apply")

    assert x.run("replay", "--from", "6h") == 0
    assert "0.005" in capsys.readouterr().out
    assert x.run("replay", "--from", "6h", "--apply") == 0
    assert x.run("replay", "--from", "30h") == 1
    assert x.run("replay", "--from", "6h", "--to", "5m") == 1
    assert x.run("replay", "--from", "yesterday") == 1

    assert x.writes[1:] == [("POST", "/2/webhooks/replay")]


def test_the_check_names_what_is_wrong_and_what_it_costs(x, capsys):
    x.hooks.weekly = 7_000
    assert x.run("check") == 0
    said = capsys.readouterr().out
    assert "would cost about $0.015" in said
    assert "subscribe is still to be done" in said

    x.hooks.accounts["1000000001"] = "somebody"
    assert x.run("check", "--apply") == 0
    said = capsys.readouterr().out
    assert "is @somebody, which is not among the handles of acme" in said
    assert "about $15.00 a day" in said


def test_a_wrong_token_and_an_empty_account_are_told_apart(x, capsys):
    x.server.script(credits_depleted())
    assert x.run("check") == 1
    assert "credits are used up" in capsys.readouterr().err

    x.server.script(Fault(status=401, body={"title": "Unauthorized"}))
    assert x.run("check") == 1
    assert "bearer token" in capsys.readouterr().err


class InMemoryConnection:
    def __init__(self, checked_at=None):
        self.at = checked_at
        self.valid = None

    def save(self, webhook_id, url, *, valid, now):
        self.at, self.valid = now, valid

    def checked_at(self):
        return self.at


def test_a_webhook_that_nobody_registered_is_not_asked_for(x):
    assert still_valid(x.app, InMemoryConnection(), NOON) is None
    assert x.hooks.calls == []


def test_a_registered_webhook_is_looked_at_every_ten_minutes(x):
    x.run("webhook", "register", "--url", URL, "--apply")
    connection = InMemoryConnection(NOON)

    assert still_valid(x.app, connection, NOON + timedelta(minutes=9)) is None
    assert still_valid(x.app, connection, NOON + timedelta(minutes=10)) is True
    assert connection.at == NOON + timedelta(minutes=10)


def test_one_that_is_no_longer_valid_is_mended_where_that_is_possible(x):
    x.run("webhook", "register", "--url", URL, "--apply")
    hook = next(iter(x.hooks.hooks.values()))
    hook["valid"] = False
    connection = InMemoryConnection(NOON)

    x.stack.secret = "another"
    assert still_valid(x.app, connection, NOON + timedelta(minutes=10)) is False
    assert connection.valid is False
    x.stack.secret = "local"
    assert still_valid(x.app, connection, NOON + timedelta(minutes=20)) is True
    assert hook["valid"]


def test_a_webhook_that_is_gone_at_x_is_not_valid(x):
    connection = InMemoryConnection(NOON)

    assert still_valid(x.app, connection, NOON + timedelta(minutes=10)) is False
    assert still_valid(x.app, connection, NOON + timedelta(minutes=11)) is None


def test_with_the_table_the_webhook_is_noted_and_the_last_event_shown(x, capsys, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        create_tables(dynamodb)
        table = ["--table", "BrandsTable"]
        assert x.run("webhook", "register", "--url", URL, *table) == 0
        connection = DynamoConnection(dynamodb, "BrandsTable")
        assert connection.checked_at() is None
        assert x.run("webhook", "register", "--url", URL, "--apply", *table) == 0
        assert connection.checked_at() is not None

        assert x.run("check", *table) == 0
        assert "last event from X: none yet" in capsys.readouterr().out
        DynamoAnnouncements(dynamodb, "BrandsTable").heard(NOON)
        assert x.run("check", *table) == 0
        assert "last event from X: 2026-03-12T12:00:00.000Z" in capsys.readouterr().out
