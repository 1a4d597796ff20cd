import json
from dataclasses import fields

import pytest

from tests.builders import NOON
from tests.fakes import InMemoryDeadLetters, RecordingQueue
from tests.x_stream import danger
from vigie.domain.plan import Brand
from vigie.errors import Unavailable
from vigie.messages import decode_mentions
from vigie.services.ingest import Accepted, Intake, accept, accept_lines
from vigie.x_posts import read_page

ACME = Brand(id="acme", name="Acme", handles=("acme",), x_ids=("1000000001",))
BOLT = Brand(
    id="bolt",
    name="Bolt",
    handles=("bolt_fr",),
    x_ids=("1000000009",),
    queries=('"bolt énergie" (panne OR coupure) -is:retweet', "boltcity OR #bolt lang:fr"),
)


class Desk:
    """An intake and what came through it."""

    def __init__(self, refuse=0, broken=False):
        self.mentions, self.urgent = RecordingQueue(refuse), RecordingQueue()
        self.dead_letters = InMemoryDeadLetters(broken)
        self.intake = Intake(
            mentions=self.mentions,
            urgent=self.urgent,
            dead_letters=self.dead_letters,
            trips=danger,
        )

    def queued(self, queue=None):
        return [
            (message.brand, mention.post_id)
            for body in (queue or self.mentions).bodies
            for message in [decode_mentions(body)]
            for mention in message.mentions
        ]

    @property
    def reasons(self):
        return [(letter["field"], letter["group"]) for letter in self.dead_letters.parked]


@pytest.fixture
def desk():
    return Desk()


def raw(number=1, text="@acme is the network down?", **changes):
    post = {
        "id": str(number),
        "text": text,
        "author_id": "2000000001",
        "created_at": f"2026-03-12T11:{number % 60:02d}:00.000Z",
    } | changes
    return {name: value for name, value in post.items() if value is not ...}


def line(*posts, **more):
    return json.dumps({"data": list(posts), **more})


def accept_line(one, brands, intake, **given):
    return accept_lines([one], brands, intake, **given)


def adds_up(counts):
    parts = (counts.accepted, counts.duplicates, counts.own, counts.rejected, counts.unmatched)
    return counts.received == sum(parts)


def test_a_page_is_queued_in_packs_of_one_brand_oldest_first(desk):
    page = read_page({"data": [raw(number) for number in range(40, 0, -1)]})

    counts = accept(page, ACME, desk.intake, source="mentions:1000000001", now=NOON)

    assert counts == Accepted(received=40, accepted=40)
    assert [len(decode_mentions(body).mentions) for body in desk.mentions.bodies] == [25, 15]
    assert [message.group for message in desk.mentions.sent] == ["acme", "acme"]
    assert desk.queued() == [("acme", str(number)) for number in range(1, 41)]


def test_the_trip_wire_chooses_the_urgent_queue_in_small_packs(desk):
    posts = [raw(number, "danger @acme") for number in range(1, 13)] + [raw(50)]

    counts = accept(read_page({"data": posts}), ACME, desk.intake, source="s", now=NOON)

    assert (counts.accepted, counts.urgent) == (13, 12)
    assert [len(decode_mentions(body).mentions) for body in desk.urgent.bodies] == [5, 5, 2]
    assert desk.queued() == [("acme", "50")]


def test_a_repost_of_danger_takes_the_ordinary_lane(desk):
    repost = raw(
        text="RT @user_1: danger @acme",
        referenced_tweets=[{"type": "retweeted", "id": "1899999999999999999"}],
    )

    counts = accept_line(line(repost), [ACME], desk.intake, now=NOON)

    assert (counts.accepted, counts.urgent) == (1, 0)


def test_a_cry_for_help_repeated_by_hand_may_be_the_only_copy_that_we_get(desk):
    counts = accept_line(line(raw(text="RT @user_1: danger @acme")), [ACME], desk.intake, now=NOON)

    (mention,) = decode_mentions(desk.urgent.bodies[0]).mentions
    assert (counts.accepted, counts.urgent) == (1, 1)
    assert not mention.repost


def test_own_posts_are_counted_and_never_queued(desk):
    of = line(
        raw(1, author_id="1000000001"),
        raw(2, author_id="77"),
        includes={"users": [{"id": "77", "username": "ACME"}]},
    )

    counts = accept_line(of, [ACME], desk.intake, now=NOON)

    assert counts == Accepted(received=2, own=2)
    assert desk.queued() == []


def test_one_bad_post_is_parked_with_its_reason_and_the_rest_goes_on(desk):
    of = line(raw(1), raw(2, id="12x"), raw(3, text=...), raw(4, author_id=...), raw(5))

    counts = accept_line(of, [ACME], desk.intake, now=NOON)

    assert counts == Accepted(received=5, accepted=2, rejected=3)
    assert desk.reasons == [("id", "acme"), ("text", "acme"), ("author_id", "acme")]
    assert json.loads(desk.dead_letters.parked[0]["body"]) == raw(2, id="12x")


def test_a_line_that_does_not_parse_is_parked_as_it_came(desk):
    counts = accept_lines(['{"data": [', line(raw(1))], [ACME], desk.intake, now=NOON)

    assert counts == Accepted(received=2, accepted=1, rejected=1)
    assert desk.dead_letters.parked[0]["body"] == '{"data": ['
    assert desk.reasons == [("line", "acme")]


def test_an_enormous_line_is_parked_in_part_and_says_so(desk):
    accept_line(b"{" + b"x" * 2_000_000, [ACME], desk.intake, now=NOON)

    (letter,) = desk.dead_letters.parked
    assert len(letter["body"]) == 200_000
    assert "cut to 200000 characters" in letter["reason"]


