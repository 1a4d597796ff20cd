"""What the API's routes work with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from vigie.adapters.aws import aws
from vigie.adapters.dynamodb.corrections import DynamoCorrections
from vigie.adapters.dynamodb.cursors import DynamoCursors
from vigie.adapters.dynamodb.desks import DynamoDesks
from vigie.adapters.dynamodb.dossiers import DynamoDossiers
from vigie.adapters.dynamodb.ledger import DynamoGaps, DynamoLedger
from vigie.adapters.dynamodb.overrides import DynamoOverrides
from vigie.adapters.dynamodb.staff import DynamoStaff
from vigie.adapters.sqs import SqsQueue
from vigie.config import ApiConfig
from vigie.domain.plan import Plan, plan_from_json
from vigie.ports import Corrections, Cursors, Desks, Dossiers, Gaps, Ledger, Overrides, Queue, Staff


@dataclass
class Parts:
    """Tables, queues, plan and clock; the local runner replaces `now`."""

    desks: Desks
    dossiers: Dossiers
    corrections: Corrections
    staff: Staff
    cursors: Cursors
    gaps: Gaps
    ledger: Ledger
    overrides: Overrides
    classified: Queue
    escalations: Queue
    plan: Plan
    now: Callable[[], datetime]

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """On AWS, as the function's environment says."""
        config = ApiConfig.from_env(env)
        dynamodb = aws("dynamodb")
        return cls(
            desks=DynamoDesks(dynamodb, config.incidents_table),
            dossiers=DynamoDossiers(
                dynamodb, incidents=config.incidents_table, mentions=config.mentions_table
            ),
            corrections=DynamoCorrections(dynamodb, config.incidents_table),
            staff=DynamoStaff(dynamodb, config.brands_table),
            cursors=DynamoCursors(dynamodb, config.brands_table),
            gaps=DynamoGaps(dynamodb, config.brands_table),
            ledger=DynamoLedger(dynamodb, config.brands_table),
            overrides=DynamoOverrides(dynamodb, config.brands_table),
            classified=SqsQueue(aws("sqs"), config.classified_queue_url),
            escalations=SqsQueue(aws("sqs"), config.escalations_queue_url),
            plan=plan_from_json(Path(config.plan_path).read_text(encoding="utf-8")),
            now=lambda: datetime.now(UTC),
        )
