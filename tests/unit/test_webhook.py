import json
from datetime import timedelta
from pathlib import Path

import pytest

from local.fake_x_webhook import an_event
from tests.builders import NOON
from tests.fakes import InMemoryAnnouncements, InMemoryDeadLetters, RecordingQueue
from tests.x_stream import danger
from vigie.domain.plan import Brand
from vigie.errors import Unavailable
from vigie.messages import decode_for_triage, decode_mentions
from vigie.services.ingest import Intake
from vigie.services.webhook import REMEMBERED, Reception

FIXTURES = Path(__file__).parents[1] / "x_fixtures" / "webhook"
ACME = Brand(id="acme", name="Acme", handles=("acme",), x_ids=("1000000001",))
BOLT = Brand(id="bolt", name="Bolt", handles=("bolt_fr",), x_ids=("1000000009",))
NOW = NOON.replace(year=2027)


class Desk:
    """A reception and all that it can write to."""

    def __init__(self, brands=(ACME, BOLT), refuse=0):
        self.mentions, self.urgent = RecordingQueue(refuse), RecordingQueue()
        self.classified = RecordingQueue()
        self.dead_letters = InMemoryDeadLetters()
        self.announcements = InMemoryAnnouncements()
        self.reception = Reception(
            brands=brands,
            intake=Intake(
                mentions=self.mentions,
                urgent=self.urgent,
                dead_letters=self.dead_letters,
                trips=danger,
            ),
            classified=self.classified,
            announcements=self.announcements,
        )

    def take(self, event, now=NOW):
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        return self.reception.take(body, now)

    def queued(self):
        return [
            (message.brand, mention.post_id)
            for body in self.mentions.bodies + self.urgent.bodies
            for message in [decode_mentions(body)]
            for mention in message.mentions
        ]


def the(name):
    return (FIXTURES / f"{name}.json").read_bytes()


def a_post(number=1, text="@acme is it down?", author="7", **changes):
    return {"id": str(number), "text": text, "author_id": author} | changes


def a_mention(number=1, **changes):
    return an_event("post.mention.create", a_post(number, **changes), about="1000000001")


def test_a_mention_is_queued():
    desk = Desk()

    taken = desk.take(the("post_mention_create"))

    assert taken.posts.accepted == 1
    assert desk.queued() == [("acme", "2080765813578191303")]


def test_the_urgent_lane_is_chosen_here():
    desk = Desk()

    desk.take(a_mention(text="@acme danger"))

    assert desk.urgent.sent
    assert not desk.mentions.sent


def test_a_quote_that_does_not_name_the_brand_is_a_mention_of_it():
    desk = Desk()

    desk.take(the("post_quote_create"))

    assert desk.queued() == [("acme", "2090000000000000002")]


def test_a_post_that_names_two_brands_is_a_mention_of_each():
    desk = Desk()

    taken = desk.take(a_mention(text="@acme and @bolt_fr, both down"))

    assert desk.queued() == [("acme", "1"), ("bolt", "1")]
    assert taken.posts.accepted == 2


def test_a_post_of_nobody_s_is_counted_and_not_queued():
    desk = Desk()

    taken = desk.take(an_event("post.create", a_post(text="hello"), about="55"))

    assert (taken.posts.unmatched, desk.queued()) == (1, [])


def test_the_brand_s_own_post_confirms_that_it_is_out_and_is_no_mention():
    desk = Desk()

    taken = desk.take(the("post_create"))

    post = desk.announcements.own["acme", "2080761390344937796"]
    assert (taken.own, taken.posts.accepted, desk.queued()) == (1, 0, [])
    assert post.posted_at.isoformat() == "2026-07-24T21:05:48+00:00"


def test_an_own_reply_says_to_what():
    desk = Desk()
    reply = a_post(author="1000000001", referenced_tweets=[{"type": "replied_to", "id": "40"}])

    desk.take(an_event("post.create", reply, about="1000000001"))

    assert desk.announcements.own["acme", "1"].replies_to == "40"


