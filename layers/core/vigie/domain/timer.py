"""A clock of an incident as it is stored, and what its pages leave on the incident."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.domain.ladder_steps import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A clock of an incident: which run, how many pages it has fired, when the next is due.

    The one called `ladder` exists exactly as long as somebody is still to be paged; the others
    are told in `vigie.domain.clocks`. `promised_at` is the instant that a promise is about,
    `set_by` and `set_at` say who set the clock, and when. `claim` and `claimed_until` say
    which invocation works on it; `attempts` counts failed publishes of the present step, since
    `failing_since`; `sent` lists the `person/channel` pairs of the present step that already went.
    `special` names the special ladder that this run climbs, "" for that of the severity.
    `owed_since` is when the present step was due where it was moved since, `mended` whether the
    audit has put it right (`vigie.domain.auditing`).
    """

    incident_id: str
    brand: str
    name: str
    run: int
    fired: int
    severity: Severity
    due_at: datetime
    claim: str = ""
    claimed_until: datetime | None = None
    attempts: int = 0
    failing_since: datetime | None = None
    sent: tuple[str, ...] = ()
    special: str = ""
    promised_at: datetime | None = None
    set_by: str = ""
    set_at: datetime | None = None
    owed_since: datetime | None = None
    mended: bool = False


LADDER_TIMER = "ladder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """What escalate has done for an incident. `delay` is the worst lateness of a page so far."""

    incident_id: str
    pages: int = 0
    first_paged_at: datetime | None = None
    last_paged_at: datetime | None = None
    delay: timedelta = timedelta(0)
    failing_since: datetime | None = None
