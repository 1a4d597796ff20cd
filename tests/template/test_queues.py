import pytest

from tests.template.reading import (
    FUNCTION,
    MAPPING,
    QUEUE,
    consumers,
    dead_letters,
    functions,
    named,
    resources,
    working_queues,
)

FOURTEEN_DAYS = 14 * 24 * 3600


def test_the_flow_has_these_queues_and_these_are_fifo():
    fifo = {name: queue.get("FifoQueue", False) for name, queue in working_queues().items()}

    assert fifo == {
        "MentionsQueue": False,
        "UrgentQueue": False,
        "ClassifiedQueue": True,
        "UrgentClassifiedQueue": True,
        "EscalationsQueue": False,
        "PollsQueue": False,
    }


@pytest.mark.parametrize("name", working_queues())
def test_a_message_that_fails_five_times_is_parked_in_the_queue_s_own_dead_letters(name):
    redrive = working_queues()[name]["RedrivePolicy"]

    assert named(redrive["deadLetterTargetArn"]) == name.removesuffix("Queue") + "DeadLetters"
    assert redrive["maxReceiveCount"] == 5


@pytest.mark.parametrize("name", working_queues())
def test_dead_letters_outlive_the_queue_that_they_come_from(name):
    queue = working_queues()[name]
    parked = resources(QUEUE)[named(queue["RedrivePolicy"]["deadLetterTargetArn"])]

    assert parked["MessageRetentionPeriod"] == FOURTEEN_DAYS
    assert queue["MessageRetentionPeriod"] < FOURTEEN_DAYS


@pytest.mark.parametrize("name", working_queues())
def test_the_dead_letters_of_a_fifo_queue_are_fifo(name):
    queue = working_queues()[name]
    parked = resources(QUEUE)[named(queue["RedrivePolicy"]["deadLetterTargetArn"])]

    assert parked.get("FifoQueue", False) == queue.get("FifoQueue", False)


@pytest.mark.parametrize("name", resources(QUEUE))
def test_a_queue_is_encrypted_by_the_one_key(name):
    assert named(resources(QUEUE)[name]["KmsMasterKeyId"]) == "DataKey"


@pytest.mark.parametrize("name", [n for n, q in working_queues().items() if q.get("FifoQueue")])
def test_brands_of_a_fifo_queue_run_side_by_side_at_high_throughput(name):
    queue = working_queues()[name]

    assert queue["DeduplicationScope"] == "messageGroup"
    assert queue["FifoThroughputLimit"] == "perMessageGroupId"
    assert not queue.get("ContentBasedDeduplication", False)


def test_each_queue_feeds_one_function_and_dead_letters_feed_none():
    assert len(resources(MAPPING)) == len(consumers())
    assert consumers().keys() == working_queues().keys()
    assert not consumers().keys() & dead_letters()


@pytest.mark.parametrize("name", working_queues())
def test_a_message_stays_hidden_for_six_timeouts_and_the_window(name):
    function, mapping = consumers()[name]
    window = mapping.get("MaximumBatchingWindowInSeconds", 0)
    timeout = resources(FUNCTION)[function]["Timeout"]

    assert working_queues()[name]["VisibilityTimeout"] >= 6 * timeout + window


@pytest.mark.parametrize("name", working_queues())
def test_a_batch_keeps_to_what_sqs_allows(name):
    _, mapping = consumers()[name]
    window = mapping.get("MaximumBatchingWindowInSeconds", 0)

    if working_queues()[name].get("FifoQueue"):
        assert window == 0
    assert mapping["BatchSize"] <= (10 if window == 0 else 10_000)


@pytest.mark.parametrize("name", working_queues())
def test_a_batch_reports_its_failures_one_by_one(name):
    _, mapping = consumers()[name]

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_only_ordinary_mentions_have_a_ceiling_so_that_room_is_left_for_urgent_ones():
    limited = {name for name, (_, mapping) in consumers().items() if "ScalingConfig" in mapping}

    assert limited == {"MentionsQueue"}


def test_no_function_reserves_concurrency():
    assert not [name for name, it in functions().items() if "ReservedConcurrentExecutions" in it]
