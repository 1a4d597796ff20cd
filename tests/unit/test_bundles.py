"""Many incidents at once for one person: pages, digests, and nobody forgotten."""

import heapq
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Barrier, Lock

import pytest

from tests.builders import DUTY, LEAD, NOON, a_plan, a_tally, a_timer, some_ladders
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
from tests.paging_fakes import InMemoryStorms
from vigie.domain.incident import COMPANY, TRIP_WIRE
from vigie.domain.links import link_id
from vigie.domain.plan import Severity
from vigie.domain.storm import GRACE, WINDOW
from vigie.errors import Unavailable
from vigie.messages import StepDue, decode_step, encode
from vigie.services.attempt import attempt_at
from vigie.services.bundles import Bundles
from vigie.services.desk import Act, acknowledge
from vigie.services.escalate import Escalation
from vigie.services.watch import sweep

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
# A page, at the latest: the digest's appointment, its grace, and a claim of the dead.
SOON = WINDOW + GRACE + 3 * MINUTE


class Crash(BaseException):
    """The process is gone."""


class Fragile:
    def __init__(self, inner, storm, writes):
        self._inner, self._storm, self._writes = inner, storm, writes

    def __getattr__(self, name):
        attribute = getattr(self._inner, name)
        if name not in self._writes:
            return attribute

        def call(*args, **kwargs):
            answer = attribute(*args, **kwargs)
            self._storm.writes += 1
            if self._storm.writes == self._storm.fails_at:
                raise Crash("after this write")
            return answer

        return call


class Storm:
    """Incidents that open at noon, their queue, and a clock; each ladder pages again after 5 and
    then every 10 minutes, by one channel."""

    def __init__(self, n=10, *, limit=3, people=(DUTY,), channels=("sms",), fails_at=0, sev1=()):
        self.held = InMemoryIncidents()
        self.storms = InMemoryStorms()
        self.pager = RecordingPager()
        self.now = NOON
        self.writes, self.fails_at = 0, fails_at
        self._order = count()
        self._messages = []
        self._sweep_at = NOON + 30 * SECOND
        for number in range(n):
            self.open(number, limit, people, channels, sev1=number in sev1)

    def open(self, number, limit=3, people=(DUTY,), channels=("sms",), sev1=False):
        id_ = f"inc-{number:02d}"
        severity = Severity.SEV1 if sev1 else Severity.SEV2
        ladders = some_ladders(5, 10, people=people, channels=channels)
        self.held.tallies[id_] = a_tally(id=id_, severity=severity, trigger=COMPANY)
        self.held.ladders[id_] = replace(ladders, incident_id=id_, pages_a_minute=limit)
        self.held.timers[id_] = a_timer(incident_id=id_, severity=severity, due_at=self.now)
        self._put(encode(StepDue(incident_id=id_, timer="ladder")), self.now)

    def send(self, messages):
        for message in messages:
            self._put(message.body, self.now + message.delay)
        return ()

    def _put(self, body, at):
        heapq.heappush(self._messages, (at, next(self._order), body))

    def run(self, until):
        while min(self._sweep_at, self._messages[0][0] if self._messages else until) < until:
            if not self._messages or self._sweep_at <= self._messages[0][0]:
                self.now, self._sweep_at = self._sweep_at, self._sweep_at + MINUTE
                self._sweep()
                continue
            at, _, body = heapq.heappop(self._messages)
            self.now = max(self.now, at)
            try:
                self.escalation().fire(decode_step(body))
            except Crash:
                self._put(body, self.now + 2 * MINUTE)
        self.now = until

    def _sweep(self):
        due, heartbeats = InMemoryDue(self.held), InMemoryHeartbeats(seen={"acme": self.now})
        outboxes = {"classified": RecordingQueue()}
        sweep(due, heartbeats, InMemoryLedger(), self, outboxes, a_plan(), self.now)

    def escalation(self):
        writes = {"claim", "add_link", "move", "record", "drop"}
        return Escalation(
            escalations=Fragile(self.held, self, writes),
            overrides=InMemoryOverrides(),
            pager=Fragile(self.pager, self, {"publish"}),
            queue=self,
            public_url="https://desk.example.org",
            clock=lambda: self.now,
            token=lambda: f"token-{next(self._order):06d}",
            storms=Fragile(self.storms, self, {"save"}),
        )

    def pages(self, channel="sms", person="duty-1"):
        """What one telephone got, as JSON."""
        return [
            json.loads(m.data)
            for m in self.pager.published
            if (m.attributes["channel"], m.attributes["audience"]) == (channel, person)
        ]

    def told(self, channel="sms", person="duty-1"):
        """How often each incident was told, its first step only; not what a digest repeats."""
        found = Counter()
        for page in self.pages(channel, person):
            if page["type"] == "page":
                found[page["incident"]] += 1
            else:
                found.update(one["incident"] for one in page["incidents"] if not one["told_before"])
        return found


