import pytest

from tests.builders import NOON
from tests.fakes import InMemoryStaff
from vigie.errors import NotFound, Rejected, Unauthorised
from vigie.services.staff import issue, recognise, revoke


@pytest.fixture
def staff():
    staff = InMemoryStaff()
    issue(staff, "duty-1", lambda: "secret-one", NOON)
    return staff


def test_a_person_is_recognised_by_their_token(staff):
    assert recognise(staff, "Bearer secret-one") == "duty-1"
    assert recognise(staff, "bearer   secret-one ") == "duty-1"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic secret-one", "secret-one", "Bearer " + "x" * 500]
)
def test_a_header_without_a_token_is_told_how_to_get_one(staff, header):
    with pytest.raises(Unauthorised, match="staff add"):
        recognise(staff, header)


@pytest.mark.parametrize("token", ["wrong", "\ud800", "é"])
def test_an_unknown_token_is_refused(staff, token):
    with pytest.raises(Unauthorised, match="unknown or revoked"):
        recognise(staff, f"Bearer {token}")


def test_a_token_is_kept_as_a_hash_only(staff):
    assert "secret-one" not in repr(staff.all())


def test_revoking_ends_every_token_of_the_person(staff):
    issue(staff, "duty-1", lambda: "secret-two", NOON)
    issue(staff, "lead-1", lambda: "secret-three", NOON)

    assert revoke(staff, "duty-1", NOON) == 2
    assert revoke(staff, "duty-1", NOON) == 0

    for token in ("secret-one", "secret-two"):
        with pytest.raises(Unauthorised):
            recognise(staff, f"Bearer {token}")
    assert recognise(staff, "Bearer secret-three") == "lead-1"


def test_who_has_no_token_cannot_be_revoked(staff):
    with pytest.raises(NotFound):
        revoke(staff, "lead-1", NOON)


@pytest.mark.parametrize("person", ["", "Duty 1", "-x", "x" * 50, "a@example.org"])
def test_a_token_is_issued_to_an_id_of_the_plan_only(staff, person):
    with pytest.raises(Rejected):
        issue(staff, person, lambda: "t", NOON)
