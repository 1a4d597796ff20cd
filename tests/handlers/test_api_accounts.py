import json

import pytest

from tests.builders import NOON, a_labelled, an_entry
from tests.handlers import test_api
from tests.handlers.test_api import ID, MINUTE, ask, staff_ask
from vigie.domain.change import Stored, Tombstone
from vigie.domain.mention import Author
from vigie.domain.why import WAITS, Why

held = test_api.held
WHY_MENTION = "/brands/{brand}/mentions/{mention}/why"


def why_mention(post_id, brand="acme", **query):
    path = f"/brands/{brand}/mentions/{post_id}/why"
    return staff_ask("GET", path, route=WHY_MENTION, query=query)


def test_an_incident_says_why_it_is_there_and_who_is_paged(held):
    held.note([an_entry(facts={"rule": "opened.trip_wire", "severity": "sev2", "mentions": 1})])

    status, body, _ = staff_ask("GET", f"/incidents/{ID}/why")

    assert status == 200
    assert body["opened"]["rule"] == "opened.trip_wire"
    assert [one["rule"] for one in body["paging"]] == ["nobody_paged", "next_page"]
    assert body["says"] == [
        "Opened because: one post speaks of danger: a medical device or treatment fails.",
        "SEV2 because: a critical post (SEV2 from 1).",
        "Nobody was paged so far.",
        "Nobody has taken it: the next page goes out at 2026-03-12 12:05 UTC "
        "(SEV2, run 1 of the ladder, page 1).",
    ]


def test_why_is_told_in_french(held):
    _, body, _ = staff_ask("GET", f"/incidents/{ID}/why", query={"lang": "fr"})

    assert "Personne n'a été appelé jusqu'ici." in body["says"]
    assert staff_ask("GET", f"/incidents/{ID}/why", query={"lang": "de"})[0] == 422


def test_who_took_it_is_why_nobody_is_paged(held):
    staff_ask("POST", f"/incidents/{ID}/acknowledge", body={})

    _, body, _ = staff_ask("GET", f"/incidents/{ID}/why")

    assert body["state"] == "acknowledged"
    assert body["paging"][1]["rule"] == "acknowledged"
    assert body["paging"][1]["facts"]["by"] == "duty-1"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_an_unpaged_mention_says_why_in_one_call_without_its_words(held, lang):
    facts = {"voices": 2, "voices_from": 3, "window_min": 30}
    labelled = a_labelled(text="@acme quokka wombat")
    held.mentions[labelled.mention.key] = Stored(
        labelled=labelled, why=Why(rule=WAITS, facts=facts)
    )

    status, body, _ = why_mention(labelled.mention.root_id, lang=lang)

    assert status == 200
    assert (body["placed"]["rule"], body["placed"]["facts"]) == ("waits", facts)
    assert body["incident"] is None
    assert body["scores"]["high"] == 1.0
    assert len(body["says"]) == 2
    assert "quokka" not in json.dumps(body)
    assert "network down" not in json.dumps(body)
    assert "user_1" not in json.dumps(body)


def test_a_mention_of_an_incident_carries_the_incidents_account(held):
    (stored,) = held.mentions.values()

    _, body, _ = why_mention(stored.labelled.mention.root_id)

    assert body["placed"]["rule"] == "unknown"
    assert body["incident"]["id"] == ID
    assert body["incident"]["paging"][1]["rule"] == "next_page"


def test_of_an_erased_post_the_decision_is_gone_and_its_incident_is_told(held):
    ((key, _),) = held.mentions.items()
    known = held.known([key])[key]
    del held.mentions[key]
    held.tombstones[key] = Tombstone(key=key, why="deleted", at=NOON, known=known)

    _, body, _ = why_mention(known.post_id)

    assert body["erased"] is True
    assert body["signs"] == []
    assert body["incident"]["id"] == ID


def test_what_is_not_there_is_said_with_what_is(held):
    status, body, _ = why_mention("404")
    assert (status, "retention" in body["detail"]) == (404, True)
    status, body, _ = why_mention("404", brand="nobody")
    assert (status, "acme" in body["detail"]) == (404, True)
    assert staff_ask("GET", "/incidents/inc-404/why")[0] == 404
    assert staff_ask("GET", "/incidents/inc-404/digest")[0] == 404


def test_nobody_reads_them_without_a_token(held):
    for path in (f"/incidents/{ID}/why", f"/incidents/{ID}/digest"):
        assert ask("GET", path, route=path.replace(ID, "{id}"))[0] == 401
    assert ask("GET", "/brands/acme/mentions/1/why", route=WHY_MENTION)[0] == 401


def test_a_digest_names_the_posts_that_it_quotes(held):
    for i in range(3):
        labelled = a_labelled(
            text="@acme when is the network back in Lyon?",
            author=Author(id=f"10{i}"),
            posted_at=NOON - i * MINUTE,
        )
        held.mentions[labelled.mention.key] = Stored(labelled=labelled, incident_id=ID)

    status, body, headers = staff_ask("GET", f"/incidents/{ID}/digest")

    assert status == 200
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-store"
    assert body["read"] == 4
    question = body["questions"][0]
    assert (question["count"], question["authors"], question["copies"]) == (3, 3, 2)
    assert set(question["mentions"]) <= {s.labelled.mention.root_id for s in held.mentions.values()}


def test_an_incident_whose_posts_are_all_erased_has_an_empty_digest(held):
    held.mentions.clear()

    status, body, _ = staff_ask("GET", f"/incidents/{ID}/digest")

    assert (status, body["read"], body["title"], body["summary"]) == (200, 0, None, [])
