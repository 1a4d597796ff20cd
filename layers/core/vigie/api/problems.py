"""How the API says no: one answer for each branch of the tree of errors."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.metrics import MetricUnit

from vigie.api.answers import RETRY_AFTER, problem
from vigie.errors import Conflict, NotFound, Rejected, Unauthorised, Unavailable, UnknownVersion

logger = Logger()
metrics = Metrics()
router = Router()


@router.exception_handler(Unauthorised)
def unauthorised(error: Unauthorised) -> Response[str]:
    """No token, or none that counts."""
    return problem(401, "unauthorised", error.reason, {"WWW-Authenticate": "Bearer"})


@router.exception_handler(NotFound)
def not_found(error: NotFound) -> Response[str]:
    """What was asked for is not there."""
    return problem(404, "not_found", error.reason)


@router.exception_handler(Rejected)
def rejected(error: Rejected) -> Response[str]:
    """What was sent makes no sense."""
    return problem(422, "rejected", error.reason)


@router.exception_handler(RequestValidationError)
def invalid(error: RequestValidationError) -> Response[str]:
    """What was sent is not as described."""
    # Where and what kind, never the value: people paste tokens into the wrong field.
    return problem(422, "rejected", "; ".join(_wrong(found) for found in error.errors()))


def _wrong(found: Mapping[str, Any]) -> str:
    kind, place = found["type"], ".".join(str(part) for part in found["loc"])
    if kind == "json_invalid":
        return f"body is no JSON, from character {found['loc'][-1]} on: check quotes and commas"
    if kind.startswith(("datetime", "timezone")):
        return f"{place}: expected an instant with its offset, such as 2026-12-24T02:00:00Z"
    return f"{place}: {found['msg']}"


@router.exception_handler(Conflict)
def conflict(error: Conflict) -> Response[str]:
    """Somebody decided otherwise before."""
    return problem(409, "conflict", str(error))


@router.exception_handler(Unavailable)
def unavailable(error: Unavailable) -> Response[str]:
    """A table or queue does not answer."""
    tell(error)
    detail = "a table or queue does not answer; try again in a moment"
    return problem(503, "unavailable", detail, RETRY_AFTER)


@router.exception_handler(NotFoundError)
def no_route(_: NotFoundError) -> Response[str]:
    """The address is none of ours."""
    return problem(404, "not_found", "no such route; GET /openapi.json lists them")


def tell(error: Unavailable) -> None:
    """Log what the caller is not told."""
    logger.warning("request not served", reason=str(error))
    if isinstance(error, UnknownVersion):
        metrics.add_metric(name="UnknownVersion", unit=MetricUnit.Count, value=1)
        metrics.flush_metrics()
