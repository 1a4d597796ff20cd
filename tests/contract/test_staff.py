from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.fakes import InMemoryStaff
from vigie.adapters.dynamodb.staff import DynamoStaff
from vigie.domain.staff import StaffToken
from vigie.errors import Conflict

TOKEN = StaffToken(hash="a" * 64, person="duty-1", created_at=NOON)
LATER = NOON + timedelta(hours=1)


@pytest.fixture(params=["fake", "dynamodb"])
def staff(request):
    if request.param == "fake":
        return InMemoryStaff()
    return DynamoStaff(request.getfixturevalue("dynamodb"), "BrandsTable")


def test_a_token_is_found_by_its_hash(staff):
    staff.add(TOKEN)

    assert staff.find("a" * 64) == TOKEN
    assert staff.find("b" * 64) is None
    assert staff.all() == (TOKEN,)


def test_a_token_is_added_once(staff):
    staff.add(TOKEN)

    with pytest.raises(Conflict):
        staff.add(TOKEN)


def test_a_revoked_token_says_since_when(staff):
    staff.add(TOKEN)

    staff.revoke("a" * 64, NOON)
    staff.revoke("a" * 64, LATER)

    assert staff.find("a" * 64).revoked_at == NOON


def test_what_was_never_issued_cannot_be_revoked(staff):
    with pytest.raises(Conflict):
        staff.revoke("b" * 64, NOON)
