from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes import InMemoryOverrides
from tests.rotas import ANNE, BEN, CLEO, an_override, utc
from vigie.adapters.dynamodb.overrides import DynamoOverrides
from vigie.domain.hours import Hours
from vigie.domain.people import Quiet
from vigie.errors import Conflict, UnknownVersion

TAKE = an_override("take", CLEO, other=ANNE, schedule="rota")
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["fake", "dynamodb"])
def overrides(request):
    if request.param == "fake":
        return InMemoryOverrides()
    return DynamoOverrides(request.getfixturevalue("dynamodb"), "BrandsTable")


def test_an_override_is_read_as_it_was_made_people_and_all(overrides):
    quiet = Quiet(channel="sms", hours=Hours(start=1320, end=420), unless=4)
    person = replace(BEN, time_zone="Europe/Paris", channels=("sms", "mail"), quiet=(quiet,))
    made = an_override("mute", person)

    overrides.add(made)

    assert overrides.since(made.start) == (made,)


def test_what_has_ended_is_not_read_any_more(overrides):
    overrides.add(TAKE)
    overrides.add(replace(TAKE, id="later", end=TAKE.end + SECOND))

    assert [o.id for o in overrides.since(TAKE.end - SECOND)] == [TAKE.id, "later"]
    assert [o.id for o in overrides.since(TAKE.end)] == ["later"]


def test_an_override_is_added_once(overrides):
    overrides.add(TAKE)

    with pytest.raises(Conflict):
        overrides.add(TAKE)


def test_whoever_cancels_first_is_remembered(overrides):
    overrides.add(TAKE)
    at = utc(2026, 1, 6, 5)

    overrides.cancel(TAKE, by="anne", at=at)
    with pytest.raises(Conflict):
        overrides.cancel(TAKE, by="ben", at=at + SECOND)

    assert overrides.since(at) == (replace(TAKE, cancelled_by="anne", cancelled_at=at),)


def test_what_is_not_there_cannot_be_cancelled(overrides):
    with pytest.raises(Conflict):
        overrides.cancel(TAKE, by="anne", at=utc(2026, 1, 6))


def test_an_override_of_a_newer_release_is_told(dynamodb):
    overrides = DynamoOverrides(dynamodb, "BrandsTable")
    overrides.add(TAKE)
    (item,) = dynamodb.scan(TableName="BrandsTable")["Items"]
    dynamodb.put_item(TableName="BrandsTable", Item=item | {"v": {"N": "99"}})

    with pytest.raises(UnknownVersion):
        overrides.since(TAKE.start)
    assert int(item["expires_at"]["N"]) > TAKE.end.timestamp()
