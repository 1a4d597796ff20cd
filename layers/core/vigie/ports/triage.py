"""What triage reads and commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from vigie.domain.change import Change, Known
    from vigie.domain.incident import BrandState, Desk, Tally
    from vigie.domain.mention import LabelledMention
    from vigie.messages import PostNow

# Prefix of the conditions that name a candidate which is no longer stored.
GONE = "gone:"


class TriageStore(Protocol):
    """What triage reads and commits; all reads are strongly consistent."""

    def state(self, brand: str) -> BrandState:
        """The brand's state, a fresh one (version 0) for a brand never seen."""
        ...

    def known(self, keys: Sequence[str]) -> Mapping[str, Known]:
        """What is stored under the mentions' keys; absent keys are left out."""
        ...

    def posts(self, keys: Sequence[str]) -> Mapping[str, LabelledMention]:
        """The mentions of these keys with their words; absent, erased and repeated ones are left
        out."""
        ...

    def incidents(self, ids: Sequence[str]) -> Mapping[str, tuple[Tally, Desk]]:
        """Tally and desk (empty when nobody touched it) of each incident that exists."""
        ...

    def commit(self, change: Change, now: datetime) -> None:
        """Write all of the change or nothing.

        Raises `Conflict` when the brand's state, a mention or a desk is no longer what was read;
        its `failed` names adopted or repeated mentions that are gone as `gone:<key>`.
        """
        ...

    def refreshed(self, key: str, post: PostNow, at: datetime) -> None:
        """Keep what X says of a stored mention, and when to ask again.

        Raises `Conflict` when it is gone, or newer numbers are there.
        """
        ...
