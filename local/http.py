"""The HTTP API: routes of the translated template, in this process and on 127.0.0.1."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from local.clock import Clock
from local.functions import Invocation, LocalFunction
from local.intrinsics import TemplateError
from local.template import Stack

_FUNCTION_IN_URI = re.compile(r"functions/(arn:[^/]+)/invocations")
Run = Callable[[LocalFunction, Mapping[str, Any]], Invocation]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method and path of the API. A path may hold `{name}` and end with `{name+}`."""

    method: str
    path: str
    function: LocalFunction
    pattern: re.Pattern[str]

    @property
    def key(self) -> str:
        return "$default" if self.path == "$default" else f"{self.method} {self.path}"

    def rank(self) -> tuple[bool, bool, int, bool]:
        """API Gateway's order: full matches, then the longest, greedy and default ones last."""
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
        return (
            self.path == "$default",
            "+}" in self.path,
            self.path.count("{"),
            self.method == "ANY",
        )


class Routes:
    """Answers requests as API Gateway does with payload format 2.0."""

    def __init__(
        self, stack: Stack, functions: Mapping[str, LocalFunction], run: Run, clock: Clock
    ) -> None:
        self._run = run
        self._clock = clock
        self._place = stack.place
        self.routes = sorted(_routes_of(stack, functions), key=Route.rank)

    def answer(
        self, method: str, target: str, headers: Mapping[str, str], body: str | bytes | None
    ) -> HttpResponse:
        """Answer a request for `target` (path and query)."""
        address = urlsplit(target)
        for route in self.routes:
            found = route.pattern.fullmatch(address.path)
            if found and route.method in (method, "ANY"):
                event = self._event(route, method, target, headers, body, found.groupdict())
                return _response(self._run(route.function, event))
        return _json_response(404, {"message": "Not Found"})

    def _event(
        self,
        route: Route,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: str | bytes | None,
        path_parameters: Mapping[str, str],
    ) -> dict[str, Any]:
        address = urlsplit(target)
        lower: dict[str, str] = {}
        for name, value in headers.items():
            lower[name.lower()] = value
        cookies = [each.strip() for each in lower.pop("cookie", "").split(";") if each.strip()]
        query: dict[str, str] = {}
        for name, value in parse_qsl(address.query, keep_blank_values=True):
            query[name] = f"{query[name]},{value}" if name in query else value
        lower.setdefault("host", "127.0.0.1")
        lower.setdefault("user-agent", "local")
        now = self._clock.now()
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": route.key,
            "rawPath": address.path,
            "rawQueryString": address.query,
            "headers": lower,
            "requestContext": {
                "accountId": self._place.account,
                "apiId": "local",
                "domainName": lower["host"],
                "domainPrefix": "local",
                "http": {
                    "method": method,
                    "path": address.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": lower["user-agent"],
                },
                "requestId": f"local-{now.timestamp():.3f}",
                "routeKey": route.key,
                "stage": "$default",
                "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
                "timeEpoch": int(now.timestamp() * 1000),
            },
            "isBase64Encoded": False,
        }
        if cookies:
            event["cookies"] = cookies
        if query:
            event["queryStringParameters"] = query
        if path_parameters:
            event["pathParameters"] = {
                name: unquote(value) for name, value in path_parameters.items()
            }
        if body:
            event["body"], event["isBase64Encoded"] = _body(body, lower.get("content-type", ""))
        return event

    def serve(self, port: int) -> ThreadingHTTPServer:
        """A server on 127.0.0.1 (port 0 picks one); the caller runs `serve_forever`."""
        routes = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                response = routes.answer(
                    self.command, self.path, dict(self.headers.items()), self.rfile.read(length)
                )
                self.send_response(response.status)
                for name, value in response.headers.items():
                    self.send_header(name, value)
                for cookie in response.cookies:
                    self.send_header("set-cookie", cookie)
                self.send_header("content-length", str(len(response.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(response.body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: paths can hold the secret of an acknowledgement link."""

        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
            setattr(Handler, f"do_{method}", Handler.answer)
        return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def _body(body: str | bytes, content_type: str) -> tuple[str, bool]:
    """API Gateway hands over text as it is and everything else in base64."""
    if isinstance(body, str):
        return body, False
    kind = content_type.split(";")[0].strip().lower()
    if kind.startswith("text/") or kind in {
        "application/json",
        "application/javascript",
        "application/xml",
    }:
        return body.decode("utf-8"), False
    return base64.b64encode(body).decode(), True


def _response(invocation: Invocation) -> HttpResponse:
    result = invocation.result
    if invocation.error is not None:
        return _json_response(500, {"message": "Internal Server Error"})
    if not isinstance(result, dict) or "statusCode" not in result:
        # A bare value is a body of its own in payload format 2.0.
        return _json_response(200, result)
    body = result.get("body") or ""
    encoded = base64.b64decode(body) if result.get("isBase64Encoded") else body.encode("utf-8")
    headers = {name.lower(): str(value) for name, value in (result.get("headers") or {}).items()}
    for name, values in (result.get("multiValueHeaders") or {}).items():
        headers[name.lower()] = ",".join(map(str, values))
    headers.pop("content-length", None)
    return HttpResponse(
        status=int(result["statusCode"]),
        headers={"content-type": "text/plain;charset=utf-8", **headers},
        cookies=tuple(result.get("cookies") or ()),
        body=encoded,
    )


def _json_response(status: int, value: Any) -> HttpResponse:
    return HttpResponse(
        status=status,
        headers={"content-type": "application/json"},
        body=json.dumps(value).encode("utf-8"),
    )


def _routes_of(stack: Stack, functions: Mapping[str, LocalFunction]) -> list[Route]:
    routes = []
    for api in stack.of_type("AWS::ApiGatewayV2::Api"):
        body = api.properties["Body"]
        for name in body.keys() - {"openapi", "info", "paths", "tags", "components"}:
            raise TemplateError(f"{api.id}: the local cloud does not know {name} in an API")
        if body.get("components"):
            raise TemplateError(f"{api.id}: the local cloud knows no authorizers")
        for path, methods in body["paths"].items():
            for method, operation in methods.items():
                function = _function_of(stack, api.id, operation, functions)
                routes.append(_route(method, path, function))
    return routes


def _function_of(
    stack: Stack,
    api: str,
    operation: Mapping[str, Any],
    functions: Mapping[str, LocalFunction],
) -> LocalFunction:
    if operation.get("security"):
        raise TemplateError(f"{api}: the local cloud knows no authorizers")
    integration = operation["x-amazon-apigateway-integration"]
    found = _FUNCTION_IN_URI.search(integration["uri"])
    if found is None or integration.get("payloadFormatVersion") != "2.0":
        raise TemplateError(f"{api}: only functions with payload format 2.0 are known")
    return functions[stack.by_arn(found.group(1)).id]


def _route(method: str, path: str, function: LocalFunction) -> Route:
    parts = re.split(r"(\{[^}]+\})", "/{default+}" if path == "$default" else path)
    pattern = ""
    for part in parts:
        if part.startswith("{"):
            name = part.strip("{}")
            greedy = name.endswith("+")
            pattern += f"(?P<{name.rstrip('+')}>{'.*' if greedy else '[^/]+'})"
        else:
            pattern += re.escape(part)
    any_method = method == "x-amazon-apigateway-any-method"
    return Route(
        method="ANY" if any_method else method.upper(),
        path=path,
        function=function,
        pattern=re.compile(pattern, re.DOTALL),
    )
