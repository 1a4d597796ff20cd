import uuid

from local.snapshot import Snapshot
from tests.builders import NOON
from tests.e2e.posts import CHAT, DANGER, a_page, a_post, feed
from vigie.messages import Erased, encode


def send(cloud, message):
    """As ingest and refresh do: to triage, by the brand's own group."""
    cloud.client("sqs").send_message(
        QueueUrl=cloud.queue_url("ClassifiedQueue"),
        MessageBody=encode(message),
        MessageGroupId=message.brand,
        MessageDeduplicationId=str(uuid.uuid4()),
    )


def test_an_erased_post_leaves_a_tombstone_that_a_late_duplicate_does_not_raise(stack):
    post = a_post(NOON, DANGER)
    with stack() as cloud:
        feed(cloud, a_page(post))
        cloud.advance(seconds=5)
        send(cloud, Erased(brand="acme", posts=(post["id"],), why="deleted", at=cloud.clock.now()))
        cloud.advance(seconds=5)
        feed(cloud, a_page(post))
        cloud.advance(seconds=5)

        tables = Snapshot(cloud)
        (incident,) = tables.incidents()
        assert tables.mentions == []
        assert list(tables.erased) == [f"acme#x#{post['id']}"]
        assert incident.mention_count == 1
        assert "erased" in [e.what for e in tables.entries[incident.id]]
        assert cloud.failures == []
        assert cloud.dead_letters() == []
        cloud.assert_clean()


def test_reposts_are_counted_at_their_root_and_nowhere_else(stack):
    root = a_post(NOON, DANGER)
    reposts = [
        a_post(
            NOON,
            f"RT @user_1: {DANGER}",
            referenced_tweets=[{"type": "retweeted", "id": root["id"]}],
        )
        for _ in range(3)
    ]
    with stack() as cloud:
        feed(cloud, a_page(root, reposts[0]), a_page(*reposts), a_page(a_post(NOON, CHAT)))
        cloud.advance(seconds=5)
        feed(cloud, a_page(*reposts))
        cloud.advance(seconds=5)

        tables = Snapshot(cloud)
        (incident,) = tables.incidents()
        assert (incident.mention_count, incident.reposts) == (1, 3)
        assert tables.repeated[f"acme#x#{root['id']}"] == 3
        assert len(tables.reposts) == 3
        assert len(tables.mentions) == 2
        assert DANGER in str(cloud.client("dynamodb").scan(TableName=cloud.table("MentionsTable")))
        for item in cloud.client("dynamodb").scan(TableName=cloud.table("MentionsTable"))["Items"]:
            if "repost" in item:
                assert not item.keys() & {"text", "author_id", "handle", "reasons"}
        cloud.assert_clean()
