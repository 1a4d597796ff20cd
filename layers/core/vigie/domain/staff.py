"""A staff member's token: shown once, kept as a hash, revocable."""

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffToken:
    """`hash` is the token's SHA-256: whoever reads the table cannot use it."""

    hash: str
    person: str
    created_at: datetime
    revoked_at: datetime | None = None


def token_hash(token: str) -> str:
    """256 random bits need neither salt nor stretching."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
