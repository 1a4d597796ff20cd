"""`python -m vigie.admin erase`: people's words go, everywhere and for good.

Nothing is written here: triage is told, and has done it within a minute; the hourly look through
the dead letters follows. Without `--yes` it is only said what would be done.
"""

import argparse
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3

from vigie.adapters.dynamodb.client import translated
from vigie.adapters.dynamodb.erasures import DynamoErasures
from vigie.adapters.dynamodb.watched import DynamoWatched
from vigie.adapters.sqs import SqsQueue
from vigie.adapters.sqs_parked import SqsParked
from vigie.admin.arguments import add_erasure
from vigie.errors import Rejected
from vigie.services.erasing import erase_all, posts_of_author, posts_wanted, replay

WHY = "request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Clients, and the names of what the command works on."""

    dynamodb: Any
    sqs: Any
    mentions: str
    brands: str
    classified: str
    letters: Sequence[str] = ()
    log: str = ""


def add_parser(subjects: Any) -> None:
    """The subject `erase` and its arguments."""
    one = subjects.add_parser("erase", help="erase posts for good: by id, by author, or once more")
    add_erasure(one)
    for flag, variable, says in (
        ("--mentions-table", "MENTIONS_TABLE", "name of the Mentions table"),
        ("--brands-table", "BRANDS_TABLE", "name of the Brands table"),
        ("--queue", "CLASSIFIED_QUEUE_URL", "URL of the Classified queue"),
    ):
        value = os.environ.get(variable)
        one.add_argument(
            flag,
            default=value,
            required=not value,
            metavar=f"${variable}",
            help=f"{says} (a stack output); default: ${variable}",
        )
    one.add_argument(
        "--letters",
        action="append",
        default=[],
        metavar="URL",
        help="with --author: dead letters to look through too; may be repeated",
    )
    one.add_argument(
        "--log-table", default="", help="replay: the Brands table that holds the log, if another"
    )


def places(given: argparse.Namespace) -> Places:
    """The stack that the arguments name."""
    return Places(
        dynamodb=boto3.client("dynamodb"),
        sqs=boto3.client("sqs"),
        mentions=given.mentions_table,
        brands=given.brands_table,
        classified=given.queue,
        letters=given.letters,
        log=given.log_table,
    )


def run(given: argparse.Namespace, at: Places, now: datetime) -> str:
    """Erase; what was done, in one line. Raises `Rejected` for arguments that do not fit."""
    if sum(map(bool, (given.what, given.post, given.author))) != 1:
        raise Rejected("say one of --post, --author or replay", field="what")
    queue = SqsQueue(at.sqs, at.classified)
    done = "told triage to erase" if given.yes else "would erase"
    if given.what == "replay":
        log = DynamoErasures(at.dynamodb, at.log or at.brands)
        return f"{done} {replay(log, queue, now, dry=not given.yes)} post(s) of the log once more"
    watched = DynamoWatched(at.dynamodb, at.mentions)
    brands = given.brand or brands_of(at)
    if given.author:
        roots = posts_of_author(
            watched,
            [SqsParked(at.sqs, url) for url in at.letters],
            given.author,
            brands,
            sweep=str(uuid.uuid4()),
            now=now,
        )
    else:
        roots = posts_wanted(watched, given.post, brands)
    number = erase_all(queue, roots, WHY, now) if given.yes else sum(map(len, roots.values()))
    of = ", ".join(f"{brand}: {len(posts)}" for brand, posts in sorted(roots.items())) or "none"
    return f"{done} {number} mention(s) ({of})" + ("" if given.yes else "; --yes does it")


def brands_of(at: Places) -> list[str]:
    """Every brand that the stack has ever worked for."""
    found: set[str] = set()
    request: dict[str, Any] = {
        "TableName": at.brands,
        "ProjectionExpression": "pk, sk",
        "FilterExpression": "sk = :state OR begins_with(sk, :cursor)",
        "ExpressionAttributeValues": {":state": {"S": "STATE"}, ":cursor": {"S": "CURSOR#"}},
    }
    while True:
        with translated("look for the brands"):
            answer = at.dynamodb.scan(**request)
        found |= {item["pk"]["S"] for item in answer["Items"]}
        if "LastEvaluatedKey" not in answer:
            return sorted(found)
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
