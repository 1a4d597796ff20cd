"""Posts are edited, deleted, reposted and erased, and one thing goes wrong each time."""

import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from local.clock import VirtualClock
from local.fake_x import FakeX, Post
from local.faults import FunctionKilled
from local.replay import a_cloud
from local.snapshot import Snapshot
from tests.builders import NOON, a_ladder, a_plan
from tests.e2e.chaos import SETTLE, WRITES, Fault
from tests.e2e.posts import CHAT, DANGER, OUTAGE, a_page, a_post
from tests.e2e.test_erase import send
from vigie.domain.plan import Severity, plan_to_json
from vigie.errors import Unavailable
from vigie.messages import Erased
from vigie.services.ingest import accept_lines

PLAN = a_plan(ladders={severity: a_ladder(12, 240) for severity in Severity})
MODES = ("killed before", "killed after", "timed out after", "throttled before")
FIRST = 2 * 10**18


def posts():
    """The same ids in every telling: three outages, two chats, two reposts, one edit."""
    outages = [a_post(NOON, OUTAGE, id=str(FIRST + n), author_id=str(n)) for n in (1, 2, 3)]
    chats = [a_post(NOON, CHAT, id=str(FIRST + n), author_id=str(n)) for n in (11, 12)]
    reposts = [
        a_post(
            NOON,
            f"RT @user_1: {OUTAGE}",
            id=str(FIRST + n),
            author_id=str(n),
            referenced_tweets=[{"type": "retweeted", "id": outages[0]["id"]}],
        )
        for n in (21, 22)
    ]
    newer = str(FIRST + 30)
    edit = outages[2] | {
        "id": newer,
        "text": DANGER,
        "lang": "fr",
        "edit_history_tweet_ids": [outages[2]["id"], newer],
    }
    return outages, chats, reposts, edit


@dataclass
class Ending:
    """What the story came to."""

    mentions: dict
    erased: dict
    never_seen: set
    reposts: set
    repeated: dict
    tallies: dict
    log: set
    pages: Counter
    problems: list
    calls: list
    done: list


@contextmanager
def told(fault=None):
    clock = VirtualClock(NOON)
    with tempfile.TemporaryDirectory() as folder, FakeX(clock=clock.now) as x:
        path = Path(folder) / "plan.json"
        path.write_text(plan_to_json(PLAN), encoding="utf-8")
        with a_cloud(
            path,
            clock,
            refreshing=True,
            environment={"refresh": {"X_BASE_URL": x.url}},
            secrets={"/vigie/x-bearer-token": "local"},
        ) as (cloud, _):
            calls, done = [], []
            cloud.before_call.append(lambda f, s, o, p: calls.append((f, s, o)))
            # What was refused, for a condition did not hold, was asked and not done.
            cloud.after_call.append(lambda f, s, o, p: done.append((f, s, o)))
            if fault:
                fault.install(cloud)
            tell(cloud, x)
            yield ending(cloud, calls, done)


def tell(cloud, x):
    outages, chats, reposts, edit = posts()
    for raw in (*outages, *chats, edit):
        user = {"id": raw["author_id"], "username": "user_1", "public_metrics": {}}
        x.posts.append(Post(id=int(raw["id"]), visible_at=NOON, raw=raw, user=user))
    hand_in(cloud, a_page(*outages, *chats, reposts[0]))
    # Before the first look: one outage is deleted, one chat too, and one outage was edited.
    x.upkeep.gone |= {outages[1]["id"]: "deleted", chats[1]["id"]: "deleted"}
    cloud.advance_to(NOON + 3 * SETTLE)
    hand_in(cloud, a_page(reposts[1]))
    send(cloud, Erased(brand="acme", posts=(chats[0]["id"], "77"), why="request", at=NOON))
    cloud.advance_to(NOON + 4 * SETTLE)
    # Late copies of everything, and of a post that was erased before it came.
    unseen = a_post(NOON, DANGER, id="77", author_id="77")
    hand_in(cloud, a_page(*outages, *chats, *reposts, unseen))
    cloud.advance_to(NOON + 10 * SETTLE)


