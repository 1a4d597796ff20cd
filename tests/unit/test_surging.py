import random
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from tests.builders import a_desk, a_labelled, a_mention, some_labels
from tests.fakes import InMemoryTriageStore
from tests.streams import usual_days
from tests.unit.test_triage import TriageDesk
from vigie.domain.incident import SURGE, BrandState, Desk, State, state_of
from vigie.domain.labels import Kind, Sentiment, Urgency
from vigie.domain.mention import Author, LabelledMention
from vigie.domain.plan import Severity
from vigie.domain.series import Series
from vigie.messages import Tick

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
THURSDAY = MONDAY + timedelta(days=4)
CHAT = some_labels(Urgency.LOW, Kind.NONE, Sentiment.NEUTRAL)


@cache
def four_usual_days(urgent=0.02):
    rng, series, at = random.Random(7), Series(), MONDAY
    while at < THURSDAY:
        labels = some_labels() if rng.random() < urgent else CHAT
        series.add(at, labels, at)
        at += timedelta(minutes=rng.expovariate(0.5))
    return series.stored()


@pytest.fixture
def desk():
    return a_desk_that_knows(four_usual_days())


def a_desk_that_knows(series):
    desk = TriageDesk()
    desk.store.states["acme"] = BrandState(brand="acme", series=series)
    return desk


def post(at, labels=CHAT, **changes):
    return LabelledMention(
        mention=a_mention(posted_at=at, received_at=at, **changes), labels=labels
    )


def storm(desk, number, labels=CHAT, start=THURSDAY, every=timedelta(seconds=3), size=1):
    posts = [post(start + n * every, labels) for n in range(number)]
    for first in range(0, number, size):
        some = posts[first : first + size]
        desk.say(*some, now=some[-1].mention.posted_at)
    return start + number * every


def whats(desk):
    return [e.what for e in desk.store.entries.values()]


def test_a_volume_far_beyond_the_usual_is_a_suspicion_and_says_so(desk):
    storm(desk, 60)

    (incident,) = desk.incidents
    assert incident.trigger == SURGE
    assert incident.kind is Kind.NONE
    assert "nothing urgent found" in incident.because
    assert state_of(incident, a_desk(incident_id=incident.id)) is State.SUSPECTED
    assert {e.facts["series"] for e in desk.store.entries.values() if e.what == "surge"} == {"all"}


def test_what_belongs_nowhere_is_part_of_the_surge_while_it_lasts(desk):
    storm(desk, 60)

    (incident,) = desk.incidents
    held = [s for s in desk.store.mentions.values() if s.incident_id == incident.id]
    assert incident.mention_count == len(held) >= 50
    assert incident.severity is Severity.SEV3
    assert "times the usual (sev3 from 10)" in incident.severity_because[0]


def test_chatter_after_a_surge_is_chatter_though_it_comes_in_twos():
    desk = a_desk_that_knows(usual_days(a_minute=0.1))
    end = storm(desk, 60)
    counted = desk.incidents[0].mention_count

    for n in range(12):
        at = end + timedelta(hours=1, minutes=10 * n)
        desk.say(post(at), post(at + timedelta(seconds=9)), now=at + timedelta(seconds=9))

    assert [i.mention_count for i in desk.incidents] == [counted]


def test_no_surge_is_seen_in_the_first_days():
    desk = TriageDesk()

    storm(desk, 120)

    assert desk.incidents == []


def test_a_surge_belongs_to_the_open_incident_that_explains_it(desk):
    desk.say(*[post(THURSDAY, some_labels()) for _ in range(3)], now=THURSDAY)
    (opened,) = desk.incidents

    storm(desk, 60, some_labels(Urgency.MEDIUM), start=THURSDAY + timedelta(minutes=1))

    (incident,) = desk.incidents
    assert incident.id == opened.id
    assert incident.surge > 5
    assert "surge" in whats(desk)


def test_one_storm_is_one_alarm_however_long_and_often_it_is_told(desk):
    end = storm(desk, 200)
    storm(desk, 200, start=end)

    assert len(desk.incidents) == 1
    assert whats(desk).count("surge") == 1


def test_urgent_mentions_confirm_a_suspicion(desk):
    end = storm(desk, 60)

    desk.say(*[post(end, some_labels()) for _ in range(3)], now=end)

    (incident,) = desk.incidents
    assert incident.kind is Kind.OUTAGE
    assert incident.by_urgency[Urgency.HIGH] == 3
    assert state_of(incident, Desk(incident_id=incident.id)) is State.OPEN


def test_somebody_in_danger_never_drowns_in_a_surge(desk):
    end = storm(desk, 60)

    desk.say(post(end, some_labels(Urgency.CRITICAL, Kind.NONE)), now=end)

    assert len(desk.incidents) == 2


def test_three_urgent_mentions_open_nothing_where_there_are_such_all_day():
    desk = a_desk_that_knows(four_usual_days(urgent=0.4))

    desk.say(*[post(THURSDAY, some_labels()) for _ in range(3)], now=THURSDAY)
    assert desk.incidents == []

    storm(desk, 40, some_labels(), start=THURSDAY + timedelta(minutes=1))
    assert len(desk.incidents) == 1


