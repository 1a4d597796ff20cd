"""Posts in, mentions on the queues: the first stage of the flow.

Whatever cannot be read is parked post by post, so that one bad post never holds up its page.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime
from typing import Any

from vigie.domain.mention import Mention
from vigie.domain.naming import named
from vigie.domain.plan import Brand
from vigie.errors import Rejected, Unavailable
from vigie.messages import Mentions, encode, packs
from vigie.queues import DeadLetters, Outgoing, Queue, Unread
from vigie.wire import mention_to_dict
from vigie.x_posts import Page, parse_line, read_traces, to_mention

# An urgent post shares its message with few: whoever reads it gets to it at once.
URGENT_PACK = 5
# Far under SQS's 1 MiB, whatever the characters take.
LONGEST_PARKED = 200_000
# MessageGroupId of what names no brand, because it cannot be read.
NO_BRAND = "unassigned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of posts: `received` is the sum of the five others; `urgent` are of `accepted`.

    A post that names two brands is a mention of each, and counts for each.
    """

    received: int = 0
    accepted: int = 0
    duplicates: int = 0
    own: int = 0
    rejected: int = 0
    unmatched: int = 0
    urgent: int = 0

    def __add__(self, other: "Accepted") -> "Accepted":
        sums = [a + b for a, b in zip(astuple(self), astuple(other), strict=True)]
        return Accepted(**dict(zip(self.__slots__, sums, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Where posts go. `trips(text, lang)` is true for what takes the urgent lane."""

    mentions: Queue
    urgent: Queue
    dead_letters: DeadLetters
    trips: Callable[[str, str], object]


def accept(page: Page, brand: Brand, intake: Intake, *, source: str, now: datetime) -> Accepted:
    """Queue the posts of one page as mentions of `brand`.

    Raises `Unavailable` when a queue did not take all: then the whole page must be read again.
    """
    batch = _Batch(intake, source, now)
    for raw in page.posts:
        batch.add(raw, page, (brand,))
    return batch.send()


def accept_posts(
    posts: Iterable[tuple[Any, Page, tuple[Brand, ...]]],
    intake: Intake,
    *,
    source: str,
    now: datetime,
) -> Accepted:
    """Queue posts, each with its page and the brands that it is about.

    Raises `Unavailable` like `accept`.
    """
    batch = _Batch(intake, source, now)
    for raw, page, brands in posts:
        batch.add(raw, page, brands)
    return batch.send()


def read_posts(
    page: Page, brands: Sequence[Brand], now: datetime, source: str
) -> tuple[Mention | Unread, ...]:
    """The posts of one page as mentions of each brand; what cannot be read, once, for the first."""
    return tuple(found for raw in page.posts for found in _found(raw, page, brands, now, source))


def take_in(
    found: Iterable[Mention | Unread],
    brands: Mapping[str, Brand],
    intake: Intake,
    *,
    source: str,
    now: datetime,
) -> Accepted:
    """Queue what a source found; `brands` by their ids.

    Raises `Unavailable` like `accept`.
    """
    batch = _Batch(intake, source, now)
    for one in found:
        if isinstance(one, Unread):
            batch.reject(one.body, one.group, one.rejected)
        else:
            batch.sort(one, brands[one.brand])
    return batch.send()


def accept_lines(
    lines: Iterable[str | bytes],
    brands: Sequence[Brand],
    intake: Intake,
    *,
    now: datetime,
    forced: Brand | None = None,
    source: str = "file",
) -> Accepted:
    """Queue the posts of a recorded stream: each line a response page or one post.

    With `forced`, or with one brand only, all posts are that brand's; else those are it that name
    it. Raises `Unavailable` like `accept`.
    """
    batch = _Batch(intake, source, now)
    sole = forced or (brands[0] if len(brands) == 1 else None)
    for line in lines:
        try:
            page = parse_line(line)
        except Rejected as rejected:
            batch.reject(_text(line), sole.id if sole else NO_BRAND, rejected)
            continue
        if page is None:
            continue
        for raw in page.posts:
            batch.add(raw, page, (sole,) if sole else named(brands, read_traces(raw, page)))
    return batch.send()


@dataclass(slots=True)
class _Batch:
    intake: Intake
    source: str
    now: datetime
    urgent: list[Mention] = field(default_factory=list)
    ordinary: list[Mention] = field(default_factory=list)
    parked: list[tuple[str, str, Rejected]] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    duplicates: int = 0
    own: int = 0
    unmatched: int = 0

    def add(self, raw: Any, page: Page, brands: tuple[Brand, ...]) -> None:
        by_id = {brand.id: brand for brand in brands}
        for found in _found(raw, page, brands or (_NOBODY,), self.now, self.source):
            if isinstance(found, Unread):
                self.reject(found.body, found.group, found.rejected)
            elif found.brand in by_id:
                self.sort(found, by_id[found.brand])
            else:
                self.unmatched += 1

    def reject(self, body: str, group: str, rejected: Rejected) -> None:
        self.parked.append((body, group, rejected))

    def send(self) -> Accepted:
        """Urgent posts first, rejected ones last: neither waits for what matters less."""
        _send(self.intake.urgent, self.urgent, URGENT_PACK)
        _send(self.intake.mentions, self.ordinary)
        for body, group, rejected in self.parked:
            _park(self.intake.dead_letters, body, group, rejected, self.now)
        accepted = len(self.urgent) + len(self.ordinary)
        rejects = len(self.parked)
        return Accepted(
            received=accepted + self.duplicates + self.own + rejects + self.unmatched,
            accepted=accepted,
            duplicates=self.duplicates,
            own=self.own,
            rejected=rejects,
            unmatched=self.unmatched,
            urgent=len(self.urgent),
        )

    def sort(self, mention: Mention, brand: Brand) -> None:
        identity = (mention.key, mention.post_id)
        if _is_own(mention, brand):
            self.own += 1
        elif identity in self.seen:
            self.duplicates += 1
        else:
            self.seen.add(identity)
            # A repost says again what its root said: it never takes the urgent lane.
            trips = not mention.repost_of and self.intake.trips(mention.text, mention.lang)
            if trips:
                # "RT @x: …" typed by hand may be the only copy of a cry for help that we get.
                mention = replace(mention, repost=False)
            (self.urgent if trips else self.ordinary).append(mention)


_NOBODY = Brand(id=NO_BRAND, name="")


def _found(
    raw: Any, page: Page, brands: Sequence[Brand], now: datetime, source: str
) -> Iterator[Mention | Unread]:
    try:
        mentions = [to_mention(raw, page, brand, now, source) for brand in brands]
    except Rejected as rejected:
        # Once, whichever brands it would be about.
        yield Unread(body=_dumped(raw), group=brands[0].id, rejected=rejected)
    else:
        yield from mentions


def _is_own(mention: Mention, brand: Brand) -> bool:
    """A brand's own posts are never mentions of it: its answers would look like a storm."""
    handle = mention.author.handle.casefold()
    return mention.author.id in brand.x_ids or handle in {h.casefold() for h in brand.handles}


def _send(queue: Queue, mentions: list[Mention], most: int | None = None) -> None:
    messages = [
        Outgoing(body=encode(Mentions(brand=brand, mentions=run)), group=brand)
        for brand, of_brand in _by_brand(mentions).items()
        for pack in packs(of_brand, _size)
        for run in _runs(pack, most or len(pack))
    ]
    failed = queue.send(messages) if messages else ()
    if failed:
        raise Unavailable(f"{len(failed)} of {len(messages)} messages were not queued")


def _by_brand(mentions: list[Mention]) -> dict[str, list[Mention]]:
    """Oldest first within each brand: X's pages come newest first."""
    found: dict[str, list[Mention]] = {}
    for mention in sorted(mentions, key=lambda m: m.posted_at):
        found.setdefault(mention.brand, []).append(mention)
    return found


def _runs(pack: tuple[Mention, ...], size: int) -> Iterator[tuple[Mention, ...]]:
    return (pack[start : start + size] for start in range(0, len(pack), size))


def _size(mention: Mention) -> int:
    return len(json.dumps(mention_to_dict(mention)))


def _park(
    dead_letters: DeadLetters, body: str, group: str, rejected: Rejected, now: datetime
) -> None:
    reason = rejected.reason
    if len(body) > LONGEST_PARKED:
        reason = f"{reason} (cut to {LONGEST_PARKED} characters)"
    dead_letters.park(
        body[:LONGEST_PARKED], group=group, reason=reason, field=rejected.field, at=now
    )


def _text(line: str | bytes) -> str:
    return line.decode("utf-8", "replace") if isinstance(line, bytes) else line


def _dumped(raw: Any) -> str:
    try:
        return json.dumps(raw)
    except RecursionError:  # read with fewer frames on the stack than are there now
        return '"nested too deeply to be shown"'
