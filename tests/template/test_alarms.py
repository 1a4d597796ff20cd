import json
import re

import pytest

from tests.template.reading import (
    ALARM,
    FUNCTION,
    QUEUE,
    ROOT,
    TABLE,
    TOPIC,
    dead_letters,
    functions,
    named,
    resources,
    translated,
    working_queues,
)

OURS = {"Ref": "MetricsNamespace"}
API = ROOT / "layers" / "core" / "vigie" / "api"
# Namespace → (dimension, type that it names, attribute or None for Ref, metrics that AWS emits).
EMITTED_BY_AWS = {
    "AWS/SQS": (
        "QueueName",
        QUEUE,
        "QueueName",
        {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"},
    ),
    "AWS/Lambda": (
        "FunctionName",
        FUNCTION,
        None,
        {"Errors", "Throttles", "Duration", "ConcurrentExecutions"},
    ),
    "AWS/SNS": (
        "TopicName",
        TOPIC,
        "TopicName",
        {
            "NumberOfNotificationsFailed",
            "NumberOfNotificationsDelivered",
            "NumberOfMessagesPublished",
        },
    ),
    "AWS/ApiGateway": ("ApiId", "AWS::ApiGatewayV2::Api", None, {"Count", "4xx", "5xx"}),
    "AWS/DynamoDB": (
        "TableName",
        TABLE,
        None,
        {"ConsumedWriteCapacityUnits", "WriteThrottleEvents"},
    ),
}
HEARTBEATS = {
    "IngestStoppedAlarm": ("IngestRan", 5),
    "WatchStoppedAlarm": ("WatchRan", 3),
    "RefreshStoppedAlarm": ("RefreshRan", 30),
    "AuditorStoppedAlarm": ("AuditorRan", 3),
}


def metrics_of(alarm):
    """(namespace, metric, dimensions) of each metric that the alarm reads."""
    read = [alarm] if "MetricName" in alarm else []
    read += [it["MetricStat"]["Metric"] for it in alarm.get("Metrics", []) if "MetricStat" in it]
    return [(it["Namespace"], it["MetricName"], it["Dimensions"]) for it in read]


def alarms_on(namespace, metric, target):
    return [
        alarm
        for alarm in resources(ALARM).values()
        for where, name, dimensions in metrics_of(alarm)
        if (where, name) == (namespace, metric)
        and [named(one["Value"]) for one in dimensions] == [target]
    ]


@pytest.mark.parametrize("name", sorted(dead_letters()))
def test_one_visible_dead_letter_raises_an_alarm(name):
    (alarm,) = alarms_on("AWS/SQS", "ApproximateNumberOfMessagesVisible", name)

    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    assert (alarm["Statistic"], alarm["EvaluationPeriods"]) == ("Maximum", 1)


@pytest.mark.parametrize("name", working_queues())
def test_a_queue_that_falls_behind_raises_an_alarm(name):
    (alarm,) = alarms_on("AWS/SQS", "ApproximateAgeOfOldestMessage", name)

    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm["Statistic"] == "Maximum"
    assert 0 < alarm["Threshold"] <= 300


@pytest.mark.parametrize("name", ["UrgentQueue", "UrgentClassifiedQueue"])
def test_the_urgent_lane_alarms_sooner_than_the_ordinary_one(name):
    (urgent,) = alarms_on("AWS/SQS", "ApproximateAgeOfOldestMessage", name)
    ordinary_name = {"UrgentQueue": "MentionsQueue"}.get(name, "ClassifiedQueue")
    (ordinary,) = alarms_on("AWS/SQS", "ApproximateAgeOfOldestMessage", ordinary_name)

    assert urgent["Threshold"] < ordinary["Threshold"]


@pytest.mark.parametrize("logical_id", resources(FUNCTION))
def test_a_function_that_crashes_raises_an_alarm(logical_id):
    assert len(alarms_on("AWS/Lambda", "Errors", logical_id)) == 1
    assert len(alarms_on("AWS/Lambda", "Throttles", logical_id)) == 1


@pytest.mark.parametrize("name", resources(ALARM))
def test_an_alarm_reads_metrics_that_somebody_emits_about_a_thing_that_exists(name):
    read = metrics_of(resources(ALARM)[name])

    assert read
    for namespace, metric, dimensions in read:
        (dimension,) = dimensions
        if namespace == OURS:
            assert dimension["Name"] == "service"
            assert dimension["Value"] in functions()
            continue
        label, kind, attribute, emitted = EMITTED_BY_AWS[namespace]
        target = named(dimension["Value"])
        assert metric in emitted
        assert dimension["Name"] == label
        assert translated()["Resources"][target]["Type"] == kind
        expected = {"Fn::GetAtt": [target, attribute]} if attribute else {"Ref": target}
        assert dimension["Value"] == expected


@pytest.mark.parametrize("name", HEARTBEATS)
def test_silence_raises_the_alarm_of_a_heartbeat(name):
    alarm = resources(ALARM)[name]
    metric, minutes = HEARTBEATS[name]

    assert alarm["MetricName"] == metric
    assert alarm["TreatMissingData"] == "breaching"
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "LessThanThreshold")
    assert (alarm["Period"], alarm["EvaluationPeriods"]) == (60, minutes)


@pytest.mark.parametrize("name", sorted(resources(ALARM).keys() - HEARTBEATS.keys()))
def test_silence_raises_no_other_alarm(name):
    alarm = resources(ALARM)[name]

    assert alarm["TreatMissingData"] == "notBreaching"
    assert (alarm["Threshold"] >= 0, alarm["ComparisonOperator"]) == (True, "GreaterThanThreshold")


