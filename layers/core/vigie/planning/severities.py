"""The severity table of plan.yaml, and what stood in its place before: four single thresholds."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from vigie.domain.labels import Kind, Urgency
from vigie.domain.plan import SEVERITY_ROWS, Severity, SeverityRow
from vigie.planning.models import PlanModel, SeverityRowModel
from vigie.planning.problems import Problem, shown

# The old threshold → the level of the default rows that it set, and their condition.
OLD_SEVERITIES = {
    "sev1_critical": (Severity.SEV1, "critical"),
    "sev1_reach": (Severity.SEV1, "reach"),
    "sev2_high": (Severity.SEV2, "urgent"),
    "sev2_reach": (Severity.SEV2, "reach"),
}
_CONDITIONS = SeverityRowModel.model_fields.keys() - {"level"}


def severity_rows(model: PlanModel) -> tuple[SeverityRow, ...]:
    """The plan's own rows, or the default ones with the old thresholds in them."""
    if model.severity is not None:
        return tuple(_row(row) for row in model.severity)
    rows = list(SEVERITY_ROWS)
    for name, (severity, condition) in OLD_SEVERITIES.items():
        value = getattr(model.thresholds, name)
        if value is None:
            continue
        for i, row in enumerate(rows):
            if _is_set_by(name, row, severity, condition):
                rows[i] = replace(row, **{condition: value})
    return tuple(rows)


def severity_problems(data: Any) -> Iterator[Problem]:
    """Rows without a condition, which would always hold; old thresholds beside the table."""
    rows = data.get("severity") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        return
    for position, row in enumerate(rows):
        if isinstance(row, dict) and not any(row.get(name) for name in _CONDITIONS):
            yield Problem(
                path=f"severity[{position}]",
                found=f"{shown(row.get('level'))} without a condition",
                expected="at least one, or every incident would be as grave",
                mend="add one, as in `critical: 3`, or remove the row",
            )
    limits = data.get("thresholds")
    for name, (severity, condition) in OLD_SEVERITIES.items():
        if isinstance(limits, dict) and name in limits:
            yield Problem(
                path=f"thresholds.{name}",
                found=f"{shown(limits[name])} beside the table `severity`",
                expected="the table alone",
                mend=f"write `- {{ level: {severity.value}, {condition}: {limits[name]} }}` "
                "under `severity`, and remove it here",
            )


def _is_set_by(name: str, row: SeverityRow, severity: Severity, condition: str) -> bool:
    if row.severity is not severity or not getattr(row, condition):
        return False
    # Counts stood alone, reach beside a first urgent mention.
    return name.endswith("reach") or not (row.reach or row.surge)


def _row(model: SeverityRowModel) -> SeverityRow:
    counted = model.model_dump(exclude={"level", "worst", "kinds"}, exclude_none=True)
    return SeverityRow(
        severity=Severity(model.level),
        worst=Urgency(model.worst) if model.worst else None,
        kinds=tuple(Kind(kind) for kind in model.kinds),
        **counted,
    )
