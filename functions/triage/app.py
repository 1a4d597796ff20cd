"""triage: both Classified queues in, incidents out, and the first step of each ladder."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from vigie.adapters.aws import aws
from vigie.adapters.dynamodb.triage_store import DynamoTriageStore
from vigie.adapters.sqs import SqsBackoff, SqsDeadLetters, SqsQueue
from vigie.config import TriageConfig
from vigie.domain.plan import Plan, plan_from_json
from vigie.ports import Queue, TriageStore
from vigie.records import failures, queue_name, records
from vigie.services.lanes import Lane, Lanes
from vigie.services.triage import triage_batch

logger = Logger()
metrics = Metrics()


@dataclass
class Parts:
    """What the handler works with; the local runner replaces `now`."""

    store: TriageStore
    escalations: Queue
    lanes: Lanes
    plan: Plan
    now: Callable[[], datetime]


@cache
def parts() -> Parts:
    """Built at the first invocation, kept for the life of the process."""
    config = TriageConfig.from_env(os.environ)
    plan = plan_from_json(Path(config.plan_path).read_text(encoding="utf-8"))
    sqs = aws("sqs")
    return Parts(
        store=DynamoTriageStore(
            aws("dynamodb"),
            mentions=config.mentions_table,
            incidents=config.incidents_table,
            brands=config.brands_table,
            retention=plan.retention,
        ),
        escalations=SqsQueue(sqs, config.escalations_queue_url),
        lanes={
            queue_name(url): Lane(
                SqsDeadLetters(sqs, dead_letters, "triage"),
                SqsBackoff(sqs, url),
                SqsQueue(sqs, url),
            )
            for url, dead_letters in (
                (config.classified_queue_url, config.classified_dead_letters_url),
                (config.urgent_classified_queue_url, config.urgent_classified_dead_letters_url),
            )
        },
        plan=plan,
        now=lambda: datetime.now(UTC),
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """An SQS FIFO batch; the answer names the records that stay in the queue."""
    p = parts()
    done = triage_batch(records(event), p.store, p.escalations, p.lanes, p.plan, p.now())
    for name, value in (
        ("MentionsCounted", done.counted),
        ("DuplicatesDropped", done.duplicates),
        ("IncidentsOpened", done.opened),
        ("SeveritiesRaised", done.raised),
        ("MessagesRejected", done.rejected),
        ("UnknownVersion", done.unknown_version),
        ("CommitConflicts", done.conflicts),
        ("PostsErased", done.erased),
        ("PostsRefreshed", done.refreshed),
    ):
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    logger.info(
        "batch triaged",
        counted=done.counted,
        duplicates=done.duplicates,
        opened=done.opened,
        raised=done.raised,
        rejected=done.rejected,
        conflicts=done.conflicts,
        erased=done.erased,
        refreshed=done.refreshed,
        failed=len(done.failed),
    )
    for reason in done.reasons:
        logger.warning("messages wait", reason=reason)
    return failures(done.failed)
