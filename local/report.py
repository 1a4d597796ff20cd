"""What a replay came to, as JSON: documented in docs/replay.md, relied upon by evaluation."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from local.dead_letters import DeadLetter
from local.inbox import Delivery
from local.replay import Replay
from local.snapshot import Snapshot
from vigie.api.accounts import incident_why
from vigie.api.telling import told
from vigie.domain.draft import short_hash
from vigie.domain.incident import Tally, state_of
from vigie.domain.instants import to_iso
from vigie.domain.labels import Urgency
from vigie.domain.plan import Plan
from vigie.ports import Dossier, Summary
from vigie.services.explain import account_of, since_then

REPORT_VERSION = 1
REASONS_SHOWN = 100
WHYS_KEPT = 50_000


def report_of(replay: Replay, tables: Snapshot) -> dict[str, Any]:
    """The report; `unaccounted` is 0 unless a mention got lost between two stages."""
    cloud = replay.cloud
    accepted = len(tables.mentions) + len(tables.reposts) + len(tables.erased)
    requests = sum(cloud.requests.values())
    return {
        "version": REPORT_VERSION,
        "plan": replay.plan.id,
        "started_at": _iso(replay.started_at),
        "last_post_at": _iso(replay.last_post_at),
        "ended_at": to_iso(cloud.clock.now()),
        "wall_seconds": round(replay.wall_seconds, 2),
        "mentions": _counts(replay, accepted, tables),
        "mentions_by_urgency": _by_urgency(tables),
        "incidents": [_incident(tally, tables) for tally in tables.incidents()],
        "why": {
            "by_rule": dict(sorted(Counter(p.why.rule for p in tables.placed.values()).items())),
            "mentions": dict(_mention_whys(tables, replay.plan, cloud.clock.now())),
        },
        "pages": [_page(delivery) for delivery in cloud.inbox.deliveries],
        "latency_ms": {"mention_to_page": _latency(replay, tables)},
        "aws_requests": dict(sorted(cloud.requests.items())),
        "aws_requests_per_1000_mentions": (
            round(1000 * requests / accepted, 1) if accepted else None
        ),
        "rejected": [_reason(letter) for letter in cloud.dead_letters()[:REASONS_SHOWN]],
        "failures": [
            {"at": to_iso(f.at), "function": f.function, "error": type(f.error).__name__}
            for f in cloud.failures
        ],
        "denied": sorted(set(cloud.denied)),
        "broken_rules": sorted(set(cloud.broken_rules)),
    }


def is_sound(report: dict[str, Any]) -> bool:
    """Whether everything adds up, and no role or rule of AWS's was broken."""
    return not (
        report["mentions"]["unaccounted"]
        or report["denied"]
        or report["broken_rules"]
        or report["failures"]
    )


def _by_urgency(tables: Snapshot) -> dict[str, int]:
    """They add up to `accepted`: a repost is low, an erased post is what it was."""
    found = Counter(m.labels.urgency for m in tables.mentions)
    found.update(known.urgency for known in tables.erased.values())
    found.update(known.urgency for known in tables.reposts.values())
    return {urgency.value: found[urgency] for urgency in sorted(Urgency, key=lambda u: -u.rank)}


def _counts(replay: Replay, accepted: int, tables: Snapshot) -> dict[str, int]:
    """`received` = `accepted` + `duplicates` + `own` + `rejected` + `unmatched` + `unaccounted`.

    Duplicates are copies and newer versions of a mention: those that ingest saw on one page, and
    those that reached the next stage again. `reposts` and `erased` are of `accepted`. What was
    handed to the queues, what arrived and what is stored are counted apart: a mention that gets
    lost on any leg is unaccounted for.
    """
    fed = replay.accepted
    parked = replay.cloud.dead_letters()
    rejected_later = sum(_mentions_parked(letter) for letter in parked) - fed.rejected
    duplicates = fed.duplicates + replay.arrived - len(replay.keys)
    known = accepted + duplicates + fed.own + fed.rejected + rejected_later + fed.unmatched
    return {
        "received": fed.received,
        "accepted": accepted,
        "reposts": len(tables.reposts),
        "erased": len(tables.erased),
        "duplicates": duplicates,
        "own": fed.own,
        "rejected": fed.rejected + rejected_later,
        "dead_letters": len(parked),
        "unmatched": fed.unmatched,
        "unaccounted": fed.received - known,
    }


def _reason(letter: DeadLetter) -> dict[str, str]:
    return {
        "queue": letter.queue,
        "field": letter.attributes.get("field", ""),
        "reason": letter.reason,
    }


