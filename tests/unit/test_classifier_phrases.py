import pytest

from vigie.classifier.normalise import normalise, words
from vigie.classifier.phrases import Phrases


def found(pattern, text):
    phrases = Phrases()
    phrases.add("rule", pattern, {"net": "wifi|reseau"})
    post = words(normalise(text))
    return [post.quote(hit.first, hit.last) for hit in phrases.find(post)]


@pytest.mark.parametrize(
    ("pattern", "text", "quotes"),
    [
        ("plus de reseau", "Plus de réseau", ["Plus de réseau"]),
        ("plus|pas [de] <net>", "pas wifi, plus de réseau", ["pas wifi", "plus de réseau"]),
        ("evacu* ~2 nuit", "évacués hier dans la nuit", []),
        ("evacu* ~3 nuit", "évacués hier dans la nuit", ["évacués hier dans la nuit"]),
        ("gaz ~3 fuite", "le gaz. Une fuite", []),
        ("# foyers", "1200 foyers", ["1200 foyers"]),
        ("panne ?", "une panne ?", ["panne ?"]),
        ("rt @", "RT @user_1: bonjour", ["RT @user_1"]),
    ],
)
def test_a_phrase_is_found_where_it_stands(pattern, text, quotes):
    assert found(pattern, text) == quotes


@pytest.mark.parametrize("pattern", ["~2 gaz", "gaz ~2", "[gaz]"])
def test_a_phrase_that_holds_no_word_at_an_end_is_refused(pattern):
    with pytest.raises(ValueError, match=r"rule: .*gaz"):
        found(pattern, "gaz")
