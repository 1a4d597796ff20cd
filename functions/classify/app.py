"""classify: Mentions and Urgent queues in, Classified queues out."""

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
from vigie.adapters.sqs import SqsBackoff, SqsDeadLetters, SqsQueue
from vigie.classifier import classify, shipped
from vigie.classifier.policy import Policy
from vigie.config import ClassifyConfig
from vigie.domain.plan import plan_from_json
from vigie.ports import Queue
from vigie.records import failures, queue_name, records
from vigie.services.classify import classify_batch, policies_of
from vigie.services.lanes import Lane, Lanes

logger = Logger()
metrics = Metrics()


@dataclass
class Parts:
    """What the handler works with; the local runner replaces `now`."""

    classified: Queue
    urgent_classified: Queue
    lanes: Lanes
    policies: Mapping[str, Policy]
    now: Callable[[], datetime]


@cache
def parts() -> Parts:
    """Built at the first invocation, kept for the life of the process."""
    config = ClassifyConfig.from_env(os.environ)
    # Wrong weights, or a plan of another release, fail here, and the messages stay in the queue.
    shipped()
    plan = plan_from_json(Path(config.plan_path).read_text(encoding="utf-8"))
    sqs = aws("sqs")
    return Parts(
        classified=SqsQueue(sqs, config.classified_queue_url),
        urgent_classified=SqsQueue(sqs, config.urgent_classified_queue_url),
        lanes={
            queue_name(url): Lane(
                SqsDeadLetters(sqs, dead_letters, "classify"),
                SqsBackoff(sqs, url),
                SqsQueue(sqs, url),
            )
            for url, dead_letters in (
                (config.mentions_queue_url, config.mentions_dead_letters_url),
                (config.urgent_queue_url, config.urgent_dead_letters_url),
            )
        },
        policies=policies_of(plan),
        now=lambda: datetime.now(UTC),
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """An SQS batch; the answer names the records that stay in the queue."""
    p = parts()
    done = classify_batch(
        records(event),
        classify,
        p.policies,
        p.classified,
        p.urgent_classified,
        p.lanes,
        p.now(),
    )
    metrics.add_metric(name="MentionsClassified", unit=MetricUnit.Count, value=done.labelled)
    metrics.add_metric(name="CriticalMentions", unit=MetricUnit.Count, value=done.critical)
    metrics.add_metric(name="MessagesRejected", unit=MetricUnit.Count, value=done.rejected)
    metrics.add_metric(name="UnknownVersion", unit=MetricUnit.Count, value=done.unknown_version)
    logger.info(
        "batch classified",
        labelled=done.labelled,
        critical=done.critical,
        rejected=done.rejected,
        failed=len(done.failed),
    )
    return failures(done.failed)
