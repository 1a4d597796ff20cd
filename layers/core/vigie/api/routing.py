"""Which module answers which route; a module is loaded by the first request that needs it.

A cold start for one route does not pay for the shapes and services of the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import ApiGatewayResolver
from aws_lambda_powertools.event_handler.api_gateway import Router

if TYPE_CHECKING:
    from vigie.api.parts import Parts
    from vigie.services.desk import Act

MODULES: Mapping[str, str] = {
    "GET /": "pages",
    "GET /health": "service",
    "GET /openapi.json": "service",
    "GET /incidents": "incidents",
    "GET /incidents/{id}": "incidents",
    "GET /incidents/{id}/mentions": "incidents",
    "GET /incidents/{id}/why": "explanations",
    "GET /incidents/{id}/digest": "explanations",
    "GET /brands/{brand}/mentions/{mention}/why": "explanations",
    "POST /incidents/{id}/acknowledge": "decisions",
    "POST /incidents/{id}/resolve": "decisions",
    "POST /incidents/{id}/dismiss": "decisions",
    "POST /incidents/{id}/notes": "decisions",
    "POST /incidents/{id}/hand-over": "clocks",
    "POST /incidents/{id}/escalate": "clocks",
    "POST /incidents/{id}/clocks": "clocks",
    "DELETE /incidents/{id}/clocks/{name}": "clocks",
    "POST /incidents/{id}/merge": "commands",
    "POST /incidents/{id}/split": "commands",
    "POST /incidents/{id}/contain": "commands",
    "POST /incidents/{id}/severity": "commands",
    "POST /incidents/{id}/mentions/{mention}/labels": "corrections",
    "GET /sources": "sources",
    "GET /on-call": "on_call",
    "POST /on-call/overrides": "on_call",
    "DELETE /on-call/overrides/{id}": "on_call",
    "GET /a/{token}": "pages",
    "POST /a/{token}": "pages",
}
# Every other route needs a person's token: a route that is added is closed until it is named here.
OPEN_ROUTES = frozenset(
    {"GET /", "GET /health", "GET /openapi.json", "GET /a/{token}", "POST /a/{token}"}
)


class Routes(Router):
    """The routes of one module, and what the present request has for them."""

    @property
    def parts(self) -> Parts:
        """Tables, queue, plan and clock. Built when asked for: `GET /health` does without."""
        parts: Parts = self.context["parts"]()
        return parts

    @property
    def person(self) -> str:
        """Who asks."""
        return str(self.context["person"])

    def act(self, words: str = "") -> Act:
        """What this person does now, with these words."""
        # Reading needs nothing of it.
        from vigie.services.desk import Act

        return Act(by=self.person, at=self.parts.now(), note=words.strip())


def load(app: ApiGatewayResolver, route: str) -> None:
    """See that `app` knows `route` (`GET /incidents/{id}`); one that is nobody's is left to it."""
    if route in MODULES:
        _load(app, MODULES[route])


def load_all(app: ApiGatewayResolver) -> None:
    """See that `app` knows every route."""
    for module in dict.fromkeys(MODULES.values()):
        _load(app, module)


@cache
def _load(app: ApiGatewayResolver, module: str) -> None:
    app.include_router(import_module(f"vigie.api.routes.{module}").router)
