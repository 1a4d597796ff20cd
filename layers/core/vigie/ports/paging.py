"""What pages are fired with: claims, standings, limits, SNS, overrides, the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from vigie.domain.auditing import Checked
    from vigie.domain.clocks import ClockChange
    from vigie.domain.incident import Desk, Entry, Ladders, Paging, Tally, Timer
    from vigie.domain.ladder import PagingChange
    from vigie.domain.links import Link
    from vigie.domain.override import Override
    from vigie.domain.page import Message
    from vigie.domain.storm import Storm


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An incident as escalate reads it, strongly consistent."""

    tally: Tally
    desk: Desk
    ladders: Ladders
    paging: Paging


class Escalations(Protocol):
    """An incident's clocks, the ladder among them, and what paging leaves on it."""

    def claim(
        self, incident_id: str, timer: str, *, claim: str, now: datetime, until: datetime
    ) -> Timer | None:
        """Take the timer until `until`, if it is due by `now` + `EARLY` and nobody has it.

        None when there is no such timer, it is not due or somebody else works on it. Claiming
        again with the same `claim` succeeds. Raises `UnknownVersion`.
        """
        ...

    def read(self, incident_id: str) -> Standing | None:
        """None when there is no such incident."""
        ...

    def desk(self, incident_id: str) -> Desk:
        """The desk as it is at this moment (strongly consistent); empty when nobody touched it."""
        ...

    def holds(self, timer: Timer) -> bool:
        """Whether the timer is at this moment as we claimed it (strongly consistent)."""
        ...

    def add_link(self, link: Link) -> None:
        """Keep an acknowledge link until it expires."""
        ...

    def move(
        self, before: Timer, after: Timer | None, change: PagingChange, entries: Sequence[Entry]
    ) -> None:
        """Write timer, paging and entries together, if the timer still has `before`'s run, count
        and claim; without `after` the timer is deleted. Raises `Conflict` when it is gone or newer:
        then nothing was written."""
        ...

    def turn(
        self, before: Desk, after: Desk, clocks: ClockChange, entries: Sequence[Entry]
    ) -> None:
        """See `Desks.turn`."""
        ...

    def record(self, incident_id: str, change: PagingChange, entries: Sequence[Entry]) -> None:
        """Write what was done although the timer is no longer ours."""
        ...

    def drop(self, timer: Timer) -> None:
        """Delete a timer that nobody needs any more. Raises `Conflict` when it is gone or newer."""
        ...


class Storms(Protocol):
    """What each person was paged in the last minutes."""

    def read(self, person: str) -> Storm:
        """Strongly consistent; a fresh one (revision 0) for whoever was not paged lately."""
        ...

    def save(self, storm: Storm, now: datetime) -> None:
        """Raises `Conflict` when somebody has written since the revision before it was read."""
        ...


class Pager(Protocol):
    """Where pages go out."""

    def publish(self, message: Message) -> str:
        """Hand one page to the topic, once, without retry; the id by which SNS's logs call it.

        Raises `Unavailable` when it may not have been accepted, `Rejected` when it can never be.
        """
        ...


class Overrides(Protocol):
    """Who is on call instead of whom the plan says."""

    def since(self, at: datetime) -> tuple[Override, ...]:
        """Those that end after `at`, cancelled ones included (strongly consistent).

        Raises `UnknownVersion`.
        """
        ...

    def add(self, override: Override) -> None:
        """Raises `Conflict` when its id is there already."""
        ...

    def cancel(self, override: Override, *, by: str, at: datetime) -> None:
        """End it early; the first to do so is remembered. Raises `Conflict` when it is not there
        or cancelled already."""
        ...


class Audits(Protocol):
    """Open incidents and their ladders, for whoever checks that they are paged about."""

    def open(self, brand: str) -> Iterator[str]:
        """The brand's open incidents, page by page (eventually consistent)."""
        ...

    def check(self, incident_ids: Sequence[str]) -> tuple[tuple[Checked, ...], int]:
        """Those that nobody has taken, strongly consistent item by item, and how many hold an
        item of a version that this code does not read."""
        ...

    def mend(self, before: Timer | None, after: Timer, entries: Sequence[Entry]) -> None:
        """Write the timer and its entries if it is still as it was read, and nobody has taken the
        incident. Raises `Conflict` otherwise: then nothing was written."""
        ...
