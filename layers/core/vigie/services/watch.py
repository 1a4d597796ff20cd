"""The sweep of each minute: what falls due, what was left unsent, and who has gone silent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.domain.budget import MENTIONS_SHARE, SEARCH_SHARE, Spend, Stop, allows
from vigie.domain.ladder import SWEEP
from vigie.domain.outbox import CLASSIFIED_QUEUE, OutboxEntry
from vigie.domain.plan import Brand, Plan
from vigie.domain.x_walk import Feed, Via, feeds_of
from vigie.errors import Unavailable
from vigie.messages import Tick, encode
from vigie.ports import Due, DueTimer, Heartbeat, Heartbeats, Ledger, Outgoing, Queue, StrangeDue
from vigie.services.steps import step

# A brand without traffic hears from us after this: its windows must close without a mention.
QUIET = timedelta(seconds=60)


@dataclass(slots=True, kw_only=True)
class Swept:
    """What one sweep did.

    `silent` counts sources that do not answer, `without_money` those that are not asked for want
    of it, `calm` the brands of which every source answers and none shows a mention, `failed` what
    could not be sent and is found again next time.
    """

    steps: int = 0
    left_overs: int = 0
    ticks: int = 0
    silent: int = 0
    without_money: int = 0
    calm: int = 0
    failed: int = 0
    unknown_version: int = 0


def sweep(
    due: Due,
    heartbeats: Heartbeats,
    ledger: Ledger,
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
        elif isinstance(found, StrangeDue):
            swept.unknown_version += 1
        elif found.due_at <= now:
            left_overs.append(found)
    _send_steps(timers, escalations, now, swept)
    for entry in left_overs:
        _send_left_over(entry, due, outboxes, swept)
    stop, spend = ledger.stopped(), ledger.spend(now.date())
    for brand in plan.brands:
        _tick(brand, heartbeats, outboxes, now, swept)
        _listen(brand, heartbeats.sources(brand.id), plan, stop, spend, now, swept)
    return swept


def _send_steps(timers: list[DueTimer], escalations: Queue, now: datetime, swept: Swept) -> None:
    # A timer that is claimed until later than the horizon is being worked on.
    ready = [timer for timer in timers if timer.ready_at <= now + SWEEP]
    unsent = escalations.send([step(timer, timer.ready_at - now) for timer in ready])
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


def _tick(
    brand: Brand,
    heartbeats: Heartbeats,
    outboxes: Mapping[str, Queue],
    now: datetime,
    swept: Swept,
) -> None:
    seen_at = heartbeats.seen_at(brand.id)
    if seen_at is None or now - seen_at > QUIET:
        tick = Outgoing(body=encode(Tick(brand=brand.id, at=now)), group=brand.id)
        unsent = len(outboxes[CLASSIFIED_QUEUE].send([tick]))
        swept.ticks += 1 - unsent
        swept.failed += unsent


def _listen(
    brand: Brand,
    read: Mapping[str, Heartbeat],
    plan: Plan,
    stop: Stop | None,
    spend: Spend,
    now: datetime,
    swept: Swept,
) -> None:
    """Tell a dead connector from a lack of money, and both from a lack of mentions."""
    # The plan says what is to be read: a source that was never read is as silent as one that
    # stopped, and the cursor of one that left the plan says nothing.
    feeds = feeds_of(brand)
    beats = [read.get(feed.name, Heartbeat()) for feed in feeds]
    dumb = 0
    for feed, beat in zip(feeds, beats, strict=True):
        if beat.answered_at is not None and now - beat.answered_at <= plan.silence_after:
            continue
        dumb += 1
        if _lacks_money(feed, plan, stop, spend, now):
            swept.without_money += 1
        else:
            swept.silent += 1
    quiet = [beat.quiet_since for beat in beats if beat.quiet_since is not None]
    swept.calm += bool(quiet) and not dumb and now - max(quiet) > plan.calm_after


def _lacks_money(feed: Feed, plan: Plan, stop: Stop | None, spend: Spend, now: datetime) -> bool:
    # A stop that has just ended is not made up for yet: the next run of ingest asks again.
    if stop is not None and stop.until > now - plan.silence_after:
        return True
    share = SEARCH_SHARE if feed.via is Via.SEARCH else MENTIONS_SHARE
    return not allows(spend.total, plan.daily_budget_usd, share)
