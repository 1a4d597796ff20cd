"""Keys and translation between domain values and DynamoDB items (low-level JSON shape).

Attribute names are the same in all items: `pk`, `sk`, `v` (version of the shape), `expires_at`
(TTL, epoch seconds).
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, read_item, to_wire
from vigie.adapters.dynamodb.crowd_items import echoing_from, echoing_to, word_from, word_to
from vigie.adapters.dynamodb.timer_items import CLOCKS_VERSION as CLOCKS_VERSION
from vigie.adapters.dynamodb.timer_items import DUE_PARTITION as DUE_PARTITION
from vigie.adapters.dynamodb.timer_items import paging_from_item as paging_from_item
from vigie.adapters.dynamodb.timer_items import timer_from_item as timer_from_item
from vigie.adapters.dynamodb.timer_items import timer_sk as timer_sk
from vigie.adapters.dynamodb.timer_items import timer_to_item as timer_to_item
from vigie.domain.clock_rules import NO_RULES, rules_from_dict, rules_to_dict
from vigie.domain.incident import (
    Desk,
    Entry,
    Ladders,
    Tally,
)
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.labels import Kind, Urgency
from vigie.domain.plan import (
    Severity,
    ladder_from_dict,
    ladder_to_dict,
    special_from_dict,
    special_to_dict,
)
from vigie.domain.schedule import schedule_from_dict, schedule_to_dict
from vigie.domain.versions import STATE_VERSION

TALLY, DESK, LADDER, PAGING, STATE = "TALLY", "DESK", "LADDER", "PAGING", "STATE"
# Of ladders with schedules or special ladders; those without are as they were.
LADDERS_VERSION = 2


def tally_to_item(tally: Tally) -> Item:
    """`open_brand` is there only while the incident is open: it makes the `open` index sparse."""
    return to_wire(
        {
            "pk": tally.id,
            "sk": TALLY,
            "v": STATE_VERSION,
            "brand": tally.brand,
            "open_brand": None if tally.closed_at else tally.brand,
            "opened_at": to_iso(tally.opened_at),
            "kind": tally.kind.value,
            "severity": tally.severity.value,
            "first_mention_at": to_iso(tally.first_mention_at),
            "last_mention_at": to_iso(tally.last_mention_at),
            "because": tally.because,
            "trigger": tally.trigger,
            "severity_because": list(tally.severity_because),
            "mention_count": tally.mention_count,
            "by_urgency": {u.value: n for u, n in tally.by_urgency.items()},
            "late": tally.late,
            "reach": tally.reach,
            "voices": tally.voices or None,
            "urgent_voices": tally.urgent_voices or None,
            "per_minute": tally.per_minute,
            "surge": tally.surge,
            "urgent_at": _iso(tally.urgent_at),
            "calm_since": _iso(tally.calm_since),
            "settled": dict(tally.settled),
            "rules": dict(tally.rules),
            "reposts": tally.reposts,
            "samples": list(tally.samples),
            "follows": tally.follows or None,
            "run": tally.run,
            "closed_at": _iso(tally.closed_at),
            "merged": list(tally.merged) or None,
            "merged_into": tally.merged_into or None,
            "split_from": tally.split_from or None,
            "word": word_to(tally.word),
            "noise": echoing_to(tally.noise),
            "coordinated_at": _iso(tally.coordinated_at),
            "worse_at": _iso(tally.worse_at),
        }
    )


def tally_from_item(item: Mapping[str, Any]) -> Tally:
    """Raises `UnknownVersion` for a tally that newer code wrote."""
    data = read_item(item)
    return Tally(
        id=data["pk"],
        brand=data["brand"],
        kind=Kind(data["kind"]),
        severity=Severity(data["severity"]),
        opened_at=from_iso(data["opened_at"]),
        first_mention_at=from_iso(data["first_mention_at"]),
        last_mention_at=from_iso(data["last_mention_at"]),
        because=data["because"],
        trigger=data["trigger"],
        severity_because=tuple(data["severity_because"]),
        mention_count=data["mention_count"],
        by_urgency={Urgency(u): n for u, n in data["by_urgency"].items()},
        late=data["late"],
        reach=data["reach"],
        voices=data.get("voices", ""),
        urgent_voices=data.get("urgent_voices", ""),
        per_minute=float(data.get("per_minute", 0)),
        surge=float(data.get("surge", 0)),
        urgent_at=_instant(data.get("urgent_at")),
        calm_since=_instant(data.get("calm_since")),
        settled=data.get("settled", {}),
        rules=data["rules"],
        reposts=data.get("reposts", 0),
        samples=tuple(data["samples"]),
        follows=data.get("follows", ""),
        run=data["run"],
        closed_at=_instant(data.get("closed_at")),
        merged=tuple(data.get("merged", ())),
        merged_into=data.get("merged_into", ""),
        split_from=data.get("split_from", ""),
        word=word_from(data.get("word")),
        noise=echoing_from(data.get("noise")),
        coordinated_at=_instant(data.get("coordinated_at")),
        worse_at=_instant(data.get("worse_at")),
    )


def desk_to_item(desk: Desk) -> Item:
    """What people decided."""
    return to_wire(
        {
            "pk": desk.incident_id,
            "sk": DESK,
            "v": STATE_VERSION,
            "acknowledged_at": _iso(desk.acknowledged_at),
            "acknowledged_by": desk.acknowledged_by or None,
            "owner": desk.owner or None,
            "resolved_at": _iso(desk.resolved_at),
            "resolved_by": desk.resolved_by or None,
            "dismissed": desk.dismissed or None,
            "merged_into": desk.merged_into or None,
            "contained_at": _iso(desk.contained_at),
            "contained_by": desk.contained_by or None,
            "severity": desk.severity and desk.severity.value,
            "severity_at": _iso(desk.severity_at),
            "severity_by": desk.severity_by or None,
            "severity_because": desk.severity_because or None,
            "acknowledgers": list(desk.acknowledgers) or None,
            "restarts": desk.restarts or None,
            "climbed": desk.climbed or None,
        }
    )


def desk_from_item(item: Mapping[str, Any]) -> Desk:
    """Raises `UnknownVersion` for a desk that newer code wrote."""
    data = read_item(item)
    return Desk(
        incident_id=data["pk"],
        acknowledged_at=_instant(data.get("acknowledged_at")),
        acknowledged_by=data.get("acknowledged_by", ""),
        owner=data.get("owner", ""),
        resolved_at=_instant(data.get("resolved_at")),
        resolved_by=data.get("resolved_by", ""),
        dismissed=data.get("dismissed", False),
        merged_into=data.get("merged_into", ""),
        contained_at=_instant(data.get("contained_at")),
        contained_by=data.get("contained_by", ""),
        severity=Severity(data["severity"]) if "severity" in data else None,
        severity_at=_instant(data.get("severity_at")),
        severity_by=data.get("severity_by", ""),
        severity_because=data.get("severity_because", ""),
        acknowledgers=tuple(data.get("acknowledgers", ())),
        restarts=data.get("restarts", 0),
        climbed=data.get("climbed", 0),
    )


def entry_to_item(entry: Entry) -> Item:
    """Sorted by time within the incident; the id makes a repeated write the same item."""
    return to_wire(
        {
            "pk": entry.incident_id,
            "sk": f"TIMELINE#{to_iso(entry.at)}#{entry.id}",
            "v": STATE_VERSION,
            "id": entry.id,
            "at": to_iso(entry.at),
            "what": entry.what,
            "by": entry.by,
            "facts": dict(entry.facts),
        }
    )


def entry_from_item(item: Mapping[str, Any]) -> Entry:
    """The inverse of `entry_to_item`."""
    data = read_item(item)
    return Entry(
        incident_id=data["pk"],
        at=from_iso(data["at"]),
        id=data["id"],
        what=data["what"],
        by=data["by"],
        facts=data["facts"],
    )


def ladders_to_item(ladders: Ladders) -> Item:
    """The plan's ladders as JSON text: read as a whole, never queried."""
    rota = ladders.special or ladders.schedules
    return to_wire(
        {
            "pk": ladders.incident_id,
            "sk": LADDER,
            # Code that knows no schedules would page nobody: to it this is of a newer version.
            "v": LADDERS_VERSION if rota else STATE_VERSION,
            "plan_id": ladders.plan_id,
            "brand_name": ladders.brand_name or None,
            "late_after_s": int(ladders.late_after.total_seconds()),
            "pages_a_minute": ladders.pages_a_minute or None,
            "body": json.dumps(
                {s.value: ladder_to_dict(ladder) for s, ladder in ladders.by_severity.items()},
                separators=(",", ":"),
            ),
            "rota": json.dumps(
                {
                    "special": [special_to_dict(special) for special in ladders.special],
                    "schedules": [schedule_to_dict(schedule) for schedule in ladders.schedules],
                },
                separators=(",", ":"),
            )
            if rota
            else None,
            "rules": json.dumps(rules_to_dict(ladders.rules), separators=(",", ":"))
            if ladders.rules != NO_RULES
            else None,
        }
    )


def ladders_from_item(item: Mapping[str, Any]) -> Ladders:
    """The inverse of `ladders_to_item`."""
    data = read_item(item, LADDERS_VERSION)
    rota = json.loads(data.get("rota", "{}"))
    return Ladders(
        incident_id=data["pk"],
        plan_id=data["plan_id"],
        brand_name=data.get("brand_name", ""),
        late_after=timedelta(seconds=data.get("late_after_s", 7200)),
        pages_a_minute=data.get("pages_a_minute", 0),
        by_severity={
            Severity(s): ladder_from_dict(ladder) for s, ladder in json.loads(data["body"]).items()
        },
        special=tuple(map(special_from_dict, rota.get("special", ()))),
        schedules=tuple(map(schedule_from_dict, rota.get("schedules", ()))),
        rules=rules_from_dict(json.loads(data.get("rules", "{}"))),
    )


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else to_iso(instant)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else from_iso(text)
