import argparse
import json
from datetime import timedelta

import pytest

from local.snapshot import Snapshot
from tests.builders import NOON, a_plan
from tests.e2e.posts import CHAT, DANGER, a_page, a_post, feed
from tests.e2e.test_refresh import everything, park, wire
from vigie.admin.__main__ import main
from vigie.admin.arguments import add_erasure
from vigie.admin.erase import Places, run
from vigie.domain.plan import Brand
from vigie.errors import Rejected

PLAN = a_plan(
    brands=tuple(Brand(id=name, name=name, handles=(name,)) for name in ("acme", "other"))
)


def places(cloud, log=""):
    return Places(
        dynamodb=cloud.client("dynamodb"),
        sqs=cloud.client("sqs"),
        mentions=cloud.table("MentionsTable"),
        brands=cloud.table("BrandsTable"),
        classified=cloud.queue_url("ClassifiedQueue"),
        letters=[cloud.queue_url("MentionsDeadLetters")],
        log=log,
    )


def command(cloud, *arguments):
    parser = argparse.ArgumentParser()
    add_erasure(parser)
    said = run(parser.parse_args(arguments), places(cloud), cloud.clock.now())
    cloud.advance(seconds=5)
    return said


def test_without_yes_it_is_only_said_what_would_be_done(stack):
    post = a_post(NOON, DANGER)
    with stack() as cloud:
        feed(cloud, a_page(post))
        cloud.advance(seconds=5)

        said = command(cloud, "--post", post["id"])

        assert said == "would erase 1 mention(s) (acme: 1); --yes does it"
        assert len(Snapshot(cloud).mentions) == 1


def test_a_post_is_erased_for_every_brand_that_it_names(stack):
    post = a_post(NOON, "@acme @other lovely weather", author="777000777")
    with stack(PLAN) as cloud:
        feed(cloud, a_page(post))
        cloud.advance(seconds=5)
        assert len(Snapshot(cloud).mentions) == 2

        command(cloud, "--post", post["id"], "--yes")

        assert len(Snapshot(cloud).erased) == 2
        assert "777000777" not in everything(cloud)


def test_the_id_of_a_later_version_erases_the_post(stack):
    first = a_post(NOON, CHAT)
    newer = str(int(first["id"]) + 5)
    edited = first | {"id": newer, "edit_history_tweet_ids": [first["id"], newer]}
    with stack() as cloud:
        feed(cloud, a_page(first))
        cloud.advance(seconds=5)
        feed(cloud, a_page(edited))
        cloud.advance(seconds=5)

        command(cloud, "--post", newer, "--yes")

        assert Snapshot(cloud).mentions == []


def test_an_author_is_erased_everywhere_parked_posts_included(stack):
    theirs = [a_post(NOON, CHAT, author="777000777") for _ in range(3)]
    others = a_post(NOON, CHAT)
    with stack(refreshing=True) as cloud:
        feed(cloud, a_page(*theirs[:2], others))
        cloud.advance(seconds=5)
        body = {"version": 1, "type": "mentions", "brand": "acme", "mentions": [wire(theirs[2])]}
        park(cloud, "MentionsDeadLetters", json.dumps(body), "acme")

        said = command(cloud, "--author", "777000777", "--yes")
        cloud.pause_schedule("watch")
        cloud.advance(hours=1, minutes=10)

        assert said == "told triage to erase 3 mention(s) (acme: 3)"
        assert [m.mention.post_id for m in Snapshot(cloud).mentions] == [others["id"]]
        assert "777000777" not in everything(cloud)
        feed(cloud, a_page(*theirs))
        cloud.advance(seconds=5)
        assert len(Snapshot(cloud).mentions) == 1


def test_a_restore_from_a_backup_replays_the_erasures(stack):
    posts = [a_post(NOON, CHAT) for _ in range(3)]
    with stack() as cloud:
        feed(cloud, a_page(*posts))
        cloud.advance(seconds=5)
        client, table = cloud.client("dynamodb"), cloud.table("MentionsTable")
        backup = client.scan(TableName=table)["Items"]
        command(cloud, "--post", posts[0]["id"], "--post", posts[1]["id"], "--yes")
        cloud.advance(minutes=5)
        for item in backup:
            client.put_item(TableName=table, Item=item)
        assert len(Snapshot(cloud).mentions) == 3

        dry = command(cloud, "replay")
        said = command(cloud, "replay", "--yes")

        assert dry == "would erase 2 post(s) of the log once more"
        assert said == "told triage to erase 2 post(s) of the log once more"
        assert [m.mention.post_id for m in Snapshot(cloud).mentions] == [posts[2]["id"]]


def test_a_tombstone_outlives_its_mention_and_goes_in_the_end(stack):
    first, second = a_post(NOON, CHAT), a_post(NOON, CHAT)
    with stack(a_plan(retention=timedelta(days=30))) as cloud:
        feed(cloud, a_page(first, second))
        cloud.advance(seconds=5)
        command(cloud, "--post", first["id"], "--yes")

        cloud.expire(NOON + timedelta(days=31))
        after_a_month = Snapshot(cloud)
        cloud.expire(NOON + timedelta(days=401))

        assert after_a_month.mentions == []
        assert len(after_a_month.erased) == 1
        assert Snapshot(cloud).erased == {}


@pytest.mark.parametrize(
    "arguments", [[], ["--post", "1", "--author", "2"], ["--post", "a-handle"], ["--author", "@x"]]
)
def test_arguments_that_do_not_fit_erase_nothing(stack, arguments):
    with stack() as cloud, pytest.raises(Rejected):
        command(cloud, *arguments)


def test_the_command_of_the_deployed_stack_takes_names_from_the_environment(
    stack, monkeypatch, capsys
):
    post = a_post(NOON, CHAT)
    with stack() as cloud:
        feed(cloud, a_page(post))
        cloud.advance(seconds=5)
        monkeypatch.setenv("MENTIONS_TABLE", cloud.table("MentionsTable"))
        monkeypatch.setenv("BRANDS_TABLE", cloud.table("BrandsTable"))
        monkeypatch.setenv("CLASSIFIED_QUEUE_URL", cloud.queue_url("ClassifiedQueue"))

        assert main(["erase", "--post", post["id"]]) == 0

        assert "would erase 1 mention(s) (acme: 1)" in capsys.readouterr().out
