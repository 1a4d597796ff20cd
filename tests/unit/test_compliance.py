from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.fakes import RecordingQueue
from vigie.domain.compliance import AFTER_FAILURE, EVERY, Compliance, Job, is_overdue, rests
from vigie.errors import BudgetExhausted, Conflict, Rejected, Unavailable
from vigie.messages import decode_for_triage
from vigie.services.compliance import Overseer, oversee

HOUR = timedelta(hours=1)


class Rounds:
    def __init__(self):
        self.state = Compliance()

    def read(self):
        return self.state

    def save(self, state):
        if state.version != self.state.version:
            raise Conflict("keep where compliance stands")
        self.state = replace(state, version=state.version + 1)


class Jobs:
    """X's jobs; `errors` are raised by the next calls, in turn."""

    def __init__(self):
        self.uploads = []
        self.status = "in_progress"
        self.found = []
        self.errors = []

    def _call(self):
        if self.errors and (error := self.errors.pop(0)):
            raise error

    def create(self, name, now):
        self._call()
        return Job(id=str(len(self.uploads)), upload_url="u", download_url="d")

    def upload(self, job, ids, now):
        self._call()
        self.uploads.append(ids)

    def read(self, job_id, now):
        self._call()
        return Job(id=job_id, upload_url="u", download_url="d", status=self.status)

    def gone(self, job, now):
        self._call()
        yield from self.found


class Table:
    """Stored posts in stretches of two; those in `buried` are erased."""

    def __init__(self, *keys):
        self.keys = list(keys)
        self.buried = set()

    def stretch(self, position):
        start = int(position or 0)
        end = start + 2
        found = tuple((key, key.rsplit("#", 1)[-1]) for key in self.keys[start:end])
        return found, str(end) if end < len(self.keys) else ""

    def with_words(self, keys):
        return frozenset(key for key in keys if key in self.keys and key not in self.buried)

    def erased(self, keys):
        return frozenset(key for key in keys if key in self.buried)


class Ledger:
    def __init__(self):
        self.held = None

    def stopped(self):
        return self.held

    def stop(self, stop):
        self.held = stop


class Desk:
    def __init__(self, *keys):
        self.rounds, self.jobs, self.table = Rounds(), Jobs(), Table(*keys)
        self.ledger, self.queue = Ledger(), RecordingQueue()

    def run(self, now=NOON, remaining=HOUR, elsewhere=()):
        tools = Overseer(
            jobs=self.jobs,
            rounds=self.rounds,
            watched=self.table,
            classified=self.queue,
            ledger=self.ledger,
            brands=["acme"],
        )
        return oversee(tools, lambda: elsewhere, now=now, remaining=lambda: remaining)

    @property
    def told(self):
        messages = [decode_for_triage(body) for body in self.queue.bodies]
        return {(m.brand, post) for m in messages for post in m.posts}


def test_a_round_asks_about_every_post_and_hands_on_what_must_go():
    desk = Desk("acme#x#1", "acme#x#2", "other#x#3")
    desk.run(elsewhere={"9"})
    desk.run(NOON + timedelta(minutes=5))
    desk.jobs.status, desk.jobs.found = "complete", ["2", "3", "9"]

    done = desk.run(NOON + timedelta(minutes=10))

    assert desk.jobs.uploads == [["1", "2", "3", "9"]]
    assert desk.told == {("acme", "2"), ("other", "3"), ("acme", "9"), ("other", "9")}
    assert (done.finished, done.erased) == (1, 4)


def test_between_rounds_nothing_is_asked():
    desk = Desk("acme#x#1")
    desk.run()
    desk.jobs.status = "complete"
    desk.run(NOON + timedelta(minutes=5))

    desk.run(NOON + EVERY - timedelta(minutes=1))
    assert len(desk.jobs.uploads) == 1
    desk.run(NOON + EVERY)
    assert len(desk.jobs.uploads) == 2


