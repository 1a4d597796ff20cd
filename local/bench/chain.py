"""The whole chain: requests for a thousand mentions in a storm, mentions a second, time to page."""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

from botocore.client import BaseClient

from local.bench import posts
from local.functions import Invocation, LocalFunction
from local.replay import Replay, replayed
from local.report import is_sound, report_of
from local.snapshot import Snapshot
from vigie.adapters.dynamodb.attributes import Item
from vigie.adapters.dynamodb.items import tally_to_item
from vigie.adapters.dynamodb.state_items import state_to_item

LIMIT_REQUESTS = 600
LIMIT_P99_MS = 5_000
LIMIT_OWN_MS = 500
# From the accepted mention to its page.
STAGES = ("classify", "triage", "escalate")


@contextmanager
def _replay(source: Iterable[bytes], brands: int, speed: float | None) -> Iterator[Replay]:
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        plan = Path(folder) / "plan.json"
        plan.write_text(posts.a_plan(brands), encoding="utf-8")
        with replayed(source, plan_file=plan, speed=speed) as replay:
            yield replay


def storm(mentions: int = 20_000) -> dict[str, Any]:
    """One brand, all posts within a second, production batch sizes, as fast as it goes."""
    with _replay(posts.storm(mentions), 1, None) as replay:
        snapshot = Snapshot(replay.cloud)
        report = report_of(replay, snapshot)
        with replay.cloud.as_function("triage") as parts:
            state = state_to_item(parts.store.state("brand-0"))
        sizes = {
            "mention_item_bytes": _mean(
                replay.cloud.client("dynamodb").scan(
                    TableName=replay.cloud.table("MentionsTable"), Limit=500
                )["Items"]
            ),
            "state_item_bytes": _size(state),
            "tally_item_bytes": _mean([tally_to_item(t) for t in snapshot.incidents()]),
        }
        attached = sum(len(members) for members in snapshot.members.values())
    return {
        "mentions": report["mentions"]["accepted"],
        "sound": is_sound(report),
        "aws_requests_per_1000_mentions": report["aws_requests_per_1000_mentions"],
        "limit": LIMIT_REQUESTS,
        "aws_requests": report["aws_requests"],
        "mentions_a_second": round(mentions / report["wall_seconds"]),
        "item_bytes": sizes,
        "attached_share": round(attached / mentions, 2),
    }


def latency(seconds: int = 60, per_second: int = 100) -> dict[str, Any]:
    """From acceptance to page at a steady rate, paced in real time: one page a second is due."""
    with _own_time() as own, _replay(posts.steady(seconds, per_second), seconds, 1.0) as replay:
        report = report_of(replay, Snapshot(replay.cloud, lean=True))
    by_stage = {name: round(1000 * quantiles(own[name], n=100)[-1], 1) for name in STAGES}
    return {
        "mentions": report["mentions"]["accepted"],
        "mentions_a_second": per_second,
        "brands": seconds,
        "sound": is_sound(report),
        "mention_to_page_ms": report["latency_ms"]["mention_to_page"],
        "limit_p99_ms": LIMIT_P99_MS,
        "own_code_p99_ms": by_stage | {"together": round(sum(by_stage.values()), 1)},
        "limit_own_ms": LIMIT_OWN_MS,
        "first_pages": len({page["incident_id"] for page in report["pages"]}),
    }


@contextmanager
def _own_time() -> Iterator[Mapping[str, list[float]]]:
    """Seconds of each run of each function, without those spent in calls of AWS."""
    own: dict[str, list[float]] = defaultdict(list)
    away = 0.0
    run, call = LocalFunction.run, BaseClient._make_api_call

    def timed_run(self: LocalFunction, event: Mapping[str, Any]) -> Invocation:
        begun, before = perf_counter(), away
        try:
            return run(self, event)
        finally:
            own[self.name].append(perf_counter() - begun - (away - before))

    def timed_call(self: Any, *given: Any) -> Any:
        nonlocal away
        begun = perf_counter()
        try:
            return call(self, *given)
        finally:
            away += perf_counter() - begun

    LocalFunction.run, BaseClient._make_api_call = timed_run, timed_call  # type: ignore[method-assign]
    try:
        yield own
    finally:
        LocalFunction.run, BaseClient._make_api_call = run, call  # type: ignore[method-assign]


def _size(item: Item) -> int:
    """An item's size as DynamoDB counts it, near enough: names and values in UTF-8."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: Any) -> int:
    (content,) = value.values()
    if isinstance(content, list):
        return 3 + sum(1 + _value(each) for each in content)
    if isinstance(content, dict):
        return 3 + sum(1 + len(n.encode()) + _value(each) for n, each in content.items())
    return len(str(content).encode())


def _mean(items: Iterable[Item]) -> int:
    sizes = [_size(item) for item in items]
    return round(sum(sizes) / len(sizes)) if sizes else 0
