"""One stream cut in many ways is one story."""

import random
from datetime import timedelta

import pytest

from tests.streams import mixed, storm, swelling, usual_days
from tests.unit.test_triage import TriageDesk
from vigie.domain.incident import BrandState
from vigie.messages import Classified, Tick

BIN = timedelta(minutes=5)
LONGEST = timedelta(minutes=2)  # how long a batch may have been waited for


def cuts(stream, rng, most):
    """Batches of up to `most` mentions that arrived within two minutes."""
    batch, size = [], rng.randint(1, most)
    for at, told in stream:
        if batch and (len(batch) >= size or at - batch[0][0] > LONGEST):
            yield batch
            batch, size = [], rng.randint(1, most)
        batch.append((at, told))
    yield batch


def told(stream, seed, most, knows=()):
    """What the stream comes to in one way of cutting it, batches delivered twice now and then and
    silent minutes ticked."""
    rng, desk = random.Random(seed), TriageDesk()
    brands = sorted({m.mention.brand for _, m in stream})
    for brand in knows:
        series = usual_days(seed=sum(map(ord, brand)))
        desk.store.states[brand] = BrandState(brand=brand, series=series)
    pages = {}  # incident -> severity -> when it was first paged for
    minute = None
    for batch in cuts(stream, rng, most):
        now = batch[-1][0]
        while minute is not None and minute + timedelta(minutes=1) < batch[0][0]:
            minute += timedelta(minutes=1)
            for brand in brands:
                desk.triage(Tick(brand=brand, at=minute), now=minute)
        minute = now
        for _ in range(1 + (rng.random() < 0.1)):
            messages = [
                Classified(
                    brand=brand, mentions=tuple(m for _, m in batch if m.mention.brand == brand)
                )
                for brand in brands
            ]
            desk.triage(*[m for m in messages if m.mentions], now=now)
        for name, timer in desk.store.timers.items():
            pages.setdefault(name, {}).setdefault(timer.severity, timer.due_at)
    incidents = {
        i.id: (
            i.kind,
            i.trigger,
            i.mention_count,
            {u: n for u, n in i.by_urgency.items() if n},
            i.reposts,
            i.coordinated_at is not None,
        )
        for i in desk.store.tallies.values()
    }
    of = {key: held.incident_id for key, held in desk.store.mentions.items()}
    # A batch in which an incident rises twice pages once, for the graver.
    paged = {
        name: (min(of.values()), max(of, key=lambda severity: severity.rank), max(of.values()))
        for name, of in pages.items()
    }
    return incidents, of, paged


def assert_same(one, other):
    assert other[0] == one[0]
    assert other[1] == one[1]
    assert other[2].keys() == one[2].keys()
    for name, (first, gravest, last) in one[2].items():
        assert abs(other[2][name][0] - first) <= BIN
        assert other[2][name][1] is gravest
        assert abs(other[2][name][2] - last) <= BIN


STREAMS = {
    "storm": (storm, ()),
    "swelling": (swelling, ("acme", "other")),
    "mixed": (mixed, ("acme",)),
}


# Each of these once came out otherwise when it was cut otherwise.
@pytest.mark.parametrize(("name", "seed"), [("storm", 2), ("swelling", 4), ("mixed", 12)])
def test_a_stream_cut_in_any_way_is_the_same_story(name, seed):
    make, knows = STREAMS[name]
    stream = make(seed)

    one = told(stream, 0, 1, knows)

    assert one[0]
    for cut, most in ((0, 4), (2, 80)):
        assert_same(one, told(stream, f"{seed} {cut}", most, knows))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.parametrize("name", STREAMS)
def test_any_stream_cut_in_ten_ways_is_the_same_story(name, seed):
    make, knows = STREAMS[name]
    stream = make(seed)

    one = told(stream, 0, 1, knows)

    for cut in range(9):
        assert_same(one, told(stream, f"{seed} {cut}", (4, 25, 80)[cut % 3], knows))
