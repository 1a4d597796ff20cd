import unicodedata
from dataclasses import replace
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import a_labelled
from vigie.domain.digest import IDS_NAMED, LINES, MENTIONS_READ, TITLE_CHARACTERS, digest
from vigie.domain.labels import Urgency
from vigie.domain.mention import Author
from vigie.domain.sentences import LONGEST_LINE, cleaned, sentences

OUTAGE = (
    "@acme Panne totale de réseau à Lyon depuis 8h, plus de 4G ni d'appels",
    "plus aucun réseau à Lyon ce matin @acme, quand est-ce que ça revient ?",
    "@acme Quand le réseau sera rétabli à Lyon ?",
    "Quand est-ce que le réseau revient @acme ??",
    "Pourquoi aucune information sur le site @acme ?",
    "@acme pourquoi vous ne donnez aucune information ?",
    "Network down in Lyon since 8am @acme.",
    "@acme when will the network be back in Lyon?",
    "Panne réseau à Lyon, merci Acme…",
    "bravo @acme",
    "https://t.co/abc @acme",
)
RUMOUR = (
    "Il paraît que les serveurs d'Acme ont été piratés",
    "on dit que les serveurs Acme sont piratés, toutes les données volées",
    "I heard the Acme servers were hacked",
    "les serveurs d'Acme ont été piratés !!!",
    "les serveurs d'Acme ont été piratés !!!",
)


def posts(*texts, urgency=Urgency.HIGH, authors=None):
    return [
        a_labelled(urgency, text=text, author=Author(id=authors[i] if authors else str(i)))
        for i, text in enumerate(texts)
    ]


def test_the_title_is_what_most_posts_are_about_in_the_words_of_one():
    made = digest(posts(*OUTAGE))

    assert "Lyon" in made.title.text
    assert made.title.authors > 1
    assert made.mentions == len(OUTAGE)


def test_the_question_most_asked_comes_first_whoever_asks_in_which_language():
    given = posts(*OUTAGE)

    first, second = digest(given).questions[:2]

    assert first.text in [OUTAGE[1], OUTAGE[2].removeprefix("@acme "), OUTAGE[3]]
    assert first.mentions == first.authors == 4
    assert set(first.ids) == {given[i].mention.root_id for i in (1, 2, 3, 7)}
    assert (second.authors, "information" in second.text) == (2, True)


def test_a_rumour_is_quoted_with_its_mark_and_counted_with_those_who_repeat_it_as_a_fact():
    (rumour,) = digest(posts(*RUMOUR, *OUTAGE)).rumours

    assert rumour.text in RUMOUR[:3]
    assert (rumour.mentions, rumour.authors, rumour.copies) == (5, 5, 1)


def test_one_persons_hearsay_is_no_rumour_however_often_it_is_posted():
    same = posts(*[RUMOUR[0]] * 5, authors=["1"] * 5)

    assert digest(same).rumours == ()


def test_who_asks_again_and_again_asks_once():
    loud = posts(*["@acme why was my parcel lost twice?"] * 9, authors=["1"] * 9)
    two = posts(
        "when is the shop open again?", "when does the shop open again?", authors=["2", "3"]
    )

    first, second = digest([*loud, *two]).questions

    assert (first.authors, first.mentions) == (2, 2)
    assert (second.authors, second.mentions, second.copies) == (1, 9, 8)


def test_a_critical_post_is_not_drowned_by_many_mild_ones():
    mild = posts(*[f"the app of acme is slow today number {i}" for i in range(8)])
    grave = posts("My mother is trapped in the lift at Acme tower", urgency=Urgency.CRITICAL)

    made = digest([*grave, *mild])

    assert any("trapped in the lift" in line.text for line in made.summary)


@pytest.mark.parametrize(
    "text",
    [
        "Why is it not working",
        "is anyone else without signal",
        "Quelqu'un sait ce qui se passe",
        "Combien de temps ça va durer",
        "Was passiert hier gerade in Berlin?",
    ],
)
def test_questions_are_known_by_their_mark_or_by_how_they_begin(text):
    assert [line.text for line in digest(posts(text)).questions] == [text]


@pytest.mark.parametrize(
    "text", ["Really?!", "When I called they hung up", "Que du bonheur", "???"]
)
def test_a_cry_or_a_story_is_no_question(text):
    assert digest(posts(text)).questions == ()


def test_the_title_is_in_the_language_that_most_write():
    french = posts("Panne de réseau à Lyon", "Encore une panne de réseau à Lyon")
    english = posts("Network outage in Lyon", authors=["9"])
    given = [
        replace(post, labels=replace(post.labels, language=language))
        for language, some in (("en", english), ("fr", french))
        for post in some
    ]

    assert "réseau" in digest(given).title.text


def test_nothing_is_invented():
    given = posts(*OUTAGE, *RUMOUR)
    made = digest(given)

    said = " ".join(cleaned(p.mention.text) for p in given)
    for line in (*made.summary, *made.questions, *made.rumours):
        assert line.text in said
        assert set(line.ids) <= {p.mention.root_id for p in given}


def test_what_turns_a_line_around_or_is_not_seen_is_taken_out():
    hostile = (
        "\u202egnp.exe\u2066 \x00down\u200b\x1b[31m n\u0301\u0301\u0301\u0301\u0301o &lt;b&gt;"
    )

    text = cleaned(hostile)

    assert not [c for c in text if unicodedata.category(c) in {"Cc", "Cf"}]
    assert text.count("\u0301") <= 2
    assert text.endswith("<b>")


def test_an_incident_without_posts_has_an_empty_digest():
    made = digest([])

    assert (made.mentions, made.title) == (0, None)
    assert made.summary == made.questions == made.rumours == ()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=300), max_size=12))
def test_any_text_is_digested_within_bounds(texts):
    given = posts(*texts)
    made = digest(given)

    assert made == digest(given)
    assert made.title is None or len(made.title.text) <= TITLE_CHARACTERS
    for lines in (made.summary, made.questions, made.rumours):
        assert len(lines) <= LINES
        for line in lines:
            assert 0 < len(line.text) <= LONGEST_LINE
            assert 1 <= line.authors <= line.mentions <= len(texts)
            assert len(line.ids) <= IDS_NAMED


def test_three_hundred_hostile_posts_take_bounded_time():
    words = [f"w{i * 7919 % 3001}" for i in range(3000)]
    given = posts(
        *(
            " ".join(f"apparently {' '.join(words[i + j : i + j + 12])}?" for j in range(100))
            for i in range(MENTIONS_READ + 1)
        )
    )

    began = perf_counter()
    made = digest(given)

    assert made.mentions == MENTIONS_READ
    assert perf_counter() - began < 5


def test_a_long_post_is_read_at_its_beginning():
    found = list(sentences(0, "First of all. " + "And so on it goes. " * 500))

    assert found[0].text == "First of all."
    assert len(found) <= 6
