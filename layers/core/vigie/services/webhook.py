"""What X has delivered goes where it belongs: posts to the queues, deletions to triage, the
brand's own posts and revoked consents to the Brands table.

Everything here may happen twice: X repeats itself, and whoever recorded a delivery can repeat it
too, for its signature never grows old. Triage drops mentions that it knows and never brings an
erased one back; the other writes say the same thing again.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from vigie.domain.naming import named
from vigie.domain.own_post import OwnPost
from vigie.domain.plan import Brand
from vigie.domain.prices import pushed
from vigie.errors import Rejected, Unavailable
from vigie.messages import Erased, encode
from vigie.queues import Outgoing, Queue
from vigie.services.ingest import NO_BRAND, Accepted, Intake, accept_posts
from vigie.x_events import Deletion, Told, read_delivery
from vigie.x_posts import read_traces, to_mention

if TYPE_CHECKING:  # the ports cost more to import than all the rest of this module
    from vigie.ports import Announcements

SOURCE = "webhook"
# A body that was taken is known again while this process lives: 10,000 digests are 2 MB.
REMEMBERED = 10_000
# One write a minute says that X still talks to us.
HEARD_EVERY = timedelta(minutes=1)
# In a storm, what events cost is booked in sums: one item takes 1,000 writes a second.
BOOKED_AT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one delivery; `events` are those that X bills as posts."""

    posts: Accepted = field(default_factory=Accepted)
    events: int = 0
    own: int = 0
    deleted: int = 0
    revoked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    unreadable: int = 0
    repeated: bool = False
    replay_state: str = ""


class Reception:
    """Takes deliveries whose signature was checked."""

    def __init__(
        self,
        *,
        brands: Sequence[Brand],
        intake: Intake,
        classified: Queue,
        announcements: "Announcements",
    ) -> None:
        self._brands = tuple(brands)
        self._intake = intake
        self._classified = classified
        self._announcements = announcements
        self._known: OrderedDict[bytes, None] = OrderedDict()
        self._heard_at: datetime | None = None
        self._unbooked = 0

    def take(self, body: bytes, now: datetime) -> Taken:
        """Raises `Unavailable` when not all of it is safe: then X must not be told 200."""
        digest = hashlib.sha256(body).digest()
        if digest in self._known:
            return Taken(repeated=True)
        taken = self._sorted(body, now)
        self._known[digest] = None
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        self._unbooked += taken.events
        self._note_life(now)
        return taken

    def _sorted(self, body: bytes, now: datetime) -> Taken:
        try:
            delivery = read_delivery(body)
        except Rejected as rejected:
            self._intake.dead_letters.park(
                body.decode("utf-8", "replace"),
                group=NO_BRAND,
                reason=rejected.reason,
                field=rejected.field,
                at=now,
            )
            return Taken(unreadable=1)
        # What people wait for goes first: mentions, then deletions, then our own bookkeeping.
        accepted = accept_posts(
            ((told.raw, told.page, self._about(told)) for told in delivery.posts),
            self._intake,
            source=SOURCE,
            now=now,
        )
        for deletion in delivery.deletions:
            self._delete(deletion, now)
        own = sum(self._confirm(told, now) for told in delivery.posts)
        revoked = tuple(
            it.user_id
            for it in delivery.revocations
            if self._announcements.revoked(it.user_id, it.at, now)
        )
        return Taken(
            posts=accepted,
            events=len(delivery.posts),
            own=own,
            deleted=len(delivery.deletions),
            revoked=revoked,
            ignored=delivery.ignored,
            replay_state=delivery.replay_state,
        )

    def _about(self, told: Told) -> tuple[Brand, ...]:
        """The brand whose account was addressed, and every other one that the post names."""
        by_name = named(self._brands, read_traces(told.raw, told.page))
        return tuple(
            brand for brand in self._brands if brand in by_name or told.about in brand.x_ids
        )

    def _delete(self, deletion: Deletion, now: datetime) -> None:
        others = []
        for brand in self._brands:
            if deletion.author_id in brand.x_ids:
                self._announcements.withdrawn(brand.id, deletion.post_id, now)
            else:
                others.append(brand.id)
        failed = self._classified.send(
            [
                Outgoing(
                    body=encode(
                        Erased(brand=brand, posts=(deletion.post_id,), why="deleted", at=now)
                    ),
                    group=brand,
                )
                for brand in others
            ]
        )
        if failed:
            raise Unavailable("a deletion was not queued")

    def _confirm(self, told: Told, now: datetime) -> bool:
        author = told.raw.get("author_id") if isinstance(told.raw, dict) else None
        owners = [brand for brand in self._brands if author in brand.x_ids]
        for brand in owners:
            try:
                post = to_mention(told.raw, told.page, brand, now, SOURCE)
            except Rejected:
                return False  # parked already, as one that cannot be read
            references = dict(_references(told.raw))
            self._announcements.published(
                brand.id,
                OwnPost(
                    post_id=post.post_id,
                    root_id=post.root_id,
                    author_id=post.author.id,
                    posted_at=post.posted_at,
                    replies_to=references.get("replied_to", ""),
                    quotes=references.get("quoted", ""),
                ),
                now,
            )
        return bool(owners)

    def _note_life(self, now: datetime) -> None:
        soon = self._heard_at is not None and now - self._heard_at < HEARD_EVERY
        if soon and self._unbooked < BOOKED_AT:
            return
        self._heard_at = now
        try:
            self._announcements.heard(now)
            if self._unbooked:
                self._announcements.billed(pushed(self._unbooked), now)
                self._unbooked = 0
        except Unavailable:
            self._heard_at = None  # what was delivered is safe; the next delivery says it


def _references(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    references = raw.get("referenced_tweets", raw.get("referenced_posts"))
    for it in references if isinstance(references, list) else ():
        if isinstance(it, dict) and isinstance(it.get("id"), str):
            yield str(it.get("type")), it["id"]
