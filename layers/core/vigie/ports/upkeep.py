"""What is kept true of stored posts: looked up again, erased, redriven."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from vigie.domain.compliance import Compliance, Job
    from vigie.domain.tombstones import Erasure


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePost:
    """A stored post that X is to be asked about again."""

    key: str
    post_id: str
    posted_at: datetime
    due_at: datetime


class Watched(Protocol):
    """Stored posts, for those who keep them current. Only triage writes them."""

    def due(self, now: datetime, most: int) -> tuple[DuePost, ...]:
        """About `most` of those due for a look, the oldest first."""
        ...

    def stretch(self, position: str) -> tuple[tuple[tuple[str, str], ...], str]:
        """Keys and newest ids of stored posts with words, and the position after them.

        Position "" is the beginning, and as an answer the end.
        """
        ...

    def by_author(self, author_id: str) -> tuple[str, ...]:
        """Keys of everything stored of an author."""
        ...

    def by_version(self, ids: Collection[str]) -> Mapping[str, str]:
        """Keys of posts whose newest version has one of these ids, by that id."""
        ...

    def with_words(self, keys: Collection[str]) -> frozenset[str]:
        """Which of them are stored and not erased."""
        ...

    def erased(self, keys: Collection[str]) -> frozenset[str]:
        """Which of them have a tombstone."""
        ...


class Erasures(Protocol):
    """The log of what was erased: a restore from a backup replays it."""

    def all(self) -> Iterator[Erasure]:
        """Every line that is kept."""
        ...


class Posts(Protocol):
    """Posts at X, by id."""

    def look_up(self, ids: Sequence[str], *, authors: bool, now: datetime) -> Mapping[str, Any]:
        """X's answer about up to 100 posts, with their authors if wanted; those that are gone
        stand under `errors`. Raises what `Timelines.page` raises."""
        ...


class ComplianceJobs(Protocol):
    """X's batch jobs: which of many posts must be erased. All raise what `Timelines.page` does."""

    def create(self, name: str, now: datetime) -> Job:
        """A new job, whose list must be uploaded within 15 minutes."""
        ...

    def upload(self, job: Job, ids: Sequence[str], now: datetime) -> None:
        """Hand in the list, once."""
        ...

    def read(self, job_id: str, now: datetime) -> Job:
        """The job with its present status."""
        ...

    def gone(self, job: Job, now: datetime) -> Iterator[str]:
        """Ids that must be erased, of a job that is complete."""
        ...


class Rounds(Protocol):
    """Where the daily compliance round stands."""

    def read(self) -> Compliance:
        """A fresh one when there was none yet."""
        ...

    def save(self, state: Compliance) -> None:
        """Write it with the next version. Raises `Conflict` when it is not what was read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedLetter:
    """One dead letter while it is looked through. `parked_at` survives being written anew."""

    body: str
    group: str
    parked_at: datetime
    is_withheld: bool
    handle: str
    attributes: Mapping[str, str]


class Parked(Protocol):
    """Dead letters of one queue, to be looked through."""

    def letters(self, sweep: str, now: datetime) -> Iterator[ParkedLetter]:
        """Each once; what is not settled stays. `sweep` names this look-through."""
        ...

    def rewrite(self, letter: ParkedLetter, body: str, *, withheld: bool) -> None:
        """Put `body` in its place, with the same reason."""
        ...

    def drop(self, letter: ParkedLetter) -> None:
        """Nothing is left of it."""
        ...

    def keep(self, letter: ParkedLetter) -> None:
        """It stays as it is."""
        ...
