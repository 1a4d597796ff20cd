"""A due step of the ladder: claim it, look at the desk, page, record, plan the next one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from vigie.domain.audience import audience, begun, climbing
from vigie.domain.incident import Entry, Timer
from vigie.domain.ladder import (
    CLAIM_FOR,
    FRESH_FOR,
    SWEEP,
    PagingChange,
    climbed,
    lateness,
    outstanding,
    put_off,
    slot,
)
from vigie.domain.links import link_for, link_url
from vigie.domain.override import Override
from vigie.domain.page import Message, Page, compose
from vigie.domain.people import Person
from vigie.errors import Conflict, Rejected, Unavailable, UnknownVersion
from vigie.messages import StepDue, decode_step, encode
from vigie.ports import Escalations, Outgoing, Overrides, Pager, Queue
from vigie.records import Record
from vigie.services.attempt import Attempt
from vigie.services.lanes import Lanes, Reject, park, wait

Clock = Callable[[], datetime]

# An incident without its tally or ladder waits for people to restore it.
UNPAGEABLE_FOR = timedelta(hours=1)
# How often the desk is read again because the read had grown old before the publish.
_READS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one due step came to: pages published and refused, how late the first one was, and
    whether the rest was put off because pages could not be published."""

    published: int = 0
    refused: int = 0
    late: timedelta = timedelta(0)
    put_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """What `fire` works with. `token` makes 12 URL-safe characters that nobody can guess."""

    escalations: Escalations
    overrides: Overrides
    pager: Pager
    queue: Queue
    public_url: str
    clock: Clock
    token: Callable[[], str]

    def fire(self, due: StepDue) -> Outcome:
        """Page the step that the timer stands at, if it is due and nobody has taken the incident.

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
        timer = begun(timer, standing.ladders, standing.tally, now)
        ladder = climbing(timer, standing.ladders)
        if ladder is None:
            self._rest(timer, now)
            raise Rejected(
                f"incident {timer.incident_id} was opened with a plan without ladders",
                field="ladder",
            )
        if standing.desk.is_acknowledged:
            self._stop(timer)
            return Outcome()
        index, step = ladder.step_at(timer.fired)
        overrides = self._overrides(now)
        go = Attempt(
            timer=timer,
            standing=standing,
            step=step,
            index=index,
            audience=audience(
                ladder,
                index,
                standing.ladders.schedules,
                overrides or (),
                timer.severity,
                now,
            ),
            by_plan_alone=overrides is None,
        )
        self._page(go)
        return self._conclude(go)

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

    def _page(self, go: Attempt) -> None:
        """Publish what is outstanding, until somebody acknowledges or SNS fails."""
        for person, channel in outstanding(go.audience.pages, go.timer.sent):
            try:
                if not self._publish(go, person, channel):
                    go.acknowledged = True
                    return
            except UnknownVersion:
                raise
            except Rejected:
                # Our defect in one page must not keep the others from going out.
                go.refused.append(slot(person, channel))
            except Unavailable:
                go.failed = True
                return

    def _publish(self, go: Attempt, person: Person, channel: str) -> bool:
        """One page, unless the desk says that somebody has taken the incident."""
        timer, now = go.timer, self.clock()
        token = self.token()
        self.escalations.add_link(
            link_for(token, timer.incident_id, person.id, person.language, now)
        )
        message = compose(
            Page(
                tally=go.standing.tally,
                person=person,
                channel=channel,
                step=go.index + 1,
                number=timer.fired + 1,
                url=link_url(self.public_url, token),
                at=now,
                late=lateness(timer, now),
                next_at=now + go.step.ack_within,
                brand_name=go.standing.ladders.brand_name,
                late_after=go.standing.ladders.late_after,
            )
        )
        if not self._is_still_wanted(timer):
            return False
        self.pager.publish(message)
        go.count(slot(person, channel), self.clock())
        return True

    def _is_still_wanted(self, timer: Timer) -> bool:
        """Read the desk, at most `FRESH_FOR` before the caller publishes."""
        for _ in range(_READS):
            read_at = self.clock()
            if timer.claimed_until is not None and read_at >= timer.claimed_until:
                raise Unavailable("the claim ran out: somebody else may be paging this step")
            if self.escalations.desk(timer.incident_id).is_acknowledged:
                return False
            if self.clock() - read_at <= FRESH_FOR:
                return True
        raise Unavailable("reading the desk takes longer than a page may wait")

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
        else:
            after = climbed(go.timer, go.step, now)
            self._move(go, after, go.change(None), go.entries(now, after))
        return Outcome(
            published=len(go.sent),
            refused=len(go.refused),
            late=lateness(go.timer, go.first_at) if go.first_at else timedelta(0),
            put_off=go.failed,
        )

    def _move(
        self, go: Attempt, after: Timer, change: PagingChange, entries: tuple[Entry, ...]
    ) -> None:
        try:
            self.escalations.move(go.timer, after, change, entries)
        except Conflict:
            # Acknowledged or raised since we read it. What was sent was sent, and is recorded.
            if go.sent:
                self._record(go, self.clock())
            return
        delay = after.due_at - self.clock()
        if delay <= SWEEP:
            # Best effort: whatever is not queued here, the watch finds by its due time.
            self.queue.send(
                [
                    Outgoing(
                        body=encode(StepDue(incident_id=after.incident_id, timer=after.name)),
                        group=after.brand,
                        delay=max(timedelta(0), delay),
                    )
                ]
            )

    def _record(self, go: Attempt, now: datetime) -> None:
        self.escalations.record(go.timer.incident_id, go.change(None), (go.paged_entry(now, None),))

    def _stop(self, timer: Timer) -> None:
        try:
            self.escalations.drop(timer)
        except Conflict:
            return  # whoever acknowledged has deleted it


class FailFast:
    """A `Pager` for one batch: after the first failure the others are not even tried.

    With SNS silent each try costs its whole time-out; ten of them would cost the invocation's,
    and messages that time out count on redrive.
    """

    def __init__(self, pager: Pager) -> None:
        self._pager = pager
        self._failed = False

    def publish(self, message: Message) -> str:
        """See `Pager.publish`."""
        if self._failed:
            raise Unavailable("SNS has just failed")
        try:
            return self._pager.publish(message)
        except Unavailable:
            self._failed = True
            raise


@dataclass(slots=True, kw_only=True)
class Escalating:
    """What came of one batch. `failed` are the ids of the records that stay in the queue."""

    published: int = 0
    refused: int = 0
    put_off: int = 0
    rejected: int = 0
    unknown_version: int = 0
    late: list[timedelta] = field(default_factory=list)
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
    result.put_off += outcome.put_off
    if outcome.published:
        result.late.append(outcome.late)
