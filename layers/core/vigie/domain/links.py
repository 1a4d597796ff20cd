"""Acknowledge links: one per page, person and channel, stored hashed, good for a day."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

LINK_LIFE = timedelta(hours=24)

# 12 characters of the URL-safe alphabet are 72 bits: `secrets.token_urlsafe(9)`.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a token stands for. `id` is the token's hash: whoever reads the table cannot use it.
    The link of a digest shows `others` besides."""

    id: str
    incident_id: str
    person: str
    language: str
    expires_at: datetime
    others: tuple[str, ...] = ()


def link_id(token: str) -> str:
    """SHA-256 of a token, in hexadecimal. 72 random bits need neither salt nor stretching."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_token(text: str) -> bool:
    """Whether `text` can be a token at all: what cannot is not looked up."""
    return _TOKEN.fullmatch(text) is not None


def link_for(token: str, incident_id: str, person: str, language: str, now: datetime) -> Link:
    """The link that `token` opens from now on."""
    return Link(
        id=link_id(token),
        incident_id=incident_id,
        person=person,
        language=language,
        expires_at=now + LINK_LIFE,
    )


def link_url(public_url: str, token: str) -> str:
    """Where the link points."""
    return f"{public_url.rstrip('/')}/a/{token}"
