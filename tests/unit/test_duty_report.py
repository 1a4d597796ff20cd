import argparse
import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import a_plan, a_tally, an_entry
from tests.fakes import InMemoryDossiers, InMemoryIncidents
from vigie.admin.__main__ import _parser
from vigie.admin.report import made
from vigie.domain.duty_report import Story, report_of
from vigie.domain.people import Person
from vigie.errors import Rejected

EVENING = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def a_story(id_="inc-1", opened_at=EVENING, *entries):
    tally = a_tally(id=id_, opened_at=opened_at)
    made_of = [an_entry(incident_id=id_, at=opened_at)]
    for number, (after, what, by, facts) in enumerate(entries):
        made_of.append(
            an_entry(
                incident_id=id_,
                at=opened_at + after,
                id=f"e-{number}",
                what=what,
                by=by,
                facts=facts,
            )
        )
    return Story(tally=tally, timeline=made_of)


def paged(after, step, who, **facts):
    pages = len(who.split(", "))
    given = {"step": step, "pages": pages, "who": who, "late_s": 0} | facts
    return (after, "paged", "escalate", given)


def taken(after, by, **facts):
    return (after, "acknowledged", by, {"via": "link"} | facts)


CLIMBED = a_story(
    "inc-1",
    EVENING,
    paged(4 * SECOND, 1, "duty-1/mail, duty-1/sms"),
    paged(5 * MINUTE, 2, "duty-1/sms, lead-1/mail", late_s=90),
    taken(7 * MINUTE, "duty-1"),
)


def report(*stories, zones=None, zone="UTC"):
    return report_of(stories, "2026-11", zones or {}, zone)


def of(said, person):
    (found,) = [one for one in said["people"] if one["person"] == person]
    return found


def test_waits_are_told_for_incidents_steps_and_people():
    said = report(CLIMBED)

    assert said["time_to_page_s"] == {"n": 1, "median": 4, "p90": 4, "max": 4}
    assert said["time_to_acknowledge_s"]["max"] == 7 * 60 - 4
    assert [(s["step"], s["pages"], s["taken"]) for s in said["steps"]] == [(1, 2, 0), (2, 2, 1)]
    assert said["steps"][1]["time_to_acknowledge_s"]["median"] == 120
    assert of(said, "duty-1")["time_to_acknowledge_s"]["median"] == 7 * 60 - 4
    assert (of(said, "duty-1")["pages"], of(said, "lead-1")["taken"]) == (3, 0)
    assert (said["late_pages"], said["worst_delay_s"]) == (1, 90)


def test_calling_it_contained_takes_it():
    contained = (3 * MINUTE, "contained", "duty-1", {"via": "api"})

    said = report(a_story("inc-1", EVENING, paged(MINUTE, 1, "duty-1/sms"), contained))

    assert (said["never_acknowledged"], of(said, "duty-1")["taken"]) == (0, 1)
    assert said["time_to_acknowledge_s"]["max"] == 120


@pytest.mark.parametrize(
    ("zone", "utc", "night"),
    [
        ("UTC", "21:59", 0),
        ("UTC", "22:00", 1),
        ("UTC", "06:59", 1),
        ("UTC", "07:00", 0),
        ("Europe/Paris", "21:30", 1),
        ("America/New_York", "22:00", 0),
        ("America/New_York", "03:00", 1),
    ],
)
def test_a_night_is_one_on_the_wall_of_the_person(zone, utc, night):
    at = datetime.fromisoformat(f"2026-11-15T{utc}:00+00:00")

    said = report(a_story("inc-1", at, paged(0 * SECOND, 1, "duty-1/sms")), zones={"duty-1": zone})

    assert of(said, "duty-1")["nights"] == night


