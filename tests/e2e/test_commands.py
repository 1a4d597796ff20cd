import json
from datetime import timedelta

from local.snapshot import Snapshot
from tests.builders import NOON
from tests.e2e.posts import a_page, a_post, feed
from vigie.domain.incident import State, state_of
from vigie.domain.plan import Severity
from vigie.services.staff import issue

TOWNS = ("Leeds", "York", "Hull", "Bath", "Ely", "Wells", "Derby", "Truro", "Ripon", "Lincoln")
COPY = "@acme no internet for hours, the network is down and nobody answers us, shame on you"


def ask(cloud, method, path, body=None):
    answer = cloud.http(
        method,
        path,
        {"authorization": "Bearer token", "content-type": "application/json"},
        json.dumps(body) if body is not None else None,
    )
    return answer.status, json.loads(answer.body)


def outages(n, at=NOON):
    """Each in words of its own."""
    return [
        a_post(
            at,
            f"@acme no internet in {TOWNS[i % 10]} since {i // 10 * 'this '}morning, network down",
        )
        for i in range(n)
    ]


def let_in(cloud):
    with cloud.as_function("api") as parts:
        staff = parts.staff
    issue(staff, "duty-1", lambda: "token", NOON)


def say(cloud, posts):
    feed(cloud, a_page(*posts))
    cloud.advance(seconds=20)
    return posts


def test_incidents_are_split_and_merged_through_the_queue_though_all_is_delivered_twice(stack):
    with stack(deliver_twice=True) as cloud:
        let_in(cloud)
        posts = say(cloud, outages(6))
        (one,) = Snapshot(cloud).incidents()

        status, asked = ask(
            cloud, "POST", f"/incidents/{one.id}/split", {"mentions": [p["id"] for p in posts[:2]]}
        )
        cloud.advance(seconds=20)

        assert status == 200
        tables = Snapshot(cloud)
        counts = {t.id: (t.mention_count, t.reach) for t in tables.incidents()}
        assert counts == {one.id: (4, 400), asked["into"]: (2, 200)}
        new = tables.tallies[asked["into"]]
        assert new.split_from == one.id
        shown = ask(cloud, "GET", f"/incidents/{new.id}/mentions")[1]["mentions"]
        assert {m["id"] for m in shown} == {p["id"] for p in posts[:2]}
        assert {d.attributes["incident"] for d in cloud.inbox.deliveries} == {one.id, new.id}

        status, merged = ask(cloud, "POST", f"/incidents/{one.id}/merge", {"into": new.id})
        cloud.advance(seconds=20)
        say(cloud, outages(1, NOON + timedelta(minutes=1)))

        assert (status, merged["merged_into"]) == (200, new.id)
        tables = Snapshot(cloud)
        survivor = tables.tallies[new.id]
        assert (survivor.mention_count, survivor.reach, survivor.merged) == (7, 700, (one.id,))
        assert state_of(tables.tallies[one.id], tables.desk(one.id)) is State.RESOLVED
        assert len(ask(cloud, "GET", f"/incidents/{new.id}/mentions")[1]["mentions"]) == 7
        assert [e.what for e in tables.entries[one.id] if e.by == "duty-1"] == [
            "split",
            "split_off",
            "merged",
        ]
        cloud.assert_clean()
        assert cloud.failures == []


def test_a_person_lowers_an_incident_and_the_page_stops_at_the_one_who_contains_it(stack):
    with stack() as cloud:
        let_in(cloud)
        say(cloud, outages(30))
        (incident,) = Snapshot(cloud).incidents()
        assert incident.severity is Severity.SEV2

        said = {"severity": "sev4", "because": "a planned work, announced"}
        assert ask(cloud, "POST", f"/incidents/{incident.id}/severity", said)[0] == 200
        assert ask(cloud, "POST", f"/incidents/{incident.id}/contain")[1]["state"] == "contained"
        cloud.advance(seconds=20)
        sent = len(cloud.inbox.deliveries)
        say(cloud, outages(10, NOON + timedelta(minutes=1)))
        cloud.advance(minutes=30)

        (after,) = Snapshot(cloud).incidents()
        assert (after.severity, after.mention_count) == (Severity.SEV4, 40)
        assert len(cloud.inbox.deliveries) == sent
        cloud.assert_clean()


def test_a_burst_of_copies_raises_no_severity_and_is_told_as_such(stack):
    with stack() as cloud:
        let_in(cloud)
        say(cloud, [a_post(NOON, COPY) for _ in range(60)])

        (incident,) = Snapshot(cloud).incidents()
        assert incident.mention_count == 60
        assert incident.severity is Severity.SEV3
        shown = ask(cloud, "GET", f"/incidents/{incident.id}")[1]
        assert "authors post copies of the same text" in shown["coordinated"]["because"][0]
        assert [e["what"] for e in shown["timeline"]].count("coordinated") == 1
        cloud.assert_clean()
