import math
import re
import subprocess
import sys
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.classifier import BadWeights, classify, classify_all, explain, shipped
from vigie.classifier.evidence import evidence
from vigie.classifier.grams import BUCKETS, buckets, pair_bucket, spelled, word_buckets
from vigie.classifier.model import FOLDER, FORMAT, ZERO, packed, read_weights, unpacked
from vigie.classifier.normalise import normalise, words
from vigie.classifier.policy import POLICY, counted, judge, probability
from vigie.domain.labels import Urgency

POSTS = [
    "Plus d'internet depuis ce matin dans tout le quartier @acme",
    "Ma mère est sous oxygène et il n'y a plus de courant",
    "merci acme, au top",
    "the engineer never turned up, third time this month",
    "no signal in Northbridge since 9am, is acme down?",
    "We need water and blankets, the road is closed",
    "😂😂😂",
    "https://example.org/a",
    "",
]
TEXT = st.sampled_from(POSTS) | st.text(max_size=80)


def a_header(**changed):
    header = {
        "format": FORMAT,
        "buckets": BUCKETS,
        "heads": ["one", "two"],
        "scales": [0.5, 0.25],
        "biases": [-1.0, 2.0],
        "rules": {"outage.now": [1.5, 0.0]},
    }
    return {**header, **changed}


def a_table(weights):
    table = bytearray([ZERO, ZERO, 0] * BUCKETS)
    for bucket, row in weights.items():
        table[3 * bucket : 3 * bucket + 3] = bytes(row)
    return bytes(table)


def weights_in(folder, data, expected=None):
    (folder / "heads.bin").write_bytes(data)
    (folder / "heads.sha256").write_text(f"{expected or sha256(data).hexdigest()}  heads.bin\n")
    return folder


def test_a_head_is_its_bias_and_what_words_and_rules_add():
    word, pair = word_buckets("panne")[0], pair_bucket("^", "panne")
    model = unpacked(
        packed(a_header(), a_table({word: (ZERO + 10, ZERO - 4, 9), pair: (ZERO + 2, ZERO, 16)}))
    )

    reading = model.read(words("panne"), ["outage.now", "no.such.rule"])

    assert reading.odds("one") == pytest.approx(-1.0 + 0.5 * (10 + 2) / 5 + 1.5)
    assert reading.odds("two") == pytest.approx(2.0 - 0.25 * 4 / 5)


def test_the_same_buckets_are_trained_on_and_read():
    post = words("l'ascenseur 2024 🔥")
    expected = []
    before = "^"
    for form in post.forms:
        expected += [*word_buckets(spelled(form)), pair_bucket(before, spelled(form))]
        before = spelled(form)

    assert buckets(post) == expected
    assert word_buckets("abc")[1:] == word_buckets("abc")[1:]
    assert spelled("20241231") == spelled("99999999") == "00000000"


@pytest.mark.parametrize("head", ["danger", "urgent", "kind.outage", "tone.negative", "answer"])
@settings(max_examples=60, deadline=None)
@given(text=TEXT)
def test_an_explanation_adds_up_to_the_score_that_it_explains(head, text):
    post = words(normalise(text))

    bias, shares = explain(text, head)

    odds = shipped().read(post, evidence(post)).odds(head)
    assert math.isclose(bias + sum(weight for _, weight in shares), odds, abs_tol=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXT, max_size=6), st.data())
def test_labels_do_not_depend_on_the_company_of_a_post(texts, data):
    order = data.draw(st.permutations(range(len(texts))))

    together = classify_all([(texts[place], "") for place in order])

    assert together == [classify(texts[place]) for place in order]


def test_labels_do_not_depend_on_what_was_read_before():
    fresh = unpacked((FOLDER / "heads.bin").read_bytes())
    post = words(normalise(POSTS[0]))
    for text in POSTS:
        shipped().read(words(normalise(text)))

    before = shipped().read(post)
    after = fresh.read(post)

    assert [before.odds(head) for head in fresh.heads] == [after.odds(head) for head in fresh.heads]


