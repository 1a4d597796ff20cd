"""The reduce: labelled mentions, commands and ticks into incidents, one transaction a slice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from vigie.domain.triage import concerned, fold, keys_of, obey, tick
from vigie.errors import Conflict, Rejected, Unavailable, UnknownVersion
from vigie.messages import (
    Classified,
    Command,
    Erased,
    Refreshed,
    StepDue,
    Tick,
    decode_for_triage,
    encode,
)
from vigie.ports import GONE, Outgoing, Queue, TriageStore
from vigie.records import Record
from vigie.services.lanes import Lanes, Reject, park, wait

SLICE_MENTIONS = 80
TRANSACTION_ACTIONS = 100
# Each takes a tombstone, a line in the log, and at worst one in the timeline of an incident.
ERASED_TOGETHER = 30
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


@dataclass(frozen=True, slots=True)
class _Job:
    """Consecutive messages of one brand that are committed together."""

    records: tuple[Record, ...] = ()
    mentions: tuple[LabelledMention, ...] = ()
    other: Command | Tick | Erased | Refreshed | None = None
    rejects: tuple[Reject, ...] = ()

    def takes(self, message: Classified) -> bool:
        """Whether the message's mentions fit into the same slice."""
        if not self.mentions or not message.mentions:
            return True
        return (
            self.mentions[0].mention.brand == message.brand
            and len(self.mentions) + len(message.mentions) <= SLICE_MENTIONS
        )


def triage_batch(
    batch: Sequence[Record],
    store: TriageStore,
    escalations: Queue,
    lanes: Lanes,
    plan: Plan,
    now: datetime,
) -> Triaging:
    """Commit the batch brand by brand, in the order of each group.

    When a message of a group fails, it and all later ones of the group stay in the queue: FIFO
    order is kept. A message of newer code stays alone.
    """
    result = Triaging()
    failed: list[Record] = []
    for group in _by_group(batch).values():
        finished: set[str] = set()
        try:
            for job in _jobs(group, result):
                _commit(job, store, escalations, plan, now, result)
                # Parked last: a job that fails comes back, and must not be parked twice.
                for reject in job.rejects:
                    park(lanes, reject, now)
                    result.rejected += 1
                finished.update(record.message_id for record in job.records)
        except UnknownVersion as error:
            result.unknown_version += 1
            result.reasons.append(str(error))
        except Unavailable as error:
            result.reasons.append(str(error))
        failed.extend(record for record in group if record.message_id not in finished)
    result.failed = [record.message_id for record in wait(lanes, failed)]
    return result


def _by_group(batch: Sequence[Record]) -> Mapping[tuple[str, str], list[Record]]:
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in batch:
        groups.setdefault((record.queue, record.group), []).append(record)
    return groups


def _jobs(group: Sequence[Record], result: Triaging) -> Iterator[_Job]:
    """Decode, joining neighbouring mentions of one brand into slices; each record is in at most
    one job.

    A message of newer code is left out: it waits for that code, while its neighbours go on.
    """
    waiting = _Job()
    for record in group:
        try:
            message = decode_for_triage(record.body)
        except UnknownVersion:
            result.unknown_version += 1
            continue
        except Rejected as rejected:
            yield _Job((record,), rejects=(Reject(record, record.body, rejected),))
            continue
        if not isinstance(message, Classified):
            # What was said before a command or an erasure is folded before it.
            yield waiting
            waiting = _Job()
            yield _Job((record,), other=message)
            continue
        if not waiting.takes(message):
            yield waiting
            waiting = _Job()
        waiting = _Job(
            (*waiting.records, record),
            (*waiting.mentions, *message.mentions),
            rejects=(
                *waiting.rejects,
                *(Reject(record, u.body, u.rejected) for u in message.unreadable),
            ),
        )
    yield waiting


def _commit(
    job: _Job,
    store: TriageStore,
    escalations: Queue,
    plan: Plan,
    now: datetime,
    result: Triaging,
) -> None:
    match job.other:
        case Command() as command:
            _commit_command(command, store, escalations, plan, now, result)
        case Tick() as minute:
            _commit_tick(minute, store, plan, now, result)
        case Erased() as erased:
            _commit_erased(erased.posts, erased, store, plan, now, result)
        case Refreshed() as refreshed:
            _apply_refreshed(refreshed, store, result)
        case None:
            for start in range(0, len(job.mentions), SLICE_MENTIONS):
                slice_ = job.mentions[start : start + SLICE_MENTIONS]
                _commit_mentions(slice_, store, escalations, plan, now, result)


def _commit_mentions(
    mentions: Sequence[LabelledMention],
    store: TriageStore,
    escalations: Queue,
    plan: Plan,
    now: datetime,
    result: Triaging,
) -> None:
    brand = mentions[0].mention.brand
    gone: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    index = Index()
    for _ in range(TRIES):
        state = store.state(brand)
        known = store.known(keys_of(mentions))
        wanted = (*concerned(state, mentions, known, plan, now, index), *missing)
        incidents = _with_survivors(store, dict.fromkeys(wanted))
        change = fold(
            state,
            *_apart(incidents),
            redirected(known, survivors(incidents)),
            mentions,
            plan,
            now,
            gone,
            index,
        )
        if change.missing:
            missing += change.missing
            continue
        if change.actions > TRANSACTION_ACTIONS and len(mentions) > 1:
            half = len(mentions) // 2
            _commit_mentions(mentions[:half], store, escalations, plan, now, result)
            _commit_mentions(mentions[half:], store, escalations, plan, now, result)
            return
        result.duplicates += change.duplicates
        if change.is_empty(state):
            return
        try:
            store.commit(change, now)
        except Conflict as conflict:
            result.conflicts += 1
            result.duplicates -= change.duplicates
            gone |= {c.removeprefix(GONE) for c in conflict.failed if c.startswith(GONE)}
            continue
        _count(change, result)
        _send_due(change.timers, brand, escalations)
        return
    raise Unavailable(f"brand {brand}: lost {TRIES} races in a row")


