import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest

from functions.api import app
from tests.builders import NOON, a_desk, a_labelled, a_tally, a_timer, an_entry
from tests.fakes import (
    InMemoryIncidents,
)
from tests.handlers.api_parts import api_parts
from tests.handlers.http import LambdaContext, a_request
from vigie.api.routing import MODULES, OPEN_ROUTES
from vigie.domain.budget import Stop
from vigie.domain.change import Stored
from vigie.domain.cursor import Gap
from vigie.domain.incident import Echoing
from vigie.domain.links import link_for
from vigie.errors import Unavailable, UnknownVersion
from vigie.messages import Command, decode_for_triage

ROOT = Path(__file__).parents[2]
ID = "inc-0123456789"
TOKEN = "staff-token-of-duty-1"
LINK = "Ab3-_Ab3-_Ab"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def held(monkeypatch):
    """An open incident of the brand, posts and all, and the parts around it."""
    held = InMemoryIncidents()
    held.tallies[ID] = a_tally()
    held.timers[ID] = a_timer(due_at=NOON + 5 * MINUTE)
    held.note([an_entry()])
    labelled = a_labelled(text="<script>alert(1)</script> down again")
    held.mentions[labelled.mention.key] = Stored(labelled=labelled, incident_id=ID)
    held.add_link(link_for(LINK, ID, "duty-1", "fr", NOON))
    parts = api_parts(held, TOKEN, NOON + MINUTE)
    monkeypatch.setattr(app, "parts", lambda: parts)
    held.parts = parts
    return held


def ask(method, path, **request):
    answer = app.handler(a_request(method, path, **request), LambdaContext())
    headers = {name.lower(): value for name, value in answer["headers"].items()} | {
        name.lower(): values[0] for name, values in answer.get("multiValueHeaders", {}).items()
    }
    body = answer["body"]
    if headers.get("content-type", "").startswith("application/json"):
        body = json.loads(body)
    return answer["statusCode"], body, headers


def staff_ask(method, path, **request):
    route = re.sub(r"^/incidents/[^/]+", "/incidents/{id}", path)
    return ask(method, path, **{"token": TOKEN, "route": route} | request)


def route_paths():
    return sorted(tuple(route.split(" ", 1)) for route in MODULES)


@pytest.mark.parametrize("module", sorted(set(MODULES.values())))
def test_a_module_has_the_routes_that_it_is_loaded_for(module):
    router = import_module(f"vigie.api.routes.{module}").router

    served = {
        f"{method} {path.replace('<', '{').replace('>', '}')}"
        for path, methods, *_ in router._routes
        for method in methods
    }

    assert served == {route for route, of in MODULES.items() if of == module}


