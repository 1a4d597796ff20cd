import re

import pytest

from tests.builders import NOON, a_mention, a_plan, some_labels
from tests.fakes import InMemoryDeadLetters, RecordingBackoff, RecordingQueue
from vigie.classifier.policy import POLICY
from vigie.domain.labels import Urgency
from vigie.domain.plan import Brand
from vigie.messages import (
    PACK_MENTIONS,
    Mentions,
    decode_for_triage,
    encode,
)
from vigie.records import Record
from vigie.services.classify import classify_batch, policies_of
from vigie.services.lanes import Lane


def by_word(text, lang, policy):
    affair = policy is not POLICY and "affair" in text
    return some_labels(
        Urgency.CRITICAL if "danger" in text else Urgency.HIGH if affair else Urgency.LOW
    )


class Stage:
    def __init__(self):
        self.policies = {}
        self.classified, self.urgent = RecordingQueue(), RecordingQueue()
        self.dead_letters, self.backoff = InMemoryDeadLetters(), RecordingBackoff()

    def classify(self, *bodies):
        batch = [
            Record(
                message_id=f"m{n}",
                receipt_handle=f"r{n}",
                body=body if isinstance(body, str) else encode(body),
                queue="Mentions",
                group="acme",
                attempts=1,
            )
            for n, body in enumerate(bodies)
        ]
        lanes = {"Mentions": Lane(self.dead_letters, self.backoff, RecordingQueue())}
        return classify_batch(
            batch, by_word, self.policies, self.classified, self.urgent, lanes, NOON
        )

    def labelled(self, queue):
        return [m for body in queue.bodies for m in decode_for_triage(body).mentions]


@pytest.fixture
def stage():
    return Stage()


def of(brand, *texts):
    return Mentions(brand=brand, mentions=tuple(a_mention(brand=brand, text=t) for t in texts))


def test_a_grave_mention_goes_by_the_urgent_lane(stage):
    stage.classify(of("acme", "hello", "danger", "hello"))

    assert [m.mention.text for m in stage.labelled(stage.urgent)] == ["danger"]
    assert len(stage.labelled(stage.classified)) == 2


def test_mentions_of_many_messages_are_packed_by_brand(stage):
    stage.classify(*[of(brand, *["hello"] * 10) for brand in ("a", "b", "a", "a")])

    assert sorted(
        (m.group, len(decode_for_triage(m.body).mentions)) for m in stage.classified.sent
    ) == [("a", 5), ("a", PACK_MENTIONS), ("b", 10)]


def test_long_posts_make_smaller_packs(stage):
    stage.classify(of("acme", *["x" * 24_000] * 12))

    assert max(len(body) for body in stage.classified.bodies) < 250_000
    assert len(stage.labelled(stage.classified)) == 12


def test_a_message_whose_mentions_were_not_accepted_stays_in_the_queue(stage):
    stage.classified.refuse = 1

    done = stage.classify(of("a", "hello"), of("b", "hello"))

    assert done.failed == ("m0",)
    assert stage.backoff.hidden[0][0] == "r0"


def test_rubbish_is_parked_with_its_reason_and_the_rest_goes_on(stage):
    done = stage.classify("{", "[]", '{"version": 1, "type": "tick"}', of("acme", "hello"))

    assert done.failed == ()
    assert done.rejected == 3
    assert [p["field"] for p in stage.dead_letters.parked] == ["body", "body", "type"]
    assert len(stage.labelled(stage.classified)) == 1


@pytest.mark.parametrize(
    ("found", "field"),
    [
        ('"id":"12x"', "id"),
        ('"id":"9223372036854775808"', "id"),
        ('"id":7', "id"),
        ('"id":"١٢"', "id"),
    ],
)
def test_one_bad_mention_is_parked_without_its_neighbours(stage, found, field):
    body = encode(
        Mentions(brand="acme", mentions=(a_mention(post_id="7", root_id="7"), a_mention()))
    )

    done = stage.classify(body.replace('"id":"7"', found, 1))

    assert done.failed == ()
    assert done.labelled == 1
    assert stage.dead_letters.parked[0]["field"] == field


def test_a_parked_mention_can_be_sent_again_as_it_is(stage):
    body = encode(Mentions(brand="acme", mentions=(a_mention(post_id="7", root_id="7"),)))
    stage.classify(body.replace('"id":"7"', '"id":""'))

    mended = stage.dead_letters.parked[0]["body"].replace('"id":""', '"id":"7"')

    assert stage.classify(mended).labelled == 1


def test_a_message_from_newer_code_waits(stage):
    newer = re.sub('"version":[0-9]+', '"version":99', encode(of("acme", "hello")))

    done = stage.classify(newer)

    assert done.failed == ("m0",)
    assert done.unknown_version == 1
    assert stage.dead_letters.parked == []


def test_what_cannot_be_parked_stays_in_the_queue(stage):
    stage.dead_letters.broken = True

    assert stage.classify("{").failed == ("m0",)


def test_a_lone_surrogate_survives_the_wire_as_a_replacement(stage):
    stage.classify(of("acme", "half a smile \ud83d"))

    assert stage.labelled(stage.classified)[0].mention.text == "half a smile ?"


def test_what_cannot_be_read_is_parked_once_however_often_its_message_comes_back(stage):
    body = encode(of("acme", "hello", "hello")).replace('"text":"hello"', '"text":""', 1)
    stage.classified.refuse = 3

    for _ in range(4):
        stage.classify(body)

    assert len(stage.dead_letters.parked) == 1


def test_each_brand_has_its_own_policy_and_a_brand_out_of_the_plan_the_usual_one(stage):
    brands = (Brand(id="bank", name="Bank", policy={"affair_now": 1.4}), Brand(id="acme", name="A"))
    stage.policies = policies_of(a_plan(brands=brands))

    stage.classify(*[of(brand, "affair") for brand in ("bank", "acme", "gone")])

    assert stage.policies.keys() == {"bank"}
    assert {m.mention.brand: m.labels.urgency for m in stage.labelled(stage.classified)} == {
        "bank": "high",
        "acme": "low",
        "gone": "low",
    }


def test_factors_that_the_classifier_cannot_take_name_their_brand():
    wrong = a_plan(brands=(Brand(id="bank", name="Bank", policy={"affair": 1.4}),))

    with pytest.raises(ValueError, match="policy of brand bank: no such head: 'affair'"):
        policies_of(wrong)
