"""`python -m vigie.admin contacts`: who is subscribed to the Alerts topic, and would be woken.

Addresses are read from contacts.yaml and handed to SNS; printed, they are masked.
"""

import argparse
import secrets
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from vigie.adapters.dynamodb.rosters import DynamoRosters
from vigie.adapters.sns import PAGER_CONFIG, SnsPager
from vigie.adapters.sns_subscriptions import (
    PAUSES_S,
    UNHURRIED,
    SnsSubscriptions,
    SnsTextMessaging,
)
from vigie.admin.arguments import setting
from vigie.admin.plans import plan_at
from vigie.domain.contacts import POLICIES_OF_A_TOPIC, Act, Change, Wanted, masked
from vigie.domain.instants import to_iso
from vigie.errors import Rejected, Unavailable
from vigie.planning import WrongPlan
from vigie.planning.compiler import check_contacts
from vigie.planning.contacts import addresses_of, read_contacts
from vigie.ports import Rosters, Subscriptions, TextMessaging
from vigie.services.contacts import (
    Sent,
    Standing,
    compare,
    confirm,
    needs_confirmation,
    standings,
    sync,
    try_out,
    wish,
)
from vigie.services.readiness import Verdict, readiness
from vigie.services.roll_call import audit

PLAN = Path("layers/plan/plan.yaml")
_SAYS = {
    Act.CREATE: "subscribe",
    Act.UPDATE: "change the filter of",
    Act.REMOVE: "unsubscribe",
    Act.KEEP: "as it is",
    Act.FOREIGN: "left alone (made by hand, with another filter or none; --adopt changes it)",
    Act.EXPIRES: "left alone (not confirmed: SNS drops it within 48 hours; sync again after that)",
}
_DEEDS = (Act.CREATE, Act.UPDATE, Act.REMOVE)


def add_parser(subjects: Any) -> None:
    """The subject `contacts` and its arguments."""
    one = subjects.add_parser("contacts", help="who is subscribed, and would be woken")
    verbs = one.add_subparsers(dest="verb", required=True)
    synced = verbs.add_parser("sync", help="have SNS's subscriptions follow contacts.yaml")
    synced.add_argument("--contacts", type=Path, default=Path("contacts.yaml"))
    synced.add_argument("--plan", type=Path, help="check first that all whom it pages are reached")
    synced.add_argument("--adopt", action="store_true", help="change what was made by hand too")
    synced.add_argument("--again", action="store_true", help="ask again who has not confirmed")
    status = verbs.add_parser("status", help="who has confirmed, who has not, who is gone")
    status.add_argument(
        "--days", type=float, default=1, help="mark what waits for longer (default: 1)"
    )
    confirmed = verbs.add_parser("confirm", help="so that only the account can unsubscribe it")
    confirmed.add_argument("--token", required=True, help="or the whole confirmation link")
    tested = verbs.add_parser("test", help="a test page to each person, by each way")
    tested.add_argument("--person", default="", help="id of the plan, such as duty-1; else all")
    tested.add_argument("--plan", type=Path, default=PLAN, help="for people's languages")
    verbs.add_parser("audit", help="is every subscription still there; watch does it each hour")
    verbs.add_parser("readiness", help="would a page arrive tonight, as far as SNS tells")
    for verb in (synced, tested):
        verb.add_argument("--apply", action="store_true", help="do it; else only say what")
    for verb in verbs.choices.values():
        setting(verb, "--topic-arn", "ALERTS_TOPIC_ARN", "output AlertsTopicArn of the stack")
        if verb is not confirmed:
            setting(verb, "--table", "BRANDS_TABLE", "name of the Brands table (a stack output)")


def run(given: argparse.Namespace) -> int:
    """Print what was asked for; 1 where something is not as it should be."""
    # The region is the topic's: SMS, sandbox and limits are a region's own.
    region = given.topic_arn.split(":")[3] if given.topic_arn.count(":") == 5 else None
    if not region:
        raise Rejected(
            f"--topic-arn is {given.topic_arn[:60]!r}, expected the stack's output AlertsTopicArn, "
            "such as arn:aws:sns:eu-west-3:111122223333:vigie-AlertsTopic-A1B2C3",
            field="topic-arn",
        )
    client = boto3.client("sns", region_name=region, config=UNHURRIED)
    subscriptions = SnsSubscriptions(client, given.topic_arn, PAUSES_S)
    now = datetime.now(UTC)
    if given.verb == "confirm":
        print(f"confirmed: {confirm(subscriptions, given.token)}")
        return 0
    rosters = DynamoRosters(boto3.client("dynamodb", region_name=region), given.table)
    texts = SnsTextMessaging(client, given.topic_arn)
    if given.verb == "sync":
        return _sync(given, subscriptions, rosters, texts, now)
    if given.verb == "test":
        return _test(given, rosters, region, now)
    if given.verb == "audit":
        return _audit(subscriptions, rosters)
    found = standings(subscriptions, rosters, now)
    if given.verb == "status":
        for line in told(found, now, timedelta(days=given.days)):
            print(line)
        return int(any(one.held is None or one.is_astray for one in found))
    findings = list(readiness(texts, found, now))
    for finding in findings:
        print(f"{finding.verdict:<8} {finding.says}")
        if finding.mend:
            print(f"{'':<8}   {finding.mend}")
    return int(any(finding.verdict is Verdict.MEND for finding in findings))