def test_a_cold_start_for_a_link_pays_for_no_other_route():
    code = (
        "import sys; from functions.api.app import app; from vigie.api.routing import load; "
        "load(app, 'GET /a/{token}'); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "core")])},
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = {name for name in done.stdout.split() if name.startswith("vigie.")}
    assert "vigie.api.routes.pages" in loaded
    assert not loaded & {"vigie.api.models", "vigie.services.explain", "vigie.domain.digest"}


def test_only_the_named_routes_are_open(held):
    opened = {f"{method} {path}" for method, path in route_paths()} & OPEN_ROUTES

    assert opened == OPEN_ROUTES
    assert {f"{m} {p}" for m, p in route_paths()} - OPEN_ROUTES == {
        "GET /sources",
        "GET /on-call",
        "POST /on-call/overrides",
        "DELETE /on-call/overrides/{id}",
        "GET /incidents",
        "GET /incidents/{id}",
        "GET /incidents/{id}/mentions",
        "GET /incidents/{id}/why",
        "GET /incidents/{id}/digest",
        "GET /brands/{brand}/mentions/{mention}/why",
        "POST /incidents/{id}/acknowledge",
        "POST /incidents/{id}/resolve",
        "POST /incidents/{id}/dismiss",
        "POST /incidents/{id}/hand-over",
        "POST /incidents/{id}/escalate",
        "POST /incidents/{id}/clocks",
        "DELETE /incidents/{id}/clocks/{name}",
        "POST /incidents/{id}/notes",
        "POST /incidents/{id}/merge",
        "POST /incidents/{id}/split",
        "POST /incidents/{id}/contain",
        "POST /incidents/{id}/severity",
        "POST /incidents/{id}/mentions/{mention}/labels",
    }


@pytest.mark.parametrize(("method", "path"), route_paths())
def test_every_other_route_answers_401_without_a_token(held, method, path):
    if f"{method} {path}" in OPEN_ROUTES:
        return
    before = dict(held.desks), dict(held.entries)

    for token in (None, "wrong"):
        status, body, headers = ask(method, path.replace("{id}", ID), route=path, token=token)

        assert status == 401
        assert "token" in body["detail"]
        assert headers["www-authenticate"] == "Bearer"
    assert (held.desks, held.entries) == before


def test_a_revoked_token_is_refused_at_once(held):
    hash_ = next(iter(held.parts.staff.tokens))
    held.parts.staff.revoke(hash_, NOON)

    assert staff_ask("GET", "/incidents")[0] == 401


def test_incidents_are_listed_with_their_clocks(held):
    status, body, headers = staff_ask("GET", "/incidents", query={"brand": "acme"})

    assert status == 200
    assert headers["cache-control"] == "no-store"
    (incident,) = body["incidents"]
    assert body["next"] is None
    assert incident["id"] == ID
    assert incident["state"] == "open"
    assert incident["brand_name"] == "Acme"
    assert incident["danger"] is True
    assert incident["clocks"] == {
        "first_mention_at": "2026-03-12T11:57:00.000Z",
        "last_mention_at": "2026-03-12T12:00:00.000Z",
        "detected_at": "2026-03-12T12:00:00.000Z",
        "first_paged_at": None,
        "acknowledged_at": None,
        "contained_at": None,
        "resolved_at": None,
    }


def test_a_list_goes_on_where_it_stopped(held):
    held.tallies["inc-older"] = a_tally(id="inc-older", opened_at=NOON - MINUTE)

    first = staff_ask("GET", "/incidents", query={"limit": "1"})[1]
    second = staff_ask("GET", "/incidents", query={"limit": "1", "next": first["next"]})[1]

    assert [i["id"] for i in first["incidents"] + second["incidents"]] == [ID, "inc-older"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"brand": "nobody"}, 404),
        ({"state": "closed"}, 422),
        ({"limit": "0"}, 422),
        ({"limit": "many"}, 422),
        ({"next": "!!"}, 422),
        ({"next": "bm9uc2Vuc2U="}, 422),
    ],
)
def test_a_wrong_question_is_answered_with_what_is_wrong(held, query, status):
    answered, body, _ = staff_ask("GET", "/incidents", query=query)

    assert answered == status
    assert next(iter(query)) in body["detail"] or "brand" in body["detail"]


def test_an_incident_is_told_in_full(held):
    status, body, _ = staff_ask("GET", f"/incidents/{ID}")

    assert status == 200
    assert body["severity_because"] == ["1 critical mention (sev2 from 1)"]
    assert body["paging"]["next_at"] == "2026-03-12T12:05:00.000Z"
    assert body["timeline"] == [
        {
            "at": "2026-03-12T12:00:00.000Z",
            "what": "opened",
            "by": "triage",
            "facts": {"mentions": 4},
        }
    ]


def test_mentions_come_with_their_words_and_reasons(held):
    status, body, _ = staff_ask("GET", f"/incidents/{ID}/mentions")

    assert status == 200
    (mention,) = body["mentions"]
    assert mention["text"] == "<script>alert(1)</script> down again"
    assert mention["reasons"][0]["rule"] == "outage.test"


def test_the_gravest_posts_are_not_lost_behind_newer_ones(held):
    danger = a_labelled(urgency="critical", posted_at=NOON - 5 * MINUTE)
    held.mentions[danger.mention.key] = Stored(labelled=danger, incident_id=ID)
    held.tallies[ID] = replace(held.tallies[ID], samples=(danger.mention.key, "acme#x#erased"))

    first = staff_ask("GET", f"/incidents/{ID}/mentions", query={"limit": "1"})[1]
    second = staff_ask(
        "GET", f"/incidents/{ID}/mentions", query={"limit": "1", "next": first["next"]}
    )[1]

    assert [m["id"] for m in first["gravest"]] == [danger.mention.post_id]
    assert first["mentions"][0]["urgency"] == "high"
    assert second["gravest"] == []


