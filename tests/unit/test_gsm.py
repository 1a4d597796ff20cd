import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.domain.gsm import BASIC, EXTENSION, SEGMENT, cut, fits, fold, plain, septets, to_ascii


def test_the_alphabet_is_the_one_of_the_standard():
    assert len(BASIC) == 127  # 128 places, one of which is the escape
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("éèùà", "éèùà"),
        ("ê â î ô û ë ï ç", "e a i o u e i c"),
        ("Ça œuvre", "Ça oeuvre"),
        ("“l’été”…", '"l\'été"...'),
        ("e\u0301", "é"),
        ("two\nlines\u2028three", "two lines three"),
        ("\u202eevil\u200b", "evil"),
        ("日本", "??"),
        ("5 €", "5 €"),
        ("\ud800broken", "broken"),
    ],
)
def test_text_is_folded_into_the_alphabet(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folded_text_is_one_line_of_the_alphabet(text):
    folded = fold(text)

    assert all(c in BASIC or c in EXTENSION for c in folded)
    assert "\n" not in folded
    assert fold(folded) == folded


def test_extension_characters_take_two_septets():
    assert septets("a") == 1
    assert septets("€") == 2
    assert fits("a" * SEGMENT)
    assert not fits("a" * (SEGMENT - 1) + "€")
    assert not fits("ê")


@given(st.text(alphabet=sorted(BASIC | EXTENSION)), st.integers(min_value=0, max_value=200))
def test_a_cut_text_fits_and_begins_like_the_whole(text, room):
    short = cut(text, room)

    assert septets(short) <= room
    assert text.startswith(short)


@given(st.text())
def test_a_subject_is_printable_ascii(text):
    assert all(" " <= c <= "~" for c in to_ascii(text))


@given(st.text())
def test_plain_text_has_no_control_or_format_character(text):
    assert all(c.isprintable() for c in plain(text))
