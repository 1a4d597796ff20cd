"""`python -m vigie.admin incidents`: take, hand over and escalate incidents with AWS credentials.

For when the API or its tokens are out of reach. What is done is kept in the timeline with who did
it and `via: command`; a page that is due goes out with the next sweep, within a minute.
"""

import argparse
import getpass
from datetime import UTC, datetime
from typing import Any

import boto3

from vigie.adapters.dynamodb.desks import DynamoDesks
from vigie.admin.arguments import setting
from vigie.domain.incident import state_of
from vigie.domain.instants import to_iso
from vigie.ports import Desks
from vigie.services.clocks import escalate_now, hand_over
from vigie.services.desk import Act, Decision, acknowledge, board_of

_SAYS = {
    "show": "who has it, and the clocks that run",
    "acknowledge": "take it, or answer a clock that asks for a sign",
    "hand-over": "somebody else has it from now on, and is paged to know",
    "escalate": "the next step of its ladder fires at once",
}


def add_parser(subjects: Any) -> None:
    """The subject `incidents` and its arguments."""
    one = subjects.add_parser("incidents", help="take, hand over and escalate incidents")
    verbs = one.add_subparsers(dest="verb", required=True)
    for name, says in _SAYS.items():
        verb = verbs.add_parser(name, help=says)
        verb.add_argument("id", help="id of the incident, such as inc-0123456789")
        if name == "hand-over":
            verb.add_argument("--to", required=True, help="id of the plan, such as duty-2")
        if name != "show":
            verb.add_argument("--note", default="", help="your words, kept in the timeline")
            verb.add_argument(
                "--by", default=getpass.getuser(), help="who does it, by the plan's id"
            )
        setting(verb, "--table", "INCIDENTS_TABLE", "name of the Incidents table (a stack output)")


def run(given: argparse.Namespace) -> None:
    """Do what was asked for, and print how the incident stands."""
    desks = DynamoDesks(boto3.client("dynamodb"), given.table)
    print("\n".join(done(given, desks, datetime.now(UTC))))


def done(given: argparse.Namespace, desks: Desks, now: datetime) -> list[str]:
    """The lines to print."""
    if given.verb == "show":
        return _told(desks, given.id)
    act = Act(by=given.by, at=now, via="command", note=given.note.strip())
    decision = _decision(given, desks, act)
    first = "done" if decision.changed else "nothing to change: it stood so before"
    return [first, *_told(desks, given.id)]


def _decision(given: argparse.Namespace, desks: Desks, act: Act) -> Decision:
    match given.verb:
        case "acknowledge":
            return acknowledge(desks, given.id, act)
        case "hand-over":
            return hand_over(desks, None, given.id, given.to, act)
        case _:
            return escalate_now(desks, None, given.id, act)


def _told(desks: Desks, incident_id: str) -> list[str]:
    board = board_of(desks, incident_id)
    tally, desk = board.tally, board.desk
    owner = desk.owner or "nobody"
    if desk.owner and not desk.is_acknowledged:
        owner = f"nobody, before {desk.owner}"  # who still keeps what was promised
    lines = [
        f"{tally.id}  {tally.brand}  {tally.severity.value}  {state_of(tally, desk).value}"
        f"  owner {owner}"
    ]
    if desk.acknowledgers:
        lines.append(f"acknowledged by {', '.join(desk.acknowledgers)}")
    for clock in board.clocks:
        about = f", promised for {to_iso(clock.promised_at)}" if clock.promised_at else ""
        lines.append(f"{clock.name}: next page {to_iso(clock.due_at)}{about}")
    return lines
