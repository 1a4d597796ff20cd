"""A month of paging: how long people waited, whom it woke, and how often the machine was late.

Worked out from what the timelines keep, which name people by their ids alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vigie.domain.incident import Entry, Tally
from vigie.domain.instants import to_iso
from vigie.domain.rota import wall_at

REPORT_VERSION = 1
# On the wall of the person who is paged.
NIGHT_FROM, NIGHT_UNTIL = 22, 7
# What rings; a mail waits until somebody looks.
_RINGS = frozenset({"sms", "chat", "webhook"})
_LATE = timedelta(minutes=1)
_PAGED = frozenset({"paged", "clock_due"})
# Lines of a timeline that tell of the paging itself, each counted.
_TROUBLE = ("bundled", "page_delayed", "nobody_on_call", "repaired", "ladder_restarted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One incident with its timeline, oldest first."""

    tally: Tally
    timeline: Sequence[Entry]


def report_of(
    stories: Iterable[Story], month: str, zones: Mapping[str, str], zone: str
) -> dict[str, Any]:
    """The month's report as JSON. `zones` says where a person's nights are, `zone` where those of
    whoever is not in it."""
    told = list(stories)
    to_page, to_acknowledge = [], []
    people: dict[str, _Person] = defaultdict(_Person)
    steps: dict[int, _Step] = defaultdict(_Step)
    trouble: Counter[str] = Counter()
    late: list[timedelta] = []
    never = 0
    for story in told:
        trouble.update(entry.what for entry in story.timeline if entry.what in _TROUBLE)
        late += [timedelta(seconds=int(e.facts.get("late_s", 0))) for e in _pages(story)]
        first = next(iter(_pages(story)), None)
        if first is not None:
            to_page.append(first.at - story.tally.opened_at)
        taken = next(filter(_ends_the_paging, story.timeline), None)
        if taken is None:
            never += first is not None
        elif first is not None:
            to_acknowledge.append(taken.at - first.at)
        _count(story, taken, people, steps, zones, zone)
    return {
        "version": REPORT_VERSION,
        "month": month,
        "incidents": len(told),
        "by_severity": dict(sorted(Counter(s.tally.severity.value for s in told).items())),
        "never_acknowledged": never,
        "time_to_page_s": _spread(to_page),
        "time_to_acknowledge_s": _spread(to_acknowledge),
        "late_pages": sum(one >= _LATE for one in late),
        "worst_delay_s": int(max(late, default=timedelta(0)).total_seconds()),
        "paging": {what: trouble[what] for what in _TROUBLE},
        "steps": [{"step": n} | steps[n].told() for n in sorted(steps)],
        "people": [{"person": id_} | people[id_].told() for id_ in sorted(people)],
    }


def lines_of(report: Mapping[str, Any]) -> list[str]:
    """The report for people."""
    levels = ", ".join(f"{level} {n}" for level, n in report["by_severity"].items()) or "none"
    paging = report["paging"]
    lines = [
        f"{report['month']}: {report['incidents']} incident(s) ({levels})",
        f"opened to first page: {_words(report['time_to_page_s'])}",
        f"first page to acknowledged: {_words(report['time_to_acknowledge_s'])}"
        f"; {report['never_acknowledged']} never",
        f"pages a minute late or more: {report['late_pages']}"
        f", the worst {_time(report['worst_delay_s'])}",
        f"put together {paging['bundled']}, SNS out {paging['page_delayed']}"
        f", nobody on call {paging['nobody_on_call']}, mended {paging['repaired']}"
        f", forgotten or graver and asked again {paging['ladder_restarted']}",
        "",
        "step    pages  taken after it  first page of the step to taken",
    ]
    lines += [
        f"{one['step']:>4}  {one['pages']:>7}  {one['taken']:>14}"
        f"  {_words(one['time_to_acknowledge_s'])}"
        for one in report["steps"]
    ]
    lines += [
        "",
        "person                    pages  taken  nights  their first page to taken by them",
    ]
    for one in report["people"]:
        lines.append(
            f"{one['person']:<24} {one['pages']:>6}  {one['taken']:>5}  {one['nights']:>6}"
            f"  {_words(one['time_to_acknowledge_s'])}"
        )
        lines += [f"    woken {at}" for at in one["woken_at"]]
    return lines


