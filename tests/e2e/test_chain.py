from datetime import timedelta

import pytest

from local.snapshot import Snapshot
from tests.builders import NOON, a_plan
from tests.e2e.posts import CHAT, DANGER, OUTAGE, a_page, a_post, feed
from vigie.adapters.dynamodb.staff import DynamoStaff
from vigie.domain.incident import State, state_of
from vigie.domain.labels import Kind, Urgency
from vigie.domain.plan import Brand
from vigie.services.staff import issue


def test_a_post_becomes_a_page(stack):
    with stack() as cloud:
        feed(cloud, a_page(a_post(NOON, DANGER)))
        cloud.advance(seconds=5)

        tables = Snapshot(cloud)
        (incident,) = tables.incidents()
        sms = [d for d in cloud.inbox.deliveries if d.channel == "sms"]
        assert incident.by_urgency == {Urgency.CRITICAL: 1}
        assert [d.audience for d in sms] == ["duty-1"]
        assert incident.id in sms[0].attributes["incident"]
        assert "étouffe" not in "".join(d.text for d in cloud.inbox.deliveries)
        cloud.assert_clean()
        assert cloud.failures == []


def test_the_same_post_is_high_for_one_brand_and_medium_for_another_because_of_the_plan(stack):
    brands = (
        Brand(id="acme", name="Acme", handles=("acme",)),
        Brand(
            id="bank",
            name="Bank",
            handles=("bank",),
            policy={"outage_now": 0.0, "urgent": 0.0, "disaster_now": 0.0},
        ),
    )
    with stack(a_plan(brands=brands)) as cloud:
        feed(cloud, a_page(a_post(NOON, OUTAGE.replace("@acme", "@acme @bank"))))
        cloud.advance(seconds=5)

        labelled = Snapshot(cloud).mentions
        assert {m.mention.brand: m.labels.urgency for m in labelled} == {
            "acme": Urgency.HIGH,
            "bank": Urgency.MEDIUM,
        }
        cloud.assert_clean()


def test_staff_correct_an_edited_post_by_the_id_that_they_see(stack):
    first = a_post(NOON, DANGER)
    newer = str(int(first["id"]) + 5)
    edited = first | {"id": newer, "edit_history_tweet_ids": [first["id"], newer]}
    with stack() as cloud:
        feed(cloud, a_page(first))
        cloud.advance(seconds=5)
        feed(cloud, a_page(edited))
        cloud.advance(seconds=5)
        (incident,) = Snapshot(cloud).incidents()
        staff = DynamoStaff(cloud.client("dynamodb"), cloud.table("BrandsTable"))
        issue(staff, "duty-1", lambda: "token", NOON)

        answers = [
            cloud.http(
                "POST",
                f"/incidents/{incident.id}/mentions/{post_id}/labels",
                {"authorization": "Bearer token", "content-type": "application/json"},
                '{"urgency": "high"}',
            )
            for post_id in (newer, first["id"], "999")
        ]

        assert [answer.status for answer in answers] == [200, 200, 404]
        assert answers[0].json() == answers[1].json()
        assert answers[0].json()["id"] == newer


def test_the_ladder_climbs_until_somebody_acknowledges_by_the_link(stack):
    with stack() as cloud:
        feed(cloud, a_page(a_post(NOON, DANGER)))
        cloud.advance(minutes=16)
        pages = [d for d in cloud.inbox.deliveries if d.channel == "sms"]
        link = pages[-1].text.rsplit("127.0.0.1:8080", 1)[1].split()[0]

        assert cloud.http("GET", link).status == 200
        cloud.advance(minutes=11)
        assert len([d for d in cloud.inbox.deliveries if d.channel == "sms"]) == len(pages) + 1

        assert cloud.http("POST", link).status == 200
        sent = len(cloud.inbox.deliveries)
        cloud.advance(hours=2)

        tables = Snapshot(cloud)
        (incident,) = tables.incidents()
        assert len(cloud.inbox.deliveries) == sent
        assert state_of(incident, tables.desk(incident.id)) is State.ACKNOWLEDGED
        assert tables.desk(incident.id).acknowledged_by == "duty-1"
        assert [p.at - pages[0].at for p in pages] == [
            timedelta(minutes=0),
            timedelta(minutes=5),
            timedelta(minutes=15),
        ]
        cloud.assert_clean()


