import json
import re
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from vigie.classifier.policy import POLICY
from vigie.domain.labels import Kind, Urgency
from vigie.domain.plan import (
    SEVERITY_ROWS,
    Severity,
    SeverityRow,
    Thresholds,
    plan_from_json,
    plan_to_json,
)
from vigie.planning import WrongPlan, compile_file, compile_text
from vigie.planning.__main__ import main
from vigie.planning.compiler import check_contacts
from vigie.planning.durations import parse_duration

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "layers" / "plan" / "plan.yaml"
STEP = {"page": ["duty"], "channels": ["sms"], "ack_within": "5m"}
PLAN = {
    "brands": [{"id": "acme", "name": "Acme", "handles": ["acme"], "x_ids": ["1000000001"]}],
    "people": [
        {"id": "duty-1", "role": "duty", "language": "fr"},
        {"id": "duty-2", "role": "duty", "language": "en"},
        {"id": "lead-1", "role": "lead", "language": "fr"},
    ],
    "ladders": {f"sev{n}": [STEP] for n in (1, 2, 3, 4)},
}


def plan(**changes):
    """PLAN with values set by dotted path; `...` removes."""
    data = deepcopy(PLAN)
    for path, value in changes.items():
        *parents, last = [int(p) if p.isdigit() else p for p in path.split("__")]
        where = data
        for part in parents:
            where = where[part]
        if value is ...:
            del where[last]
        else:
            where[last] = value
    return yaml.safe_dump(data)


def problems(text):
    with pytest.raises(WrongPlan) as caught:
        compile_text(text)
    return caught.value.problems


def paths(text):
    return [problem.path for problem in problems(text)]


def test_the_shipped_plan_compiles_and_reads_back():
    shipped = compile_file(SHIPPED)

    assert plan_from_json(plan_to_json(shipped)) == shipped
    assert [brand.id for brand in shipped.brands] == ["acme"]
    assert {p.id for p in shipped.people()} == {"duty-1", "duty-2", "lead-1", "director-1"}


def test_the_shipped_contacts_reach_everybody_whom_the_shipped_plan_pages():
    assert check_contacts(SHIPPED, ROOT / "contacts.yaml.example") == 4


def test_the_smallest_plan_has_the_defaults_of_the_domain():
    compiled = compile_text(plan())

    assert compiled.thresholds == Thresholds()
    assert compiled.page_if_younger_than == timedelta(hours=2)
    assert compiled.retention == timedelta(days=90)


def test_the_plans_id_changes_with_its_content_and_not_with_its_layout():
    same = compile_text("# a comment\n" + plan())

    assert same.id == compile_text(plan()).id
    assert len(same.id) == 12
    assert compile_text(plan(brands__0__name="Acme SA")).id != same.id


