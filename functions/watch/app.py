"""watch: each minute, what falls due goes out and silence is noticed."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from vigie.adapters.aws import aws
from vigie.adapters.dynamodb.audits import DynamoAudits
from vigie.adapters.dynamodb.due import DynamoDue, DynamoHeartbeats
from vigie.adapters.dynamodb.ledger import DynamoLedger
from vigie.adapters.dynamodb.rosters import DynamoRosters
from vigie.adapters.sns_subscriptions import SnsSubscriptions
from vigie.adapters.sqs import SqsQueue
from vigie.config import WatchConfig
from vigie.domain.outbox import CLASSIFIED_QUEUE
from vigie.domain.plan import Plan, plan_from_json
from vigie.ports import Audits, Due, Heartbeats, Ledger, Queue, Rosters, Subscriptions
from vigie.services import roll_call
from vigie.services.auditor import audit
from vigie.services.watch import sweep

logger = Logger()
metrics = Metrics()


@dataclass
class Parts:
    """What the handler works with; the local runner replaces `now`."""

    due: Due
    audits: Audits
    heartbeats: Heartbeats
    ledger: Ledger
    escalations: Queue
    outboxes: Mapping[str, Queue]
    subscriptions: Subscriptions
    rosters: Rosters
    plan: Plan
    now: Callable[[], datetime]


@cache
def parts() -> Parts:
    """Built at the first invocation, kept for the life of the process."""
    config = WatchConfig.from_env(os.environ)
    sqs, dynamodb = aws("sqs"), aws("dynamodb")
    return Parts(
        due=DynamoDue(dynamodb, config.incidents_table),
        audits=DynamoAudits(dynamodb, config.incidents_table),
        heartbeats=DynamoHeartbeats(dynamodb, config.brands_table),
        ledger=DynamoLedger(dynamodb, config.brands_table),
        escalations=SqsQueue(sqs, config.escalations_queue_url),
        outboxes={CLASSIFIED_QUEUE: SqsQueue(sqs, config.classified_queue_url)},
        subscriptions=SnsSubscriptions(aws("sns"), config.alerts_topic_arn),
        rosters=DynamoRosters(dynamodb, config.brands_table),
        plan=plan_from_json(Path(config.plan_path).read_text(encoding="utf-8")),
        now=lambda: datetime.now(UTC),
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """A tick of the schedule. An error is the next minute's business: nothing is retried."""
    p = parts()
    now = p.now()
    try:
        _sweep(p, now)
    finally:
        # What keeps a sweep from its work is no reason to overlook who is not paged.
        _audit(p, now)
    if roll_call.is_due(now):
        _call_the_roll(p)
    return {}


def _sweep(p: Parts, now: datetime) -> None:
    swept = sweep(p.due, p.heartbeats, p.ledger, p.escalations, p.outboxes, p.plan, now)
    for name, value in (
        ("WatchRan", 1),
        ("StepsSent", swept.steps),
        ("IngestSilent", swept.silent),
        ("IngestWithoutMoney", swept.without_money),
        ("NoMentions", swept.calm),
        ("SendsFailed", swept.failed),
        ("UnknownVersion", swept.unknown_version),
    ):
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    logger.info(
        "swept",
        steps=swept.steps,
        left_overs=swept.left_overs,
        ticks=swept.ticks,
        silent=swept.silent,
        without_money=swept.without_money,
        calm=swept.calm,
        failed=swept.failed,
    )


def _audit(p: Parts, now: datetime) -> None:
    audited = audit(p.audits, p.escalations, [brand.id for brand in p.plan.brands], now)
    for name, value in (
        ("AuditorRan", 1),
        ("LaddersBehind", len(audited.behind)),
        ("LaddersRepaired", audited.repaired),
        ("UnknownVersion", audited.unknown_version),
    ):
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    for finding in audited.behind:
        logger.warning(
            "a ladder is behind",
            incident=finding.incident_id,
            found=finding.what,
            since=finding.since.isoformat(),
        )


def _call_the_roll(p: Parts) -> None:
    audited = roll_call.audit(p.subscriptions, p.rosters)
    if audited is None:  # nobody was ever synced: there is nothing to compare
        return
    metrics.add_metric(name="SubscriptionsUnread", unit=MetricUnit.Count, value=int(audited.failed))
    if not audited.failed:
        metrics.add_metric(
            name="SubscriptionsMissing", unit=MetricUnit.Count, value=len(audited.missing)
        )
    logger.info(
        "roll called",
        expected=audited.expected,
        missing=[f"{'+'.join(one.people)}/{one.channel}" for one in audited.missing],
        failed=audited.failed,
    )