@pytest.mark.parametrize(
    "metric",
    [
        "IngestRan",
        "WatchRan",
        "AuditorRan",
        "LaddersBehind",
        "IngestSilent",
        "PageFailed",
        "SignaturesRejected",
        "OauthRevoked",
        "WebhookInvalid",
    ],
)
def test_what_vigie_reports_of_itself_has_its_alarm(metric):
    readers = [
        name
        for name, alarm in resources(ALARM).items()
        if (OURS, metric) in [it[:2] for it in metrics_of(alarm)]
    ]

    assert len(readers) == 1


def test_an_unknown_version_alarms_wherever_messages_are_read():
    (alarm,) = [it for name, it in resources(ALARM).items() if name == "UnknownVersionAlarm"]
    watched = {dimensions[0]["Value"] for _, _, dimensions in metrics_of(alarm)}

    assert watched == {"classify", "triage", "escalate", "api", "watch"}
    assert {metric for _, metric, _ in metrics_of(alarm)} == {"UnknownVersion"}


def own_metrics():
    read = [
        (metric, dimensions[0]["Value"])
        for alarm in resources(ALARM).values()
        for namespace, metric, dimensions in metrics_of(alarm)
        if namespace == OURS
    ]
    shown = [
        (metric, value)
        for namespace, metric, _, value in dashboard_metrics()
        if namespace == "${MetricsNamespace}"
    ]
    return sorted({*read, *shown})


def documented_metrics(reader):
    """(metric, function) of the rows of docs/metrics.md that name this reader."""
    rows = re.findall(
        r"^\|([^|]+)\|([^|]+)\|[^|]*\|([^|]+)\|$",
        (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return {
        (metric, stage.strip())
        for names, stages, readers in rows
        if reader in readers
        for metric in re.findall(r"`(\w+)`", names)
        for stage in stages.split(",")
    }


def dashboard_body():
    return json.loads(
        resources("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    )


def dashboard_lines():
    return [
        line
        for widget in dashboard_body()["widgets"]
        for line in widget["properties"].get("metrics", [])
    ]


def dashboard_metrics():
    return [line[:4] for line in dashboard_lines() if isinstance(line[0], str)]


@pytest.mark.parametrize(("metric", "stage"), own_metrics())
def test_a_metric_of_our_own_is_emitted_by_the_function_that_its_reader_names(metric, stage):
    code = (ROOT / "functions" / stage / "app.py").read_text(encoding="utf-8")
    if stage == "api":  # its routes stand in the layer
        code += "".join(path.read_text(encoding="utf-8") for path in API.rglob("*.py"))

    assert f'"{metric}"' in code


def test_the_dashboard_shows_the_metrics_that_the_documentation_promises():
    shown = {(metric, value) for _, metric, _, value in dashboard_metrics()}

    assert len(documented_metrics("dashboard")) > 5
    assert documented_metrics("dashboard") <= shown


def test_every_metric_of_our_own_that_is_read_is_documented():
    assert set(own_metrics()) <= documented_metrics("")


@pytest.mark.parametrize("name", resources(ALARM))
def test_an_alarm_goes_to_the_operations_topic(name):
    alarm = resources(ALARM)[name]

    assert [named(action) for action in alarm["AlarmActions"]] == ["OperationsTopic"]
    assert {named(action) for action in alarm.get("OKActions", [])} <= {"OperationsTopic"}
    assert alarm.get("ActionsEnabled", True) is True


@pytest.mark.parametrize("name", resources(ALARM))
def test_an_alarm_says_which_paragraph_to_open(name):
    description = resources(ALARM)[name]["AlarmDescription"]
    (anchor,) = re.findall(r"docs/operations\.md#([a-z-]+)", description)
    playbook = ROOT / "docs" / "operations.md"
    headings = re.findall(r"^#+ (.+)$", playbook.read_text(encoding="utf-8"), re.MULTILINE)

    assert anchor in {re.sub(r"[^a-z0-9 -]", "", it.lower()).replace(" ", "-") for it in headings}


def test_the_dashboard_shows_every_alarm():
    (shown,) = [
        it["properties"]["alarms"] for it in dashboard_body()["widgets"] if it["type"] == "alarm"
    ]

    assert set(shown) == {f"${{{name}.Arn}}" for name in resources(ALARM)}


@pytest.mark.parametrize(
    ("namespace", "metric", "dimension", "value"), dashboard_metrics(), ids=lambda it: it
)
def test_the_dashboard_draws_metrics_that_exist_of_things_that_exist(
    namespace, metric, dimension, value
):
    if namespace == "${MetricsNamespace}":
        assert (dimension, value in functions()) == ("service", True)
        return
    label, kind, attribute, emitted = EMITTED_BY_AWS[namespace]
    target = re.fullmatch(r"\$\{(\w+)(?:\.(\w+))?\}", value)

    assert metric in emitted
    assert dimension == label
    assert translated()["Resources"][target[1]]["Type"] == kind
    assert target[2] == attribute


def test_the_dashboard_leaves_no_widget_on_top_of_another():
    cells = [
        (x, y)
        for widget in dashboard_body()["widgets"]
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_the_graph_of_corrections_searches_for_the_dimensions_that_the_api_emits():
    (search,) = [line[0]["expression"] for line in dashboard_lines() if isinstance(line[0], dict)]

    schema = re.search(r"{\$\{MetricsNamespace\},([\w,]+)\}", search)[1].split(",")
    code = (API / "routes" / "corrections.py").read_text(encoding="utf-8")
    assert 'MetricName="LabelsCorrected"' in search
    assert {*schema} == {"service", *re.findall(r'add_dimension\(name="(\w+)"', code)}
