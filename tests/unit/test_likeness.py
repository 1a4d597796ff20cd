import random

from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.domain.concepts import concept
from vigie.domain.likeness import (
    FEATURES_KEPT,
    blend,
    likeness,
    packed,
    sketch,
    unpacked,
    words_of,
)

OUTAGE_FR = sketch("Panne d'électricité à Bordeaux depuis ce matin", (), "fr")
OUTAGE_EN = sketch("Power outage in Bordeaux since this morning", (), "en")
BILL = sketch("My bill is wrong again this month", (), "en")


def test_french_and_english_posts_about_one_event_are_alike():
    assert likeness(OUTAGE_FR, OUTAGE_EN) > 0.25
    assert likeness(OUTAGE_FR, BILL) < 0.02


def test_a_concept_is_one_in_both_languages_and_knows_false_friends():
    assert concept("panne", "fr") == concept("outage", "en") == "outage"
    assert concept("inondations", "fr") == concept("flooding", "en") == "flood"
    assert concept("four", "en") == concept("chair", "en") == ""
    assert concept("tele", "und") == "television"


def test_links_handles_accents_and_capitals_change_nothing():
    plain = sketch("Reseau coupe a Lyon", (), "fr")

    assert sketch("@acme RÉSEAU coupé à Lyon https://t.co/abc", (), "fr") == plain


def test_what_all_posts_of_a_brand_have_tells_nothing():
    names = frozenset(words_of("Acme Télécom"))

    one, two = (sketch(f"Acme telecom {what}", (), "en", names) for what in ("hurrah", "kettle"))

    assert likeness(one, two) == 0


def test_rules_that_say_what_it_is_about_count_and_those_that_say_who_speaks_do_not():
    assert sketch("ok", ["danger.gas"]) != sketch("ok")
    assert sketch("ok", ["asks.help"]) == sketch("ok")


def test_a_post_of_no_words_is_like_nothing():
    assert sketch("😀 https://t.co/x") == {}
    assert likeness({}, OUTAGE_EN) == 0
    assert blend(OUTAGE_EN, {}, 3) == OUTAGE_EN


def test_a_group_follows_what_is_said_and_keeps_what_it_was_about():
    group = {}
    for number in range(50):
        group = blend(group, OUTAGE_EN if number % 2 else OUTAGE_FR, number)

    assert likeness(group, OUTAGE_EN) > 0.6
    assert likeness(group, OUTAGE_FR) > 0.6


@settings(max_examples=30)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=6))
def test_what_is_stored_is_small_and_comes_back_as_it_was(texts):
    group = {}
    for number, text in enumerate(texts):
        group = blend(group, sketch(text), number)
        stored = packed(group)

        assert len(stored) <= 90
        assert len(group) <= FEATURES_KEPT
        assert all(1 <= weight <= 255 for weight in group.values())
        assert packed(unpacked(stored)) == stored
        assert blend(unpacked(stored), OUTAGE_EN, 3) == blend(group, OUTAGE_EN, 3)


@settings(max_examples=30)
@given(st.text(max_size=120), st.text(max_size=120))
def test_likeness_is_the_same_both_ways_and_within_bounds(one, two):
    first, second = sketch(one), sketch(two)

    assert likeness(first, second) == likeness(second, first)
    assert 0 <= likeness(first, second) <= 1 + 1e-9


def test_no_word_of_a_post_can_be_read_in_what_is_stored():
    stored = packed(blend({}, sketch("Strasbourg Neudorf password hunter2"), 0)).lower()

    assert not any(word in stored for word in ("strasbourg", "neudorf", "password", "hunter2"))


def test_the_order_of_a_posts_words_does_not_matter():
    words = "gas leak in the rue de Rome in Marseille people evacuated".split()  # noqa: SIM905
    shuffled = random.Random(1).sample(words, len(words))

    assert packed(blend({}, sketch(" ".join(words)), 0)) == packed(
        blend({}, sketch(" ".join(shuffled)), 0)
    )
