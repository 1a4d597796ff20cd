"""The reduce: labelled mentions, commands and ticks into incidents, one transaction a slice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from vigie.domain.change import Change
from vigie.domain.incident import Timer
from vigie.domain.mention import LabelledMention
from vigie.domain.plan import Plan
from vigie.domain.triage import close, concerned, fold, tick
from vigie.errors import Conflict, Rejected, Unavailable, UnknownVersion
from vigie.messages import (
    Classified,
    Command,
    Erased,
    Refreshed,
    StepDue,
    Tick,
    TriageMessage,
    decode_for_triage,
    encode,
)
from vigie.ports import GONE, Outgoing, Queue, TriageStore
from vigie.records import Record
from vigie.services.lanes import Lanes, hide, park

SLICE_MENTIONS = 80
TRANSACTION_ACTIONS = 100
# Losing this often in a row means that something is wrong, not that the brand is busy.
TRIES = 10


@dataclass(kw_only=True)
class Triaging:
    """What became of a batch: counts, and the records that must stay queued."""

    counted: int = 0
    duplicates: int = 0
    opened: int = 0
    raised: int = 0
    rejected: int = 0
    unknown_version: int = 0
    conflicts: int = 0
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Job:
    """Consecutive messages of one brand that are committed together."""

    records: tuple[Record, ...]
    mentions: tuple[LabelledMention, ...] = ()
    other: Command | Tick | Erased | Refreshed | None = None


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
    order is kept.
    """
    result = Triaging()
    failed: list[Record] = []
    for group in _by_group(batch).values():
        done = 0
        try:
            for job in _jobs(group, lanes, result, now):
                _commit(job, store, escalations, plan, now, result)
                done += len(job.records)
        except UnknownVersion:
            result.unknown_version += 1
            failed.extend(group[done:])
        except Unavailable:
            failed.extend(group[done:])
    hide(lanes, failed)
    result.failed = [record.message_id for record in failed]
    return result


def _by_group(batch: Sequence[Record]) -> Mapping[tuple[str, str], list[Record]]:
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in batch:
        groups.setdefault((record.queue, record.group), []).append(record)
    return groups


def _jobs(group: Sequence[Record], lanes: Lanes, result: Triaging, now: datetime) -> Iterator[_Job]:
    """Decode as far as it goes, joining neighbouring mentions of one brand into slices.

    Each record is in exactly one job, so that a failure leaves all later ones in the queue; what
    is rejected is parked and makes an empty job.
    """
    waiting: list[Record] = []
    mentions: list[LabelledMention] = []
    for record in group:
        try:
            message = _decode(record, lanes, result, now)
        except Unavailable:
            if waiting:
                yield _Job(tuple(waiting), tuple(mentions))
            raise
        if isinstance(message, Classified):
            same_brand = (
                not mentions or not message.mentions or (mentions[0].mention.brand == message.brand)
            )
            if waiting and (
                len(mentions) + len(message.mentions) > SLICE_MENTIONS or not same_brand
            ):
                yield _Job(tuple(waiting), tuple(mentions))
                waiting, mentions = [], []
            waiting.append(record)
            mentions.extend(message.mentions)
            continue
        if waiting:
            yield _Job(tuple(waiting), tuple(mentions))
            waiting, mentions = [], []
        yield _Job((record,), other=message)
    if waiting:
        yield _Job(tuple(waiting), tuple(mentions))


def _decode(record: Record, lanes: Lanes, result: Triaging, now: datetime) -> TriageMessage | None:
    try:
        message = decode_for_triage(record.body)
    except Rejected as rejected:
        park(lanes, record, record.body, rejected, now)
        result.rejected += 1
        return None
    if isinstance(message, Classified):
        for item in message.unreadable:
            park(lanes, record, item.body, item.rejected, now)
            result.rejected += 1
    return message


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
            _commit_command(command, store, plan, now, result)
        case Tick() as minute:
            _commit_tick(minute, store, plan, now, result)
        case Erased() | Refreshed():
            raise Unavailable("posts are not refreshed or erased yet")
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
    for _ in range(TRIES):
        state = store.state(brand)
        known = store.known([m.mention.key for m in mentions])
        incidents = store.incidents(concerned(state, mentions))
        change = fold(
            state,
            {i: tally for i, (tally, _) in incidents.items()},
            {i: desk for i, (_, desk) in incidents.items()},
            known,
            mentions,
            plan,
            now,
            gone,
        )
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
    command: Command, store: TriageStore, plan: Plan, now: datetime, result: Triaging
) -> None:
    """`resolve` and `dismiss` say the same to triage: the desk holds what was decided."""
    for _ in range(TRIES):
        state = store.state(command.brand)
        found = store.incidents([command.incident_id]).get(command.incident_id)
        if found is None:
            return
        change = close(state, *found, plan, now)
        if change.is_empty(state) or _committed(change, store, now, result):
            return
    raise Unavailable(f"brand {command.brand}: lost {TRIES} races in a row")


def _commit_tick(
    minute: Tick, store: TriageStore, plan: Plan, now: datetime, result: Triaging
) -> None:
    state = store.state(minute.brand)
    change = tick(state, plan, now)
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
