"""An incident: the tally that triage keeps, the desk that people keep, the timer that pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from vigie.domain.clock_rules import NO_RULES, ClockRules
from vigie.domain.labels import Kind, Urgency
from vigie.domain.plan import Ladder, Severity, SpecialLadder
from vigie.domain.schedule import Schedule
from vigie.domain.timer import LADDER_TIMER as LADDER_TIMER
from vigie.domain.timer import Paging as Paging
from vigie.domain.timer import Timer as Timer

# What opened an incident (`Tally.trigger`).
TRIP_WIRE = "trip_wire"
COMPANY = "company"
SURGE = "surge"
SPLIT = "split"


class State(StrEnum):
    """An incident's life: suspected → open → acknowledged → contained → resolved, or dismissed."""

    SUSPECTED = "suspected"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CONTAINED = "contained"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """What the brand's state must know of an open incident to attach mentions to it.

    `calm_due` is when its calm is to be looked at next, None for never. `sketch` says in hashes
    what it is about (`vigie.domain.likeness`), `heat` how much was being said at its last mention
    (`vigie.domain.groups`).
    """

    id: str
    kind: Kind
    severity: Severity
    worst: Urgency
    opened_at: datetime
    last_mention_at: datetime
    calm_due: datetime | None = None
    sketch: str = ""
    heat: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedIncident:
    """A recently closed incident, so that a flare-up can be linked to it."""

    id: str
    kind: Kind
    closed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A high mention that waits for company. `author` is a short hash, never a handle or id."""

    key: str
    author: str
    at: datetime
    reach: int
    reposts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Similar mentions that are no incident yet; `waiting` are the urgent ones, `mentions` counts
    all of them. `sketch` and `heat` are as an open incident's. `kind` is what most of them were
    taken for, `lead` by how many it leads."""

    id: str
    kind: Kind
    last_mention_at: datetime
    mentions: int
    sketch: str
    heat: float
    waiting: tuple[Candidate, ...] = ()
    lead: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandState:
    """What triage keeps for a brand between batches: bounded, one item, one version.

    `version` is 0 for a brand never committed. `seen_at` is the instant of the last commit.
    `series` is what `vigie.domain.series` keeps of the brand's volume.
    """

    brand: str
    version: int = 0
    open: tuple[OpenIncident, ...] = ()
    groups: tuple[Group, ...] = ()
    closed: tuple[ClosedIncident, ...] = ()
    series: Mapping[str, Any] | None = None
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A person's word on the severity as triage has applied it, with the evidence at that time:
    what the table said then, and how many critical mentions were counted. `holds` until graver
    evidence comes (`vigie.domain.word`)."""

    severity: Severity
    at: datetime
    evidence: Severity
    critical: int = 0
    holds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Echoing:
    """What tells a crowd from few who make much noise (`vigie.domain.noise`): bounded counters.

    `texts` counts voices by a hash of their first post's words, the most frequent ones only;
    `own` counts voices whose first post is nobody's copy, `dated` voices whose account's age is
    known, `newcomers` those of new accounts and `own_newcomers` those of them who copy nobody.
    `copied_alarms` counts critical mentions that are no evidence of volume.
    """

    texts: Mapping[str, int] = field(default_factory=dict)
    voices: int = 0
    own: int = 0
    dated: int = 0
    newcomers: int = 0
    own_newcomers: int = 0
    copied_alarms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What triage counts of one incident; written only when a batch touches it.

    `reach` sums the authors' followers, each author once; `voices` is what tells them apart
    (`vigie.domain.voices`). `late` counts mentions that were already old on arrival
    (they never raise the severity). `because` says in our own words why it was opened, `trigger`
    is `TRIP_WIRE` or `COMPANY`, `severity_because` says why it is as grave. `rules` counts the
    classifier's rule ids. `reposts` counts the echoes of its mentions, which are no mentions.
    `samples` are the keys of the most urgent mentions. `run` numbers the ladder runs: a severity
    rise starts a new one. `merged` are the incidents that were merged into this one, and theirs;
    `merged_into` the one that took this one in, `split_from` the one that it was taken out of.
    `coordinated_at` is when its noise was first recognised as such. `worse_at` is
    when it last got worse. `urgent_voices` tells apart who
    wrote urgently since the severity last fell, `settled` what had been counted by then and no
    longer weighs. `per_minute` is its speed at its last mention, `surge` how many times the usual
    the brand's volume was. `urgent_at` is when something urgent was last said, `calm_since` the
    same once people were told that it is over, as it seems.
    """

    id: str
    brand: str
    kind: Kind
    severity: Severity
    opened_at: datetime
    first_mention_at: datetime
    last_mention_at: datetime
    because: str
    trigger: str
    severity_because: tuple[str, ...] = ()
    mention_count: int = 0
    by_urgency: Mapping[Urgency, int] = field(default_factory=dict)
    late: int = 0
    reach: int = 0
    voices: str = ""
    urgent_voices: str = ""
    per_minute: float = 0.0
    surge: float = 0.0
    urgent_at: datetime | None = None
    calm_since: datetime | None = None
    settled: Mapping[str, int] = field(default_factory=dict)
    rules: Mapping[str, int] = field(default_factory=dict)
    reposts: int = 0
    samples: tuple[str, ...] = ()
    follows: str = ""
    run: int = 1
    closed_at: datetime | None = None
    merged: tuple[str, ...] = ()
    merged_into: str = ""
    split_from: str = ""
    word: Word | None = None
    noise: Echoing = Echoing()
    coordinated_at: datetime | None = None
    worse_at: datetime | None = None

    @property
    def is_danger(self) -> bool:
        """A single post was enough to open it: somebody may be in danger now."""
        return self.trigger == TRIP_WIRE

    @property
    def is_suspected(self) -> bool:
        """Volume alone has opened it, and nothing urgent was said of it so far."""
        return self.trigger == SURGE and self.worst.rank < Urgency.HIGH.rank

    @property
    def worst(self) -> Urgency:
        """The gravest urgency counted; low when nothing is."""
        return max(
            (u for u, n in self.by_urgency.items() if n), key=lambda u: u.rank, default=Urgency.LOW
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What people decided about an incident. An empty desk is one that nobody has touched.

    One that was merged is resolved, and `merged_into` says where its mentions are counted now.
    `severity` is the level that a person last set, whether or not triage has applied it.
    `acknowledgers` are those who have acknowledged so far, `restarts` how often the ladder was
    started again (`vigie.domain.clocks`), `climbed` how many pages it had fired when it was taken.
    """

    incident_id: str
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    owner: str = ""
    resolved_at: datetime | None = None
    resolved_by: str = ""
    dismissed: bool = False
    merged_into: str = ""
    contained_at: datetime | None = None
    contained_by: str = ""
    severity: Severity | None = None
    severity_at: datetime | None = None
    severity_by: str = ""
    severity_because: str = ""
    acknowledgers: tuple[str, ...] = ()
    restarts: int = 0
    climbed: int = 0

    @property
    def is_acknowledged(self) -> bool:
        """Somebody has taken it, or it is closed: nobody is to be paged any more."""
        return self.acknowledged_at is not None or self.resolved_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an incident's timeline. `what` is a code of `docs/data.md`, `facts` its values:
    ids, counts and our own words, so that the timeline can be kept for ever.

    `id` is derived from what happened: writing it twice is writing it once.
    """

    incident_id: str
    at: datetime
    id: str
    what: str
    by: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladders:
    """The ladders that the incident was opened with, one per severity, the plan's id, how the plan
    calls the brand ("" in what was written before it was kept), from which age on a first post
    is told as old, and how many pages a minute one person may get (0: any number). With them the
    schedules and people that they page, and the rules of the other clocks: a run ends by the plan
    that it began with."""

    incident_id: str
    plan_id: str
    by_severity: Mapping[Severity, Ladder]
    brand_name: str = ""
    late_after: timedelta = timedelta(hours=2)
    special: tuple[SpecialLadder, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    rules: ClockRules = NO_RULES
    pages_a_minute: int = 0


def has_flared_up(tally: Tally, desk: Desk) -> bool:
    """It got worse after somebody called it contained."""
    return (
        desk.contained_at is not None
        and tally.worse_at is not None
        and tally.worse_at > desk.contained_at
    )


def state_of(tally: Tally, desk: Desk) -> State:
    """The state that people see: the desk's word goes before the tally's."""
    if desk.resolved_at is not None:
        return State.DISMISSED if desk.dismissed else State.RESOLVED
    if desk.contained_at is not None and not has_flared_up(tally, desk):
        return State.CONTAINED
    if desk.acknowledged_at is not None:
        return State.ACKNOWLEDGED
    return State.SUSPECTED if tally.is_suspected else State.OPEN
