"""The crisis plan as the functions read it: compiled, validated, without its people's addresses."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

PLAN_VERSION = 1


class Severity(StrEnum):
    """sev1 is the gravest."""

    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"
    SEV4 = "sev4"

    @property
    def rank(self) -> int:
        """4 for sev1 down to 1 for sev4."""
        return 5 - int(self.value[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """An organisation or product that is watched.

    `handles` without `@`; `x_ids` decimal user ids of its own accounts (posts by them are never
    mentions); `queries` for X recent search, one walk each.
    """

    id: str
    name: str
    handles: tuple[str, ...] = ()
    x_ids: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is paged; addresses live in SNS subscriptions, never here."""

    id: str
    role: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung of a ladder: page `people` on `channels`; the next step follows `ack_within`."""

    people: tuple[Person, ...]
    channels: tuple[str, ...]
    ack_within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The steps for one severity; the last one repeats until somebody acknowledges."""

    steps: tuple[Step, ...]

    def step_at(self, fired: int) -> tuple[int, Step]:
        """The step to page when `fired` pages of this run have gone out, and its index."""
        index = min(fired, len(self.steps) - 1)
        return index, self.steps[index]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When triage opens an incident, and how grave it calls it.

    `open_after` high mentions of one kind by different authors within `open_window` open an
    incident; `sev1_critical` critical mentions, `sev2_high` urgent ones (critical or high) or a
    reach of `sev1_reach` / `sev2_reach` followers raise it. `quiet_after` without a mention, an
    incident takes no more of them: a later one is another crisis.
    """

    open_after: int = 3
    open_window: timedelta = timedelta(minutes=30)
    quiet_after: timedelta = timedelta(hours=6)
    sev1_critical: int = 3
    sev1_reach: int = 1_000_000
    sev2_high: int = 25
    sev2_reach: int = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that the functions need of the plan. `id` is the hash of the compiled file.

    `silence_after` without a good read of a source, the connector counts as dead; `calm_after`
    without a mention although reads are good, people are told. `daily_budget_usd` bounds what
    reading X may cost a UTC day, 0 for no bound.
    """

    id: str
    brands: tuple[Brand, ...]
    ladders: Mapping[Severity, Ladder]
    thresholds: Thresholds
    page_if_younger_than: timedelta
    retention: timedelta
    silence_after: timedelta
    calm_after: timedelta = timedelta(days=1)
    daily_budget_usd: float = 0.0

    def brand(self, brand_id: str) -> Brand | None:
        """The brand of that id, or None when the plan has none."""
        return next((brand for brand in self.brands if brand.id == brand_id), None)

    def people(self) -> Iterator[Person]:
        """Everybody on a ladder, each once."""
        seen = set()
        for ladder in self.ladders.values():
            for step in ladder.steps:
                for person in step.people:
                    if person.id not in seen:
                        seen.add(person.id)
                        yield person


def ladder_to_dict(ladder: Ladder) -> dict[str, Any]:
    """JSON shape: `{"steps": [{"people": [{id, role, language}], "channels": [...],
    "ack_within_s": 300}]}`."""
    return {
        "steps": [
            {
                "people": [
                    {"id": p.id, "role": p.role, "language": p.language} for p in step.people
                ],
                "channels": list(step.channels),
                "ack_within_s": int(step.ack_within.total_seconds()),
            }
            for step in ladder.steps
        ]
    }


def ladder_from_dict(data: Mapping[str, Any]) -> Ladder:
    """The inverse of `ladder_to_dict`."""
    return Ladder(
        steps=tuple(
            Step(
                people=tuple(
                    Person(id=p["id"], role=p["role"], language=p["language"])
                    for p in step["people"]
                ),
                channels=tuple(step["channels"]),
                ack_within=timedelta(seconds=step["ack_within_s"]),
            )
            for step in data["steps"]
        )
    )


def plan_to_json(plan: Plan) -> str:
    """The compiled plan: what the build writes and the layer carries as `plan.json`."""
    limits = plan.thresholds
    return json.dumps(
        {
            "version": PLAN_VERSION,
            "id": plan.id,
            "brands": [
                {
                    "id": b.id,
                    "name": b.name,
                    "handles": list(b.handles),
                    "x_ids": list(b.x_ids),
                    "queries": list(b.queries),
                }
                for b in plan.brands
            ],
            "ladders": {
                severity.value: ladder_to_dict(ladder) for severity, ladder in plan.ladders.items()
            },
            "thresholds": {
                "open_after": limits.open_after,
                "open_window_s": int(limits.open_window.total_seconds()),
                "quiet_after_s": int(limits.quiet_after.total_seconds()),
                "sev1_critical": limits.sev1_critical,
                "sev1_reach": limits.sev1_reach,
                "sev2_high": limits.sev2_high,
                "sev2_reach": limits.sev2_reach,
            },
            "page_if_younger_than_s": int(plan.page_if_younger_than.total_seconds()),
            "retention_s": int(plan.retention.total_seconds()),
            "silence_after_s": int(plan.silence_after.total_seconds()),
            "calm_after_s": int(plan.calm_after.total_seconds()),
            "daily_budget_usd": plan.daily_budget_usd,
        },
        indent=1,
        sort_keys=True,
    )


def plan_from_json(text: str) -> Plan:
    """Read a compiled plan. Raises ValueError for a version that this code does not read."""
    data = json.loads(text)
    if data["version"] != PLAN_VERSION:
        raise ValueError(
            f"plan.json has version {data['version']!r}, expected {PLAN_VERSION}: "
            "build the plan layer again with this release"
        )
    limits = data["thresholds"]
    return Plan(
        id=data["id"],
        brands=tuple(
            Brand(
                id=b["id"],
                name=b["name"],
                handles=tuple(b["handles"]),
                x_ids=tuple(b["x_ids"]),
                queries=tuple(b["queries"]),
            )
            for b in data["brands"]
        ),
        ladders={
            Severity(severity): ladder_from_dict(ladder)
            for severity, ladder in data["ladders"].items()
        },
        thresholds=Thresholds(
            open_after=limits["open_after"],
            open_window=timedelta(seconds=limits["open_window_s"]),
            quiet_after=timedelta(seconds=limits["quiet_after_s"]),
            sev1_critical=limits["sev1_critical"],
            sev1_reach=limits["sev1_reach"],
            sev2_high=limits["sev2_high"],
            sev2_reach=limits["sev2_reach"],
        ),
        page_if_younger_than=timedelta(seconds=data["page_if_younger_than_s"]),
        retention=timedelta(seconds=data["retention_s"]),
        silence_after=timedelta(seconds=data["silence_after_s"]),
        calm_after=timedelta(seconds=data["calm_after_s"]),
        daily_budget_usd=data["daily_budget_usd"],
    )
