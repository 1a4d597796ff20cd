import re
from copy import deepcopy
from datetime import timedelta

import pytest
import yaml

from tests.rotas import utc, wall
from tests.unit.test_planning import PLAN, ROOT, STEP, problems
from vigie.domain.hours import Hours
from vigie.domain.people import Quiet
from vigie.domain.plan import Severity, plan_from_json, plan_to_json
from vigie.domain.rota import on_call
from vigie.planning import WrongPlan, compile_text
from vigie.planning.__main__ import main
from vigie.planning.calendar import calendar, findings
from vigie.planning.compiler import check_contacts

LAYER = {"participants": ["duty-1", "duty-2"], "starts": wall(2026, 1, 5).date()}
ROTA = {"id": "rota", "time_zone": "Europe/Paris", "layers": [LAYER]}
OFFICE = {
    "id": "office",
    "time_zone": "Europe/Paris",
    "layers": [LAYER | {"hours": ["mon-fri 08:00-18:00"], "on_holidays": "never"}],
    "holidays": [wall(2026, 12, 25).date()],
}
BY_ROTA = STEP | {"page": ["rota"]}
MONDAY = utc(2026, 11, 23)


def plan(*schedules, people=None, **changes):
    """PLAN with schedules, further fields, and `people`'s changes by position."""
    data = deepcopy(PLAN) | {"schedules": list(schedules)} | changes
    for position, more in (people or {}).items():
        data["people"][position] |= more
    return yaml.safe_dump(data)


def ladders(**steps):
    return PLAN["ladders"] | {severity: [step] for severity, step in steps.items()}


def found(text):
    return list(findings(compile_text(text), MONDAY))


def test_a_plan_with_schedules_compiles_and_reads_back():
    quiet = {"channel": "sms", "hours": "22:00-07:00", "unless": "sev1"}
    night = {"kinds": ["outage"], "hours": ["22:00-07:00"], "time_zone": "Europe/Paris"}
    text = plan(
        ROTA,
        OFFICE,
        people={0: {"time_zone": "Europe/Paris", "languages": ["fr"], "quiet_hours": [quiet]}},
        ladders=ladders(
            sev1={
                "page": ["rota", "lead-1"],
                "else": ["office", "duty"],
                "channels": ["sms", "mail"],
                "ack_within": "5m",
            }
        ),
        special_ladders=[{"name": "night", "when": night, "steps": [BY_ROTA]}],
    )

    compiled = compile_text(text)

    assert plan_from_json(plan_to_json(compiled)) == compiled
    (step,) = compiled.ladders[Severity.SEV1].steps
    assert ([p.id for p in step.people], step.schedules) == (["lead-1"], ("rota",))
    assert [p.id for p in step.otherwise] == ["duty-1", "duty-2"]
    assert step.otherwise_schedules == ("office",)
    anne = compiled.staff[0]
    assert anne.quiet == (Quiet(channel="sms", hours=Hours(start=1320, end=420), unless=4),)
    assert anne.channels == ("sms", "mail")
    assert {s.id for s in compiled.schedules_used()} == {"rota", "office"}
    assert [row.name for row in compiled.special_for("acme")] == ["night"]


@pytest.mark.parametrize(
    ("layer", "first", "every"),
    [
        ({}, wall(2026, 1, 5, 9), timedelta(days=1)),
        ({"rotation": "weekly", "weekday": "fri"}, wall(2026, 1, 9, 9), timedelta(days=7)),
        ({"rotation": "12h", "hand_over": "20:00"}, wall(2026, 1, 5, 20), timedelta(hours=12)),
    ],
)
def test_a_rotation_begins_at_its_first_hand_over(layer, first, every):
    (compiled,) = compile_text(plan(ROTA | {"layers": [LAYER | layer]})).schedules

    assert (compiled.layers[0].first, compiled.layers[0].every) == (first, every)


