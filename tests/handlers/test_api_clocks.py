import re
from dataclasses import replace
from datetime import timedelta

import pytest

from functions.api import app
from tests.builders import DUTY, LEAD, NOON, a_desk, a_tally, a_timer, some_ladders
from tests.fakes import (
    InMemoryIncidents,
)
from tests.handlers.api_parts import api_parts
from tests.handlers.test_api import ask
from vigie.domain.clock_rules import ClockRules
from vigie.domain.links import link_for
from vigie.domain.plan import Severity
from vigie.messages import decode_step

ID = "inc-0123456789"
TOKEN = "staff-token-of-duty-1"
LINK = "Ab3-_Ab3-_Ab"
MINUTE = timedelta(minutes=1)
TAKEN = a_desk(acknowledged_at=NOON, acknowledged_by="duty-1", owner="duty-1")
RULES = ClockRules(acknowledged_for=dict.fromkeys(Severity, timedelta(hours=2)), staff=(DUTY, LEAD))


@pytest.fixture
def held(monkeypatch):
    held = InMemoryIncidents()
    held.tallies[ID] = a_tally()
    held.ladders[ID] = replace(some_ladders(), rules=RULES)
    held.timers[ID] = a_timer(fired=1, due_at=NOON + 5 * MINUTE)
    held.add_link(link_for(LINK, ID, "duty-1", "en", NOON))
    parts = api_parts(held, TOKEN, NOON + MINUTE)
    monkeypatch.setattr(app, "parts", lambda: parts)
    held.parts = parts
    return held


def staff_ask(method, path, **request):
    route = re.sub(r"^/incidents/[^/]+", "/incidents/{id}", path)
    route = re.sub(r"/clocks/.+", "/clocks/{name}", route)
    return ask(method, path, **{"token": TOKEN, "route": route} | request)


def press(method="POST"):
    return ask(method, f"/a/{LINK}", route="/a/{token}")


def test_an_incident_is_handed_over(held):
    held.desks[ID] = TAKEN

    status, body, _ = staff_ask("POST", f"/incidents/{ID}/hand-over", body={"to": "lead-1"})

    assert (status, body["owner"], body["changed"]) == (200, "lead-1", True)
    assert [decode_step(b).timer for b in held.parts.escalations.bodies] == ["handed"]
    assert [e.what for e in held.timeline(ID)] == ["handed_over"]


def test_handing_over_to_a_stranger_says_to_whom_it_can_be(held):
    held.desks[ID] = TAKEN

    status, body, _ = staff_ask("POST", f"/incidents/{ID}/hand-over", body={"to": "bob"})

    assert status == 422
    assert "to is 'bob'" in body["detail"]
    assert "duty-1, lead-1" in body["detail"]


def test_what_nobody_has_cannot_be_handed_over(held):
    status, body, _ = staff_ask("POST", f"/incidents/{ID}/hand-over", body={"to": "lead-1"})

    assert (status, body["error"]) == (409, "conflict")


def test_an_incident_that_somebody_has_is_escalated(held):
    held.desks[ID] = TAKEN
    del held.timers[ID]

    status, body, _ = staff_ask("POST", f"/incidents/{ID}/escalate", body={"note": "too big"})

    assert (status, body["state"], body["acknowledged_at"]) == (200, "open", None)
    assert held.timers[ID].due_at == NOON + MINUTE
    assert [decode_step(b).timer for b in held.parts.escalations.bodies] == ["ladder"]
    assert {e.what for e in held.timeline(ID)} == {"escalated", "note"}


def test_a_promise_is_set_shown_moved_and_kept(held):
    held.desks[ID] = TAKEN
    path = f"/incidents/{ID}/clocks"

    _, made, _ = staff_ask(
        "POST", path, body={"name": "update", "due_at": "2026-03-12T15:00:00+01:00"}
    )
    _, shown, _ = staff_ask("GET", f"/incidents/{ID}")
    _, kept, _ = staff_ask("DELETE", f"{path}/update")
    _, again, _ = staff_ask("DELETE", f"{path}/update")

    assert (made["changed"], made["clock"]["promised_at"]) == (True, "2026-03-12T14:00:00.000Z")
    (clock,) = shown["running"]
    assert (clock["name"], clock["due_at"]) == ("update", "2026-03-12T13:50:00.000Z")
    assert clock["set_by"] == "duty-1"
    assert (kept["changed"], kept["clock"], again["changed"]) == (True, None, False)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": "lunch", "due_at": "2026-03-12T15:00:00Z"}, "first_word, update, approval"),
        ({"name": "update", "due_at": "2026-03-12T11:00:00Z"}, "an instant after now"),
        ({"name": "update", "due_at": "2026-03-12T15:00:00"}, "due_at"),
    ],
)
def test_a_promise_that_cannot_be_meant_is_refused_with_the_mend(held, body, says):
    status, answer, _ = staff_ask("POST", f"/incidents/{ID}/clocks", body=body)

    assert status == 422
    assert says in answer["detail"]


def test_both_links_are_needed_where_the_plan_wants_two(held):
    rules = replace(RULES, acknowledgements={Severity.SEV2: 2})
    held.ladders[ID] = replace(some_ladders(), rules=rules)
    other = "Zz3-_Ab3-_Ab"
    held.add_link(link_for(other, ID, "lead-1", "en", NOON))

    _, before, _ = press("GET")
    _, first, _ = press()
    _, between, _ = press("GET")
    _, second, _ = ask("POST", f"/a/{other}", route="/a/{token}")

    assert "0 of 2 people" in before
    assert "<button" in before
    assert "You have taken it. 1 of 2 people" in first
    assert "<button" not in first
    assert "You have taken it" in between
    assert "<button" not in between
    assert "You and duty-1 have it" in second
    assert "go back to sleep" not in second
    assert "You have it" in press("GET")[1]
    assert ID not in held.timers


def test_the_link_of_a_reminder_shows_a_button_that_keeps_the_incident(held):
    held.desks[ID] = TAKEN
    del held.timers[ID]
    held.set_timer(a_timer(name="forgotten", fired=1, due_at=NOON + 5 * MINUTE))

    _, asked, _ = press("GET")
    _, kept, _ = press()

    assert "It is in hand" in asked
    assert "<button" not in kept
    assert held.timer(ID, "forgotten").fired == 0
    assert [(e.what, e.by) for e in held.timeline(ID)] == [("confirmed", "duty-1")]


def test_the_link_of_what_was_merged_leads_to_where_it_goes_on(held):
    held.desks[ID] = replace(
        TAKEN, resolved_at=NOON, resolved_by="lead-1", merged_into="inc-9876543210"
    )

    for method in ("GET", "POST"):
        _, page, _ = press(method)

        assert "lead-1 merged this incident into inc-9876543210" in page
        assert "../#inc-9876543210" in page
        assert "<button" not in page
        assert "nothing left to do" not in page


def test_the_link_of_whoever_handed_it_over_says_who_has_it_now(held):
    held.desks[ID] = replace(TAKEN, owner="lead-1")

    _, page, _ = press("GET")

    assert "lead-1 has it" in page
