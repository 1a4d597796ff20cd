"""What triage commits of a brand: a slice of mentions, a command, an erasure, a tick.

Read, decide, write under the condition that nothing has changed since; else read again.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from vigie.domain.calm import due
from vigie.domain.change import Change
from vigie.domain.erasing import erase
from vigie.domain.groups import Index
from vigie.domain.incident import Desk, Tally, Timer
from vigie.domain.mention import LabelledMention
from vigie.domain.merging import redirected, survivors
from vigie.domain.plan import Plan
from vigie.domain.splitting import Split, split
from vigie.domain.triage import concerned, fold, keys_of, obey
from vigie.domain.triage import tick as ticked
from vigie.errors import Conflict, Unavailable
from vigie.messages import Command, Erased, Refreshed, Tick
from vigie.ports import GONE, Queue, TriageStore
from vigie.services.steps import step

TRANSACTION_ACTIONS = 100
# Losing this often in a row means that something is wrong, not that the brand is busy.
TRIES = 10

Standings = Mapping[str, tuple[Tally, Desk]]


@dataclass(kw_only=True)
class Triaging:
    """What became of a batch: counts, the records that must stay queued, and why, in our own
    words."""

    counted: int = 0
    duplicates: int = 0
    opened: int = 0
    raised: int = 0
    rejected: int = 0
    unknown_version: int = 0
    conflicts: int = 0
    erased: int = 0
    refreshed: int = 0
    failed: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commits:
    """What commits are made with, and where they are counted.

    Its methods raise `Unavailable` when the tables do not answer, or others keep writing.
    """

    store: TriageStore
    escalations: Queue
    plan: Plan
    now: datetime
    result: Triaging

    def mentions(self, mentions: Sequence[LabelledMention]) -> None:
        """Count a slice, in halves where it is too much for one transaction."""
        brand = mentions[0].mention.brand
        gone: frozenset[str] = frozenset()
        missing: tuple[str, ...] = ()
        index = Index()
        for _ in range(TRIES):
            state = self.store.state(brand)
            known = self.store.known(keys_of(mentions))
            wanted = (*concerned(state, mentions, known, self.plan, self.now, index), *missing)
            incidents = self._with_survivors(dict.fromkeys(wanted))
            change = fold(
                state,
                *_apart(incidents),
                redirected(known, survivors(incidents)),
                mentions,
                self.plan,
                self.now,
                gone,
                index,
            )
            if change.missing:
                missing += change.missing
                continue
            if change.actions > TRANSACTION_ACTIONS and len(mentions) > 1:
                half = len(mentions) // 2
                self.mentions(mentions[:half])
                self.mentions(mentions[half:])
                return
            self.result.duplicates += change.duplicates
            if change.is_empty(state):
                return
            try:
                self.store.commit(change, self.now)
            except Conflict as conflict:
                self.result.conflicts += 1
                self.result.duplicates -= change.duplicates
                gone |= {c.removeprefix(GONE) for c in conflict.failed if c.startswith(GONE)}
                continue
            self._count(change)
            self._send_due(change.timers)
            return
        raise Unavailable(f"brand {brand}: lost {TRIES} races in a row")

    def command(self, command: Command) -> None:
        """All but `split` say the same to triage: the desk holds what was decided."""
        for _ in range(TRIES):
            state = self.store.state(command.brand)
            keys = [f"{command.brand}#x#{root_id}" for root_id in command.posts]
            known = self.store.known(keys) if keys else {}
            holding = {k.incident_id for k in known.values()}
            wanted = {command.incident_id, command.into, *holding} - {""}
            incidents = self._with_survivors(wanted)
            if command.incident_id not in incidents:
                return
            if command.command == "split":
                last = survivors(incidents)
                change = split(
                    state,
                    *_apart(incidents),
                    redirected(known, last),
                    self.store.posts(keys),
                    _split_of(command, keys, last),
                    self.plan,
                    self.now,
                )
            else:
                change = obey(state, *_apart(incidents), self.plan, self.now)
            if change.is_empty(state):
                return
            if self._committed(change):
                self._count(change)
                self._send_due(change.timers)
                return
        raise Unavailable(f"brand {command.brand}: lost {TRIES} races in a row")

    def erased(self, erased: Erased, posts: Sequence[str]) -> None:
        """Forget `posts`, some of those that were erased."""
        keys = [f"{erased.brand}#x#{root_id}" for root_id in posts]
        for _ in range(TRIES):
            state = self.store.state(erased.brand)
            known = self.store.known(keys)
            holding = {k.incident_id for k in known.values() if k.incident_id and not k.deleted}
            merged = survivors(self._with_survivors(holding))
            change = erase(state, known, keys, erased.why, erased.at, self.plan, self.now, merged)
            if not change.tombstones:
                return
            if self._committed(change):
                self.result.erased += len(change.tombstones)
                return
        raise Unavailable(f"brand {erased.brand}: lost {TRIES} races in a row")

    def refreshed(self, refreshed: Refreshed) -> None:
        """Post by post: numbers are nobody's decision, and may be lost to a newer look."""
        for post in refreshed.posts:
            with suppress(Conflict):
                self.store.refreshed(f"{refreshed.brand}#x#{post.root_id}", post, refreshed.at)
                self.result.refreshed += 1

    def tick(self, minute: Tick) -> None:
        """Close bins and settle what is calm."""
        state = self.store.state(minute.brand)
        calm = tuple(due(state, self.now))
        incidents = self.store.incidents(calm) if calm else {}
        change = ticked(state, *_apart(incidents), self.plan, self.now)
        if not change.is_empty(state):
            # A lost race means traffic: then the brand needs no tick.
            self._committed(change)

    def _with_survivors(self, ids: Iterable[str]) -> Standings:
        """The incidents, and those that took them in: their mentions are counted there."""
        found: dict[str, tuple[Tally, Desk]] = {}
        wanted = set(ids)
        while wanted:
            found |= self.store.incidents(sorted(wanted))
            wanted = set(survivors(found).values()) - set(found) - wanted
        return found

    def _committed(self, change: Change) -> bool:
        try:
            self.store.commit(change, self.now)
        except Conflict:
            self.result.conflicts += 1
            return False
        return True

    def _count(self, change: Change) -> None:
        self.result.counted += sum(not stored.replaces for stored in change.mentions)
        self.result.opened += len(change.ladders)
        self.result.raised += sum(entry.what == "severity_raised" for entry in change.entries)

    def _send_due(self, timers: Sequence[Timer]) -> None:
        """The first page at once. What is not accepted here, `watch` finds by its due time."""
        self.escalations.send([step(timer) for timer in timers])


def _split_of(command: Command, keys: Sequence[str], last: Mapping[str, str]) -> Split:
    return Split(
        # Merged since it was asked for: then its mentions are taken from where they are now.
        source=last.get(command.incident_id, command.incident_id),
        into=command.into,
        keys=tuple(keys),
        by=command.by,
        at=command.at,
    )


def _apart(incidents: Standings) -> tuple[Mapping[str, Tally], Mapping[str, Desk]]:
    return (
        {id_: tally for id_, (tally, _) in incidents.items()},
        {id_: desk for id_, (_, desk) in incidents.items()},
    )