def test_every_message_delivered_twice_changes_nothing(stack):
    lines = [a_page(a_post(NOON), a_post(NOON), a_post(NOON)), a_page(a_post(NOON, DANGER))]
    seen = []
    for twice in (False, True):
        with stack(deliver_twice=twice) as cloud:
            for line in lines * (2 if twice else 1):
                feed(cloud, line)
                cloud.advance(seconds=20)
            cloud.advance(minutes=6)
            tables = Snapshot(cloud)
            seen.append(
                (
                    [(t.id, t.mention_count, t.severity) for t in tables.incidents()],
                    len(tables.mentions),
                    sorted(
                        (d.audience, d.channel, d.attributes["incident"], d.attributes["step"])
                        for d in cloud.inbox.deliveries
                    ),
                )
            )

    assert seen[0] == seen[1]


def test_a_cry_for_help_overtakes_five_thousand_ordinary_posts(stack):
    with stack() as cloud:
        for start in range(0, 5_000, 100):
            feed(cloud, a_page(*[a_post(NOON, CHAT) for _ in range(start, start + 100)]))
        feed(cloud, a_page(a_post(NOON, DANGER)))
        batches_before_page = []
        cloud.on_run.append(
            lambda name, event, run: (
                batches_before_page.append(name) if not cloud.inbox.deliveries else None
            )
        )
        cloud.drain()

        assert batches_before_page.count("triage") <= 2
        assert len(Snapshot(cloud).mentions) == 5_001


def test_ten_quiet_brands_beside_a_storm_are_paged_within_one_batch(stack):
    quiet = [f"quiet-{n}" for n in range(10)]
    plan = a_plan(
        brands=tuple(
            Brand(id=name, name=name, handles=(name.replace("-", "_"),))
            for name in ["acme", *quiet]
        )
    )
    with stack(plan) as cloud:
        for _ in range(20):
            feed(cloud, a_page(*[a_post(NOON, OUTAGE) for _ in range(100)]))
        for name in quiet:
            text = DANGER.replace("@acme", "@" + name.replace("-", "_"))
            feed(cloud, a_page(a_post(NOON, text)))
        waited = {stage: dict.fromkeys(quiet, 0) for stage in ("classify", "triage", "escalate")}
        served = {stage: set() for stage in waited}

        def count(stage, event, run):
            brands = {r["attributes"]["MessageGroupId"] for r in event.get("Records", [])}
            if stage in waited:
                served[stage] |= brands
                for brand in set(quiet) - served[stage]:
                    waited[stage][brand] += 1

        cloud.on_run.append(count)
        cloud.drain()

        for stage, batches in waited.items():
            assert max(batches.values()) <= 1, stage
        assert {t.brand for t in Snapshot(cloud).incidents()} == {"acme", *quiet}


def test_sns_out_for_an_hour_loses_no_page_and_the_delay_is_seen(stack):
    hour = timedelta(hours=1)
    with stack(a_plan(pages_a_minute=3)) as cloud:
        cloud.sns_outages.append((NOON, NOON + hour))
        feed(cloud, a_page(a_post(NOON, DANGER)))
        cloud.advance(minutes=63)

        tables = Snapshot(cloud)
        (incident,) = tables.incidents()
        paging, whats = tables.paging(incident.id), [e.what for e in tables.entries[incident.id]]
        first = [(d.audience, d.channel) for d in cloud.inbox.deliveries]
        assert sorted(first) == [("duty-1", "mail"), ("duty-1", "sms")]  # each once
        for delivery in cloud.inbox.deliveries:
            assert hour <= delivery.at - NOON <= hour + timedelta(seconds=65)
        assert hour - timedelta(seconds=10) <= paging.delay <= hour + timedelta(seconds=65)
        assert paging.failing_since is None
        assert (whats.count("page_delayed"), whats.count("repaired")) == (1, 0)
        assert cloud.dead_letters() == []
        assert tables.timers[incident.id].fired == 1

        cloud.advance(minutes=5)
        assert len(cloud.inbox.deliveries) == 4  # and the ladder climbs on
        cloud.assert_clean()


