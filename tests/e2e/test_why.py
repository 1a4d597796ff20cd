"""Why (not) paged, asked over HTTP of a whole stack."""

import json
from datetime import timedelta

from local.people import give_token
from local.snapshot import Snapshot
from tests.builders import NOON
from tests.e2e.posts import CHAT, DANGER, OUTAGE, a_page, a_post, feed


def test_every_post_says_why_it_led_to_a_page_or_did_not(stack):
    chat, first = a_post(NOON, CHAT), a_post(NOON, OUTAGE)
    late = a_post(NOON - timedelta(hours=5), OUTAGE)
    with stack() as cloud:
        feed(cloud, a_page(chat, first, late))
        cloud.advance(seconds=5)
        token = give_token(cloud, "duty-1")

        def ask(path):
            answer = cloud.http("GET", path, {"authorization": f"Bearer {token}"})
            assert answer.status == 200, answer.json()
            return answer.json()

        def why(post, lang="en"):
            return ask(f"/brands/acme/mentions/{post['id']}/why?lang={lang}")

        waited = why(first)
        assert why(chat)["placed"]["rule"] == "no_crisis"
        assert why(late)["placed"]["rule"] == "late"
        assert waited["placed"]["rule"] == "waits"
        assert (waited["placed"]["facts"]["voices"], waited["placed"]["facts"]["voices_from"]) == (
            1,
            3,
        )
        assert waited["says"][-1] == "It is in no incident, so nobody was paged for it."

        company = [a_post(NOON, OUTAGE) for _ in range(2)]
        feed(cloud, *(a_page(post) for post in (*company, a_post(NOON, DANGER))))
        cloud.advance(seconds=5)

        taken, opener = why(first), why(company[1], "fr")
        assert [one["rule"] for one in taken["since"]] == ["taken_later"]
        assert opener["placed"]["rule"] == "opened.company"
        assert "auteurs différents" in opener["says"][0]
        outage = ask(f"/incidents/{taken['incident']['id']}/why")
        assert outage["opened"]["facts"]["voices"] == 3
        assert [one["rule"] for one in outage["paging"]] == ["paged", "next_page"]
        said = json.dumps([taken, opener, outage])
        assert "Leeds" not in said
        assert "user_" not in said

        digest = ask(f"/incidents/{taken['incident']['id']}/digest")
        assert (digest["read"], digest["authors"]) == (3, 3)
        (question,) = digest["questions"]
        assert (question["count"], question["copies"]) == (3, 2)
        assert "Leeds" in question["text"]

        (danger,) = (i for i in Snapshot(cloud).incidents() if i.is_danger)
        assert ask(f"/incidents/{danger.id}/why")["opened"]["rule"] == "opened.trip_wire"
        cloud.assert_clean()
