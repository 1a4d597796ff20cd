"""Reminders, promises, how many must acknowledge: their shape in plan.yaml, what it means."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

from vigie.domain.clock_rules import ClockRules, PromiseRule
from vigie.domain.people import Person
from vigie.domain.plan import Ladder, Severity
from vigie.planning.fields import DAY, MINUTE, STRICT, Id, Level, lasting, wrong
from vigie.planning.problems import Problem

_RULE = PromiseRule()
Wait = Annotated[timedelta, lasting(MINUTE, 30 * DAY, "2h")]
# More would never be found at night.
MOST_MUST_ACKNOWLEDGE = 5


def _number(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MOST_MUST_ACKNOWLEDGE:
        raise wrong(
            f"a whole number from 1 to {MOST_MUST_ACKNOWLEDGE}", "write it like 2, without quotes"
        )
    return value


Number = Annotated[int, BeforeValidator(_number)]


class _Strict(BaseModel):
    model_config = STRICT


class RemindersModel(_Strict):
    """How long whoever took an incident may be silent."""

    acknowledged_for: dict[Level, Wait] = {}


class PromiseModel(_Strict):
    """One kind of promise."""

    warn: Annotated[timedelta, lasting(MINUTE, DAY, "10m")] = _RULE.warn
    again: Annotated[timedelta, lasting(MINUTE, DAY, "1h")] = _RULE.again
    page: tuple[Id, ...] = ()


class FirstWordModel(PromiseModel):
    """The one that the plan itself promises."""

    within: dict[Level, Wait] = {}


class PromisesModel(_Strict):
    """Those that there are."""

    first_word: FirstWordModel = FirstWordModel()
    update: PromiseModel = PromiseModel()
    approval: PromiseModel = PromiseModel()


Acknowledgements = dict[Level, Number]


def rules_of(
    reminders: RemindersModel,
    promises: PromisesModel,
    acknowledgements: Acknowledgements,
    people: Callable[[Sequence[str]], tuple[Person, ...]],
    schedules: set[str],
) -> ClockRules:
    """`people` finds those of a name or a role. Staff are added when an incident is opened."""
    found = {}
    for name in PromisesModel.model_fields:
        model = getattr(promises, name)
        rule = PromiseRule(
            warn=model.warn,
            again=model.again,
            people=people(model.page),
            schedules=tuple(dict.fromkeys(n for n in model.page if n in schedules)),
            within=_by_severity(model.within) if isinstance(model, FirstWordModel) else {},
        )
        if rule != _RULE or rule.within:
            found[name] = rule
    return ClockRules(
        acknowledged_for=_by_severity(reminders.acknowledged_for),
        promises=found,
        acknowledgements={Severity(s): n for s, n in acknowledgements.items() if n > 1},
    )


def promised_pages(data: Any) -> Iterator[tuple[str, Any]]:
    """Where promises name people, and what stands there; of the raw document."""
    promises = data.get("promises") if isinstance(data, dict) else None
    for name, rule in (promises if isinstance(promises, dict) else {}).items():
        yield f"promises.{name}.page", rule


def too_few(where: str, ladder: Ladder, wanted: int, people: set[str]) -> Iterator[Problem]:
    """A ladder that pages fewer people than must acknowledge would page them for ever."""
    wanted = max(wanted, *(step.acknowledgements for step in ladder.steps))
    if len(people) < wanted:
        yield Problem(
            path=where,
            found=f"{len(people)} people, of whom {wanted} must acknowledge",
            expected="at least as many as must acknowledge, or its paging never ends",
            mend="page more people, or lower `acknowledgements`",
        )


def _by_severity(given: dict[Level, timedelta]) -> dict[Severity, timedelta]:
    return {Severity(severity): duration for severity, duration in given.items()}
