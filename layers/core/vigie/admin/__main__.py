"""`python -m vigie.admin`: the connection to X, money, recorded posts, people's subscriptions,
staff tokens, dead letters and erasing.

For the machine of whoever runs Vigie.
AWS credentials and region come from the environment, as for the AWS command line.
"""

import argparse
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import boto3
from botocore.exceptions import BotoCoreError

from vigie.adapters.dynamodb.staff import DynamoStaff
from vigie.admin import connect, contacts, corrections, erase, feed, incidents, on_call, report
from vigie.admin.arguments import setting
from vigie.admin.dead_letters import letter, letters, listed, redrive, told
from vigie.domain.instants import to_iso
from vigie.errors import VigieError
from vigie.ports import Staff
from vigie.services.staff import issue, revoke


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when done, 1 when it could not be, with the reason on standard error."""
    given = _parser().parse_args(arguments)
    try:
        if given.subject == "x":
            connect.run(given)
        elif given.subject in ("ingest", "money"):
            feed.run(given)
        elif given.subject == "staff":
            _staff(given, DynamoStaff(boto3.client("dynamodb"), given.table))
        elif given.subject == "contacts":
            return contacts.run(given)
        elif given.subject == "corrections":
            corrections.run(given)
        elif given.subject == "on-call":
            on_call.run(given)
        elif given.subject == "incidents":
            incidents.run(given)
        elif given.subject == "report":
            report.run(given)
        elif given.subject == "erase":
            print(erase.run(given, erase.places(given), datetime.now(UTC)))
        else:
            _dead_letters(given)
    except (VigieError, BotoCoreError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _staff(given: argparse.Namespace, staff: Staff) -> None:
    now = datetime.now(UTC)
    if given.verb == "add":
        token = issue(staff, given.person, lambda: secrets.token_urlsafe(32), now)
        print(
            f"Token of {given.person}, shown this once; hand it over in a safe way:",
            file=sys.stderr,
        )
        print(token)
    elif given.verb == "revoke":
        print(f"{revoke(staff, given.person, now)} token(s) of {given.person} revoked")
    else:
        for token_held in sorted(staff.all(), key=lambda held: (held.person, held.created_at)):
            end = token_held.revoked_at
            state = f"revoked {to_iso(end)}" if end else "valid"
            print(f"{token_held.person:<24} since {to_iso(token_held.created_at)}  {state}")


def _dead_letters(given: argparse.Namespace) -> None:
    client = boto3.client("sqs")
    if given.verb == "show":
        print(told(letter(client, given.queue, given.id)))
    elif given.verb == "redrive":
        moved = redrive(
            client, given.queue, to=given.to, ids=tuple(given.id or ()), limit=given.limit
        )
        print(f"{moved} message(s) sent back")
    else:
        found = letters(client, given.queue, given.limit)
        for one in found:
            print(listed(one))
        print(f"{len(found)} message(s)", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m vigie.admin", description=__doc__)
    subjects = parser.add_subparsers(dest="subject", required=True)
    connect.add_parser(subjects)

    staff = subjects.add_parser("staff", help="who may use the API: one token per person")
    verbs = staff.add_subparsers(dest="verb", required=True)
    for verb, says in (
        ("add", "issue a token; it is printed once and kept as a hash"),
        ("list", "who has one, and since when"),
        ("revoke", "end every token of a person, at once"),
    ):
        one = verbs.add_parser(verb, help=says)
        if verb != "list":
            one.add_argument("--person", required=True, help="id of the plan, such as duty-1")
        setting(one, "--table", "BRANDS_TABLE", "name of the Brands table (a stack output)")

    contacts.add_parser(subjects)
    on_call.add_parser(subjects)
    incidents.add_parser(subjects)
    report.add_parser(subjects)
    erase.add_parser(subjects)
    corrections.add_parser(subjects)
    feed.add_to(subjects)

    dead = subjects.add_parser("dead-letters", help="messages that were parked")
    verbs = dead.add_subparsers(dest="verb", required=True)
    for verb, says in (
        ("list", "each with its reason"),
        ("show", "one in full, people's words included"),
        ("redrive", "send them back to where they came from"),
    ):
        one = verbs.add_parser(verb, help=says)
        setting(one, "--queue", "DEAD_LETTERS_URL", "URL of the dead-letter queue (a stack output)")
        if verb == "list":
            one.add_argument("--limit", type=int, default=100, help="how many at most")
        elif verb == "show":
            one.add_argument("id", help="the message's id, or its beginning")
        else:
            one.add_argument("--to", default="", help="URL of the target queue, if not the source")
            one.add_argument("--id", action="append", help="only this message; may be repeated")
            one.add_argument("--limit", type=int, default=0, help="how many at most; 0: all now")
    return parser


if __name__ == "__main__":
    sys.exit(main())
