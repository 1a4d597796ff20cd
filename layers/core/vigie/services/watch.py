"""The sweep of each minute: what falls due, what was left unsent, and who has gone silent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.domain.cursor import sources_of
from vigie.domain.ladder import SWEEP
from vigie.domain.outbox import CLASSIFIED_QUEUE, OutboxEntry
from vigie.domain.plan import Brand, Plan
from vigie.errors import Unavailable
from vigie.messages import StepDue, Tick, encode
from vigie.ports import Due, DueTimer, Heartbeats, Outgoing, Queue

# A brand without traffic hears from us after this: its windows must close without a mention.
QUIET = timedelta(seconds=60)


@dataclass(slots=True, kw_only=True)
class Swept:
    """What one sweep did. `failed` counts what could not be sent and is found again next time."""

    steps: int = 0
    left_overs: int = 0
    ticks: int = 0
    silent: int = 0
    failed: int = 0


def sweep(
    due: Due,
    heartbeats: Heartbeats,
    escalations: Queue,
    outboxes: Mapping[str, Queue],
    plan: Plan,
    now: datetime,
) -> Swept:
    """Send what falls due within `SWEEP` with the exact delay; steps first, they wake people.

    `outboxes` holds the queues that outbox entries name. Raises `Unavailable` when the tables
    cannot be read; what was sent by then is sent again next time, which is harmless.
    """
    swept = Swept()
    timers: list[DueTimer] = []
    left_overs: list[OutboxEntry] = []
    for found in due.until(now + SWEEP):
        if isinstance(found, DueTimer):
            timers.append(found)
        elif found.due_at <= now:
            left_overs.append(found)
    _send_steps(timers, escalations, now, swept)
    for entry in left_overs:
        _send_left_over(entry, due, outboxes, swept)
    for brand in plan.brands:
        _look_after(brand, heartbeats, outboxes, plan, now, swept)
    return swept


def _send_steps(timers: list[DueTimer], escalations: Queue, now: datetime, swept: Swept) -> None:
    # A timer that is claimed until later than the horizon is being worked on.
    ready = [timer for timer in timers if timer.ready_at <= now + SWEEP]
    unsent = escalations.send(
        [
            Outgoing(
                body=encode(StepDue(incident_id=timer.incident_id, timer=timer.name)),
                group=timer.brand,
                delay=max(timedelta(0), timer.ready_at - now),
            )
            for timer in ready
        ]
    )
    swept.steps += len(ready) - len(unsent)
    swept.failed += len(unsent)


def _send_left_over(
    entry: OutboxEntry, due: Due, outboxes: Mapping[str, Queue], swept: Swept
) -> None:
    queue = outboxes.get(entry.queue)
    if queue is None or queue.send([Outgoing(body=entry.body, group=entry.group)]):
        swept.failed += 1  # a queue that only newer code knows, or one that did not accept
        return
    swept.left_overs += 1
    try:
        due.sent(entry)
    except Unavailable:
        swept.failed += 1  # sent again next time: triage does nothing twice


def _look_after(
    brand: Brand,
    heartbeats: Heartbeats,
    outboxes: Mapping[str, Queue],
    plan: Plan,
    now: datetime,
    swept: Swept,
) -> None:
    seen_at = heartbeats.seen_at(brand.id)
    if seen_at is None or now - seen_at > QUIET:
        tick = Outgoing(body=encode(Tick(brand=brand.id, at=now)), group=brand.id)
        unsent = len(outboxes[CLASSIFIED_QUEUE].send([tick]))
        swept.ticks += 1 - unsent
        swept.failed += unsent
    # The plan says what is to be read: a source that was never read is as silent as one that
    # stopped, and the cursor of one that left the plan says nothing.
    read = heartbeats.sources(brand.id)
    for source in sources_of(brand):
        last = read.get(source.name)
        swept.silent += last is None or now - last > plan.silence_after
