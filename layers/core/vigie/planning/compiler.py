"""plan.yaml → Plan: roles become people, durations become numbers, the content gets its id."""

import hashlib
from dataclasses import replace
from pathlib import Path

from vigie.domain.plan import (
    Brand,
    Ladder,
    Person,
    Plan,
    Severity,
    Step,
    Thresholds,
    plan_to_json,
)
from vigie.planning.cross_checks import addresses, reachability, references
from vigie.planning.models import ContactModel, PlanModel, StepModel
from vigie.planning.problems import Problem, WrongPlan, shown
from vigie.planning.reading import read_yaml, validate


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
    data, problems = read_yaml(_text(Path(contacts_path)))
    contacts: dict[str, ContactModel] = {}
    if not problems and not isinstance(data, dict):
        problems.append(
            Problem(
                path="the file",
                found=shown(data),
                expected="a mapping of people's ids to their addresses",
                mend="start from contacts.yaml.example",
            )
        )
    elif isinstance(data, dict):
        for person, addresses_of in data.items():
            contact, wrong = validate(ContactModel, addresses_of, str(person))
            problems.extend(wrong)
            if contact:
                contacts[str(person)] = contact
        if not problems:
            problems.extend(reachability(plan, contacts))
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
    problems += [*wrong, *references(data)]
    if model is None or problems:
        raise WrongPlan(file, tuple(problems))
    return model


def _compiled(model: PlanModel) -> Plan:
    people = [Person(id=p.id, role=p.role, language=p.language) for p in model.people]
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
                steps=tuple(_step(s, people) for s in getattr(model.ladders, severity.value))
            )
            for severity in Severity
        },
        thresholds=Thresholds(**model.thresholds.model_dump()),
        page_if_younger_than=model.page_if_younger_than,
        retention=model.retention,
        silence_after=model.silence_after,
        calm_after=model.calm_after,
        daily_budget_usd=model.daily_budget_usd,
    )
    digest = hashlib.sha256(plan_to_json(plan).encode()).hexdigest()
    return replace(plan, id=digest[:12])


def _step(step: StepModel, people: list[Person]) -> Step:
    """A role stands for everybody who has it, in the plan's order; nobody is paged twice."""
    paged = {
        person.id: person
        for who in step.page
        for person in people
        if who in (person.id, person.role)
    }
    return Step(
        people=tuple(paged.values()),
        channels=tuple(dict.fromkeys(step.channels)),
        ack_within=step.ack_within,
    )
