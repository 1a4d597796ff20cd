"""Posts for the stub of X, and what a run of the poller over it needs."""

import json
from datetime import timedelta
from itertools import count

from local.fake_x import FakeApi, Post
from tests.builders import NOON
from tests.fakes import (
    InMemoryCursors,
    InMemoryDeadLetters,
    InMemoryGaps,
    InMemoryLedger,
    RecordingQueue,
    StubTimelines,
)
from vigie.domain.instants import to_iso
from vigie.domain.plan import Brand
from vigie.domain.snowflakes import snowflake
from vigie.domain.x_walk import feeds_of, from_text
from vigie.messages import decode_mentions
from vigie.services.ingest import Intake
from vigie.services.walk import Poller, poll
from vigie.services.x_source import XSource

ACME = Brand(id="acme", name="Acme", handles=("acme",), x_ids=("1000000001",))
AMPLE = timedelta(minutes=5)
_low_bits = count(1)


def a_post(at, text="@acme is the network down?", *, indexed_after=timedelta(0), **changes):
    """A post of X written at `at`, and shown by X `indexed_after` later."""
    post_id = snowflake(at) | next(_low_bits)
    raw = {
        "id": str(post_id),
        "edit_history_tweet_ids": [str(post_id)],
        "text": text,
        "author_id": "2000000001",
        "created_at": to_iso(at),
        "lang": "en",
    } | changes
    user = {"id": "2000000001", "username": "user_1", "public_metrics": {"followers_count": 10}}
    return Post(
        id=post_id,
        visible_at=at + indexed_after,
        raw={name: value for name, value in raw.items() if value is not ...},
        user=user,
    )


def every(step, times, *, start=NOON, **changes):
    """`times` posts, one each `step` from `start`."""
    return [a_post(start + step * n, **changes) for n in range(times)]


def danger(text, lang):
    """A trip-wire for tests."""
    return "danger" in text


class World:
    """The stub of X, queues, cursors and a clock; `run` is one invocation of the poller."""

    def __init__(self, posts=(), brands=(ACME,), now=NOON):
        self.now = now
        self.brands = brands
        self.api = FakeApi(
            posts,
            clock=lambda: self.now,
            accounts={x_id: b.handles[0] for b in brands if b.handles for x_id in b.x_ids},
        )
        self.timelines = StubTimelines(self.api)
        self.cursors = InMemoryCursors()
        self.mentions, self.urgent = RecordingQueue(), RecordingQueue()
        self.dead_letters = InMemoryDeadLetters()
        self.gaps, self.ledger, self.polls = InMemoryGaps(), InMemoryLedger(), RecordingQueue()
        self.budget = 0
        self.silence_after = timedelta(minutes=15)
        self.runs = 0

    @property
    def intake(self):
        return Intake(
            mentions=self.mentions,
            urgent=self.urgent,
            dead_letters=self.dead_letters,
            trips=danger,
        )

    @property
    def sources(self):
        return [
            XSource(feed, brand, self.timelines)
            for brand in self.brands
            for feed in feeds_of(brand)
        ]

    @property
    def poller(self):
        return Poller(
            cursors=self.cursors,
            gaps=self.gaps,
            ledger=self.ledger,
            intake=self.intake,
            polls=self.polls,
            brands={brand.id: brand for brand in self.brands},
            budget_usd=self.budget,
            silence_after=self.silence_after,
        )

    def run(self, *, after=timedelta(0), remaining=lambda: AMPLE, sources=None):
        self.now += after
        self.runs += 1
        return poll(
            self.sources if sources is None else sources,
            self.poller,
            owner=f"run-{self.runs}",
            now=lambda: self.now,
            remaining=remaining,
        )

    def cursor(self, brand=ACME, position=0):
        return self.cursors.read(brand.id, feeds_of(brand)[position].name)

    def walk(self, brand=ACME, position=0):
        """Where X's own part of the cursor stands."""
        return from_text(self.cursor(brand, position).position)

    @property
    def queued(self):
        """Ids in the order of the queues, urgent ones first."""
        return [
            int(mention.post_id)
            for queue in (self.urgent, self.mentions)
            for body in queue.bodies
            for mention in decode_mentions(body).mentions
        ]

    @property
    def parked(self):
        return [json.loads(letter["body"]) for letter in self.dead_letters.parked]


def ids(posts):
    return sorted(post.id for post in posts)
