"""The poller of the template against the stub of X, on one clock."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from local.clock import VirtualClock
from local.fake_x import FakeX, credits_depleted, rate_limited, usage_capped
from local.people import give_token
from local.snapshot import Snapshot
from tests.builders import NOON, a_plan
from tests.e2e.posts import CHAT, DANGER, OUTAGE
from tests.x_stream import a_post, every, ids
from vigie.adapters.dynamodb.ledger import DynamoGaps, DynamoLedger
from vigie.domain.instants import to_iso
from vigie.domain.plan import Brand
from vigie.domain.x_walk import feeds_of

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
BRAND = Brand(
    id="acme",
    name="Acme",
    handles=("acme", "acme_help"),
    x_ids=("1000000001",),
    queries=("network",),
)


class Polling:
    """A cloud whose poller reads the stub, with both on the cloud's clock."""

    def __init__(self, cloud, fake):
        self.cloud, self.fake = cloud, fake
        cloud.on_run.append(self._note)
        client, table = cloud.client("dynamodb"), cloud.table("BrandsTable")
        self.ledger, self.gaps = DynamoLedger(client, table), DynamoGaps(client, table)

    def _note(self, function, event, run):
        assert run.error is None, run.error

    def pause(self):
        """Nothing runs by itself any more, so that weeks may pass at once."""
        for function in self.cloud.functions.values():
            self.cloud.pause_schedule(function.name)

    @property
    def stored(self):
        return sorted(int(m.mention.post_id) for m in Snapshot(self.cloud).mentions)

    def calls_to(self, path):
        return [asked for to, asked in self.fake.calls if path in to]

    def walks(self):
        """How often the timeline was asked for its newest posts."""
        return sum("pagination_token" not in asked for asked in self.calls_to("mentions"))

    def pages(self):
        return [d for d in self.cloud.inbox.deliveries if d.channel == "sms"]


@pytest.fixture
def polling(stack):
    @contextmanager
    def start(posts=(), **changes):
        clock = VirtualClock(NOON)
        plan = a_plan(**{"brands": (BRAND,)} | changes)
        with (
            FakeX(posts, clock=clock.now, accounts={"1000000001": "acme"}) as fake,
            stack(
                plan,
                clock,
                polling=True,
                environment={"ingest_poll": {"X_BASE_URL": fake.url}},
                secrets={"/vigie/x-bearer-token": "local"},
            ) as cloud,
        ):
            yield Polling(cloud, fake)
            with cloud.as_function("ingest_poll") as parts:
                parts.timelines.close()
            cloud.assert_clean()

    return start


def test_posts_of_x_become_mentions_once_and_their_cost_is_booked(polling):
    posts = every(20 * SECOND, 12, start=NOON - MINUTE)
    with polling(posts) as x:
        x.cloud.advance(minutes=10)

        spend = x.ledger.spend(NOON.date())
        assert x.stored == ids(posts)
        # Both the timeline and the search show them; X bills once, the estimate twice.
        assert set(spend.by_source) == {f"acme/{feed.name}" for feed in feeds_of(BRAND)}
        assert spend.by_source["acme/mentions:1000000001"] >= 12 * 0.005
        assert spend.total == pytest.approx(sum(spend.by_source.values()))


@pytest.mark.parametrize("fault", [credits_depleted(), usage_capped()], ids=["402", "usage cap"])
def test_when_x_wants_money_the_app_stops_asks_again_and_misses_nothing(polling, fault):
    posts = every(5 * MINUTE, 8, start=NOON + MINUTE)
    with polling(posts) as x:
        x.cloud.advance(minutes=5)
        before = len(x.fake.calls)
        x.fake.script(fault, fault, fault)
        x.cloud.advance(minutes=32)
        refused = len(x.fake.calls) - before
        x.cloud.advance(minutes=16)

        # Three questions, a quarter of an hour apart, whatever number of sources there is.
        assert refused == 3
        assert x.ledger.stopped().until == NOON + timedelta(minutes=51)
        assert x.stored == ids(posts)


