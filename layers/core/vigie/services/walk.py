"""The poller: every source is read page by page, and its cursor follows what was queued.

Sources take turns by the page, so that a storm on one never holds up the others. Money comes
before each page: the app's stop, then the day's budget.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from vigie.domain.budget import Spend, Stop, allows, used_percent
from vigie.domain.cursor import TICK, Cursor, hold, is_burst, moved, paced
from vigie.domain.plan import Brand
from vigie.errors import BudgetExhausted, Conflict, RateLimited, Rejected, Unavailable
from vigie.messages import Poll, encode
from vigie.ports import Cursors, Fetched, Gaps, Ledger, Source
from vigie.queues import Outgoing, Queue
from vigie.services.ingest import Accepted, Intake, take_in

# The slowest page, X's time-outs and the writes after it included, ends within this.
LONGEST_PAGE = timedelta(seconds=20)
# A lease outlives the function that holds it: nobody else walks the same page meanwhile.
LEASE_MARGIN = timedelta(seconds=5)
# The schedule comes back each minute: a hiccup of X is tried again then.
AFTER_FAILURE = timedelta(seconds=30)
# Money and refusals need people.
AFTER_BUDGET = timedelta(minutes=15)
AFTER_REFUSAL = timedelta(minutes=5)
# A resting source must not look like a dead one: it is read thrice before it counts as silent.
READS_BEFORE_SILENCE = 3

OVER_BUDGET = "the day's budget is used up for this kind of source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """What polling works with. `brands` are by id; `polls` takes the messages of a burst."""

    cursors: Cursors
    gaps: Gaps
    ledger: Ledger
    intake: Intake
    polls: Queue
    brands: Mapping[str, Brand]
    budget_usd: float
    silence_after: timedelta


@dataclass(slots=True)
class Polled:
    """What one run did; `errors` are (source, our own words)."""

    counts: Accepted = field(default_factory=Accepted)
    sources: int = 0
    waiting: int = 0
    pages: int = 0
    gaps: int = 0
    bursts: int = 0
    rate_limited: int = 0
    budget_exhausted: int = 0
    over_budget: int = 0
    stopped: int = 0
    spent_usd: float = 0.0
    budget_used_percent: float = 0.0
    errors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many sources met an error that waiting for X's own limits does not explain."""
        return len({source for source, _ in self.errors})


def poll(
    sources: Iterable[Source],
    poller: Poller,
    *,
    owner: str,
    now: Callable[[], datetime],
    remaining: Callable[[], timedelta],
) -> Polled:
    """Read all sources as far as the time and the money allow.

    `owner` names this run on its leases; `remaining` is the time until the function is killed.
    Never raises for one source's sake, and never sleeps: what is not done now, the next run does.
    """
    done = Polled()
    purse = _Purse(poller.ledger, poller.budget_usd, now, done)
    walks = deque(_Walk(source, poller, purse, owner, now, remaining, done) for source in sources)
    done.sources = len(walks)
    while walks:
        walk = walks.popleft()
        if walk.step():
            walks.append(walk)
    purse.close()
    return done


@dataclass(slots=True)
class _Purse:
    """The app's money during one run. It is looked into only for sources that cost some."""

    ledger: Ledger
    budget: float
    now: Callable[[], datetime]
    done: Polled
    stop: Stop | None = None
    spend: Spend | None = None

    def allows(self, source: Source) -> bool:
        """Raises `Unavailable` when nobody can tell: then nothing is bought."""
        wants = source.capabilities
        if not wants.paid:
            return True
        today = self.now().date()
        if self.spend is None or self.spend.day != today:
            self.stop = self.ledger.stopped()
            self.spend = self.ledger.spend(today)
        if self.stop is not None and self.stop.until > self.now():
            self.done.stopped = 1
            return False
        if not allows(self.spend.total, self.budget, wants.share):
            self.done.over_budget += 1
            return False
        return True

    def pay(self, source: Source, usd: float) -> None:
        """Booked before anything is done with the page: the bill has come, whatever follows. A
        page is not lost for the sake of its bookkeeping."""
        if not usd:
            return
        self.done.spent_usd += usd
        try:
            self.spend = self.ledger.add(self.now().date(), f"{source.brand}/{source.name}", usd)
        except Unavailable as error:
            self.done.errors.append((source.name, f"a page's cost was not booked: {error}"))

    def halt(self, why: str) -> None:
        """X wants money: the next run may ask again, after a while."""
        self.stop = Stop(until=self.now() + AFTER_BUDGET, why=why)
        self.done.stopped = 1
        try:
            self.ledger.stop(self.stop)
        except Unavailable as error:
            self.done.errors.append(("app", f"the stop was not kept: {error}"))

    def close(self) -> None:
        if self.spend is not None:
            self.done.budget_used_percent = used_percent(self.spend.total, self.budget)