def hand_in(cloud, line):
    for _ in range(4):
        try:
            with cloud.as_function("ingest_poll") as parts:
                accept_lines([line], parts.plan.brands, parts.intake, now=parts.now())
            return
        except (Unavailable, FunctionKilled):
            cloud.advance(seconds=10)
    raise AssertionError("the line was never taken")


def ending(cloud, calls, done):
    found = Snapshot(cloud)
    client = cloud.client("dynamodb")
    brands = client.scan(TableName=cloud.table("BrandsTable"))["Items"]
    letters = [letter.attributes for letter in cloud.dead_letters()]
    return Ending(
        mentions={m.mention.key: m.mention.post_id for m in found.mentions},
        erased={key: (known.urgency, known.incident_id) for key, known in found.erased.items()},
        never_seen=set(found.never_seen),
        reposts=set(found.reposts),
        repeated=found.repeated,
        tallies={
            t.id: (t.mention_count, dict(t.by_urgency), t.severity, t.reposts)
            for t in found.incidents()
        },
        log={i["sk"]["S"] for i in brands if i["sk"]["S"].startswith("ERASED#")},
        pages=Counter(
            (d.attributes["incident"], d.attributes["step"], d.audience, d.channel)
            for d in cloud.inbox.deliveries
        ),
        problems=[*cloud.denied, *cloud.broken_rules, *letters],
        calls=calls,
        done=done,
    )


@cache
def undisturbed():
    with told() as plain:
        return plain


def test_the_story_undisturbed():
    plain = undisturbed()
    outages, chats, reposts, edit = posts()

    def key(raw):
        return f"acme#x#{raw['id']}"

    assert plain.mentions == {key(outages[0]): outages[0]["id"], key(outages[2]): edit["id"]}
    assert plain.erased.keys() == {key(outages[1]), *map(key, chats)}
    assert plain.never_seen == {"acme#x#77"}
    assert plain.reposts == set(map(key, reposts))
    assert plain.repeated[key(outages[0])] == 2
    assert sorted(t[:2] for t in plain.tallies.values()) == [(1, {"critical": 1}), (2, {"high": 2})]
    assert len(plain.log) == 4
    assert plain.problems == []


def test_the_story_has_refresh_and_triage_writing():
    writing = {f for f, _, o in undisturbed().calls if o in WRITES}

    assert {"refresh", "triage", "classify", "ingest_poll", "escalate"} <= writing


@cache
def cases(every):
    """Every sixth write killed after it was applied; of the other modes a slice; or all."""
    plain = undisturbed()
    return [
        (mode, index)
        for position, mode in enumerate(MODES)
        for place, index in enumerate(_indexes(plain.done if "after" in mode else plain.calls))
        if place % (min(every, 6) if mode == "killed after" else every) == position % every
    ]


def _indexes(calls):
    writes = [call for call in calls if call[2] in WRITES]
    # The ladder climbs all the while; test_chaos.py kills it at every rung.
    pages = [n for n, (function, _, _) in enumerate(writes) if function == "escalate"]
    return [
        n for n, (function, _, _) in enumerate(writes) if function != "watch" and n not in pages[3:]
    ]


def run_case(mode, index):
    fault = Fault(mode, index)
    plain = undisturbed()
    with told(fault) as found:
        assert fault.hit, f"call {index} never came"
        try:
            for name in (
                "mentions",
                "erased",
                "never_seen",
                "reposts",
                "repeated",
                "tallies",
                "log",
                "problems",
            ):
                assert getattr(found, name) == getattr(plain, name), name
            assert set(found.pages) == set(plain.pages)
        except AssertionError as error:
            raise AssertionError(f"{mode} {fault.hit} (write {index})\n{error}") from error


PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_comes_back_and_nothing_is_lost_when_a_function_dies_at_any_write(part):
    for mode, index in cases(24)[part::PARTS]:
        run_case(mode, index)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_comes_back_and_nothing_is_lost_in_any_mode_at_any_write(part):
    for mode, index in cases(1)[part::PARTS]:
        run_case(mode, index)
