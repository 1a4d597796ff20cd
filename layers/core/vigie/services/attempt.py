"""One go at a step of a ladder: what went out, and what the timeline says of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vigie.domain.audience import Audience
from vigie.domain.incident import Entry, Timer
from vigie.domain.instants import to_iso
from vigie.domain.ladder import PagingChange, lateness
from vigie.domain.plan import Step
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

    def count(self, name: str, at: datetime) -> None:
        """A page went out."""
        self.sent.append(name)
        self.first_at = self.first_at or at
        self.last_at = at

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

    def entries(self, now: datetime, after: Timer) -> tuple[Entry, ...]:
        """The timeline's lines: pages that went out, and once per outage that they do not."""
        lines = []
        if (self.audience.instead or self.audience.unmanned) and not self.timer.attempts:
            lines.append(self._unmanned_entry(now))
        if self.sent or self.refused:
            lines.append(self.paged_entry(now, after))
        if self.failed and self.timer.failing_since is None and after.failing_since is not None:
            lines.append(
                Entry(
                    incident_id=self.timer.incident_id,
                    at=now,
                    id=f"page-delayed-{self.timer.run}-{self.timer.fired}",
                    what="page_delayed",
                    by="escalate",
                    facts={"step": self.index + 1, "since": to_iso(after.failing_since)},
                )
            )
        return tuple(lines)

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
            "late_s": int(lateness(self.timer, self.first_at or now).total_seconds()),
        }
        if self.timer.special:
            facts["ladder"] = self.timer.special
        if self.by_plan_alone:
            facts["overrides"] = "not read"
        if self.refused:
            facts["refused"] = len(self.refused)
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
