from datetime import timedelta

from tests.builders import NOON
from vigie.domain.links import is_token, link_for, link_id, link_url


def test_a_link_is_kept_by_its_hash_for_a_day():
    link = link_for("Ab3-_Ab3-_Ab", "inc-1", "duty-1", "fr", NOON)

    assert link.id == link_id("Ab3-_Ab3-_Ab")
    assert "Ab3" not in link.id
    assert link.expires_at == NOON + timedelta(hours=24)


def test_only_twelve_url_safe_characters_are_a_token():
    assert is_token("Ab3-_Ab3-_Ab")
    assert not is_token("Ab3-_Ab3-_A")
    assert not is_token("Ab3-_Ab3-_Ab/")
    assert not is_token("é" * 12)


def test_a_link_points_under_the_public_address():
    assert (
        link_url("https://desk.example.org/", "x" * 12) == f"https://desk.example.org/a/{'x' * 12}"
    )