def every(n):
    return {f"inc-{number:02d}" for number in range(n)}


def test_ten_at_once_are_three_pages_and_one_digest_of_all_ten():
    storm = Storm(10)
    storm.run(NOON + 4 * MINUTE)

    *single, digest = storm.pages()
    assert [page["type"] for page in single] == ["page"] * 3
    assert (digest["type"], digest["count"]) == ("digest", 10)
    assert {one["incident"] for one in digest["incidents"]} == every(10)
    assert sum(one["told_before"] for one in digest["incidents"]) == 3
    assert digest["paged_at"] == "2026-03-12T12:01:00.000Z"
    assert storm.told() == dict.fromkeys(every(10), 1)


def test_the_delay_is_on_the_incident_and_in_its_timeline():
    storm = Storm(10)
    storm.run(NOON + 2 * MINUTE)

    timeline = {entry.what: entry.facts for entry in storm.held.timeline("inc-09")}
    assert storm.held.paging("inc-09").delay == WINDOW
    assert timeline["bundled"] == {
        "step": 1,
        "people": 1,
        "until": "2026-03-12T12:01:20.000Z",
    }
    assert (timeline["paged"]["digest_of"], timeline["paged"]["late_s"]) == (10, 60)
    assert "bundled" not in {entry.what for entry in storm.held.timeline("inc-00")}


def test_each_ladder_climbs_on_after_the_digest():
    storm = Storm(10)
    storm.run(NOON + 2 * MINUTE)

    assert {t.fired for t in storm.held.timers.values()} == {1}
    assert {t.owed_since for t in storm.held.timers.values()} == {None}
    storm.run(NOON + 9 * MINUTE)
    assert min(storm.told().values()) == 2


def test_nobody_gets_more_than_the_limit_in_any_minute():
    storm = Storm(30)
    storm.run(NOON + timedelta(hours=1))

    at = sorted(page["paged_at"] for page in storm.pages())
    per_minute = Counter(instant[:16] for instant in at)
    assert max(per_minute.values()) <= 3
    assert min(storm.told().values()) >= 5


def test_the_gravest_break_through():
    storm = Storm(10, sev1={8, 9})
    storm.run(NOON + SECOND)

    assert [page["incident"] for page in storm.pages()] == [
        "inc-00",
        "inc-01",
        "inc-02",
        "inc-08",
        "inc-09",
    ]


def test_somebody_in_danger_is_never_held_back():
    storm = Storm(10)
    storm.held.tallies["inc-09"] = a_tally(id="inc-09", trigger=TRIP_WIRE)

    storm.run(NOON + 10 * SECOND)

    single = [page["incident"] for page in storm.pages() if page["type"] == "page"]
    assert single == ["inc-00", "inc-01", "inc-02", "inc-09"]


def test_one_that_rises_while_it_waits_goes_out_at_once_and_once():
    storm = Storm(10)
    storm.run(NOON + 10 * SECOND)
    storm.held.tallies["inc-07"] = a_tally(id="inc-07", severity=Severity.SEV1, run=2)
    storm.held.timers["inc-07"] = a_timer(
        incident_id="inc-07", run=2, severity=Severity.SEV1, due_at=storm.now
    )
    storm.send(
        [
            type(
                "M",
                (),
                {
                    "body": encode(StepDue(incident_id="inc-07", timer="ladder")),
                    "delay": timedelta(0),
                },
            )
        ]
    )
    storm.run(NOON + 2 * MINUTE)

    single = [page["incident"] for page in storm.pages() if page["type"] == "page"]
    assert single == ["inc-00", "inc-01", "inc-02", "inc-07"]
    assert storm.told()["inc-07"] == 1


