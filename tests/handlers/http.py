"""Requests as API Gateway's HTTP API hands them to the function, payload format 2.0."""

import json
from dataclasses import dataclass


@dataclass
class LambdaContext:
    function_name: str = "api"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-3:123456789012:function:api"
    aws_request_id: str = "request-1"


def a_request(method, path, *, route=None, token=None, body=None, query=None):
    raw_query = "&".join(f"{name}={value}" for name, value in (query or {}).items())
    event = {
        "version": "2.0",
        "routeKey": f"{method} {route or path}",
        "rawPath": path,
        "rawQueryString": raw_query,
        "headers": {"host": "api.example.org"},
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
            "requestId": "r-1",
            "stage": "$default",
            "timeEpoch": 0,
        },
        "isBase64Encoded": False,
    }
    if query:
        event["queryStringParameters"] = dict(query)
    if token:
        event["headers"]["authorization"] = f"Bearer {token}"
    if body is not None:
        event["headers"]["content-type"] = "application/json"
        event["body"] = json.dumps(body)
    return event
