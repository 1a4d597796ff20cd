"""How grave an incident is: the gravest row of the plan's table that holds, and why in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vigie.domain.incident import Tally
from vigie.domain.labels import Kind, Urgency
from vigie.domain.noise import alarms_that_count, voices_that_count
from vigie.domain.plan import Severity, SeverityRow
from vigie.domain.voices import LISTED, counted, number_listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was counted of an incident since it was last lowered.

    `urgent` counts the authors of urgent mentions that were not old on arrival, each once, and
    never more than such mentions: volume is voices, not posts. `authors` counts all voices, `reach`
    their followers. `per_minute` is the present speed, `surge` how many times the usual the
    brand's volume was at its worst.
    """

    worst: Urgency = Urgency.LOW
    critical: int = 0
    urgent: int = 0
    authors: int = 0
    reach: int = 0
    per_minute: float = 0.0
    surge: float = 0.0
    kind: Kind = Kind.NONE


def evidence_of(tally: Tally) -> Evidence:
    """What weighs of all that was counted."""
    settled = tally.settled
    critical = _left(_alarms(tally), settled, "critical")
    voices = number_listed(tally.urgent_voices)
    if voices == LISTED:  # beyond that they are a crowd, and no longer told apart
        voices = max(voices, counted(tally.voices))
    urgent = min(_left(_urgent_posts(tally), settled, "urgent"), voices)
    worst = tally.worst
    if settled:
        worst = min(worst, Urgency.HIGH if urgent else Urgency.MEDIUM, key=lambda u: u.rank)
        worst = Urgency.CRITICAL if critical else worst
    return Evidence(
        worst=worst,
        critical=critical,
        urgent=max(urgent, min(critical, 1)),
        authors=_left(_authors(tally), settled, "authors"),
        reach=_left(tally.reach, settled, "reach"),
        per_minute=tally.per_minute,
        surge=tally.surge,
        kind=tally.kind,
    )


def settled(tally: Tally) -> Tally:
    """The tally with all that was counted so far settled: only what comes now raises it again."""
    return replace(
        tally,
        urgent_voices="",
        surge=0.0,
        settled={
            "critical": _alarms(tally),
            "urgent": _urgent_posts(tally),
            "authors": _authors(tally),
            "reach": tally.reach,
        },
    )


def _left(counted_: int, settled_: Mapping[str, int], name: str) -> int:
    return max(0, counted_ - settled_.get(name, 0))


def _urgent_posts(tally: Tally) -> int:
    urgent = sum(tally.by_urgency.get(u, 0) for u in (Urgency.CRITICAL, Urgency.HIGH))
    return urgent - tally.late


def _alarms(tally: Tally) -> int:
    return alarms_that_count(tally, tally.by_urgency.get(Urgency.CRITICAL, 0))


def _authors(tally: Tally) -> int:
    return voices_that_count(tally) if tally.voices else 0


def assess(evidence: Evidence, rows: Sequence[SeverityRow]) -> tuple[Severity, tuple[str, ...]]:
    """The severity that the evidence justifies, and why: a reason for each row of it that holds."""
    held = [(row, reason) for row in rows if (reason := _reason(evidence, row))]
    gravest = max((row.severity for row, _ in held), key=lambda s: s.rank, default=Severity.SEV4)
    reasons = tuple(reason for row, reason in held if row.severity is gravest)
    return gravest, reasons or ("nothing urgent counted",)


def _reason(evidence: Evidence, row: SeverityRow) -> str:
    """Each condition with its value and threshold; "" when one does not hold."""
    name = row.severity.value
    parts = []
    for condition, shape in _SAYS.items():
        least = getattr(row, condition)
        if not least:
            continue
        value = getattr(evidence, condition)
        if value < least:
            return ""
        one, many = shape
        parts.append(f"{(one if value == 1 else many).format(value)} ({name} from {least:g})")
    if row.worst is not None:
        if evidence.worst.rank < row.worst.rank:
            return ""
        parts.append(f"the worst is {evidence.worst.value} ({name} from {row.worst.value})")
    if row.kinds:
        if evidence.kind not in row.kinds:
            return ""
        parts.append(f"of kind {evidence.kind.value}")
    return " and ".join(parts)


# Condition → how one and how many of it are called.
_SAYS = {
    "critical": ("{} critical mention", "{} critical mentions"),
    "urgent": ("{} urgent mention", "{} urgent mentions by different authors"),
    "authors": ("{} author", "{} authors"),
    "reach": ("a reach of {}", "a reach of {}"),
    "per_minute": ("{:g} mention a minute", "{:g} mentions a minute"),
    "surge": ("a volume of {:g} times the usual", "a volume of {:g} times the usual"),
}
