"""ingest_poll: each minute, new posts of X in, mentions on the Mentions and Urgent queues out."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from vigie.adapters.dynamodb.cursors import DynamoCursors
from vigie.adapters.secrets import SsmSecret
from vigie.adapters.sqs import SqsDeadLetters, SqsQueue
from vigie.classifier import trips
from vigie.config import IngestPollConfig
from vigie.domain.cursor import sources_of
from vigie.domain.plan import Plan, plan_from_json
from vigie.ports import Cursors, Timelines
from vigie.services.ingest import Intake
from vigie.services.walk import poll

logger = Logger()
metrics = Metrics()


@dataclass
class Parts:
    """What the handler works with; the local runner replaces `now`."""

    plan: Plan
    cursors: Cursors
    timelines: Timelines
    intake: Intake
    now: Callable[[], datetime]


@cache
def parts() -> Parts:
    """Built at the first invocation, kept for the life of the process."""
    from vigie.adapters.x import XTimelines  # tweepy: half the import time of all the rest

    config = IngestPollConfig.from_env(os.environ)
    sqs = boto3.client("sqs")
    bearer = SsmSecret(boto3.client("ssm"), config.x_bearer_token_parameter)
    return Parts(
        plan=plan_from_json(Path(config.plan_path).read_text(encoding="utf-8")),
        cursors=DynamoCursors(boto3.client("dynamodb"), config.brands_table),
        timelines=XTimelines(lambda: bearer.value(parts().now()), config.x_base_url),
        intake=Intake(
            mentions=SqsQueue(sqs, config.mentions_queue_url),
            urgent=SqsQueue(sqs, config.urgent_queue_url),
            dead_letters=SqsDeadLetters(sqs, config.mentions_dead_letters_url, "ingest_poll"),
            trips=trips,
        ),
        now=lambda: datetime.now(UTC),
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A tick of the schedule. A source that fails is the next minute's business."""
    p = parts()
    polled = poll(
        [(source, brand) for brand in p.plan.brands for source in sources_of(brand)],
        cursors=p.cursors,
        timelines=p.timelines,
        intake=p.intake,
        owner=context.aws_request_id,
        now=p.now,
        remaining=lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()),
    )
    for source, why in polled.errors:
        logger.warning("source failed", source=source, error=why)
    for name, value in (
        ("IngestRan", 1),
        ("MentionsAccepted", polled.counts.accepted),
        ("PostsRejected", polled.counts.rejected),
        ("IngestFailed", polled.failed),
        ("RateLimited", polled.rate_limited),
        ("BudgetExhausted", polled.budget_exhausted),
    ):
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    logger.info(
        "polled",
        sources=polled.sources,
        waiting=polled.waiting,
        pages=polled.pages,
        accepted=polled.counts.accepted,
        urgent=polled.counts.urgent,
        own=polled.counts.own,
        duplicates=polled.counts.duplicates,
        rejected=polled.counts.rejected,
        failed=polled.failed,
    )
    return {}
