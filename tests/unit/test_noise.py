from datetime import timedelta

import pytest

from tests.builders import NOON, a_labelled, a_mention, a_tally
from vigie.domain.incident import Echoing
from vigie.domain.mention import Author
from vigie.domain.noise import (
    TEXTS_KEPT,
    assess_noise,
    is_a_voice,
    is_new_account,
    listened,
    text_hash,
    together,
    voices_that_count,
    without,
)
from vigie.domain.voices import heard

COPIED = "Everybody must boycott @acme today because they lied to us all"
DAY = timedelta(days=1)


def a_crowd(texts, *, posts=None, since=None):
    """A tally that has heard one author for each text."""
    noise, voices = Echoing(), ""
    for number, text in enumerate(texts):
        author = Author(id=str(number), since=since)
        noise = listened(noise, a_mention(text=text, author=author))
        voices, _ = heard(voices, f"{number:x}")
    return a_tally(noise=noise, voices=voices, mention_count=posts or len(texts))


def own_words(number):
    words = ("red", "blue", "green", "black", "white", "brown", "grey", "pink")
    return f"my {words[number % 8]} {words[number // 8 % 8]} phone cannot reach the network here"


@pytest.mark.parametrize(
    "copy",
    [
        "everybody must boycott @other today, because they lied to us ALL!!",
        f"{COPIED} https://t.co/abc 42",
        "Everybody   must boycott today 🔥 because they lied to us all",
    ],
)
def test_a_copy_is_known_whatever_handles_links_and_signs_it_wears(copy):
    assert text_hash(copy) == text_hash(COPIED) != ""


def test_what_many_write_alike_by_themselves_is_no_copy():
    assert text_hash("@acme still no network!") == ""
    assert assess_noise(a_crowd(["@acme still no network!"] * 40)) is None


def test_a_crowd_in_its_own_words_is_no_noise_and_counts_in_full():
    crowd = a_crowd([own_words(n) for n in range(40)])

    assert assess_noise(crowd) is None
    assert voices_that_count(crowd) == 40


def test_copies_are_recognised_and_count_as_two_voices():
    crowd = a_crowd([own_words(n) for n in range(10)] + [COPIED] * 30)

    noise = assess_noise(crowd)

    assert noise.reasons[0] == "30 of 40 authors post copies of the same text"
    assert "controversy of its own" in noise.reasons[-1]
    assert noise.facts == {"posts": 40, "authors": 40, "copies": 30, "new_accounts": 0}
    assert voices_that_count(crowd) == 12


def test_one_text_among_very_many_is_not_invented():
    noise = Echoing()
    for number in range(2_000):
        noise = listened(noise, a_mention(text=f"{own_words(number)} {'x' * (number + 1)}"))

    assert len(noise.texts) <= TEXTS_KEPT
    assert noise.own == noise.voices == 2_000
    assert max(noise.texts.values(), default=0) <= 1


def test_new_accounts_are_recognised_and_count_for_nothing():
    crowd = a_crowd([own_words(n) for n in range(20)], since=NOON - 5 * DAY)

    assert "20 of 20 accounts were younger than 30 days" in assess_noise(crowd).reasons
    assert voices_that_count(crowd) == 1


def test_an_account_is_as_old_as_it_was_when_it_posted():
    old = a_mention(author=Author(id="1", since=NOON - 31 * DAY))
    new = a_mention(author=Author(id="1", since=NOON - 29 * DAY))

    assert [is_new_account(m) for m in (old, new, a_mention())] == [False, True, None]


def test_few_who_write_much_are_told_from_a_crowd():
    assert "40 posts by 3 authors" in assess_noise(a_crowd(["no", "no", "no"], posts=40)).reasons
    assert assess_noise(a_crowd(["no", "no", "no"], posts=11)) is None


def test_a_third_copy_is_no_evidence_of_volume():
    noise = Echoing()
    heard_as_voices = []
    for number in range(5):
        mention = a_mention(text=COPIED, author=Author(id=str(number)))
        heard_as_voices.append(is_a_voice(noise, mention))
        noise = listened(noise, mention)

    assert heard_as_voices == [True, True, False, False, False]


def test_counters_put_together_and_taken_apart_are_what_they_were():
    one = a_crowd([COPIED] * 4).noise
    other = a_crowd([COPIED, own_words(1)]).noise

    assert together(one, other).voices == 6
    assert together(one, other).texts[text_hash(COPIED)] == 5
    assert without(together(one, other), other) == one


def test_an_incident_of_older_code_says_nothing_about_its_crowd():
    tally = a_tally(mention_count=400, voices="")

    assert assess_noise(tally) is None
    assert voices_that_count(tally) == 0


def test_the_words_of_a_post_are_not_kept():
    labelled = a_labelled(text=COPIED)

    assert "boycott" not in str(listened(Echoing(), labelled.mention))
