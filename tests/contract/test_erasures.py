from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, a_labelled, a_plan
from tests.contract.test_triage_store import Fake, OnDynamoDB, folded
from vigie.domain.change import Known
from vigie.domain.erasing import erase
from vigie.domain.labels import Kind, Sentiment, Urgency
from vigie.domain.mention import Author
from vigie.errors import Conflict
from vigie.messages import PostNow

PLAN = a_plan()
WORDS = "@acme help, the roof of 12 Mill Lane is on fire"


@pytest.fixture(params=["fake", "dynamodb"])
def world(request):
    if request.param == "fake":
        return Fake()
    return OnDynamoDB(request.getfixturevalue("dynamodb"))


def bury(store, *keys, why="deleted", now=NOON):
    change = erase(store.state("acme"), store.known(keys), keys, why, now, PLAN, now)
    store.commit(change, now)


def now_of(mention, **changes):
    values = {"reposts": 4, "likes": 3, "replies": 2, "quotes": 1, "next_at": None} | changes
    return PostNow(root_id=mention.mention.root_id, **values)


def test_a_tombstone_keeps_what_statistics_need(world):
    mention = a_labelled(Urgency.CRITICAL)
    key = mention.mention.key
    world.store.commit(folded(world.store, mention), NOON)
    incident_id = world.store.known([key])[key].incident_id

    bury(world.store, key)

    assert world.store.known([key])[key] == Known(
        post_id=mention.mention.post_id,
        incident_id=incident_id,
        deleted=True,
        urgency=Urgency.CRITICAL,
        kind=Kind.OUTAGE,
        sentiment=Sentiment.NEGATIVE,
        posted_at=mention.mention.posted_at,
    )


def test_a_tombstone_of_a_post_never_seen_keeps_its_id_alone(world):
    bury(world.store, "acme#x#77")

    assert world.store.known(["acme#x#77"])["acme#x#77"] == Known(post_id="77", deleted=True)


def test_nothing_is_written_over_a_tombstone(world):
    mention = a_labelled()
    late = folded(world.store, mention)
    bury(world.store, mention.mention.key)
    late = replace(late, state=world.store.state("acme"))

    with pytest.raises(Conflict):
        world.store.commit(late, NOON)


def test_a_post_that_changed_since_it_was_read_is_not_buried_as_it_was(world):
    mention = a_labelled()
    world.store.commit(folded(world.store, mention), NOON)
    known = world.store.known([mention.mention.key])
    stale = {key: replace(it, post_id="1") for key, it in known.items()}
    change = erase(world.store.state("acme"), stale, list(stale), "deleted", NOON, PLAN, NOON)

    with pytest.raises(Conflict) as refused:
        world.store.commit(change, NOON)

    assert refused.value.failed == (f"mention:{mention.mention.key}",)


def test_echoes_add_up_at_the_root(world):
    root = a_labelled()
    repost = a_labelled(Urgency.LOW, repost=True, repost_of=root.mention.root_id)
    other = a_labelled(Urgency.LOW, repost=True, repost_of=root.mention.root_id)
    world.store.commit(folded(world.store, root, repost), NOON)

    change = folded(world.store, other, known=[root.mention.key])
    world.store.commit(change, NOON)

    known = world.store.known([root.mention.key, repost.mention.key])
    assert known[root.mention.key].reposts == 2
    assert known[repost.mention.key] == Known(
        post_id=repost.mention.post_id, repost=True, posted_at=NOON
    )


def test_a_mention_that_joins_an_incident_and_is_repeated_at_once_is_written_once(world):
    first, second, third = a_labelled(), a_labelled(), a_labelled()
    repost = a_labelled(Urgency.LOW, repost=True, repost_of=first.mention.root_id)
    world.store.commit(folded(world.store, first, second), NOON)

    change = folded(world.store, third, repost, known=[first.mention.key])
    world.store.commit(change, NOON)

    known = world.store.known([first.mention.key])[first.mention.key]
    assert change.reposted
    assert change.adopted
    assert (known.reposts, known.incident_id) == (1, change.tallies[0].id)


def test_an_echo_of_a_post_erased_since_it_was_read_is_named(world):
    root = a_labelled()
    repost = a_labelled(Urgency.LOW, repost=True, repost_of=root.mention.root_id)
    world.store.commit(folded(world.store, root), NOON)
    change = folded(world.store, repost, known=[root.mention.key])
    bury(world.store, root.mention.key)

    with pytest.raises(Conflict) as refused:
        world.store.commit(replace(change, state=world.store.state("acme")), NOON)

    assert refused.value.failed == (f"gone:{root.mention.key}",)


def test_newer_numbers_win_and_an_erased_post_takes_none(world):
    mention = a_labelled()
    key = mention.mention.key
    world.store.commit(folded(world.store, mention), NOON)
    later = NOON + timedelta(minutes=5)
    world.store.refreshed(key, now_of(mention, next_at=later), later)

    with pytest.raises(Conflict):
        world.store.refreshed(key, now_of(mention, likes=0), NOON)
    bury(world.store, key)
    with pytest.raises(Conflict):
        world.store.refreshed(key, now_of(mention), later + timedelta(minutes=5))


def test_no_word_and_no_author_is_left_in_any_table(dynamodb):
    store = OnDynamoDB(dynamodb).store
    writer = Author(id="908172635", handle="somebody_real", followers=1)
    mention = a_labelled(Urgency.CRITICAL, text=WORDS, author=writer)
    store.commit(folded(store, mention), NOON)
    before = everything(dynamodb)
    author = mention.mention.author
    assert WORDS in before
    assert author.id in before

    bury(store, mention.mention.key)

    after = everything(dynamodb)
    for trace in (WORDS, author.id, author.handle, "network down", "refresh#"):
        assert trace not in after, trace


def test_a_tombstone_outlives_every_backup_and_every_shorter_retention(dynamodb):
    world = OnDynamoDB(dynamodb)

    bury(world.store, "acme#x#77")

    items = [
        dynamodb.get_item(TableName="MentionsTable", Key={"pk": {"S": "acme#x#77"}})["Item"],
        dynamodb.get_item(
            TableName="BrandsTable", Key={"pk": {"S": "X"}, "sk": {"S": "ERASED#acme#77"}}
        )["Item"],
    ]
    for item in items:
        assert int(item["expires_at"]["N"]) == (NOON + timedelta(days=400)).timestamp()


def everything(client):
    return "".join(
        str(client.scan(TableName=table)["Items"])
        for table in ("MentionsTable", "IncidentsTable", "BrandsTable")
    )
