import json
from dataclasses import replace
from datetime import timedelta

import pytest

from local.clock import VirtualClock
from local.people import give_token
from local.snapshot import Snapshot
from tests.builders import DUTY, LEAD, a_plan
from tests.e2e.posts import DANGER, a_page, a_post, feed
from tests.rotas import a_layer, a_schedule, utc, wall
from vigie.domain.hours import Hours
from vigie.domain.instants import to_iso
from vigie.domain.plan import Ladder, Severity, Step

SUNDAY = utc(2026, 3, 15, 2)  # 3 a.m. in Paris
WEEKEND = replace(DUTY, id="weekend-1")
THIRD = replace(DUTY, id="duty-3", language="en")


@pytest.fixture
def plan():
    """LEAD on weekdays, `weekend-1` on Saturdays and Sundays; `duty-3` on no rota."""
    rota = a_schedule(
        a_layer(WEEKEND, first=wall(2026, 1, 3, 0), hours=(Hours(days=(5, 6)),)),
        a_layer(LEAD),
    )
    step = Step(
        people=(), schedules=("rota",), channels=("sms", "mail"), ack_within=timedelta(minutes=5)
    )
    return a_plan(
        ladders=dict.fromkeys(Severity, Ladder(steps=(step,))),
        schedules=(rota,),
        staff=(DUTY, LEAD, WEEKEND, THIRD),
    )


def ask(cloud, token, method, path, body=None):
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    return cloud.http(method, path, headers, None if body is None else json.dumps(body))


def paged(cloud):
    return [d.audience for d in cloud.inbox.deliveries if d.channel == "sms"]


def test_at_three_on_sunday_the_weekend_s_person_is_paged_and_after_an_override_the_other(
    stack, plan
):
    with stack(plan, clock=VirtualClock(SUNDAY)) as cloud:
        token = give_token(cloud, LEAD.id)
        feed(cloud, a_page(a_post(SUNDAY, DANGER)))
        cloud.advance(seconds=5)
        before = paged(cloud)
        made = ask(
            cloud,
            token,
            "POST",
            "/on-call/overrides",
            {
                "deed": "take",
                "person": THIRD.id,
                "schedule": "rota",
                "end": to_iso(SUNDAY + timedelta(minutes=8)),
            },
        )
        cloud.advance(minutes=6)
        during = paged(cloud)[len(before) :]
        cloud.advance(minutes=5)
        after = paged(cloud)[len(before) + len(during) :]

        assert made.status == 200
        assert (before, during, after) == (["weekend-1"], ["duty-3"], ["weekend-1"])
        (incident,) = Snapshot(cloud).incidents()
        assert "nobody_on_call" not in [e.what for e in Snapshot(cloud).entries[incident.id]]
        cloud.assert_clean()
        assert cloud.failures == []


def test_an_override_is_cancelled_over_http(stack, plan):
    with stack(plan, clock=VirtualClock(SUNDAY)) as cloud:
        token = give_token(cloud, LEAD.id)
        end = to_iso(SUNDAY + timedelta(hours=8))
        body = {"deed": "add", "person": THIRD.id, "schedule": "rota", "end": end}
        made = ask(cloud, token, "POST", "/on-call/overrides", body).json()
        both = ask(cloud, token, "GET", "/on-call").json()
        ended = ask(cloud, token, "DELETE", f"/on-call/overrides/{made['id']}")
        alone = ask(cloud, token, "GET", "/on-call").json()

        assert both["schedules"][0]["people"] == ["weekend-1", "duty-3"]
        assert (ended.status, ended.json()["cancelled_by"]) == (200, LEAD.id)
        assert alone["schedules"][0]["people"] == ["weekend-1"]
        cloud.assert_clean()