HOSTILE = {
    "ten thousand characters": "@acme panne " + "x" * 10_000,
    "lone surrogate": "@acme panne \ud83d",
    "right to left and zero width": "@acme \u202epanne\u202c \u200b\u200dinternet\ufeff",
    "html and script": "@acme <script>alert(1)</script> panne internet",
    "unknown language": "@acme ᚠᚢᚦᚨᚱᚲ",
    "nul and control characters": "@acme panne \x00\x01\x1b[31m",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_accepted_and_made_harmless(stack, name):
    with stack() as cloud:
        feed(cloud, a_page(a_post(NOON, HOSTILE[name])))
        cloud.advance(seconds=5)

        (mention,) = Snapshot(cloud).mentions
        mention.mention.text.encode("utf-8")
        assert cloud.failures == []
        assert cloud.dead_letters() == []
        cloud.assert_clean()


@pytest.mark.parametrize("created_at", ["1970-01-01T00:00:00.000Z", "2031-01-01T00:00:00.000Z"])
def test_an_impossible_creation_time_is_clamped_and_flagged(stack, created_at):
    with stack() as cloud:
        feed(cloud, a_page(a_post(NOON, DANGER, created_at=created_at)))
        cloud.advance(seconds=5)

        (mention,) = Snapshot(cloud).mentions
        assert mention.mention.posted_at == NOON
        assert mention.mention.flags == ("posted_at_clamped",)
        assert cloud.inbox.deliveries


REJECTED = {
    "no id": ({"id": None}, "id"),
    "no text": ({"text": None}, "text"),
    "no author": ({"author_id": None}, "author_id"),
    "an id that is not decimal": ({"id": "12ab"}, "id"),
    "an id above 2^63": ({"id": str(2**63)}, "id"),
}


@pytest.mark.parametrize("name", REJECTED)
def test_a_post_that_cannot_be_a_mention_is_parked_and_the_rest_goes_on(stack, name):
    changes, field = REJECTED[name]
    with stack() as cloud:
        counts = feed(cloud, a_page(a_post(NOON) | changes, a_post(NOON)), "{not json")
        cloud.advance(seconds=5)

        assert (counts.accepted, counts.rejected) == (1, 2)
        assert len(Snapshot(cloud).mentions) == 1
        assert [letter.attributes["field"] for letter in cloud.dead_letters()] == [field, "line"]


def test_a_message_that_is_not_ours_is_parked_with_its_reason(stack):
    with stack() as cloud:
        cloud.client("sqs").send_message(
            QueueUrl=cloud.queue_url("MentionsQueue"), MessageBody="{rubbish", MessageGroupId="x"
        )
        feed(cloud, a_page(a_post(NOON)))
        cloud.advance(seconds=5)

        (letter,) = cloud.dead_letters()
        assert letter.queue == "MentionsDeadLetters"
        assert letter.attributes["function"] == "classify"
        assert "not JSON" in letter.reason
        assert len(Snapshot(cloud).mentions) == 1


def test_a_brand_without_traffic_gets_ticks_that_let_its_candidates_go(stack):
    with stack(a_plan(page_if_younger_than=timedelta(minutes=1))) as cloud:
        feed(cloud, a_page(a_post(NOON, OUTAGE)))
        cloud.advance(minutes=1)
        with cloud.as_function("triage") as parts:
            assert [g.kind for g in parts.store.state("acme").groups] == [Kind.OUTAGE]

        cloud.advance(minutes=32)

        with cloud.as_function("triage") as parts:
            assert parts.store.state("acme").groups == ()
