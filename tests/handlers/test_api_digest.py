"""The link of a digest: each of its incidents, and a button for each on a page of its own."""

from dataclasses import replace

import pytest

from tests.builders import NOON, a_desk, a_tally
from tests.handlers.test_api import ID, MINUTE, ask
from tests.handlers.test_api import held as held
from vigie.domain.links import link_for
from vigie.domain.plan import Severity
from vigie.errors import Unavailable

LINK = "Dig3-_Dig3-_"
OTHER, THIRD = "inc-other", "inc-third"


@pytest.fixture
def digest(held):
    """A link of three incidents; the first is a danger, the second the gravest."""
    held.tallies[OTHER] = a_tally(id=OTHER, severity=Severity.SEV1, trigger="company")
    held.tallies[THIRD] = a_tally(id=THIRD, severity=Severity.SEV3, trigger="company")
    link = link_for(LINK, ID, "duty-1", "en", NOON)
    held.add_link(replace(link, others=(OTHER, THIRD)))
    return held


def link_ask(method, incident=None):
    query = {"incident": incident} if incident else {}
    return ask(method, f"/a/{LINK}", route="/a/{token}", query=query)


def test_it_shows_all_of_them_the_gravest_that_nobody_has_first(digest):
    digest.desks[OTHER] = a_desk(
        incident_id=OTHER, acknowledged_at=NOON, acknowledged_by="lead-1", owner="lead-1"
    )

    status, page, headers = link_ask("GET")

    order = [page.index(f'href="?incident={id_}"') for id_ in (ID, THIRD, OTHER)]
    assert (status, order) == (200, sorted(order))
    assert "3 incidents" in page
    assert "lead-1 has it" in page
    assert "DANGER" in page
    assert "<form" not in page
    assert LINK not in page
    assert headers["referrer-policy"] == "no-referrer"


def test_one_of_them_has_its_button_and_only_it_is_taken(digest):
    shown, page, _ = link_ask("GET", OTHER)
    taken, after, _ = link_ask("POST", OTHER)

    assert (shown, taken) == (200, 200)
    assert "<form" in page
    assert "You have it" in after
    assert {id_: desk.acknowledged_by for id_, desk in digest.desks.items()} == {OTHER: "duty-1"}


@pytest.mark.parametrize("incident", [None, "inc-strange", ""])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_is_taken_where_nothing_says_which_one(digest, method, incident):
    status, page, _ = link_ask(method, incident)

    assert (status, digest.desks) == (200, {})
    assert "3 incidents" in page


def test_an_ordinary_link_stands_for_its_one_incident_whatever_is_asked(digest):
    digest.add_link(link_for("One3-_One3-_", ID, "duty-1", "en", NOON))

    ask("POST", "/a/One3-_One3-_", route="/a/{token}", query={"incident": OTHER})

    assert list(digest.desks) == [ID]


def test_a_brand_s_name_is_no_markup_on_the_list(digest):
    digest.tallies[OTHER] = a_tally(id=OTHER, brand="<b>", trigger="company")

    _, page, _ = link_ask("GET")

    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_while_the_tables_do_not_answer_the_list_says_so(digest, monkeypatch):
    def broken(link_id):
        raise Unavailable("DynamoDB is out")

    monkeypatch.setattr(digest.parts.desks, "link", broken)

    assert link_ask("GET")[0] == 503


def test_it_expires_like_any_other(digest):
    digest.parts.now = lambda: NOON + 24 * 60 * MINUTE

    assert link_ask("GET")[0] == 404
