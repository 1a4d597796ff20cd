"""All measurements in one run: JSON on standard output, the figures into docs/performance.md."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.bench import chain, console, cost, day, digest, imports, triage

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "performance.md"


def sizes() -> dict[str, Any]:
    """Unzipped bytes of what `sam build` made; empty where nothing is built."""
    if not (ROOT / ".aws-sam" / "build").exists():
        return {}
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "sizes.py")],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


MEASUREMENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "imports": imports.measure,
    "storm": chain.storm,
    "latency": chain.latency,
    "sizes": sizes,
    "digest": digest.measure,
    "triage": triage.measure,
}
# Too long for every run: measured when asked for, each with a page of its own.
OPTIONAL: dict[str, tuple[Callable[[], dict[str, Any]], Callable[[dict[str, Any]], str], Path]] = {
    "day": (day.day, day.page, ROOT / "docs" / "performance-day.md"),
}


def main(only: str | None, write: bool) -> int:
    """Run all measurements, or one; 2 for one that does not exist."""
    there_are = [*MEASUREMENTS, "cost", *OPTIONAL]
    if only is not None and only not in there_are:
        print(f"bench: no {only}; there are {', '.join(there_are)}", file=sys.stderr)
        return 2
    figures: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {_cores()} cores",
    }
    if only in OPTIONAL:
        measure, described, path = OPTIONAL[only]
        figures[only] = measure()
        console.print_json(figures)
        if write:
            path.write_text(described(figures), encoding="utf-8")
        return 0
    for name, measure in MEASUREMENTS.items():
        if only in (None, name):
            figures[name] = measure()
    if only in (None, "cost"):
        figures["cost"] = cost.measure(_shape(figures.get("storm")))
    console.print_json(figures)
    if write and only is None:
        PAGE.write_text(page(figures), encoding="utf-8")
    return 0


def _triage_lines(triage: dict[str, Any]) -> list[str]:
    many, storm = triage["open_incidents"], triage["one_storm"]
    return [
        "## What triage thinks",
        "",
        "The decision and the brand's state in and out of its item, processor time of one core, "
        f"batches of {many['batch']} mentions.",
        "",
        "| | ms a batch | state, bytes |",
        "|---|---|---|",
        f"| {many['open']} open incidents, a mention for any of them "
        f"| {many['ms_median']} (p95 {many['ms_p95']}) | {many['state_bytes']} |",
        f"| a storm of {storm['mentions']:,} in ten minutes: the first 10,000 "
        f"| {storm['ms_first_10000']} | |",
        f"| its last 10,000; incidents: {storm['incidents']} "
        f"| {storm['ms_last_10000']} | {storm['state_bytes']} |",
        "",
    ]


def _shape(storm: dict[str, Any] | None) -> cost.Shape:
    """The cost's inputs: what the storm showed, list values for the rest."""
    if storm is None:
        return cost.Shape()
    return cost.Shape(**storm["item_bytes"], attached_share=storm["attached_share"])


def _cores() -> int:
    return os.cpu_count() or 1


