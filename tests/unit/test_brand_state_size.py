from datetime import timedelta
from random import Random

from tests.builders import NOON, some_labels
from vigie.adapters.dynamodb.attributes import to_wire
from vigie.adapters.dynamodb.state_items import BRAND_STATE_BYTES, state_from_item, state_to_item
from vigie.domain.draft import OPEN_KEPT
from vigie.domain.groups import ALL_WAITING_KEPT, GROUPS_KEPT
from vigie.domain.incident import BrandState, Candidate, ClosedIncident, Group, OpenIncident
from vigie.domain.labels import Kind, Urgency
from vigie.domain.likeness import FEATURES_KEPT, packed
from vigie.domain.outcome import CLOSED_KEPT
from vigie.domain.plan import Severity
from vigie.domain.series import HELD_INCIDENTS, HELD_KEYS, Series

BRAND = "b" * 31
AT = NOON + timedelta(milliseconds=123)
RANDOM = Random(1)


def a_sketch():
    features = (RANDOM.randrange(1 << 16) for _ in range(FEATURES_KEPT))
    return packed({feature: RANDOM.randrange(1, 256) for feature in features})


def an_instant():
    return AT + timedelta(milliseconds=RANDOM.randrange(10**8))


def a_hash():
    return f"{RANDOM.randrange(16**10):010x}"


def the_busiest_series():
    series = Series()
    labels = [some_labels(Urgency.HIGH, kind) for kind in Kind]
    for minute in range(5 * 24 * 60):
        at = AT - timedelta(days=5) + timedelta(minutes=minute)
        for one in labels:
            series.add(at, one, NOON)
            series.join(at, f"inc-{minute % HELD_INCIDENTS:010x}")
    for n in range(HELD_KEYS):
        series.lie_about(f"{BRAND}#x#{2**63 - n}", AT, "medium", f"{n:010x}", 10**9)
    return series.stored()


def the_largest():
    return BrandState(
        brand=BRAND,
        version=10**9,
        open=tuple(
            OpenIncident(
                id=f"inc-{a_hash()}",
                kind=Kind.NATURAL_DISASTER,
                severity=Severity.SEV1,
                worst=Urgency.CRITICAL,
                opened_at=an_instant(),
                last_mention_at=an_instant(),
                calm_due=an_instant(),
                sketch=a_sketch(),
                heat=RANDOM.randrange(10**5) / 100,
            )
            for _ in range(OPEN_KEPT)
        ),
        groups=tuple(
            Group(
                id=f"g{a_hash()}",
                kind=Kind.NATURAL_DISASTER,
                last_mention_at=an_instant(),
                mentions=10**6,
                lead=20,
                sketch=a_sketch(),
                heat=RANDOM.randrange(10**5) / 100,
                waiting=tuple(
                    Candidate(
                        key=f"{BRAND}#x#{RANDOM.randrange(10**19)}",
                        author=a_hash(),
                        at=an_instant(),
                        reach=10**6,
                    )
                    for w in range(n, ALL_WAITING_KEPT, GROUPS_KEPT)
                ),
            )
            for n in range(GROUPS_KEPT)
        ),
        closed=tuple(
            ClosedIncident(id=f"inc-{a_hash()}", kind=Kind.NATURAL_DISASTER, closed_at=an_instant())
            for _ in range(CLOSED_KEPT)
        ),
        series=the_busiest_series(),
        seen_at=AT,
    )


def test_the_largest_state_leaves_room_in_its_item():
    state = the_largest()

    item = state_to_item(state)

    assert len(item["packed"]["S"]) < 0.95 * BRAND_STATE_BYTES
    assert state_from_item(item) == state


def test_a_state_of_the_first_version_is_read():
    body = (
        '{"open":[["inc-1","outage","sev2","critical","2026-03-02T12:00:00.000Z",'
        '"2026-03-02T12:00:00.000Z"]],"candidates":{"outage":[["acme#x#1","0a",'
        '"2026-03-02T12:00:00.000Z",7]]},"closed":[]}'
    )

    state = state_from_item(
        to_wire({"pk": "acme", "sk": "STATE", "v": 1, "version": 3, "body": body})
    )

    (incident,), (group,) = state.open, state.groups
    assert (incident.id, incident.worst, incident.sketch) == ("inc-1", Urgency.CRITICAL, "")
    assert (group.kind, [c.key for c in group.waiting]) == (Kind.OUTAGE, ["acme#x#1"])
