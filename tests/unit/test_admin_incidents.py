import argparse
from datetime import timedelta

import pytest

from tests.builders import DUTY, LEAD, NOON, a_desk, a_tally, a_timer, some_ladders
from tests.fakes import InMemoryDesks, InMemoryIncidents
from vigie.admin.__main__ import _parser
from vigie.admin.incidents import done
from vigie.errors import NotFound, Rejected

ID = "inc-0123456789"


@pytest.fixture
def held():
    held = InMemoryIncidents()
    held.tallies[ID] = a_tally()
    held.ladders[ID] = some_ladders(5, people=(DUTY, LEAD))
    held.timers[ID] = a_timer(fired=1, due_at=NOON + timedelta(minutes=5))
    return held


def told(held, *words):
    by = () if words[0] == "show" else ("--by", "ops")
    given = _parser().parse_args(["incidents", *words, "--table", "Incidents", *by])
    assert isinstance(given, argparse.Namespace)
    return done(given, InMemoryDesks(held), NOON)


def test_an_incident_is_shown_with_its_clocks(held):
    assert told(held, "show", ID) == [
        f"{ID}  acme  sev2  open  owner nobody",
        "ladder: next page 2026-03-12T12:05:00.000Z",
    ]


def test_an_incident_is_taken_and_the_timeline_says_by_whom_and_how(held):
    lines = told(held, "acknowledge", ID, "--note", "the API is down")

    assert lines == ["done", f"{ID}  acme  sev2  acknowledged  owner ops"]
    entries = {e.what: e for e in held.timeline(ID)}
    assert (entries["acknowledged"].by, entries["acknowledged"].facts) == (
        "ops",
        {"via": "command"},
    )
    assert entries["note"].facts == {"text": "the API is down"}
    assert told(held, "acknowledge", ID)[0].startswith("nothing to change")


def test_an_incident_is_handed_over(held):
    held.desks[ID] = a_desk(acknowledged_at=NOON, acknowledged_by="duty-1", owner="duty-1")

    lines = told(held, "hand-over", ID, "--to", "lead-1")

    assert lines[:2] == ["done", f"{ID}  acme  sev2  acknowledged  owner lead-1"]
    assert held.timer(ID, "handed").due_at == NOON
    with pytest.raises(Rejected, match="duty-1, lead-1"):
        told(held, "hand-over", ID, "--to", "nobody")


def test_an_incident_is_escalated(held):
    told(held, "escalate", ID)

    assert held.timers[ID].due_at == NOON
    assert [e.facts["via"] for e in held.timeline(ID)] == ["command"]


def test_whoever_had_what_is_escalated_has_it_no_more(held):
    held.desks[ID] = a_desk(acknowledged_at=NOON, acknowledged_by="duty-1", owner="duty-1")
    del held.timers[ID]

    assert "owner nobody, before duty-1" in told(held, "escalate", ID)[1]


def test_an_incident_that_is_not_there_is_told(held):
    with pytest.raises(NotFound, match="inc-none"):
        told(held, "show", "inc-none")