def test_a_blank_line_counts_as_nothing(desk):
    assert accept_line("\n", [ACME], desk.intake, now=NOON) == Accepted()


def test_the_same_post_twice_in_one_call_is_queued_once(desk):
    edited = raw(7, edit_history_tweet_ids=["1", "7"])

    counts = accept_lines(
        [line(raw(1), raw(1)), line(raw(1), edited)], [ACME], desk.intake, now=NOON
    )

    assert counts == Accepted(received=4, accepted=2, duplicates=2)
    assert desk.queued() == [("acme", "1"), ("acme", "7")]


def test_many_lines_share_their_messages(desk):
    lines = [json.dumps({"data": raw(number)}) for number in range(1, 51)]

    accept_lines(lines, [ACME], desk.intake, now=NOON)

    assert len(desk.mentions.sent) == 2


@pytest.mark.parametrize(
    ("post", "brands"),
    [
        (raw(text="hey @bolt_fr"), ["bolt"]),
        (raw(text="hey @BOLT_FR!"), ["bolt"]),
        (raw(text="hey @bolt_france"), []),
        (raw(text="write to x@bolt_fr"), []),
        (raw(text="hey @acme and @bolt_fr"), ["acme", "bolt"]),
        (raw(text="you", entities={"mentions": [{"username": "Bolt_FR"}]}), ["bolt"]),
        (raw(text="you", entities={"mentions": [{"username": "x", "id": "1000000009"}]}), ["bolt"]),
        (raw(text="encore une panne chez Bolt  Energie"), ["bolt"]),
        (raw(text="encore une panne ailleurs"), []),
        (raw(text="bolt énergie, merci"), []),
        (raw(text="j'habite à Boltcity"), ["bolt"]),
        (raw(text="vive #bolt"), ["bolt"]),
        (raw(text="boltcityville"), []),
        (raw(text="nothing of either"), []),
    ],
)
def test_a_post_is_a_mention_of_each_brand_that_it_names(desk, post, brands):
    counts = accept_line(line(post), [ACME, BOLT], desk.intake, now=NOON)

    assert [brand for brand, _ in desk.queued()] == brands
    assert counts.unmatched == (not brands)
    assert counts.received == max(1, len(brands))


@pytest.mark.parametrize("tag", ["@bolt_fr", "Bolt_fr", "bolt", "@Bolt"])
def test_a_matching_rule_names_the_brand(desk, tag):
    of = {"data": raw(text="no name"), "matching_rules": [{"id": "1", "tag": tag}]}

    accept_line(json.dumps(of), [ACME, BOLT], desk.intake, now=NOON)

    assert desk.queued() == [("bolt", "1")]


def test_the_only_brand_of_a_plan_takes_all_posts(desk):
    counts = accept_line(line(raw(text="no name")), [ACME], desk.intake, now=NOON)

    assert counts == Accepted(received=1, accepted=1)


def test_a_forced_brand_takes_all_posts(desk):
    of = line(raw(text="hey @acme"))

    accept_line(of, [ACME, BOLT], desk.intake, now=NOON, forced=BOLT)

    assert desk.queued() == [("bolt", "1")]


def test_a_bad_post_about_two_brands_is_rejected_once(desk):
    of = line(raw(id="x", text="hey @acme and @bolt_fr"), raw(id="y", text="nobody"))

    counts = accept_line(of, [ACME, BOLT], desk.intake, now=NOON)

    assert counts == Accepted(received=2, rejected=2)
    assert desk.reasons == [("id", "acme"), ("id", "unassigned")]


def test_what_one_brand_says_of_another_is_a_mention_of_that_other(desk):
    of = line(raw(text="hey @bolt_fr", author_id="1000000001"))

    counts = accept_line(of, [ACME, BOLT], desk.intake, now=NOON)

    assert counts == Accepted(received=2, accepted=1, own=1)
    assert desk.queued() == [("bolt", "1")]


def test_what_a_queue_does_not_take_makes_the_page_unaccepted():
    desk = Desk(refuse=1)

    with pytest.raises(Unavailable):
        accept_line(line(*map(raw, range(1, 60))), [ACME], desk.intake, now=NOON)


def test_what_cannot_be_parked_makes_the_page_unaccepted_after_the_rest_was_queued():
    desk = Desk(broken=True)

    with pytest.raises(Unavailable):
        accept_line(line(raw(1), raw(id="x")), [ACME], desk.intake, now=NOON)

    assert desk.queued() == [("acme", "1")]


def test_the_counts_always_add_up(desk):
    lines = [
        line(raw(1), raw(1), raw(2, text="danger @bolt_fr"), raw(3, text="nothing")),
        line("no object", raw(4, id=None), raw(5, author_id="1000000001")),
        "not json",
        "",
        '{"meta": {"result_count": 0}}',
        json.dumps({"data": raw(6, text="@acme @bolt_fr")}),
    ]

    counts = accept_lines(lines, [ACME, BOLT], desk.intake, now=NOON)

    assert adds_up(counts)
    assert counts == Accepted(
        received=10, accepted=4, duplicates=1, own=1, rejected=3, unmatched=1, urgent=1
    )


def test_counts_of_several_calls_are_added_field_by_field():
    one = Accepted(**{f.name: n for n, f in enumerate(fields(Accepted))})

    assert one + one == Accepted(**{f.name: 2 * n for n, f in enumerate(fields(Accepted))})
