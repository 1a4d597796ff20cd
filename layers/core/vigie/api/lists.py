"""Where a list goes on: opaque text on the wire, an instant and an id inside."""

import base64

from vigie.domain.instants import from_iso, to_iso
from vigie.errors import Rejected
from vigie.ports import Before


def next_of(before: Before) -> str | None:
    """What `next` of an answer says; None on the last page."""
    if before is None:
        return None
    return base64.urlsafe_b64encode(f"{to_iso(before[0])} {before[1]}".encode()).decode()


def before_of(text: str | None) -> Before:
    """The inverse of `next_of`. Raises `Rejected` for what this API never gave."""
    if not text:
        return None
    try:
        instant, _, id_ = base64.urlsafe_b64decode(text).decode().partition(" ")
        return from_iso(instant), id_
    except (ValueError, OverflowError) as error:
        raise Rejected(
            "next is not one that this API gave; leave it out to begin at the newest", field="next"
        ) from error
