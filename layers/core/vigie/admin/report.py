"""`python -m vigie.admin report`: a month of paging, for the people who are on call.

Reads the plan from its file, for brands and time zones: the one that is deployed.
"""

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import boto3

from vigie.adapters.dynamodb.dossiers import DynamoDossiers
from vigie.admin.arguments import setting
from vigie.admin.plans import plan_at
from vigie.domain.duty_report import Story, lines_of, report_of
from vigie.domain.plan import Plan
from vigie.errors import Rejected
from vigie.ports import Dossiers

_PAGE = 100


def add_parser(subjects: Any) -> None:
    """The subject `report` and its arguments."""
    one = subjects.add_parser("report", help="a month of paging: waits, nights, who was paged")
    one.add_argument(
        "--month", required=True, help="such as 2026-11; UTC, by when incidents opened"
    )
    one.add_argument("--brand", action="append", help="only this one; may be repeated")
    one.add_argument("--json", action="store_true", help="for machines")
    one.add_argument(
        "--time-zone", default="UTC", help="nights of people for whom the plan says none"
    )
    one.add_argument("--plan", type=Path, default=Path("layers/plan/plan.yaml"))
    setting(one, "--table", "INCIDENTS_TABLE", "name of the Incidents table (a stack output)")


def run(given: argparse.Namespace) -> None:
    """Print the report."""
    # Mentions are not read: who is paged is told without a post's word.
    dossiers = DynamoDossiers(boto3.client("dynamodb"), incidents=given.table, mentions="")
    for line in made(given, dossiers, plan_at(given.plan)):
        print(line)


def made(given: argparse.Namespace, dossiers: Dossiers, plan: Plan) -> list[str]:
    """The lines to print. Raises `Rejected` for a month, brand or time zone that there is not."""
    start, end = _month(given.month)
    brands = given.brand or [brand.id for brand in plan.brands]
    for brand in brands:
        if plan.brand(brand) is None:
            known = ", ".join(one.id for one in plan.brands)
            raise Rejected(f"brand is {brand!r}, expected one of: {known}", field="brand")
    _must_be_a_zone(given.time_zone)
    zones = {person.id: person.time_zone for person in (*plan.people(), *plan.staff)}
    stories = list(_stories(dossiers, brands, start, end))
    report = report_of(stories, given.month, zones, given.time_zone)
    report["brands"] = list(brands)
    if given.json:
        return [json.dumps(report, indent=1, ensure_ascii=False)]
    return lines_of(report)


def _stories(
    dossiers: Dossiers, brands: Sequence[str], start: datetime, end: datetime
) -> Iterator[Story]:
    """Incidents opened in the span, the newest first."""
    before: tuple[datetime, str] | None = (end, "")
    while before is not None:
        found, before = dossiers.summaries(brands, open_only=False, limit=_PAGE, before=before)
        for summary in found:
            if summary.tally.opened_at < start:
                return
            dossier = dossiers.dossier(summary.tally.id)
            if dossier is not None:
                yield Story(tally=dossier.summary.tally, timeline=dossier.timeline)


def _month(text: str) -> tuple[datetime, datetime]:
    if not re.fullmatch(r"2\d{3}-(0[1-9]|1[0-2])", text):
        raise Rejected(f"month is {text[:20]!r}, expected one such as 2026-11", field="month")
    start = datetime(int(text[:4]), int(text[5:]), 1, tzinfo=UTC)
    following = (start + timedelta(days=32)).replace(day=1)
    return start, following


def _must_be_a_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise Rejected(
            f"time-zone is {name[:40]!r}, expected one such as Europe/Paris", field="time-zone"
        ) from error
