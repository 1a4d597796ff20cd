"""Random streams with random faults: whatever happens, the same things hold.

`make soak` runs many; a failing one is repeated with VIGIE_SEED=<the seed that it prints>.
"""

import os
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from local.faults import FunctionKilled, throttled, timed_out
from local.runner import InvocationFailed
from local.snapshot import Snapshot
from tests.builders import a_ladder, a_plan
from tests.e2e.posts import CHAT, DANGER, OUTAGE, a_page, a_post
from tests.e2e.test_erase import send
from vigie.domain.plan import Brand, Severity
from vigie.errors import Unavailable
from vigie.messages import Erased
from vigie.services.ingest import accept_lines

FIXED_SEEDS = (1, 2, 3)
FAULTS = 5
TEXTS = (CHAT, OUTAGE, OUTAGE, OUTAGE, DANGER, "@acme votre facture est fausse, remboursez-moi")
BRANDS = ("acme", "other")
PLAN = a_plan(
    brands=tuple(Brand(id=name, name=name, handles=(name,)) for name in BRANDS),
    ladders={severity: a_ladder(5, 10) for severity in Severity},
)


@dataclass
class Seen:
    """What was published, by root: the newest version, reposts of it, and what was erased."""

    posts: dict = field(default_factory=dict)
    reposts: dict = field(default_factory=dict)
    erased: set = field(default_factory=set)

    def again(self, rng, now):
        """A copy, a newer version or a repost of something."""
        root = rng.choice(list(self.posts))
        post = self.posts[root]
        dice = rng.random()
        if dice < 0.4:
            return post
        if dice < 0.7:
            newer = a_post(now, rng.choice(TEXTS).replace("@acme", brand_of(post)))["id"]
            text = rng.choice(TEXTS).replace("@acme", brand_of(post))
            self.posts[root] = post | {
                "id": newer,
                "text": text,
                "edit_history_tweet_ids": [root, newer],
            }
            return self.posts[root]
        repost = a_post(
            now,
            f"RT @user_1: {post['text']}",
            referenced_tweets=[{"type": "retweeted", "id": root}],
        )
        self.reposts[repost["id"]] = root
        return repost


def brand_of(post):
    return next(f"@{brand}" for brand in BRANDS if f"@{brand}" in post["text"])


class Trouble:
    """At most `FAULTS` calls fail, die or time out, wherever the dice say."""

    def __init__(self, rng):
        self.rng = rng
        self.left = FAULTS
        self.hits = []

    def before(self, function, service, operation, params):
        if self._strikes():
            self._raise("before", function, service, operation, (FunctionKilled, throttled))

    def after(self, function, service, operation, params):
        if self._strikes():
            self._raise("after", function, service, operation, (FunctionKilled, timed_out))

    def _strikes(self):
        if self.left and self.rng.random() < 0.03:
            self.left -= 1
            return True
        return False

    def _raise(self, when, function, service, operation, kinds):
        kind = self.rng.choice(kinds)
        self.hits.append((when, kind.__name__, function, service, operation))
        raise kind(service) if kind is throttled else kind()


def play(cloud, rng):
    """Twenty minutes of posts, some of them twice, some edited, reposted or erased, some people
    acknowledging."""
    seen, acknowledged = Seen(), {}
    for _ in range(25):
        now = cloud.clock.now()
        posts = []
        for _ in range(rng.randint(0, 8)):
            if seen.posts and rng.random() < 0.3:
                posts.append(seen.again(rng, now))
                continue
            text = rng.choice(TEXTS).replace("@acme", f"@{rng.choice(BRANDS)}")
            posts.append(a_post(now - timedelta(seconds=rng.randint(0, 50)), text))
            seen.posts[posts[-1]["id"]] = posts[-1]
        if posts:
            hand_in(cloud, a_page(*posts))
        if seen.posts and rng.random() < 0.3:
            root = rng.choice(list(seen.posts))
            seen.erased.add(root)
            for brand in BRANDS:
                send(cloud, Erased(brand=brand, posts=(root,), why="request", at=now))
        cloud.advance(seconds=rng.randint(5, 60))
        if rng.random() < 0.3:
            press_a_button(cloud, rng, acknowledged)
    return seen, acknowledged


def hand_in(cloud, line):
    for _ in range(20):
        try:
            with cloud.as_function("ingest_poll") as parts:
                accept_lines([line], parts.plan.brands, parts.intake, now=parts.now())
            return
        except (Unavailable, FunctionKilled):
            cloud.advance(seconds=3)
    raise AssertionError("ingest never got through")


