"""The audit of each minute: every open incident that nobody has taken is being paged about."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from vigie.domain.auditing import Finding, examined, repaired, turn
from vigie.errors import Conflict, Unavailable
from vigie.ports import Audits, Queue
from vigie.services.steps import step


@dataclass(slots=True, kw_only=True)
class Audited:
    """What one audit found: incidents looked at, ladders behind (mended or not), of these mended,
    and what only newer code can read."""

    looked_at: int = 0
    repaired: int = 0
    unknown_version: int = 0
    behind: list[Finding] = field(default_factory=list)


def audit(audits: Audits, escalations: Queue, brands: Sequence[str], now: datetime) -> Audited:
    """Compare what should have been paged by now with what was; mend once, count every time.

    Raises `Unavailable` when the tables cannot be read.
    """
    audited = Audited()
    ids = turn([id_ for brand in brands for id_ in audits.open(brand)], now)
    audited.looked_at = len(ids)
    checked, strange = audits.check(ids)
    audited.unknown_version = strange
    for one in checked:
        finding = examined(one, now)
        if finding is None:
            continue
        if finding.timer is not None:
            try:
                audits.mend(one.timer, finding.timer, (repaired(finding, now),))
            except Conflict:
                continue  # somebody took it, or it moved on: it is not behind
            except Unavailable:
                # Of one incident: the others behind it must not wait for it. It stays counted.
                audited.behind.append(finding)
                continue
            audited.repaired += 1
            # Not accepted, it is found by the next sweep: the timer is due.
            escalations.send([step(finding.timer)])
        audited.behind.append(finding)
    return audited
