import json
import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from tests.builders import a_labelled, a_plan
from vigie.api.pages import incidents_page
from vigie.classifier import labelling
from vigie.classifier.policy import POLICY
from vigie.classifier.rules import RULES
from vigie.domain.clock_rules import CLOCKS
from vigie.domain.incident import BrandState, State
from vigie.domain.labels import Kind, Urgency
from vigie.domain.plan import SEVERITY_ROWS, Severity, SeverityRow
from vigie.domain.severity import Evidence, assess
from vigie.domain.triage import fold
from vigie.messages import ERASURES

API = files("vigie.api")
HTML, SCRIPT = incidents_page().body, (API / "incidents.js").read_text(encoding="utf-8")
WORDS = json.loads((API / "words.json").read_text(encoding="utf-8"))
SHOWN = json.loads(re.search(r'id="words">(.*?)</script>', HTML)[1])


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


TAGS = Tags((API / "incidents.html").read_text(encoding="utf-8")).tags
IDS = [attributes["id"] for _, attributes in TAGS if "id" in attributes]


def leaves(value, path=()):
    if isinstance(value, str):
        yield path, value
        return
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from leaves(inner, (*path, name))


def test_both_languages_say_the_same_things():
    english, french = (
        {path: text for path, text in leaves(SHOWN[language]) if path[0] != "says"}
        for language in ("en", "fr")
    )

    assert set(english) == set(french)
    for path, text in english.items():
        assert text.strip()
        if path[0] != "because":
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", french[path])), path
    links = [dict(leaves(WORDS[language]["link"])) for language in ("en", "fr")]
    assert set(links[0]) == set(links[1])


def test_every_word_that_the_page_asks_for_is_there():
    asked = {attributes["data-says"] for _, attributes in TAGS if "data-says" in attributes}
    asked |= set(re.findall(r"words\(\)\.(\w+)", SCRIPT))
    asked |= set(re.findall(r'(?:named|count)\("(\w+)",', SCRIPT))
    asked |= set(re.findall(r'^    \["(\w+)", ', SCRIPT, re.MULTILINE))

    assert len(asked) > 50
    assert asked <= set(SHOWN["en"])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_closed_sets_are_told_in_full(language):
    words = SHOWN[language]

    assert set(words["kinds"]) == set(Kind)
    assert set(words["urgency"]) == set(Urgency)
    assert set(words["states"]) == set(State)
    assert set(words["erasures"]) == ERASURES
    codes = {"opened", "severity_raised", "paged", "page_delayed", "erased"}
    codes |= {"severity_lowered", "calm_proposed", "surge", "coordinated", "nobody_on_call"}
    codes |= {"confirmed", "clock_due", "ladder_restarted", "handed_over", "escalated"}
    codes |= {"clock_set", "clock_moved", "clock_cancelled"}
    assert set(words["clock_names"]) == set(CLOCKS)
    codes |= {"repaired", "bundled", "contained", "severity_set", "merged", "split", "split_off"}
    assert codes | {"acknowledged", "resolved", "dismissed", "note"} <= set(words["told"])


def test_the_classifiers_reasons_are_told_in_french():
    said = {rule.says for rule in RULES.values()} | {row.says for row in POLICY.rows}
    said |= {says for head, says in labelling._SAYS.items() if head[:4] not in ("mood", "tone")}

    assert said == set(SHOWN["fr"]["says"])


@pytest.mark.parametrize("language", ["en", "fr"])
def test_why_an_incident_is_grave_is_told_in_words(language):
    rows = [
        SeverityRow(severity=Severity.SEV1, **{condition: least})
        for condition in ("critical", "urgent", "authors", "reach", "per_minute", "surge")
        for least in (1, 2)
    ]
    rows.append(SeverityRow(severity=Severity.SEV1, worst=Urgency.HIGH, kinds=(Kind.OUTAGE,)))
    evidence = [
        Evidence(
            critical=n,
            urgent=n,
            authors=n,
            reach=n,
            per_minute=n * 1.5,
            surge=n * 2.5,
            worst=Urgency.CRITICAL,
            kind=Kind.OUTAGE,
        )
        for n in (1, 5)
    ]
    conditions = re.compile(r"(?<=\)) and ")
    said = {
        part
        for table in (rows, SEVERITY_ROWS)
        for counted in (Evidence(), *evidence)
        for reason in assess(counted, table)[1]
        for part in conditions.split(reason)
    }
    mentions = [a_labelled() for _ in range(3)]
    opened = fold(
        BrandState(brand="acme"), {}, {}, {}, mentions, a_plan(), mentions[0].mention.received_at
    )
    said.add(opened.tallies[0].because)

    patterns = [pattern for pattern, _ in SHOWN[language]["because"]]

    assert len(said) > 8
    for text in said:
        assert sum(re.search(pattern, text) is not None for pattern in patterns) == 1, text


def test_french_puts_a_space_that_does_not_break_before_its_signs():
    for path, text in leaves(SHOWN["fr"]):
        if path[0] != "because":
            assert not re.search(r"[^\u00a0][:;?!]", text), text


def test_no_word_can_end_the_script():
    assert "<" not in re.search(r'id="words">(.*?)</script>', HTML)[1]
    assert "</script" not in SCRIPT


def test_the_script_finds_what_it_looks_for():
    asked = set(re.findall(r'\bat\("([\w-]+)"\)', SCRIPT))

    assert len(IDS) == len(set(IDS))
    assert asked <= set(IDS)


def test_what_posts_say_is_only_ever_put_in_as_text():
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert sink not in SCRIPT


def test_every_field_has_a_label_and_every_error_is_announced():
    labelled = {attributes["for"] for tag, attributes in TAGS if tag == "label"}

    for tag, attributes in TAGS:
        if tag in {"input", "select", "textarea"}:
            assert attributes["id"] in labelled
        if attributes.get("class") == "wrong":
            assert attributes["role"] == "alert"
        if tag == "button":
            assert attributes["type"] in {"button", "submit"}


def colours():
    """The variables of each scheme: dark changes some of light."""
    light, dark = (API / "colours.css").read_text(encoding="utf-8").split("@media")
    schemes = [dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in (light, dark)]
    return {"light": schemes[0], "dark": schemes[0] | schemes[1]}


def luminance(colour):
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio"""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_at_night_and_by_day(scheme):
    named = colours()[scheme]

    pairs = [(text, on) for text in ("text", "quiet", "grave", "link") for on in ("page", "card")]
    for text, on in [*pairs, ("on-alarm", "alarm"), ("on-act", "act")]:
        assert contrast(named[text], named[on]) >= 4.5, (text, on)
    for line in ("line", "focus", "act"):
        assert contrast(named[line], named["page"]) >= 3, line
    style = (API / "incidents.css").read_text(encoding="utf-8")
    assert not re.search(r"(?<!-)color: #", style)
