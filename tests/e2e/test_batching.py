import random
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest

from local.clock import VirtualClock
from local.replay import a_cloud
from local.snapshot import Snapshot
from tests.builders import NOON, a_plan
from tests.e2e.posts import CHAT, OUTAGE, a_page, a_post, feed
from vigie.adapters.dynamodb.state_items import state_to_item
from vigie.domain.incident import BrandState
from vigie.domain.labels import Kind, Labels, Sentiment, Urgency
from vigie.domain.plan import plan_to_json
from vigie.domain.series import Series

BIN = timedelta(minutes=5)


def what_was_usual():
    labels = Labels(
        urgency=Urgency.LOW,
        kind=Kind.NONE,
        sentiment=Sentiment.NEUTRAL,
        scores={},
        kind_scores={},
        sentiment_scores={},
    )
    rng, series, at = random.Random(1), Series(), NOON - timedelta(days=4)
    while at < NOON:
        series.add(at, labels, at)
        at += timedelta(minutes=rng.expovariate(0.5))
    return series.stored()


def a_storm():
    """Chat that swells and then speaks of an outage; some posts late, some twice."""
    rng = random.Random(3)
    posts = []
    for n in range(150):
        at = NOON + timedelta(seconds=5 * n + (600 if n > 120 else 0))
        text = f"{OUTAGE} {n}" if n > 40 and n % 3 == 0 else f"{CHAT} {n}"
        post = a_post(at, text, id=str(10**18 + n), author_id=str(70_000 + n))
        late = timedelta(minutes=rng.randint(1, 9)) if rng.random() < 0.1 else timedelta(0)
        posts += [(at + late, post)] * (2 if rng.random() < 0.1 else 1)
    return sorted(posts, key=lambda found: found[0])


def told(size):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_text(plan_to_json(a_plan()), encoding="utf-8")
        with a_cloud(path, VirtualClock(NOON)) as (cloud, _):
            state = BrandState(brand="acme", version=1, series=what_was_usual(), seen_at=NOON)
            cloud.client("dynamodb").put_item(
                TableName=cloud.table("BrandsTable"), Item=state_to_item(state)
            )
            storm = a_storm()
            for first in range(0, len(storm), size):
                some = storm[first : first + size]
                cloud.advance_to(max(cloud.clock.now(), some[-1][0]))
                feed(cloud, a_page(*{p["id"]: p for _, p in some}.values()))
                cloud.advance(seconds=2)
            cloud.advance(seconds=600)
            found = Snapshot(cloud)
            incidents = {
                t.id: (t.kind, t.mention_count, dict(t.by_urgency)) for t in found.incidents()
            }
            pages = [d.at for d in cloud.inbox.deliveries if d.attributes["step"] == "1"]
            return incidents, min(pages)


@pytest.fixture(scope="module")
def one_by_one():
    return told(1)


@pytest.mark.parametrize("size", [10, 40])
def test_the_same_incidents_and_counts_however_a_stream_is_cut(one_by_one, size):
    incidents, paged_at = told(size)

    assert incidents == one_by_one[0]
    assert abs(paged_at - one_by_one[1]) <= BIN
