"""Ids of X carry the instant at which they were given: about, and never the order of showing."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def snowflake(instant: datetime) -> int:
    """The smallest id that X gives at `instant`; 0 before there were such ids."""
    return max(0, (instant - _EPOCH) // _MILLISECOND) << 22


def instant_of(id_: int) -> datetime:
    """When X gave the id."""
    return _EPOCH + (id_ >> 22) * _MILLISECOND