def _sync(
    given: argparse.Namespace,
    subscriptions: Subscriptions,
    rosters: Rosters,
    texts: TextMessaging,
    now: datetime,
) -> int:
    found = compare(subscriptions, rosters, _wanted(given), adopt=given.adopt, again=given.again)
    if len(found) > POLICIES_OF_A_TOPIC:
        print(
            f"{len(found)} addresses; SNS refuses more than {POLICIES_OF_A_TOPIC} filtered "
            "subscriptions a topic unless Service Quotas raised it for the account"
        )
    if not given.apply:
        for change in found:
            would = "would " if change.act in _DEEDS else ""
            print(f"  {listed(change)}: {would}{_SAYS[change.act]}")
        print(f"{_number(found)}; nothing was done, --apply does it")
        return 0
    failed = 0
    for deed in sync(
        subscriptions, rosters, texts, found, given.topic_arn, lambda: secrets.token_hex(16), now
    ):
        outcome = _SAYS[deed.change.act]
        if deed.error:
            failed += 1
            outcome = f"NOT DONE: {deed.error}"
        print(f"  {listed(deed.change)}: {outcome}")
    print(f"{_number(found)}, {failed} of them not done")
    if any(change.act in _DEEDS for change in found):
        print("SNS may take 15 minutes until filters hold everywhere; then `contacts test`.")
    if any(c.act is Act.CREATE and c.wanted and c.wanted.protocol != "sms" for c in found):
        print("Mail and https wait for confirmation: `contacts confirm --token`, within 48 hours.")
    if failed:
        print("Run the same again: what is done is not done twice.", file=sys.stderr)
    return int(bool(failed))


def _wanted(given: argparse.Namespace) -> tuple[Wanted, ...]:
    try:
        contacts = read_contacts(given.contacts)
        if given.plan:
            check_contacts(given.plan, given.contacts)
    except WrongPlan as error:
        raise Rejected(str(error), field="contacts") from error
    except OSError as error:
        raise Rejected(
            f"{error.filename}: {error.strerror}; for addresses, copy contacts.yaml.example",
            field="contacts",
        ) from error
    return wish(addresses_of(contacts))


def _test(given: argparse.Namespace, rosters: Rosters, region: str, now: datetime) -> int:
    pager = SnsPager(boto3.client("sns", region_name=region, config=PAGER_CONFIG), given.topic_arn)
    people = plan_at(given.plan).staff
    if not given.apply:
        sent = list(try_out(_Nobody(), rosters, people, given.person, now))
        for one in sent:
            print(f"  {one.person} {one.channel}: would send a test page")
        print(f"{len(sent)} test page(s); nothing was done, --apply does it")
        return 0
    sent = list(try_out(pager, rosters, people, given.person, now))
    for one in sent:
        print(f"  {_handed(one)}")
    print("SNS took them; whether they arrived it tells in delivery logs only, of mail never: ask.")
    return int(any(one.error for one in sent))


def _handed(one: Sent) -> str:
    outcome = f"NOT SENT: {one.error}" if one.error else f"taken by SNS as {one.message_id}"
    if one.channel == "mail" and not one.error:
        outcome += "; delivery unknown"
    return f"{one.person} {one.channel}: {outcome}"


def _audit(subscriptions: Subscriptions, rosters: Rosters) -> int:
    audited = audit(subscriptions, rosters)
    if audited is None:
        print("nothing was synced yet")
        return 1
    if audited.failed:
        raise Unavailable("SNS or the table could not be asked; may this role list the topic?")
    for entry in audited.missing:
        print(f"  {', '.join(entry.people)} {entry.channel}: GONE, was asked {to_iso(entry.since)}")
    print(f"{audited.expected} expected, {len(audited.missing)} gone")
    return int(bool(audited.missing))


def told(found: tuple[Standing, ...], now: datetime, patience: timedelta) -> Iterator[str]:
    """A line for each subscription."""
    for one in found:
        entry, held = one.entry, one.held
        who = f"  {', '.join(entry.people):<24} {entry.channel:<8}"
        if held is None:
            yield f"{who} GONE; asked {to_iso(entry.since)}. contacts sync --apply asks again"
            continue
        who += f" {masked(held.endpoint):<28}"
        if held.pending and entry.confirmed_at:
            yield f"{who} DEACTIVATED by SNS; contacts sync --apply asks again"
            continue
        if held.pending:
            late = " LATE" if now - entry.since > patience else ""
            yield f"{who} not confirmed, asked {to_iso(entry.since)}{late}"
            continue
        if one.is_astray:
            yield f"{who} FILTER CHANGED by hand; contacts sync --adopt --apply sets it back"
            continue
        if not needs_confirmation(entry):
            yield f"{who} subscribed; a telephone is not asked"
            continue
        # SNS tells whether, not when.
        since = to_iso(entry.confirmed_at) if entry.confirmed_at else "unknown"
        lock = {
            True: "only the account can unsubscribe it",
            False: "ANYBODY who holds a message can unsubscribe it",
            None: "who can unsubscribe it is unknown",
        }[held.authenticated]
        yield f"{who} confirmed (first seen {since}); {lock}"


def listed(change: Change) -> str:
    """Whom a change is about, with the address masked."""
    people = ", ".join(change.people) or "?"
    return f"{people} {change.channel} {masked(change.endpoint)}"


def _number(found: tuple[Change, ...]) -> str:
    return ", ".join(
        f"{sum(change.act is act for change in found)} to {says}"
        for act, says in ((Act.CREATE, "make"), (Act.UPDATE, "change"), (Act.REMOVE, "remove"))
    )


class _Nobody:
    """A pager for the dry run."""

    def publish(self, message: object) -> str:
        return "-"