@pytest.mark.parametrize("path", ["", "/mentions", "/acknowledge", "/resolve", "/dismiss"])
def test_an_incident_that_is_not_there_is_404(held, path):
    method = "GET" if path in ("", "/mentions") else "POST"

    status, body, _ = staff_ask(method, f"/incidents/inc-none{path}")

    assert (status, body["error"]) == (404, "not_found")


def test_acknowledging_ends_the_ladder_and_records_who(held):
    status, body, _ = staff_ask("POST", f"/incidents/{ID}/acknowledge", body={"note": "on it"})

    assert status == 200
    assert body["changed"] is True
    assert (body["state"], body["acknowledged_by"]) == ("acknowledged", "duty-1")
    assert ID not in held.timers
    assert [(e.what, e.by) for e in held.timeline(ID)[1:]] == [
        ("acknowledged", "duty-1"),
        ("note", "duty-1"),
    ]


def test_acknowledging_needs_no_body_and_again_says_who_has_it(held):
    held.desks[ID] = a_desk(acknowledged_at=NOON, acknowledged_by="lead-1", owner="lead-1")

    status, body, _ = staff_ask("POST", f"/incidents/{ID}/acknowledge")

    assert status == 200
    assert (body["changed"], body["acknowledged_by"]) == (False, "lead-1")


@pytest.mark.parametrize(("verb", "state"), [("resolve", "resolved"), ("dismiss", "dismissed")])
def test_closing_tells_triage_and_records_who(held, verb, state):
    status, body, _ = staff_ask("POST", f"/incidents/{ID}/{verb}", body={})

    assert (status, body["state"], body["resolved_by"]) == (200, state, "duty-1")
    (sent,) = held.parts.classified.sent
    assert sent.group == "acme"
    assert decode_for_triage(sent.body) == Command(
        brand="acme", command=verb, incident_id=ID, by="duty-1", at=NOON + MINUTE
    )
    assert held.outbox == {}
    assert ID not in held.timers


def test_what_is_closed_is_not_closed_otherwise(held):
    staff_ask("POST", f"/incidents/{ID}/resolve")

    assert staff_ask("POST", f"/incidents/{ID}/resolve")[1]["changed"] is False
    assert staff_ask("POST", f"/incidents/{ID}/dismiss")[0] == 409
    assert staff_ask("POST", f"/incidents/{ID}/acknowledge")[0] == 409


def test_a_note_is_added_to_the_timeline(held):
    status, body, _ = staff_ask("POST", f"/incidents/{ID}/notes", body={"text": " called them "})

    assert status == 200
    assert (body["by"], body["facts"]) == ("duty-1", {"text": "called them"})
    assert held.timeline(ID)[-1].what == "note"


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": " \n"}, {"text": "x" * 2001}, {"text": "a", "by": "b"}]
)
def test_a_note_that_is_none_is_refused(held, body):
    status, answer, _ = staff_ask("POST", f"/incidents/{ID}/notes", body=body)

    assert (status, answer["error"]) == (422, "rejected")


@pytest.mark.parametrize("error", [Unavailable, UnknownVersion])
def test_a_table_that_does_not_answer_is_503_with_a_time_to_come_back(held, error, capsys):
    def broken(*args, **kwargs):
        raise error("the table does not answer")

    held.parts.dossiers.dossier = broken
    status, body, headers = staff_ask("GET", f"/incidents/{ID}")

    assert (status, body["error"]) == (503, "unavailable")
    assert headers["retry-after"] == "2"
    assert ('"UnknownVersion":[1.0]' in capsys.readouterr().out) is (error is UnknownVersion)

    held.parts.staff.find = broken

    assert staff_ask("GET", f"/incidents/{ID}")[0] == 503


def link_ask(method, token=LINK):
    return ask(method, f"/a/{token}", route="/a/{token}")


def test_opening_a_link_shows_a_button_and_acknowledges_nothing(held):
    status, page, headers = link_ask("GET")

    assert status == 200
    assert "Je m&#x27;en charge" in page
    assert '<html lang="fr">' in page
    assert held.desks == {}
    assert ID in held.timers
    assert len(held.timeline(ID)) == 1
    assert "DANGER\u00a0: personne en danger" in page
    assert "Acme\u00a0: panne" in page
    assert f'href="../#{ID}"' in page
    assert 'title="2026-03-12 11:57:00 UTC"' in page
    assert "il y a 4 min (11:57 UTC)" in page
    nonce = re.search(r"script-src 'nonce-(.+?)'", headers["content-security-policy"])[1]
    assert re.findall("<script[^>]*>", page) == [f'<script nonce="{nonce}">']
    assert "connect-src" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert LINK not in page


