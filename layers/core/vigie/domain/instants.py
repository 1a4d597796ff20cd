"""Instants on the wire: ISO 8601, UTC, milliseconds, `Z`; they sort as text."""

from datetime import UTC, datetime


def to_iso(instant: datetime) -> str:
    """`2026-11-22T03:00:00.000Z`. `instant` must be aware."""
    utc = instant.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def from_iso(text: str) -> datetime:
    """Aware UTC. Raises ValueError when `text` is not ISO 8601 or has no offset."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs a UTC offset")
    return instant.astimezone(UTC)
