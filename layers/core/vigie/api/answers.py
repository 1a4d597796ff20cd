"""What is answered where no shape describes it: JSON, problems, and the headers of all answers."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

RETRY_AFTER = {"Retry-After": "2"}
# What staff see is theirs alone: no cache keeps it, no browser guesses what it is.
ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def as_json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response[str]:
    """JSON that no route's shape describes."""
    return Response(status, "application/json", json.dumps(body), dict(headers or {}))


def problem(
    status: int, error: str, detail: str, headers: Mapping[str, str] | None = None
) -> Response[str]:
    """A code for programs, and what was wrong for people."""
    return as_json(status, {"error": error, "detail": detail}, headers)


def plain(response: Response[str]) -> dict[str, Any]:
    """What the resolver would make of `response`, where the request does not get that far."""
    return {
        "statusCode": response.status_code,
        "headers": ALWAYS | {"Content-Type": response.content_type} | response.headers,
        "body": response.body,
    }
