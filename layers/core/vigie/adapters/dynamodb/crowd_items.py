"""Parts of a tally that tell who speaks: a person's word on it, and what the crowd is made of."""

import json
from typing import Any

from vigie.domain.incident import Echoing, Word
from vigie.domain.instants import from_iso, to_iso
from vigie.domain.plan import Severity

# In the order in which they are stored: a new one is added at the end.
_COUNTS = ("voices", "own", "dated", "newcomers", "own_newcomers", "copied_alarms")


def word_to(word: Word | None) -> dict[str, Any] | None:
    """A map; None for no word."""
    if word is None:
        return None
    return {
        "severity": word.severity.value,
        "at": to_iso(word.at),
        "evidence": word.evidence.value,
        "critical": word.critical,
        "holds": word.holds,
    }


def word_from(data: dict[str, Any] | None) -> Word | None:
    """The inverse of `word_to`."""
    if data is None:
        return None
    return Word(
        severity=Severity(data["severity"]),
        at=from_iso(data["at"]),
        evidence=Severity(data["evidence"]),
        critical=data["critical"],
        holds=data["holds"],
    )


def echoing_to(noise: Echoing) -> str | None:
    """JSON text: read as a whole, never queried; None where nobody was heard yet."""
    if not noise.voices:
        return None
    counts = [getattr(noise, name) for name in _COUNTS]
    return json.dumps([dict(noise.texts), *counts], separators=(",", ":"))


def echoing_from(text: str | None) -> Echoing:
    """The inverse of `echoing_to`; a tally of older code has none."""
    if text is None:
        return Echoing()
    texts, *counts = json.loads(text)
    return Echoing(texts=texts, **dict(zip(_COUNTS, counts, strict=False)))
