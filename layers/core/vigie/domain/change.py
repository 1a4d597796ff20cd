"""What triage decides to write: one transaction, all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vigie.domain.incident import BrandState, Desk, Entry, Ladders, Tally, Timer
from vigie.domain.labels import Kind, Sentiment, Urgency
from vigie.domain.mention import LabelledMention
from vigie.domain.why import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the Mentions table has under a mention's key: the newest version seen.

    `reposts` counts its echoes. What an erased post keeps is here, and nothing else of it is.
    """

    post_id: str
    incident_id: str = ""
    deleted: bool = False
    repost: bool = False
    urgency: Urgency = Urgency.LOW
    kind: Kind = Kind.NONE
    sentiment: Sentiment = Sentiment.NEUTRAL
    posted_at: datetime | None = None
    followers: int = 0
    reposts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A mention to write. `replaces` is the version that must still be there, "" for none.

    `refresh_at` is when X is to be asked about it again, None for never. `why` is why it was placed
    where it is.
    """

    labelled: LabelledMention
    incident_id: str = ""
    replaces: str = ""
    reposts: int = 0
    refresh_at: datetime | None = None
    why: Why | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What is left of an erased post. `known` is what was there, None for a post never seen."""

    key: str
    why: str
    at: datetime
    known: Known | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """All that one commit writes, or nothing of it.

    `state` is the next brand state without its new version. `checks` says for each touched
    incident whose desk must still say as it was read who has it, and that nobody may have resolved
    it: that alone where the desk is None.
    `adopted` are keys of mentions committed earlier that now belong to an incident, `reposted`
    those that were repeated, and how often. A change with `missing` must not be committed: it was
    decided without these incidents, which have to be read first.
    """

    state: BrandState
    mentions: tuple[Stored, ...] = ()
    adopted: tuple[tuple[str, str], ...] = ()
    reposted: tuple[tuple[str, int], ...] = ()
    tombstones: tuple[Tombstone, ...] = ()
    tallies: tuple[Tally, ...] = ()
    ladders: tuple[Ladders, ...] = ()
    timers: tuple[Timer, ...] = ()
    entries: tuple[Entry, ...] = ()
    checks: Mapping[str, Desk | None] = field(default_factory=dict)
    duplicates: int = 0
    missing: tuple[str, ...] = ()

    @property
    def actions(self) -> int:
        """How many actions the transaction takes; DynamoDB allows 100.

        An erasure takes two: the tombstone, and the line in the log that a restore replays.
        """
        return (
            1
            + len(self.mentions)
            + len({key for key, _ in (*self.adopted, *self.reposted)})
            + 2 * len(self.tombstones)
            + len(self.tallies)
            + len(self.ladders)
            + len(self.timers)
            + len(self.entries)
            + len(self.checks)
        )

    def is_empty(self, before: BrandState) -> bool:
        """Nothing to commit."""
        return self.actions == 1 and self.state == before