def page(figures: dict[str, Any]) -> str:
    """docs/performance.md, whole: it is made by `make bench`, never edited."""
    storm, latency, costs = figures["storm"], figures["latency"], figures["cost"]
    lines = [
        "# Performance",
        "",
        "Made by `make bench`; do not edit. Times are of one run on a shared machine "
        f"({figures['machine']}, Python {figures['python']}): read ratios, not milliseconds. "
        "The chain runs on an emulator in one process and one thread, so its rates say how "
        "heavy our code and the emulator are together, not what AWS carries.",
        "",
        "## Import time of the handlers",
        "",
        'Ratio to `import boto3; boto3.client("sqs")`, each pair of fresh processes run in turn; '
        f"median of {figures['imports']['rounds']}.",
        "",
        "| function | ratio | at most | ms |",
        "|---|---|---|---|",
    ]
    for name, each in figures["imports"]["functions"].items():
        lines.append(f"| {name} | {each['ratio']} | {each['limit'] or '–'} | {each['ms']} |")
    tweepy = figures["imports"]["tweepy"]
    lines += [
        f"| tweepy, which `ingest_poll` imports at its first run | {tweepy['ratio']} | – "
        f"| {tweepy['ms']} |",
        "",
        "## A storm",
        "",
        f"{storm['mentions']:,} mentions of one brand within a second, production batch sizes, "
        "through the whole chain; receives and deletes that Lambda makes for the mappings "
        "(ten messages a request) included.",
        "",
        "| figure | measured | at most |",
        "|---|---|---|",
        f"| AWS requests for 1,000 mentions | {storm['aws_requests_per_1000_mentions']} "
        f"| {storm['limit']} |",
        f"| mentions a second through the local chain | {storm['mentions_a_second']} | – |",
        "",
        "| request | number |",
        "|---|---|",
        *[f"| {name} | {number} |" for name, number in storm["aws_requests"].items()],
        "",
        "## From mention to page",
        "",
        f"{latency['mentions_a_second']} mentions a second over "
        f"{latency['brands']} brands, paced in real time, each second one cry for help that "
        "opens an incident: from the acceptance of that post to its first page.",
        "",
        "| p50 | p95 | p99 | p99 at most |",
        "|---|---|---|---|",
        "| {p50} ms | {p95} ms | {p99} ms | {limit} ms |".format(
            **latency["mention_to_page_ms"], limit=latency["limit_p99_ms"]
        ),
        "",
        "Of which our own code, without the calls of AWS, p99 of each stage: "
        + ", ".join(f"{name} {ms} ms" for name, ms in latency["own_code_p99_ms"].items())
        + f" (at most {latency['limit_own_ms']} ms).",
        "",
        *_triage_lines(figures["triage"]),
        *_cost_lines(costs),
        "A recorded day of 100,000 posts, its memory and its rate: "
        "[performance-day.md](performance-day.md).",
        "",
        *_size_lines(figures["sizes"]),
    ]
    return "\n".join(lines) + "\n"


def _cost_lines(costs: dict[str, Any]) -> list[str]:
    shape = costs["shape"]
    lines = [
        "## Cost of a million mentions",
        "",
        "Dollars at list prices (`local/bench/cost.py` has them with their date, and the "
        f"arithmetic): items of {shape['mention_item_bytes']} bytes a mention, "
        f"{shape['state_item_bytes']} the brand's state, {shape['tally_item_bytes']} a tally, as "
        "measured in the storm above. A slice is what triage commits in one transaction: 1 is a "
        "quiet day, 75 to 80 a storm. X's own prices for reading posts come on top.",
        "",
        "| slice | SQS | DynamoDB writes | DynamoDB reads | Lambda | total |",
        "|---|---|---|---|---|---|",
    ]
    for name, dollars in costs.items():
        if name != "shape":
            lines.append(
                f"| {name.removeprefix('slice_')} | {dollars['sqs']} | {dollars['dynamodb_writes']}"
                f" | {dollars['dynamodb_reads']} | {dollars['lambda']} | **{dollars['total']}** |"
            )
    return [
        *lines,
        "",
        "Written out for a slice of 80: each mention is one transactional write, 2 units for each "
        "KB, at $0.625 a million units; the mention's share of the brand's state, the tally and "
        "the check on the desk is an eightieth of their units; a mention that joins an incident "
        "writes one unit into each of two indexes; SQS carries packs of 25, three requests a queue "
        "and pack (send; receive and delete by ten).",
        "",
    ]


def _size_lines(found: dict[str, Any]) -> list[str]:
    lines = ["## Unzipped sizes", ""]
    if not found:
        return [*lines, "Not built: run `make package` first."]
    lines += ["| artefact | MB |", "|---|---|"]
    for group in ("layers_bytes", "functions_bytes"):
        for name, size in found[group].items():
            lines.append(f"| {name} | {size / 1e6:.2f} |")
    return lines
