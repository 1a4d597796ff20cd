"""`python -m vigie.admin corrections`: what staff said of labels, for training and as a measure.

Only `export` reads words of posts, and only of those that are still stored: what was erased is
left out. Its lines hold people's words: keep the file as carefully as the table.
"""

import argparse
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3

from vigie.adapters.dynamodb.corrections import DynamoCorrections
from vigie.adapters.dynamodb.dossiers import DynamoDossiers
from vigie.admin.arguments import setting
from vigie.domain.correction import confusion
from vigie.domain.instants import to_iso
from vigie.ports import Corrections, Dossiers


def add_parser(subjects: Any) -> None:
    """The subject `corrections` and its arguments."""
    one = subjects.add_parser("corrections", help="what staff said of the classifier's labels")
    verbs = one.add_subparsers(dest="verb", required=True)
    export = verbs.add_parser("export", help="lines of JSON for `make train CORRECTIONS=`")
    matrix = verbs.add_parser("matrix", help="how often staff said what, where the classifier …")
    for verb in (export, matrix):
        setting(verb, "--table", "INCIDENTS_TABLE", "name of the Incidents table (a stack output)")
    setting(
        export, "--mentions-table", "MENTIONS_TABLE", "name of the Mentions table (a stack output)"
    )


def run(given: argparse.Namespace) -> None:
    """Print what was asked for."""
    client = boto3.client("dynamodb")
    corrections = DynamoCorrections(client, given.table)
    if given.verb == "matrix":
        lines = matrix(corrections)
    else:
        dossiers = DynamoDossiers(client, incidents=given.table, mentions=given.mentions_table)
        lines = exported(corrections, dossiers, datetime.now(UTC))
    for line in lines:
        print(line)


def exported(corrections: Corrections, dossiers: Dossiers, now: datetime) -> Iterator[str]:
    """Oldest first, so that the last word on a post comes last. What was said of a version that a
    newer one has replaced is left out: its words are gone."""
    found = sorted(corrections.all(), key=lambda one: (one.at, one.mention))
    for one in found:
        for labelled in dossiers.posts([one.mention], now):
            if one.post_id not in ("", labelled.mention.post_id):
                continue
            yield json.dumps(
                {
                    "text": labelled.mention.text,
                    "labels": {
                        "urgency": one.now.urgency.value,
                        "kind": one.now.kind.value,
                        "sentiment": one.now.sentiment.value,
                    },
                    "was": {
                        "urgency": one.was.urgency.value,
                        "kind": one.was.kind.value,
                        "sentiment": one.was.sentiment.value,
                    },
                    "by": one.by,
                    "at": to_iso(one.at),
                },
                ensure_ascii=False,
            )


def matrix(corrections: Corrections) -> Iterator[str]:
    """One line a cell: label, what the classifier said, what staff said, how many."""
    for label, cells in confusion(corrections.all()).items():
        for (was, now), number in sorted(cells.items()):
            yield f"{label:<10} {was:<16} {now:<16} {number}"
