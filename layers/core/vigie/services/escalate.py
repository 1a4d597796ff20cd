"""A clock that is due: claim it, look at the desk, page, record, plan the next page."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from vigie.domain.audience import begun, climbing
from vigie.domain.clocks import (
    CLOCKS_OF_THE_OWNER,
    ClockChange,
    falls_to_the_ladder,
    is_over,
    ladder_of,
    restarted,
)
from vigie.domain.incident import LADDER_TIMER, Entry, Timer
from vigie.domain.ladder import (
    CLAIM_FOR,
    SWEEP,
    PagingChange,
    held_back,
    lateness,
    put_off,
)
from vigie.domain.override import Override
from vigie.errors import Conflict, Rejected, Unavailable, UnknownVersion
from vigie.messages import StepDue, decode_step
from vigie.ports import Escalations, Overrides, Pager, Queue, Standing, Storms
from vigie.records import Record
from vigie.services.attempt import Attempt, attempt_at
from vigie.services.fail_fast import FailFast
from vigie.services.lanes import Lanes, Reject, park, wait
from vigie.services.publishing import Publishing
from vigie.services.steps import step

Clock = Callable[[], datetime]

# An incident without its tally or ladder waits for people to restore it.
UNPAGEABLE_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one due step came to: pages published and refused, how late the first one was, how many
    people's wait for a digest, whether the rest was put off because pages could not be
    published, and how long after their opening incidents had their first page."""

    published: int = 0
    refused: int = 0
    bundled: int = 0
    late: timedelta = timedelta(0)
    put_off: bool = False
    first_pages: tuple[timedelta, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """What `fire` works with. `token` makes 12 URL-safe characters that nobody can guess. Without
    `storms` a person may get any number of pages."""

    escalations: Escalations
    overrides: Overrides
    pager: Pager
    queue: Queue
    public_url: str
    clock: Clock
    token: Callable[[], str]
    storms: Storms | None = None

    def fire(self, due: StepDue) -> Outcome:
        """Page what the timer stands at, if it is due and somebody is still to be paged.

        The message carries no decision: everything is read again here. Raises `Unavailable` when
        the tables cannot be read or written, `Rejected` for an incident that cannot be paged.
        """
        now = self.clock()
        timer = self.escalations.claim(
            due.incident_id, due.timer, claim=self.token(), now=now, until=now + CLAIM_FOR
        )
        if timer is None:
            return Outcome()
        standing = self.escalations.read(timer.incident_id)
        if standing is None:
            self._rest(timer, now)
            raise Rejected(
                f"incident {timer.incident_id} has a timer but no tally or no ladder; "
                "restore its items from the point-in-time backup",
                field="incident",
            )
        if timer.name == LADDER_TIMER:
            timer = begun(timer, standing.ladders, standing.tally, now)
            ladder = climbing(timer, standing.ladders)
        else:
            ladder = ladder_of(standing.tally, standing.ladders, now)
        if ladder is None:
            self._rest(timer, now)
            raise Rejected(
                f"incident {timer.incident_id} was opened with a plan without ladders",
                field="ladder",
            )
        if is_over(timer, standing.desk):
            self._stop(timer)
            return Outcome()
        if falls_to_the_ladder(timer, standing.desk):
            self._ask_everybody(timer, standing, now)
            return Outcome()
        overrides = self._overrides(now)
        go = attempt_at(timer, standing, ladder, overrides, now)
        outgoing = Publishing(
            escalations=self.escalations,
            storms=self.storms,
            pager=self.pager,
            public_url=self.public_url,
            clock=self.clock,
            token=self.token,
        )
        for other in outgoing.page(go, overrides):
            # One that cannot be recorded is told again when its claim runs out; the rest is not.
            with suppress(Unavailable):
                go.told.extend(self._conclude(other).first_pages)
        return self._conclude(go)

    def _ask_everybody(self, timer: Timer, standing: Standing, now: datetime) -> None:
        """Nobody has answered: a new run of the ladder, unless somebody acts first."""
        freed, run = restarted(standing.tally, standing.desk, standing.ladders, now)
        entry = Entry(
            incident_id=timer.incident_id,
            at=now,
            id=f"ladder-restarted-{run.run}",
            what="ladder_restarted",
            by="escalate",
            facts={
                "clock": timer.name,
                "owner": standing.desk.owner,
                "run": run.run,
                "severity": run.severity.value,
            },
        )
        change = ClockChange(set=(run,), cancel=CLOCKS_OF_THE_OWNER, held=(timer,))
        try:
            self.escalations.turn(standing.desk, freed, change, (entry,))
        except Conflict:
            return  # somebody acted; if the clock stands, it is claimed again when this claim ends
        self._queue(run)

    def _overrides(self, now: datetime) -> tuple[Override, ...] | None:
        """None where they cannot be read: a page to whom the plan says is better than none."""
        try:
            return self.overrides.since(now)
        except Unavailable:
            return None

    def _rest(self, timer: Timer, now: datetime) -> None:
        """Ask again in an hour: one dead letter each sweep would tell nobody more."""
        later = replace(timer, due_at=now + UNPAGEABLE_FOR, claim="", claimed_until=None)
        nothing = PagingChange(pages=0, first_at=None, last_at=None, worst=None, failing_since=None)
        self.escalations.move(timer, later, nothing, ())

    def _conclude(self, go: Attempt) -> Outcome:
        """Record what went out. Page first, then record: if we die in between, the step is paged
        again when the claim runs out. A second page is a nuisance, a missing one is the crisis."""
        now = self.clock()
        if go.acknowledged:
            if go.sent:
                self._record(go, now)
            self._stop(go.timer)
        elif go.failed:
            after = put_off(go.timer, tuple(go.sent), now)
            self._move(go, after, go.change(after.failing_since), go.entries(now, after))
        elif go.waits_until is not None:
            after = held_back(go.timer, (*go.sent, *go.refused), go.waits_until, now)
            self._move(go, after, go.change(after.failing_since), go.entries(now, after))
        else:
            moved = go.after(now)
            self._move(go, moved, go.change(None), go.entries(now, moved))
        return Outcome(
            published=len(go.sent),
            refused=len(go.refused),
            bundled=len(go.bundled),
            late=lateness(go.timer, go.first_at) if go.first_at else timedelta(0),
            put_off=go.failed,
            first_pages=go.first_pages(),
        )

    def _move(
        self, go: Attempt, after: Timer | None, change: PagingChange, entries: tuple[Entry, ...]
    ) -> None:
        try:
            self.escalations.move(go.timer, after, change, entries)
        except Conflict:
            # Acknowledged or raised since we read it. What was sent was sent, and is recorded.
            if go.sent:
                self._record(go, self.clock())
            return
        if after is not None:
            self._queue(after)

    def _queue(self, after: Timer) -> None:
        delay = after.due_at - self.clock()
        if delay <= SWEEP:
            # Best effort: whatever is not queued here, the watch finds by its due time.
            self.queue.send([step(after, delay)])

    def _record(self, go: Attempt, now: datetime) -> None:
        self.escalations.record(go.timer.incident_id, go.change(None), (go.paged_entry(now, None),))

    def _stop(self, timer: Timer) -> None:
        try:
            self.escalations.drop(timer)
        except Conflict:
            return  # whoever acknowledged has deleted it


@dataclass(slots=True, kw_only=True)
class Escalating:
    """What came of one batch. `failed` are the ids of the records that stay in the queue."""

    published: int = 0
    refused: int = 0
    bundled: int = 0
    put_off: int = 0
    rejected: int = 0
    unknown_version: int = 0
    late: list[timedelta] = field(default_factory=list)
    first_pages: list[timedelta] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def escalate_batch(records: Sequence[Record], escalation: Escalation, lanes: Lanes) -> Escalating:
    """Fire every record's step; one that fails does not hold up the others."""
    result = Escalating()
    careful = replace(escalation, pager=FailFast(escalation.pager))
    for record in records:
        try:
            try:
                _count(careful.fire(decode_step(record.body)), result)
            except Rejected as rejected:
                park(lanes, Reject(record, record.body, rejected), escalation.clock())
                result.rejected += 1
        except Unavailable as error:
            result.unknown_version += isinstance(error, UnknownVersion)
            result.reasons.append(str(error))
            result.failed.extend(staying.message_id for staying in wait(lanes, [record]))
    return result


def _count(outcome: Outcome, result: Escalating) -> None:
    result.published += outcome.published
    result.refused += outcome.refused
    result.bundled += outcome.bundled
    result.put_off += outcome.put_off
    result.first_pages.extend(outcome.first_pages)
    if outcome.published:
        result.late.append(outcome.late)
