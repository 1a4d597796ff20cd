"""The API about itself."""

from aws_lambda_powertools.event_handler import ApiGatewayResolver, Response

from vigie import __version__
from vigie.api.answers import as_json
from vigie.api.description import description_of
from vigie.api.routing import Routes

router = Routes()


@router.get("/health", summary="Whether the API runs")
def health() -> dict[str, str]:
    """Says nothing about the incidents, and asks nothing of the tables."""
    return {"status": "ok", "version": __version__}


@router.get("/openapi.json", include_in_schema=False)
def openapi() -> Response[str]:
    """This API's description."""
    assert isinstance(router.api_resolver, ApiGatewayResolver)
    return as_json(200, description_of(router.api_resolver))
