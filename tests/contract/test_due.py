from datetime import timedelta

import pytest

from tests.builders import NOON, a_tally, a_timer
from tests.fakes import InMemoryHeartbeats
from vigie.adapters.dynamodb.due import DynamoHeartbeats
from vigie.adapters.dynamodb.state_items import state_to_item
from vigie.domain.incident import BrandState
from vigie.ports import DueTimer, Heartbeat

MINUTE = timedelta(minutes=1)


def a_due(number, at):
    return DueTimer(incident_id=f"inc-{number}", name="ladder", brand="acme", ready_at=at)


def test_what_falls_due_is_found_oldest_first(world):
    for number, minutes in ((1, 1), (2, 0), (3, 2), (4, 3)):
        due_at = NOON + minutes * MINUTE
        world.seed(timer=a_timer(incident_id=f"inc-{number}", due_at=due_at))

    found = list(world.due.until(NOON + 2 * MINUTE))

    assert found == [a_due(2, NOON), a_due(1, NOON + MINUTE), a_due(3, NOON + 2 * MINUTE)]


def test_a_timer_that_is_claimed_is_ready_when_the_claim_runs_out(world):
    world.seed(timer=a_timer(incident_id="inc-1"), tally=a_tally())
    world.escalations.claim("inc-1", "ladder", claim="one", now=NOON, until=NOON + MINUTE)

    assert list(world.due.until(NOON)) == [a_due(1, NOON + MINUTE)]


class OnDynamoDB:
    def __init__(self, client):
        self._client = client
        self.heartbeats = DynamoHeartbeats(client, "BrandsTable")

    def seed(self, seen_at, sources):
        if seen_at:
            state = BrandState(brand="acme", version=3, seen_at=seen_at)
            self._client.put_item(TableName="BrandsTable", Item=state_to_item(state))
        for source, last in sources.items():
            item = {"pk": {"S": "acme"}, "sk": {"S": f"CURSOR#{source}"}}
            if last:
                item["last_success_at"] = {"S": last}
            self._client.put_item(TableName="BrandsTable", Item=item)


class Fake:
    def __init__(self):
        self.heartbeats = InMemoryHeartbeats()

    def seed(self, seen_at, sources):
        self.heartbeats.seen = {"acme": seen_at}
        self.heartbeats.read = {
            "acme": {
                source: Heartbeat(answered_at=NOON if last else None)
                for source, last in sources.items()
            }
        }


@pytest.fixture(params=["fake", "dynamodb"])
def brands(request):
    if request.param == "fake":
        return Fake()
    return OnDynamoDB(request.getfixturevalue("dynamodb"))


def test_a_brand_never_seen_has_no_heartbeat(brands):
    assert brands.heartbeats.seen_at("acme") is None
    assert brands.heartbeats.sources("acme") == {}


def test_heartbeats_are_read_as_they_were_written(brands):
    brands.seed(NOON, {"mentions": "2026-03-12T12:00:00.000Z", "search": None})

    assert brands.heartbeats.seen_at("acme") == NOON
    sources = brands.heartbeats.sources("acme")
    assert {name: each.answered_at for name, each in sources.items()} == {
        "mentions": NOON,
        "search": None,
    }