def test_roles_become_people_each_once():
    step = {"page": ["lead-1", "duty", "duty-1"], "channels": ["sms", "sms"], "ack_within": "1h"}

    (compiled,) = compile_text(plan(ladders__sev1=[step])).ladders[Severity.SEV1].steps

    assert [person.id for person in compiled.people] == ["lead-1", "duty-1", "duty-2"]
    assert compiled.channels == ("sms",)
    assert compiled.ack_within == timedelta(hours=1)


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("brands", [], "brands"),
        ("brands", "acme", "brands"),
        ("brands", ..., "brands"),
        ("brands__0__id", "Acme", "brands[0].id"),
        ("brands__0__id", "a" * 32, "brands[0].id"),
        ("brands__0__id", "acme\n", "brands[0].id"),
        ("brands__0__name", "", "brands[0].name"),
        ("brands__0__handles", ["@acme"], "brands[0].handles[0]"),
        ("brands__0__handles", "acme", "brands[0].handles"),
        ("brands__0__x_ids", [1000000001], "brands[0].x_ids[0]"),
        ("brands__0__x_ids", ["٣"], "brands[0].x_ids[0]"),
        ("brands__0__x_ids", [str(2**63)], "brands[0].x_ids[0]"),
        ("brands__0__queries", ["x" * 513], "brands[0].queries[0]"),
        ("brands__0__queries", [" "], "brands[0].queries[0]"),
        ("brands__0__colour", "red", "brands[0].colour"),
        ("brands__0__policy", {"affair": 1.4}, "brands[0].policy"),
        ("brands__0__policy", {"affair_now": -0.1}, "brands[0].policy.affair_now"),
        ("brands__0__policy", {"affair_now": float("nan")}, "brands[0].policy.affair_now"),
        ("brands__0__policy", {"affair_now": float("inf")}, "brands[0].policy.affair_now"),
        ("brands__0__policy", {"affair_now": "1.4"}, "brands[0].policy.affair_now"),
        ("brands__0__policy", {"affair_now": True}, "brands[0].policy.affair_now"),
        ("brands__0__policy", {7: 1.4}, "brands[0].policy[7]"),
        ("brands__0__policy", ["affair_now"], "brands[0].policy"),
        ("people__0__language", "de", "people[0].language"),
        ("people__0__role", ..., "people[0].role"),
        ("ladders__sev4", ..., "ladders.sev4"),
        ("ladders__sev2", [], "ladders.sev2"),
        ("ladders__sev5", [STEP], "ladders.sev5"),
        ("ladders__sev1", [STEP | {"page": []}], "ladders.sev1[0].page"),
        ("ladders__sev1", [STEP | {"channels": ["fax"]}], "ladders.sev1[0].channels[0]"),
        ("ladders__sev1", [STEP | {"ack_within": "5 min"}], "ladders.sev1[0].ack_within"),
        ("ladders__sev1", [STEP | {"ack_within": 300}], "ladders.sev1[0].ack_within"),
        ("ladders__sev1", [STEP | {"ack_within": "0m"}], "ladders.sev1[0].ack_within"),
        ("ladders__sev1", [STEP | {"ack_within": "10s"}], "ladders.sev1[0].ack_within"),
        ("thresholds", {"open_after": 0}, "thresholds.open_after"),
        ("thresholds", {"open_after": "3"}, "thresholds.open_after"),
        ("thresholds", {"sev1_reach": True}, "thresholds.sev1_reach"),
        ("retention", "90", "retention"),
        ("retention", "1m", "retention"),
        ("silence_after", "1m", "silence_after"),
        ("storm", {"per_person_per_minute": -1}, "storm.per_person_per_minute"),
        ("storm", {"per_person_per_minute": 61}, "storm.per_person_per_minute"),
        ("storm", {"per_person_per_minute": "3"}, "storm.per_person_per_minute"),
        ("storm", {"per_person": 3}, "storm.per_person"),
    ],
)
def test_a_wrong_field_is_named_with_its_value_and_the_mend(path, value, field):
    (problem,) = problems(plan(**{path: value}))

    assert problem.path == field
    assert problem.found
    assert problem.expected
    assert problem.mend


@pytest.mark.parametrize(("storm", "limit"), [({}, 3), ({"per_person_per_minute": 0}, 0)])
def test_a_person_gets_three_pages_a_minute_unless_the_plan_says_otherwise(storm, limit):
    compiled = compile_text(plan(storm=storm))

    assert compiled.pages_a_minute == limit
    assert plan_from_json(plan_to_json(compiled)) == compiled


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("ladders__sev1", [STEP | {"page": ["dutty"]}], ["ladders.sev1[0].page[0]"]),
        ("brands__0__handles", [], []),
        ("brands", [{"id": "acme", "name": "Acme"}], ["brands[0]"]),
        ("brands", PLAN["brands"] * 2, ["brands[0].id", "brands[1].id"]),
        ("people__1__id", "duty-1", ["people[0].id", "people[1].id"]),
        ("people__0__id", "duty", ["people"]),
    ],
)
def test_what_only_the_whole_plan_shows_is_found_too(path, value, expected):
    text = plan(**{path: value})

    if expected:
        assert paths(text)[: len(expected)] == expected
    else:
        assert compile_text(text)


def test_two_brands_cannot_share_an_account():
    other = {"id": "bolt", "name": "Bolt", "handles": ["ACME"], "x_ids": ["1000000001"]}

    assert paths(plan(brands=[*PLAN["brands"], other])) == [
        "brands[1].handles[0]",
        "brands[1].x_ids[0]",
    ]