@pytest.mark.parametrize("text", POSTS[:2] + POSTS[4:6])
def test_without_the_words_of_the_contrast_the_level_is_the_one_told(text):
    labels = classify(text)

    for reason in labels.reasons:
        if reason.rule.startswith("contrast."):
            assert Urgency(reason.rule.removeprefix("contrast.")).rank < labels.urgency.rank
            for quoted in reason.words.split(" … "):
                assert quoted in normalise(text)


def test_an_urgent_post_is_told_what_it_would_be_without_its_gravest_words():
    labels = classify("Bonjour, forte odeur de gaz dans tout l'immeuble", "fr")

    contrasts = [r for r in labels.reasons if r.rule.startswith("contrast.")]
    assert len(contrasts) == 1
    assert "gaz" in contrasts[0].words


@pytest.mark.parametrize("text", POSTS[:6])
def test_every_label_has_its_reasons(text):
    labels = classify(text)

    given_for = {reason.label for reason in labels.reasons}
    assert f"urgency:{labels.urgency}" in given_for
    assert all(0.0 <= reason.weight <= 1.0 for reason in labels.reasons)
    assert all(part in normalise(text) for r in labels.reasons for part in r.words.split(" … "))


def test_weights_that_are_missing_are_an_error(tmp_path):
    with pytest.raises(BadWeights, match="missing"):
        read_weights(tmp_path)


def test_weights_that_were_tampered_with_are_an_error(tmp_path):
    data = packed(a_header(), a_table({}))
    folder = weights_in(tmp_path, data[:-1] + b"x", expected=sha256(data).hexdigest())

    with pytest.raises(BadWeights, match="not what training wrote"):
        read_weights(folder)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[1]\n",
        b"no json\nxxx",
        packed(a_header(format="other"), a_table({})),
        packed(a_header(scales=[1.0]), a_table({})),
        packed(a_header(), b"short"),
        packed(a_header(heads=["one"]), a_table({})),
    ],
)
def test_weights_that_do_not_fit_the_code_are_an_error(tmp_path, data):
    with pytest.raises(BadWeights):
        read_weights(weights_in(tmp_path, data))


def test_what_ships_has_every_head_that_the_policy_asks():
    asked = {row.head for row in POLICY.rows} | {row.within for row in POLICY.rows} - {""}

    assert asked <= set(shipped().heads)


HEADS = sorted(
    {row.head for row in POLICY.rows} | {row.within for row in POLICY.rows if row.within}
)
ODDS = st.floats(-15, 15)


@given(st.fixed_dictionaries(dict.fromkeys(HEADS, ODDS)), st.sampled_from(HEADS), ODDS)
def test_a_surer_head_never_lowers_urgency(odds, head, more):
    def at(values):
        return judge(lambda name: values.get(name, 0.0), ())

    raised = {**odds, head: max(odds[head], more)}

    assert at(raised).urgency.rank >= at(odds).urgency.rank
    assert at(raised).scores["low"] <= at(odds).scores["low"]


@given(
    st.fixed_dictionaries(dict.fromkeys(HEADS, ODDS)),
    st.sampled_from(["danger.gas", "report.missing", "affair.leak", "affair.press", "outage.now"]),
)
def test_a_rule_may_raise_and_never_lower(odds, rule):
    def with_rules(*fired):
        return judge(lambda name: odds.get(name, 0.0), fired)

    assert with_rules(rule).urgency.rank >= with_rules().urgency.rank


def test_a_brand_may_count_a_head_more_or_not_at_all():
    def odds(head):
        return 1.0 if head == "outage_now" else -9.0

    plain = judge(odds, ())
    more = judge(odds, (), POLICY.adjusted({"outage_now": 2.0}))
    none = judge(odds, (), POLICY.adjusted({"outage_now": 0.0}))

    assert none.scores["high"] < plain.scores["high"] < more.scores["high"]
    assert more.urgency is Urgency.HIGH