def test_a_table_that_is_too_long_for_one_job_takes_several(monkeypatch):
    monkeypatch.setattr("vigie.services.compliance.JOB_POSTS", 2)
    desk = Desk(*(f"acme#x#{n}" for n in range(1, 6)))
    desk.jobs.status = "complete"

    ends = [desk.run(NOON + timedelta(minutes=5 * n)).finished for n in range(6)]

    assert desk.jobs.uploads == [["1", "2"], ["3", "4"], ["5"]]
    assert ends == [0, 0, 0, 0, 0, 1]


def test_nothing_stored_is_a_round_without_a_job():
    desk = Desk()

    assert desk.run().finished == 1
    assert desk.jobs.uploads == []
    assert rests(desk.rounds.state, NOON + timedelta(minutes=5))


@pytest.mark.parametrize("when", range(4))
def test_an_error_at_any_step_is_tried_again_and_nothing_is_lost(when):
    desk = Desk("acme#x#1")
    desk.jobs.status, desk.jobs.found = "complete", ["1"]
    desk.jobs.errors = [None] * when + [Unavailable("X answered 503")]

    runs = [desk.run(NOON + timedelta(minutes=5 * n)) for n in range(8)]

    assert desk.told == {("acme", "1")}
    assert sum(run.failed for run in runs) == 1
    assert sum(run.finished for run in runs) == 1


def test_a_refusal_waits_and_asks_with_a_new_job():
    desk = Desk("acme#x#1")
    desk.jobs.errors = [None, Rejected("X refuses the request: 403")]

    assert desk.run().error == "X refuses the request: 403"
    assert rests(desk.rounds.state, NOON + AFTER_FAILURE - timedelta(seconds=1))
    desk.run(NOON + AFTER_FAILURE)

    assert desk.jobs.uploads == [["1"]]


@pytest.mark.parametrize("status", ["failed", "expired"])
def test_a_job_that_x_gives_up_is_made_anew(status):
    desk = Desk("acme#x#1")
    desk.run()
    desk.jobs.status = status
    desk.run(NOON + timedelta(minutes=5))
    desk.run(NOON + timedelta(minutes=5) + AFTER_FAILURE)

    assert len(desk.jobs.uploads) == 2


def test_a_job_that_hangs_is_given_up():
    desk = Desk("acme#x#1")
    desk.run()

    assert desk.run(NOON + timedelta(hours=2)).failed == 0
    assert desk.run(NOON + timedelta(hours=4)).failed == 1


def test_erasures_that_were_not_queued_are_handed_on_again():
    desk = Desk("acme#x#1")
    desk.run()
    desk.jobs.status, desk.jobs.found = "complete", ["1"]
    desk.queue.refuse = 1

    assert desk.run(NOON + timedelta(minutes=5)).failed == 1
    assert desk.run(NOON + timedelta(minutes=5) + AFTER_FAILURE).finished == 1
    assert desk.told == {("acme", "1")}


def test_what_is_erased_already_is_not_told_again():
    desk = Desk("acme#x#1", "acme#x#2")
    desk.run()
    desk.table.buried = {"acme#x#1"}
    desk.jobs.status, desk.jobs.found = "complete", ["1", "2"]

    desk.run(NOON + timedelta(minutes=5))

    assert desk.told == {("acme", "2")}


def test_want_of_money_stops_the_app_and_an_app_that_is_stopped_asks_nothing():
    desk = Desk("acme#x#1")
    desk.jobs.errors = [BudgetExhausted("X answers that the credits are used up")]

    desk.run()
    assert desk.ledger.held.until == NOON + timedelta(minutes=15)
    desk.run(NOON + timedelta(minutes=10))

    assert desk.jobs.uploads == []


def test_a_day_without_a_finished_round_is_overdue():
    state = Compliance(begun_at=NOON)

    assert not is_overdue(state, NOON + 24 * HOUR)
    assert is_overdue(state, NOON + 25 * HOUR)
    assert not is_overdue(replace(state, finished_at=NOON + 2 * HOUR), NOON + 25 * HOUR)
    assert not is_overdue(Compliance(), NOON)


def test_too_little_time_begins_nothing():
    desk = Desk("acme#x#1")

    desk.run(remaining=timedelta(seconds=30))

    assert desk.jobs.uploads == []
