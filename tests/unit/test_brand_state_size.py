from datetime import timedelta

from tests.builders import NOON
from vigie.adapters.dynamodb.items import BRAND_STATE_BYTES, state_from_item, state_to_item
from vigie.domain.draft import CLOSED_KEPT, OPEN_KEPT
from vigie.domain.incident import BrandState, Candidate, ClosedIncident, OpenIncident
from vigie.domain.labels import Kind, Urgency
from vigie.domain.placing import CANDIDATES_KEPT
from vigie.domain.plan import Severity

BRAND = "b" * 31


def the_largest():
    at = NOON + timedelta(milliseconds=123)
    return BrandState(
        brand=BRAND,
        version=10**9,
        open=tuple(
            OpenIncident(
                id=f"inc-{n:010x}",
                kind=Kind.NATURAL_DISASTER,
                severity=Severity.SEV1,
                worst=Urgency.CRITICAL,
                opened_at=at,
                last_mention_at=at,
            )
            for n in range(OPEN_KEPT)
        ),
        candidates={
            kind: tuple(
                Candidate(key=f"{BRAND}#x#{2**63 - n}", author=f"{n:010x}", at=at, reach=10**9)
                for n in range(CANDIDATES_KEPT)
            )
            for kind in Kind
        },
        closed=tuple(
            ClosedIncident(id=f"inc-{n:010x}", kind=Kind.NATURAL_DISASTER, closed_at=at)
            for n in range(CLOSED_KEPT)
        ),
        seen_at=at,
    )


def test_the_largest_state_leaves_room_in_its_item():
    state = the_largest()

    item = state_to_item(state)

    assert len(item["body"]["S"]) < 0.95 * BRAND_STATE_BYTES
    assert state_from_item(item) == state