def test_what_is_acknowledged_while_it_waits_is_not_in_the_digest():
    storm = Storm(10)
    storm.run(NOON + 10 * SECOND)
    for id_ in ("inc-00", "inc-03", "inc-05"):  # one that was paged, the first to wait, another
        acknowledge(InMemoryDesks(storm.held), id_, Act(by="duty-1", at=storm.now))
    storm.run(NOON + 2 * MINUTE)

    (digest,) = [page for page in storm.pages() if page["type"] == "digest"]
    told = {one["incident"] for one in digest["incidents"]}
    assert told == every(10) - {"inc-00", "inc-03", "inc-05"}
    assert digest["paged_at"] <= "2026-03-12T12:01:20.000Z"


def test_an_acknowledgement_during_the_digest_is_seen_before_it_goes_out():
    storm = Storm(10)
    storm.run(NOON + 10 * SECOND)
    add_link = storm.held.add_link

    def taken(link):
        add_link(link)
        if link.others:
            acknowledge(InMemoryDesks(storm.held), "inc-06", Act(by="lead-1", at=storm.now))

    storm.held.add_link = taken
    storm.run(NOON + 2 * MINUTE)

    (digest,) = [page for page in storm.pages() if page["type"] == "digest"]
    assert "inc-06" not in {one["incident"] for one in digest["incidents"]}
    assert "inc-06" not in storm.held.timers


def test_somebody_else_of_the_same_step_is_paged_in_their_own_time():
    storm = Storm(3, people=(DUTY,))
    for number in range(3, 6):
        storm.open(number, people=(DUTY, LEAD))
    storm.run(NOON + 2 * MINUTE)

    assert [page["type"] for page in storm.pages(person="lead-1")] == ["page"] * 3
    assert storm.told(person="lead-1") == dict.fromkeys(every(6) - every(3), 1)
    assert storm.told() == dict.fromkeys(every(6), 1)


def test_every_channel_of_a_person_gets_the_digest_with_the_same_links():
    storm = Storm(10, channels=("sms", "mail", "chat", "webhook"))
    storm.run(NOON + 2 * MINUTE)

    digests = [m for m in storm.pager.published if m.attributes["type"] == "digest"]
    assert [m.attributes["channel"] for m in digests] == ["sms", "mail", "chat", "webhook"]
    links = [[one["acknowledge_url"] for one in json.loads(m.data)["incidents"]] for m in digests]
    assert links[0] == links[1] == links[2] == links[3]
    assert {name for t in storm.held.timers.values() for name in t.sent} == set()


def test_the_digest_s_link_stands_for_all_of_it_and_each_line_s_for_one():
    storm = Storm(10)
    storm.run(NOON + 2 * MINUTE)

    digest = storm.pages()[-1]
    whole = storm.held.links[link_id(digest["acknowledge_url"].rsplit("/", 1)[1])]
    assert {whole.incident_id, *whole.others} == every(10)
    for one in digest["incidents"]:
        link = storm.held.links[link_id(one["acknowledge_url"].rsplit("/", 1)[1])]
        assert (link.incident_id, link.others, link.person) == (one["incident"], (), "duty-1")


def test_without_a_limit_each_page_goes_out_by_itself():
    storm = Storm(10, limit=0)
    storm.run(NOON + SECOND)

    assert [page["type"] for page in storm.pages()] == ["page"] * 10
    assert storm.storms.held == {}


def test_counters_that_cannot_be_read_hold_nobody_up():
    storm = Storm(10)
    storm.storms.broken = True
    storm.run(NOON + SECOND)

    assert len(storm.pages()) == 10


def test_while_sns_is_out_nothing_is_lost_and_afterwards_it_is_told():
    storm = Storm(10)
    storm.pager.out = True
    storm.run(NOON + 60 * MINUTE)
    storm.pager.out = False
    storm.run(NOON + 63 * MINUTE)

    assert set(storm.told()) == every(10)
    assert min(storm.held.paging(id_).delay for id_ in every(10)) >= 60 * MINUTE


def test_an_unavailable_digest_is_owed_by_each_of_its_incidents():
    storm = Storm(10)
    storm.run(NOON + 10 * SECOND)
    storm.pager.answers = [Unavailable("SNS is out")]
    storm.run(NOON + 4 * MINUTE)

    assert storm.told() == dict.fromkeys(every(10), 1)


def writes_of_a_storm():
    storm = Storm(8)
    storm.run(NOON + SOON)
    return storm.writes


