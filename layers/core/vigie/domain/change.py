"""What triage decides to write: one transaction, all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vigie.domain.incident import BrandState, Entry, Ladders, Tally, Timer
from vigie.domain.mention import LabelledMention


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the Mentions table has under a mention's key: the newest version seen."""

    post_id: str
    incident_id: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A mention to write. `replaces` is the version that must still be there, "" for none."""

    labelled: LabelledMention
    incident_id: str = ""
    replaces: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """All that one commit writes, or nothing of it.

    `state` is the next brand state without its new version. `checks` says for each touched
    incident whether nobody may have acknowledged it (True), or merely nobody resolved it (False).
    `adopted` are keys of mentions committed earlier that now belong to an incident.
    """

    state: BrandState
    mentions: tuple[Stored, ...] = ()
    adopted: tuple[tuple[str, str], ...] = ()
    tallies: tuple[Tally, ...] = ()
    ladders: tuple[Ladders, ...] = ()
    timers: tuple[Timer, ...] = ()
    entries: tuple[Entry, ...] = ()
    checks: Mapping[str, bool] = field(default_factory=dict)
    duplicates: int = 0

    @property
    def actions(self) -> int:
        """How many actions the transaction takes; DynamoDB allows 100."""
        return (
            1
            + len(self.mentions)
            + len(self.adopted)
            + len(self.tallies)
            + len(self.ladders)
            + len(self.timers)
            + len(self.entries)
            + len(self.checks)
        )

    def is_empty(self, before: BrandState) -> bool:
        """Nothing to commit."""
        return self.actions == 1 and self.state == before