def _mentions_parked(letter: DeadLetter) -> int:
    """How many mentions a dead letter holds: a raw post is one."""
    try:
        body = json.loads(letter.body)
    except (ValueError, RecursionError):
        return 1
    mentions = body.get("mentions") if isinstance(body, dict) else None
    return len(mentions) if isinstance(mentions, list) else 1


def _incident(tally: Tally, tables: Snapshot) -> dict[str, Any]:
    desk, paging = tables.desk(tally.id), tables.paging(tally.id)
    members = sorted(tables.members.get(tally.id, []), key=lambda m: m.mention.posted_at)
    return {
        "id": tally.id,
        "brand": tally.brand,
        "kind": tally.kind.value,
        "severity": tally.severity.value,
        "state": state_of(tally, desk).value,
        "opened_at": to_iso(tally.opened_at),
        "first_mention_at": to_iso(tally.first_mention_at),
        "last_mention_at": to_iso(tally.last_mention_at),
        "first_paged_at": _iso(paging.first_paged_at),
        "acknowledged_at": _iso(desk.acknowledged_at),
        "acknowledged_by": desk.acknowledged_by or None,
        "resolved_at": _iso(desk.resolved_at),
        "pages": paging.pages,
        "page_delay_s": int(paging.delay.total_seconds()),
        "mention_count": tally.mention_count,
        "by_urgency": {u.value: n for u, n in tally.by_urgency.items()},
        "reach": tally.reach,
        "reposts": tally.reposts,
        "follows": tally.follows or None,
        "why": _whys(tally, tables),
        "reasons": [tally.because, *tally.severity_because, *sorted(tally.rules)],
        "mention_ids": [m.mention.post_id for m in members],
        "timeline": [
            {"at": to_iso(e.at), "what": e.what, "by": e.by, "facts": dict(e.facts)}
            for e in sorted(
                tables.entries.get(tally.id, []), key=lambda e: (e.at, e.by == "escalate", e.id)
            )
        ],
    }


def _whys(tally: Tally, tables: Snapshot) -> list[str]:
    """The same as `GET /incidents/{id}/why` says."""
    entries = sorted(tables.entries.get(tally.id, []), key=lambda e: (e.at, e.id))
    dossier = Dossier(
        summary=Summary(tally=tally, desk=tables.desk(tally.id), paging=tables.paging(tally.id)),
        timer=tables.timers.get(tally.id),
        timeline=tuple(entries),
    )
    return incident_why(account_of(dossier), "en").says


def _mention_whys(tables: Snapshot, plan: Plan, now: datetime) -> Iterator[tuple[str, str]]:
    """A line a mention, by its root id. Of very many only those that were urgent or belong to an
    incident: what is alike is counted by rule."""
    everything = len(tables.placed) <= WHYS_KEPT
    for key, placed in sorted(tables.placed.items()):
        known = placed.known
        if everything or known.incident_id or known.urgency.rank >= Urgency.HIGH.rank:
            whys = (placed.why, *since_then(placed, plan, now))
            says = " ".join(told(why, "en") for why in whys)
            yield key.rpartition("#")[2], f"{known.urgency.value}, {known.kind.value}: {says}"


def _page(delivery: Delivery) -> dict[str, Any]:
    return {
        "at": to_iso(delivery.at),
        "audience": delivery.audience,
        "channel": delivery.channel,
        "incident_id": str(delivery.attributes["incident"]),
        # A digest is of several steps, of as many incidents: its text names them.
        "step": int(str(delivery.attributes.get("step", 0))),
        "incidents": int(str(delivery.attributes.get("incidents", 1))),
        "text": delivery.text,
    }


def _latency(replay: Replay, tables: Snapshot) -> dict[str, float] | None:
    """From the acceptance of the post that opened an incident to its first page, in wall time."""
    if not replay.paced:
        return None
    waits = []
    for tally in tables.incidents():
        paged_at = tables.paging(tally.id).first_paged_at
        for member in tables.members.get(tally.id, []):
            if paged_at and f"inc-{short_hash(member.mention.key)}" == tally.id:
                waits.append((paged_at - member.mention.received_at).total_seconds() * 1000)
    return percentiles(waits)


def percentiles(values: list[float]) -> dict[str, float] | None:
    """`{"p50", "p95", "p99"}` by nearest rank; None for no value."""
    if not values:
        return None
    ordered = sorted(values)
    return {
        f"p{share}": round(ordered[max(0, -(-share * len(ordered) // 100) - 1)], 1)
        for share in (50, 95, 99)
    }


def by_person(report: dict[str, Any]) -> Counter[tuple[str, str]]:
    """How many pages each person got on each channel."""
    return Counter((page["audience"], page["channel"]) for page in report["pages"])


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else to_iso(instant)
