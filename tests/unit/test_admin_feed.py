import json
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from tests.builders import NOON, a_plan
from tests.fakes import InMemoryDeadLetters, InMemoryLedger, RecordingQueue
from tests.tables import create_tables
from tests.x_stream import ACME, danger, every, ids
from vigie.admin.__main__ import main
from vigie.admin.feed import fed, resumed, shown
from vigie.domain.budget import Stop
from vigie.domain.plan import plan_to_json
from vigie.errors import Unavailable
from vigie.messages import decode_mentions
from vigie.services.ingest import Intake

MINUTE = timedelta(minutes=1)


@pytest.fixture
def posts():
    return every(timedelta(seconds=1), 250, start=NOON)


def lines(posts):
    return [json.dumps({"data": post.raw}).encode() + b"\n" for post in posts]


@pytest.fixture
def stack(tmp_path, monkeypatch, posts):
    plan, file = tmp_path / "plan.json", tmp_path / "posts.jsonl"
    plan.write_text(plan_to_json(a_plan(brands=(ACME,))), encoding="utf-8")
    file.write_bytes(b"".join(lines(posts)) + b"no json\n")
    with mock_aws():
        sqs = boto3.client("sqs", region_name="eu-west-3")
        create_tables(boto3.client("dynamodb", region_name="eu-west-3"))
        urls = {
            name: sqs.create_queue(QueueName=name)["QueueUrl"]
            for name in ("MENTIONS_QUEUE_URL", "URGENT_QUEUE_URL", "MENTIONS_DEAD_LETTERS_URL")
        }
        for name, url in urls.items():
            monkeypatch.setenv(name, url)
        yield sqs, urls, ["ingest", str(file), "--plan", str(plan)]


def depth(sqs, url):
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def test_a_file_goes_into_the_queues_of_the_stack(stack, capsys):
    sqs, urls, command = stack

    assert main(command) == 0

    assert "251 line(s): 251 post(s), 250 mention(s) queued" in capsys.readouterr().out
    assert depth(sqs, urls["MENTIONS_QUEUE_URL"]) >= 10
    assert depth(sqs, urls["MENTIONS_DEAD_LETTERS_URL"]) == 1


def test_a_dry_run_queues_nothing(stack, capsys):
    sqs, urls, command = stack

    assert main([*command, "--dry-run"]) == 0

    assert "250 mention(s) would be queued" in capsys.readouterr().out
    assert [depth(sqs, url) for url in urls.values()] == [0, 0, 0]


@pytest.mark.parametrize(
    ("changes", "says"),
    [(["--brand", "bolt"], "the plan has acme"), (["--plan", "/nowhere.json"], "/nowhere.json")],
)
def test_what_cannot_be_used_is_said(stack, capsys, changes, says):
    _, _, command = stack

    assert main([*command, *changes]) == 1
    assert says in capsys.readouterr().err


def test_a_queue_that_refuses_says_from_which_line_to_go_on(posts):
    mentions = RecordingQueue()
    intake = Intake(
        mentions=mentions,
        urgent=RecordingQueue(),
        dead_letters=InMemoryDeadLetters(),
        trips=danger,
    )
    send = mentions.send
    mentions.send = lambda out: send(out) if len(mentions.sent) < 4 else (0,)

    with pytest.raises(Unavailable, match="go on with --from 100"):
        fed(lines(posts), [ACME], None, intake, 0, lambda: NOON)
    mentions.send = send
    counts, line = fed(lines(posts), [ACME], None, intake, 100, lambda: NOON)

    queued = [int(m.post_id) for b in mentions.bodies for m in decode_mentions(b).mentions]
    assert sorted(queued) == ids(posts)
    assert (counts.accepted, line) == (150, 250)


def test_money_is_shown_by_day_and_source_with_a_stop_on_top():
    ledger = InMemoryLedger()
    ledger.add(NOON.date(), "acme/mentions:1", 1.25)
    ledger.stop(Stop(until=NOON + MINUTE, why="402"))

    assert shown(ledger, NOON, 2) == [
        "stopped until 2026-03-12T12:01:00.000Z: 402",
        "2026-03-12  $1.25",
        "  $    1.25  acme/mentions:1",
        "2026-03-11  $0.00",
    ]


def test_a_stop_can_be_lifted_once():
    ledger = InMemoryLedger()
    ledger.stop(Stop(until=NOON + MINUTE, why="402"))

    assert resumed(ledger, NOON) == "the next poll asks X again"
    assert ledger.stopped().until == NOON
    assert resumed(ledger, NOON) == "nothing is stopped"


def test_money_of_the_stack_is_read_from_its_table(stack, capsys):
    assert main(["money", "show", "--table", "BrandsTable", "--days", "1"]) == 0
    assert main(["money", "resume", "--table", "BrandsTable"]) == 0
    assert "$0.00" in capsys.readouterr().out
