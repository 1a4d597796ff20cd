from datetime import date, timedelta

import pytest

from tests.unit.test_planning import SHIPPED, STEP, paths, plan, problems
from vigie.domain.clock_rules import ClockRules, PromiseRule, rules_from_dict
from vigie.domain.plan import Severity, plan_from_json, plan_to_json
from vigie.planning import compile_file, compile_text

HOUR = timedelta(hours=1)
ROTA = {
    "id": "rota",
    "time_zone": "Europe/Paris",
    "layers": [{"participants": ["lead-1"], "starts": date(2026, 1, 5)}],
}


def test_a_plan_without_clocks_has_only_its_ladders():
    assert compile_text(plan()).rules == ClockRules() == rules_from_dict({})


def test_clocks_are_compiled_with_people_and_schedules_and_read_back():
    compiled = compile_text(
        plan(
            schedules=[ROTA],
            reminders={"acknowledged_for": {"sev1": "30m", "sev3": "8h"}},
            promises={
                "first_word": {"within": {"sev1": "1h"}, "page": ["lead"]},
                "approval": {"warn": "5m", "again": "20m", "page": ["duty-2", "rota"]},
            },
            acknowledgements={"sev1": 2, "sev2": 1},
            ladders__sev2=[STEP | {"acknowledgements": 2}],
        )
    )

    duty_2, lead = compiled.staff[1:]
    rules = compiled.rules
    assert rules.acknowledged_for == {
        Severity.SEV1: timedelta(minutes=30),
        Severity.SEV3: 8 * HOUR,
    }
    assert rules.promises == {
        "first_word": PromiseRule(people=(lead,), within={Severity.SEV1: HOUR}),
        "approval": PromiseRule(
            warn=timedelta(minutes=5),
            again=timedelta(minutes=20),
            people=(duty_2,),
            schedules=("rota",),
        ),
    }
    assert rules.acknowledgements == {Severity.SEV1: 2}
    assert compiled.ladders[Severity.SEV2].steps[0].acknowledgements == 2
    assert [schedule.id for schedule in compiled.schedules_used()] == ["rota"]
    assert (lead, "sms") in compiled.channels()
    assert plan_from_json(plan_to_json(compiled)) == compiled


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"reminders": {"acknowledged_for": {"sev1": "5"}}}, "reminders.acknowledged_for.sev1"),
        ({"reminders": {"acknowledged_for": {"sev9": "5m"}}}, "reminders.acknowledged_for.sev9"),
        ({"promises": {"lunch": {}}}, "promises.lunch"),
        ({"promises": {"update": {"within": {"sev1": "1h"}}}}, "promises.update.within"),
        ({"promises": {"update": {"page": ["nobody"]}}}, "promises.update.page[0]"),
        ({"acknowledgements": {"sev1": 0}}, "acknowledgements.sev1"),
        ({"ladders__sev1": [STEP | {"acknowledgements": 9}]}, "ladders.sev1[0].acknowledgements"),
    ],
)
def test_clocks_that_cannot_be_meant_are_refused_where_they_stand(changes, path):
    assert paths(plan(**changes)) == [path]


def test_how_many_must_acknowledge_is_told_with_its_bounds():
    (problem,) = problems(plan(acknowledgements={"sev1": True}))

    assert problem.expected == "a whole number from 1 to 5"


def test_a_ladder_that_pages_fewer_people_than_must_acknowledge_is_refused():
    (problem,) = problems(plan(acknowledgements={"sev1": 3}))

    assert problem.path == "ladders.sev1"
    assert problem.found == "2 people, of whom 3 must acknowledge"


def test_the_shipped_plan_asks_whoever_is_silent():
    rules = compile_file(SHIPPED).rules

    assert set(rules.acknowledged_for) == {Severity.SEV1, Severity.SEV2, Severity.SEV3}
    assert rules.promise("first_word").within == {}
