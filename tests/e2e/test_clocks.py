import json
from datetime import timedelta

from local.clock import VirtualClock
from local.people import give_token
from local.snapshot import Snapshot
from tests.builders import DUTY, LEAD, NOON, a_ladder, a_plan
from tests.e2e.posts import DANGER, a_page, a_post, feed
from tests.e2e.test_on_call import ask
from vigie.domain.clock_rules import ClockRules, PromiseRule
from vigie.domain.plan import Severity

PLAN = a_plan(
    ladders=dict.fromkeys(Severity, a_ladder(5, 10, people=(DUTY, LEAD), channels=("webhook",))),
    staff=(DUTY, LEAD),
    rules=ClockRules(
        acknowledged_for=dict.fromkeys(Severity, timedelta(minutes=30)),
        promises={"update": PromiseRule(people=(LEAD,), warn=timedelta(minutes=2))},
    ),
)


def paged(cloud):
    """Which clock paged whom, in order."""
    return [f"{json.loads(d.text)['clock']}:{d.audience}" for d in cloud.inbox.deliveries]


def opened(cloud):
    feed(cloud, a_page(a_post(NOON, DANGER)))
    cloud.advance(seconds=5)
    (incident,) = Snapshot(cloud).incidents()
    return f"/incidents/{incident.id}"


def test_taken_and_forgotten_the_owner_is_asked_and_then_everybody_again(stack):
    with stack(PLAN, clock=VirtualClock(NOON)) as cloud:
        token = give_token(cloud, DUTY.id)
        path = opened(cloud)
        ask(cloud, token, "POST", f"{path}/acknowledge")
        cloud.advance(minutes=29)
        quiet = paged(cloud)
        cloud.advance(minutes=2)
        asked = paged(cloud)[len(quiet) :]
        cloud.advance(minutes=5)
        again = paged(cloud)[len(quiet) + len(asked) :]
        shown = ask(cloud, token, "GET", path).json()
        taken = ask(cloud, give_token(cloud, LEAD.id), "POST", f"{path}/acknowledge").json()
        cloud.advance(minutes=20)

        assert sorted(quiet) == ["ladder:duty-1", "ladder:lead-1"]
        assert asked == ["forgotten:duty-1"]
        assert sorted(again) == ["ladder:duty-1", "ladder:lead-1"]
        assert (shown["state"], shown["owner"]) == ("open", "duty-1")
        assert taken["owner"] == "lead-1"
        assert len(paged(cloud)) == len(quiet) + len(asked) + len(again)
        whats = [entry["what"] for entry in ask(cloud, token, "GET", path).json()["timeline"]]
        assert whats[1:] == [
            "paged",
            "acknowledged",
            "clock_due",
            "ladder_restarted",
            "paged",
            "acknowledged",
        ]
        cloud.assert_clean()
        assert cloud.failures == []


def test_handed_over_promised_and_escalated_over_http(stack):
    with stack(PLAN, clock=VirtualClock(NOON)) as cloud:
        token = give_token(cloud, DUTY.id)
        path = opened(cloud)
        ask(cloud, token, "POST", f"{path}/acknowledge")
        before = len(paged(cloud))
        ask(cloud, token, "POST", f"{path}/hand-over", {"to": LEAD.id})
        cloud.advance(seconds=5)
        told = paged(cloud)[before:]
        due = "2026-03-12T12:10:00Z"
        ask(cloud, token, "POST", f"{path}/clocks", {"name": "update", "due_at": due})
        cloud.advance(minutes=9)
        warned = paged(cloud)[before + len(told) :]
        kept = ask(cloud, token, "DELETE", f"{path}/clocks/update").json()
        escalated = ask(cloud, token, "POST", f"{path}/escalate")
        cloud.advance(seconds=5)
        last = paged(cloud)[before + len(told) + len(warned) :]

        assert told == ["handed:lead-1"]
        assert warned == ["update:lead-1"]
        assert (kept["changed"], kept["clock"]) == (True, None)
        assert escalated.json()["acknowledged_at"] is None
        assert sorted(last) == ["ladder:duty-1", "ladder:lead-1"]
        cloud.assert_clean()
        assert cloud.failures == []
