import re
from datetime import timedelta

from local.people import People
from local.snapshot import Snapshot
from tests.builders import NOON, a_plan
from tests.e2e.posts import OUTAGE, a_page, a_post, feed
from vigie.domain.gsm import SEGMENT, septets
from vigie.domain.plan import Brand

BRANDS = tuple(f"brand-{n}" for n in range(10))
PLAN = a_plan(
    brands=tuple(
        Brand(id=name, name=name.title(), handles=(name.replace("-", "_"),)) for name in BRANDS
    ),
    pages_a_minute=3,
)


def test_ten_incidents_at_once_become_one_digest_with_ten_lines(stack):
    with stack(PLAN) as cloud:
        for name in BRANDS:
            an_outage(cloud, name)
        cloud.advance(minutes=2)

        tables = Snapshot(cloud)
        incidents = {tally.id for tally in tables.incidents()}
        of_duty = [d for d in cloud.inbox.deliveries if d.audience == "duty-1"]
        mails = [d for d in of_duty if d.channel == "mail"]
        sms = [d for d in of_duty if d.channel == "sms"]
        assert len(incidents) == 10
        assert [d.type for d in mails] == [d.type for d in sms] == ["page"] * 3 + ["digest"]
        assert len(re.findall(r"^\d+\. SEV3 Brand-", mails[-1].text, re.MULTILINE)) == 10
        assert sms[-1].text.startswith("10 incidents")
        assert septets("VIGIE> " + sms[-1].text) <= SEGMENT
        assert timedelta(minutes=1) <= mails[-1].at - NOON <= timedelta(minutes=1, seconds=10)
        for id_ in incidents:
            assert tables.paging(id_).pages == 2  # by SMS and by mail, each once
        waited = [id_ for id_ in incidents if "bundled" in whats(tables, id_)]
        assert len(waited) == 7
        assert min(tables.paging(id_).delay for id_ in waited) >= timedelta(seconds=55)
        cloud.assert_clean()
        assert cloud.failures == []
        assert cloud.dead_letters() == []


def test_the_link_of_a_digest_shows_each_incident_and_takes_the_one_whose_button_is_pressed(stack):
    with stack(PLAN) as cloud:
        for name in BRANDS:
            an_outage(cloud, name)
        cloud.advance(minutes=2)
        sms = [d for d in cloud.inbox.deliveries if d.channel == "sms"][-1]
        link = sms.text.rsplit("127.0.0.1:8080", 1)[1].split()[0]
        tables = Snapshot(cloud)
        ids = sorted(tally.id for tally in tables.incidents())

        shown = cloud.http("GET", link)
        opened = cloud.http("GET", f"{link}?incident={ids[4]}")
        strange = cloud.http("POST", f"{link}?incident=inc-strange")
        without = cloud.http("POST", link)
        untouched = {id_: Snapshot(cloud).desk(id_).acknowledged_by for id_ in ids}
        pressed = cloud.http("POST", f"{link}?incident={ids[4]}")

        desks = {id_: Snapshot(cloud).desk(id_).acknowledged_by for id_ in ids}
        assert {it.status for it in (shown, opened, strange, without, pressed)} == {200}
        assert all(f'href="?incident={id_}"' in shown.text for id_ in ids)
        assert [it.text.count("<form") for it in (shown, opened, strange, without)] == [0, 1, 0, 0]
        assert set(untouched.values()) == {""}
        assert desks == dict.fromkeys(ids, "") | {ids[4]: "duty-1"}


def test_simulated_people_take_every_incident_of_a_digest(stack):
    with stack(PLAN) as cloud:
        people = People(cloud, lambda delivery: timedelta(seconds=20))
        for name in BRANDS[:6]:
            an_outage(cloud, name)
        cloud.advance(seconds=65)
        people.look()
        cloud.advance(seconds=25)
        people.act()

        tables = Snapshot(cloud)
        assert len(tables.incidents()) == 6
        assert all(tables.desk(tally.id).acknowledged_at for tally in tables.incidents())


def an_outage(cloud, brand):
    """Three people say that it is down: an incident without danger to anybody, which may wait."""
    text = OUTAGE.replace("@acme", "@" + brand.replace("-", "_"))
    feed(cloud, a_page(*(a_post(NOON, text) for _ in range(3))))


def whats(tables, incident_id):
    return [entry.what for entry in tables.entries[incident_id]]
