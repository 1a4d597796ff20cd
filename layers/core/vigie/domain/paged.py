"""Why somebody was paged about an incident, why nobody was, and why nobody is any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from vigie.domain.incident import COMPANY, SURGE, TRIP_WIRE, Desk, Entry, Paging, Tally, Timer
from vigie.domain.instants import to_iso
from vigie.domain.noise import assess_noise
from vigie.domain.why import OPENED_COMPANY, OPENED_SURGE, OPENED_TRIP_WIRE, Facts, Why

PAGED = "paged"
NOBODY_PAGED = "nobody_paged"
NEXT_PAGE = "next_page"
FAILING = "failing"
NOTHING_DUE = "nothing_due"
ACKNOWLEDGED = "acknowledged"
CONTAINED = "contained"
RESOLVED = "resolved"
DISMISSED = "dismissed"
MERGED = "merged"
LATE_COUNTED = "late_counted"
COORDINATED = "coordinated"

PAGED_MEANS = {
    PAGED: "pages went out",
    NOBODY_PAGED: "no page went out so far",
    NEXT_PAGE: "nobody has taken it: when the next page goes out",
    FAILING: "pages are due and cannot be sent",
    NOTHING_DUE: "nobody has taken it, and still no page is due",
    ACKNOWLEDGED: "somebody took it, which ends the paging",
    CONTAINED: "somebody said that it does not spread any more",
    RESOLVED: "somebody closed it",
    DISMISSED: "somebody closed it as no crisis",
    MERGED: "another incident took it in, and its ladder goes on there",
    LATE_COUNTED: "urgent posts that were old on arrival raise nothing",
    COORDINATED: "few authors or copied words: volume alone raises nothing",
}

_TRIGGERS = {TRIP_WIRE: OPENED_TRIP_WIRE, COMPANY: OPENED_COMPANY, SURGE: OPENED_SURGE}
_OF_SURGE = {
    "observed": "volume",
    "usual": "usual",
    "ratio": "ratio",
    "score": "surge",
    "threshold": "surge_from",
}
_LATENESS_TOLD = timedelta(minutes=1)


def why_opened(tally: Tally, timeline: Sequence[Entry]) -> Why:
    """The rule that opened it, with the numbers that the timeline kept."""
    first = {entry.what: entry for entry in reversed(timeline)}
    if tally.trigger == SURGE and "surge" in first:
        found = first["surge"].facts
        named = {fact: found[name] for name, fact in _OF_SURGE.items() if name in found}
        return Why(rule=OPENED_SURGE, facts=named)
    facts: Facts = dict(first["opened"].facts) if "opened" in first else {}
    rule = str(facts.pop("rule", "")) or _TRIGGERS.get(tally.trigger, f"opened.{tally.trigger}")
    for told_elsewhere in ("because", "kind", "severity", "mentions", "follows", "split_from"):
        facts.pop(told_elsewhere, None)
    return Why(rule=rule, facts=facts)


def why_paged(tally: Tally, desk: Desk, paging: Paging, timer: Timer | None) -> tuple[Why, ...]:
    """What the ladder did, why it goes on or does not, and what did not count toward it."""
    return (_did(tally, paging), _goes_on(tally, desk, paging, timer), *_left_out(tally))


def _did(tally: Tally, paging: Paging) -> Why:
    if not paging.pages or paging.first_paged_at is None or paging.last_paged_at is None:
        return Why(rule=NOBODY_PAGED)
    after = paging.first_paged_at - tally.opened_at
    facts: Facts = {
        "pages": paging.pages,
        "first_at": to_iso(paging.first_paged_at),
        "after_s": max(0, int(after.total_seconds())),
        "last_at": to_iso(paging.last_paged_at),
    }
    if paging.delay >= _LATENESS_TOLD:
        facts["late_s"] = int(paging.delay.total_seconds())
    return Why(rule=PAGED, facts=facts)


def _goes_on(tally: Tally, desk: Desk, paging: Paging, timer: Timer | None) -> Why:
    if tally.merged_into or desk.merged_into:
        return Why(rule=MERGED, facts={"into": tally.merged_into or desk.merged_into})
    if desk.resolved_at is not None:
        rule = DISMISSED if desk.dismissed else RESOLVED
        return _by(rule, desk.resolved_by, desk.resolved_at)
    if desk.contained_at is not None:
        return _by(CONTAINED, desk.contained_by, desk.contained_at)
    if desk.acknowledged_at is not None:
        return _by(ACKNOWLEDGED, desk.owner or desk.acknowledged_by, desk.acknowledged_at)
    if timer is None:
        return Why(rule=NOTHING_DUE)
    due: Facts = {"at": to_iso(timer.due_at), "run": timer.run, "page": timer.fired + 1}
    since = timer.failing_since or paging.failing_since
    if since is not None:
        return Why(rule=FAILING, facts=due | {"since": to_iso(since), "attempts": timer.attempts})
    return Why(rule=NEXT_PAGE, facts=due | {"severity": timer.severity.value})


def _by(rule: str, person: str, at: datetime) -> Why:
    return Why(rule=rule, facts={"by": person, "at": to_iso(at)})


def _left_out(tally: Tally) -> tuple[Why, ...]:
    found = []
    if tally.late:
        found.append(Why(rule=LATE_COUNTED, facts={"late": tally.late}))
    if tally.coordinated_at is not None:
        noise = assess_noise(tally)
        facts: Facts = {"at": to_iso(tally.coordinated_at)}
        found.append(Why(rule=COORDINATED, facts=facts | dict(noise.facts) if noise else facts))
    return tuple(found)
