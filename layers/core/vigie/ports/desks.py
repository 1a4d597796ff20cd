"""What staff read and decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from vigie.domain.clocks import ClockChange
    from vigie.domain.correction import Correction
    from vigie.domain.incident import Desk, Entry, Ladders, Paging, Tally, Timer
    from vigie.domain.links import Link
    from vigie.domain.mention import LabelledMention
    from vigie.domain.outbox import OutboxEntry
    from vigie.domain.placed import Placed
    from vigie.domain.staff import StaffToken


Before: TypeAlias = "tuple[datetime, str] | None"
"""Where a list goes on: the instant and the id of the last one that was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One incident of a list."""

    tally: Tally
    desk: Desk
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One incident in full. `timer` is there while somebody is still to be paged; `timeline`
    holds the latest entries, oldest first; `clocks` are those beside the ladder."""

    summary: Summary
    timer: Timer | None
    timeline: tuple[Entry, ...]
    clocks: tuple[Timer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """All that a decision about an incident's clocks rests on. `clocks` holds the ladder too;
    `ladders` is None where they were lost."""

    tally: Tally
    desk: Desk
    ladders: Ladders | None
    clocks: tuple[Timer, ...]

    def clock(self, name: str) -> Timer | None:
        """The clock of that name, None when it is not set."""
        return next((clock for clock in self.clocks if clock.name == name), None)


class Dossiers(Protocol):
    """Incidents and their mentions, to be read by people."""

    def summaries(
        self, brands: Sequence[str], *, open_only: bool, limit: int, before: Before
    ) -> tuple[tuple[Summary, ...], Before]:
        """Incidents opened before `before`, the newest first, and where to go on.

        An incident that was opened or closed a moment ago may be missing or left over: the
        indexes follow the table.
        """
        ...

    def dossier(self, incident_id: str) -> Dossier | None:
        """One incident, strongly consistent but for the length of its timeline."""
        ...

    def mentions(
        self,
        incident_id: str,
        *,
        limit: int,
        before: Before,
        now: datetime,
        merged: Sequence[str] = (),
    ) -> tuple[tuple[LabelledMention, ...], Before]:
        """Mentions of the incident and of those that were `merged` into it, posted before
        `before`, the newest first; deleted and expired ones are left
        out, so that a page may hold fewer than `limit` although there are more."""
        ...

    def incidents_of(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Which incident each stored mention belongs to, "" for none; erased ones are left out."""
        ...

    def posts(self, keys: Sequence[str], now: datetime) -> tuple[LabelledMention, ...]:
        """The mentions of these keys in their order; deleted and expired ones are left out."""
        ...

    def versions(
        self, incident_ids: tuple[str, ...], post_ids: Sequence[str], now: datetime
    ) -> Mapping[str, LabelledMention]:
        """These incidents' mentions that are stored in these versions, by their ids; of earlier
        versions there are none.

        A version that came a moment ago may be missing: the index follows the table.
        """
        ...

    def placed(self, key: str, now: datetime) -> Placed | None:
        """How the mention of that key was placed: reposts and erased ones too, not expired ones."""
        ...


class Desks(Protocol):
    """What people decide. Each write also sets and ends clocks, the ladder's first of all where
    nobody is to be paged any more, and adds its entries to the timeline, in one transaction."""

    def read(self, incident_id: str) -> tuple[Tally, Desk] | None:
        """Strongly consistent; None when there is no such incident."""
        ...

    def board(self, incident_id: str) -> Board | None:
        """The same with ladders and clocks."""
        ...

    def turn(
        self, before: Desk, after: Desk, clocks: ClockChange, entries: Sequence[Entry]
    ) -> None:
        """Change who has the incident and its clocks. Raises `Conflict` when it is closed, when
        its owner, acknowledgement or runs are no longer as `before`, or a held clock is not."""
        ...

    def close(self, desk: Desk, entries: Sequence[Entry], outbox: OutboxEntry) -> None:
        """Resolve, dismiss or merge, and keep what triage must be told. Raises `Conflict` when it
        is closed already, or when what it is merged into is."""
        ...

    def contain(self, desk: Desk, before: Desk, entries: Sequence[Entry]) -> None:
        """Raises `Conflict` when it is closed, or no longer acknowledged and contained as
        `before`."""
        ...

    def grade(
        self, desk: Desk, before: Desk, entries: Sequence[Entry], outbox: OutboxEntry
    ) -> None:
        """Keep a person's severity, and that triage must apply it. Raises `Conflict` when it is
        closed, or somebody has set another since `before`."""
        ...

    def ask(self, incident_id: str, entries: Sequence[Entry], outbox: OutboxEntry) -> None:
        """Keep what triage is asked to do. Raises `Conflict` when the incident is closed."""
        ...

    def note(self, entries: Sequence[Entry]) -> None:
        """Add to the timeline only."""
        ...

    def sent(self, outbox: OutboxEntry) -> None:
        """Triage has been told."""
        ...

    def link(self, link_id: str) -> Link | None:
        """The link with that hash, expired or not."""
        ...


class Corrections(Protocol):
    """What staff said of labels, kept beside the incident and without a word of the post."""

    def add(self, correction: Correction) -> Correction | None:
        """Keep it beside earlier words on the same mention.

        Where the last of these says the same of the same version, keep nothing, and give that.
        """
        ...

    def all(self) -> Iterator[Correction]:
        """Every one of every brand."""
        ...


class Staff(Protocol):
    """Who may use the API: one token a person, kept as a hash."""

    def find(self, token_hash: str) -> StaffToken | None:
        """Strongly consistent: a revoked token stops at once."""
        ...

    def all(self) -> tuple[StaffToken, ...]:
        """Everybody, revoked ones included."""
        ...

    def add(self, token: StaffToken) -> None:
        """Raises `Conflict` when the hash is there already."""
        ...

    def revoke(self, token_hash: str, at: datetime) -> None:
        """Raises `Conflict` when there is no such token."""
        ...
