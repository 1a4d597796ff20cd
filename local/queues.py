"""A queue that takes the same time however deep it is, in place of moto's.

moto walks every message on each send and receive. This one keeps heaps instead, and plays what moto
leaves out: fair turns between the message groups of a standard queue, the sequence numbers of a
FIFO queue, and a clock that may stand still. A long poll comes back at once. Times are whole
milliseconds since 1970 on moto's clock.
"""

import copy
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from heapq import heappop, heappush
from itertools import count
from math import ceil, floor, inf
from threading import Condition
from typing import Any
from unittest.mock import patch

from moto.core.utils import unix_time_millis
from moto.sqs import models
from moto.sqs.exceptions import InvalidParameterValue, ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue, SQSBackend

from local.forgetting import Latest, let_go, untracked

DEDUPLICATION_MS = 5 * 60 * 1000
READY, DELAYED, IN_FLIGHT = "ready", "delayed", "in flight"


def _now() -> int:
    # A float of this size is exact to a quarter of a microsecond only.
    return floor(unix_time_millis() + 0.001)


class _Group:
    """The messages of one group that can be received now, oldest first."""

    __slots__ = ("has_turn", "in_flight", "ready")

    def __init__(self) -> None:
        self.ready: list[int] = []  # a heap of message numbers
        self.in_flight = 0
        self.has_turn = False


