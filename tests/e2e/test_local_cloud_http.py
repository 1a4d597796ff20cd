"""The HTTP API of the local cloud, in the process and on 127.0.0.1."""

import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from local.clock import PacedClock, VirtualClock
from local.runner import LocalCloud

ROOT = Path(__file__).parents[2]
SMALL = Path(__file__).parent / "small" / "template.yaml"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def cloud():
    with LocalCloud.start(SMALL, root=ROOT, clock=VirtualClock(NOON)) as started:
        yield started


@pytest.fixture
def echo(cloud, monkeypatch):
    """A desk that keeps the events it gets and gives the answer that it is told to."""
    seen = []
    answers = [{"statusCode": 204}]

    def handler(event, context):
        seen.append(event)
        return answers[-1]

    module = pytest.importorskip("tests.e2e.small.functions.desk.app")
    monkeypatch.setattr(module, "handler", handler)
    return seen, answers


def test_the_event_has_the_shape_of_payload_format_2(cloud, echo):
    seen, _ = echo

    cloud.http(
        "POST",
        "/counts/a%20b/notes?x=1&x=2&y=",
        {"Content-Type": "application/json", "Cookie": "a=1; b=2", "X-Many": "é"},
        '{"text": "é"}',
    )

    (event,) = seen
    context = event.pop("requestContext")
    assert context["http"]["method"] == "POST"
    assert context["http"]["path"] == "/counts/a%20b/notes"
    assert (context["stage"], context["routeKey"]) == ("$default", event["routeKey"])
    assert context["timeEpoch"] == int(NOON.timestamp() * 1000)
    headers = event.pop("headers")
    assert headers["content-type"] == "application/json"
    assert "cookie" not in headers
    assert event == {
        "version": "2.0",
        "routeKey": "POST /counts/{name}/notes",
        "rawPath": "/counts/a%20b/notes",
        "rawQueryString": "x=1&x=2&y=",
        "queryStringParameters": {"x": "1,2", "y": ""},
        "pathParameters": {"name": "a b"},
        "cookies": ["a=1", "b=2"],
        "body": '{"text": "é"}',
        "isBase64Encoded": False,
    }


def test_bytes_that_are_not_text_travel_in_base64(cloud, echo):
    seen, _ = echo

    cloud.http("POST", "/counts/a/notes", {"content-type": "image/png"}, b"\x00\xff")

    assert (seen[0]["body"], seen[0]["isBase64Encoded"]) == ("AP8=", True)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"statusCode": 204}, (204, b"")),
        ({"statusCode": 201, "body": "é"}, (201, "é".encode())),
        ({"statusCode": 200, "body": "AP8=", "isBase64Encoded": True}, (200, b"\x00\xff")),
        ({"bare": 1}, (200, b'{"bare": 1}')),
    ],
)
def test_answers_are_written_as_api_gateway_writes_them(cloud, echo, answer, expected):
    _, answers = echo
    answers.append(answer)

    response = cloud.http("GET", "/counts/a")

    assert (response.status, response.body) == expected


def test_headers_and_cookies_are_given_back(cloud, echo):
    _, answers = echo
    answers.append({"statusCode": 200, "headers": {"X-One": "1"}, "cookies": ["a=1", "b=2"]})

    response = cloud.http("GET", "/counts/a")

    assert (response.headers["x-one"], response.cookies) == ("1", ("a=1", "b=2"))


def test_a_path_without_a_route_is_not_found(cloud):
    assert cloud.http("GET", "/counts").status == 404
    assert cloud.http("DELETE", "/counts/a").status == 404
    assert cloud.http("GET", "/counts/a/b").status == 404


def test_a_crash_is_an_internal_server_error(cloud, echo, monkeypatch):
    _, answers = echo
    answers.append(object())

    assert cloud.http("GET", "/counts/a").status == 500


def test_the_api_answers_on_this_machine_while_the_queues_run():
    clock = PacedClock(NOON, speed=50)
    with LocalCloud.start(SMALL, root=ROOT, clock=clock) as cloud:
        server = cloud.routes.serve(port=0)
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        cloud.client("sqs").send_message(
            QueueUrl=cloud.queue_url("WorkQueue"), MessageBody="acme:1", MessageGroupId="acme"
        )

        cloud.advance_to(clock.now() + timedelta(seconds=10))
        address = f"http://127.0.0.1:{server.server_port}/counts/acme"
        with urllib.request.urlopen(address) as answer:
            body = answer.read()
            headers = dict(answer.headers)
        server.shutdown()
        serving.join()
        server.server_close()

    assert b'"number": 1' in body
    assert headers["set-cookie"] == "seen=1"
