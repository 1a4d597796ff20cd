"""How long each handler takes to import, as a ratio to `import boto3; boto3.client("sqs")`.

Each figure is the median of fresh processes run in turn with the baseline, so that a machine whose
speed drifts drifts for both. All modules are compiled before, by a run that is not counted, also
where PYTHONDONTWRITEBYTECODE is set.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from local.bench import console

ROOT = Path(__file__).parents[2]
BASELINE = 'import boto3; boto3.client("sqs")'
FUNCTIONS = ("ingest_poll", "ingest_webhook", "classify", "triage", "escalate", "api", "watch")
# X waits for the answer: measured against boto3 without a client of it.
BARE = "import boto3"
WEBHOOK_LIMIT = 1.2
LIMITS = {"classify": 1.5, "triage": 1.5, "ingest_poll": 1.3, "api": 2.0}
TIMER = "from time import perf_counter as t; a = t(); {code}; print(t() - a)"


def seconds(code: str) -> float:
    """Run `code` in a fresh interpreter; return the seconds that it took there."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "core")]),
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "PYTHONPYCACHEPREFIX": _compiled().name,
        "PYTHONDONTWRITEBYTECODE": "",  # as if it were not set
    }
    done = subprocess.run(
        [sys.executable, "-c", TIMER.format(code=code)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


@cache
def _compiled() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="vigie-compiled-")


def measure(rounds: int = 9) -> dict[str, object]:
    """`{"baseline_ms", "functions": {name: {"ms", "ratio", "limit"}}, "tweepy": {...}}`."""
    codes = {name: f"import functions.{name}.app" for name in FUNCTIONS} | {
        "tweepy": "import tweepy"
    }
    for code in (BASELINE, *codes.values()):
        seconds(code)  # fills the caches of compiled modules
    baseline: list[float] = []
    ratios: dict[str, list[float]] = {name: [] for name in codes}
    taken: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(rounds):
        for name, code in codes.items():
            base, own = seconds(BASELINE), seconds(code)
            baseline.append(base)
            taken[name].append(own)
            ratios[name].append(own / base)
    figures = {
        name: {
            "ms": round(1000 * statistics.median(taken[name]), 1),
            "ratio": round(statistics.median(ratios[name]), 2),
            "limit": LIMITS.get(name),
        }
        for name in codes
    }
    tweepy = figures.pop("tweepy")
    return {
        "baseline_ms": round(1000 * statistics.median(baseline), 1),
        "rounds": rounds,
        "functions": figures,
        "tweepy": tweepy,
    }


def measure_webhook(rounds: int = 21) -> dict[str, object]:
    """ingest_webhook against a bare `import boto3`: as imported, and once it has read a post."""
    reading = "vigie.services.webhook, vigie.classifier, vigie.adapters.dynamodb.announcements"
    codes = {
        "ratio": "import functions.ingest_webhook.app",
        "ratio_with_reading": f"import functions.ingest_webhook.app, {reading}",
    }
    for code in (BARE, *codes.values()):
        seconds(code)
    bare: list[float] = []
    ratios: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(rounds):
        for name, code in codes.items():
            base = seconds(BARE)
            bare.append(base)
            ratios[name].append(seconds(code) / base)
    return {
        "bare_boto3_ms": round(1000 * statistics.median(bare), 1),
        "rounds": rounds,
        **{name: round(statistics.median(found), 2) for name, found in ratios.items()},
        "limit": WEBHOOK_LIMIT,
    }


if __name__ == "__main__":
    console.print_json(measure() | {"ingest_webhook": measure_webhook()})
