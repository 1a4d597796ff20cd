"""How many pages one person gets within a minute, and what becomes of the rest: one digest.

Each page of a ladder asks for its turn. Within the limit it goes out by itself. Beyond it, its
timer is put off to the instant at which the limit allows one more page, and the first that was put
off so takes the others along: one page that tells all of them. An incident counts as paged once the
digest was published, not before: until then its own timer holds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from vigie.domain.instants import from_iso, to_iso

WINDOW = timedelta(minutes=1)
# Those that are taken along wait so much longer, for the case that nobody takes them.
GRACE = timedelta(seconds=20)
# What one digest tells at most: an invocation must be able to read and write all of them.
MOST_LINES = 20
# A digest names what went out by itself just before it, so that it tells the whole storm.
_REMEMBERED = 2 * WINDOW + GRACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A page that had its turn; `step` names the step of the incident's ladder."""

    at: datetime
    incident_id: str
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """What one person was sent in the last minutes, and what waits for the digest at `digest_at`.

    `revision` counts writes: whoever writes must have read the last.
    """

    person: str
    revision: int = 0
    sent: tuple[Sent, ...] = ()
    waiting: tuple[str, ...] = ()
    digest_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whether a page may go out: now, together with `along` if there are any, or at `until`.

    `before` are the incidents that went out by themselves within the last minutes: told again in
    the digest.
    """

    until: datetime | None = None
    along: tuple[str, ...] = ()
    before: tuple[str, ...] = ()


def ask(
    storm: Storm, incident_id: str, step: str, *, limit: int, breaks_through: bool, now: datetime
) -> tuple[Storm, Turn]:
    """The turn of a page, and the person's storm with it."""
    remembered = tuple(one for one in storm.sent if now - one.at < _REMEMBERED)
    in_window = [one.at for one in remembered if now - one.at < WINDOW]
    others = tuple(id_ for id_ in storm.waiting if id_ != incident_id)
    taken = Sent(at=now, incident_id=incident_id, step=step)
    is_again = any((one.incident_id, one.step) == (incident_id, step) for one in remembered)
    if breaks_through or is_again:
        # Tried again after a failure, it has had its turn; the others go on waiting for theirs.
        sent = remembered if is_again else (*remembered, taken)
        return _next(storm, sent, others, storm.digest_at), Turn()
    if len(in_window) < limit:
        along, rest = others[: MOST_LINES - 1], others[MOST_LINES - 1 :]
        told = (incident_id, *along)
        known = dict.fromkeys(one.incident_id for one in remembered)
        before = tuple(id_ for id_ in known if id_ not in told) if along else ()
        turn = Turn(along=along, before=before[: MOST_LINES - len(told)])
        return _next(storm, (*remembered, taken), rest, None), turn
    free_at = sorted(in_window)[len(in_window) - limit] + WINDOW
    digest_at = storm.digest_at
    if digest_at is None or not now < digest_at <= free_at:
        digest_at = free_at
    leads = not storm.waiting or storm.waiting[0] == incident_id
    waiting = storm.waiting if incident_id in storm.waiting else (*storm.waiting, incident_id)
    turn = Turn(until=digest_at if leads else digest_at + GRACE)
    return _next(storm, remembered, waiting, digest_at), turn


def _next(
    storm: Storm, sent: tuple[Sent, ...], waiting: tuple[str, ...], digest_at: datetime | None
) -> Storm:
    return replace(
        storm,
        revision=storm.revision + 1,
        sent=sent,
        waiting=waiting,
        digest_at=digest_at if waiting else None,
    )


def storm_to_dict(storm: Storm) -> dict[str, Any]:
    """JSON shape: the fields by name but for the person, who is the key."""
    return {
        "revision": storm.revision,
        "sent": [
            {"at": to_iso(one.at), "incident": one.incident_id, "step": one.step}
            for one in storm.sent
        ],
        "waiting": list(storm.waiting),
        "digest_at": to_iso(storm.digest_at) if storm.digest_at else None,
    }


def storm_from_dict(person: str, data: Mapping[str, Any]) -> Storm:
    """The inverse of `storm_to_dict`."""
    return Storm(
        person=person,
        revision=data["revision"],
        sent=tuple(
            Sent(at=from_iso(one["at"]), incident_id=one["incident"], step=one["step"])
            for one in data["sent"]
        ),
        waiting=tuple(data["waiting"]),
        digest_at=from_iso(data["digest_at"]) if data.get("digest_at") else None,
    )
