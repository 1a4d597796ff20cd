"""The crisis plan as the functions read it: compiled, validated, without its people's addresses."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from vigie.domain.clock_rules import NO_RULES, ClockRules, rules_from_dict, rules_to_dict
from vigie.domain.labels import Kind, Urgency
from vigie.domain.ladder_steps import Ladder as Ladder
from vigie.domain.ladder_steps import Severity as Severity
from vigie.domain.ladder_steps import SpecialLadder as SpecialLadder
from vigie.domain.ladder_steps import Step as Step
from vigie.domain.ladder_steps import ladder_from_dict as ladder_from_dict
from vigie.domain.ladder_steps import ladder_to_dict as ladder_to_dict
from vigie.domain.ladder_steps import special_from_dict as special_from_dict
from vigie.domain.ladder_steps import special_to_dict as special_to_dict
from vigie.domain.people import Person, person_from_dict, person_to_dict
from vigie.domain.schedule import Schedule, schedule_from_dict, schedule_to_dict

PLAN_VERSION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """An organisation or product that is watched.

    `handles` without `@`; `x_ids` decimal user ids of its own accounts (posts by them are never
    mentions); `queries` for X recent search, one walk each. `policy` multiplies how
    much a head of the classifier counts toward urgency; one that is not there counts as usual.
    """

    id: str
    name: str
    handles: tuple[str, ...] = ()
    x_ids: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    policy: Mapping[str, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRow:
    """A row of the severity table: the incident is at least so grave when every condition holds.

    0, None and () are no condition. What is counted is told at `vigie.domain.severity.Evidence`.
    """

    severity: Severity
    worst: Urgency | None = None
    critical: int = 0
    urgent: int = 0
    authors: int = 0
    reach: int = 0
    per_minute: float = 0.0
    surge: float = 0.0
    kinds: tuple[Kind, ...] = ()


SEVERITY_ROWS = (
    SeverityRow(severity=Severity.SEV1, critical=3),
    SeverityRow(severity=Severity.SEV1, critical=1, reach=1_000_000),
    SeverityRow(severity=Severity.SEV2, critical=1),
    SeverityRow(severity=Severity.SEV2, urgent=25),
    SeverityRow(severity=Severity.SEV2, urgent=1, reach=100_000),
    SeverityRow(severity=Severity.SEV2, urgent=10, surge=5.0),
    SeverityRow(severity=Severity.SEV3, urgent=1),
    # Volume alone wakes nobody at night: it may be a joke, a victory or a campaign.
    SeverityRow(severity=Severity.SEV3, authors=25, surge=10.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When triage opens an incident, and when it lets one fall.

    `open_after` high mentions that say the same by different authors within `open_window` open an
    incident. `quiet_after` without a mention, an incident takes no more of them: a later one is
    another crisis. `false_alarms_per_month` is how many surges a brand and 30 days may be called
    that are none. After `calm_lowers_after` without an urgent mention an incident falls by one
    level.
    """

    open_after: int = 3
    open_window: timedelta = timedelta(minutes=30)
    quiet_after: timedelta = timedelta(hours=6)
    false_alarms_per_month: float = 1.0
    calm_lowers_after: timedelta = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that the functions need of the plan. `id` is the hash of the compiled file.

    The first of the `special` ladders whose conditions hold is climbed, else that of the severity.
    `staff` is everybody in the plan, on a ladder or not.

    `silence_after` without a good read of a source, the connector counts as dead; `calm_after`
    without a mention although reads are good, people are told. `daily_budget_usd` bounds what
    reading X may cost a UTC day, 0 for no bound; `pages_a_minute` how many pages one person may
    get, 0 for any number.
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
    pages_a_minute: int = 0
    severity_rows: tuple[SeverityRow, ...] = SEVERITY_ROWS
    special: tuple[SpecialLadder, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    staff: tuple[Person, ...] = ()
    rules: ClockRules = NO_RULES

    @property
    def company_within(self) -> timedelta:
        """How long a candidate waits: ingest may be behind by as long as a post may page."""
        return self.thresholds.open_window + self.page_if_younger_than

    def brand(self, brand_id: str) -> Brand | None:
        """The brand of that id, or None when the plan has none."""
        return next((brand for brand in self.brands if brand.id == brand_id), None)

    def special_for(self, brand: str) -> tuple[SpecialLadder, ...]:
        """The special ladders that an incident of that brand may climb."""
        return tuple(row for row in self.special if not row.brands or brand in row.brands)

    def steps(self) -> Iterator[Step]:
        """Every step of every ladder."""
        for ladder in (*self.ladders.values(), *(row.ladder for row in self.special)):
            yield from ladder.steps

    def schedules_used(self) -> tuple[Schedule, ...]:
        """The schedules that some ladder pages."""
        used = {
            id_ for step in self.steps() for id_ in (*step.schedules, *step.otherwise_schedules)
        } | set(self.rules.people()[1])
        return tuple(schedule for schedule in self.schedules if schedule.id in used)

    def people(self) -> Iterator[Person]:
        """Everybody on a ladder or in a schedule of one, each once."""
        yield from {person.id: person for person, _ in self._paged()}.values()

    def channels(self) -> Iterator[tuple[Person, str]]:
        """Every person with every channel by which a page may reach them, each pair once."""
        pairs: dict[tuple[str, str], tuple[Person, str]] = {}
        for person, channels in self._paged():
            for channel in person.channels or channels:
                pairs.setdefault((person.id, channel), (person, channel))
        yield from pairs.values()

    def _paged(self) -> Iterator[tuple[Person, tuple[str, ...]]]:
        schedules = {schedule.id: schedule for schedule in self.schedules}
        for step in self.steps():
            for person in (*step.people, *step.otherwise):
                yield person, step.channels
            for id_ in (*step.schedules, *step.otherwise_schedules):
                for person in schedules[id_].people():
                    yield person, step.channels
        # Promises are asked for by the ways of each ladder's first step.
        people, ids = self.rules.people()
        people += tuple(person for id_ in ids for person in schedules[id_].people())
        for ladder in (*self.ladders.values(), *(row.ladder for row in self.special)):
            yield from ((person, ladder.steps[0].channels) for person in people)


def _row_to_dict(row: SeverityRow) -> dict[str, Any]:
    return {
        "level": row.severity.value,
        "worst": row.worst.value if row.worst else None,
        "kinds": [kind.value for kind in row.kinds],
        **{name: getattr(row, name) for name in _COUNTED},
    }


def _row_from_dict(data: Mapping[str, Any]) -> SeverityRow:
    return SeverityRow(
        severity=Severity(data["level"]),
        worst=Urgency(data["worst"]) if data["worst"] else None,
        kinds=tuple(Kind(kind) for kind in data["kinds"]),
        **{name: data[name] for name in _COUNTED},
    )


_COUNTED = ("critical", "urgent", "authors", "reach", "per_minute", "surge")


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
                    "policy": dict(b.policy),
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
                "false_alarms_per_month": limits.false_alarms_per_month,
                "calm_lowers_after_s": int(limits.calm_lowers_after.total_seconds()),
            },
            "severity": [_row_to_dict(row) for row in plan.severity_rows],
            "page_if_younger_than_s": int(plan.page_if_younger_than.total_seconds()),
            "retention_s": int(plan.retention.total_seconds()),
            "silence_after_s": int(plan.silence_after.total_seconds()),
            "calm_after_s": int(plan.calm_after.total_seconds()),
            "daily_budget_usd": plan.daily_budget_usd,
            "pages_a_minute": plan.pages_a_minute,
            "special_ladders": [special_to_dict(special) for special in plan.special],
            "schedules": [schedule_to_dict(schedule) for schedule in plan.schedules],
            "people": [person_to_dict(person) for person in plan.staff],
            "clocks": rules_to_dict(plan.rules),
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
                policy=b.get("policy", {}),
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
            false_alarms_per_month=limits["false_alarms_per_month"],
            calm_lowers_after=timedelta(seconds=limits["calm_lowers_after_s"]),
        ),
        severity_rows=tuple(_row_from_dict(row) for row in data["severity"]),
        page_if_younger_than=timedelta(seconds=data["page_if_younger_than_s"]),
        retention=timedelta(seconds=data["retention_s"]),
        silence_after=timedelta(seconds=data["silence_after_s"]),
        calm_after=timedelta(seconds=data["calm_after_s"]),
        daily_budget_usd=data["daily_budget_usd"],
        pages_a_minute=data.get("pages_a_minute", 0),
        special=tuple(map(special_from_dict, data.get("special_ladders", ()))),
        schedules=tuple(map(schedule_from_dict, data.get("schedules", ()))),
        staff=tuple(map(person_from_dict, data.get("people", ()))),
        rules=rules_from_dict(data.get("clocks", {})),
    )