class _Step:
    def __init__(self) -> None:
        self.pages = 0
        self.waits: list[timedelta] = []

    def told(self) -> dict[str, Any]:
        waits = _spread(self.waits)
        return {"pages": self.pages, "taken": waits["n"], "time_to_acknowledge_s": waits}


class _Person:
    def __init__(self) -> None:
        self.pages = 0
        self.incidents: set[str] = set()
        self.waits: list[timedelta] = []
        self.woken: dict[str, datetime] = {}

    def told(self) -> dict[str, Any]:
        waits = _spread(self.waits)
        return {
            "pages": self.pages,
            "incidents": len(self.incidents),
            "taken": waits["n"],
            "time_to_acknowledge_s": waits,
            "nights": len(self.woken),
            "woken_at": [to_iso(at) for at in sorted(self.woken.values())],
        }


def _count(
    story: Story,
    taken: Entry | None,
    people: dict[str, _Person],
    steps: dict[int, _Step],
    zones: Mapping[str, str],
    zone: str,
) -> None:
    first_of: dict[str, datetime] = {}
    first_of_step: dict[int, datetime] = {}
    for entry in _pages(story):
        step = int(entry.facts.get("step", 0))
        if step:  # a clock beside the ladder has none
            steps[step].pages += int(entry.facts.get("pages", 0))
            first_of_step.setdefault(step, entry.at)
        for person, channel in _who(entry):
            first_of.setdefault(person, entry.at)
            held = people[person]
            held.pages += 1
            held.incidents.add(story.tally.id)
            if channel in _RINGS:
                night = _night(entry.at, zones.get(person, "") or zone)
                if night:
                    held.woken.setdefault(night, entry.at)
    if taken is None:
        return
    if taken.by in first_of and taken.at >= first_of[taken.by]:
        people[taken.by].waits.append(taken.at - first_of[taken.by])
    before = [step for step, at in first_of_step.items() if at <= taken.at]
    if before:
        last = max(before, key=lambda step: (first_of_step[step], step))
        steps[last].waits.append(taken.at - first_of_step[last])


def _ends_the_paging(entry: Entry) -> bool:
    """Where several must acknowledge, the last of them; who calls it contained takes it too."""
    if entry.what == "acknowledged":
        return entry.facts.get("acknowledged") == entry.facts.get("of")
    return entry.what == "contained"


def _pages(story: Story) -> list[Entry]:
    return [e for e in story.timeline if e.what in _PAGED and int(e.facts.get("pages", 0))]


def _who(entry: Entry) -> list[tuple[str, str]]:
    """Person and channel of each page; nothing for what was written before that was kept."""
    found = []
    for name in str(entry.facts.get("who", "")).split(", "):
        person, _, channel = name.partition("/")
        if person:
            found.append((person, channel))
    return found


def _night(at: datetime, zone: str) -> str:
    """The evening's date of the night in which `at` falls, "" by day."""
    wall = wall_at(zone, at)
    if NIGHT_UNTIL <= wall.hour < NIGHT_FROM:
        return ""
    evening = wall if wall.hour >= NIGHT_FROM else wall - timedelta(days=1)
    return evening.date().isoformat()


def _spread(waits: Sequence[timedelta]) -> dict[str, int]:
    """How many, and median, nine tenths (nearest rank) and longest in seconds; 0 of none."""
    seconds = sorted(max(0, round(wait.total_seconds())) for wait in waits)
    if not seconds:
        return {"n": 0, "median": 0, "p90": 0, "max": 0}

    def rank(share: int) -> int:
        return seconds[max(0, -(-share * len(seconds) // 100) - 1)]

    return {"n": len(seconds), "median": rank(50), "p90": rank(90), "max": seconds[-1]}


def _words(spread: Mapping[str, int]) -> str:
    if not spread["n"]:
        return "-"
    return (
        f"median {_time(spread['median'])}, p90 {_time(spread['p90'])}"
        f", longest {_time(spread['max'])} ({spread['n']})"
    )


def _time(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
