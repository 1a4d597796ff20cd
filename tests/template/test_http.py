import json
import re

from tests.template.reading import function_id, named, resources, walk
from vigie.api.routing import MODULES

ROUTES = {
    "GET /",
    "GET /health",
    "GET /openapi.json",
    "GET /a/{token}",
    "POST /a/{token}",
    "GET /incidents",
    "GET /sources",
    "GET /on-call",
    "POST /on-call/overrides",
    "DELETE /on-call/overrides/{id}",
    "GET /incidents/{id}",
    "GET /incidents/{id}/mentions",
    "GET /incidents/{id}/why",
    "GET /incidents/{id}/digest",
    "GET /brands/{brand}/mentions/{mention}/why",
    "POST /incidents/{id}/acknowledge",
    "POST /incidents/{id}/resolve",
    "POST /incidents/{id}/dismiss",
    "POST /incidents/{id}/notes",
    "POST /incidents/{id}/hand-over",
    "POST /incidents/{id}/escalate",
    "POST /incidents/{id}/clocks",
    "DELETE /incidents/{id}/clocks/{name}",
    "POST /incidents/{id}/merge",
    "POST /incidents/{id}/split",
    "POST /incidents/{id}/contain",
    "POST /incidents/{id}/severity",
    "POST /incidents/{id}/mentions/{mention}/labels",
}
WEBHOOK = {"GET /x/webhook", "POST /x/webhook"}


def paths():
    (api,) = resources("AWS::ApiGatewayV2::Api").values()
    return api["Body"]["paths"]


def stage():
    (found,) = resources("AWS::ApiGatewayV2::Stage").values()
    return found


def test_there_are_these_routes_and_no_catch_all():
    routes = {f"{method.upper()} {path}" for path, it in paths().items() for method in it}

    assert routes == ROUTES | WEBHOOK


def test_the_template_opens_the_routes_that_the_code_serves():
    assert set(MODULES) == ROUTES


def targets(routes):
    """The functions that the routes lead to."""
    found = [
        value["Fn::Sub"]
        for path, methods in paths().items()
        for method, operation in methods.items()
        if f"{method.upper()} {path}" in routes
        for key, value in walk(operation)
        if key == "uri" and isinstance(value, dict)
    ]
    assert len(found) == len(routes)
    return {re.search(r"\$\{(\w+)\.Arn\}/invocations", target)[1] for target in found}


def test_every_route_leads_to_the_api_function_but_those_of_x():
    assert targets(ROUTES) == {function_id("api")}
    assert targets(WEBHOOK) == {function_id("ingest_webhook")}


def test_the_access_log_holds_the_route_and_never_the_path():
    written = stage()["AccessLogSettings"]["Format"]
    variables = set(re.findall(r"\$context\.([A-Za-z.]+)", written))

    assert json.loads(written)["route"] == "$context.routeKey"
    # Neither path, address, agent nor anything of the caller's.
    assert variables <= {
        "requestTimeEpoch",
        "requestId",
        "routeKey",
        "status",
        "responseLatency",
        "responseLength",
        "integrationStatus",
    }


def test_the_access_log_forgets():
    group = re.fullmatch(r"(\w+)", named(stage()["AccessLogSettings"]["DestinationArn"]))[1]

    assert named(resources("AWS::Logs::LogGroup")[group]["RetentionInDays"]) == "LogRetentionDays"


def test_the_api_is_throttled():
    limits = stage()["DefaultRouteSettings"]

    assert 0 < limits["ThrottlingRateLimit"] <= limits["ThrottlingBurstLimit"] <= 1000


def test_a_storm_at_x_has_a_throttle_of_its_own():
    (limits,) = stage()["RouteSettings"].values()

    assert stage()["RouteSettings"].keys() == {"POST /x/webhook"}
    # The first second takes 10,000 events.
    assert limits["ThrottlingRateLimit"] + limits["ThrottlingBurstLimit"] >= 10_000


def test_no_other_site_may_call_the_api_from_a_browser():
    (api,) = resources("AWS::ApiGatewayV2::Api").values()

    assert "CorsConfiguration" not in api
    assert "x-amazon-apigateway-cors" not in api["Body"]


def test_links_in_pages_point_at_the_api_or_at_the_deployer_s_own_domain():
    environment = resources("AWS::Lambda::Function")[function_id("escalate")]["Environment"]
    condition, custom, own = environment["Variables"]["PUBLIC_URL"]["Fn::If"]

    assert condition == "HasCustomUrl"
    assert named(custom) == "CustomUrl"
    assert own["Fn::Sub"] == "https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