def test_all_problems_are_told_at_once():
    text = plan(
        brands__0__id="Acme",
        people__2__language="de",
        ladders__sev1=[STEP | {"page": ["nobody"], "ack_within": "soon"}],
        retention="for ever",
    )

    assert set(paths(text)) == {
        "brands[0].id",
        "people[2].language",
        "ladders.sev1[0].ack_within",
        "ladders.sev1[0].page[0]",
        "retention",
    }


@pytest.mark.parametrize(
    "address",
    [
        "duty-1@example.org",
        "+33600000000",
        "+33 6 00 00 00 00",
        "06 00 00 00 00",
        "0600000000",
        "+1 (555) 010-9999",
    ],
)
@pytest.mark.parametrize("where", ["# call {}\n", "# {}"])
def test_an_address_anywhere_in_the_plan_is_an_error_even_in_a_comment(address, where):
    (problem,) = problems(where.format(address) + "\n" + plan())

    assert problem.path == "line 1"
    assert "contacts.yaml" in problem.mend
    assert address not in str(problem)


def test_ids_and_handles_are_not_taken_for_addresses():
    ids = ["1000000001", "612345678", "33612345678"]
    queries = ["@acme OR #acme2026 -is:retweet lang:fr min_likes:1000000000"]

    assert compile_text(plan(brands__0__x_ids=ids, brands__0__queries=queries))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nothing"),
        ("- a\n- b", "['a', 'b']"),
        ("brands: [", "cannot read"),
        ("a: 1\na: 2", "stands twice"),
        ("? [a]\n: 1", "cannot read"),
        ("a: !!python/object:os.system x", "cannot read"),
        ("\x00", "cannot read"),
    ],
)
def test_a_file_that_is_no_plan_says_so(text, says):
    assert says in str(problems(text)[0])


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("30s", timedelta(seconds=30)),
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("90d", timedelta(days=90)),
        ("0m", None),
        ("-5m", None),
        ("5", None),
        ("5 m", None),
        ("1h30m", None),
        ("5M", None),
    ],
)
def test_durations_are_a_number_and_a_unit(text, duration):
    assert parse_duration(text) == duration


def test_people_without_the_address_a_ladder_needs_are_found(tmp_path):
    (tmp_path / "plan.yaml").write_text(plan())
    (tmp_path / "contacts.yaml").write_text(
        'duty-1: {sms: "+33600000000"}\nduty-2: {mail: a@example.org}\nwho: {}\n'
    )

    with pytest.raises(WrongPlan) as caught:
        check_contacts(tmp_path / "plan.yaml", tmp_path / "contacts.yaml")

    assert [problem.path for problem in caught.value.problems] == ["who", "duty-2.sms"]


@pytest.mark.parametrize(
    "contact",
    ["[]", "7", "duty-1: x", "duty-1: {sms: 0600}", "duty-1: {mail: x}", "duty-1: {pager: x}"],
)
def test_contacts_of_a_wrong_shape_are_told(tmp_path, contact):
    (tmp_path / "plan.yaml").write_text(plan())
    (tmp_path / "contacts.yaml").write_text(contact)

    with pytest.raises(WrongPlan):
        check_contacts(tmp_path / "plan.yaml", tmp_path / "contacts.yaml")


