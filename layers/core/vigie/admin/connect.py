"""`python -m vigie.admin x …`: connecting to X without reading X's documentation.

Nothing is changed and nothing is spent without `--apply`.
"""

import argparse
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3

from vigie.adapters.dynamodb.announcements import DynamoConnection
from vigie.adapters.secrets import SsmSecret
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.plan import Brand, plan_from_json
from vigie.errors import Rejected
from vigie.planning.compiler import compile_file
from vigie.ports import XApp
from vigie.services.connect import (
    Step,
    checking,
    registering,
    replaying,
    status,
    subscribing,
    webhooks,
)

BEARER_PARAMETER = "/vigie/x-bearer-token"
X = "https://api.x.com"
# The account that consents, as X's developer console gives them: for events that X calls private.
ACCOUNT = ("X_CONSUMER_KEY", "X_CONSUMER_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_TOKEN_SECRET")


def add_parser(subjects: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The subject `x` with its verbs."""
    x = subjects.add_parser("x", help="connect to X: check, webhook, subscribe, replay")
    verbs = x.add_subparsers(dest="verb", required=True)
    check = verbs.add_parser("check", help="is the token good, the webhook valid, the plan right")
    webhook = verbs.add_parser("webhook", help="the address that X calls")
    actions = webhook.add_subparsers(dest="action", required=True)
    register = actions.add_parser("register", help="have X call the stack (output WebhookUrl)")
    register.add_argument("--replace", action="store_true", help="delete another one first")
    shown = actions.add_parser("status", help="is it valid; with --apply, challenge it again")
    subscribe = verbs.add_parser("subscribe", help="have the events of the plan's accounts sent")
    replay = verbs.add_parser("replay", help="have the last hours sent again (at most 24)")
    replay.add_argument("--from", dest="begin", required=True, help="instant, or 90m, 6h ago")
    replay.add_argument("--to", dest="end", default="10m", help="default: ten minutes ago")
    for one in (register, subscribe):
        one.add_argument(
            "--url",
            default=os.environ.get("WEBHOOK_URL", ""),
            required=one is register and not os.environ.get("WEBHOOK_URL"),
            help="the stack's output WebhookUrl; default: $WEBHOOK_URL",
        )
    for one in (check, subscribe):
        one.add_argument("--plan", type=Path, default=Path("layers/plan/plan.yaml"))
    for one in (check, register, shown, subscribe, replay):
        one.add_argument("--apply", action="store_true", help="do it; else only say what")
        one.add_argument(
            "--bearer-parameter",
            default=BEARER_PARAMETER,
            help=f"SSM parameter of the bearer token ({BEARER_PARAMETER}); "
            "$X_BEARER_TOKEN goes before it",
        )
        one.add_argument("--base-url", default=X, help=argparse.SUPPRESS)
        one.add_argument(
            "--table",
            default=os.environ.get("BRANDS_TABLE", ""),
            help="Brands table, to have the webhook's health watched; default: $BRANDS_TABLE",
        )


def run(given: argparse.Namespace, print_: Callable[[str], object] = print) -> None:
    """Say the steps and, with --apply, take them. Raises `VigieError`."""
    app, now = _app(given), datetime.now(UTC)
    if given.table and given.verb == "check":
        heard_at = DynamoConnection(boto3.client("dynamodb"), given.table).last_event_at()
        print_(f"  last event from X: {to_iso(heard_at) if heard_at else 'none yet'}")
    taken = _taken(_steps(given, app, now), apply=given.apply, print_=print_)
    if given.table and given.apply and given.verb == "webhook":
        connection = DynamoConnection(boto3.client("dynamodb"), given.table)
        for webhook in webhooks(app, now):
            connection.save(webhook.id, webhook.url, valid=webhook.valid, now=now)
            print_(f"noted in {given.table}: Vigie now watches that X can reach it")
    if not given.apply and taken:
        print_("nothing was done; --apply does it")


def _steps(given: argparse.Namespace, app: XApp, now: datetime) -> Iterable[Step]:
    if given.verb == "check":
        return checking(app, _brands(given.plan), now)
    if given.verb == "subscribe":
        return subscribing(app, _brands(given.plan), given.url, now)
    if given.verb == "replay":
        return replaying(app, _instant(given.begin, now), _instant(given.end, now), now)
    if given.action == "register":
        return registering(app, given.url, replace=given.replace, now=now)
    return status(app, now)


def _taken(steps: Iterable[Step], *, apply: bool, print_: Callable[[str], object]) -> int:
    """How many steps there were to take."""
    number, cost = 0, 0.0
    for step in steps:
        if step.act is None:
            print_(f"  {step.says}")
            continue
        number += 1
        cost += step.cost_usd
        price = f" (${step.cost_usd:.3f})" if step.cost_usd else ""
        if apply:
            print_(f"  {step.says}{price} … {step.act()}")
        else:
            print_(f"  would {step.says}{price}")
    if cost:
        print_(f"{'spent' if apply else 'would cost'} about ${cost:.3f}")
    return number


def _app(given: argparse.Namespace) -> XApp:
    from vigie.adapters.x import SetupX

    token = os.environ.get("X_BEARER_TOKEN", "")
    if not token:
        token = SsmSecret(boto3.client("ssm"), given.bearer_parameter).value(datetime.now(UTC))
    account = tuple(os.environ.get(name, "") for name in ACCOUNT)
    return SetupX(lambda: token, given.base_url, account if all(account) else ())


def _brands(plan: Path) -> tuple[Brand, ...]:
    if plan.suffix == ".json":
        return plan_from_json(plan.read_text(encoding="utf-8")).brands
    return compile_file(plan).brands


def _instant(text: str, now: datetime) -> datetime:
    units: Mapping[str, timedelta] = {"m": timedelta(minutes=1), "h": timedelta(hours=1)}
    if text[-1:] in units and text[:-1].isdigit():
        return now - int(text[:-1]) * units[text[-1]]
    try:
        return from_iso(text)
    except ValueError:
        raise Rejected(
            f"{text[:40]} is no instant; expected 90m, 6h or 2026-11-22T03:00:00Z", field="from"
        ) from None
