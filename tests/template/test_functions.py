from dataclasses import fields

import pytest

from tests.template.reading import (
    FUNCTION,
    LOG_GROUP,
    ROOT,
    SOURCE,
    functions,
    named,
    resources,
    translated,
)
from vigie import config

OF_EVERY_FUNCTION = {
    "AWS_ENDPOINT_URL",
    "LOG_LEVEL",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_SERVICE_NAME",
}
CONFIGS = {
    "ingest_poll": config.IngestPollConfig,
    "ingest_webhook": config.IngestWebhookConfig,
    "classify": config.ClassifyConfig,
    "triage": config.TriageConfig,
    "escalate": config.EscalateConfig,
    "api": config.ApiConfig,
    "watch": config.WatchConfig,
    "refresh": config.RefreshConfig,
}


def test_there_are_these_functions_and_each_has_its_folder():
    folders = {
        resource["Properties"]["CodeUri"]
        for resource in SOURCE["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    }

    assert functions().keys() == CONFIGS.keys()
    assert folders == {f"functions/{stage}/" for stage in CONFIGS}


def test_every_function_that_the_code_has_is_deployed():
    written = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}

    assert written <= CONFIGS.keys()


@pytest.mark.parametrize("stage", CONFIGS)
def test_the_environment_is_what_the_function_reads_no_more_no_less(stage):
    read = {field.name.upper() for field in fields(CONFIGS[stage])}

    assert functions()[stage]["Environment"]["Variables"].keys() == read | OF_EVERY_FUNCTION


@pytest.mark.parametrize("stage", CONFIGS)
def test_aws_s_own_endpoints_are_used_on_aws(stage):
    variables = functions()[stage]["Environment"]["Variables"]

    assert variables["AWS_ENDPOINT_URL"] == {"Ref": "AWS::NoValue"}


@pytest.mark.parametrize("stage", CONFIGS)
def test_the_plan_s_layer_comes_with_the_path_of_the_plan(stage):
    function = functions()[stage]
    has_layer = any(named(layer).startswith("PlanLayer") for layer in function["Layers"])

    assert has_layer == ("PLAN_PATH" in function["Environment"]["Variables"])


@pytest.mark.parametrize("stage", CONFIGS)
def test_a_function_has_a_role_of_its_own(stage):
    roles = [named(function["Role"]) for function in functions().values()]

    assert roles.count(named(functions()[stage]["Role"])) == 1


@pytest.mark.parametrize("stage", CONFIGS)
def test_a_function_logs_into_a_group_of_its_own_that_forgets(stage):
    groups = [named(function["LoggingConfig"]["LogGroup"]) for function in functions().values()]
    group = named(functions()[stage]["LoggingConfig"]["LogGroup"])

    assert groups.count(group) == 1
    assert named(resources(LOG_GROUP)[group]["RetentionInDays"]) == "LogRetentionDays"


@pytest.mark.parametrize("stage", CONFIGS)
def test_a_function_says_what_it_does(stage):
    assert len(functions()[stage]["Description"]) > 20


@pytest.mark.parametrize("stage", CONFIGS)
def test_runtime_and_architecture_are_those_that_the_layers_are_built_for(stage):
    function = functions()[stage]

    assert function["Runtime"] == "python3.13"
    assert [named(it) for it in function["Architectures"]] == ["Architecture"]
    for layer in resources("AWS::Lambda::LayerVersion").values():
        assert layer["CompatibleRuntimes"] == ["python3.13"]
        assert (
            layer["CompatibleArchitectures"]
            == SOURCE["Parameters"]["Architecture"]["AllowedValues"]
        )


@pytest.mark.parametrize("stage", ["ingest_poll", "watch"])
def test_a_minute_that_failed_is_not_played_again(stage):
    logical_id = next(key for key, it in resources(FUNCTION).items() if it == functions()[stage])
    settings = [
        it
        for it in resources("AWS::Lambda::EventInvokeConfig").values()
        if named(it["FunctionName"]) == logical_id
    ]

    assert [it["MaximumRetryAttempts"] for it in settings] == [0]


@pytest.mark.parametrize("stage", ["ingest_poll", "watch"])
def test_the_clockwork_turns_each_minute_and_ends_before_the_next(stage):
    logical_id = next(key for key, it in resources(FUNCTION).items() if it == functions()[stage])
    schedules = [
        rule["ScheduleExpression"]
        for rule in resources("AWS::Events::Rule").values()
        if named(rule["Targets"][0]["Arn"]) == logical_id
    ]

    assert schedules == ["rate(1 minute)"]
    assert functions()[stage]["Timeout"] < 60


def test_old_versions_of_layers_are_deleted():
    layers = {
        key: resource
        for key, resource in translated()["Resources"].items()
        if resource["Type"] == "AWS::Lambda::LayerVersion"
    }

    assert len(layers) == 3
    assert {layer["DeletionPolicy"] for layer in layers.values()} == {"Delete"}
