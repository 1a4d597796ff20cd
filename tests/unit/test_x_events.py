import json
from pathlib import Path

import pytest

from tests.builders import NOON
from vigie.domain.instants import to_iso
from vigie.domain.plan import Brand
from vigie.errors import Rejected
from vigie.x_events import Deletion, Revocation, read_delivery
from vigie.x_posts import to_mention

NOW = NOON.replace(year=2027)
FIXTURES = Path(__file__).parents[1] / "x_fixtures" / "webhook"
ACME = Brand(id="acme", name="Acme", handles=("acme",), x_ids=("1000000001",))


def the(name):
    return read_delivery((FIXTURES / f"{name}.json").read_bytes())


def as_mention(told):
    return to_mention(told.raw, told.page, ACME, NOW, "webhook")


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
def test_everything_that_x_documents_can_be_read(path):
    delivery = read_delivery(path.read_bytes())

    for told in delivery.posts:
        assert as_mention(told).text


@pytest.mark.parametrize("name", ["mention", "reply", "quote"])
def test_who_addresses_the_brand_can_be_answered(name):
    (told,) = the(f"post_{name}_create").posts
    mention = as_mention(told)

    assert told.about == "1000000001"
    assert mention.reply_eligible
    assert not mention.repost


def test_the_author_s_reach_comes_along():
    (told,) = the("post_mention_create").posts

    assert as_mention(told).author.handle == "user_2"
    assert as_mention(told).author.followers == 97


def test_when_the_author_s_account_was_made_comes_along_in_the_old_words_too():
    body = json.loads((FIXTURES / "aaa_mention.json").read_bytes())
    body["tweet_create_events"][0]["user"]["created_at"] = "Mon May 19 14:01:46 +0000 2025"
    (told,) = read_delivery(json.dumps(body).encode()).posts

    assert to_iso(as_mention(told).author.since) == "2025-05-19T14:01:46.000Z"


def test_a_repost_is_one():
    (told,) = the("post_repost_create").posts

    assert as_mention(told).repost
    assert not as_mention(told).reply_eligible


def test_a_deletion_names_the_post_and_its_author():
    delivery = the("post_delete")

    assert delivery.deletions == (Deletion(post_id="2080761269309813134", author_id="1000000001"),)
    assert delivery.posts == ()


def test_a_revocation_names_the_account():
    assert the("oauth_revoke").revocations == (
        Revocation(user_id="1000000001", at="2026-07-23T21:44:05+00:00"),
    )
    assert the("aaa_revoke").revocations[0].user_id == "1000000001"


def test_what_is_of_no_use_is_named_and_left():
    assert the("like_create").ignored == ("like.create",)
    assert the("aaa_message").ignored == ("direct_message_events",)


def test_the_old_shape_gives_the_whole_text_the_exact_id_and_the_instant():
    (told,) = the("aaa_mention").posts
    mention = as_mention(told)

    assert mention.post_id == "1924465506158878979"
    assert mention.text.endswith("all the rest of it")
    assert mention.posted_at.isoformat() == "2025-05-19T14:01:46+00:00"
    assert (mention.author.handle, mention.author.followers) == ("user_2", 216)
    assert mention.reply_eligible


def test_a_repost_in_the_old_shape_is_one_and_its_offset_counts():
    (told,) = the("aaa_repost").posts

    assert as_mention(told).repost
    assert as_mention(told).posted_at.isoformat() == "2025-05-19T12:05:00+00:00"
    assert told.raw["referenced_tweets"] == [{"type": "retweeted", "id": "1924465506158800000"}]


def test_a_replay_ends_with_a_word_about_itself():
    assert the("aaa_replay_status").replay_state == "Complete"


def test_a_post_of_a_filtered_stream_is_one_too():
    body = {
        "data": {"id": "123", "text": "@acme hello", "author_id": "7"},
        "includes": {"users": [{"id": "7", "username": "user_7"}]},
        "matching_rules": [{"id": "1", "tag": "acme"}],
    }
    (told,) = read_delivery(json.dumps(body).encode()).posts

    assert as_mention(told).author.handle == "user_7"
    assert told.page.tags == ("acme",)


def test_an_event_about_a_post_that_is_not_known_yet_is_not_lost():
    body = {"data": {"event_type": "post.edit", "payload": {"id": "1", "text": "@acme"}}}

    assert len(read_delivery(json.dumps(body).encode()).posts) == 1


def test_several_events_may_come_at_once():
    one = json.loads((FIXTURES / "post_mention_create.json").read_text())["data"]
    other = json.loads((FIXTURES / "post_delete.json").read_text())["data"]
    delivery = read_delivery(json.dumps({"data": [one, other]}).encode())

    assert (len(delivery.posts), len(delivery.deletions)) == (1, 1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b"{}",
        b"\xff",
        b'{"data": 7}',
        b'{"data": [7]}',
        b'{"data": {}}',
        b'{"for_user_id": "1"}',
        b'{"data": {"event_type": "post.delete", "payload": {"id": 7}}}',
        b'{"data": {"event_type": "oauth.revoke", "payload": null}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_delivery_is_refused_with_a_reason(body):
    with pytest.raises(Rejected) as rejected:
        read_delivery(body)

    assert rejected.value.field


@pytest.mark.parametrize("payload", [None, 7, [], {}, "text"])
def test_a_bad_post_is_found_when_it_is_read_as_one(payload):
    body = {"data": {"event_type": "post.mention.create", "payload": payload}}
    (told,) = read_delivery(json.dumps(body).encode()).posts

    with pytest.raises(Rejected):
        as_mention(told)


@pytest.mark.parametrize(
    "date",
    [None, 7, "", "yesterday", "Mon Foo 19 14:01:46 +0000 2025", "Mon Feb 31 14:01:46 +0000 2025"],
)
def test_an_old_date_that_is_none_is_left_to_the_clock(date):
    body = {
        "for_user_id": "1000000001",
        "tweet_create_events": [
            {"id_str": "5", "text": "@acme", "user": {"id_str": "7"}, "created_at": date}
        ],
    }
    (told,) = read_delivery(json.dumps(body).encode()).posts

    assert as_mention(told).flags == ("posted_at_clamped",)
