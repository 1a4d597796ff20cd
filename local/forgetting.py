"""What moto and our own parts of it would remember for ever, let go."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch


class Forgetful(list[Any]):
    """Stands in for moto's list of every instance of a class that was ever made, which would keep
    each item and message alive. Only moto's own web page reads it."""

    def append(self, instance: Any) -> None:
        """Keep nothing."""


@contextmanager
def untracked(*classes: type) -> Iterator[None]:
    """Instances of these classes go when nobody uses them any more."""
    patches = [patch.object(each, "instances_tracked", Forgetful()) for each in classes]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


class Latest:
    """A set of names that keeps those added last, `most` of them."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._names: OrderedDict[str, None] = OrderedDict()

    def add(self, name: str) -> None:
        self._names[name] = None
        if len(self._names) > self._most:
            self._names.popitem(last=False)

    def __contains__(self, name: object) -> bool:
        return name in self._names


def let_go(entries: dict[str, Any], is_old: Callable[[Any], bool]) -> None:
    """Drop the oldest entries of a dictionary in the order of time, up to the first still young."""
    for name in list(entries):
        if not is_old(entries[name]):
            return
        del entries[name]