def test_pressing_the_button_acknowledges_in_the_persons_name(held):
    status, page, _ = link_ask("POST")

    assert status == 200
    assert "C&#x27;est à vous" in page
    assert f'href="../#{ID}"' in page
    assert "<button" not in page
    assert held.desk(ID).acknowledged_by == "duty-1"
    assert ID not in held.timers
    assert held.timeline(ID)[-1].facts == {"via": "link"}


def test_pressing_twice_acknowledges_once(held):
    link_ask("POST")

    status, page, _ = link_ask("POST")

    assert status == 200
    assert "C&#x27;est à vous" in page
    assert len(held.timeline(ID)) == 2


def test_who_comes_second_learns_who_was_first(held):
    held.desks[ID] = a_desk(acknowledged_at=NOON, acknowledged_by="lead-1", owner="lead-1")

    for method in ("GET", "POST"):
        status, page, _ = link_ask(method)

        assert status == 200
        assert "lead-1 s&#x27;en charge" in page
        assert "<button" not in page


def test_the_link_of_a_closed_incident_says_so(held):
    for dismissed, says in ((False, "c&#x27;est fini"), (True, "pas une crise")):
        held.desks[ID] = a_desk(resolved_at=NOON, resolved_by="lead-1", dismissed=dismissed)

        for method in ("GET", "POST"):
            page = link_ask(method)[1]

            assert "clos par lead-1" in page
            assert says in page
            assert "DANGER" not in page


@pytest.mark.parametrize("token", ["Zb3-_Ab3-_Ab", "short", "x" * 200])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_link_says_what_to_do_in_both_languages(held, method, token):
    status, page, _ = link_ask(method, token)

    assert status == 404
    assert "This link is unknown" in page
    assert "Ce lien est inconnu" in page


def test_a_link_works_for_a_day(held):
    held.parts.now = lambda: NOON + timedelta(hours=24)

    assert link_ask("GET")[0] == 404
    assert link_ask("POST")[0] == 404
    assert held.desks == {}


def test_an_acknowledgement_that_cannot_be_written_offers_the_button_again(held):
    def busy(*args):
        raise Unavailable("others kept writing")

    held.parts.desks.turn = busy
    status, page, headers = link_ask("POST")

    assert status == 503
    assert "<button" in page
    assert headers["retry-after"] == "2"

    held.parts.desks.link = busy

    assert link_ask("GET")[0] == 503


def test_a_hostile_brand_name_is_only_text_on_the_page(held):
    held.tallies[ID] = replace(held.tallies[ID], brand='<img src=x onerror="alert(1)">{0}')

    page = link_ask("GET")[1]

    assert "<img" not in page
    assert "&lt;img" in page


def test_the_list_of_incidents_is_a_page_without_data(held):
    status, page, headers = ask("GET", "/")

    assert status == 200
    assert ID not in page
    nonce = re.search(r"script-src 'nonce-(.+?)'", headers["content-security-policy"])[1]
    assert f'<script nonce="{nonce}">' in page
    assert "innerHTML" not in page
    assert set(re.findall(r"https?:[^ \"]*", page)) == {"https://x.com/i/status/"}
    assert ask("GET", "/")[1] != page


def test_health_says_nothing_of_the_incidents(held):
    status, body, _ = ask("GET", "/health")

    assert status == 200
    assert set(body) == {"status", "version"}


def test_the_description_says_which_routes_need_a_token(held):
    status, body, _ = ask("GET", "/openapi.json")

    assert status == 200
    secured = {
        f"{method.upper()} {path}"
        for path, operations in body["paths"].items()
        for method, operation in operations.items()
        if "security" in operation
    }
    assert secured == {f"{m} {p}" for m, p in route_paths()} - OPEN_ROUTES
    assert "security" not in body["paths"]["/health"]["get"]
    assert body["components"]["securitySchemes"]["person"]["scheme"] == "bearer"
    resolve = body["paths"]["/incidents/{id}/resolve"]["post"]["responses"]
    assert set(resolve) == {"200", "401", "404", "409", "422", "503"}
    assert "HTTPValidationError" not in json.dumps(body)