def test_people_may_share_a_turn():
    shared = ROTA | {"layers": [LAYER | {"participants": [["duty-1", "lead-1"], "duty-2"]}]}
    (compiled,) = compile_text(plan(shared)).schedules

    assert [p.id for p in on_call(compiled, utc(2026, 1, 5, 12))] == ["duty-1", "lead-1"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22:00-07:00", Hours(start=1320, end=420)),
        ("00:00-24:00", Hours()),
        ("mon-fri 08:00-18:00", Hours(start=480, end=1080, days=(0, 1, 2, 3, 4))),
        ("sat,sun", Hours(days=(5, 6))),
        ("fri-mon 18:00-24:00", Hours(start=1080, end=1440, days=(0, 4, 5, 6))),
    ],
)
def test_hours_are_written_as_people_write_them(text, hours):
    (compiled,) = compile_text(plan(ROTA | {"layers": [LAYER | {"hours": [text]}]})).schedules

    assert compiled.layers[0].hours == (hours,)


@pytest.mark.parametrize(
    ("layer", "field"),
    [
        ({"hours": ["9-17"]}, "hours[0]"),
        ({"hours": ["mon-fry 09:00-17:00"]}, "hours[0]"),
        ({"hours": ["09:00-09:00"]}, "hours[0]"),
        ({"hours": [""]}, "hours[0]"),
        ({"rotation": "fortnightly"}, "rotation"),
        ({"rotation": "90m"}, "rotation"),
        ({"hand_over": 600}, "hand_over"),
        ({"weekday": "monday"}, "weekday"),
        ({"starts": "soon"}, "starts"),
        ({"participants": []}, "participants"),
        ({"participants": [[]]}, "participants[0]"),
        ({"participants": ["duty"]}, "participants[0]"),
        ({"on_holidays": "maybe"}, "on_holidays"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_layer_is_named_field_by_field_with_the_mend(layer, field):
    (problem,) = problems(plan(ROTA | {"layers": [LAYER | layer]}))

    assert problem.path == f"schedules[0].layers[0].{field}"
    assert problem.found
    assert problem.expected
    assert problem.mend


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (plan(ROTA | {"time_zone": "Europe/Pari"}), ["schedules[0].time_zone"]),
        (plan(ROTA, ROTA), ["schedules[0].id", "schedules[1].id"]),
        (plan(ROTA | {"id": "duty"}), ["people"]),
        (plan(ladders=ladders(sev1=BY_ROTA)), ["ladders.sev1[0].page[0]"]),
        (
            plan(ladders=ladders(sev1=STEP | {"else": ["rota"]})),
            ["ladders.sev1[0].else[0]"],
        ),
        (
            plan(people={0: {"quiet_hours": [{"channel": "sms", "hours": "22:00-07:00"}]}}),
            ["people[0].time_zone"],
        ),
        (
            plan(special_ladders=[{"name": "a", "when": {"brands": ["no"]}, "steps": [STEP]}]),
            ["special_ladders[0].when.brands[0]"],
        ),
    ],
)
def test_names_that_lead_nowhere_or_to_two_things_are_found(text, paths):
    assert [problem.path for problem in problems(text)] == paths


def test_the_calendar_shows_two_weeks_and_every_gap_of_ninety_days():
    lines = list(calendar(compile_text(plan(ROTA, OFFICE)), MONDAY))

    assert "    Mon 2026-11-23 09:00 - Tue 2026-11-24 09:00  duty-1" in lines
    assert "    Fri 2026-11-27 18:00 - Mon 2026-11-30 08:00  nobody" in lines
    assert "  rota: somebody is on call at every minute" in lines
    (gaps,) = (line for line in lines if "nobody in" in line)
    # 90 days from Monday 01:00 in Paris, 64 working days of ten hours but Christmas.
    assert "65 gaps, 1520 hours together: Mon 2026-11-23 01:00" in gaps
    assert gaps.endswith("and 60 more")


def test_a_plan_in_which_all_is_well_has_nothing_to_be_looked_at():
    step = {"page": ["rota", "lead-1"], "channels": ["sms", "mail"], "ack_within": "5m"}

    assert found(plan(ROTA, ladders={f"sev{n}": [step] for n in (1, 2, 3, 4)})) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"ladders": ladders(sev1=BY_ROTA)}, "ladders.sev1: at night one person alone"),
        ({"ladders": ladders(sev1=STEP)}, "duty-1: paged by sms alone"),
        ({"ladders": ladders(sev1=STEP)}, "lead-1: on no ladder"),
        ({"ladders": ladders(sev1=STEP)}, "schedule rota: no step pages it"),
        (
            {"ladders": ladders(sev1=STEP | {"else": ["lead-1"]})},
            "ladders.sev1, step 1: its else is not needed",
        ),
        (
            {"ladders": ladders(sev1=STEP | {"page": ["office"]})},
            "ladders.sev1, step 1: in the gaps of office",
        ),
        (
            {"ladders": ladders(sev1=STEP | {"page": ["later"], "else": ["duty"]})},
            "ladders.sev1, step 1: can never page its own people",
        ),
        (
            {
                "special_ladders": [
                    {"name": "wide", "when": {"kinds": ["outage", "none"]}, "steps": [STEP]},
                    {
                        "name": "narrow",
                        "when": {"kinds": ["outage"], "severities": ["sev1"]},
                        "steps": [STEP],
                    },
                ]
            },
            "special_ladders.narrow: can never be climbed, wide stands before it",
        ),
        (
            {"special_ladders": [{"name": "x", "when": {"severities": ["sev2"]}, "steps": [STEP]}]},
            "ladders.sev2: can never be climbed",
        ),
    ],
)
def test_what_is_perhaps_not_meant_is_told(changes, says):
    later = ROTA | {"id": "later", "layers": [LAYER | {"starts": wall(2030, 1, 1).date()}]}

    assert any(line.startswith(says) for line in found(plan(ROTA, OFFICE, later, **changes)))


