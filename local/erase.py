"""`python -m local erase`: the same as `vigie.admin erase`, on a stack that `make run` keeps up."""

import argparse
import sys
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError

from vigie.admin.erase import Places, run
from vigie.errors import Rejected


def command(given: argparse.Namespace) -> int:
    """Erase; the exit status."""
    try:
        at = _places(given.aws_port)
    except BotoCoreError:
        print(
            f"nothing answers on 127.0.0.1:{given.aws_port}: start the stack with `make run` first",
            file=sys.stderr,
        )
        return 2
    print(run(given, at, datetime.now(UTC)))
    return 0


def _places(aws_port: int) -> Places:
    dynamodb, sqs = (_client(service, aws_port) for service in ("dynamodb", "sqs"))
    tables = dynamodb.list_tables()["TableNames"]
    urls = sqs.list_queues().get("QueueUrls", [])
    return Places(
        dynamodb=dynamodb,
        sqs=sqs,
        mentions=_one(tables, "MentionsTable"),
        brands=_one(tables, "BrandsTable"),
        classified=_one(urls, "-ClassifiedQueue.fifo"),
        letters=[url for url in urls if "DeadLetters" in url and "Escal" not in url],
    )


def _client(service: str, aws_port: int) -> Any:
    return boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{aws_port}",
        region_name="eu-west-3",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def _one(names: list[str], part: str) -> str:
    found = [name for name in names if part in name]
    if len(found) != 1:
        raise Rejected(f"{len(found)} of the stack's names have {part!r} in them", field="name")
    return found[0]
