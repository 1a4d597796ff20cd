from datetime import timedelta

from local.snapshot import Snapshot
from tests.builders import NOON
from tests.e2e.posts import DANGER, a_page, a_post, feed
from vigie.adapters.dynamodb.attributes import key
from vigie.adapters.dynamodb.desks import DynamoDesks
from vigie.services.desk import Act, acknowledge


def test_an_incident_whose_timer_is_gone_is_paged_again_within_two_minutes(stack):
    with stack() as cloud:
        feed(cloud, a_page(a_post(NOON, DANGER)))
        cloud.advance(minutes=1)
        (incident,) = Snapshot(cloud).incidents()
        sent = len(cloud.inbox.deliveries)
        delete(cloud, incident.id)
        cloud.advance(minutes=2)

        again = cloud.inbox.deliveries[sent:]
        assert {d.attributes["incident"] for d in again} == {incident.id}
        assert again[0].at - NOON <= timedelta(minutes=3)
        assert "repaired" in [e.what for e in Snapshot(cloud).entries[incident.id]]
        cloud.advance(minutes=6)
        assert len(cloud.inbox.deliveries) > sent + len(again)
        cloud.assert_clean()


def test_one_that_is_acknowledged_is_left_alone(stack):
    with stack() as cloud:
        feed(cloud, a_page(a_post(NOON, DANGER)))
        cloud.advance(minutes=1)
        (incident,) = Snapshot(cloud).incidents()
        desks = DynamoDesks(cloud.client("dynamodb"), cloud.table("IncidentsTable"))
        acknowledge(desks, incident.id, Act(by="duty-1", at=cloud.clock.now()))
        sent = len(cloud.inbox.deliveries)
        cloud.advance(minutes=10)

        assert len(cloud.inbox.deliveries) == sent
        assert "repaired" not in [e.what for e in Snapshot(cloud).entries[incident.id]]


def delete(cloud, incident_id):
    """As somebody would in the console."""
    cloud.client("dynamodb").delete_item(
        TableName=cloud.table("IncidentsTable"), Key=key(incident_id, "TIMER#ladder")
    )
