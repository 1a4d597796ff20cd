import json

import pytest

from tests.template.reading import QUEUE, ROOT, consumers, function_id, functions, resources
from vigie.messages import decode_for_triage, decode_mentions, decode_step

DECODERS = {"classify": decode_mentions, "triage": decode_for_triage, "escalate": decode_step}
LOCAL = "vigie-local-"
# Taken from the template, locally and on AWS.
FROM_THE_TEMPLATE = {
    "LOG_LEVEL",
    "PLAN_PATH",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_SERVICE_NAME",
    "X_BEARER_TOKEN_PARAMETER",
    "X_CONSUMER_SECRET_PARAMETER",
}


def event_of(stage):
    return json.loads((ROOT / "events" / f"{stage}.json").read_text(encoding="utf-8"))


def queue_of(record):
    return record["eventSourceARN"].rpartition(":")[2]


def test_each_function_has_its_sample_event_and_no_event_is_left_over():
    samples = {path.stem for path in (ROOT / "events").glob("*.json")} - {"env"}

    assert samples == functions().keys()


@pytest.mark.parametrize("stage", DECODERS)
def test_the_bodies_of_a_sample_are_messages_that_the_code_reads(stage):
    records = event_of(stage)["Records"]

    assert records
    for record in records:
        DECODERS[stage](record["body"])


@pytest.mark.parametrize("stage", DECODERS)
def test_a_sample_comes_from_a_queue_that_feeds_its_function(stage):
    feeding = {
        f"{LOCAL}{queue}" + (".fifo" if resources(QUEUE)[queue].get("FifoQueue") else "")
        for queue, (function, _) in consumers().items()
        if function == function_id(stage)
    }

    assert {queue_of(record) for record in event_of(stage)["Records"]} <= feeding


@pytest.mark.parametrize("stage", DECODERS)
def test_a_sample_of_a_queue_is_grouped_by_brand(stage):
    groups = {record["attributes"]["MessageGroupId"] for record in event_of(stage)["Records"]}

    assert groups == {"acme"}


def test_the_samples_tell_one_story():
    brought = [
        mention.key
        for record in event_of("classify")["Records"]
        for mention in decode_mentions(record["body"]).mentions
    ]
    (labelled,) = decode_for_triage(event_of("triage")["Records"][0]["body"]).mentions

    assert labelled.mention.key in brought
    assert labelled.labels.urgency == "critical"


def test_the_local_environment_covers_what_the_template_names_and_nothing_else():
    given = json.loads((ROOT / "events" / "env.json").read_text(encoding="utf-8"))
    named = {name for it in functions().values() for name in it["Environment"]["Variables"]}

    assert given.keys() == {"Parameters"}
    assert given["Parameters"].keys() == named - FROM_THE_TEMPLATE


def test_the_local_environment_names_the_queues_of_the_local_stack():
    given = json.loads((ROOT / "events" / "env.json").read_text(encoding="utf-8"))["Parameters"]
    urls = {name: value for name, value in given.items() if value.startswith("https://sqs.")}
    queues = {
        f"{LOCAL}{queue}" + (".fifo" if properties.get("FifoQueue") else "")
        for queue, properties in resources(QUEUE).items()
    }

    assert {url.rpartition("/")[2] for url in urls.values()} == queues
