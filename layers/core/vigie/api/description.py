"""The OpenAPI description as it is served: who may call what, and how it says no."""

from collections.abc import Collection
from typing import Any

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


def described(schema: dict[str, Any], open_routes: Collection[str]) -> dict[str, Any]:
    """Powertools' description with our own problems in it, and a token on every route that is not
    among `open_routes` (`GET /health`)."""
    components = schema.setdefault("components", {})
    components["securitySchemes"] = {"person": {"type": "http", "scheme": "bearer"}}
    shapes = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    shapes["Problem"] = _PROBLEM
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            operation["responses"].pop("422", None)
            if f"{method.upper()} {path}" in open_routes:
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
