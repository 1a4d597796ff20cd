"""How grave an incident is: a table over what was counted, with the reasons in words."""

from collections.abc import Mapping

from vigie.domain.labels import Urgency
from vigie.domain.plan import Severity, Thresholds


def assess(
    by_urgency: Mapping[Urgency, int], late: int, reach: int, limits: Thresholds
) -> tuple[Severity, tuple[str, ...]]:
    """The severity that the counts justify, and why.

    `late` urgent mentions were old on arrival: they are left out of the volume. `reach` counts
    followers, and only matters once something urgent was said.
    """
    critical = by_urgency.get(Urgency.CRITICAL, 0)
    urgent = critical + by_urgency.get(Urgency.HIGH, 0) - late
    sev1 = []
    if critical >= limits.sev1_critical:
        sev1.append(f"{critical} critical mentions (sev1 from {limits.sev1_critical})")
    if critical and reach >= limits.sev1_reach:
        sev1.append(f"a critical mention and a reach of {reach} (sev1 from {limits.sev1_reach})")
    if sev1:
        return Severity.SEV1, tuple(sev1)
    sev2 = []
    if critical:
        sev2.append(f"{critical} critical mention{'s' if critical > 1 else ''} (sev2 from 1)")
    if urgent >= limits.sev2_high:
        sev2.append(f"{urgent} urgent mentions (sev2 from {limits.sev2_high})")
    if urgent > 0 and reach >= limits.sev2_reach:
        sev2.append(f"a reach of {reach} (sev2 from {limits.sev2_reach})")
    if sev2:
        return Severity.SEV2, tuple(sev2)
    if urgent > 0:
        return Severity.SEV3, (f"{urgent} urgent mention{'s' if urgent > 1 else ''}",)
    return Severity.SEV4, ("nothing urgent counted",)
