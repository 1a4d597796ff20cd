"""`python -m vigie.planning check PLAN [--contacts FILE] [--from DAY]` and `build PLAN OUT.json`.

Exits 0, or 2 with every problem on standard error. What `check` says beyond problems (a calendar,
gaps, what is perhaps not meant) does not fail it.
"""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from vigie.domain.plan import Plan, plan_to_json
from vigie.planning.calendar import calendar, findings
from vigie.planning.compiler import check_contacts, compile_file
from vigie.planning.policies import table
from vigie.planning.problems import WrongPlan


def main(arguments: list[str] | None = None) -> int:
    """The process's exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m vigie.planning", description="Check and compile a crisis plan."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="say what is wrong with a plan, or that nothing is")
    check.add_argument("plan", type=Path)
    check.add_argument(
        "--contacts", type=Path, help="people's addresses; see contacts.yaml.example"
    )
    check.add_argument(
        "--from",
        dest="start",
        type=lambda day: datetime.fromisoformat(day).replace(tzinfo=UTC),
        default=datetime.now(UTC).replace(second=0, microsecond=0),
        help="first day of the calendar, such as 2026-12-01; today, if it is left out",
    )
    build = commands.add_parser("build", help="write what the functions read")
    build.add_argument("plan", type=Path)
    build.add_argument("out", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        plan = compile_file(chosen.plan)
        print(f"{chosen.plan}: {_summary(plan)}")
        for line in (line for brand in plan.brands for line in table(brand)):
            print(line)
        if chosen.command == "build":
            chosen.out.write_text(plan_to_json(plan) + "\n", encoding="utf-8")
            print(f"{chosen.out}: written")
            return 0
        for line in calendar(plan, chosen.start):
            print(line)
        for finding in findings(plan, chosen.start):
            print(f"look at this: {finding}")
        if chosen.contacts:
            people = check_contacts(chosen.plan, chosen.contacts)
            print(f"{chosen.contacts}: everybody on a ladder can be reached ({people} people)")
    except WrongPlan as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    return 0


def _summary(plan: Plan) -> str:
    brands = ", ".join(brand.id for brand in plan.brands)
    people = len(list(plan.people()))
    return f"plan {plan.id}, brands {brands}, {people} people on the ladders"


if __name__ == "__main__":
    sys.exit(main())