def test_build_writes_what_the_functions_read(tmp_path, capsys):
    assert main(["build", str(SHIPPED), str(tmp_path / "plan.json")]) == 0

    read = plan_from_json((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert read == compile_file(SHIPPED)
    assert read.id in capsys.readouterr().out


def test_check_says_what_the_plan_holds(capsys):
    contacts = str(ROOT / "contacts.yaml.example")

    assert main(["check", str(SHIPPED), "--contacts", contacts]) == 0
    assert "brands acme, 4 people" in capsys.readouterr().out


def test_a_head_that_nobody_knows_is_named_with_the_one_that_was_meant():
    (problem,) = problems(plan(brands__0__policy={"afair_now": 1.4}))

    assert problem.found == "'afair_now', with factor 1.4"
    assert "danger, urgent, outage_now" in problem.expected
    assert problem.mend == "write affair_now"


def test_a_policy_is_compiled_and_read_back_and_a_plan_of_before_has_none():
    compiled = compile_text(plan(brands__0__policy={"affair_now": 1.4, "priority.high": 0}))
    before = json.loads(plan_to_json(compile_text(plan())))
    del before["brands"][0]["policy"]

    assert compiled.brands[0].policy == {"affair_now": 1.4, "priority.high": 0.0}
    assert plan_from_json(plan_to_json(compiled)) == compiled
    assert plan_from_json(json.dumps(before)).brands[0].policy == {}
    assert compiled.id != compile_text(plan()).id


def test_check_prints_the_table_of_a_brand_that_adjusts_it_and_of_no_other(tmp_path, capsys):
    other = {"id": "bolt", "name": "Bolt", "handles": ["bolt"]}
    adjusted = PLAN["brands"][0] | {"policy": {"affair_now": 1.4, "answer": 2}}
    (tmp_path / "plan.yaml").write_text(plan(brands=[adjusted, other]))

    assert main(["check", str(tmp_path / "plan.yaml")]) == 0

    said = capsys.readouterr().out
    assert "acme: how much of each head counts" in said
    assert "bolt: " not in said
    assert re.search(r"answer +medium +1.00 +1.00 .*times 2, and never more than 1", said)
    (affair,) = [line for line in said.splitlines() if "affair_now" in line]
    assert affair.split()[:4] == ["affair_now", "high", "0.50", "0.70"]


def test_the_shipped_plan_explains_every_head_that_a_policy_may_adjust():
    comments = " ".join(
        line.lstrip("# ") for line in SHIPPED.read_text(encoding="utf-8").splitlines()
    )

    for row in POLICY.rows:
        assert re.search(rf"{re.escape(row.head)} +{re.escape(row.says)} +{row.level}", comments)


def test_a_wrong_plan_exits_2_with_every_problem_on_standard_error(tmp_path, capsys):
    wrong = tmp_path / "plan.yaml"
    wrong.write_text(plan(retention="soon", brands__0__id="Acme"))

    assert main(["build", str(wrong), str(tmp_path / "plan.json")]) == 2

    said = capsys.readouterr().err
    assert f"{wrong}: 2 problems" in said
    assert "retention: found 'soon'" in said
    assert not (tmp_path / "plan.json").exists()


def test_a_file_that_is_not_there_exits_2(tmp_path, capsys):
    assert main(["check", str(tmp_path / "none.yaml")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_the_severity_table_of_the_release_is_the_default():
    assert compile_file(SHIPPED).severity_rows == SEVERITY_ROWS


def test_rows_of_the_severity_table():
    rows = [{"level": "sev1", "worst": "critical", "surge": 4, "kinds": ["outage"]}]

    (row,) = compile_text(plan(severity=rows)).severity_rows

    assert row == SeverityRow(
        severity=Severity.SEV1, worst=Urgency.CRITICAL, surge=4.0, kinds=(Kind.OUTAGE,)
    )


def test_the_old_thresholds_still_stand_for_rows():
    rows = compile_text(plan(thresholds={"sev2_high": 40, "sev1_reach": 5})).severity_rows

    assert SeverityRow(severity=Severity.SEV2, urgent=40) in rows
    assert SeverityRow(severity=Severity.SEV1, critical=1, reach=5) in rows
    assert len(rows) == len(SEVERITY_ROWS)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"severity": [{"level": "sev2"}]}, "severity[0]"),
        ({"severity": [{"level": "sev4", "urgent": 1}]}, "severity[0].level"),
        ({"severity": [{"level": "sev2", "urgent": 0}]}, "severity[0].urgent"),
        ({"severity": [{"level": "sev2", "kinds": ["weather"]}]}, "severity[0].kinds[0]"),
        ({"thresholds": {"false_alarms_per_month": 0}}, "thresholds.false_alarms_per_month"),
        ({"thresholds": {"calm_lowers_after": "1m"}}, "thresholds.calm_lowers_after"),
        (
            {"severity": [{"level": "sev2", "urgent": 9}], "thresholds": {"sev2_high": 9}},
            "thresholds.sev2_high",
        ),
    ],
)
def test_what_is_wrong_with_a_severity_table_is_said(changes, path):
    with pytest.raises(WrongPlan) as wrong:
        compile_text(plan(**changes))

    assert path in [problem.path for problem in wrong.value.problems]
