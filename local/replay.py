"""Replays a recorded stream through the deployed template's own path, on one machine."""

import gzip
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, product
from pathlib import Path
from typing import Any

from local.clock import Clock, PacedClock, VirtualClock
from local.functions import Invocation
from local.people import Patience, People
from local.runner import LocalCloud
from local.stream import Line, lines_in_time
from vigie.domain.plan import Brand, Plan, plan_from_json, plan_to_json
from vigie.errors import Rejected, Unavailable
from vigie.messages import decode_mentions
from vigie.planning.compiler import compile_file
from vigie.services.ingest import Accepted, accept_lines

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "template.yaml"
PLAN = ROOT / "layers" / "plan" / "plan.yaml"
PUBLIC_URL = "http://127.0.0.1:8080"
# Lines of one stretch of stream time are fed together, as a poll or a webhook would bring them.
TOGETHER = timedelta(seconds=1)
# Long enough after the last post for batching windows to close and the first pages to go out.
AFTERMATH = timedelta(seconds=10)

Progress = Callable[["Replay"], None]


@dataclass
class Replay:
    """A replay while it runs and when it is done: the cloud, what was fed, what arrived.

    `arrived` counts the mentions that reached the first queue's reader, `keys` are the different
    ones among them: what the tables hold in the end is compared with them.
    """

    cloud: LocalCloud
    plan: Plan
    accepted: Accepted = field(default_factory=Accepted)
    arrived: int = 0
    keys: set[str] = field(default_factory=set)
    started_at: datetime | None = None
    last_post_at: datetime | None = None
    wall_seconds: float = 0.0
    paced: bool = False

    def note(self, function: str, event: Mapping[str, Any], invocation: Invocation) -> None:
        """Take down the mentions that classify has worked off."""
        if function != "classify" or invocation.error is not None:
            return
        kept = {f["itemIdentifier"] for f in invocation.result["batchItemFailures"]}
        for record in event["Records"]:
            if record["messageId"] not in kept:
                keys = _keys_in(record["body"])
                self.arrived += len(keys)
                self.keys.update(keys)


def _keys_in(body: str) -> list[str]:
    try:
        return [mention.key for mention in decode_mentions(body).mentions]
    except Rejected:
        return []


def compiled(plan_file: Path, folder: Path) -> tuple[Plan, Path]:
    """Compile the plan as the layer's build does; raises what `vigie.planning` raises."""
    path = folder / "plan.json"
    if plan_file.suffix == ".json":
        path.write_text(plan_file.read_text(encoding="utf-8"), encoding="utf-8")
    else:
        path.write_text(plan_to_json(compile_file(plan_file)), encoding="utf-8")
    return plan_from_json(path.read_text(encoding="utf-8")), path


@contextmanager
def a_cloud(
    plan_file: Path,
    clock: Clock,
    *,
    polling: bool = False,
    refreshing: bool = False,
    **options: Any,
) -> Iterator[tuple[LocalCloud, Plan]]:
    """The template's stack with everybody of the plan subscribed to their pages."""
    with tempfile.TemporaryDirectory(prefix="vigie-") as folder:
        plan, path = compiled(plan_file, Path(folder))
        environment = {"escalate": {"PUBLIC_URL": PUBLIC_URL}} | options.pop("environment", {})
        with LocalCloud.start(
            TEMPLATE, plan=path, clock=clock, environment=environment, **options
        ) as cloud:
            if not polling:
                cloud.pause_schedule("ingest_poll")
            if not (polling or refreshing):
                cloud.pause_schedule("refresh")
            subscribe_everybody(cloud, plan)
            yield cloud, plan


