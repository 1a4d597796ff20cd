"""One go at a clock's page: what it says, what went out, and what the timeline says of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from vigie.domain.audience import Audience, audience
from vigie.domain.clock_page import Asking, compose_clock
from vigie.domain.clocks import after, asked, needed
from vigie.domain.incident import LADDER_TIMER, Entry, Timer
from vigie.domain.instants import to_iso
from vigie.domain.ladder import PagingChange, climbed, lateness
from vigie.domain.override import Override
from vigie.domain.page import Message, Page, compose
from vigie.domain.people import Person
from vigie.domain.plan import Ladder, Step
from vigie.ports import Standing


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One invocation's work on one step."""

    timer: Timer
    standing: Standing
    step: Step
    index: int
    audience: Audience
    by_plan_alone: bool
    sent: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    first_at: datetime | None = None
    last_at: datetime | None = None
    acknowledged: bool = False
    failed: bool = False
    # Of storm control: who waits for a digest, until when, and of how many incidents one told.
    bundled: list[str] = field(default_factory=list)
    waits_until: datetime | None = None
    digest: int = 0
    # How long the first pages of incidents took that this go has told along with its own.
    told: list[timedelta] = field(default_factory=list)

    def wait(self, person: Person, until: datetime) -> None:
        """The person's page goes out with others, at `until`."""
        self.bundled.append(person.id)
        self.waits_until = min(self.waits_until or until, until)

    def message(self, person: Person, channel: str, url: str, now: datetime) -> Message:
        """The page to one person on one channel."""
        return compose(self._page(person, channel, url, now))

    def after(self, now: datetime) -> Timer | None:
        """The timer once all of it went out; None when it has done all that it is for."""
        return climbed(self.timer, self.step, now)

    def _page(self, person: Person, channel: str, url: str, now: datetime) -> Page:
        standing = self.standing
        return Page(
            tally=standing.tally,
            person=person,
            channel=channel,
            step=self.index + 1,
            number=self.timer.fired + 1,
            url=url,
            at=now,
            late=lateness(self.timer, now),
            next_at=now + self.step.ack_within,
            brand_name=standing.ladders.brand_name,
            late_after=standing.ladders.late_after,
            acknowledged=len(standing.desk.acknowledgers),
            needed=needed(standing.ladders, self.timer, standing.tally),
        )

    def count(self, name: str, at: datetime) -> None:
        """A page went out."""
        self.sent.append(name)
        self.first_at = self.first_at or at
        self.last_at = at

    def first_pages(self) -> tuple[timedelta, ...]:
        """From the opening to the first page, of each incident that had none before this go."""
        is_first = self.standing.paging.first_paged_at is None
        if self.first_at is None or not is_first or self.timer.name != LADDER_TIMER:
            return tuple(self.told)
        waited = self.first_at - self.standing.tally.opened_at
        return (max(timedelta(0), waited), *self.told)

    def change(self, failing_since: datetime | None) -> PagingChange:
        """What this go adds to the incident's paging."""
        late = lateness(self.timer, self.last_at) if self.last_at else timedelta(0)
        return PagingChange(
            pages=len(self.sent),
            first_at=self.first_at,
            last_at=self.last_at,
            worst=late if late > self.standing.paging.delay else None,
            failing_since=failing_since,
        )

    def entries(self, now: datetime, after: Timer | None) -> tuple[Entry, ...]:
        """The timeline's lines: pages that went out, and once per outage that they do not."""
        lines = []
        is_ladder = self.timer.name == LADDER_TIMER
        gap = self.audience.instead or self.audience.unmanned
        is_first = not self.timer.attempts and self.timer.owed_since is None
        if gap and is_ladder and is_first:
            lines.append(self._unmanned_entry(now))
        if self.bundled and self.timer.owed_since is None:
            lines.append(self._bundled_entry(now))
        if self.sent or self.refused:
            lines.append(self.paged_entry(now, after))
        failing = after.failing_since if after else None
        if self.failed and self.timer.failing_since is None and failing is not None:
            lines.append(
                Entry(
                    incident_id=self.timer.incident_id,
                    at=now,
                    id=f"page-delayed-{self.timer.run}-{self.timer.fired}",
                    what="page_delayed",
                    by="escalate",
                    facts={"step": self.index + 1, "since": to_iso(failing)},
                )
            )
        return tuple(lines)

    def _bundled_entry(self, now: datetime) -> Entry:
        """Once a step: somebody gets too many pages, and this one together with others."""
        facts: dict[str, str | int] = {"step": self.index + 1, "people": len(self.bundled)}
        if self.waits_until is not None:
            facts["until"] = to_iso(self.waits_until)
        return Entry(
            incident_id=self.timer.incident_id,
            at=now,
            id=f"bundled-{self.timer.run}-{self.timer.fired}",
            what="bundled",
            by="escalate",
            facts=facts,
        )

    def _unmanned_entry(self, now: datetime) -> Entry:
        """Once a step: nobody is on call where somebody should be, and who stands in."""
        return Entry(
            incident_id=self.timer.incident_id,
            at=now,
            id=f"nobody-on-call-{self.timer.run}-{self.timer.fired}",
            what="nobody_on_call",
            by="escalate",
            facts={
                "step": self.index + 1,
                "schedules": ", ".join(self.audience.unmanned) or "none",
                "instead": self.audience.instead or "the others of the step",
            },
        )

    def paged_entry(self, now: datetime, after: Timer | None) -> Entry:
        """One line per go, however many people and channels it reached."""
        people = {name.partition("/")[0] for name in self.sent}
        channels = sorted({name.partition("/")[2] for name in self.sent})
        facts: dict[str, str | int] = {
            "step": self.index + 1,
            "pages": len(self.sent),
            "people": len(people),
            "channels": ", ".join(channels),
            "who": ", ".join(sorted(self.sent)),
            "late_s": int(lateness(self.timer, self.first_at or now).total_seconds()),
        }
        if self.timer.special:
            facts["ladder"] = self.timer.special
        if self.by_plan_alone:
            facts["overrides"] = "not read"
        if self.refused:
            facts["refused"] = len(self.refused)
        if self.digest:
            facts["digest_of"] = self.digest
        if after is not None:
            facts["next_at"] = to_iso(after.due_at)
        attempt = f"-{self.timer.attempts}" if self.timer.attempts else ""
        return Entry(
            incident_id=self.timer.incident_id,
            at=now,
            id=f"paged-{self.timer.run}-{self.timer.fired}{attempt}",
            what="paged",
            by="escalate",
            facts=facts,
        )