@dataclass(slots=True)
class _Walk:
    source: Source
    poller: Poller
    purse: _Purse
    owner: str
    now: Callable[[], datetime]
    remaining: Callable[[], timedelta]
    done: Polled
    cursor: Cursor | None = None
    read_before: datetime | None = None
    found: int = 0

    def step(self) -> bool:
        """Read one page, queue it, remember it; False when there is no more to do in this run."""
        try:
            if not self.purse.allows(self.source):
                if self.cursor is not None:  # amid a walk, which goes on some other day
                    self._save(hold(self.cursor, None, OVER_BUDGET), release=True)
                return False
            if self.cursor is None:
                self.cursor = self._taken()
                if self.cursor is None:
                    return False
            elif self.remaining() < LONGEST_PAGE:
                self._end(self.cursor, ended=False)
                return False
            return self._page(self.cursor)
        except Conflict as error:
            self._fail(f"the lease was lost: {error}")
        except Unavailable as error:  # the cursor's own store: its lease runs out by itself
            self._fail(str(error))
        return False

    def _taken(self) -> Cursor | None:
        if self.remaining() < LONGEST_PAGE:
            return None
        now = self.now()
        until = now + self.remaining() + LEASE_MARGIN
        cursor = self.poller.cursors.take(
            self.source.brand, self.source.name, owner=self.owner, until=until, now=now
        )
        if cursor is None:
            self.done.waiting += 1
            return None
        self.read_before = cursor.last_success_at
        return replace(cursor, position=cursor.position or self.source.begin(now))

    def _page(self, cursor: Cursor) -> bool:
        try:
            fetched = self._queued(cursor)
        except RateLimited as error:
            self.done.rate_limited += 1
            self._hold(cursor, error.until, str(error))
        except BudgetExhausted as error:
            self.done.budget_exhausted += 1
            self.purse.halt(str(error))
            self._hold(cursor, None, str(error))
        except Unavailable as error:
            self._fail(str(error))
            self._hold(cursor, self.now() + AFTER_FAILURE, str(error))
        except Rejected as error:
            self._fail(error.reason)
            self._hold(cursor, self.now() + AFTER_REFUSAL, error.reason)
        else:
            return self._remembered(cursor, fetched)
        return False

    def _queued(self, cursor: Cursor) -> Fetched:
        fetched = self.source.fetch(cursor.position, self.now())
        self.purse.pay(self.source, fetched.cost_usd)
        self.done.pages += not fetched.trouble
        counts = take_in(
            fetched.found,
            self.poller.brands,
            self.poller.intake,
            source=self.source.name,
            now=self.now(),
        )
        self.done.counts += replace(
            counts,
            received=counts.received + fetched.unmatched,
            unmatched=counts.unmatched + fetched.unmatched,
        )
        self.found += counts.received
        return fetched

    def _remembered(self, cursor: Cursor, fetched: Fetched) -> bool:
        # Queued and noted before it is remembered: if we die in between, the page is read and
        # queued again, and triage counts its posts once. The other way round would lose it.
        for gap in fetched.gaps:
            self.poller.gaps.add(gap, self.now())
            self.done.gaps += 1
        if fetched.trouble:
            self._fail(fetched.trouble)
            after = replace(cursor, position=fetched.cursor)
            self._hold(after, self.now() + AFTER_FAILURE, fetched.trouble)
            return False
        after = moved(cursor, fetched.cursor, found=self.found > 0, now=self.now())
        if not fetched.complete:
            self._save(after, release=False)
            return True
        slowest = self.poller.silence_after / READS_BEFORE_SILENCE
        self._end(paced(after, found=self.found, now=self.now(), slowest=slowest), ended=True)
        return False

    def _end(self, cursor: Cursor, *, ended: bool) -> None:
        """Give the lease back; in a burst, a message reads the source again before the tick."""
        now, fastest = self.now(), self.source.capabilities.fastest
        since = now - self.read_before if self.read_before else TICK
        again = fastest is not None and is_burst(self.found, since, ended=ended)
        # One chain of messages a source: a tick amid a burst does not begin a second one.
        if not again or fastest is None or (cursor.again_at is not None and cursor.again_at > now):
            self._save(cursor, release=True)
            return
        self._save(replace(cursor, again_at=now + fastest), release=True)
        self.done.bursts += 1
        body = encode(Poll(brand=self.source.brand, source=self.source.name))
        if self.poller.polls.send([Outgoing(body=body, group=self.source.brand, delay=fastest)]):
            self._fail("a message to read on sooner was not queued; the next tick does it")

    def _hold(self, cursor: Cursor, until: datetime | None, why: str) -> None:
        self._save(hold(cursor, until, why), release=True)

    def _save(self, cursor: Cursor, *, release: bool) -> None:
        self.poller.cursors.save(cursor, owner=self.owner, release=release)
        self.cursor = cursor

    def _fail(self, why: str) -> None:
        self.done.errors.append((self.source.name, why))