def test_a_night_counts_once_and_a_mail_wakes_nobody():
    said = report(
        a_story("inc-1", EVENING, paged(MINUTE, 1, "duty-1/sms, lead-1/mail")),
        a_story("inc-2", EVENING + timedelta(hours=4), paged(MINUTE, 1, "duty-1/sms")),
        a_story("inc-3", EVENING + timedelta(days=1), paged(MINUTE, 1, "duty-1/sms")),
    )

    assert of(said, "duty-1")["woken_at"] == [
        "2026-11-30T22:31:00.000Z",
        "2026-12-01T22:31:00.000Z",
    ]
    assert of(said, "lead-1")["nights"] == 0


def test_of_several_who_must_acknowledge_the_last_ends_the_wait():
    said = report(
        a_story(
            "inc-1",
            EVENING,
            paged(0 * SECOND, 1, "duty-1/sms, lead-1/sms"),
            taken(MINUTE, "duty-1", acknowledged=1, of=2),
            taken(9 * MINUTE, "lead-1", acknowledged=2, of=2),
        )
    )

    assert said["time_to_acknowledge_s"]["max"] == 9 * 60
    assert of(said, "lead-1")["taken"] == 1


def test_what_nobody_took_and_what_went_wrong_is_counted():
    said = report(
        a_story(
            "inc-1",
            EVENING,
            (SECOND, "bundled", "escalate", {"step": 1}),
            (SECOND, "nobody_on_call", "escalate", {"step": 1}),
            paged(MINUTE, 1, "duty-1/sms"),
            (2 * MINUTE, "repaired", "watch", {"found": "no_timer"}),
        ),
        a_story("inc-2"),
    )

    assert (said["incidents"], said["never_acknowledged"]) == (2, 1)
    counted = {what: n for what, n in said["paging"].items() if n}
    assert counted == {"bundled": 1, "nobody_on_call": 1, "repaired": 1}


def test_a_month_without_incidents_is_a_report_too():
    assert report()["time_to_page_s"] == {"n": 0, "median": 0, "p90": 0, "max": 0}


def test_pages_of_before_people_were_kept_count_for_their_steps_alone():
    old = (MINUTE, "paged", "escalate", {"step": 1, "pages": 2, "people": 1, "late_s": 0})

    said = report(a_story("inc-1", EVENING, old))

    assert (said["steps"][0]["pages"], said["people"]) == (2, [])


PLAN = a_plan(staff=(Person(id="duty-1", role="duty", language="fr", time_zone="Europe/Paris"),))


def asked(*arguments, stories=(CLIMBED,)):
    held = InMemoryIncidents()
    for story in stories:
        held.tallies[story.tally.id] = story.tally
        held.note(story.timeline)
    given = _parser().parse_args(["report", "--table", "T", "--month", "2026-11", *arguments])
    return made(given, InMemoryDossiers(held), PLAN)


def test_the_command_reads_the_month_s_incidents_and_no_others():
    around = [
        a_story("inc-before", datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)),
        a_story("inc-first", datetime(2026, 11, 1, tzinfo=UTC)),
        a_story("inc-after", datetime(2026, 12, 1, tzinfo=UTC)),
    ]
    many = [a_story(f"inc-m{n}", EVENING - n * MINUTE) for n in range(130)]

    said = json.loads("\n".join(asked("--json", stories=[*around, *many])))

    assert (said["incidents"], said["month"], said["brands"]) == (131, "2026-11", ["acme"])


def test_the_command_tells_people_in_lines():
    lines = "\n".join(asked())

    assert "2026-11: 1 incident(s) (sev2 1)" in lines
    assert "opened to first page: median 4 s" in lines
    assert "woken 2026-11-30T22:30:04.000Z" in lines


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--month", "2026-13"], "2026-11"),
        (["--brand", "stranger"], "acme"),
        (["--time-zone", "Mars/Olympus"], "Europe/Paris"),
    ],
)
def test_what_there_is_not_is_said_with_what_there_is(wrong, says):
    with pytest.raises(Rejected, match=says):
        asked(*wrong)


def test_the_command_asks_for_a_month():
    with pytest.raises(SystemExit):
        _parser().parse_args(["report", "--table", "T"])
    assert isinstance(_parser(), argparse.ArgumentParser)
