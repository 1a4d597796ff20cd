"""The OpenAPI description as it is served: who may call what, and how it says no."""

import json
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import ApiGatewayResolver

from vigie import __version__
from vigie.api.routing import OPEN_ROUTES, load_all

_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "required": ["error", "detail"],
    "properties": {
        "error": {"type": "string", "description": "A code for programs."},
        "detail": {"type": "string", "description": "What was wrong, and the mend, for people."},
    },
}
_SAYS = {
    "401": "No token, an unknown one, or a revoked one.",
    "404": "There is no such incident or brand.",
    "409": "Somebody decided otherwise before.",
    "422": "The request is not as described.",
    "503": "A table or queue does not answer: come back after `Retry-After` seconds.",
}


@cache
def description_of(app: ApiGatewayResolver) -> dict[str, Any]:
    """Powertools' description with our own problems in it, and a token on every route that is not
    open. Built on demand: its machinery is as heavy as the rest of the function."""
    load_all(app)
    schema: dict[str, Any] = json.loads(
        app.get_openapi_json_schema(
            title="Vigie",
            version=__version__,
            description="Incidents, who has them, and what was decided. One token per person.",
        )
    )
    components = schema.setdefault("components", {})
    components["securitySchemes"] = {"person": {"type": "http", "scheme": "bearer"}}
    shapes = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    shapes["Problem"] = _PROBLEM
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            operation["responses"].pop("422", None)
            if f"{method.upper()} {path}" in OPEN_ROUTES:
                continue
            operation["security"] = [{"person": []}]
            codes = set(_SAYS) if method == "post" else set(_SAYS) - {"409"}
            for code in sorted(codes):
                operation["responses"][code] = {
                    "description": _SAYS[code],
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    },
                }
    return schema
