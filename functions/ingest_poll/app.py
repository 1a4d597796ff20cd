"""ingest_poll: new posts in, mentions on the Mentions and Urgent queues out.

A tick of the schedule reads every source; a message of the Polls queue reads one, in a burst.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from vigie.adapters.aws import aws
from vigie.adapters.dynamodb.announcements import DynamoConnection
from vigie.adapters.dynamodb.cursors import DynamoCursors
from vigie.adapters.dynamodb.ledger import DynamoGaps, DynamoLedger
from vigie.adapters.secrets import SsmSecret
from vigie.adapters.sqs import SqsDeadLetters, SqsQueue
from vigie.classifier import trips
from vigie.config import IngestPollConfig
from vigie.domain.plan import Plan, plan_from_json
from vigie.domain.x_walk import feeds_of
from vigie.errors import Rejected, UnknownVersion, VigieError
from vigie.messages import decode_poll
from vigie.ports import Connection, DeadLetters, Source, Timelines, XApp
from vigie.services.connect import still_valid
from vigie.services.ingest import NO_BRAND, Intake
from vigie.services.walk import Polled, Poller, poll
from vigie.services.x_source import XSource

logger = Logger()
metrics = Metrics()


@dataclass
class Parts:
    """What the handler works with; the local runner replaces `now`."""

    plan: Plan
    poller: Poller
    timelines: Timelines
    app: XApp
    connection: Connection
    sources: Sequence[Source]
    intake: Intake
    unreadable: DeadLetters
    now: Callable[[], datetime]


@cache
def parts() -> Parts:
    """Built at the first invocation, kept for the life of the process."""
    from vigie.adapters.x import SetupX, XTimelines  # tweepy: half the import time of all the rest

    config = IngestPollConfig.from_env(os.environ)
    sqs, dynamodb = aws("sqs"), aws("dynamodb")
    bearer = SsmSecret(aws("ssm"), config.x_bearer_token_parameter)
    plan = plan_from_json(Path(config.plan_path).read_text(encoding="utf-8"))
    timelines = XTimelines(lambda: bearer.value(parts().now()), config.x_base_url)
    intake = Intake(
        mentions=SqsQueue(sqs, config.mentions_queue_url),
        urgent=SqsQueue(sqs, config.urgent_queue_url),
        dead_letters=SqsDeadLetters(sqs, config.mentions_dead_letters_url, "ingest_poll"),
        trips=trips,
    )
    return Parts(
        plan=plan,
        poller=Poller(
            cursors=DynamoCursors(dynamodb, config.brands_table),
            gaps=DynamoGaps(dynamodb, config.brands_table),
            ledger=DynamoLedger(dynamodb, config.brands_table),
            intake=intake,
            polls=SqsQueue(sqs, config.polls_queue_url),
            brands={brand.id: brand for brand in plan.brands},
            budget_usd=plan.daily_budget_usd,
            silence_after=plan.silence_after,
        ),
        timelines=timelines,
        app=SetupX(lambda: bearer.value(parts().now()), config.x_base_url),
        connection=DynamoConnection(dynamodb, config.brands_table),
        # Another network's sources are added here, and nowhere behind.
        sources=[
            XSource(feed, brand, timelines) for brand in plan.brands for feed in feeds_of(brand)
        ],
        intake=intake,
        unreadable=SqsDeadLetters(sqs, config.polls_dead_letters_url, "ingest_poll"),
        now=lambda: datetime.now(UTC),
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A source that fails is the next minute's business. Of messages, only those of newer code
    stay: a burst's message is worth nothing a minute later."""
    p = parts()
    kept: list[str] = []
    sources = _asked(p, event["Records"], kept) if "Records" in event else p.sources
    polled = poll(
        sources,
        p.poller,
        owner=context.aws_request_id,
        now=p.now,
        remaining=lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()),
    )
    for source, why in polled.errors:
        logger.warning("source failed", source=source, error=why)
    _measure(polled, "Records" in event)
    _look_at_webhook(p)
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
        gaps=polled.gaps,
        bursts=polled.bursts,
        stopped=polled.stopped,
        over_budget=polled.over_budget,
        spent_usd=round(polled.spent_usd, 4),
        failed=polled.failed,
    )
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in kept]}


def _asked(p: Parts, records: Sequence[Mapping[str, Any]], kept: list[str]) -> list[Source]:
    """The sources that the messages name, each once; one that left the plan is not read."""
    wanted = set()
    for record in records:
        try:
            message = decode_poll(record["body"])
        except UnknownVersion:
            kept.append(record["messageId"])
        except Rejected as rejected:
            p.unreadable.park(
                record["body"],
                group=record["attributes"].get("MessageGroupId", NO_BRAND),
                reason=rejected.reason,
                field=rejected.field,
                at=p.now(),
            )
        else:
            wanted.add((message.brand, message.source))
    return [source for source in p.sources if (source.brand, source.name) in wanted]


def _look_at_webhook(p: Parts) -> None:
    """Last: it is worth less than any post, and X's refusal has been told of already."""
    try:
        valid = still_valid(p.app, p.connection, p.now())
    except VigieError as error:
        logger.warning("webhook not checked", error=str(error))
        return
    if valid is False:
        logger.error("X cannot reach the webhook")
    metrics.add_metric(name="WebhookInvalid", unit=MetricUnit.Count, value=int(valid is False))


def _measure(polled: Polled, in_burst: bool) -> None:
    for name, value in (
        ("IngestRan", 0 if in_burst else 1),
        ("MentionsAccepted", polled.counts.accepted),
        ("PostsRejected", polled.counts.rejected),
        ("IngestFailed", polled.failed),
        ("RateLimited", polled.rate_limited),
        ("BudgetExhausted", polled.budget_exhausted),
        ("AppStopped", polled.stopped),
        ("SourcesOverBudget", polled.over_budget),
        ("GapsFound", polled.gaps),
    ):
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    metrics.add_metric(
        name="BudgetUsedPercent", unit=MetricUnit.Percent, value=polled.budget_used_percent
    )