def press_a_button(cloud, rng, acknowledged):
    pages = [d for d in cloud.inbox.deliveries if d.channel == "sms"]
    if not pages:
        return
    page = rng.choice(pages)
    link = re.search(r"/a/[\w-]{12}", page.text).group()
    try:
        answer = cloud.http("POST", link)
    except InvocationFailed:
        return
    if answer.status == 200:
        acknowledged.setdefault(page.attributes["incident"], cloud.clock.now())


def check(cloud, seen, acknowledged, trouble):
    found = Snapshot(cloud)
    alive = {root: p["id"] for root, p in seen.posts.items() if root not in seen.erased}
    assert {m.mention.root_id: m.mention.post_id for m in found.mentions} == alive
    assert len(found.mentions) == len(alive)
    buried = [key.rsplit("#", 1)[-1] for key in (*found.erased, *found.never_seen)]
    # Every brand was told to erase, and only one of them may have stored the post.
    assert Counter(buried) == Counter({root: len(BRANDS) for root in seen.erased})
    assert {key.rsplit("#", 1)[-1] for key in found.reposts} == set(seen.reposts)
    for tally in found.incidents():
        members = [m.labels.urgency for m in found.members.get(tally.id, [])]
        gone = [k for k in found.erased.values() if k.incident_id == tally.id]
        assert tally.mention_count == len(members) + len(gone)
        assert tally.by_urgency == Counter([*members, *(k.urgency for k in gone)])
        assert tally.reposts == sum(
            found.repeated[m.mention.key] for m in found.members.get(tally.id, [])
        ) + sum(k.reposts for k in gone)
        assert {m.mention.brand for m in found.members.get(tally.id, [])} <= {tally.brand}
    timers = {
        item["pk"]["S"]
        for item in cloud.client("dynamodb").scan(TableName=cloud.table("IncidentsTable"))["Items"]
        if item["sk"]["S"] == "TIMER#ladder"
    }
    desks = {t.id: found.desk(t.id) for t in found.incidents()}
    assert timers == {id_ for id_, desk in desks.items() if not desk.is_acknowledged}
    # Graver since, and nobody answered: then the ladder started again.
    again = {i for i, told in found.entries.items() if "ladder_restarted" in {e.what for e in told}}
    assert set(acknowledged) - again <= {i for i, desk in desks.items() if desk.is_acknowledged}
    pages = Counter()
    for delivery in cloud.inbox.deliveries:
        attributes = delivery.attributes
        taken_at = desks[attributes["incident"]].acknowledged_at
        is_ladder = attributes["step"] != "0"
        assert not is_ladder or taken_at is None or delivery.at <= taken_at
        pages[(attributes["incident"], delivery.audience, delivery.channel, delivery.at)] += 1
    assert max(pages.values(), default=0) <= 1 + len(trouble.hits)
    paged = {d.attributes["incident"] for d in cloud.inbox.deliveries}
    assert paged == {t.id for t in found.incidents()}
    assert cloud.dead_letters() == []
    cloud.assert_clean()


def run(stack, seed):
    rng = random.Random(seed)
    trouble = Trouble(rng)
    with stack(PLAN) as cloud:
        cloud.before_call.append(trouble.before)
        cloud.after_call.append(trouble.after)
        seen, acknowledged = play(cloud, rng)
        trouble.left = 0
        cloud.advance(minutes=10)
        try:
            check(cloud, seen, acknowledged, trouble)
        except AssertionError as error:
            raise AssertionError(f"VIGIE_SEED={seed}, faults: {trouble.hits}\n{error}") from error


@pytest.mark.parametrize("seed", FIXED_SEEDS)
def test_whatever_happens_nothing_is_lost_doubled_or_left_unpaged(stack, seed):
    run(stack, seed)


@pytest.mark.soak
def test_whatever_happens_in_many_runs(stack, capsys):
    given = os.environ.get("VIGIE_SEED")
    runs = int(os.environ.get("VIGIE_RUNS", "200"))
    seeds = [int(given)] if given else random.SystemRandom().sample(range(10**9), runs)
    for number, seed in enumerate(seeds, 1):
        run(stack, seed)
        if number % 20 == 0:
            with capsys.disabled():
                print(f" {number} runs, last seed {seed}", flush=True)
