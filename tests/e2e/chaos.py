"""Two stories told to the stack again and again, with one thing going wrong each time."""

import json
import re
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from local.clock import VirtualClock
from local.faults import AwsError, FunctionKilled, throttled, timed_out, transaction_conflict
from local.replay import a_cloud
from local.runner import InvocationFailed
from local.snapshot import Snapshot
from tests.builders import NOON, a_ladder, a_plan
from tests.e2e.posts import CHAT, DANGER, OUTAGE, a_page, a_post
from tests.streams import usual_days
from vigie.adapters.dynamodb.state_items import state_to_item
from vigie.domain.incident import BrandState
from vigie.domain.plan import Severity, plan_to_json
from vigie.domain.staff import token_hash
from vigie.errors import Unavailable
from vigie.services.ingest import accept_lines

WRITES = {
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "TransactWriteItems",
    "SendMessage",
    "SendMessageBatch",
    "Publish",
}
BATCHES = {"SendMessageBatch", "BatchGetItem"}
TOKEN = "a-token-of-the-tests"
# Long enough for the slowest way back: a killed function's messages hide for the queue's timeout.
SETTLE = timedelta(minutes=5)
PLAN = a_plan(ladders={severity: a_ladder(12, 240) for severity in Severity})


@dataclass
class Ending:
    """What the story came to."""

    mentions: dict[str, str]
    tallies: dict[str, tuple[int, dict[str, int], str]]
    pages: Counter
    dead_letters: Counter
    timers: set[str]
    resolved: set[str]
    late_pages: int
    problems: list[str]
    calls: list[tuple[str, str, str]] = field(default_factory=list)


def lines():
    """The posts of the story; the same ids in every telling."""
    outage = [a_post(NOON, OUTAGE, id=str(10**18 + n), author_id=str(n)) for n in range(1, 4)]
    own = a_post(NOON, CHAT, id=str(10**18 + 10), author_id="1000000001")
    broken = a_post(NOON, OUTAGE, id="not-a-number", author_id="20")
    soon = NOON + SETTLE
    danger = a_post(soon, DANGER, id=str(10**18 + 30), author_id="30")
    late = NOON + 6 * SETTLE
    after = a_post(late, OUTAGE, id=str(10**18 + 40), author_id="40")
    return SimpleNamespace(
        first=a_page(*outage, own, broken), second=a_page(outage[0], danger), third=a_page(after)
    )