def test_a_daily_budget_stops_the_searches_first_and_then_the_timelines(polling):
    posts = every(15 * SECOND, 80, start=NOON + MINUTE)
    with polling(posts, daily_budget_usd=0.6) as x:
        x.cloud.advance(minutes=20)
        spend = x.ledger.spend(NOON.date())
        asked = [len(x.calls_to(path)) for path in ("search/recent", "mentions")]
        x.cloud.advance(minutes=5)

        assert 0.6 <= spend.total < 0.7
        assert 0 < asked[0] < asked[1] < 20
        assert [len(x.calls_to(path)) for path in ("search/recent", "mentions")] == asked
        assert x.stored == [id_ for id_ in ids(posts) if id_ <= max(x.stored)]


def test_two_weeks_without_a_poll_leave_a_gap_that_the_api_shows(polling):
    missed = every(3 * HOUR, 100, start=NOON + HOUR)
    brand = Brand(id="acme", name="Acme", queries=("network",))
    with polling(missed, brands=(brand,)) as x:
        x.pause()
        x.cloud.invoke("ingest_poll", {})
        x.cloud.clock.move_to(NOON + timedelta(days=14))
        x.cloud.invoke("ingest_poll", {})
        x.cloud.drain()

        token = give_token(x.cloud, "lead-1")
        shown = x.cloud.http("GET", "/sources", {"authorization": f"Bearer {token}"}).json()
        (gap,) = shown["gaps"]
        stored = set(x.stored)
        assert gap["from"] == "2026-03-12T12:00:00.000Z"
        assert gap["to"] == "2026-03-19T12:05:00.000Z"
        assert stored
        for post in missed[:-1]:
            told = to_iso(post.visible_at)
            assert post.id in stored or gap["from"] <= told <= gap["to"] or told > "2026-03-24"


def test_a_storm_is_read_every_fifteen_seconds_and_a_calm_brand_every_minute(polling):
    storm = every(SECOND, 180, start=NOON + 5 * MINUTE)
    with polling(storm) as x:
        x.cloud.advance(minutes=5)
        calm = x.walks()
        x.cloud.advance(minutes=3)
        stormy = x.walks() - calm
        x.cloud.advance(minutes=2)

        assert calm == 5
        assert 9 <= stormy <= 16
        assert x.stored == ids(storm)
        assert x.cloud.depth("PollsQueue") == 0


def test_danger_takes_the_urgent_lane_from_the_first_page_on(polling):
    posts = [*every(SECOND, 50, start=NOON - MINUTE, text=CHAT), a_post(NOON - SECOND, DANGER)]
    with polling(posts) as x:
        lanes = []
        x.cloud.on_run.append(
            lambda name, event, run: (
                lanes.append(event["Records"][0]["eventSourceARN"].rpartition(":")[2])
                if name == "classify"
                else None
            )
        )
        x.cloud.advance(minutes=2)

        assert lanes[0].endswith("UrgentQueue")
        assert [page.audience for page in x.pages()] == ["duty-1"]


@pytest.mark.parametrize(("words", "pages"), [(OUTAGE, 0), (DANGER, 1)], ids=["outage", "danger"])
def test_old_posts_found_late_page_nobody_unless_a_life_is_at_stake(polling, words, pages):
    found_late = [
        a_post(NOON + MINUTE + n * SECOND, text, author_id=str(2000000100 + n))
        for n, text in enumerate([OUTAGE] * 6 + [words])
    ]
    brand = Brand(id="acme", name="Acme", handles=("acme",), x_ids=("1000000001",))
    with polling(found_late, brands=(brand,)) as x:
        x.pause()
        x.cloud.invoke("ingest_poll", {})
        x.cloud.clock.move_to(NOON + 5 * HOUR)
        x.cloud.invoke("ingest_poll", {})
        x.cloud.advance(seconds=20)

        assert x.stored == ids(found_late)
        assert len(x.pages()) == pages


def test_a_rate_limit_of_x_holds_one_source_and_nothing_is_missed(polling):
    posts = every(30 * SECOND, 40, start=NOON + MINUTE)
    with polling(posts) as x:
        x.cloud.advance(minutes=3)
        x.fake.script(rate_limited(NOON + 12 * MINUTE), rate_limited(NOON + 12 * MINUTE))
        x.cloud.advance(minutes=30)

        assert x.stored == ids(posts)