def test_check_prints_the_calendar_and_does_not_fail_for_gaps(tmp_path, capsys):
    path = tmp_path / "plan.yaml"
    path.write_text(plan(OFFICE, ladders=ladders(sev1=STEP | {"page": ["office"]})))

    assert main(["check", str(path), "--from", "2026-11-23"]) == 0

    said = capsys.readouterr().out
    assert "calendar from 2026-11-23 to 2026-12-07" in said
    assert "look at this: ladders.sev1, step 1: in the gaps" in said


def test_whoever_takes_turns_must_be_reached_by_every_channel_of_the_step(tmp_path):
    text = plan(ROTA, ladders={f"sev{n}": [BY_ROTA] for n in (1, 2, 3, 4)})
    (tmp_path / "plan.yaml").write_text(text)
    contacts = {"duty-1": {"sms": "+33600000000"}, "duty-2": {"mail": "duty-2@example.org"}}
    (tmp_path / "contacts.yaml").write_text(yaml.safe_dump(contacts))

    with pytest.raises(WrongPlan, match=r"duty-2\.sms"):
        check_contacts(tmp_path / "plan.yaml", tmp_path / "contacts.yaml")


def test_the_example_of_the_docs_is_a_plan_in_which_all_is_well():
    docs = (ROOT / "docs" / "on-call.md").read_text(encoding="utf-8")
    whole, promises = re.findall(r"```yaml\n(.*?)```", docs, re.DOTALL)

    compiled = compile_text(whole + promises)

    assert [schedule.id for schedule in compiled.schedules] == ["duty-rota", "office"]
    assert set(compiled.rules.promises) == {"first_word", "update", "approval"}
    assert list(findings(compiled, MONDAY)) == []
    assert any("duty-rota: somebody is on call" in line for line in calendar(compiled, MONDAY))


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"reminder": {"acknowledged_for": {"sev1": "30m"}}}, "reminders"),
        ({"schedule": []}, "schedules"),
        ({"promises": {"firstword": {}}}, "first_word"),
        ({"storm": {"per_person_perminute": 3}}, "per_person_per_minute"),
    ],
)
def test_a_field_that_is_misspelt_is_told_with_the_right_spelling(wrong, right):
    with pytest.raises(WrongPlan) as refused:
        compile_text(plan(**wrong))

    assert f"Mend: write {right}, or remove it" in str(refused.value)


def test_a_field_that_is_like_none_has_no_spelling_to_offer():
    with pytest.raises(WrongPlan, match="Mend: remove it, or correct its spelling"):
        compile_text(plan(zzz=1))
