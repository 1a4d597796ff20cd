from hypothesis import given
from hypothesis import strategies as st

from vigie.domain.draft import short_hash
from vigie.domain.voices import BITS, heard


@given(st.lists(st.integers(0, 10**12), max_size=40))
def test_an_author_is_new_once(authors):
    voices, new = "", 0
    for author in authors:
        voices, is_new = heard(voices, short_hash(str(author)))
        new += is_new

    places = {int(short_hash(str(author)), 16) % BITS for author in authors}
    assert new == len(places)


def test_a_thousand_authors_are_nearly_all_told_apart():
    voices, new = "", 0
    for author in range(1000):
        voices, is_new = heard(voices, short_hash(str(author)))
        new += is_new

    assert new > 900
    assert len(voices) < 1400
