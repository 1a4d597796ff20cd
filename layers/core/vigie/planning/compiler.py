"""plan.yaml → Plan: roles become people, durations become numbers, the content gets its id."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from vigie.domain.labels import Kind
from vigie.domain.people import Person
from vigie.domain.plan import (
    Brand,
    Ladder,
    Plan,
    Severity,
    SpecialLadder,
    Step,
    Thresholds,
    plan_to_json,
)
from vigie.planning.clocks import rules_of, too_few
from vigie.planning.contacts import read_contacts
from vigie.planning.cross_checks import addresses, named_by, reachability, references, steps_of
from vigie.planning.models import (
    PersonModel,
    PlanModel,
    SpecialLadderModel,
    StepModel,
)
from vigie.planning.problems import Problem, WrongPlan
from vigie.planning.reading import read_yaml, validate
from vigie.planning.schedules import quiet_of, schedule_of
from vigie.planning.severities import OLD_SEVERITIES, severity_problems, severity_rows


def compile_file(path: Path | str) -> Plan:
    """Raises `WrongPlan` with every problem of the file, OSError when it cannot be opened."""
    return compile_text(_text(Path(path)), str(path))


def compile_text(text: str, file: str = "plan.yaml") -> Plan:
    """Raises `WrongPlan`; `file` names the text in it."""
    return _compiled(_checked(text, file))


def check_contacts(plan_path: Path | str, contacts_path: Path | str) -> int:
    """How many people the contacts hold, once all whom the plan pages can be reached.

    Raises `WrongPlan` for either file.
    """
    plan = _checked(_text(Path(plan_path)), str(plan_path))
    contacts = read_contacts(contacts_path)
    problems = list(reachability(_compiled(plan), contacts))
    if problems:
        raise WrongPlan(str(contacts_path), tuple(problems))
    return len(contacts)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _checked(text: str, file: str) -> PlanModel:
    problems = list(addresses(text))
    data, unreadable = read_yaml(text)
    if unreadable:
        raise WrongPlan(file, (*problems, *unreadable))
    model, wrong = validate(PlanModel, data)
    problems += [*wrong, *references(data), *severity_problems(data)]
    if model is not None and not problems:
        problems += _unanswerable(model)
    if model is None or problems:
        raise WrongPlan(file, tuple(problems))
    return model


def _compiled(model: PlanModel) -> Plan:
    people = [_person(person, model) for person in model.people]
    by_id = {person.id: person for person in people}
    plan = Plan(
        id="",
        brands=tuple(
            Brand(
                id=b.id,
                name=b.name,
                handles=tuple(b.handles),
                x_ids=tuple(b.x_ids),
                queries=tuple(b.queries),
                policy=b.policy,
            )
            for b in model.brands
        ),
        ladders={
            severity: Ladder(
                steps=tuple(_step(s, people, model) for s in getattr(model.ladders, severity))
            )
            for severity in Severity
        },
        thresholds=Thresholds(**model.thresholds.model_dump(exclude=set(OLD_SEVERITIES))),
        severity_rows=severity_rows(model),
        page_if_younger_than=model.page_if_younger_than,
        retention=model.retention,
        silence_after=model.silence_after,
        calm_after=model.calm_after,
        daily_budget_usd=model.daily_budget_usd,
        pages_a_minute=model.storm.per_person_per_minute,
        special=tuple(_special(special, people, model) for special in model.special_ladders),
        schedules=tuple(schedule_of(schedule, by_id) for schedule in model.schedules),
        staff=tuple(people),
        rules=rules_of(
            model.reminders,
            model.promises,
            model.acknowledgements,
            lambda names: _those(names, people),
            {schedule.id for schedule in model.schedules},
        ),
    )
    digest = hashlib.sha256(plan_to_json(plan).encode()).hexdigest()
    return replace(plan, id=digest[:12])


def _person(model: PersonModel, plan: PlanModel) -> Person:
    """With quiet hours, a page may take another of their channels: which ones there are is what
    they say, or by which the ladders page them."""
    channels = model.channels
    if model.quiet_hours and not channels:
        channels = tuple(
            dict.fromkeys(
                channel
                for step in steps_of(plan)
                if model.id in named_by(step, plan)
                for channel in step.channels
            )
        )
    return Person(
        id=model.id,
        role=model.role,
        language=model.language,
        languages=model.languages,
        time_zone=model.time_zone or "",
        channels=tuple(dict.fromkeys(channels)),
        quiet=quiet_of(model.quiet_hours),
    )


def _special(model: SpecialLadderModel, people: list[Person], plan: PlanModel) -> SpecialLadder:
    return SpecialLadder(
        name=model.name,
        ladder=Ladder(steps=tuple(_step(step, people, plan) for step in model.steps)),
        brands=model.when.brands,
        kinds=tuple(map(Kind, model.when.kinds)),
        severities=tuple(map(Severity, model.when.severities)),
        hours=model.when.hours,
        time_zone=model.when.time_zone or "",
    )


def _unanswerable(model: PlanModel) -> Iterator[Problem]:
    """Ladders that page fewer people than must acknowledge."""
    people = [_person(person, model) for person in model.people]
    ladders: list[tuple[str, list[StepModel], tuple[Severity, ...]]] = [
        (f"ladders.{severity.value}", getattr(model.ladders, severity), (severity,))
        for severity in Severity
    ]
    ladders += [
        (
            f"special_ladders.{special.name}",
            special.steps,
            tuple(map(Severity, special.when.severities)) or tuple(Severity),
        )
        for special in model.special_ladders
    ]
    for where, steps, severities in ladders:
        ladder = Ladder(steps=tuple(_step(step, people, model) for step in steps))
        wanted = max(model.acknowledgements.get(severity.value, 1) for severity in severities)
        named = {name for step in steps for name in named_by(step, model)}
        yield from too_few(where, ladder, wanted, named)


def _those(names: Sequence[str], people: Sequence[Person]) -> tuple[Person, ...]:
    """A role stands for everybody who has it, in the plan's order; nobody stands twice."""
    found = {p.id: p for who in names for p in people if who in (p.id, p.role)}
    return tuple(found.values())


def _step(step: StepModel, people: list[Person], plan: PlanModel) -> Step:
    schedules = {schedule.id for schedule in plan.schedules}
    return Step(
        people=_those(step.page, people),
        channels=tuple(dict.fromkeys(step.channels)),
        ack_within=step.ack_within,
        schedules=tuple(dict.fromkeys(name for name in step.page if name in schedules)),
        otherwise=_those(step.otherwise, people),
        otherwise_schedules=tuple(dict.fromkeys(n for n in step.otherwise if n in schedules)),
        acknowledgements=step.acknowledgements,
    )
