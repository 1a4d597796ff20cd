import json

from tests.builders import NOON
from vigie.plain_metrics import Journal


def a_journal(level="INFO"):
    lines = []
    return Journal("ingest_webhook", "Vigie", level, lines.append), lines


def test_counts_are_metrics_with_the_dimension_that_the_alarms_read():
    journal, lines = a_journal()

    journal.count("delivery", NOON, {"MentionsAccepted": 2, "OauthRevoked": 0}, own_ms=1.5)

    line = json.loads(lines[0])
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Vigie"
    assert directive["Dimensions"] == [["service"]]
    assert {it["Name"] for it in directive["Metrics"]} == {"MentionsAccepted", "OauthRevoked"}
    assert line["_aws"]["Timestamp"] == int(NOON.timestamp() * 1000)
    assert (line["service"], line["MentionsAccepted"], line["own_ms"]) == ("ingest_webhook", 2, 1.5)


def test_what_is_below_the_level_is_not_written():
    journal, lines = a_journal("ERROR")

    journal.say("INFO", "nothing much", NOON)
    journal.say("ERROR", "something", NOON, why="because")

    assert [json.loads(line)["message"] for line in lines] == ["something"]


def test_a_level_that_is_none_is_info():
    journal, lines = a_journal("LOUD")

    journal.say("DEBUG", "hidden", NOON)
    journal.say("INFO", "shown", NOON)

    assert len(lines) == 1
