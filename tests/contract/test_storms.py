from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.contract.incident_worlds import TABLE
from tests.paging_fakes import InMemoryStorms
from vigie.adapters.dynamodb.storms import DynamoStorms
from vigie.domain.storm import Sent, Storm
from vigie.errors import Conflict

STORM = Storm(
    person="duty-1",
    revision=1,
    sent=(Sent(at=NOON, incident_id="inc-1", step="1-0"),),
    waiting=("inc-2", "inc-3"),
    digest_at=NOON + timedelta(minutes=1),
)


@pytest.fixture(params=["fake", "dynamodb"])
def storms(request):
    if request.param == "fake":
        return InMemoryStorms()
    return DynamoStorms(request.getfixturevalue("dynamodb"), TABLE)


def test_whoever_was_not_paged_has_a_fresh_storm(storms):
    assert storms.read("duty-1") == Storm(person="duty-1")


def test_a_storm_is_read_as_it_was_saved(storms):
    storms.save(STORM, NOON)

    assert storms.read("duty-1") == STORM
    assert storms.read("lead-1") == Storm(person="lead-1")


@pytest.mark.parametrize("revision", [1, 3])
def test_of_two_who_count_at_once_one_counts_again(storms, revision):
    storms.save(STORM, NOON)

    with pytest.raises(Conflict):
        storms.save(replace(STORM, revision=revision, waiting=()), NOON)
    assert storms.read("duty-1") == STORM


def test_the_next_revision_is_saved(storms):
    storms.save(STORM, NOON)
    later = replace(STORM, revision=2, waiting=(), digest_at=None)

    storms.save(later, NOON)

    assert storms.read("duty-1") == later


def test_the_counters_of_a_person_are_deleted_by_themselves(dynamodb):
    DynamoStorms(dynamodb, TABLE).save(STORM, NOON)

    (item,) = dynamodb.scan(TableName=TABLE)["Items"]
    assert int(item["expires_at"]["N"]) == int((NOON + timedelta(hours=1)).timestamp())
