import json
from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.x_stream import ACME, World, a_post, every, ids
from vigie.domain.instants import from_iso
from vigie.domain.mention import Author, Mention
from vigie.domain.plan import Brand
from vigie.errors import Unavailable
from vigie.messages import decode_mentions
from vigie.ports import Capabilities, Fetched
from vigie.services.file_source import FileSource

BOLT = Brand(id="bolt", name="Bolt", handles=("bolt_fr",))


class Fediverse:
    """Another network: free, pages that go forward, and a cursor of its own kind."""

    name = "mastodon:notifications"
    brand = "acme"
    capabilities = Capabilities(fastest=timedelta(seconds=30))

    def __init__(self, server):
        self.server = server  # a list of statuses, the oldest first

    def begin(self, now):
        return "min:0"

    def fetch(self, cursor, now):
        seen = int(cursor.removeprefix("min:"))
        page = [status for status in self.server if int(status["id"]) > seen][:20]
        found = [self._mention(status, now) for status in page]
        last = page[-1]["id"] if page else seen
        return Fetched(found=found, cursor=f"min:{last}", complete=len(page) < 20)

    def _mention(self, status, now):
        return Mention(
            brand=self.brand,
            platform="mastodon",
            post_id=status["id"],
            root_id=status["id"],
            text=status["content"],
            author=Author(id=status["account"]["acct"]),
            posted_at=from_iso(status["created_at"]),
            received_at=now,
            source=self.name,
        )


def statuses(number, content="@acme@example.social the network is down"):
    return [
        {
            "id": str(n + 1),
            "content": content,
            "created_at": "2026-03-12T11:59:00.000Z",
            "account": {"acct": f"user{n}@example.social"},
        }
        for n in range(number)
    ]


def mentions(world):
    return [m for body in world.mentions.bodies for m in decode_mentions(body).mentions]


def test_another_network_is_one_class_and_nothing_behind_it_changes():
    world = World()
    network = Fediverse(statuses(45))

    first = world.run(sources=[*world.sources, network])
    network.server += statuses(50)[45:]
    world.run(sources=[*world.sources, network], after=timedelta(minutes=1))

    assert [m.post_id for m in mentions(world)] == [str(n + 1) for n in range(50)]
    assert {m.key.split("#")[1] for m in mentions(world)} == {"mastodon"}
    assert first.pages == 4
    assert world.cursors.read("acme", network.name).position == "min:50"
    assert world.ledger.spend(NOON.date()).total == 0


def test_another_network_goes_on_when_x_stops_the_app():
    world = World()
    world.budget = 1.0
    world.ledger.add(NOON.date(), "before", 2.0)

    done = world.run(sources=[*world.sources, Fediverse(statuses(3))])

    assert (done.over_budget, done.counts.accepted) == (1, 3)


def test_danger_on_another_network_takes_the_urgent_lane_too():
    world = World()

    world.run(sources=[Fediverse(statuses(1, "@acme danger"))])

    assert len(world.urgent.sent) == 1


def a_file(posts):
    return [
        json.dumps({"data": post.raw, "includes": {"users": [post.user]}}).encode()
        for post in posts
    ]


def test_a_file_is_a_source_like_any_other():
    posts = every(timedelta(seconds=1), 250, start=NOON - timedelta(hours=1))
    world = World()

    done = world.run(sources=[FileSource(a_file(posts), [ACME])])

    assert sorted(world.queued) == ids(posts)
    assert (done.pages, done.counts.accepted) == (3, 250)
    assert world.cursors.read("acme", "file").position == "250"


def test_a_file_goes_on_after_the_lines_that_were_read():
    posts = every(timedelta(seconds=1), 250, start=NOON - timedelta(hours=1))
    world = World()
    left = iter([timedelta(seconds=50)] * 2)
    world.run(
        sources=[FileSource(a_file(posts), [ACME])], remaining=lambda: next(left, timedelta(0))
    )

    world.run(sources=[FileSource(a_file(posts), [ACME])], after=timedelta(minutes=1))

    assert sorted(world.queued) == ids(posts)
    assert len(world.queued) == 250


def test_a_page_that_was_not_queued_is_asked_for_again():
    posts = every(timedelta(seconds=1), 5, start=NOON - timedelta(hours=1))
    world = World()
    source = FileSource(a_file(posts), [ACME])
    world.mentions.refuse = 1

    world.run(sources=[source])
    world.run(sources=[source], after=timedelta(minutes=1))

    assert sorted(world.queued) == ids(posts)


def test_of_several_brands_each_post_goes_to_those_that_it_names():
    world = World(brands=(ACME, BOLT))
    lines = [
        *a_file([a_post(NOON, "@acme and @bolt_fr are down"), a_post(NOON, "no brand at all")]),
        b"no json",
        b"",
    ]

    done = world.run(sources=[FileSource(lines, [ACME, BOLT])])

    assert sorted(m.brand for m in mentions(world)) == ["acme", "bolt"]
    assert (done.counts.unmatched, done.counts.rejected, done.counts.received) == (1, 1, 4)
    assert world.dead_letters.parked[0]["body"] == "no json"


def test_a_forced_brand_takes_every_post():
    world = World(brands=(ACME, BOLT))

    world.run(sources=[FileSource(a_file([a_post(NOON, "no brand at all")]), [ACME, BOLT], BOLT)])

    assert [m.brand for m in mentions(world)] == ["bolt"]


def test_what_has_passed_on_a_pipe_cannot_come_again():
    source = FileSource(a_file(every(timedelta(seconds=1), 250)), [ACME])
    source.fetch("0", NOON)
    source.fetch("100", NOON)

    with pytest.raises(Unavailable, match="line 0 has passed"):
        source.fetch("0", NOON)
