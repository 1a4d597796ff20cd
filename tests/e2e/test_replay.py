import json

import pytest

from local import demo
from local.__main__ import main
from local.replay import open_stream, replayed
from local.report import is_sound, report_of
from local.snapshot import Snapshot
from local.summary import summary
from tests.builders import NOON
from tests.e2e.posts import DANGER, OUTAGE, a_page, a_post


def a_report(lines, **options):
    with replayed([line.encode() for line in lines], **options) as replay:
        return report_of(replay, Snapshot(replay.cloud))


def demo_report():
    with (
        open_stream(str(demo.STREAM)) as source,
        replayed(source, patience=demo.Duty()) as replay,
    ):
        return report_of(replay, Snapshot(replay.cloud))


@pytest.fixture(scope="module")
def twice():
    return demo_report(), demo_report()


def test_a_replay_gives_the_same_report_each_time(twice):
    first, second = ({k: v for k, v in r.items() if k != "wall_seconds"} for r in twice)

    assert first == second


def test_the_demo_adds_up_and_tells_its_story(twice):
    report = twice[0]
    counts = report["mentions"]

    assert is_sound(report)
    assert counts["received"] == 600
    assert counts["received"] == sum(
        counts[name] for name in ("accepted", "duplicates", "own", "rejected", "unmatched")
    )
    assert sum(report["mentions_by_urgency"].values()) == counts["accepted"]
    assert counts["rejected"] == counts["dead_letters"] == 3
    assert {letter["field"] for letter in report["rejected"]} == {"id", "text", "author_id"}
    outage = max(report["incidents"], key=lambda i: i["mention_count"])
    assert outage["kind"] == "outage"
    assert outage["mention_count"] == len(outage["mention_ids"])
    danger = [i for i in report["incidents"] if i["by_urgency"].get("critical")]
    assert danger
    assert 2 in {page["step"] for page in report["pages"]}


def test_the_summary_says_what_a_newcomer_needs(twice):
    text = summary(twice[0])

    for words in ("600 received", "first post", "detected", "paged", "acknowledged", "PAGES"):
        assert words in text


def test_a_lost_mention_is_unaccounted_for():
    lines = [a_page(a_post(NOON, OUTAGE)), a_page(a_post(NOON, OUTAGE))]
    with replayed([line.encode() for line in lines]) as replay:
        table = replay.cloud.table("MentionsTable")
        client = replay.cloud.client("dynamodb")
        key = client.scan(TableName=table)["Items"][0]["pk"]
        client.delete_item(TableName=table, Key={"pk": key})
        report = report_of(replay, Snapshot(replay.cloud))

    assert report["mentions"]["unaccounted"] == 1
    assert not is_sound(report)


def test_only_a_replay_in_real_time_reports_latencies():
    lines = [a_page(a_post(NOON, DANGER))]

    assert a_report(lines)["latency_ms"]["mention_to_page"] is None


def test_the_command_writes_its_report(tmp_path, capsys):
    stream, out = tmp_path / "s.jsonl", tmp_path / "out.json"
    stream.write_text(a_page(a_post(NOON, DANGER)) + "\n{not json\n", encoding="utf-8")

    status = main(["replay", str(stream), "--report", str(out), "--acknowledge-after", "2m"])

    report = json.loads(out.read_text(encoding="utf-8"))
    assert status == 0
    assert report["incidents"][0]["state"] == "acknowledged"
    assert report["pages"][0]["incident_id"] == report["incidents"][0]["id"]
    assert "not JSON" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["replay", "/no/such/file"], "No such file"),
        (["replay", "/dev/null"], "the stream has no line"),
    ],
)
def test_input_that_cannot_be_used_ends_with_2_and_a_reason(arguments, says, capsys):
    assert main(arguments) == 2
    assert says in capsys.readouterr().err


def test_a_brand_that_the_plan_does_not_have_is_named(tmp_path, capsys):
    stream = tmp_path / "s.jsonl"
    stream.write_text(a_page(a_post(NOON, DANGER)), encoding="utf-8")

    assert main(["replay", str(stream), "--brand", "nobody"]) == 2
    assert "the plan has acme" in capsys.readouterr().err
