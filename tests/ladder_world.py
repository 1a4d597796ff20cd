"""The real triage, desk, escalate and watch around in-memory tables, queues that lose and repeat,
a clock of its own, and mishaps at any call of a port."""

import heapq
import json
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from tests.builders import NOON, a_labelled, a_plan
from tests.fakes import (
    InMemoryDeadLetters,
    InMemoryDesks,
    InMemoryDossiers,
    InMemoryDue,
    InMemoryHeartbeats,
    InMemoryIncidents,
    InMemoryLedger,
    InMemoryOverrides,
    RecordingPager,
)
from tests.ladder_model import LADDERS, LONGEST, MINUTE, ROTA, SECOND, STAFF, Books, Go
from tests.paging_fakes import InMemoryAudits, InMemoryStorms
from vigie.domain.ladder import CLAIM_FOR
from vigie.domain.links import link_id
from vigie.domain.plan import Severity, SeverityRow
from vigie.domain.storm import GRACE
from vigie.errors import Unavailable, VigieError
from vigie.messages import Classified, encode
from vigie.records import Record
from vigie.services.auditor import audit
from vigie.services.desk import Act
from vigie.services.escalate import Escalation, escalate_batch
from vigie.services.lanes import Lane
from vigie.services.triage import triage_batch
from vigie.services.watch import sweep

VISIBILITY = timedelta(seconds=120)
RECEIVES = 5
# Each critical mention makes it graver: many rises.
ROWS = tuple(
    SeverityRow(severity=Severity(f"sev{level}"), critical=critical)
    for level, critical in ((1, 5), (2, 3), (3, 2), (4, 1))
)


# What was read is not known to whoever has lost the answer; what was written is written.
_READS = ("since", "read", "desk")


class Crash(BaseException):
    """The process is gone."""


@dataclass
class Mishap:
    """At the `at`-th call from now, before or after what it does: a `Crash`, an `Unavailable`,
    time that passes, or something else that happens meanwhile."""

    at: int
    what: object
    after: bool


class Inbox:
    """A standard queue: what is due in the order of time, whatever was sent twice or late."""

    def __init__(self, world, name):
        self.name, self.refuse, self.parked = name, 0, 0
        self._world, self._order, self.waiting, self._hidden = world, count(), [], {}

    def send(self, messages):
        refused = []
        for position, message in enumerate(messages):
            if self.refuse:
                self.refuse -= 1
                refused.append(position)
            else:
                self.put(message.body, self._world.now + message.delay)
        return tuple(refused)

    def put(self, body, at, receives=0, crashes=0):
        heapq.heappush(self.waiting, (at, next(self._order), body, receives, crashes))

    def hide(self, receipt_handle, delay):
        self._hidden[receipt_handle] = delay
        self._world.gives_up()

    @property
    def next_at(self):
        return self.waiting[0][0] if self.waiting else None

    def deliver(self, handle):
        """One batch of what is due; what `handle` leaves comes again."""
        batch = {}
        while self.waiting and self.next_at <= self._world.now and len(batch) < 5:
            message = heapq.heappop(self.waiting)
            batch[str(message[1])] = message
        records = [
            Record(
                message_id=id_,
                receipt_handle=id_,
                body=body,
                queue=self.name,
                group="acme",
                attempts=receives + 1,
            )
            for id_, (_, _, body, receives, _) in batch.items()
        ]
        self._hidden, crashed = {}, 0
        try:
            staying = handle(records)
        except Crash:
            staying, crashed = list(batch), 1
        for id_ in staying:
            _, _, body, receives, crashes = batch[id_]
            back = self._world.now + self._hidden.get(id_, VISIBILITY)
            if receives + 1 < RECEIVES:
                self.put(body, back, receives + 1, crashes + crashed)
            else:
                assert crashes + crashed, "a dead letter although nothing crashed"
                self.parked += 1


class Port:
    """A port whose every call may meet a mishap, and is told to the books."""

    def __init__(self, inner, world, who):
        self._inner, self._world, self._who = inner, world, who

    def __getattr__(self, name):
        attribute = getattr(self._inner, name)
        if not callable(attribute):
            return attribute

        def call(*args, **kwargs):
            after = self._world.begins(self._who, name)
            self._world.about_to(self._who, name, args)
            answer = attribute(*args, **kwargs)
            if not (name in _READS and any(m.what in ("crash", "down") for m in after)):
                self._world.has(self._who, name, args, kwargs, answer)
            for mishap in after:
                self._world.happens(mishap, name)
            return answer

        return call