@contextmanager
def told(fault=None, partial=None, story=None):
    """Tell the story with `fault` injected; give what it came to, the cloud still up."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_text(plan_to_json(PLAN), encoding="utf-8")
        with a_cloud(path, VirtualClock(NOON)) as (cloud, _):
            calls = []
            cloud.before_call.append(lambda f, s, o, p: calls.append((f, s, o)))
            if fault:
                fault.install(cloud)
            if partial:
                cloud.partial_failures.append(partial)
            acknowledged_at = (story or a_crisis)(cloud)
            ending = _ending(cloud, acknowledged_at)
            ending.calls = calls
            yield ending, cloud


def a_crisis(cloud):
    """Three complain, somebody is in danger, it is taken, resolved, and begins again."""
    _give_token(cloud)
    story = lines()
    _feed(cloud, story.first)
    _pass(cloud, SETTLE)
    _feed(cloud, story.second)
    _pass(cloud, SETTLE)
    danger = next(d for d in cloud.inbox.deliveries if d.attributes["severity"] == "sev2")
    link = re.search(r"/a/[\w-]{12}", danger.text).group()
    _press(cloud, "POST", link)
    acknowledged_at = cloud.clock.now()
    _pass(cloud, 3 * SETTLE)
    outage = next(d for d in cloud.inbox.deliveries if d.attributes["severity"] == "sev3")
    path = f"/incidents/{outage.attributes['incident']}/resolve"
    _press(cloud, "POST", path, {"authorization": f"Bearer {TOKEN}"}, "{}")
    _pass(cloud, SETTLE)
    _feed(cloud, story.third)
    _pass(cloud, SETTLE)
    return acknowledged_at


def a_surge(cloud):
    """A brand known for three weeks is suddenly talked about; then they say why."""
    series = usual_days(days=21, until=NOON)
    state = BrandState(brand="acme", version=1, series=series, seen_at=NOON)
    cloud.client("dynamodb").put_item(
        TableName=cloud.table("BrandsTable"), Item=state_to_item(state)
    )
    said = [
        a_post(NOON, f"{CHAT} {n}", id=str(10**18 + n), author_id=str(100 + n)) for n in range(40)
    ]
    soon = NOON + SETTLE
    why = [
        a_post(soon, f"{OUTAGE} {n}", id=str(10**18 + n), author_id=str(100 + n))
        for n in range(40, 46)
    ]
    _feed(cloud, a_page(*said))
    _pass(cloud, SETTLE)
    _feed(cloud, a_page(*why, said[0]))
    _pass(cloud, SETTLE)
    link = re.search(r"/a/[\w-]{12}", cloud.inbox.deliveries[-1].text).group()
    _press(cloud, "POST", link)
    acknowledged_at = cloud.clock.now()
    _pass(cloud, SETTLE)
    return acknowledged_at


def _feed(cloud, line):
    """As the file source does: what was not taken, or died half-way, is handed in again."""
    for _ in range(4):
        try:
            with cloud.as_function("ingest_poll") as parts:
                accept_lines([line], parts.plan.brands, parts.intake, now=parts.now())
            return
        except (Unavailable, FunctionKilled):
            _pass(cloud, timedelta(seconds=10))
    raise AssertionError("the line was never taken")


def _press(cloud, method, path, headers=None, body=None):
    """As people do: when the page shows an error, they press again."""
    headers = {"content-type": "application/json"} | (headers or {})
    for _ in range(4):
        try:
            answer = cloud.http(method, path, headers, body)
        except InvocationFailed:
            continue
        if answer.status < 500:
            assert answer.status in (200, 201, 204), (path, answer.status, answer.text)
            return
    raise AssertionError(f"{path} never went through")


def _pass(cloud, duration):
    cloud.advance_to(cloud.clock.now() + duration)


def _give_token(cloud):
    cloud.client("dynamodb").put_item(
        TableName=cloud.table("BrandsTable"),
        Item={
            "pk": {"S": "STAFF"},
            "sk": {"S": token_hash(TOKEN)},
            "v": {"N": "1"},
            "person": {"S": "lead-1"},
            "created_at": {"S": "2026-03-12T12:00:00.000Z"},
        },
    )


def _ending(cloud, acknowledged_at):
    found = Snapshot(cloud)
    danger = {t.id for t in found.incidents() if t.worst.value == "critical"}
    items = cloud.client("dynamodb").scan(TableName=cloud.table("IncidentsTable"))["Items"]
    left_over = [i["sk"]["S"] for i in items if i["sk"]["S"].startswith("OUTBOX#")]
    return Ending(
        mentions={
            m.mention.key: next((i for i, of in found.members.items() if m in of), "no incident")
            for m in found.mentions
        },
        tallies={
            t.id: (t.mention_count, {u.value: n for u, n in t.by_urgency.items()}, t.severity.value)
            for t in found.incidents()
        },
        pages=Counter(
            (d.attributes["incident"], d.attributes["step"], d.audience, d.channel)
            for d in cloud.inbox.deliveries
        ),
        dead_letters=Counter(
            json.dumps([letter.queue, letter.attributes.get("field")])
            for letter in cloud.dead_letters()
        ),
        timers={i["pk"]["S"] for i in items if i["sk"]["S"] == "TIMER#ladder"},
        resolved={t.id for t in found.incidents() if t.closed_at is not None},
        late_pages=sum(
            d.at > acknowledged_at and d.attributes["incident"] in danger
            for d in cloud.inbox.deliveries
        ),
        problems=[*cloud.denied, *cloud.broken_rules, *left_over],
    )


@dataclass
class Fault:
    """`mode` happens at the call number `index` (from 0) among those that `calls` counts."""

    mode: str
    index: int
    operations: frozenset = frozenset(WRITES)
    seen: int = -1
    hit: tuple = ()

    def install(self, cloud):
        hooks = cloud.after_call if self.mode.endswith("after") else cloud.before_call
        hooks.append(self)

    def __call__(self, function, service, operation, params):
        if operation not in self.operations:
            return
        self.seen += 1
        if self.seen != self.index:
            return
        self.hit = (function, service, operation)
        if self.mode.startswith("killed"):
            raise FunctionKilled
        if self.mode == "timed out after":
            raise timed_out()
        if self.mode == "conflict before":
            raise transaction_conflict(len(params["TransactItems"]))
        if self.mode == "internal error before":
            raise AwsError("InternalServerError", status=500)
        raise throttled(service)
