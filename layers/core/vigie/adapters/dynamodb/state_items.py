"""The brand's state as one item: what all of a brand's slices read and write, so it stays small."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from vigie.adapters.dynamodb.attributes import Item, read_item, to_wire
from vigie.adapters.dynamodb.items import STATE
from vigie.domain.incident import BrandState, Candidate, ClosedIncident, Group, OpenIncident
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.labels import Kind, Urgency
from vigie.domain.plan import Severity

# Version 1 had neither sketches nor groups.
BRAND_STATE_VERSION = 2
# What the bounds of `vigie.domain.draft`, `groups` and `series` can add up to; a state beyond it is
# a defect, not a size to grow into.
BRAND_STATE_BYTES = 15_900
# A state of some size is packed; most are not, and can be read in the console.
_READABLE_BYTES = 8_000


def state_to_item(state: BrandState) -> Item:
    """The brand's state, in at most `BRAND_STATE_BYTES`: JSON text, packed where it is long."""
    body = json.dumps(
        {
            "open": [
                [
                    i.id.removeprefix("inc-"),
                    i.kind,
                    i.severity.rank,
                    i.worst.rank,
                    _ms(i.opened_at),
                    _ms(i.last_mention_at),
                    i.calm_due and _ms(i.calm_due),
                    i.heat,
                    i.sketch,
                ]
                for i in state.open
            ],
            "groups": [
                [
                    g.id,
                    g.kind,
                    _ms(g.last_mention_at),
                    g.mentions,
                    g.heat,
                    g.sketch,
                    [
                        [c.key.removeprefix(f"{state.brand}#"), c.author, _ms(c.at), c.reach]
                        + [c.reposts] * (c.reposts > 0)
                        for c in g.waiting
                    ],
                    g.lead,
                ]
                for g in state.groups
            ],
            "closed": [[c.id, c.kind, to_iso(c.closed_at)] for c in state.closed],
            "series": state.series,
        },
        separators=(",", ":"),
    )
    is_long = len(body) > _READABLE_BYTES
    text = b64encode(zlib.compress(body.encode())).decode("ascii") if is_long else body
    if len(text) > BRAND_STATE_BYTES:
        raise ValueError(f"the state of brand {state.brand} takes {len(text)} bytes")
    return to_wire(
        {
            "pk": state.brand,
            "sk": STATE,
            "v": BRAND_STATE_VERSION,
            "version": state.version,
            "seen_at": None if state.seen_at is None else to_iso(state.seen_at),
            "packed" if is_long else "body": text,
        }
    )


def state_from_item(item: Mapping[str, Any]) -> BrandState:
    """Raises `UnknownVersion` for a state that newer code wrote."""
    data = read_item(item, BRAND_STATE_VERSION)
    packed = data.get("packed")
    body = json.loads(zlib.decompress(b64decode(packed)) if packed else data["body"])
    is_first = data["v"] == 1
    brand = data["pk"]
    return BrandState(
        brand=brand,
        version=data["version"],
        seen_at=from_iso(data["seen_at"]) if "seen_at" in data else None,
        open=tuple(map(_open_of_version_1 if is_first else _open, body["open"])),
        groups=(
            tuple(_group_of_version_1(kind, c) for kind, c in body["candidates"].items())
            if is_first
            else tuple(_group(brand, *group) for group in body["groups"])
        ),
        closed=tuple(
            ClosedIncident(id=id_, kind=Kind(kind), closed_at=from_iso(at))
            for id_, kind, at in body["closed"]
        ),
        series=body.get("series"),
    )


def next_version(state: BrandState, seen_at: datetime) -> BrandState:
    """The state as the next commit writes it."""
    return replace(state, version=state.version + 1, seen_at=seen_at)


def _open(row: Sequence[Any]) -> OpenIncident:
    id_, kind, severity, worst, opened, last, calm, heat, sketch = row
    return OpenIncident(
        id=f"inc-{id_}",
        kind=Kind(kind),
        severity=_SEVERITIES[severity],
        worst=_URGENCIES[worst],
        opened_at=_instant(opened),
        last_mention_at=_instant(last),
        calm_due=None if calm is None else _instant(calm),
        heat=heat,
        sketch=sketch,
    )


def _group(
    brand: str,
    id_: str,
    kind: str,
    last: int,
    mentions: int,
    heat: float,
    sketch: str,
    waiting: Sequence[Sequence[Any]],
    lead: int = 1,
) -> Group:
    return Group(
        id=id_,
        lead=lead,
        kind=Kind(kind),
        last_mention_at=_instant(last),
        mentions=mentions,
        heat=heat,
        sketch=sketch,
        waiting=tuple(
            Candidate(
                key=f"{brand}#{key}",
                author=author,
                at=_instant(at),
                reach=reach,
                reposts=sum(reposts),
            )
            for key, author, at, reach, *reposts in waiting
        ),
    )


def _open_of_version_1(row: Sequence[Any]) -> OpenIncident:
    id_, kind, severity, worst, opened, last, *calm = row
    return OpenIncident(
        id=id_,
        kind=Kind(kind),
        severity=Severity(severity),
        worst=Urgency(worst),
        opened_at=from_iso(opened),
        last_mention_at=from_iso(last),
        calm_due=_instant(calm[0]) if calm else None,
    )


def _group_of_version_1(kind: str, waiting: Sequence[Sequence[Any]]) -> Group:
    """Candidates were kept by kind alone: nothing will be like them, and their time runs out."""
    candidates = tuple(
        Candidate(key=key, author=author, at=from_iso(at), reach=reach, reposts=sum(reposts))
        for key, author, at, reach, *reposts in waiting
    )
    return Group(
        id=f"g-{kind}",
        kind=Kind(kind),
        last_mention_at=max(c.at for c in candidates),
        mentions=len(candidates),
        heat=float(len(candidates)),
        sketch="",
        waiting=candidates,
    )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEVERITIES = {severity.rank: severity for severity in Severity}
_URGENCIES = {urgency.rank: urgency for urgency in Urgency}


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _instant(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)
