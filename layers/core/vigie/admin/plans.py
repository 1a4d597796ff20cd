"""The plan's file, as commands read it."""

from pathlib import Path

from vigie.domain.plan import Plan
from vigie.errors import Rejected
from vigie.planning import WrongPlan, compile_file


def plan_at(path: Path) -> Plan:
    """Raises `Rejected` with every problem of the file, and when it cannot be opened."""
    try:
        return compile_file(path)
    except (WrongPlan, OSError) as error:
        raise Rejected(f"--plan {path}: {error}", field="plan") from error
