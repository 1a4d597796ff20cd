import re
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.api import app
from tests.builders import DUTY, LEAD, NOON, a_plan
from tests.handlers.http import LambdaContext, a_request
from tests.handlers.test_api import MINUTE, TOKEN, ask, held, staff_ask  # noqa: F401
from tests.rotas import a_layer, a_schedule, wall
from vigie.domain.instants import to_iso

HOUR = timedelta(hours=1)
THIRD = replace(DUTY, id="duty-3")
NOW = NOON + MINUTE


@pytest.fixture
def desk(held):  # noqa: F811
    """A plan whose rota hands over from duty-1 to lead-1 at 14:00."""
    rota = a_schedule(a_layer(DUTY, LEAD, first=wall(2026, 3, 11, 14)), time_zone="UTC")
    held.parts.plan = a_plan(schedules=(rota,), staff=(DUTY, LEAD, THIRD))
    return held


def override(**body):
    values = {"deed": "take", "person": "duty-3", "schedule": "rota", "end": to_iso(NOON + HOUR)}
    return staff_ask("POST", "/on-call/overrides", body=values | body)


def cancel(override_id):
    route = "/on-call/overrides/{id}"
    return staff_ask("DELETE", f"/on-call/overrides/{override_id}", route=route)


def on_call(**query):
    return staff_ask("GET", "/on-call", query=query)[1]["schedules"][0]


def test_who_is_on_call_now_and_next(desk):
    status, body, _ = staff_ask("GET", "/on-call")

    assert status == 200
    assert body["at"] == to_iso(NOW)
    assert body["overrides"] == []
    assert body["schedules"] == [
        {
            "schedule": "rota",
            "time_zone": "UTC",
            "people": ["duty-1"],
            "languages": ["fr"],
            "until": "2026-03-12T14:00:00.000Z",
            "next": {
                "people": ["lead-1"],
                "start": "2026-03-12T14:00:00.000Z",
                "end": "2026-03-13T14:00:00.000Z",
            },
        }
    ]


@pytest.mark.parametrize("at", ["2026-03-12T15:00:00Z", "2026-03-12T16:00:00+01:00"])
def test_who_is_on_call_at_another_instant(desk, at):
    assert on_call(at=at)["people"] == ["lead-1"]


@pytest.mark.parametrize("at", ["tomorrow", "2026-03-12T15:00:00"])
def test_an_instant_that_is_none_is_refused_with_the_mend(desk, at):
    status, body, _ = staff_ask("GET", "/on-call", query={"at": at})

    assert status == 422
    assert "2026-12-24T02:00:00Z" in body["detail"]


def test_an_override_counts_at_once_and_says_who_made_it(desk):
    status, made, _ = override()

    assert status == 200
    assert (made["by"], made["made_at"], made["in_force"]) == ("duty-1", to_iso(NOW), True)
    assert made["start"] == to_iso(NOW)
    duty = on_call()
    assert (duty["people"], duty["until"]) == (["duty-3"], to_iso(NOON + HOUR))
    assert duty["next"]["people"] == ["duty-1"]


def test_the_same_override_asked_for_twice_is_one(desk):
    first, again = override(start=to_iso(NOW)), override(start=to_iso(NOW))

    assert first[1]["id"] == again[1]["id"]
    assert len(desk.parts.overrides.held) == 1


def test_a_cancelled_override_no_longer_counts_and_stays_in_the_record(desk):
    made = override()[1]

    first, again = cancel(made["id"]), cancel(made["id"])

    assert (first[0], again[0]) == (200, 200)
    assert first[1]["cancelled_by"] == again[1]["cancelled_by"] == "duty-1"
    assert first[1]["in_force"] is False
    assert on_call()["people"] == ["duty-1"]
    assert len(staff_ask("GET", "/on-call")[1]["overrides"]) == 1


def test_what_was_cancelled_can_be_made_again(desk):
    first = override(start=to_iso(NOW))[1]
    cancel(first["id"])
    desk.parts.now = lambda: NOW + MINUTE

    again = override(start=to_iso(NOW))[1]

    assert again["id"] != first["id"]
    assert again["in_force"]
    assert on_call()["people"] == ["duty-3"]


def test_an_override_that_is_not_there_is_404(desk):
    status, body, _ = cancel("no-such")

    assert status == 404
    assert "GET /on-call" in body["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"person": "nobody"}, "person"),
        ({"other": "nobody"}, "other"),
        ({"other": "duty-3"}, "other"),
        ({"schedule": "nowhere"}, "schedule"),
        ({"schedule": ""}, "schedule"),
        ({"deed": "swap"}, "other"),
        ({"deed": "add", "schedule": ""}, "schedule"),
        ({"deed": "mute"}, "schedule"),
        ({"deed": "praise"}, "deed"),
        ({"end": to_iso(NOON)}, "end"),
        ({"start": to_iso(NOON + 2 * HOUR)}, "end"),
        ({"end": to_iso(NOON + timedelta(days=93))}, "longer than 92 days"),
        ({"end": "2026-03-12T13:00:00"}, "end"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_field(desk, body, field):
    status, answer, _ = override(**body)

    assert status == 422
    assert field in answer["detail"]
    assert desk.parts.overrides.held == {}


def test_without_a_token_nobody_learns_or_changes_who_is_on_call(desk):
    for method, path in (("GET", "/on-call"), ("POST", "/on-call/overrides")):
        assert ask(method, path, body={})[0] == 401


def test_a_table_that_does_not_answer_is_503(desk):
    desk.parts.overrides.broken = True

    status, _, headers = staff_ask("GET", "/on-call")

    assert (status, headers["retry-after"]) == (503, "2")


def test_the_description_names_the_routes(desk):
    paths = app.app.get_openapi_schema(title="t", version="1").paths

    assert {path for path in paths if re.match("/on-call", path)} == {
        "/on-call",
        "/on-call/overrides",
        "/on-call/overrides/{id}",
    }


def test_an_instant_without_offset_is_refused_with_the_mend(desk):
    for end in ("2026-12-24T02:00:00", "tomorrow"):
        status, answer, _ = override(end=end)

        assert status == 422
        assert answer["detail"] == (
            "body.end: expected an instant with its offset, such as 2026-12-24T02:00:00Z"
        )


def test_a_body_that_is_no_json_is_said_to_be_none(desk):
    request = a_request("POST", "/on-call/overrides", token=TOKEN) | {"body": "{deed: take}"}
    request["headers"]["content-type"] = "application/json"

    answer = app.handler(request, LambdaContext())

    assert answer["statusCode"] == 422
    assert "body is no JSON, from character 1 on" in answer["body"]
