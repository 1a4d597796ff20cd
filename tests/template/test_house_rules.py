import json
import re

import pytest
from cfnlint.api import lint
from cfnlint.core import get_rules

from tests.template.reading import ROOT, SOURCE, TEXT

NAMES = {
    "QueueName",
    "TableName",
    "TopicName",
    "FunctionName",
    "RoleName",
    "LogGroupName",
    "AlarmName",
    "DashboardName",
    "LayerName",
}


def test_cfn_lint_has_nothing_to_say():
    matches = lint(TEXT, get_rules([], [], []), ["eu-west-3"])

    assert not [str(match) for match in matches]


@pytest.mark.parametrize("name", SOURCE["Parameters"])
def test_a_parameter_is_described_and_refuses_what_it_cannot_be(name):
    parameter = SOURCE["Parameters"][name]

    assert len(parameter["Description"]) > 20
    assert parameter.keys() & {"AllowedValues", "AllowedPattern"} or (
        parameter.keys() >= {"MinValue", "MaxValue"}
    )


@pytest.mark.parametrize("name", SOURCE["Parameters"])
def test_a_parameter_s_default_is_one_that_it_allows(name):
    parameter = SOURCE["Parameters"][name]
    default = parameter["Default"]

    assert default in parameter.get("AllowedValues", [default])
    assert re.fullmatch(parameter.get("AllowedPattern", ".*"), str(default))
    assert parameter.get("MinValue", default) <= default <= parameter.get("MaxValue", default)


@pytest.mark.parametrize(
    "value", ["AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0%2BuSeid", "vigie/token", "/vigie/", "/a b", ""]
)
def test_a_bearer_token_pasted_for_the_parameter_s_name_is_refused(value):
    pattern = SOURCE["Parameters"]["XBearerTokenParameter"]["AllowedPattern"]

    assert not re.search(pattern, value)


@pytest.mark.parametrize("name", SOURCE["Parameters"])
def test_every_parameter_is_used(name):
    body = {key: SOURCE[key] for key in ("Globals", "Resources", "Conditions", "Outputs")}
    text = json.dumps(body)

    assert f'{{"Ref": "{name}"}}' in text or f"${{{name}}}" in text


def test_conditions_are_questions():
    assert all(name.startswith(("Is", "Has")) for name in SOURCE["Conditions"])


@pytest.mark.parametrize("name", SOURCE["Outputs"])
def test_an_output_is_described(name):
    assert SOURCE["Outputs"][name]["Description"].endswith(".")


def test_nothing_bears_a_name_that_a_second_stack_would_want_too():
    named_by_us = {
        (logical_id, key)
        for logical_id, resource in SOURCE["Resources"].items()
        for key in resource.get("Properties", {})
        if key in NAMES
    }

    assert not named_by_us


def test_no_region_account_or_partition_is_written_down():
    assert not re.findall(r"\b(?:us|eu|ap|ca|sa|af|me)-[a-z]+-[0-9]\b|\b[0-9]{12}\b|arn:aws:", TEXT)


def test_no_secret_can_be_passed_through_a_parameter():
    assert "{{resolve:" not in TEXT
    assert not [name for name, it in SOURCE["Parameters"].items() if it.get("NoEcho")]


def test_one_library_has_one_pin_in_all_requirement_files():
    files = [*ROOT.glob("requirements/*.txt"), *ROOT.glob("layers/dependencies/*.txt")]
    pins = {}
    for path in files:
        for name, version in re.findall(
            r"^([A-Za-z0-9_-]+)(?:\[[^\]]*\])?==(\S+)",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        ):
            pins.setdefault(name.lower().replace("_", "-"), set()).add(version)

    assert len(files) >= 5
    assert not {name: versions for name, versions in pins.items() if len(versions) > 1}


def test_stages_stand_in_the_order_of_the_flow():
    headings = re.findall(r"^  # -{10,} (.+)$", TEXT, re.MULTILINE)

    assert headings == [
        "key",
        "topics",
        "tables",
        "layers",
        "mention: ingest_poll",
        "mention: ingest_webhook",
        "label: classify",
        "incident: triage",
        "escalation: escalate",
        "people: api",
        "clock: watch",
        "upkeep: refresh",
        "whole system",
    ]
