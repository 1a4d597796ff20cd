"""escalate: due steps of the ladder in, pages out, until somebody has acknowledged."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from vigie.adapters.aws import aws
from vigie.adapters.dynamodb.escalations import DynamoEscalations
from vigie.adapters.dynamodb.overrides import DynamoOverrides
from vigie.adapters.dynamodb.storms import DynamoStorms
from vigie.adapters.sns import PAGER_CONFIG, SnsPager
from vigie.adapters.sqs import SqsBackoff, SqsDeadLetters, SqsQueue
from vigie.config import EscalateConfig
from vigie.ports import Escalations, Overrides, Pager, Queue, Storms
from vigie.records import failures, queue_name, records
from vigie.services.escalate import Escalation, escalate_batch
from vigie.services.lanes import Lane, Lanes

logger = Logger()
metrics = Metrics()


@dataclass
class Parts:
    """What the handler works with; the local runner replaces `now` and `token`."""

    escalations: Escalations
    overrides: Overrides
    storms: Storms
    pager: Pager
    queue: Queue
    lanes: Lanes
    public_url: str
    now: Callable[[], datetime]
    token: Callable[[], str]


@cache
def parts() -> Parts:
    """Built at the first invocation, kept for the life of the process."""
    config = EscalateConfig.from_env(os.environ)
    sqs, dynamodb = aws("sqs"), aws("dynamodb")
    url = config.escalations_queue_url
    return Parts(
        escalations=DynamoEscalations(dynamodb, config.incidents_table),
        overrides=DynamoOverrides(dynamodb, config.brands_table),
        storms=DynamoStorms(dynamodb, config.incidents_table),
        pager=SnsPager(boto3.client("sns", config=PAGER_CONFIG), config.alerts_topic_arn),
        queue=SqsQueue(sqs, url),
        lanes={
            queue_name(url): Lane(
                SqsDeadLetters(sqs, config.escalations_dead_letters_url, "escalate"),
                SqsBackoff(sqs, url),
                SqsQueue(sqs, url),
            )
        },
        public_url=config.public_url,
        now=lambda: datetime.now(UTC),
        token=lambda: secrets.token_urlsafe(9),
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """An SQS batch; the answer names the records that stay in the queue."""
    p = parts()
    escalation = Escalation(
        escalations=p.escalations,
        overrides=p.overrides,
        storms=p.storms,
        pager=p.pager,
        queue=p.queue,
        public_url=p.public_url,
        clock=p.now,
        token=p.token,
    )
    done = escalate_batch(records(event), escalation, p.lanes)
    for name, value in (
        ("PagePublished", done.published),
        ("PagesBundled", done.bundled),
        ("PageFailed", done.refused + done.put_off),
        ("MessagesRejected", done.rejected),
        ("UnknownVersion", done.unknown_version),
    ):
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    for late in done.late:
        metrics.add_metric(
            name="PageDelayedSeconds", unit=MetricUnit.Seconds, value=late.total_seconds()
        )
    for waited in done.first_pages:
        metrics.add_metric(name="TimeToPage", unit=MetricUnit.Seconds, value=waited.total_seconds())
    logger.info(
        "steps escalated",
        published=done.published,
        refused=done.refused,
        put_off=done.put_off,
        bundled=done.bundled,
        rejected=done.rejected,
        failed=len(done.failed),
    )
    for reason in done.reasons:
        logger.warning("steps wait", reason=reason)
    return failures(done.failed)