class FastQueue(Queue):
    """moto's queue with its storage replaced."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._static: dict[str, Any] | None = None
        # Notified of new messages, so that a pump on a real clock need not look every moment.
        self.wake: Condition | None = None
        self._clear()
        super().__init__(*args, **kwargs)
        self.deleted_messages = Latest()

    def _clear(self) -> None:
        self._numbers = count(1)
        self._alive: dict[int, Message] = {}
        self._groups: dict[str, _Group] = {}
        self._turns: deque[_Group] = deque()
        self._waiting: list[tuple[int, int, int]] = []  # a heap of (until, number, version)
        self._handles: dict[str, Message] = {}
        self._sent_ids: dict[str, int] = {}
        self._counts = {READY: 0, DELAYED: 0, IN_FLIGHT: 0}

    def _set_attributes(self, attributes: dict[str, Any], now: float | None = None) -> None:
        super()._set_attributes(attributes, now)
        self._static = None

    @property
    def attributes(self) -> dict[str, Any]:
        if self._static is None:
            self._static = super().attributes
        self._wake(_now())
        return self._static | {
            "ApproximateNumberOfMessages": self._counts[READY],
            "ApproximateNumberOfMessagesDelayed": self._counts[DELAYED],
            "ApproximateNumberOfMessagesNotVisible": self._counts[IN_FLIGHT],
        }

    @property
    def messages(self) -> list[Message]:
        self._wake(_now())
        return [message for message in self._alive.values() if message.state == READY]

    def all_messages(self) -> list[Message]:
        """Ready, delayed and in flight, oldest first."""
        return list(self._alive.values())

    @property
    def depth(self) -> int:
        """How many messages there are: ready, delayed and in flight."""
        return len(self._alive)

    @property
    def receivable(self) -> int:
        """How many messages could be received now: those of a FIFO group in flight do not count."""
        self._wake(_now())
        if not self.fifo_queue:
            return self._counts[READY]
        return sum(len(group.ready) for group in self._turns if not group.in_flight)

    def next_change(self) -> int | None:
        """When the next message appears by itself , if nothing is done before."""
        self._wake(_now())
        while self._waiting:
            until, number, version = self._waiting[0]
            message = self._alive.get(number)
            if message is not None and message.version == version:
                return until
            heappop(self._waiting)
        return None

    def add_message(self, message: Message, *, redriven: bool = False) -> None:
        now = _now()
        if self.fifo_queue and not redriven:
            sent = self._sent_ids.get(message.deduplication_id or "")
            if sent is not None and now - sent < DEDUPLICATION_MS:
                return
            self._sent_ids[message.deduplication_id or ""] = now
            let_go(self._sent_ids, lambda sent_at: now - sent_at >= DEDUPLICATION_MS)
        message.number = next(self._numbers)
        message.version = 0
        if self.fifo_queue:
            message.sequence_number = f"{message.number:020d}"
        self._alive[message.number] = message
        if message.delayed_until > now and not redriven:
            self._wait(message, DELAYED, message.delayed_until)
        else:
            self._show(message)
        if self.wake is not None:
            with self.wake:
                self.wake.notify_all()

    def take(self, limit: int, visibility_seconds: float, max_bytes: float = inf) -> list[Message]:
        """Receive up to `limit` messages, and no more after `max_bytes` of bodies.

        Messages that were received too often go to the dead letters instead.
        """
        now = _now()
        self._wake(now)
        taken: list[Message] = []
        passed = 0
        room = max_bytes
        while passed < len(self._turns) and len(taken) < limit and room > 0:
            group = self._turns.popleft()
            # A FIFO group gives all that it can and is blocked then; on a standard queue the
            # groups give one message in turn, so that a storm of one does not starve the others.
            share = limit - len(taken) if self.fifo_queue else 1
            given = self._take_from(group, share, visibility_seconds, now, room)
            taken += given
            room -= sum(len(message.body) for message in given)
            passed = 0 if given else passed + 1
            group.has_turn = bool(group.ready)
            if group.has_turn:
                self._turns.append(group)
        return taken

    def delete_message(self, receipt_handle: str) -> None:
        message = self._handles.get(receipt_handle)
        if message is not None:
            self._remove(message)
        elif receipt_handle not in self.deleted_messages:
            raise ReceiptHandleIsInvalid

    def change_visibility(self, receipt_handle: str, seconds: float) -> None:
        now = _now()
        self._wake(now)
        message = self._handles.get(receipt_handle)
        if message is None:
            raise ReceiptHandleIsInvalid
        if message.state != IN_FLIGHT:
            raise InvalidParameterValue("The message is not in flight.")
        self._leave(message)
        self._wait(message, IN_FLIGHT, now + seconds * 1000)

    def purge(self) -> None:
        self._clear()

    def _take_from(
        self, group: _Group, limit: int, visibility: float, now: int, room: float
    ) -> list[Message]:
        taken: list[Message] = []
        if self.fifo_queue and group.in_flight:
            return taken
        while group.ready and len(taken) < limit and room > 0:
            message = self._alive.get(heappop(group.ready))
            if message is None:
                continue
            if now - message.sent_timestamp >= self.message_retention_period * 1000:
                self._remove(message)
            elif self._is_spent(message):
                self._remove(message)
                self.dead_letter_queue.add_message(message, redriven=True)
            else:
                self._receive(message, visibility, now)
                taken.append(message)
                room -= len(message.body)
        return taken

    def _is_spent(self, message: Message) -> bool:
        if self.dead_letter_queue is None:
            return False
        return bool(message.approximate_receive_count >= self.redrive_policy["maxReceiveCount"])

    def _receive(self, message: Message, visibility: float, now: int) -> None:
        message.approximate_first_receive_timestamp = (
            message.approximate_first_receive_timestamp or int(now)
        )
        message.approximate_receive_count += 1
        handle = f"{self.name}#{message.number:012d}#{message.approximate_receive_count}"
        message.receipt_handle = handle
        message._old_receipt_handles.append(handle)
        self._handles[handle] = message
        self._leave(message)
        self._wait(message, IN_FLIGHT, now + visibility * 1000)

    def _wake(self, now: int) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            _, number, version = heappop(self._waiting)
            message = self._alive.get(number)
            if message is not None and message.version == version:
                self._leave(message)
                self._show(message)

    def _show(self, message: Message) -> None:
        group = self._group(message)
        heappush(group.ready, message.number)
        if not group.has_turn:
            group.has_turn = True
            self._turns.append(group)
        message.state = READY
        message.version += 1
        self._counts[READY] += 1

    def _wait(self, message: Message, state: str, until: float) -> None:
        message.state = state
        message.version += 1
        self._counts[state] += 1
        if state == IN_FLIGHT:
            self._group(message).in_flight += 1
        heappush(self._waiting, (ceil(until), message.number, message.version))

    def _leave(self, message: Message) -> None:
        self._counts[message.state] -= 1
        if message.state == IN_FLIGHT:
            self._group(message).in_flight -= 1

    def _remove(self, message: Message) -> None:
        self._leave(message)
        del self._alive[message.number]
        for handle in message._old_receipt_handles:
            self._handles.pop(handle, None)
            self.deleted_messages.add(handle)

    def _group(self, message: Message) -> _Group:
        return self._groups.setdefault(message.group_id or "", _Group())


def _receive_message(
    self: SQSBackend,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Message]:
    received = []
    for message in self.get_queue(queue_name).take(count, visibility_timeout):
        shown = copy.copy(message)
        models._filter_message_attributes(shown, message_attribute_names or [])
        received.append(shown)
    return received


def _change_message_visibility(
    self: SQSBackend, queue_name: str, receipt_handle: str, visibility_timeout: int
) -> None:
    self.get_queue(queue_name).change_visibility(receipt_handle, visibility_timeout)


def _purge_queue(self: SQSBackend, queue_name: str) -> None:
    self.get_queue(queue_name).purge()


@contextmanager
def fast_queues() -> Iterator[None]:
    """Make moto create and use these queues instead of its own."""
    with ExitStack() as stack:
        stack.enter_context(untracked(Message))
        stack.enter_context(patch.object(models, "Queue", FastQueue))
        for name, replacement in (
            ("receive_message", _receive_message),
            ("change_message_visibility", _change_message_visibility),
            ("purge_queue", _purge_queue),
        ):
            stack.enter_context(patch.object(SQSBackend, name, replacement))
        yield