@pytest.mark.parametrize("write", range(1, writes_of_a_storm() + 1, 2))
def test_whatever_crashes_everybody_is_told_and_at_most_once_more(write):
    storm = Storm(8, fails_at=write)
    storm.run(NOON + SOON)

    told = storm.told()
    assert set(told) == every(8)
    assert max(told.values()) <= 2
    assert set(storm.held.timers) == every(8)


@pytest.mark.parametrize("write", range(2, writes_of_a_storm() + 1, 5))
def test_after_all_are_acknowledged_nothing_goes_out_whatever_crashed(write):
    storm = Storm(8, fails_at=write)
    storm.run(NOON + 30 * SECOND)
    sent = len(storm.pager.published)
    for id_ in every(8):
        acknowledge(InMemoryDesks(storm.held), id_, Act(by="duty-1", at=storm.now))
    storm.run(NOON + timedelta(minutes=30))

    assert len(storm.pager.published) == sent
    assert storm.held.timers == {}


def test_a_count_that_somebody_was_faster_with_is_counted_again():
    storm = Storm(4)
    read = storm.storms.read

    def overtaken(person):
        found = read(person)
        if found.revision == 2:  # between our read and our write, another invocation counts
            storm.storms.read = read
            storm.storms.save(replace(found, revision=3, sent=(*found.sent, found.sent[0])), NOON)
        return found

    storm.storms.read = overtaken
    storm.run(NOON + SECOND)

    assert len(storm.pages()) == 2


def test_one_that_cannot_be_recorded_is_told_again_and_the_others_are_not():
    storm = Storm(8)
    move = storm.held.move

    def broken(before, after, change, entries):
        if before.incident_id == "inc-05" and change.pages:
            storm.held.move = move
            raise Unavailable("the table does not answer")
        move(before, after, change, entries)

    storm.held.move = broken
    storm.run(NOON + SOON)

    assert storm.told() == dict.fromkeys(every(8), 1) | {"inc-05": 2}


class Locked(InMemoryStorms):
    """As DynamoDB is: read and conditional write are atomic, and others come in between."""

    def __init__(self, threads):
        super().__init__()
        self._lock = Lock()
        self._first_reads = Barrier(threads)

    def read(self, person):
        with self._lock:
            found = super().read(person)
        if not found.revision:
            self._first_reads.wait(5)
        return found

    def save(self, storm, now):
        with self._lock:
            super().save(storm, now)


def test_invocations_that_count_at_once_stay_within_the_limit_together():
    storm = Storm(8)
    storm.storms = Locked(8)
    timers = [storm.held.timers[id_] for id_ in sorted(every(8))]
    standings = [storm.held.read(timer.incident_id) for timer in timers]
    bundles = Bundles(
        storms=storm.storms,
        escalations=storm.held,
        pager=storm.pager,
        public_url="",
        clock=lambda: NOON,
        token=lambda: "token",
    )

    def turn(number):
        timer, standing = timers[number], standings[number]
        ladder = standing.ladders.by_severity[timer.severity]
        return bundles.turn(attempt_at(timer, standing, ladder, (), NOON), DUTY)

    with ThreadPoolExecutor(8) as pool:
        turns = list(pool.map(turn, range(8)))

    assert sum(one.until is None for one in turns) == 3
    assert sorted(one.until - NOON for one in turns if one.until) == [
        WINDOW,
        *[WINDOW + GRACE] * 4,
    ]
    assert len(storm.storms.held["duty-1"].waiting) == 5


@pytest.mark.soak
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
@pytest.mark.parametrize("n", [4, 8, 12, 25])
@pytest.mark.parametrize("sev1", [set(), {1}])
def test_a_campaign_of_crashes_forgets_nobody(n, limit, sev1):
    def a_storm(**changes):
        storm = Storm(n, limit=limit, channels=("sms", "mail"), sev1=sev1, **changes)
        storm.run(NOON + 5 * MINUTE - SECOND)  # just before the second step
        return storm

    writes = a_storm().writes
    for write in range(1, writes + 1):
        storm = a_storm(fails_at=write)
        for channel in ("sms", "mail"):
            told = storm.told(channel)
            assert (set(told), max(told.values()) <= 2) == (every(n), True), write
    print(f"{writes} storms of {n} incidents, each with one crash")
