"""A night of one ladder, with escalate killed after each of its writes in turn."""

import heapq
import json
from collections import Counter
from datetime import timedelta
from itertools import count

import pytest

from tests.builders import NOON, a_plan, a_tally, a_timer, some_ladders
from tests.fakes import (
    InMemoryDesks,
    InMemoryDue,
    InMemoryHeartbeats,
    InMemoryIncidents,
    InMemoryLedger,
    InMemoryOverrides,
    RecordingPager,
    RecordingQueue,
)
from vigie.errors import Unavailable
from vigie.messages import StepDue, decode_step, encode
from vigie.services.desk import Act, acknowledge
from vigie.services.escalate import Escalation
from vigie.services.watch import sweep

ID = "inc-0123456789"
MINUTE = timedelta(minutes=1)
VISIBILITY = timedelta(seconds=120)
# When nothing fails: at once, after 5 minutes, then every 10.
PROMISED = [0, 5, 15, 25]
NIGHT = 33 * MINUTE


WRITES = {"claim", "add_link", "move", "turn", "record", "drop"}


class Crash(BaseException):
    """The process is gone."""


class Fragile:
    """Whatever it wraps, every write of it counted; the chosen one is applied, then fails."""

    def __init__(self, inner, night, writes):
        self._inner, self._night, self._writes = inner, night, writes

    def __getattr__(self, name):
        attribute = getattr(self._inner, name)
        if name not in self._writes:
            return attribute

        def call(*args, **kwargs):
            answer = attribute(*args, **kwargs)
            self._night.count_write()
            return answer

        return call


class Night:
    def __init__(self, fails_at, error):
        self.held = InMemoryIncidents()
        self.held.tallies[ID] = a_tally()
        self.held.ladders[ID] = some_ladders(5, 10)
        self.held.timers[ID] = a_timer()
        self.pager = RecordingPager()
        self.now = NOON
        self.writes = 0
        self.failures = 0
        self._fails_at, self._error = fails_at, error
        self._order = count()
        self._messages = []
        self._sweep_at = NOON
        self._put(encode(StepDue(incident_id=ID, timer="ladder")), NOON, 0)

    def count_write(self):
        self.writes += 1
        if self.writes == self._fails_at:
            self.failures += 1
            raise self._error("after this write")

    def send(self, messages):
        for message in messages:
            self._put(message.body, self.now + message.delay, 0)
        return ()

    def _put(self, body, at, receives):
        heapq.heappush(self._messages, (at, next(self._order), body, receives))

    def run(self, until):
        """Everything that falls due, in order of time."""
        while min(self._sweep_at, self._messages[0][0] if self._messages else until) < until:
            if not self._messages or self._sweep_at <= self._messages[0][0]:
                self.now, self._sweep_at = self._sweep_at, self._sweep_at + MINUTE
                sweep(
                    InMemoryDue(self.held),
                    InMemoryHeartbeats(seen={"acme": self.now}),
                    InMemoryLedger(),
                    self,
                    {"classified": RecordingQueue()},
                    a_plan(),
                    self.now,
                )
                continue
            at, _, body, receives = heapq.heappop(self._messages)
            self.now = max(self.now, at)
            try:
                self._escalation().fire(decode_step(body))
            except (Crash, Unavailable):
                assert receives < 4, "the message would be a dead letter"
                self._put(body, self.now + VISIBILITY, receives + 1)

    def _escalation(self):
        return Escalation(
            escalations=Fragile(self.held, self, WRITES),
            overrides=InMemoryOverrides(),
            pager=Fragile(self.pager, self, {"publish"}),
            queue=Fragile(self, self, {"send"}),
            public_url="https://desk.example.org",
            clock=lambda: self.now,
            token=lambda: f"token-{next(self._order):06d}",
        )

    def times_paged(self):
        """How often each page of the ladder went to each phone and mailbox."""
        return Counter(
            (json.loads(m.data)["page"], m.attributes["channel"]) for m in self.pager.published
        )

    def minutes_paged(self, number):
        return [
            (json.loads(m.data)["paged_at"])
            for m in self.pager.published
            if json.loads(m.data)["page"] == number
        ]


def writes_of_a_quiet_night():
    night = Night(fails_at=0, error=Crash)
    night.run(NOON + NIGHT)
    return night.writes


def test_a_night_without_failures_pages_as_the_ladder_says():
    night = Night(fails_at=0, error=Crash)

    night.run(NOON + NIGHT)

    assert night.times_paged() == {
        (page, channel): 1 for page in range(1, 5) for channel in ("sms", "mail")
    }
    assert [night.minutes_paged(n)[0][11:16] for n in range(1, 5)] == [
        f"12:{minute:02d}" for minute in PROMISED
    ]


@pytest.mark.parametrize("error", [Crash, Unavailable])
@pytest.mark.parametrize("write", range(1, writes_of_a_quiet_night() + 1))
def test_no_page_is_lost_and_none_repeats_more_than_once_for_one_failure(write, error):
    night = Night(fails_at=write, error=error)

    night.run(NOON + NIGHT)

    paged = night.times_paged()
    assert night.failures == 1
    assert {page for page, _ in paged} >= {1, 2, 3, 4}
    assert set(paged.values()) <= {1, 2}
    assert sum(n == 2 for n in paged.values()) <= 2  # one step has two channels
    assert night.held.paging(ID).delay <= 3 * MINUTE
    assert ID in night.held.timers


@pytest.mark.parametrize("write", range(1, writes_of_a_quiet_night() + 1))
def test_after_an_acknowledgement_nothing_goes_out_whatever_crashed_before(write):
    night = Night(fails_at=write, error=Crash)
    night.run(NOON + 16 * MINUTE)
    before = len(night.pager.published)

    acknowledge(InMemoryDesks(night.held), ID, Act(by="duty-1", at=night.now))
    night.run(NOON + NIGHT)

    assert len(night.pager.published) == before
    assert ID not in night.held.timers
