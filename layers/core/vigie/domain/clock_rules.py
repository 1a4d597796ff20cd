"""What the plan says of an incident's clocks: reminders, promises, how many must acknowledge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from vigie.domain.ladder_steps import Severity
from vigie.domain.people import Person, person_from_dict, person_to_dict

FORGOTTEN, RISE, HANDED = "forgotten", "rise", "handed"
FIRST_WORD, UPDATE, APPROVAL = "first_word", "update", "approval"
# What people promise, each with an instant at which it is due.
PROMISES = (FIRST_WORD, UPDATE, APPROVAL)
# Every clock of an incident beside its ladder.
CLOCKS = (FORGOTTEN, RISE, HANDED, *PROMISES)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRule:
    """Of one kind of promise: the owner, `people` and whoever is on call by `schedules` are paged
    `warn` before it is due, when it is due, and each `again` after that. `within` of the opening
    it is due by itself, where the plan says so."""

    warn: timedelta = timedelta(minutes=10)
    again: timedelta = timedelta(hours=1)
    people: tuple[Person, ...] = ()
    schedules: tuple[str, ...] = ()
    within: Mapping[Severity, timedelta] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRules:
    """`acknowledged_for` so long without a sign of whoever took the incident, they are asked.
    `acknowledgements` is how many people must acknowledge, where it is more than one. `staff` are
    all people of the plan: owners among them."""

    acknowledged_for: Mapping[Severity, timedelta] = field(default_factory=dict, hash=False)
    promises: Mapping[str, PromiseRule] = field(default_factory=dict, hash=False)
    acknowledgements: Mapping[Severity, int] = field(default_factory=dict, hash=False)
    staff: tuple[Person, ...] = ()

    def people(self) -> tuple[tuple[Person, ...], tuple[str, ...]]:
        """All whom promises page besides the owner, by name and by schedule."""
        rules = self.promises.values()
        return (
            tuple(person for rule in rules for person in rule.people),
            tuple(id_ for rule in rules for id_ in rule.schedules),
        )

    def promise(self, name: str) -> PromiseRule:
        """The rule of that promise; the plan need not have one."""
        return self.promises.get(name, PromiseRule())


NO_RULES = ClockRules()


def rules_to_dict(rules: ClockRules) -> dict[str, Any]:
    """JSON shape; durations in seconds."""
    return {
        "acknowledged_for_s": _to_seconds(rules.acknowledged_for),
        "promises": {
            name: {
                "warn_s": int(rule.warn.total_seconds()),
                "again_s": int(rule.again.total_seconds()),
                "people": [person_to_dict(person) for person in rule.people],
                "schedules": list(rule.schedules),
                "within_s": _to_seconds(rule.within),
            }
            for name, rule in rules.promises.items()
        },
        "acknowledgements": {s.value: n for s, n in rules.acknowledgements.items()},
        "staff": [person_to_dict(person) for person in rules.staff],
    }


def rules_from_dict(data: Mapping[str, Any]) -> ClockRules:
    """The inverse of `rules_to_dict`; what is missing is as without a rule."""
    return ClockRules(
        acknowledged_for=_from_seconds(data.get("acknowledged_for_s", {})),
        promises={
            name: PromiseRule(
                warn=timedelta(seconds=rule["warn_s"]),
                again=timedelta(seconds=rule["again_s"]),
                people=tuple(map(person_from_dict, rule["people"])),
                schedules=tuple(rule["schedules"]),
                within=_from_seconds(rule["within_s"]),
            )
            for name, rule in data.get("promises", {}).items()
        },
        acknowledgements={Severity(s): n for s, n in data.get("acknowledgements", {}).items()},
        staff=tuple(map(person_from_dict, data.get("staff", ()))),
    )


def _to_seconds(by_severity: Mapping[Severity, timedelta]) -> dict[str, int]:
    return {severity.value: int(d.total_seconds()) for severity, d in by_severity.items()}


def _from_seconds(by_severity: Mapping[str, int]) -> dict[Severity, timedelta]:
    return {Severity(severity): timedelta(seconds=s) for severity, s in by_severity.items()}
