import json
from datetime import timedelta

import pytest

from tests.builders import NOON
from vigie.ports import ParkedLetter
from vigie.services.letters import WITHHELD, by_author, clean, ids_in, post_ids

DAY = timedelta(days=1)


class Parked:
    """Letters of one queue; `at` is when they were parked."""

    def __init__(self, *bodies, at=NOON, group="acme"):
        self.bodies = list(bodies)
        self.at, self.group = at, group
        self.withheld = set()

    def letters(self, sweep, now):
        for body in list(self.bodies):
            yield ParkedLetter(
                body=body,
                group=self.group,
                parked_at=self.at,
                is_withheld=body in self.withheld,
                handle=body,
                attributes={},
            )

    def rewrite(self, letter, body, *, withheld):
        self.bodies[self.bodies.index(letter.body)] = body
        if withheld:
            self.withheld.add(body)

    def drop(self, letter):
        self.bodies.remove(letter.body)

    def keep(self, letter):
        pass


class Erased:
    def __init__(self, *keys):
        self.keys = keys

    def erased(self, keys):
        return frozenset(key for key in keys if key in self.keys)


def look_through(*parked, erased=(), now=NOON, remaining=DAY):
    return clean(parked, Erased(*erased), ["acme"], sweep="s", now=now, remaining=lambda: remaining)


def a_pack(*ids, brand="acme"):
    mentions = [{"id": id_, "root": id_, "text": f"words of {id_}"} for id_ in ids]
    return json.dumps({"version": 1, "type": "mentions", "brand": brand, "mentions": mentions})


def test_a_pack_loses_the_post_that_was_erased_and_keeps_its_neighbours():
    parked = Parked(a_pack("1", "2", "3"))

    look_through(parked, erased=["acme#x#2"])

    (body,) = parked.bodies
    assert [m["id"] for m in json.loads(body)["mentions"]] == ["1", "3"]


@pytest.mark.parametrize(
    "body",
    [
        a_pack("2"),
        json.dumps({"id": "2", "text": "raw"}),
        json.dumps({"id": "9", "edit_history_tweet_ids": ["2", "9"], "text": "raw"}),
        json.dumps({"data": [{"id": "2", "text": "in a page"}]}),
        json.dumps({"tweet_create_events": [{"id_str": "2", "text": "old shape"}]}),
        '{"id": "2", "text": "cut in the mid',
        '{"id":2, "text": "a number"}',
    ],
)
def test_whatever_else_holds_it_goes_as_a_whole(body):
    parked = Parked(body)

    look_through(parked, erased=["acme#x#2"])

    assert parked.bodies == []


def test_a_letter_of_another_brand_or_of_none_is_looked_at_for_all():
    parked = [Parked(a_pack("2", brand="other"), group=group) for group in ("other", "unassigned")]

    look_through(*parked, erased=["acme#x#2"])

    assert [it.bodies for it in parked] == [[], []]


@pytest.mark.parametrize("kind", ["tick", "command", "erased", "refreshed", "step", "poll"])
def test_messages_without_words_stay_as_they_are(kind):
    body = json.dumps({"type": kind, "brand": "acme", "posts": ["2"], "id": "2"})
    parked = Parked(body)

    look_through(parked, erased=["acme#x#2"], now=NOON + DAY)

    assert parked.bodies == [body]


def test_words_without_an_id_are_withheld_after_a_day_once():
    parked = Parked("{rubbish")

    look_through(parked, now=NOON + timedelta(hours=22))
    assert parked.bodies == ["{rubbish"]
    assert look_through(parked, now=NOON + DAY).withheld == 1
    assert look_through(parked, now=NOON + DAY).withheld == 0
    assert parked.bodies == [WITHHELD]


def test_a_letter_of_which_nothing_was_erased_stays_however_old():
    body = a_pack("1", "2")
    parked = Parked(body)

    look_through(parked, now=NOON + 10 * DAY)

    assert parked.bodies == [body]


def test_too_little_time_leaves_the_rest_to_the_next_hour():
    parked = Parked(a_pack("1"), a_pack("1", "2"))

    done = look_through(parked, erased=["acme#x#1"], remaining=timedelta(seconds=5))

    assert done.letters == 1
    assert len(parked.bodies) == 1


def test_ids_and_authors_are_found_in_letters():
    theirs = json.dumps({"id": "5", "author_id": "777", "text": "x"})
    pack = json.dumps(
        {"mentions": [{"id": "6", "author": {"id": "777"}}, {"id": "7", "author": {"id": "8"}}]}
    )

    assert ids_in([Parked(theirs, pack)], sweep="s", now=NOON) >= {"5", "6", "7"}
    assert by_author([Parked(theirs, pack)], "777", sweep="s", now=NOON) == {"5", "6"}


@pytest.mark.parametrize("text", ["", "[]", '{"id": ""}', '{"id": "0"}', f'{{"id": "{2**63}"}}'])
def test_what_cannot_be_an_id_is_none(text):
    assert post_ids(text) == set()