def test_one_brand_s_own_post_that_names_the_other_is_a_mention_of_that_one():
    desk = Desk()

    desk.take(
        an_event("post.create", a_post(author="1000000001", text="@bolt_fr hi"), about="1000000001")
    )

    assert desk.queued() == [("bolt", "1")]
    assert ("acme", "1") in desk.announcements.own


def test_an_own_post_that_is_gone_is_marked_and_told_to_the_other_brands():
    desk = Desk()

    desk.take(the("post_delete"))

    assert desk.announcements.own["acme", "2080761269309813134"] == "withdrawn"
    (erased,) = [decode_for_triage(body) for body in desk.classified.bodies]
    assert (erased.brand, erased.posts, erased.why) == (
        "bolt",
        ("2080761269309813134",),
        "deleted",
    )


def test_somebody_s_deleted_post_is_erased_for_every_brand():
    desk = Desk()

    taken = desk.take(the("aaa_delete"))

    assert taken.deleted == 1
    assert [decode_for_triage(body).brand for body in desk.classified.bodies] == ["acme", "bolt"]


def test_a_revocation_is_told_once():
    desk = Desk()

    assert desk.take(the("oauth_revoke")).revoked == ("1000000001",)
    desk.reception._known.clear()  # another process
    assert desk.take(the("oauth_revoke")).revoked == ()


def test_a_delivery_that_was_taken_is_known_when_it_comes_again():
    desk = Desk()

    assert not desk.take(the("post_mention_create")).repeated
    assert desk.take(the("post_mention_create")).repeated
    assert len(desk.queued()) == 1


def test_a_delivery_that_was_not_taken_is_not_known():
    desk = Desk(refuse=1)

    with pytest.raises(Unavailable):
        desk.take(a_mention())
    assert not desk.take(a_mention()).repeated
    assert desk.queued() == [("acme", "1")]


def test_the_memory_of_deliveries_is_bounded():
    desk = Desk()

    for number in range(1, REMEMBERED + 50):
        desk.take(an_event("like.create", {"id": str(number)}))

    assert len(desk.reception._known) == REMEMBERED


def test_a_deletion_that_is_not_queued_is_not_taken():
    desk = Desk()
    desk.classified.refuse = 1

    with pytest.raises(Unavailable):
        desk.take(the("aaa_delete"))


def test_what_cannot_be_read_is_parked_with_a_reason_and_x_is_content():
    desk = Desk()

    assert desk.take(b"not json").unreadable == 1
    assert desk.take(an_event("post.mention.create", {"id": "1"})).posts.rejected == 1
    assert [letter["field"] for letter in desk.dead_letters.parked] == ["body", "text"]


def test_a_dead_letter_queue_that_does_not_answer_is_no_reason_to_lose_a_body():
    desk = Desk()
    desk.dead_letters.broken = True

    with pytest.raises(Unavailable):
        desk.take(b"not json")


def test_that_x_still_talks_is_noted_once_a_minute():
    desk = Desk()

    for second in range(150):
        desk.take(a_mention(second + 1), NOW + timedelta(seconds=second))

    assert desk.announcements.heard_at == [
        NOW,
        NOW + timedelta(60 / 86400),
        NOW + timedelta(120 / 86400),
    ]


def test_what_the_events_cost_is_booked_in_sums():
    desk = Desk()

    for number in range(1, 251):
        desk.take(a_mention(number))
    desk.take(a_mention(250))
    desk.take(an_event("like.create", {"id": "1"}), NOW + timedelta(minutes=2))

    assert desk.announcements.cost_usd == pytest.approx(250 * 0.005)
    assert len(desk.announcements.heard_at) == 4


def test_a_note_that_fails_does_not_cost_a_delivery():
    desk = Desk()
    desk.announcements.broken = True

    assert desk.take(a_mention()).posts.accepted == 1
    desk.announcements.broken = False
    desk.take(a_mention(2))
    assert desk.announcements.heard_at == [NOW]