def test_a_route_that_is_not_there_is_404_for_staff_and_401_for_others(held):
    assert ask("GET", "/admin")[0] == 401
    assert ask("GET", "/admin", token=TOKEN)[0] == 404


def test_people_see_what_is_read_what_was_missed_and_what_it_costs(held):
    parts = held.parts
    cursor = parts.cursors.take(
        "acme", "mentions:1000000001", owner="run", until=NOON, now=NOON - MINUTE
    )
    parts.cursors.save(
        replace(cursor, last_success_at=NOON, quiet_since=NOON, last_error="X answered 503"),
        owner="run",
        release=True,
    )
    gap = Gap(brand="acme", source="search:1", begin=NOON - MINUTE, end=NOON, why="too old")
    parts.gaps.add(gap, NOON)
    parts.ledger.add(NOON.date(), "acme/mentions:1000000001", 0.25)
    parts.ledger.stop(Stop(until=NOON + 5 * MINUTE, why="402"))

    status, body, _ = ask("GET", "/sources", token=TOKEN)

    assert status == 200
    (source,) = body["sources"]
    assert (source["name"], source["silent"]) == ("mentions:1000000001", False)
    assert source["last_error"] == "X answered 503"
    assert body["gaps"] == [
        {
            "brand": "acme",
            "source": "search:1",
            "from": "2026-03-12T11:59:00.000Z",
            "to": "2026-03-12T12:00:00.000Z",
            "why": "too old",
        }
    ]
    assert body["money"] == {
        "day": "2026-03-12",
        "spent_usd": 0.25,
        "by_source": {"acme/mentions:1000000001": 0.25},
        "budget_usd": None,
        "stopped_until": "2026-03-12T12:05:00.000Z",
        "stopped_because": "402",
    }


def test_a_source_that_was_never_read_is_shown_as_silent(held):
    _, body, _ = ask("GET", "/sources", token=TOKEN)

    assert [source["silent"] for source in body["sources"]] == [True]
    assert body["money"]["stopped_until"] is None


def test_a_correction_of_labels_is_kept_with_who_and_when(held):
    (stored,) = held.mentions.values()
    post_id = stored.labelled.mention.post_id
    path = f"/incidents/{ID}/mentions/{post_id}/labels"
    route = "/incidents/{id}/mentions/{mention}/labels"

    status, body, _ = staff_ask("POST", path, route=route, body={"urgency": "low"})

    (kept,) = held.parts.corrections.all()
    assert status == 200
    assert body["now"] == {**body["was"], "urgency": "low"}
    assert (kept.by, kept.at, kept.now.urgency.value) == ("duty-1", NOON + MINUTE, "low")
    assert stored.labelled.mention.text not in repr(kept)


LABELS_ROUTE = "/incidents/{id}/mentions/{mention}/labels"


def corrected(post_id, **said):
    path = f"/incidents/{ID}/mentions/{post_id}/labels"
    return staff_ask("POST", path, route=LABELS_ROUTE, body=said)


