"""Each day X is asked about every stored post, and what it wants gone goes."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from vigie.domain.budget import Stop
from vigie.domain.compliance import (
    COMPLETE,
    FAILED,
    JOB_POSTS,
    LONGEST_JOB,
    Compliance,
    answered,
    begun,
    failed,
    is_overdue,
    rests,
    sent_up,
)
from vigie.errors import BudgetExhausted, Conflict, Rejected, Unavailable
from vigie.ports import ComplianceJobs, Ledger, Queue, Rounds, Watched
from vigie.services.refresh import AFTER_BUDGET, send_erased

# What uploading half a million ids, or handing on what came down, may take.
LONGEST_STEP = timedelta(seconds=60)
IDS_TOGETHER = 1000


@dataclass(slots=True)
class Overseen:
    """What one run did; `overdue` when no round was finished for a day."""

    asked: int = 0
    erased: int = 0
    finished: int = 0
    overdue: int = 0
    failed: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overseer:
    """What `oversee` works with. `brands` are those of the plan."""

    jobs: ComplianceJobs
    rounds: Rounds
    watched: Watched
    classified: Queue
    ledger: Ledger
    brands: Sequence[str]


def oversee(
    tools: Overseer,
    elsewhere: Callable[[], Collection[str]],
    *,
    now: datetime,
    remaining: Callable[[], timedelta],
) -> Overseen:
    """One step of the present round, or of the next when it is time; a step may be repeated.

    `elsewhere` gives ids of posts that lie outside the table: parked ones. Never raises for X's
    sake.
    """
    done = Overseen()
    state = tools.rounds.read()
    done.overdue = int(is_overdue(state, now))
    if rests(state, now) or remaining() < LONGEST_STEP:
        return done
    stop = tools.ledger.stopped()
    if stop is not None and now < stop.until:
        done.error = stop.why
        return done
    try:
        if state.job is None:
            job = tools.jobs.create(f"vigie-{now:%Y%m%d-%H%M}", now)
            state = _saved(tools, begun(state, job, now))
        if not state.uploaded:
            _upload(tools, state, elsewhere, now, remaining, done)
        else:
            _collect(tools, state, now, done)
    except Conflict:
        done.error = "another run is at it"
    except BudgetExhausted as error:
        tools.ledger.stop(Stop(until=now + AFTER_BUDGET, why=str(error)))
        done.error = str(error)
    except Rejected as error:
        _fail(tools, error.reason, now, done, anew=True)
    except Unavailable as error:
        _fail(tools, str(error), now, done, anew=False)
    return done


def _upload(
    tools: Overseer,
    state: Compliance,
    elsewhere: Callable[[], Collection[str]],
    now: datetime,
    remaining: Callable[[], timedelta],
    done: Overseen,
) -> None:
    assert state.job is not None
    # Both the first version's id and the newest one's: X may answer by either.
    ids = set() if state.position else set(elsewhere())
    brands = set(tools.brands)
    position = state.position
    while True:
        found, position = tools.watched.stretch(position)
        for key, post_id in found:
            if key.split("#")[1] == "x":
                ids |= {key.rsplit("#", 1)[-1], post_id}
                brands.add(key.split("#")[0])
        if not position or len(ids) >= JOB_POSTS or remaining() < LONGEST_STEP:
            break
    if ids:
        tools.jobs.upload(state.job, sorted(ids, key=int), now)
        done.asked = len(ids)
        _saved(tools, sent_up(state, position, brands))
        return
    # Nothing is stored: an empty job would fail.
    _saved(tools, answered(sent_up(state, position, brands), now))
    done.finished = int(not position)


def _collect(tools: Overseer, state: Compliance, now: datetime, done: Overseen) -> None:
    assert state.job is not None
    assert state.job_at is not None
    job = tools.jobs.read(state.job.id, now)
    if job.status in FAILED or (job.status != COMPLETE and now - state.job_at > LONGEST_JOB):
        raise Rejected(f"X's compliance job ended as {job.status[:20]}")
    if job.status != COMPLETE:
        return
    gone = iter(tools.jobs.gone(state.job, now))
    while ids := list(islice(gone, IDS_TOGETHER)):
        done.erased += _erase(tools, ids, state.brands, now)
    state = _saved(tools, answered(state, now))
    done.finished = int(not state.position)


def _erase(tools: Overseer, ids: Iterable[str], brands: Sequence[str], now: datetime) -> int:
    """Hand on to triage; posts not stored here are parked somewhere, of whichever brand."""
    keys = {f"{brand}#x#{id_}": id_ for id_ in ids for brand in brands}
    stored = tools.watched.with_words(keys)
    settled = {keys[key] for key in stored} | {keys[k] for k in tools.watched.erased(keys)}
    by_brand: dict[str, list[str]] = {brand: [] for brand in brands}
    for key, id_ in keys.items():
        if key in stored or id_ not in settled:
            by_brand[key.split("#")[0]].append(id_)
    for brand, roots in by_brand.items():
        if roots:
            send_erased(tools.classified, brand, roots, "deleted", now)
    return sum(len(roots) for roots in by_brand.values())


def _saved(tools: Overseer, state: Compliance) -> Compliance:
    tools.rounds.save(state)
    return replace(state, version=state.version + 1)


def _fail(tools: Overseer, why: str, now: datetime, done: Overseen, *, anew: bool) -> None:
    done.error = why
    done.failed = 1
    try:
        _saved(tools, failed(tools.rounds.read(), why, now, anew=anew))
    except (Conflict, Unavailable):
        return  # the next run finds the same
