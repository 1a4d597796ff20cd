"""refresh: every five minutes, stored posts are compared with X; what is gone there goes here."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from vigie.adapters.aws import aws
from vigie.adapters.dynamodb.ledger import DynamoLedger
from vigie.adapters.dynamodb.watched import DynamoCompliance, DynamoWatched
from vigie.adapters.secrets import SsmSecret
from vigie.adapters.sqs import SqsDeadLetters, SqsQueue
from vigie.adapters.sqs_parked import SqsParked
from vigie.classifier import trips
from vigie.config import RefreshConfig
from vigie.domain.plan import Plan, plan_from_json
from vigie.ports import Parked
from vigie.services.compliance import Overseer, oversee
from vigie.services.ingest import Intake
from vigie.services.letters import clean, ids_in
from vigie.services.refresh import Refresher, look_again

logger = Logger()
metrics = Metrics()

# Dead letters are looked through in the first run of each hour.
HOURLY = timedelta(minutes=5)


@dataclass
class Parts:
    """What the handler works with; the local runner replaces `now`."""

    plan: Plan
    refresher: Refresher
    overseer: Overseer
    parked: Sequence[Parked]
    now: Callable[[], datetime]


@cache
def parts() -> Parts:
    """Built at the first invocation, kept for the life of the process."""
    from vigie.adapters.x import XPosts  # tweepy: half the import time of all the rest

    config = RefreshConfig.from_env(os.environ)
    sqs, dynamodb = aws("sqs"), aws("dynamodb")
    bearer = SsmSecret(aws("ssm"), config.x_bearer_token_parameter)
    plan = plan_from_json(Path(config.plan_path).read_text(encoding="utf-8"))
    posts = XPosts(lambda: bearer.value(parts().now()), config.x_base_url)
    watched = DynamoWatched(dynamodb, config.mentions_table)
    classified = SqsQueue(sqs, config.classified_queue_url)
    ledger = DynamoLedger(dynamodb, config.brands_table)
    return Parts(
        plan=plan,
        refresher=Refresher(
            posts=posts,
            watched=watched,
            classified=classified,
            intake=Intake(
                mentions=SqsQueue(sqs, config.mentions_queue_url),
                urgent=SqsQueue(sqs, config.urgent_queue_url),
                dead_letters=SqsDeadLetters(sqs, config.mentions_dead_letters_url, "refresh"),
                trips=trips,
            ),
            ledger=ledger,
            brands={brand.id: brand for brand in plan.brands},
            budget_usd=plan.daily_budget_usd,
        ),
        overseer=Overseer(
            jobs=posts,
            rounds=DynamoCompliance(dynamodb, config.brands_table),
            watched=watched,
            classified=classified,
            ledger=ledger,
            brands=[brand.id for brand in plan.brands],
        ),
        parked=[
            SqsParked(sqs, url)
            for url in (
                config.mentions_dead_letters_url,
                config.urgent_dead_letters_url,
                config.classified_dead_letters_url,
                config.urgent_classified_dead_letters_url,
            )
        ],
        now=lambda: datetime.now(UTC),
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """A tick of the schedule. What is not done now, the next one does."""
    p = parts()
    now = p.now()

    def remaining() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    sweep = context.aws_request_id
    looked = look_again(p.refresher, now=p.now, remaining=remaining)
    overseen = oversee(
        p.overseer,
        lambda: ids_in(p.parked, sweep=f"{sweep}-ids", now=now),
        now=now,
        remaining=remaining,
    )
    letters = None
    if timedelta(minutes=now.minute) < HOURLY:
        letters = clean(
            p.parked,
            p.refresher.watched,
            p.overseer.brands,
            sweep=sweep,
            now=now,
            remaining=remaining,
        )
    for name, value in (
        ("RefreshRan", 1),
        ("PostsLookedUp", looked.asked),
        ("EditsFound", looked.edited),
        ("PostsGone", looked.erased + overseen.erased),
        ("LettersErased", letters.erased + letters.withheld if letters else 0),
        ("RefreshFailed", looked.failed),
        ("ComplianceFailed", overseen.failed),
        ("ComplianceOverdue", overseen.overdue),
    ):
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    logger.info(
        "refreshed",
        due=looked.due,
        asked=looked.asked,
        kept=looked.kept,
        gone=looked.erased,
        edited=looked.edited,
        unanswered=looked.unanswered,
        spent_usd=round(looked.spent_usd, 4),
        stopped=looked.error,
        compliance_asked=overseen.asked,
        compliance_gone=overseen.erased,
        compliance_error=overseen.error,
        letters=letters.letters if letters else 0,
    )
    return {}
