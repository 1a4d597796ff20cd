"""`python -m vigie.admin on-call`: who is on call, and overrides without a deployment.

Reads the plan from its file: the one that is deployed, or people and schedules differ.
"""

import argparse
import getpass
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3

from vigie.adapters.dynamodb.overrides import DynamoOverrides
from vigie.admin.arguments import setting
from vigie.admin.plans import plan_at
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.override import Deed, Override
from vigie.domain.plan import Plan
from vigie.errors import Rejected
from vigie.ports import Overrides
from vigie.services.on_call import Wish, cancel, duties, override

_SAYS = {
    Deed.TAKE: "be on call instead of --other, or of whoever it would be by --schedule",
    Deed.SWAP: "have each other's shifts",
    Deed.ADD: "be on call too",
    Deed.MUTE: "not be paged",
}


def add_parser(subjects: Any) -> None:
    """The subject `on-call` and its arguments."""
    one = subjects.add_parser("on-call", help="who is on call, and overrides")
    verbs = one.add_subparsers(dest="verb", required=True)
    show = verbs.add_parser("show", help="every schedule now and next, and the overrides")
    show.add_argument("--at", default="", help="another instant, such as 2026-12-24T03:00:00+01:00")
    for deed, says in _SAYS.items():
        made = verbs.add_parser(deed.value, help=says)
        made.add_argument("--person", required=True, help="id of the plan, such as duty-1")
        if deed in (Deed.TAKE, Deed.SWAP):
            made.add_argument("--other", default="", required=deed is Deed.SWAP)
        if deed is not Deed.MUTE:
            made.add_argument("--schedule", default="", required=deed is Deed.ADD)
        made.add_argument("--from", dest="start", default="", help="an instant; now by default")
        made.add_argument("--to", dest="end", required=True, help="an instant")
    ended = verbs.add_parser("cancel", help="end an override early")
    ended.add_argument("id")
    for verb in verbs.choices.values():
        setting(verb, "--table", "BRANDS_TABLE", "name of the Brands table (a stack output)")
        verb.add_argument("--plan", type=Path, default=Path("layers/plan/plan.yaml"))
        verb.add_argument("--by", default=getpass.getuser(), help="who does it; kept with it")


def run(given: argparse.Namespace) -> None:
    """Do what was asked for, and print how it stands."""
    held = DynamoOverrides(boto3.client("dynamodb"), given.table)
    for line in done(given, held, plan_at(given.plan), datetime.now(UTC)):
        print(line)


def done(given: argparse.Namespace, held: Overrides, plan: Plan, now: datetime) -> Iterator[str]:
    """The lines to print."""
    if given.verb == "cancel":
        yield told(cancel(held, given.id, given.by, now))
    elif given.verb == "show":
        at = _instant("at", given.at) if given.at else now
        overrides = held.since(at)
        for duty in duties(plan, overrides, at):
            names = ", ".join(person.id for person in duty.people) or "nobody"
            then = ""
            if duty.until and duty.following:
                following = ", ".join(p.id for p in duty.following.people) or "nobody"
                then = f" until {to_iso(duty.until)}, then {following}"
            yield f"{duty.schedule.id}: {names}{then}"
        if not plan.schedules:
            yield "the plan has no schedules: its ladders name people and roles"
        yield from map(told, overrides)
        if not overrides:
            yield "no overrides"
    else:
        wish = Wish(
            deed=Deed(given.verb),
            person=given.person,
            other=getattr(given, "other", ""),
            schedule=getattr(given, "schedule", ""),
            start=_instant("from", given.start) if given.start else None,
            end=_instant("to", given.end),
        )
        yield told(override(plan, held, wish, given.by, now))


def told(one: Override) -> str:
    """An override on one line."""
    other = f" for {one.other.id}" if one.other else ""
    where = f" in {one.schedule}" if one.schedule else ""
    text = f"{one.id}  {one.deed.value} {one.person.id}{other}{where}"
    text += f"  {to_iso(one.start)} - {to_iso(one.end)}  by {one.by} at {to_iso(one.at)}"
    if one.cancelled_at:
        text += f"; cancelled by {one.cancelled_by} at {to_iso(one.cancelled_at)}"
    return text


def _instant(field: str, text: str) -> datetime:
    try:
        return from_iso(text)
    except ValueError as error:
        raise Rejected(
            f"--{field} is {text[:40]!r}, expected an instant with its offset, such as "
            "2026-12-24T03:00:00+01:00 or 2026-12-24T02:00:00Z",
            field=field,
        ) from error
