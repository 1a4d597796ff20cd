"""A person's word on the severity: it stands, lower or higher, until graver evidence comes."""

from collections.abc import Mapping
from dataclasses import replace

from vigie.domain.incident import Desk, Tally, Word
from vigie.domain.labels import Urgency
from vigie.domain.plan import Severity


def said(tally: Tally, desk: Desk, evidence: Severity) -> Tally:
    """The tally with what the desk last said of its severity, if triage has not applied it yet.

    `evidence` is what the table says at this moment.
    """
    if desk.severity is None or desk.severity_at is None:
        return tally
    if tally.word is not None and tally.word.at >= desk.severity_at:
        return tally
    because = desk.severity_because
    return replace(
        tally,
        severity=desk.severity,
        severity_because=(f"set by {desk.severity_by}" + (f": {because}" if because else ""),),
        word=Word(
            severity=desk.severity,
            at=desk.severity_at,
            evidence=evidence,
            critical=tally.by_urgency.get(Urgency.CRITICAL, 0),
        ),
    )


def still_holds(word: Word, evidence: Severity, by_urgency: Mapping[Urgency, int]) -> bool:
    """Whether nothing graver has come since: the table says no graver level than it did then, and
    there are not twice as many critical mentions."""
    critical = by_urgency.get(Urgency.CRITICAL, 0)
    return word.holds and evidence.rank <= word.evidence.rank and critical <= 2 * word.critical
