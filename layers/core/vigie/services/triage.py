"""The reduce: labelled mentions, commands and ticks into incidents, one transaction a slice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vigie.domain.mention import LabelledMention
from vigie.domain.plan import Plan
from vigie.errors import Rejected, Unavailable, UnknownVersion
from vigie.messages import Classified, Command, Erased, Refreshed, Tick, decode_for_triage
from vigie.ports import Queue, TriageStore
from vigie.records import Record
from vigie.services.commits import Commits, Triaging
from vigie.services.lanes import Lanes, Reject, park, wait

SLICE_MENTIONS = 80
# Each takes a tombstone, a line in the log, and at worst one in the timeline of an incident.
ERASED_TOGETHER = 30


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
    commits = Commits(store=store, escalations=escalations, plan=plan, now=now, result=result)
    failed: list[Record] = []
    for group in _by_group(batch).values():
        finished: set[str] = set()
        try:
            for job in _jobs(group, result):
                _commit(job, commits)
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


def _commit(job: _Job, commits: Commits) -> None:
    match job.other:
        case Command() as command:
            commits.command(command)
        case Tick() as minute:
            commits.tick(minute)
        case Erased() as erased:
            for start in range(0, len(erased.posts), ERASED_TOGETHER):
                commits.erased(erased, erased.posts[start : start + ERASED_TOGETHER])
        case Refreshed() as refreshed:
            commits.refreshed(refreshed)
        case None:
            for start in range(0, len(job.mentions), SLICE_MENTIONS):
                commits.mentions(job.mentions[start : start + SLICE_MENTIONS])