@dataclass(slots=True, kw_only=True)
class Question(Attempt):
    """One go at a clock beside the ladder: whoever has the incident is asked for something."""

    def message(self, person: Person, channel: str, url: str, now: datetime) -> Message:
        """See `Attempt.message`."""
        following = self.after(now)
        asking = Asking(
            timer=self.timer,
            owner=self.standing.desk.owner,
            follows_at=following.due_at if following else None,
        )
        page = replace(self._page(person, channel, url, now), acknowledged=0, needed=1)
        return compose_clock(page, asking)

    def after(self, now: datetime) -> Timer | None:
        """See `Attempt.after`."""
        return after(self.timer, self.step, self.standing.ladders, now)

    def paged_entry(self, now: datetime, after: Timer | None) -> Entry:
        """That the clock fell due, and whom it paged."""
        paged = Attempt.paged_entry(self, now, after)
        facts = dict(paged.facts) | {"clock": self.timer.name}
        del facts["step"]
        if self.audience.instead:
            facts["instead"] = "the first step of the ladder"
        attempt = f"-{self.timer.attempts}" if self.timer.attempts else ""
        id_ = f"due-{self.timer.name}-{self.timer.run}-{self.timer.fired}{attempt}"
        return replace(paged, id=id_, what="clock_due", facts=facts)


def attempt_at(
    timer: Timer,
    standing: Standing,
    ladder: Ladder,
    overrides: Sequence[Override] | None,
    now: datetime,
) -> Attempt:
    """The go at what `timer` stands at. Overrides that could not be read are None."""
    kind, severity = Attempt, timer.severity
    index, step = ladder.step_at(timer.fired)
    if timer.name != LADDER_TIMER:
        kind, index, severity = Question, 0, standing.tally.severity
        ladder = asked(timer, standing.desk, ladder, standing.ladders)
        step = ladder.steps[0]
    found = audience(ladder, index, standing.ladders.schedules, overrides or (), severity, now)
    # Whoever has acknowledged is not woken again while others are waited for.
    others = tuple(p for p in found.pages if p[0].id not in standing.desk.acknowledgers)
    return kind(
        timer=timer,
        standing=standing,
        step=step,
        index=index,
        audience=replace(found, pages=others) if others and kind is Attempt else found,
        by_plan_alone=overrides is None,
    )
