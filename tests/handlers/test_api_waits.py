"""How long people took is told once, by the word that ended the paging."""

import json

import pytest

from tests.handlers.test_api import ID, LINK, ask, staff_ask
from tests.handlers.test_api import held as held


def waits(capsys):
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line["TimeToAcknowledge"] for line in lines if "TimeToAcknowledge" in line]


@pytest.mark.parametrize("way", ["api", "link"])
def test_an_acknowledgement_tells_how_long_it_took_and_another_nothing(held, capsys, way):
    for _ in range(2):
        if way == "api":
            staff_ask("POST", f"/incidents/{ID}/acknowledge")
        else:
            ask("POST", f"/a/{LINK}", route="/a/{token}")

    assert waits(capsys) == [[60.0]]


def test_calling_it_contained_is_the_word_that_ended_the_paging_where_nobody_had_it(held, capsys):
    staff_ask("POST", f"/incidents/{ID}/contain")
    staff_ask("POST", f"/incidents/{ID}/acknowledge")

    assert waits(capsys) == [[60.0]]
