from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.fakes import InMemoryAnnouncements
from vigie.adapters.dynamodb.announcements import (
    OWN_POSTS_KEPT,
    DynamoAnnouncements,
    DynamoConnection,
)
from vigie.adapters.dynamodb.ledger import DynamoLedger
from vigie.domain.instants import to_iso
from vigie.domain.own_post import OwnPost
from vigie.errors import Unavailable

POST = OwnPost(post_id="10", root_id="9", author_id="1000000001", posted_at=NOON, replies_to="5")
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def stored(dynamodb):
    """The real thing, and what is in the table under a key."""

    def item(pk, sk):
        answer = dynamodb.get_item(TableName="BrandsTable", Key={"pk": {"S": pk}, "sk": {"S": sk}})
        return {name: next(iter(it.values())) for name, it in answer.get("Item", {}).items()}

    return DynamoAnnouncements(dynamodb, "BrandsTable"), item


@pytest.fixture(params=["fake", "dynamodb"])
def announcements(request):
    if request.param == "fake":
        return InMemoryAnnouncements()
    return DynamoAnnouncements(request.getfixturevalue("dynamodb"), "BrandsTable")


def test_a_revocation_is_news_once(announcements):
    assert announcements.revoked("7", "2026-07-23T21:44:05+00:00", NOON)
    assert not announcements.revoked("7", "2026-07-23T21:44:05+00:00", LATER)
    assert announcements.revoked("8", "2026-07-23T21:44:05+00:00", LATER)


def test_an_account_may_consent_and_revoke_again(announcements):
    announcements.revoked("7", "2026-07-23T21:44:05+00:00", NOON)

    assert announcements.revoked("7", "2026-08-01T10:00:00+00:00", LATER)
    assert not announcements.revoked("7", "2026-07-23T21:44:05+00:00", LATER)


def test_an_own_post_is_kept_for_a_month_without_its_words(stored):
    announcements, item = stored

    announcements.published("acme", POST, NOON)
    announcements.published("acme", POST, LATER)

    assert item("acme", "OWN#10") == {
        "pk": "acme",
        "sk": "OWN#10",
        "v": "1",
        "post_id": "10",
        "root_id": "9",
        "author_id": "1000000001",
        "posted_at": to_iso(NOON),
        "in_reply_to": "5",
        "expires_at": str(int((NOON + OWN_POSTS_KEPT).timestamp())),
    }


def test_a_withdrawn_post_stays_withdrawn(stored):
    announcements, item = stored

    announcements.withdrawn("acme", "10", NOON)
    announcements.published("acme", POST, LATER)

    assert item("acme", "OWN#10")["deleted_at"] == to_iso(NOON)


def test_the_last_event_is_never_set_back(stored):
    announcements, item = stored

    announcements.heard(LATER)
    announcements.heard(NOON)

    assert item("X", "EVENTS")["last_event_at"] == to_iso(LATER)


def test_what_events_cost_is_found_by_the_ledger(dynamodb):
    announcements = DynamoAnnouncements(dynamodb, "BrandsTable")

    announcements.billed(0.005, NOON)
    DynamoLedger(dynamodb, "BrandsTable").add(NOON.date(), "acme/mentions:1", 0.1)
    announcements.billed(0.5, NOON)

    spend = DynamoLedger(dynamodb, "BrandsTable").spend(NOON.date())
    assert spend.by_source == {"webhook": 0.505, "acme/mentions:1": 0.1}
    assert spend.total == pytest.approx(0.605)


def test_a_registered_webhook_is_known_with_the_time_of_its_last_check(dynamodb):
    connection = DynamoConnection(dynamodb, "BrandsTable")
    assert connection.checked_at() is None
    assert connection.last_event_at() is None

    connection.save("1", "https://desk.example.org/x/webhook", valid=True, now=NOON)
    DynamoAnnouncements(dynamodb, "BrandsTable").heard(LATER)

    assert connection.checked_at() == NOON
    assert connection.last_event_at() == LATER


def test_a_table_that_does_not_answer_is_unavailable(dynamodb):
    announcements = DynamoAnnouncements(dynamodb, "NoSuchTable")

    for call in (
        lambda: announcements.published("acme", POST, NOON),
        lambda: announcements.withdrawn("acme", "10", NOON),
        lambda: announcements.heard(NOON),
        lambda: announcements.billed(0.1, NOON),
        lambda: announcements.revoked("7", "", NOON),
    ):
        with pytest.raises(Unavailable):
            call()