def subscribe_everybody(cloud: LocalCloud, plan: Plan) -> None:
    """Give each person of the plan a phone, a mailbox and a webhook, as their channels say."""
    topic = cloud.topic("AlertsTopic")
    paged = dict.fromkeys((person.id, channel) for person, channel in plan.channels())
    # An override may bring in whoever is on no ladder: by any channel.
    known, used = {id_ for id_, _ in paged}, dict.fromkeys(channel for _, channel in paged)
    others = [person.id for person in plan.staff if person.id not in known]
    for person_id, channel in (*paged, *product(others, used)):
        cloud.inbox.subscribe_person(topic, person_id, channel)


@contextmanager
def replayed(
    source: Iterable[bytes],
    *,
    plan_file: Path = PLAN,
    brand: str | None = None,
    speed: float | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Iterator[Replay]:
    """Replay `source` and give the finished replay, its cloud still up to be looked at.

    `speed` None is as fast as it goes on a virtual clock, 1.0 real time. Raises ValueError for a
    brand that the plan does not have or a stream without a line.
    """
    lines = lines_in_time(source)
    first = next(lines, None)
    if first is None:
        raise ValueError("the stream has no line: expected X API v2 responses, one a line")
    start = first.at - TOGETHER
    clock: Clock = VirtualClock(start) if speed is None else PacedClock(start, speed)
    with a_cloud(plan_file, clock) as (cloud, plan):
        forced = _forced(plan, brand)
        replay = Replay(cloud=cloud, plan=plan, started_at=first.at, paced=speed == 1.0)
        cloud.on_run.append(replay.note)
        people = People(cloud, patience or (lambda delivery: None))
        begun = time.monotonic()
        for batch in _together(chain([first], lines)):
            _pass_time(cloud, people, batch[-1].at)
            _feed(replay, batch, forced)
            if progress:
                progress(replay)
        _pass_time(cloud, people, cloud.clock.now() + AFTERMATH)
        _finish(cloud, people)
        replay.wall_seconds = time.monotonic() - begun
        yield replay


def _forced(plan: Plan, brand: str | None) -> Brand | None:
    if brand is None:
        return None
    found = plan.brand(brand)
    if found is None:
        raise ValueError(f"--brand {brand}: the plan has {', '.join(b.id for b in plan.brands)}")
    return found


def _together(lines: Iterable[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    for line in lines:
        if batch and line.at - batch[0].at >= TOGETHER:
            yield batch
            batch = []
        batch.append(line)
    if batch:
        yield batch


def _pass_time(cloud: LocalCloud, people: People, until: datetime) -> None:
    """Let the stack live until `until`, with people acting in between."""
    while True:
        people.look()
        at = people.next_at()
        if at is None or at > until:
            break
        cloud.advance_to(max(at, cloud.clock.now()))
        people.act()
    if until > cloud.clock.now():
        cloud.advance_to(until)
    people.look()


def _finish(cloud: LocalCloud, people: People) -> None:
    """Those who have been paged and will act still do."""
    while (at := people.next_at()) is not None:
        _pass_time(cloud, people, max(at, cloud.clock.now()) + AFTERMATH)


def _feed(replay: Replay, batch: list[Line], forced: Brand | None) -> None:
    """Hand the lines to the ingest function's own parts, under its role.

    When a queue refuses, the whole batch is fed again, as a poll would: nothing counts twice.
    """
    for _ in range(5):
        try:
            with replay.cloud.as_function("ingest_poll") as parts:
                replay.accepted += accept_lines(
                    [line.text for line in batch],
                    replay.plan.brands,
                    parts.intake,
                    now=parts.now(),
                    forced=forced,
                )
            replay.last_post_at = batch[-1].at
            return
        except Unavailable:
            replay.cloud.advance(seconds=1)
    raise Unavailable("the Mentions queue keeps refusing")


def open_stream(path: str) -> AbstractContextManager[Iterable[bytes]]:
    """The lines of a file (`.gz` too), or of standard input for `-`."""
    if path == "-":
        return nullcontext(sys.stdin.buffer)
    if path.endswith(".gz"):
        return gzip.open(path, "rb")
    return Path(path).open("rb")
