"""How long triage thinks: a batch of 100 mentions of a brand with 50 open incidents.

Prints JSON: `python -m local.bench.triage`. Only the decision and its state are measured, with no
table behind them: what a slice costs on AWS is in docs/performance.md.
"""

import json
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from vigie.adapters.dynamodb.state_items import state_from_item, state_to_item
from vigie.domain.groups import Index
from vigie.domain.incident import BrandState, Desk, Tally
from vigie.domain.labels import Kind, Labels, Reason, Sentiment, Urgency
from vigie.domain.mention import Author, LabelledMention, Mention
from vigie.domain.plan import Brand, Ladder, Person, Plan, Severity, Step, Thresholds
from vigie.domain.triage import concerned, fold

START = datetime(2026, 3, 2, tzinfo=UTC)
SLICE = 80
BATCH = 100
OPEN = 50
_IDS = count(10**18)
_KINDS = [kind for kind in Kind if kind is not Kind.NONE]
_WORDS = [
    "network",
    "down",
    "signal",
    "lost",
    "since",
    "morning",
    "city",
    "help",
    "nobody",
    "phone",
]


class Triage:
    """Tallies and state in memory, through the stored form and back after each slice."""

    def __init__(self) -> None:
        step = Step(
            people=(Person(id="duty-1", role="duty", language="en"),),
            channels=("sms",),
            ack_within=timedelta(hours=1),
        )
        self.plan = Plan(
            id="bench",
            brands=(Brand(id="acme", name="Acme", handles=("acme",)),),
            ladders={severity: Ladder(steps=(step,)) for severity in Severity},
            thresholds=Thresholds(),
            page_if_younger_than=timedelta(hours=2),
            retention=timedelta(days=90),
            silence_after=timedelta(minutes=15),
        )
        self.state = BrandState(brand="acme")
        self.tallies: dict[str, Tally] = {}
        self.seconds: list[float] = []

    def take(self, mentions: Sequence[LabelledMention], now: datetime) -> None:
        """Fold one batch, slice by slice; its time is one of `seconds`."""
        item = state_to_item(replace(self.state, version=1))
        began = time.process_time()
        for first in range(0, len(mentions), SLICE):
            some = mentions[first : first + SLICE]
            state = state_from_item(item)
            index = Index()
            ids = concerned(state, some, {}, self.plan, now, index)
            while True:
                held = {i: self.tallies[i] for i in ids if i in self.tallies}
                desks = {i: Desk(incident_id=i) for i in held}
                change = fold(state, held, desks, {}, some, self.plan, now, index=index)
                if not change.missing:
                    break
                ids = (*ids, *change.missing)
            item = state_to_item(change.state)
            self.state = change.state
            self.tallies |= {tally.id: tally for tally in change.tallies}
        self.seconds.append(time.process_time() - began)


def measure() -> dict[str, Any]:
    """Milliseconds of processor time and bytes."""
    return {"open_incidents": _many_open(), "one_storm": _one_storm()}


def _many_open() -> dict[str, float]:
    rng, triage = random.Random(1), Triage()
    at = START
    # More topics than incidents: what is said of outages is said of one, and some words meet.
    topics = [[_word(rng) for _ in range(8)] for _ in range(OPEN * 8 // 5)]
    for number, topic in enumerate(topics):
        at += timedelta(seconds=20)
        for urgency in (Urgency.HIGH, Urgency.HIGH, Urgency.HIGH):
            post = _post(rng, at, topic, urgency, _KINDS[number % len(_KINDS)])
            triage.take([post], at)
    triage.seconds.clear()
    for _ in range(60):
        at += timedelta(seconds=10)
        batch = [
            _post(
                rng,
                at,
                topics[n % len(topics)],
                rng.choice(list(Urgency)),
                _KINDS[n % len(topics) % 4],
            )
            for n in range(BATCH)
        ]
        triage.take(batch, at)
    return {
        "open": len(triage.state.open),
        "batch": BATCH,
        "ms_median": _ms(triage.seconds),
        "ms_p95": round(sorted(triage.seconds)[int(0.95 * len(triage.seconds))] * 1000, 1),
        "state_bytes": _size(triage.state),
    }


def _one_storm() -> dict[str, float]:
    """50,000 mentions in ten minutes, after a usual four days."""
    rng, triage = random.Random(2), Triage()
    at, end = START, START + timedelta(days=4)
    while at < end:
        at += timedelta(minutes=5)
        triage.take([_post(rng, at, _WORDS, Urgency.LOW, Kind.NONE) for _ in range(5)], at)
    triage.seconds.clear()
    topic = rng.sample(_WORDS, 6)
    for number in range(50_000 // BATCH):
        at = end + timedelta(minutes=10) * number / (50_000 // BATCH)
        urgency = Urgency.HIGH if number % 3 else Urgency.MEDIUM
        triage.take([_post(rng, at, topic, urgency, Kind.OUTAGE) for _ in range(BATCH)], at)
    hundredth = len(triage.seconds) // 5
    return {
        "mentions": 50_000,
        "incidents": len(triage.tallies),
        "counted": sum(tally.mention_count for tally in triage.tallies.values()),
        "batch": BATCH,
        "ms_first_10000": _ms(triage.seconds[:hundredth]),
        "ms_last_10000": _ms(triage.seconds[-hundredth:]),
        "state_bytes": _size(triage.state),
    }


def _post(
    rng: random.Random, at: datetime, words: Sequence[str], urgency: Urgency, kind: Kind
) -> LabelledMention:
    number = str(next(_IDS))
    text = " ".join(rng.choice(words) for _ in range(9)) + " " + rng.choice(_WORDS)
    return LabelledMention(
        mention=Mention(
            brand="acme",
            post_id=number,
            root_id=number,
            text=f"@acme {text}",
            author=Author(id=number[-9:], handle="user", followers=100),
            posted_at=at,
            received_at=at,
            lang="en",
        ),
        labels=Labels(
            urgency=urgency,
            kind=kind,
            sentiment=Sentiment.NEGATIVE,
            scores={},
            kind_scores={},
            sentiment_scores={},
            reasons=(
                Reason(rule=f"{kind}.bench", label=f"urgency:{urgency}", says="made for a bench"),
            ),
            language="en",
        ),
    )


def _word(rng: random.Random) -> str:
    return "".join(rng.choice("bcdfglmnprst") + rng.choice("aeiou") for _ in range(3))


def _ms(seconds: Sequence[float]) -> float:
    return round(statistics.median(seconds) * 1000, 1)


def _size(state: BrandState) -> int:
    item = state_to_item(replace(state, version=1))
    return sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
