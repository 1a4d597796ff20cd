"""Staff tokens: issue, recognise, revoke."""

import re
from collections.abc import Callable
from datetime import datetime

from vigie.domain.staff import StaffToken, token_hash
from vigie.errors import NotFound, Rejected, Unauthorised
from vigie.ports import Staff

_PERSON = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# Anything longer is no token: it is not even hashed.
_TOKEN_CHARACTERS = 200


def recognise(staff: Staff, authorization: str) -> str:
    """The person whose bearer token the header carries. Raises `Unauthorised`."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > _TOKEN_CHARACTERS:
        raise Unauthorised(
            "send the header `Authorization: Bearer <token>`; whoever deploys Vigie issues one "
            "with `python -m vigie.admin staff add`",
            field="Authorization",
        )
    known = staff.find(token_hash(token))
    if known is None or known.revoked_at is not None:
        raise Unauthorised(
            "the token is unknown or revoked; ask whoever deploys Vigie for a new one",
            field="Authorization",
        )
    return known.person


def issue(staff: Staff, person: str, new_token: Callable[[], str], now: datetime) -> str:
    """A new token for `person`, shown this once. Their older ones stay valid until revoked."""
    if not _PERSON.fullmatch(person):
        raise Rejected(
            f"person is {person[:40]!r}, expected an id as in the plan: lower-case letters, "
            "digits and hyphens, such as duty-1",
            field="person",
        )
    token = new_token()
    staff.add(StaffToken(hash=token_hash(token), person=person, created_at=now))
    return token


def revoke(staff: Staff, person: str, now: datetime) -> int:
    """Revoke every token of `person`; how many were still valid. Raises `NotFound`."""
    tokens = [token for token in staff.all() if token.person == person]
    if not tokens:
        raise NotFound(f"nobody called {person[:40]!r} has a token", field="person")
    valid = [token for token in tokens if token.revoked_at is None]
    for token in valid:
        staff.revoke(token.hash, now)
    return len(valid)
