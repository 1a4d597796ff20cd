"""ingest_webhook: X's challenges and events in by HTTP, mentions on the Mentions and Urgent queues
out.

X waits for the answer, so the import path is the standard library and boto3 alone, and what reads
posts is imported only once a signature was right: a stranger's request never gets that far.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from vigie.adapters.secrets import SsmSecret
from vigie.errors import Unavailable
from vigie.plain_metrics import Journal
from vigie.services.gate import Gate, Refused

if TYPE_CHECKING:
    from vigie.services.webhook import Reception, Taken

# X waits ten seconds; two tries of a call that hangs must fit.
PATIENCE = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 2})


class Stopwatch:
    """A client of AWS that knows how long it was waited for."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.waited_s = 0.0

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)

        def timed(**parameters: Any) -> Any:
            began = perf_counter()
            try:
                return call(**parameters)
            finally:
                self.waited_s += perf_counter() - began

        return timed


@dataclass
class Parts:
    """What the handler works with; the local runner replaces `now`."""

    gate: Gate
    reception: Callable[[], "Reception"]
    journal: Journal
    aws: tuple[Stopwatch, ...]
    now: Callable[[], datetime]


@cache
def parts() -> Parts:
    """Built at the first invocation, kept for the life of the process."""
    from vigie.config import IngestWebhookConfig

    config = IngestWebhookConfig.from_env(os.environ)
    sqs, dynamodb, ssm = (
        Stopwatch(boto3.client(name, config=PATIENCE)) for name in ("sqs", "dynamodb", "ssm")
    )
    secret = SsmSecret(ssm, config.x_consumer_secret_parameter)

    @cache
    def reception() -> "Reception":
        from vigie.adapters.dynamodb.announcements import DynamoAnnouncements
        from vigie.adapters.sqs import SqsDeadLetters, SqsQueue
        from vigie.classifier import trips
        from vigie.domain.plan import plan_from_json
        from vigie.services.ingest import Intake
        from vigie.services.webhook import Reception

        return Reception(
            brands=plan_from_json(Path(config.plan_path).read_text(encoding="utf-8")).brands,
            intake=Intake(
                mentions=SqsQueue(sqs, config.mentions_queue_url),
                urgent=SqsQueue(sqs, config.urgent_queue_url),
                dead_letters=SqsDeadLetters(
                    sqs, config.mentions_dead_letters_url, "ingest_webhook"
                ),
                trips=trips,
            ),
            classified=SqsQueue(sqs, config.classified_queue_url),
            announcements=DynamoAnnouncements(dynamodb, config.brands_table),
        )

    return Parts(
        gate=Gate(secret.value),
        reception=reception,
        journal=Journal(
            config.powertools_service_name,
            config.powertools_metrics_namespace,
            config.log_level,
            print,
        ),
        aws=(sqs, dynamodb, ssm),
        now=lambda: datetime.now(UTC),
    )


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """A request of the HTTP API. 200 only for what is safe in a queue; never a redirect."""
    p = parts()
    began, waited = perf_counter(), sum(it.waited_s for it in p.aws)
    taken: Taken | None = None
    challenged, why = 0, ""
    try:
        if event["requestContext"]["http"]["method"] == "GET":
            token = p.gate.answered(event.get("rawQueryString") or "", p.now())
            status, challenged = 200, 1
            answer = {"response_token": token}
        else:
            body = p.gate.opened(event, p.now())
            taken = p.reception().take(body, p.now())
            status, answer = 200, {}
    except Refused as refused:
        status, why, answer = refused.status, refused.why, {"error": refused.why}
    except Unavailable as unavailable:
        p.journal.say("ERROR", "not taken", p.now(), why=str(unavailable))
        status, why, answer = 503, "unavailable", {"error": "try again"}
    _report(
        p,
        taken,
        status=status,
        why=why,
        challenged=challenged,
        took_s=perf_counter() - began,
        waited_s=sum(it.waited_s for it in p.aws) - waited,
    )
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": json.dumps(answer),
    }


def _report(
    p: Parts,
    taken: "Taken | None",
    *,
    status: int,
    why: str,
    challenged: int,
    took_s: float,
    waited_s: float,
) -> None:
    counts = {
        "ChallengesAnswered": challenged,
        "SignaturesRejected": int(status == 401),
        "RequestsRefused": int(400 <= status < 500),
        "DeliveriesFailed": int(status >= 500),
        "DeliveriesTaken": int(taken is not None),
        "DeliveriesRepeated": int(taken is not None and taken.repeated),
        "MentionsAccepted": taken.posts.accepted if taken else 0,
        "PostsRejected": taken.posts.rejected + taken.unreadable if taken else 0,
        "OwnPosts": taken.own if taken else 0,
        "PostsDeleted": taken.deleted if taken else 0,
        "EventsIgnored": len(taken.ignored) if taken else 0,
        "OauthRevoked": len(taken.revoked) if taken else 0,
    }
    facts: dict[str, object] = {
        "status": status,
        "own_ms": round((took_s - waited_s) * 1000, 2),
        "waited_ms": round(waited_s * 1000, 2),
    }
    if why:
        facts["why"] = why
    if taken:
        facts |= {
            name: value
            for name, value in (
                ("urgent", taken.posts.urgent),
                ("duplicates", taken.posts.duplicates),
                ("unmatched", taken.posts.unmatched),
                ("ignored", taken.ignored),
                ("replay", taken.replay_state),
            )
            if value
        }
        for user_id in taken.revoked:
            p.journal.say("ERROR", "an account revoked its consent", p.now(), user_id=user_id)
    p.journal.count("delivery" if taken else "request", p.now(), counts, **facts)
