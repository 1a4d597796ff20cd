"""Why a mention was placed where it was: the rule that decided, and its numbers at that time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# One code for each way that placing can end; `MEANS` says each in a line.
JOINED = "joined"
OPENED_TRIP_WIRE = "opened.trip_wire"
OPENED_COMPANY = "opened.company"
OPENED_SURGE = "opened.surge"
OPENED_SPLIT = "opened.split"
GATHERED = "gathered"
WAITS = "waits"
USUAL = "usual"
NO_CRISIS = "no_crisis"
LATE = "late"
ECHO = "echo"
UNKNOWN = "unknown"

MEANS: Mapping[str, str] = {
    JOINED: "like an open incident, which took it",
    OPENED_TRIP_WIRE: "critical: one such mention opens an incident",
    OPENED_COMPANY: "the last of the similar urgent mentions by different authors that open one",
    OPENED_SURGE: "part of a volume far beyond the usual, which opened an incident",
    OPENED_SPLIT: "a person took it out of another incident",
    GATHERED: "came with a volume that an incident is about, and is like nothing else",
    USUAL: "urgent, and others say the same, but so much of it is usual for the brand",
    WAITS: "urgent, and too few others say the same so far",
    NO_CRISIS: "not urgent, and like no open incident",
    LATE: "old on arrival: it may join an incident and opens none",
    ECHO: "a repost: counted at what it repeats",
    UNKNOWN: "placed before reasons were kept",
}


OPENED = frozenset({OPENED_TRIP_WIRE, OPENED_COMPANY})
# What left the mention in no incident at first.
PLACED_NOWHERE = frozenset({WAITS, USUAL, NO_CRISIS, LATE})

# What `facts` may hold. A threshold is called like the value that it bounds, with `_from` behind.
FACTS: Mapping[str, str] = {
    "likeness": "0 to 1, to the incident or the group that is most like it",
    "voices": "different authors who said the same, this one among them",
    "window_min": "within how many minutes they must say it",
    "open": "open incidents that it was compared with",
    "waiting": "groups of mentions that waited",
    "mentions": "of the incident, this one among them",
    "age_min": "how old the post was on arrival",
    "surge": "the score of the present volume",
    "volume": "how much there is at present",
    "usual": "how much there usually is",
    "ratio": "how many times the usual",
    "learning": "1 while the brand's usual volume is not known yet",
    "nearest": "the incident that is most like it and still did not take it",
}


Facts = dict[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """`rule` is one of `MEANS`; `facts` are the scores, thresholds and counters that it looked at
    (`FACTS`): numbers and our own words, never a word of a post or a handle."""

    rule: str
    facts: Mapping[str, str | int | float] = field(default_factory=dict)
