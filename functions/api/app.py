"""api: staff read incidents and decide, and the links of pages are answered."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from vigie.api import problems
from vigie.api.answers import ALWAYS, plain
from vigie.api.parts import Parts
from vigie.api.routing import OPEN_ROUTES, load
from vigie.errors import Rejected, Unauthorised, Unavailable
from vigie.services.staff import recognise

logger = Logger()
app = APIGatewayHttpResolver(enable_validation=True)
app.include_router(problems.router)


@cache
def parts() -> Parts:
    """Built at the first request that needs them, kept for the life of the process."""
    return Parts.from_env(os.environ)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """One HTTP request (payload format 2.0). Who asks is settled before anything else is read."""
    route = event["routeKey"]
    if route not in OPEN_ROUTES:
        try:
            person = recognise(parts().staff, event.get("headers", {}).get("authorization", ""))
        except Unauthorised as error:
            return plain(problems.unauthorised(error))
        except Unavailable as error:
            return plain(problems.unavailable(error))
        app.append_context(person=person)
    app.append_context(parts=parts)
    load(app, route)
    try:
        answer = app.resolve(event, context)
    except (RecursionError, ValueError):
        # What the resolver's own JSON reader lets through: nesting without end, numbers of
        # thousands of digits, bytes that are no text.
        unreadable = Rejected(
            "the body is not JSON that can be read; send {} or its fields", field="body"
        )
        return plain(problems.rejected(unreadable))
    answer["headers"] = ALWAYS | answer["headers"]
    return answer
