import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.classifier.normalise import MAX_CHARACTERS, fold, normalise, words


def forms(text):
    return words(normalise(text)).forms


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ré\u200bseau\ufeff", "réseau"),
        ("\u202eplus\u202c", "plus"),
        ("ｐａｎｎｅ", "panne"),
        ("aideeeeez", "aidez"),
        ("créée", "créée"),
        ("1000", "1000"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("ok \ud83d", "ok \ufffd"),
    ],
)
def test_one_spelling_remains(text, plain):
    assert normalise(text) == plain


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Réseau", "reseau"),
        ("Cœur", "coeur"),
        ("Hеlр", "help"),  # Cyrillic е, р
        ("ΗΕLΡ", "help"),  # Greek Η, Ε, Ρ
        ("ÉLECTRICITÉ", "electricite"),
    ],
)
def test_accents_ligatures_and_lookalikes_fold(word, folded):
    assert fold(word) == folded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("J’ai plus d'eau", ("j", "ai", "plus", "d", "eau")),
        ("can't, won't, isn’t", ("can", "not", "will", "not", "is", "not")),
        ("dont", ("do", "not")),
        ("@help_me see https://help.example/sos", ("@", "see")),
        ("#panne générale !!! Vraiment ?!", ("panne", "generale", ".", "vraiment", "?")),
        ("n't '' ’ _ ͏", ("not", "_")),
        ("", ()),
    ],
)
def test_words_are_split_for_matching(text, found):
    assert forms(text) == found


def test_of_a_long_text_the_beginning_and_the_end_stay():
    text = normalise("first " + "x " * 20_000 + "last")

    assert text.startswith("first")
    assert text.endswith("last")
    assert len(text) <= MAX_CHARACTERS


def test_one_character_that_expands_to_many_is_capped_too():
    assert len(normalise("\ufdfa" * MAX_CHARACTERS)) <= MAX_CHARACTERS


@given(st.text(max_size=200))
def test_every_word_lies_in_the_text_and_is_never_empty(text):
    post = words(normalise(text))

    assert all(post.forms)
    for first, (start, end) in enumerate(post.spans):
        assert 0 <= start < end <= len(post.text)
        assert post.quote(first, first) == post.text[start:end][:80]
