"""The daily question to X which of all stored posts must go: rounds of batch jobs.

One job takes a stretch of the table, so that each fits into one run of the function; a round is
over when the last stretch was asked about and answered.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# X wants a post gone 24 hours after its deletion: a round begins in time for its jobs to end.
EVERY = timedelta(hours=20)
OVERDUE = timedelta(hours=24)
AFTER_FAILURE = timedelta(minutes=15)
# X answers small jobs within minutes; one that hangs is given up and asked anew.
LONGEST_JOB = timedelta(hours=3)
JOB_POSTS = 500_000

COMPLETE = "complete"
FAILED = frozenset({"failed", "expired"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A batch job at X: a list of post ids goes up, those that must be erased come down."""

    id: str
    upload_url: str
    download_url: str
    status: str = "created"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """How far the present round is.

    `position` is where its present job begins in the table, `goes_on` where the next one will: ""
    is the beginning, and after a job's upload the end. `brands` are those whose posts the job has.
    """

    version: int = 0
    begun_at: datetime | None = None
    finished_at: datetime | None = None
    position: str = ""
    goes_on: str = ""
    job: Job | None = None
    job_at: datetime | None = None
    uploaded: bool = False
    brands: tuple[str, ...] = ()
    not_before: datetime | None = None
    error: str = ""


def rests(state: Compliance, now: datetime) -> bool:
    """Nothing is to be done now."""
    if state.not_before is not None and now < state.not_before:
        return True
    between_rounds = state.job is None and not state.position and state.finished_at is not None
    return between_rounds and state.begun_at is not None and now - state.begun_at < EVERY


def begun(state: Compliance, job: Job, now: datetime) -> Compliance:
    """A job was created, the first of a round unless there is a position."""
    return replace(
        state,
        begun_at=state.begun_at if state.position and state.begun_at else now,
        job=job,
        job_at=now,
        uploaded=False,
        not_before=None,
    )


def sent_up(state: Compliance, goes_on: str, brands: Iterable[str]) -> Compliance:
    """The job has its ids."""
    return replace(state, uploaded=True, goes_on=goes_on, brands=tuple(sorted(set(brands))))


def answered(state: Compliance, now: datetime) -> Compliance:
    """What the job found has been handed on."""
    return replace(
        state,
        position=state.goes_on,
        goes_on="",
        job=None,
        job_at=None,
        uploaded=False,
        not_before=None,
        error="",
        finished_at=state.finished_at if state.goes_on else now,
    )


def failed(state: Compliance, why: str, now: datetime, *, anew: bool) -> Compliance:
    """Wait a while; with `anew` the same stretch is asked about by a new job."""
    held = replace(state, not_before=now + AFTER_FAILURE, error=why)
    return replace(held, job=None, job_at=None, uploaded=False, goes_on="") if anew else held


def is_overdue(state: Compliance, now: datetime) -> bool:
    """No round was finished for a day, since the first one began."""
    since = state.finished_at or state.begun_at
    return since is not None and now - since > OVERDUE
