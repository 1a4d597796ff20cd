"""Posts that matter are looked up again: their numbers, their edits, and whether they are gone."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from vigie.domain import prices
from vigie.domain.budget import SEARCH_SHARE, Stop, allows
from vigie.domain.plan import Brand
from vigie.domain.refresh import next_look
from vigie.errors import BudgetExhausted, RateLimited, Rejected, Unavailable
from vigie.messages import Erased, PostNow, Refreshed, encode
from vigie.ports import DuePost, Ledger, Outgoing, Posts, Queue, Watched
from vigie.services.ingest import Intake, accept
from vigie.x_lookups import history, missing, numbers
from vigie.x_posts import Page, post_id, read_page

# X takes 100 ids a request; ten requests a run are far below its limits, and below a minute.
TOGETHER = 100
A_RUN = 1000
# The slowest look-ups of one hundred posts, X's time-outs included.
LONGEST_LOOK = timedelta(seconds=45)
AFTER_BUDGET = timedelta(minutes=15)
# A message of triage's queue: each post is a write of its own.
POSTS_A_MESSAGE = 50
SOURCE = "refresh"


@dataclass(slots=True)
class Looked:
    """What one run did; `error` is why it stopped early, in our words."""

    due: int = 0
    asked: int = 0
    kept: int = 0
    erased: int = 0
    edited: int = 0
    unanswered: int = 0
    spent_usd: float = 0.0
    error: str = ""
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresher:
    """What `look_again` works with. `budget_usd` bounds a UTC day, 0 for no bound."""

    posts: Posts
    watched: Watched
    classified: Queue
    intake: Intake
    ledger: Ledger
    brands: Mapping[str, Brand]
    budget_usd: float


@dataclass(slots=True)
class _News:
    """What X said of one hundred posts, by brand."""

    now: dict[str, list[PostNow]] = field(default_factory=dict)
    gone: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    newer: dict[str, list[str]] = field(default_factory=dict)


def look_again(
    tools: Refresher, *, now: Callable[[], datetime], remaining: Callable[[], timedelta]
) -> Looked:
    """Look up what is due, the oldest first, as far as time and money allow.

    What triage has not applied by the next run is looked up once more: X charges a post once a day.
    Never raises for X's sake; `Unavailable` when our own tables do not answer.
    """
    done = Looked()
    due = tools.watched.due(now(), A_RUN)
    done.due = len(due)
    for start in range(0, len(due), TOGETHER):
        if remaining() < LONGEST_LOOK or not _may_spend(tools, now(), done):
            return done
        try:
            _look(tools, due[start : start + TOGETHER], now(), done)
        except BudgetExhausted as error:
            tools.ledger.stop(Stop(until=now() + AFTER_BUDGET, why=str(error)))
            done.error = str(error)
            return done
        except RateLimited as error:
            done.error = str(error)
            return done
        except (Unavailable, Rejected) as error:
            done.error = str(error)
            done.failed = 1
            return done
    return done


def _may_spend(tools: Refresher, now: datetime, done: Looked) -> bool:
    stop = tools.ledger.stopped()
    if stop is not None and now < stop.until:
        done.error = stop.why
        return False
    spent = tools.ledger.spend(now.date()).total
    if allows(spent, tools.budget_usd, SEARCH_SHARE):
        return True
    done.error = "the day's budget leaves nothing for looking again"
    return False


def _look(tools: Refresher, due: Sequence[DuePost], now: datetime, done: Looked) -> None:
    ids = list(dict.fromkeys(post.post_id for post in due))
    answer = tools.posts.look_up(ids, authors=False, now=now)
    page = _read(answer)
    _book(tools, page, now, done)
    gone = missing(answer)
    found = {str(post_id(raw)): raw for raw in page.posts}
    news = _News()
    for post in due:
        brand, _, root_id = post.key.split("#")
        if post.post_id in gone:
            news.gone.setdefault((brand, gone[post.post_id]), []).append(root_id)
        elif post.post_id in found:
            raw = found[post.post_id]
            newest = max(history(raw), key=int, default=post.post_id)
            if int(newest) > int(post.post_id):
                news.newer.setdefault(brand, []).append(newest)
            news.now.setdefault(brand, []).append(
                PostNow(root_id=root_id, next_at=next_look(post.posted_at, now), **numbers(raw))
            )
        else:
            done.unanswered += 1
    done.asked += len(ids)
    # Gone first: nothing else has a time to be kept. Edits go the way of every post.
    for (brand, why), posts in news.gone.items():
        send_erased(tools.classified, brand, posts, why, now)
        done.erased += len(posts)
    for brand, newer in news.newer.items():
        done.edited += _take_in(tools, brand, newer, now, done)
    for brand, kept in news.now.items():
        _send_refreshed(tools.classified, brand, kept, now)
        done.kept += len(kept)


def _take_in(tools: Refresher, brand: str, ids: Sequence[str], now: datetime, done: Looked) -> int:
    """Edited posts as mentions, with their authors; of a brand that left the plan, none."""
    if brand not in tools.brands:
        return 0
    page = _read(tools.posts.look_up(list(dict.fromkeys(ids)), authors=True, now=now))
    _book(tools, page, now, done)
    counts = accept(page, tools.brands[brand], tools.intake, source=SOURCE, now=now)
    return counts.accepted


def _read(answer: Mapping[str, Any]) -> Page:
    try:
        return read_page(answer)
    except Rejected as error:
        raise Unavailable(f"X's answer cannot be read: {error.reason}") from error


def _book(tools: Refresher, page: Page, now: datetime, done: Looked) -> None:
    usd = prices.reading(len(page.posts), len(page.users))
    if usd:
        tools.ledger.add(now.date(), SOURCE, usd)
        done.spent_usd += usd


def _send_refreshed(queue: Queue, brand: str, posts: Sequence[PostNow], now: datetime) -> None:
    _send(
        queue,
        brand,
        [
            encode(Refreshed(brand=brand, posts=tuple(run), at=now))
            for run in _runs(posts, POSTS_A_MESSAGE)
        ],
    )


def send_erased(queue: Queue, brand: str, posts: Sequence[str], why: str, now: datetime) -> None:
    """Tell triage to erase these roots of a brand. Raises `Unavailable` unless all was accepted."""
    unique = list(dict.fromkeys(posts))
    _send(
        queue,
        brand,
        [
            encode(Erased(brand=brand, posts=tuple(run), why=why, at=now))
            for run in _runs(unique, POSTS_A_MESSAGE)
        ],
    )


def _send(queue: Queue, brand: str, bodies: Iterable[str]) -> None:
    failed = queue.send([Outgoing(body=body, group=brand) for body in bodies])
    if failed:
        raise Unavailable(f"{len(failed)} messages for triage were not queued")


def _runs(items: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