def counted(capsys):
    """The cells that EMF lines of this metric tell, each with how often."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    metrics = [line for line in lines if "LabelsCorrected" in line]
    for line in metrics:
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert {*directive["Dimensions"][0]} == {"service", "label", "said", "corrected"}
    return Counter((line["label"], line["said"], line["corrected"]) for line in metrics)


def test_a_correction_is_counted_label_by_label_and_once(held, capsys):
    (stored,) = held.mentions.values()
    labels = stored.labelled.labels

    answers = [corrected(stored.labelled.mention.post_id, urgency="low") for _ in range(2)]

    assert answers[0] == answers[1]
    assert counted(capsys) == {
        ("urgency", labels.urgency.value, "low"): 1,
        ("kind", labels.kind.value, labels.kind.value): 1,
        ("sentiment", labels.sentiment.value, labels.sentiment.value): 1,
    }


def test_a_second_thought_counts_again(held, capsys):
    post_id = next(iter(held.mentions.values())).labelled.mention.post_id

    for urgency in ("low", "medium"):
        corrected(post_id, urgency=urgency)

    assert counted(capsys).total() == 6


def test_an_edited_post_is_corrected_by_its_first_id_and_by_that_of_the_version_shown(held):
    labelled = a_labelled(post_id="19", root_id="7")
    held.mentions[labelled.mention.key] = Stored(labelled=labelled, incident_id=ID)

    by_version, by_root = (corrected(id_, urgency="low") for id_ in ("19", "7"))
    status, lost, _ = corrected("18", urgency="low")

    (kept,) = held.parts.corrections.all()
    assert by_version[0] == by_root[0] == 200
    assert by_version[1] == by_root[1]
    assert by_version[1]["id"] == "19"
    assert (kept.mention, kept.post_id) == ("acme#x#7", "19")
    assert status == 404
    assert "no post with this id" in lost["detail"]


def test_a_post_of_another_incident_is_not_corrected_here(held):
    ours, theirs = a_labelled(), a_labelled()
    held.tallies[ID] = replace(held.tallies[ID], merged=("inc-merged00000",))
    for labelled, of in ((ours, "inc-merged00000"), (theirs, "inc-other000000")):
        held.mentions[labelled.mention.key] = Stored(labelled=labelled, incident_id=of)

    assert corrected(ours.mention.post_id, urgency="low")[0] == 200
    assert corrected(theirs.mention.post_id, urgency="low")[0] == 404


@pytest.mark.parametrize(
    ("post_id", "said", "status"),
    [("404", {"urgency": "low"}, 404), (None, {}, 422), (None, {"urgency": "grave"}, 422)],
)
def test_a_correction_that_makes_no_sense_is_refused(held, post_id, said, status):
    (stored,) = held.mentions.values()
    path = f"/incidents/{ID}/mentions/{post_id or stored.labelled.mention.post_id}/labels"
    route = "/incidents/{id}/mentions/{mention}/labels"

    assert staff_ask("POST", path, route=route, body=said)[0] == status
    assert not held.parts.corrections.kept


OTHER = "inc-9876543210"


def another(held, **changes):
    held.tallies[OTHER] = a_tally(id=OTHER, **changes)


def test_a_merge_closes_the_incident_and_tells_triage(held):
    another(held)

    status, body, _ = staff_ask("POST", f"/incidents/{ID}/merge", body={"into": OTHER})

    assert status == 200
    assert (body["state"], body["changed"], body["merged_into"]) == ("resolved", True, OTHER)
    (sent,) = held.parts.classified.bodies
    assert decode_for_triage(sent).command == "merge"
    assert ID not in held.timers
    assert staff_ask("POST", f"/incidents/{ID}/merge", body={"into": OTHER})[1]["changed"] is False
    assert staff_ask("POST", f"/incidents/{OTHER}/merge", body={"into": ID})[0] == 409
    assert staff_ask("POST", f"/incidents/{ID}/resolve")[0] == 409


@pytest.mark.parametrize(
    ("into", "status", "says"),
    [
        (ID, 422, "the incident itself"),
        ("inc-none", 404, "no incident 'inc-none'"),
        (OTHER, 422, "an incident of other, expected one of acme"),
        ("", 422, "into"),
        (None, 422, "into"),
    ],
)
def test_a_merge_that_cannot_be_says_why(held, into, status, says):
    another(held, brand="other")

    answer = staff_ask("POST", f"/incidents/{ID}/merge", body={"into": into})

    assert answer[0] == status
    assert says in answer[1]["detail"]


def test_what_was_merged_is_shown_with_the_other(held):
    another(held, merged=(ID,))

    status, body, _ = staff_ask("GET", f"/incidents/{OTHER}/mentions")

    assert status == 200
    assert len(body["mentions"]) == 1
    assert staff_ask("GET", f"/incidents/{OTHER}")[1]["merged"] == [ID]


def test_a_split_names_the_new_incident_and_tells_triage(held):
    (post,) = (stored.labelled.mention for stored in held.mentions.values())

    status, body, _ = staff_ask(
        "POST", f"/incidents/{ID}/split", body={"mentions": [post.post_id], "note": "not ours"}
    )

    assert status == 200
    assert (body["mentions"], body["changed"]) == (1, True)
    (sent,) = map(decode_for_triage, held.parts.classified.bodies)
    assert (sent.command, sent.into, sent.posts) == ("split", body["into"], (post.root_id,))
    assert {e.what for e in held.timeline(ID)} == {"opened", "split", "note"}


def test_an_edited_post_is_split_off_by_the_id_of_the_version_shown(held):
    edited = a_labelled(post_id="19", root_id="7")
    held.mentions[edited.mention.key] = Stored(labelled=edited, incident_id=ID)

    status, _, _ = staff_ask("POST", f"/incidents/{ID}/split", body={"mentions": ["19"]})

    (sent,) = map(decode_for_triage, held.parts.classified.bodies)
    assert (status, sent.posts) == (200, ("7",))


@pytest.mark.parametrize(
    ("mentions", "status", "says"),
    [
        (["404"], 404, "no posts of incident"),
        ([], 422, "mentions"),
        (["12a"], 422, "mentions"),
        ([str(n) for n in range(61)], 422, "mentions"),
        ("7", 422, "mentions"),
    ],
)
def test_a_split_that_cannot_be_says_why(held, mentions, status, says):
    answer = staff_ask("POST", f"/incidents/{ID}/split", body={"mentions": mentions})

    assert answer[0] == status
    assert says in answer[1]["detail"]
    assert held.parts.classified.bodies == []


def test_a_contained_incident_is_shown_as_such(held):
    status, body, _ = staff_ask("POST", f"/incidents/{ID}/contain")

    assert status == 200
    assert (body["state"], body["contained_at"]) == ("contained", "2026-03-12T12:01:00.000Z")
    assert ID not in held.timers
    shown = staff_ask("GET", f"/incidents/{ID}")[1]
    assert (shown["state"], shown["contained_by"], shown["owner"]) == (
        "contained",
        "duty-1",
        "duty-1",
    )


def test_an_incident_that_got_worse_after_it_was_contained_says_so(held):
    staff_ask("POST", f"/incidents/{ID}/contain")
    held.tallies[ID] = replace(held.tallies[ID], worse_at=NOON + 2 * MINUTE)

    shown = staff_ask("GET", f"/incidents/{ID}")[1]

    assert (shown["state"], shown["flared_up"]) == ("acknowledged", True)


def test_an_incident_that_has_calmed_down_says_since_when_and_how_loud_it_was(held):
    held.tallies[ID] = replace(held.tallies[ID], calm_since=NOON, surge=7.5)

    shown = staff_ask("GET", f"/incidents/{ID}")[1]

    assert (shown["calm_since"], shown["surge"]) == ("2026-03-12T12:00:00.000Z", 7.5)


def test_a_person_says_how_grave_it_is(held):
    said = {"severity": "sev4", "because": "a drill"}

    status, body, _ = staff_ask("POST", f"/incidents/{ID}/severity", body=said)

    assert status == 200
    assert body["severity_said"] == {
        "severity": "sev4",
        "by": "duty-1",
        "at": "2026-03-12T12:01:00.000Z",
        "because": "a drill",
    }
    assert staff_ask("POST", f"/incidents/{ID}/severity", body=said)[1]["changed"] is False
    entry = held.timeline(ID)[-1]
    assert (entry.what, entry.facts["from"], entry.facts["to"]) == ("severity_set", "sev2", "sev4")


@pytest.mark.parametrize(
    "said", [{}, {"severity": "sev9", "because": "x"}, {"severity": "sev1", "because": " "}]
)
def test_a_severity_without_a_level_or_a_reason_is_refused(held, said):
    assert staff_ask("POST", f"/incidents/{ID}/severity", body=said)[0] == 422


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("merge", {"into": OTHER}),
        ("split", {"mentions": ["1"]}),
        ("contain", None),
        ("severity", {"severity": "sev1", "because": "x"}),
    ],
)
def test_what_is_closed_or_unknown_is_commanded_no_more(held, what, body):
    another(held)
    held.desks[ID] = a_desk(resolved_at=NOON, resolved_by="lead-1")

    closed, problem, _ = staff_ask("POST", f"/incidents/{ID}/{what}", body=body)
    missing, _, _ = staff_ask("POST", f"/incidents/inc-none/{what}", body=body)

    assert (closed, missing) == (409, 404)
    assert "resolved by lead-1" in problem["detail"]


def test_made_volume_is_shown_as_such(held):
    noise = Echoing(texts={"0a1b2c3d": 30}, voices=40, own=12)
    held.tallies[ID] = a_tally(noise=noise, mention_count=40, coordinated_at=NOON)

    shown = staff_ask("GET", f"/incidents/{ID}")[1]["coordinated"]

    assert shown["since"] == "2026-03-12T12:00:00.000Z"
    assert shown["because"][0] == "30 of 40 authors post copies of the same text"
