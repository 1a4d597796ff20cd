"""What can go wrong with a call or a function, for tests that make it happen."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ReadTimeoutError


class FunctionKilled(BaseException):
    """The function stops here: no handler may catch it, and the next call starts cold."""


class AwsError(Exception):
    """AWS answers with an error. The function sees the same exception class as from AWS.

    Raise it from a `before_call` (nothing was done) or an `after_call` (it was done).
    """

    def __init__(
        self, code: str, message: str = "injected", status: int = 400, **details: Any
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.details = details

    def response(self) -> dict[str, Any]:
        return {
            "Error": {"Code": self.code, "Message": self.message},
            "message": self.message,
            "ResponseMetadata": {"HTTPStatusCode": self.status, "HTTPHeaders": {}},
            **self.details,
        }


def throttled(service: str) -> AwsError:
    """The refusal that `service` gives to too many requests."""
    code = {
        "dynamodb": "ProvisionedThroughputExceededException",
        "sqs": "RequestThrottled",
        "sns": "Throttled",
    }.get(service, "ThrottlingException")
    return AwsError(code, "Rate exceeded")


def transaction_conflict(actions: int) -> AwsError:
    """Another transaction held one of the items."""
    reasons: list[Mapping[str, Any]] = [{"Code": "TransactionConflict", "Message": "in progress"}]
    reasons += [{"Code": "None"}] * (actions - 1)
    return AwsError(
        "TransactionCanceledException",
        "Transaction cancelled, please refer cancellation reasons for specific reasons",
        CancellationReasons=reasons,
    )


def timed_out() -> ReadTimeoutError:
    """No answer came in time; from an `after_call`, although the call was applied."""
    return ReadTimeoutError(endpoint_url="https://aws.invalid")
