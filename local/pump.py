"""What makes time pass: schedules, batching windows, delays and visibility, in order of time."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Condition
from typing import Any

from local.clock import Clock
from local.functions import Invocation, LocalFunction
from local.schedules import Schedule
from local.sqs_mappings import SqsMapping
from local.template import Stack

MAX_ROUNDS_AT_ONE_INSTANT = 200_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Run = Callable[[LocalFunction, Mapping[str, Any]], Invocation]
Count = Callable[[str, int], None]


class Pump:
    """Runs what is due. One function runs at a time; the mappings take turns, a batch each."""

    def __init__(
        self,
        stack: Stack,
        clock: Clock,
        mappings: list[SqsMapping],
        schedules: list[Schedule],
        run: Run,
        count: Count,
        wake: Condition,
    ) -> None:
        self.mappings = mappings
        self.schedules = schedules
        self._place = stack.place
        self._clock = clock
        self._run = run
        self._count = count
        self._wake = wake

    def drain(self) -> None:
        """Run until all queues are idle at this instant. Batching windows close at once."""
        self._settle(flush=True)

    def advance_to(self, instant: datetime) -> None:
        """Let time pass until `instant`, doing everything when it falls due."""
        while True:
            self._settle(flush=False)
            event = self._next_event()
            if event is None or event > instant:
                break
            self._clock.move_to(max(event, self._clock.now()), self._wake)
        while self._clock.now() < instant:
            # A real clock may come back early, because somebody sent a message.
            self._clock.move_to(instant, self._wake)
            self._settle(flush=False)

    def _settle(self, *, flush: bool) -> None:
        self._run_due_schedules()
        for _ in range(MAX_ROUNDS_AT_ONE_INSTANT):
            if not self._round(flush=flush):
                return
            self._run_due_schedules()
        raise RuntimeError(f"the queues never come to rest at {self._clock.now()}")

    def _run_due_schedules(self) -> None:
        for schedule in sorted(self.schedules, key=lambda each: (each.next_at, each.id)):
            while schedule.next_at <= self._clock.now():
                due = schedule.next_at
                schedule.next_at = due + schedule.period
                event = schedule.event(due, self._place.account, self._place.region)
                self._run(schedule.function, event)

    def _round(self, *, flush: bool) -> bool:
        """Give every mapping one batch; say whether there was any."""
        worked = [self._take_turn(mapping, flush=flush) for mapping in self.mappings]
        return any(worked)

    def _take_turn(self, mapping: SqsMapping, *, flush: bool) -> bool:
        with self._wake:
            now = self._clock.now()
            due = mapping.due_at(now)
            if due is None or (due > now and not flush):
                return False
            batch = mapping.receive(self._count)
            if batch is None:
                return False
            invocation = self._run(mapping.function, batch.event)
            mapping.settle(batch, invocation, self._count)
            return True

    def _next_event(self) -> datetime | None:
        now = self._clock.now()
        events = [schedule.next_at for schedule in self.schedules]
        for mapping in self.mappings:
            due = mapping.due_at(now)
            if due is not None:
                events.append(due)
            change = mapping.queue.next_change()
            if change is not None:
                events.append(EPOCH + timedelta(milliseconds=change))
        return min(events, default=None)
