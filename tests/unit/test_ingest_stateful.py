"""Poller and webhook against one stub of X, killed anywhere: what X showed once is not lost."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from local.fake_x_webhook import an_event, signed
from tests.builders import NOON
from tests.fakes import InMemoryAnnouncements, RecordingQueue
from tests.unit.test_ingest_crashes import Killed, Mortal
from tests.x_stream import ACME, World, a_post
from vigie.errors import BudgetExhausted, RateLimited, Unavailable
from vigie.services.gate import Gate, Refused
from vigie.services.webhook import Reception

MINUTE = timedelta(minutes=1)
BRAND = ACME.x_ids[0]
# Whoever runs this may print how much was tried.
TRIED: Counter[str] = Counter()


class Ingest(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        TRIED["runs"] += 1
        self.world = World()
        self.classified = RecordingQueue()
        self.announcements = InMemoryAnnouncements()
        self.secret = self.parameter = "first"
        self.start_process()
        # Versions that X has shown to anybody who asked or was told: id → root.
        self.shown, self.gone = {}, set()
        self.sent = []
        self.lose_answers = 0
        self.world.api.answer = self.watched(self.world.api.answer)
        self.world.run()  # from here on, everything counts

    def watched(self, answer):
        def asked(*args):
            result = answer(*args)
            for post in result[2].get("data", []):
                self.shown[int(post["id"])] = int(post["edit_history_tweet_ids"][0])
            if self.lose_answers:
                self.lose_answers -= 1
                raise Unavailable("the answer broke off")
            return result

        return asked

    def start_process(self):
        """A fresh copy of the function: its memory is empty."""
        self.gate = Gate(lambda now, kept_for: self.parameter)
        self.reception = Reception(
            brands=(ACME,),
            intake=self.world.intake,
            classified=self.classified,
            announcements=self.announcements,
        )

    def deliver(self, event, secret=None):
        """What the handler does; True for 200."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        request = {"headers": signed(body, secret or self.secret), "body": body.decode()}
        try:
            self.reception.take(self.gate.opened(request, self.world.now), self.world.now)
        except (Refused, Unavailable):
            return False
        return True

    def push(self, post, event_type="post.mention.create"):
        event = an_event(event_type, post.raw, about=BRAND, users=(post.user,))
        body = json.dumps(event).encode()
        self.sent.append((self.world.now, body))
        self.shown[post.id] = int(post.raw["edit_history_tweet_ids"][0])
        return self.deliver(body)

    # ------------------------------------------------------------------ what happens at X

    @rule(
        number=st.integers(1, 12),
        pushed=st.booleans(),
        lag=st.sampled_from([0, 0, 0, 30, 400]),
        text=st.sampled_from(["@acme hello", "@acme danger, it burns"]),
    )
    def people_write(self, number, pushed, lag, text):
        TRIED["steps"] += 1
        for _ in range(number):
            self.world.now += timedelta(milliseconds=40)
            post = a_post(self.world.now, text, indexed_after=timedelta(seconds=lag))
            self.world.api.posts.append(post)
            if pushed:
                self.push(post)

    @precondition(lambda self: self.world.api.posts)
    @rule(data=st.data())
    def somebody_edits(self, data):
        TRIED["steps"] += 1
        old = data.draw(st.sampled_from(self.world.api.posts))
        self.world.now += timedelta(seconds=1)
        new = a_post(self.world.now, "@acme hello, edited")
        history = [*old.raw["edit_history_tweet_ids"], str(new.id)]
        new.raw["edit_history_tweet_ids"] = history
        self.world.api.posts.remove(old)
        self.world.api.posts.append(new)

    @precondition(lambda self: self.world.api.posts)
    @rule(data=st.data(), told=st.booleans())
    def somebody_deletes(self, data, told):
        TRIED["steps"] += 1
        old = data.draw(st.sampled_from(self.world.api.posts))
        self.world.api.posts.remove(old)
        self.gone.add(int(old.raw["edit_history_tweet_ids"][0]))
        if told:
            payload = {"id": str(old.id), "author_id": old.raw["author_id"]}
            self.deliver(an_event("post.delete", payload, about=BRAND))

    @rule()
    def the_secret_is_rotated(self):
        TRIED["steps"] += 1
        new = f"{self.secret}+"
        self.parameter = f"{new}\n{self.secret}"
        self.secret = new

    @rule()
    def somebody_quotes_without_a_name(self):
        """No timeline and no search shows it: the webhook alone."""
        TRIED["steps"] += 1
        self.world.now += timedelta(seconds=1)
        self.push(a_post(self.world.now, "they say so, and yet"), "post.quote.create")

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def a_delivery_comes_again(self, data):
        TRIED["steps"] += 1
        self.deliver(data.draw(st.sampled_from(self.sent))[1])

    @rule()
    def x_replays_the_last_hours(self):
        TRIED["steps"] += 1
        for at, body in list(self.sent):
            if self.world.now - at <= timedelta(hours=24):
                self.deliver(body)

    @rule(guess=st.text(min_size=1, max_size=8))
    def a_stranger_knocks(self, guess):
        TRIED["steps"] += 1
        before = len(self.world.queued), len(self.world.parked), len(self.classified.sent)
        event = an_event("post.mention.create", a_post(NOON).raw, about=BRAND)
        assert not self.deliver(event, secret=f"?{guess}")
        after = len(self.world.queued), len(self.world.parked), len(self.classified.sent)
        assert after == before

    # ------------------------------------------------------------------ what happens to us

    @rule(seconds=st.integers(0, 900))
    def a_poll(self, seconds):
        TRIED["steps"] += 1
        self.world.run(after=timedelta(seconds=seconds))

    @rule(seconds=st.integers(0, 300))
    def a_poll_that_runs_out_of_time(self, seconds):
        TRIED["steps"] += 1
        left = iter([timedelta(seconds=50)] * 2)
        self.world.run(after=timedelta(seconds=seconds), remaining=lambda: next(left, timedelta(0)))

    @rule(dies_at=st.integers(1, 12), after=st.booleans())
    def a_poll_is_killed(self, dies_at, after):
        TRIED["steps"] += 1
        mortal = Mortal(self.world, dies_at, after)
        try:
            self.world.run(after=MINUTE)
        except Killed:
            TRIED["crashes"] += 1
        mortal.revive()

    @rule(dies_at=st.integers(1, 2), after=st.booleans())
    def the_webhook_is_killed(self, dies_at, after):
        TRIED["steps"] += 1
        self.world.now += timedelta(seconds=1)
        post = a_post(self.world.now, "they say so, and yet")
        mortal = Mortal(self.world, dies_at, after)
        try:
            self.push(post, "post.quote.create")
        except Killed:
            TRIED["crashes"] += 1
            self.start_process()
        mortal.revive()

    @rule(
        error=st.sampled_from(["limit", "money", "down"]),
        times=st.integers(1, 3),
    )
    def x_refuses(self, error, times):
        TRIED["steps"] += 1
        errors = {
            "limit": RateLimited("limit", self.world.now + timedelta(minutes=5)),
            "money": BudgetExhausted("402"),
            "down": Unavailable("X answered 503"),
        }
        self.world.timelines.errors += [errors[error]] * times

    @rule(times=st.integers(1, 3))
    def answers_break_off(self, times):
        TRIED["steps"] += 1
        self.lose_answers += times

    @rule(times=st.integers(1, 3))
    def a_queue_refuses(self, times):
        TRIED["steps"] += 1
        self.world.mentions.refuse += times

    # ------------------------------------------------------------------ what must hold

    def teardown(self):
        world = self.world
        world.timelines.errors.clear()
        self.lose_answers = world.mentions.refuse = 0
        for _, body in self.sent:  # X replays what it could not deliver
            assert self.deliver(body)
        for _ in range(5):
            world.run(after=20 * MINUTE)
        newest = {}
        for id_ in {*world.queued, *(int(post["id"]) for post in world.parked)}:
            root = self.shown[id_]
            newest[root] = max(id_, newest.get(root, 0))
        missing = {
            id_
            for id_, root in self.shown.items()
            if root not in self.gone and newest.get(root, 0) < id_
        }
        assert not missing
        assert not world.gaps.gaps  # X showed no more than it still has


def check(examples, steps):
    run_state_machine_as_test(
        Ingest,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"ingest: {dict(TRIED)}, lost 0")


def test_what_x_showed_is_queued_whatever_happens_in_between():
    check(examples=25, steps=25)


@pytest.mark.soak
def test_what_x_showed_is_queued_whatever_happens_in_a_long_time():
    check(examples=1_500, steps=60)
