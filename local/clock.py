"""What time it is: real, paced or virtual, the same for the functions and for moto."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Condition
from typing import Protocol
from unittest.mock import patch


class Clock(Protocol):
    """An aware UTC instant, and a way to get to a later one."""

    virtual: bool

    def now(self) -> datetime: ...

    def move_to(self, instant: datetime, wake: Condition) -> None:
        """Come back at `instant`, or earlier when `wake` is notified and time is real."""
        ...


class VirtualClock:
    """Stands still until it is moved, so that hours pass in the time that their work takes."""

    virtual = True

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("the clock needs an aware instant")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def move_to(self, instant: datetime, wake: Condition | None = None) -> None:
        if instant < self._now:
            raise ValueError(f"the clock stands at {self._now} and cannot go back to {instant}")
        self._now = instant.astimezone(UTC)


class PacedClock:
    """Begins at `start` and runs `speed` times as fast as the wall clock."""

    virtual = False

    def __init__(self, start: datetime, speed: float = 1.0) -> None:
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._begun = time.monotonic()

    def now(self) -> datetime:
        passed = (time.monotonic() - self._begun) * self._speed
        return self._start + timedelta(seconds=passed)

    def move_to(self, instant: datetime, wake: Condition) -> None:
        with wake:
            left = (instant - self.now()).total_seconds() / self._speed
            if left > 0:
                wake.wait(timeout=left)


class RealClock(PacedClock):
    """The wall clock."""

    def __init__(self) -> None:
        super().__init__(datetime.now(UTC))

    def now(self) -> datetime:
        return datetime.now(UTC)


@contextmanager
def moto_follows(clock: Clock) -> Iterator[None]:
    """Make moto take its time from `clock`: visibility, delays, SentTimestamp, retention."""

    def utcnow() -> datetime:
        return clock.now().replace(tzinfo=None)  # moto reckons with naive instants

    # Every clock of moto's that matters (unix_time, unix_time_millis) reads this one name.
    with patch("moto.core.utils.utcnow", utcnow):
        yield