def _commit_command(
    command: Command,
    store: TriageStore,
    escalations: Queue,
    plan: Plan,
    now: datetime,
    result: Triaging,
) -> None:
    """All but `split` say the same to triage: the desk holds what was decided."""
    for _ in range(TRIES):
        state = store.state(command.brand)
        keys = [f"{command.brand}#x#{root_id}" for root_id in command.posts]
        known = store.known(keys) if keys else {}
        holding = {k.incident_id for k in known.values()}
        wanted = {command.incident_id, command.into, *holding} - {""}
        incidents = _with_survivors(store, wanted)
        if command.incident_id not in incidents:
            return
        if command.command == "split":
            last = survivors(incidents)
            change = split(
                state,
                *_apart(incidents),
                redirected(known, last),
                store.posts(keys),
                _split_of(command, keys, last),
                plan,
                now,
            )
        else:
            change = obey(state, *_apart(incidents), plan, now)
        if change.is_empty(state):
            return
        if _committed(change, store, now, result):
            _count(change, result)
            _send_due(change.timers, command.brand, escalations)
            return
    raise Unavailable(f"brand {command.brand}: lost {TRIES} races in a row")


def _split_of(command: Command, keys: Sequence[str], last: Mapping[str, str]) -> Split:
    return Split(
        # Merged since it was asked for: then its mentions are taken from where they are now.
        source=last.get(command.incident_id, command.incident_id),
        into=command.into,
        keys=tuple(keys),
        by=command.by,
        at=command.at,
    )


def _with_survivors(store: TriageStore, ids: Iterable[str]) -> Standings:
    """The incidents, and those that took them in: their mentions are counted there."""
    found: dict[str, tuple[Tally, Desk]] = {}
    wanted = set(ids)
    while wanted:
        found |= store.incidents(sorted(wanted))
        wanted = set(survivors(found).values()) - set(found) - wanted
    return found


def _apart(incidents: Standings) -> tuple[Mapping[str, Tally], Mapping[str, Desk]]:
    return (
        {id_: tally for id_, (tally, _) in incidents.items()},
        {id_: desk for id_, (_, desk) in incidents.items()},
    )


def _commit_erased(
    posts: Sequence[str],
    erased: Erased,
    store: TriageStore,
    plan: Plan,
    now: datetime,
    result: Triaging,
) -> None:
    if len(posts) > ERASED_TOGETHER:
        for start in range(0, len(posts), ERASED_TOGETHER):
            some = posts[start : start + ERASED_TOGETHER]
            _commit_erased(some, erased, store, plan, now, result)
        return
    keys = [f"{erased.brand}#x#{root_id}" for root_id in posts]
    for _ in range(TRIES):
        state = store.state(erased.brand)
        known = store.known(keys)
        holding = {k.incident_id for k in known.values() if k.incident_id and not k.deleted}
        merged = survivors(_with_survivors(store, holding))
        change = erase(state, known, keys, erased.why, erased.at, plan, now, merged)
        if not change.tombstones:
            return
        if _committed(change, store, now, result):
            result.erased += len(change.tombstones)
            return
    raise Unavailable(f"brand {erased.brand}: lost {TRIES} races in a row")


def _apply_refreshed(refreshed: Refreshed, store: TriageStore, result: Triaging) -> None:
    """Post by post: numbers are nobody's decision, and may be lost to a newer look."""
    for post in refreshed.posts:
        with suppress(Conflict):
            store.refreshed(f"{refreshed.brand}#x#{post.root_id}", post, refreshed.at)
            result.refreshed += 1


def _commit_tick(
    minute: Tick, store: TriageStore, plan: Plan, now: datetime, result: Triaging
) -> None:
    state = store.state(minute.brand)
    calm = tuple(due(state, now))
    incidents = store.incidents(calm) if calm else {}
    change = tick(state, *_apart(incidents), plan, now)
    if not change.is_empty(state):
        # A lost race means traffic: then the brand needs no tick.
        _committed(change, store, now, result)


def _committed(change: Change, store: TriageStore, now: datetime, result: Triaging) -> bool:
    try:
        store.commit(change, now)
    except Conflict:
        result.conflicts += 1
        return False
    return True


def _count(change: Change, result: Triaging) -> None:
    result.counted += sum(not stored.replaces for stored in change.mentions)
    result.opened += len(change.ladders)
    result.raised += sum(entry.what == "severity_raised" for entry in change.entries)


def _send_due(timers: Sequence[Timer], brand: str, escalations: Queue) -> None:
    """The first page at once. What is not accepted here, `watch` finds by its due time."""
    escalations.send(
        [
            Outgoing(
                body=encode(StepDue(incident_id=timer.incident_id, timer=timer.name)), group=brand
            )
            for timer in timers
        ]
    )
