"""Clocks, and what their pages leave on an incident, as items of the Incidents table."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, read_item, to_wire
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.plan import Severity
from vigie.domain.timer import LADDER_TIMER, Paging, Timer
from vigie.domain.versions import STATE_VERSION

DUE_PARTITION = "due"
# Of the clocks beside the ladder: code that knows none of them would take one for the ladder.
CLOCKS_VERSION = 2


def timer_sk(name: str) -> str:
    """Sort key of a timer."""
    return f"TIMER#{name}"


def timer_to_item(timer: Timer) -> Item:
    """`due_partition` and `due_at` put it into the `due` index."""
    return to_wire(
        {
            "pk": timer.incident_id,
            "sk": timer_sk(timer.name),
            "v": STATE_VERSION if timer.name == LADDER_TIMER else CLOCKS_VERSION,
            "type": "timer",
            "timer_brand": timer.brand,
            "name": timer.name,
            "run": timer.run,
            "fired": timer.fired,
            "severity": timer.severity.value,
            "due_partition": DUE_PARTITION,
            "due_at": to_iso(timer.due_at),
            "claim": timer.claim or None,
            "claimed_until": _iso(timer.claimed_until),
            "attempts": timer.attempts,
            "failing_since": _iso(timer.failing_since),
            "sent": list(timer.sent),
            "special": timer.special or None,
            "promised_at": _iso(timer.promised_at),
            "set_by": timer.set_by or None,
            "set_at": _iso(timer.set_at),
            "owed_since": _iso(timer.owed_since),
            "mended": timer.mended or None,
        }
    )


def timer_from_item(item: Mapping[str, Any]) -> Timer:
    """Raises `UnknownVersion` for a timer that newer code wrote."""
    data = read_item(item, CLOCKS_VERSION)
    return Timer(
        incident_id=data["pk"],
        brand=data["timer_brand"],
        name=data["name"],
        run=data["run"],
        fired=data["fired"],
        severity=Severity(data["severity"]),
        due_at=from_iso(data["due_at"]),
        claim=data.get("claim", ""),
        claimed_until=_instant(data.get("claimed_until")),
        attempts=data["attempts"],
        failing_since=_instant(data.get("failing_since")),
        sent=tuple(data["sent"]),
        special=data.get("special", ""),
        promised_at=_instant(data.get("promised_at")),
        set_by=data.get("set_by", ""),
        set_at=_instant(data.get("set_at")),
        owed_since=_instant(data.get("owed_since")),
        mended=data.get("mended", False),
    )


def paging_from_item(item: Mapping[str, Any]) -> Paging:
    """What escalate has done; `DynamoEscalations` writes it by additions."""
    data = read_item(item)
    return Paging(
        incident_id=data["pk"],
        pages=data["pages"],
        first_paged_at=_instant(data.get("first_paged_at")),
        last_paged_at=_instant(data.get("last_paged_at")),
        delay=timedelta(seconds=data["delay_s"]),
        failing_since=_instant(data.get("failing_since")),
    )


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else to_iso(instant)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)
