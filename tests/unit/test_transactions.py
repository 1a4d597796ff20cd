import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from vigie.adapters.dynamodb import client as dynamodb
from vigie.adapters.dynamodb.client import insist
from vigie.errors import Conflict, Unavailable

ACTIONS = [("desk", {"Update": {}}), ("timer", {"Delete": {}})]


def cancelled(*codes):
    return ClientError(
        {
            "Error": {"Code": "TransactionCanceledException", "Message": ""},
            "CancellationReasons": [{"Code": code} for code in codes],
        },
        "TransactWriteItems",
    )


class Answering:
    """A client that raises what it is given in turn, then accepts."""

    def __init__(self, *errors):
        self._errors = list(errors)
        self.accepted = 0

    def transact_write_items(self, **request):
        if self._errors:
            raise self._errors.pop(0)
        self.accepted += 1


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    monkeypatch.setattr(dynamodb, "TRANSACTION_PAUSE_S", 0)


def test_a_transaction_in_the_way_is_waited_for():
    client = Answering(*[cancelled("TransactionConflict", "None")] * 5)

    insist(client, "acknowledge", ACTIONS)

    assert client.accepted == 1


def test_transactions_that_stay_in_the_way_are_a_reason_to_come_back():
    client = Answering(*[cancelled("None", "TransactionConflict")] * 6)

    with pytest.raises(Unavailable):
        insist(client, "acknowledge", ACTIONS)


def test_a_condition_that_does_not_hold_is_named_and_not_tried_again():
    client = Answering(cancelled("ConditionalCheckFailed", "TransactionConflict"))

    with pytest.raises(Conflict) as refused:
        insist(client, "acknowledge", ACTIONS)

    assert refused.value.failed == ("desk",)
    assert client.accepted == 0


def test_silence_is_not_tried_again_here():
    client = Answering(ReadTimeoutError(endpoint_url="https://aws.invalid"))

    with pytest.raises(Unavailable):
        insist(client, "acknowledge", ACTIONS)

    assert client.accepted == 0
