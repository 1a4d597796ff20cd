"""A night of an incident that is taken and forgotten, with escalate killed after each write."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import DUTY, NOON, a_timer
from tests.fakes import InMemoryDesks
from tests.unit.test_escalate_crashes import ID, MINUTE, Crash, Night
from vigie.domain.clock_rules import ClockRules
from vigie.domain.plan import Severity
from vigie.errors import Unavailable
from vigie.services.desk import Act, acknowledge, note

RULES = ClockRules(acknowledged_for=dict.fromkeys(Severity, timedelta(minutes=10)), staff=(DUTY,))
# Taken at once, asked after 10 minutes; 5 minutes later the ladder, and the next step after 5.
NIGHT = 22 * MINUTE


class Forgotten(Night):
    def __init__(self, fails_at=0, error=Crash):
        super().__init__(fails_at=fails_at, error=error)
        self.held.ladders[ID] = replace(self.held.ladders[ID], rules=RULES)
        self.take()

    def take(self, by="duty-1"):
        return acknowledge(InMemoryDesks(self.held), ID, Act(by=by, at=self.now))

    @property
    def pages(self):
        """How often each page of each clock's run went to each phone and mailbox."""
        found = [(json.loads(m.data), m.attributes["channel"]) for m in self.pager.published]
        return Counter((data["clock"], data["page"], channel) for data, channel in found)


def writes_of_a_quiet_night():
    night = Forgotten()
    night.run(NOON + NIGHT)
    return night.writes


WRITES = range(1, writes_of_a_quiet_night() + 1)


def test_a_night_without_failures_asks_once_and_starts_the_ladder_again():
    night = Forgotten()

    night.run(NOON + NIGHT)

    assert night.pages == {
        (clock, page, channel): 1
        for clock, page in (("forgotten", 1), ("ladder", 1), ("ladder", 2))
        for channel in ("sms", "mail")
    }
    assert night.held.desk(ID).restarts == 1


@pytest.mark.parametrize("error", [Crash, Unavailable])
@pytest.mark.parametrize("write", WRITES)
def test_nothing_is_lost_and_the_ladder_starts_again_once_whatever_fails(write, error):
    night = Forgotten(fails_at=write, error=error)

    night.run(NOON + NIGHT + 3 * MINUTE)

    assert night.failures == 1
    assert {(clock, page) for clock, page, _ in night.pages} >= {
        ("forgotten", 1),
        ("ladder", 1),
        ("ladder", 2),
    }
    assert set(night.pages.values()) <= {1, 2}
    assert night.held.desk(ID).restarts == 1
    assert night.held.desk(ID).acknowledged_at is None
    assert ID in night.held.timers
    assert not night.held.clocks


@pytest.mark.parametrize("minute", [11, 16])
@pytest.mark.parametrize("write", WRITES)
def test_after_an_acknowledgement_nothing_goes_out_whatever_crashed_before(write, minute):
    night = Forgotten(fails_at=write)
    night.run(NOON + minute * MINUTE)
    before = len(night.pager.published)

    night.take("lead-1")
    night.run(night.now + 9 * MINUTE)

    assert len(night.pager.published) == before
    assert night.held.desk(ID).is_acknowledged
    assert ID not in night.held.timers
    assert set(night.held.clocks) == {(ID, "forgotten")}


@pytest.mark.parametrize("write", WRITES)
def test_whoever_notes_something_in_time_keeps_the_ladder_away(write):
    night = Forgotten(fails_at=write)
    night.run(NOON + 11 * MINUTE)

    note(InMemoryDesks(night.held), ID, Act(by="duty-1", at=night.now, note="on it"))
    night.run(night.now + 9 * MINUTE)

    assert {clock for clock, _, _ in night.pages} <= {"forgotten"}
    assert night.held.desk(ID).is_acknowledged


class Graver(Forgotten):
    """Taken at once, graver a minute later: asked, and 5 minutes later the ladder."""

    def __init__(self, fails_at=0, error=Crash):
        super().__init__(fails_at=0, error=error)
        self._fails_at = fails_at
        self.run(NOON + MINUTE)
        self.writes = 0
        self.now = NOON + MINUTE
        self.held.tallies[ID] = replace(self.held.tallies[ID], severity=Severity.SEV1, run=2)
        self.held.set_timer(
            a_timer(name="rise", run=2, severity=Severity.SEV1, due_at=NOON + MINUTE)
        )


def writes_of_a_rise():
    night = Graver()
    night.run(NOON + 13 * MINUTE)
    return night.writes


@pytest.mark.parametrize("write", range(1, writes_of_a_rise() + 1))
def test_a_rise_is_asked_about_and_then_everybody_is_whatever_crashes(write):
    night = Graver(fails_at=write)

    night.run(NOON + 16 * MINUTE)

    assert {(clock, page) for clock, page, _ in night.pages} >= {("rise", 1), ("ladder", 1)}
    assert set(night.pages.values()) <= {1, 2}
    assert (night.held.desk(ID).restarts, night.held.timers[ID].severity) == (1, Severity.SEV1)
    assert not night.held.clocks