@pytest.mark.parametrize(
    ("factors", "says"),
    [
        (
            {"no_such_head": 1.0},
            "no such head: 'no_such_head'; expected one of danger, urgent",
        ),
        ({"danger": -1.0}, "danger: factor -1.0"),
        ({"danger": math.nan}, "danger: factor nan"),
        ({"danger": math.inf}, "danger: factor inf"),
    ],
)
def test_an_adjustment_that_makes_no_sense_is_refused(factors, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        POLICY.adjusted(factors)


NOTHING_COUNTS = POLICY.adjusted(dict.fromkeys((row.head for row in POLICY.rows), 0.0))
FACTORS = st.dictionaries(st.sampled_from([row.head for row in POLICY.rows]), st.floats(0, 100))


@given(st.fixed_dictionaries(dict.fromkeys(HEADS, ODDS)), FACTORS)
def test_the_scores_are_what_the_rows_of_the_brand_count(odds, factors):
    policy = POLICY.adjusted(factors)

    scores = judge(lambda name: odds.get(name, 0.0), (), policy).scores

    doubt = 1.0
    for level in ("critical", "high", "medium"):
        before = doubt
        for row in policy.rows:
            if row.level == level:
                doubt *= 1.0 - min(0.995, counted(row, lambda name: odds.get(name, 0.0)))
        assert scores[level] == pytest.approx(before - doubt)
    assert scores["low"] == pytest.approx(doubt)


@given(st.fixed_dictionaries(dict.fromkeys(HEADS, ODDS)), FACTORS)
def test_no_policy_of_a_brand_lowers_a_rule_of_danger(odds, factors):
    def said(policy):
        return judge(lambda name: odds.get(name, 0.0), ("danger.gas",), policy)

    assert said(POLICY.adjusted(factors)).urgency is Urgency.CRITICAL
    assert said(NOTHING_COUNTS).urgency is Urgency.CRITICAL


def test_a_head_that_a_brand_does_not_count_is_no_reason():
    labels = classify("Une fuite de gaz rue Pasteur, boycott", "fr", NOTHING_COUNTS)

    assert labels.urgency is Urgency.CRITICAL
    assert {r.rule for r in labels.reasons if r.label == "urgency:critical"} == {
        "danger.gas",
        "contrast.high",  # for the boycott
    }


def test_a_reason_tells_that_the_brand_counts_its_head_otherwise():
    text = "no internet since this morning"
    usual = classify(text, "en")
    more = classify(text, "en", POLICY.adjusted({"outage_now": 1.4, "urgent": 0.7}))

    assert more.scores["high"] > usual.scores["high"]
    assert any(
        reason.says == "a service does not work now (for this brand counted 0.98, usually 0.7)"
        for reason in more.reasons
    )


@given(ODDS, ODDS)
def test_a_probability_grows_with_its_odds(one, other):
    low, high = sorted((one, other))

    assert 0.0 < probability(low) <= probability(high) < 1.0
    assert probability(low) == pytest.approx(1 / (1 + math.exp(-max(-12, min(12, low)))), abs=1e-4)


def test_a_row_counts_only_within_its_scene():
    row = next(row for row in POLICY.rows if row.within)

    inside = counted(row, lambda head: 5.0)
    outside = counted(row, lambda head: -8.0 if head == row.within else 5.0)

    assert outside < 0.02 < inside


def test_the_trip_wire_imports_no_heads_and_loads_no_weights():
    code = (
        "import sys; from vigie.classifier import trips; assert trips('gas leak here');"
        "print(sorted(m for m in sys.modules if m.startswith('vigie.classifier.')))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "vigie.classifier.tripwire" in done.stdout
    assert "vigie.classifier.model" not in done.stdout
