from datetime import UTC, datetime

import pytest

from local.clock import VirtualClock
from local.functions import Invocation
from local.http import Routes
from local.intrinsics import TemplateError
from local.template import load

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
  Function:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: function/
      Handler: app.handler
      Runtime: python3.13
      Role: arn:aws:iam::123456789012:role/any
      Events:
"""
EVENT = (
    "        Route{number}:\n"
    "          Type: HttpApi\n"
    "          Properties: {{ApiId: !Ref Api, Method: {method}, Path: '{path}'}}\n"
)


@pytest.fixture
def answer(tmp_path):
    """Gives the key of the route that takes a request."""

    def of(routes, method, path):
        events = "".join(
            EVENT.format(number=number, method=route.split()[0], path=route.split()[1])
            for number, route in enumerate(routes)
        )
        template = tmp_path / "template.yaml"
        template.write_text(TEMPLATE + events, encoding="utf-8")
        api = Routes(
            load(template),
            {"Function": object()},
            lambda function, event: Invocation(
                result={"statusCode": 200, "body": event["routeKey"]}
            ),
            VirtualClock(datetime(2026, 11, 22, tzinfo=UTC)),
        )
        found = api.answer(method, path, {}, None)
        return found.text if found.status == 200 else found.status

    return of


ROUTES = ["GET /{all+}", "GET /a/{id}", "GET /a/b", "ANY /a/b", "GET /a/{id}/c"]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/a/b", "GET /a/b"),
        ("POST", "/a/b", "ANY /a/b"),
        ("GET", "/a/x", "GET /a/{id}"),
        ("GET", "/a/x/c", "GET /a/{id}/c"),
        ("GET", "/a/x/d", "GET /{all+}"),
        ("POST", "/a/x", 404),
    ],
)
def test_the_most_exact_route_answers(answer, method, path, expected):
    assert answer(ROUTES, method, path) == expected


def test_the_default_route_takes_what_is_left(answer):
    assert answer([*ROUTES, "ANY $default"], "POST", "/a/x") == "$default"


def test_an_authorizer_is_an_error(tmp_path):
    template = tmp_path / "template.yaml"
    authorizer = """
    Properties:
      Auth:
        DefaultAuthorizer: Staff
        Authorizers:
          Staff:
            JwtConfiguration: {issuer: 'https://issuer.example.org', audience: [a]}
            IdentitySource: $request.header.Authorization
"""
    text = TEMPLATE.replace("HttpApi\n", "HttpApi" + authorizer, 1)
    text += EVENT.format(number=1, method="GET", path="/a")
    template.write_text(text, encoding="utf-8")

    with pytest.raises(TemplateError, match="authorizers"):
        Routes(load(template), {"Function": object()}, None, None)
