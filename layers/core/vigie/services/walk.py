"""The poller: every source of X is walked page by page, and its cursor follows what was queued.

Sources take turns by the page, so that a storm on one never holds up the others. Budgets, gap
records and a cadence of its own for each source would be asked in `_Walk.step`, before its page.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from vigie.domain.cursor import Cursor, Source, advance, begin, clamp, hold, restart
from vigie.domain.plan import Brand
from vigie.errors import BudgetExhausted, Conflict, RateLimited, Rejected, Unavailable
from vigie.ports import Cursors, Timelines
from vigie.services.ingest import Accepted, Intake, accept
from vigie.x_posts import Page, post_id, read_page

# The slowest page, X's time-outs and the writes after it included, ends within this.
LONGEST_PAGE = timedelta(seconds=20)
# A lease outlives the function that holds it: nobody else walks the same page meanwhile.
LEASE_MARGIN = timedelta(seconds=5)
# The schedule comes back each minute: a hiccup of X is tried again then.
AFTER_FAILURE = timedelta(seconds=30)
# Money and refusals need people.
AFTER_BUDGET = timedelta(minutes=15)
AFTER_REFUSAL = timedelta(minutes=5)


@dataclass(slots=True)
class Polled:
    """What one run did; `errors` are (source, our own words)."""

    counts: Accepted = field(default_factory=Accepted)
    sources: int = 0
    waiting: int = 0
    pages: int = 0
    rate_limited: int = 0
    budget_exhausted: int = 0
    errors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many sources met an error that waiting for X's own limits does not explain."""
        return len({source for source, _ in self.errors})


def poll(
    sources: Iterable[tuple[Source, Brand]],
    *,
    cursors: Cursors,
    timelines: Timelines,
    intake: Intake,
    owner: str,
    now: Callable[[], datetime],
    remaining: Callable[[], timedelta],
) -> Polled:
    """Walk all sources as far as the time allows.

    `owner` names this run on its leases; `remaining` is the time until the function is killed.
    Never raises for one source's sake, and never sleeps: what is not done now, the next run does.
    """
    done = Polled()
    walks = deque(
        _Walk(source, brand, cursors, timelines, intake, owner, now, remaining, done)
        for source, brand in sources
    )
    done.sources = len(walks)
    while walks:
        walk = walks.popleft()
        if walk.step():
            walks.append(walk)
    return done


@dataclass(slots=True)
class _Walk:
    source: Source
    brand: Brand
    cursors: Cursors
    timelines: Timelines
    intake: Intake
    owner: str
    now: Callable[[], datetime]
    remaining: Callable[[], timedelta]
    done: Polled
    cursor: Cursor | None = None
    clamped: bool = False

    def step(self) -> bool:
        """Read one page, queue it, remember it; False when there is no more to do in this run."""
        try:
            if self.cursor is None:
                self.cursor = self._taken()
                if self.cursor is None:
                    return False
            elif self.remaining() < LONGEST_PAGE:
                self._save(self.cursor, release=True)
                return False
            return self._page(begin(self.cursor, self.now()))
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
        cursor = self.cursors.take(self.source, owner=self.owner, until=until, now=now)
        self.done.waiting += cursor is None
        return cursor

    def _page(self, cursor: Cursor) -> bool:
        try:
            moved = self._queued(cursor)
        except RateLimited as error:
            self.done.rate_limited += 1
            self._hold(cursor, error.until, str(error))
        except BudgetExhausted as error:
            self.done.budget_exhausted += 1
            self._hold(cursor, self.now() + AFTER_BUDGET, str(error))
        except Unavailable as error:
            self._fail(str(error))
            self._hold(cursor, self.now() + AFTER_FAILURE, str(error))
        except Rejected as error:
            return self._refused(cursor, error)
        else:
            # Queued before it is remembered: if we die in between, the page is read and queued
            # again, and triage counts its posts once. The other way round would lose it.
            self._save(moved, release=not moved.next_token)
            return bool(moved.next_token)
        return False

    def _queued(self, cursor: Cursor) -> Cursor:
        answer = self.timelines.page(
            self.source, since_id=cursor.walk_since, token=cursor.next_token, now=self.now()
        )
        page = _read(answer)
        if page.next_token and page.next_token == cursor.next_token:
            raise Rejected("X gave the same next_token twice", field="next_token")
        self.done.pages += 1
        ids = {id_ for id_ in map(post_id, page.posts) if id_ is not None}
        fresh = tuple(raw for raw in page.posts if post_id(raw) not in cursor.recent)
        self.done.counts += accept(
            replace(page, posts=fresh),
            self.brand,
            self.intake,
            source=self.source.name,
            now=self.now(),
        )
        return advance(cursor, ids, page.next_token, self.now())

    def _refused(self, cursor: Cursor, error: Rejected) -> bool:
        """X will never answer this request: another one may do, else people must look."""
        if error.field == "since_id" and not self.clamped:
            self.clamped = True
            self._save(clamp(cursor, self.now()), release=False)
            return True
        self._fail(error.reason)
        if error.field == "next_token":
            self._hold(restart(cursor), self.now(), error.reason)
        else:
            self._hold(cursor, self.now() + AFTER_REFUSAL, error.reason)
        return False

    def _hold(self, cursor: Cursor, until: datetime, why: str) -> None:
        self._save(hold(cursor, until, why), release=True)

    def _save(self, cursor: Cursor, *, release: bool) -> None:
        self.cursors.save(cursor, owner=self.owner, release=release)
        self.cursor = cursor

    def _fail(self, why: str) -> None:
        self.done.errors.append((self.source.name, why))


def _read(answer: Mapping[str, Any]) -> Page:
    """X's answer; one that cannot be read today may be whole in a minute."""
    try:
        return read_page(answer)
    except Rejected as error:
        raise Unavailable(f"X's answer cannot be read: {error.reason}") from error