class World:
    def __init__(self, start=NOON, **plan):
        self.now = start
        self.held = InMemoryIncidents()
        self.overrides = InMemoryOverrides()
        self.storms = InMemoryStorms()
        self.pager = RecordingPager()
        self.books = Books()
        values = {"ladders": LADDERS, "schedules": (ROTA,), "staff": STAFF, "severity_rows": ROWS}
        self.plan = a_plan(**values | plan)
        self.escalations, self.classified = Inbox(self, "Escalations"), Inbox(self, "Classified")
        self.links, self.mishaps, self.finished = [], [], set()
        self.crashes = self.calls = self.mended = 0
        self.is_calm = False
        self._tokens, self._sweep_at, self._depth = count(1), start, 0
        # Of the process that works at this moment: what it has claimed, and last read.
        self._gos, self._since, self._seen = {}, (), {}

    # ---- mishaps

    def begins(self, who, name):
        """A call of a port begins; gives the mishaps that come at its end. Between the last look
        at the clock and a publish nothing takes time: there is nothing in between."""
        self.calls += 1
        if self._depth > 1:
            return []
        for mishap in self.mishaps:
            mishap.at -= 1
        now = [mishap for mishap in self.mishaps if mishap.at <= 0]
        self.mishaps = [mishap for mishap in self.mishaps if mishap.at > 0]
        late = [m for m in now if m.after or (who == "pager" and isinstance(m.what, timedelta))]
        for mishap in now:
            if mishap not in late:
                self.happens(mishap, name)
        return late

    def happens(self, mishap, name=""):
        """At the call of `name`. What may excuse a page that goes out twice is counted."""
        what = mishap.what
        if isinstance(what, timedelta):
            self.now += what
            for go in self._gos.values():
                if self.now >= go.timer.claimed_until - GRACE:
                    self._excuse(go)
        elif callable(what):
            what(self)
        else:
            self.crashes += 1
            if name == "since":
                self._take_for_granted(())
            if what == "crash" or name in ("claim", "read", "move", "record", "drop", "turn"):
                for go in self._gos.values():
                    self._excuse(go)
            elif name == "publish" and mishap.after:
                self.books.unsure.update(self._going_out)
            raise {"crash": Crash, "down": Unavailable}[what]("on purpose")

    def _excuse(self, go):
        go.mishaps += 1
        self.books.mishaps[go.key] += 1

    def gives_up(self):
        """The message stays in the queue."""
        self._gos.clear()

    @contextmanager
    def _process(self):
        """A function's invocation; another may run in the middle of it."""
        outer, self._depth = (self._gos, self._since, self._seen), self._depth + 1
        self._gos, self._since, self._seen = {}, (), {}
        try:
            yield
            self.finished |= {go.timer.claim for go in self._gos.values() if not go.mishaps}
        finally:
            (self._gos, self._since, self._seen), self._depth = outer, self._depth - 1

    # ---- what the books are told

    def about_to(self, who, name, args):
        if (who, name) == ("pager", "publish") and not self.pager.out:
            self._publishes(json.loads(args[0].data))
        elif (who, name) == ("overrides", "since"):
            self._take_for_granted(())
        elif (who, name) == ("store", "commit"):
            self._before = dict(self.held.tallies), dict(self.held.desks)
        elif name == "turn":
            self._restarts = self.held.desk(args[0].incident_id).restarts

    def _publishes(self, data):
        slot, self._going_out = f"{data['audience']}/{data['channel']}", []
        for told in data.get("incidents", [data]):
            if told.get("told_before"):
                was_over, at = self._seen[told["incident"]]
                assert not was_over
                assert self.now - at <= SECOND
            else:
                go = self._gos.get(told["incident"])
                assert go is not None, "paged about what is recorded, or nobody's to page"
                self.books.publishes(go, slot, self.now)
                self._going_out.append((go.key, slot))
                if self.is_calm and not go.timer.attempts and not self.plan.pages_a_minute:
                    assert self.now - go.timer.due_at <= 2 * SECOND, "late although all is well"
            token = told["acknowledge_url"].rsplit("/", 1)[-1]
            assert link_id(token) in self.held.links, "a page whose link does not exist"
            self.links.append(token)

    def _take_for_granted(self, overrides):
        self._since = overrides
        for go in self._gos.values():
            go.overrides = overrides

    def has(self, who, name, args, kwargs, answer):
        gos = self._gos
        match who, name:
            case "escalations", "claim" if answer is not None:
                at = kwargs["until"] - CLAIM_FOR
                gos[answer.incident_id] = Go(timer=answer, at=at, overrides=self._since)
            case "escalations", "read" if answer is not None and args[0] in gos:
                go = gos[args[0]]
                go.acknowledgers, go.severity = answer.desk.acknowledgers, answer.tally.severity
                self.books.reads(go, answer.desk, self.now)
            case "escalations", "desk":
                self._seen[args[0]] = answer.is_acknowledged, self.now
                if args[0] in gos:
                    self.books.reads(gos[args[0]], answer, self.now)
            case "overrides", "since":
                self._take_for_granted(answer)
            case "escalations", "move":
                self.books.moves(gos[args[0].incident_id], args[1])
                self.finished.add(gos.pop(args[0].incident_id).timer.claim)
            case "escalations", "record":
                gos.pop(args[0], None)
            case "escalations", "drop":
                gos.pop(args[0].incident_id, None)
            case "store", "commit":
                self.books.commits(*self._before, args[0].tallies)
                self.check()
            case _, "turn":
                for run in args[2].set:
                    if run.name == "ladder" and args[1].restarts > self._restarts:
                        self.books.restarts(run)

    # ---- the functions

    def port(self, inner, who):
        return Port(inner, self, who)

    @property
    def desks(self):
        return self.port(InMemoryDesks(self.held), "desks")

    @property
    def dossiers(self):
        return InMemoryDossiers(self.held)

    def token(self):
        return f"{next(self._tokens):012d}"

    def escalate(self, records):
        escalation = Escalation(
            escalations=self.port(self.held, "escalations"),
            overrides=self.port(self.overrides, "overrides"),
            pager=self.port(self.pager, "pager"),
            queue=self.port(self.escalations, "queue"),
            public_url="https://desk.example.org",
            clock=lambda: self.now,
            token=self.token,
            storms=self.port(self.storms, "storms"),
        )
        lane = Lane(InMemoryDeadLetters(), self.escalations, self.escalations)
        with self._process():
            done = escalate_batch(records, escalation, {"Escalations": lane})
            assert not done.rejected, done.reasons
            return done.failed

    def triage(self, records):
        lane = Lane(InMemoryDeadLetters(), self.classified, self.classified)
        with self._process():
            done = triage_batch(
                records,
                self.port(self.held, "store"),
                self.port(self.escalations, "queue"),
                {"Classified": lane},
                self.plan,
                self.now,
            )
            assert not done.rejected
            return done.failed

    def watch(self):
        with self._process(), suppress(Crash, Unavailable):
            sweep(
                self.port(InMemoryDue(self.held), "due"),
                InMemoryHeartbeats(seen={"acme": self.now}),
                InMemoryLedger(),
                self.port(self.escalations, "queue"),
                {"classified": self.port(self.classified, "queue")},
                self.plan,
                self.now,
            )
            audits = self.port(InMemoryAudits(self.held), "audits")
            queue = self.port(self.escalations, "queue")
            self.mended += audit(audits, queue, ("acme",), self.now).repaired

    def act(self, deed, *args, by="anne", via="api", **kwargs):
        """Somebody uses the API or a link. What came of it is in the tables, not in the answer."""
        self.now += timedelta(milliseconds=1)  # no two at the same instant
        act = Act(by=by, at=self.now, via=via)
        with self._process(), suppress(Crash, VigieError):
            deed(*args, act=act, **kwargs)

    def say(self, kind, number):
        """So many people are in danger."""
        posted = self.now - 5 * SECOND
        mentions = tuple(
            a_labelled(urgency="critical", kind=kind, posted_at=posted, received_at=self.now)
            for _ in range(number)
        )
        self.classified.put(encode(Classified(brand="acme", mentions=mentions)), self.now)

    # ---- time

    def work(self):
        """Everything that is due at this moment."""
        for _ in range(1_000):
            if self.classified.waiting and self.classified.next_at <= self.now:
                self.classified.deliver(self.triage)
            elif self.escalations.waiting and self.escalations.next_at <= self.now:
                self.escalations.deliver(self.escalate)
            else:
                return
        raise AssertionError("messages without end")

    def run(self, length):
        """Time passes, with a sweep each minute, and each message when it is due."""
        until = self.now + length
        while True:
            self.work()
            ahead = (self._sweep_at, self.classified.next_at, self.escalations.next_at)
            following = min(at for at in ahead if at is not None)
            if following > until:
                break
            self.now = max(self.now, following)
            if self._sweep_at <= self.now:
                self._sweep_at = self.now + MINUTE
                self.watch()
            self.check()
        self.now = max(self.now, until)

    def check(self):
        self.books.check(self.held, self.now, self.finished)

    def heal(self):
        """Whatever was broken works again, from now on."""
        self.mishaps.clear()
        self.pager.out = self.overrides.broken = False
        self.pager.answers.clear()
        self.escalations.refuse = self.classified.refuse = 0

    def calm_down(self):
        """Nothing fails any more: what was put off comes, and then every page in its time."""
        self.heal()
        self.run(6 * MINUTE)
        self.is_calm = True
        before = {id_: (timer.run, timer.fired) for id_, timer in self.held.timers.items()}
        self.run(LONGEST + MINUTE)
        self.is_calm = False
        for id_, timer in self.held.timers.items():
            assert (timer.run, timer.fired) > before.get(id_, (0, 0)), f"{id_} stands still"
        assert not self.held.outbox, "a decision that triage has not been told"
        for id_, tally in self.held.tallies.items():
            assert bool(tally.closed_at) == bool(self.held.desk(id_).resolved_at), id_