def test_one_storm_in_any_slices_is_one_incident_with_the_same_counts():
    endings = set()
    for size in (1, 7, 25, 80):
        desk = a_desk_that_knows(four_usual_days())
        rng = random.Random(5)
        posts = [
            post(
                THURSDAY + timedelta(seconds=4 * n),
                some_labels(Urgency.HIGH) if rng.random() < 0.1 else CHAT,
                post_id=str(10**18 + n),
            )
            for n in range(160)
        ]
        posts = [p for p in posts for _ in range(1 + (rng.random() < 0.1))]
        posts.sort(key=lambda p: p.mention.posted_at + timedelta(minutes=rng.choice([0, 0, 0, 9])))
        for first in range(0, len(posts), size):
            some = posts[first : first + size]
            desk.say(*some, now=max(p.mention.posted_at for p in posts[: first + size]))
        endings.add(
            tuple(
                (i.id, i.kind, i.mention_count, tuple(sorted(i.by_urgency.items())), i.severity)
                for i in desk.incidents
            )
        )

    assert len(endings) == 1
    assert len(endings.pop()) == 1


def test_calm_lowers_a_level_at_a_time_asks_once_whether_it_is_over_and_touches_no_ladder(desk):
    desk.say(post(THURSDAY, some_labels(Urgency.CRITICAL)), now=THURSDAY)
    timers, (opened,) = dict(desk.store.timers), desk.incidents
    assert opened.severity is Severity.SEV2

    for minutes in range(5 * 60):
        now = THURSDAY + timedelta(minutes=minutes)
        desk.triage(Tick(brand="acme", at=now), now=now)

    (incident,) = desk.incidents
    assert incident.severity is Severity.SEV4
    assert incident.calm_since == THURSDAY
    assert incident.closed_at is None
    assert whats(desk) == ["opened", "calm_proposed", "severity_lowered", "severity_lowered"]
    assert desk.store.timers == timers


def test_after_a_fall_new_evidence_raises_and_starts_the_ladder_again(desk):
    desk.say(post(THURSDAY, some_labels(Urgency.CRITICAL)), now=THURSDAY)
    later = THURSDAY + timedelta(hours=2, minutes=1)
    desk.triage(Tick(brand="acme", at=later), now=later)
    assert desk.incidents[0].severity is Severity.SEV3

    desk.say(post(later, some_labels(Urgency.MEDIUM)), now=later)
    assert desk.incidents[0].severity is Severity.SEV3
    desk.say(post(later, some_labels(Urgency.CRITICAL)), now=later)

    (incident,) = desk.incidents
    assert incident.severity is Severity.SEV2
    assert incident.calm_since is None
    assert desk.store.timers[incident.id].run == 2


def test_calm_never_lowers_below_what_a_person_said(desk):
    desk.say(post(THURSDAY, some_labels(Urgency.CRITICAL)), now=THURSDAY)
    (incident,) = desk.incidents
    desk.store.desks[incident.id] = a_desk(
        incident_id=incident.id,
        severity=Severity.SEV2,
        severity_at=THURSDAY,
        severity_by="lead-1",
    )

    for hours in range(1, 6):
        now = THURSDAY + timedelta(hours=hours)
        desk.triage(Tick(brand="acme", at=now), now=now)

    assert desk.incidents[0].severity is Severity.SEV2
    assert "calm_proposed" in whats(desk)


def test_a_busy_brand_calms_down_without_ticks(desk):
    desk.say(post(THURSDAY, some_labels(Urgency.CRITICAL)), now=THURSDAY)
    later = THURSDAY + timedelta(hours=2, minutes=1)

    desk.say(post(later), now=later)

    assert desk.incidents[0].severity is Severity.SEV3


def test_a_quiet_brand_costs_a_write_a_bin_and_no_more(desk):
    desk.say(post(THURSDAY), now=THURSDAY)
    commits = []
    commit = desk.store.commit
    desk.store.commit = lambda change, now: (commits.append(now), commit(change, now))

    for minutes in range(24 * 60):
        now = THURSDAY + timedelta(minutes=minutes)
        desk.triage(Tick(brand="acme", at=now), now=now)

    assert len(commits) <= 288


def test_a_storm_that_grows_by_thousands_keeps_the_state_small(desk):
    authors = [Author(id=str(n), followers=10) for n in range(400)]
    base = a_labelled()
    for first in range(0, 2000, 80):
        at = THURSDAY + timedelta(seconds=first // 8)
        labels = some_labels(Urgency.HIGH if first % 160 else Urgency.MEDIUM)
        some = [
            replace(base, mention=a_mention(posted_at=at, received_at=at, author=author))
            for author in authors[:80]
        ]
        desk.say(*[replace(m, labels=labels) for m in some], now=at)

    (incident,) = desk.incidents
    # A dozen of those that came before the alarm are found again, the others belong nowhere.
    assert 1950 < incident.mention_count <= 2000
    state = desk.store.state("acme")
    assert len(str(state)) < 6000


class Crash(Exception):
    pass


class Crashing(InMemoryTriageStore):
    """A store beside which the function dies now and then, before or after it has written."""

    def __init__(self, rng):
        super().__init__()
        self.rng = rng

    def commit(self, change, now):
        if self.rng.random() < 0.2:
            raise Crash
        super().commit(change, now)
        if self.rng.random() < 0.2:
            raise Crash


def test_a_storm_told_through_crashes_is_the_same_storm():
    posts = [
        post(THURSDAY + timedelta(seconds=4 * n), some_labels() if n % 9 == 8 else CHAT)
        for n in range(120)
    ]
    endings = []
    for store in (InMemoryTriageStore(), Crashing(random.Random(11))):
        desk = TriageDesk(store=store)
        store.states["acme"] = BrandState(brand="acme", series=four_usual_days())
        for first in range(0, len(posts), 5):
            some = posts[first : first + 5]
            for _ in range(40):
                with suppress(Crash):
                    desk.say(*some, now=some[-1].mention.posted_at)
                    break
        series = store.state("acme").series
        endings.append((desk.incidents, whats(desk), series, store.timers))

    assert endings[0] == endings[1]
    assert len(endings[0][0]) == 1
