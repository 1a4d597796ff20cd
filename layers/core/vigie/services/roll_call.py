"""The roll call: whether everybody who must be subscribed still is.

People are unsubscribed without wanting it: scanners of mail follow every link.
"""

from dataclasses import dataclass
from datetime import datetime

from vigie.domain.contacts import Expected, missing
from vigie.errors import VigieError
from vigie.ports import Rosters, Subscriptions

# Of each hour, the minute in which the sweep calls the roll: not the full hour, when all is busy.
MINUTE = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What an audit found; `failed`: SNS or the table could not be asked."""

    expected: int = 0
    missing: tuple[Expected, ...] = ()
    failed: bool = False


def is_due(now: datetime) -> bool:
    """Whether the sweep of this minute is the hour's."""
    return now.minute == MINUTE


def audit(subscriptions: Subscriptions, rosters: Rosters) -> Audited | None:
    """Whether all that must be there is; None where nothing was ever synced."""
    try:
        roster = rosters.load()
        if roster is None:
            return None
        gone = missing(roster, subscriptions.listed())
    except VigieError:
        return Audited(failed=True)
    return Audited(expected=len(roster.entries), missing=gone)
