import re
from string import Formatter

import pytest

from tests.unit.test_desk_page import leaves
from vigie.api.telling import because, told
from vigie.api.wording import words
from vigie.domain.paged import PAGED_MEANS
from vigie.domain.why import FACTS, MEANS, Why
from vigie.services import explain

OURS = {explain.ERASED, explain.TAKEN_LATER, explain.LET_GO, explain.IN_INCIDENT}
RULES = {*MEANS, *PAGED_MEANS, *OURS, explain.NO_INCIDENT, "opened", "grave"}


def shapes(language):
    return words()[language]["why"]["says"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_rule_and_every_fact_has_words(language):
    assert set(shapes(language)) == RULES
    assert set(words()[language]["why"]["facts"]) >= set(FACTS)


def test_both_languages_name_the_same_facts():
    for rule, english in shapes("en").items():
        french = shapes("fr")[rule]
        names = [
            [{name for _, name, _, _ in Formatter().parse(s) if name} for s in said]
            for said in (english, french)
        ]
        assert names[0] == names[1], rule


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_rule_without_its_facts_is_told_all_the_same(language):
    for rule in MEANS:
        text = told(Why(rule=rule), language)
        assert text.endswith(".")
        assert not re.search(r"[{}]", text)


def test_the_numbers_are_in_the_sentence_or_behind_it():
    why = Why(
        rule="waits",
        facts={
            "voices": 1,
            "voices_from": 3,
            "window_min": 30,
            "likeness": 0.4,
            "likeness_from": 0.55,
        },
    )

    assert told(why, "en") == (
        "It is urgent and waited for company: 1 of 3 different authors had said the same within 30 "
        "minutes (likeness 0.4, from 0.55 on)."
    )
    assert "1 sur 3 auteurs" in told(why, "fr")
    assert "ressemblance 0,4, à partir de 0,55" in told(why, "fr")


def test_figures_that_were_kept_as_text_are_french_too():
    why = Why(rule="unknown", facts={"likeness": "0.52", "likeness_from": "0.03", "open": 2})

    assert "ressemblance 0,52, à partir de 0,03 ; incidents ouverts 2" in told(why, "fr").replace(
        "\u00a0", " "
    )


def test_what_newer_code_decided_is_told_by_its_code():
    assert told(Why(rule="opened.moon", facts={"phase": 2}), "fr") == "opened.moon (phase 2)."


def test_instants_are_told_in_utc():
    why = Why(rule="acknowledged", facts={"by": "duty-1", "at": "2026-03-12T12:00:00.000Z"})

    assert told(why, "en").startswith("duty-1 has it, taken at 2026-03-12 12:00 UTC")
    assert told(why, "fr").startswith("duty-1 s'en charge, pris le 2026-03-12 à 12:00 UTC")


def test_a_reason_of_triage_is_told_in_french():
    danger = "one critical mention: people are trapped or cannot get out"

    assert because(danger, "fr") == (
        "un post parle de danger\u00a0: des personnes sont bloquées ou ne peuvent pas sortir"
    )
    assert because("something that is new", "fr") == "something that is new"


def test_french_signs_never_begin_a_line():
    for _, text in leaves(words()["fr"]["why"]):
        assert not re.search(r"[^\u00a0][:;?!]", text), text
