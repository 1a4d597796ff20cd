from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON
from tests.fakes import InMemoryCorrections
from vigie.adapters.dynamodb.corrections import DynamoCorrections
from vigie.domain.correction import Correction, Said, confusion
from vigie.domain.labels import Kind, Sentiment, Urgency

WAS = Said(urgency=Urgency.HIGH, kind=Kind.OUTAGE, sentiment=Sentiment.NEGATIVE)
NOW = Said(urgency=Urgency.LOW, kind=Kind.NONE, sentiment=Sentiment.NEGATIVE)
FIRST = Correction(
    incident_id="inc-1", mention="acme#x#7", post_id="7", was=WAS, now=NOW, by="duty-1", at=NOON
)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["fake", "dynamodb"])
def corrections(request):
    if request.param == "fake":
        return InMemoryCorrections()
    return DynamoCorrections(request.getfixturevalue("dynamodb"), "IncidentsTable")


def test_every_word_on_a_mention_is_kept(corrections):
    later = replace(FIRST, now=WAS, by="lead-1", at=NOON + timedelta(minutes=1))

    corrections.add(FIRST)
    corrections.add(later)

    assert sorted(corrections.all(), key=lambda one: one.at) == [FIRST, later]


def test_the_same_word_again_is_kept_once_whoever_repeats_it(corrections):
    assert corrections.add(FIRST) is None
    assert corrections.add(FIRST) == FIRST
    assert corrections.add(replace(FIRST, by="lead-1", at=NOON + MINUTE)) == FIRST

    assert list(corrections.all()) == [FIRST]


def test_the_same_word_after_another_one_and_on_a_newer_version_is_kept(corrections):
    other = replace(FIRST, now=WAS, at=NOON + MINUTE)
    back = replace(FIRST, at=NOON + 2 * MINUTE)
    edited = replace(FIRST, post_id="9", at=NOON + 3 * MINUTE)

    assert [corrections.add(one) for one in (FIRST, other, back, edited)] == [None] * 4
    assert corrections.add(replace(edited, at=NOON + 4 * MINUTE)) == edited
    assert sorted(corrections.all(), key=lambda one: one.at) == [FIRST, other, back, edited]


def test_a_correction_of_before_is_read_without_its_version(dynamodb):
    corrections = DynamoCorrections(dynamodb, "IncidentsTable")
    corrections.add(FIRST)
    dynamodb.update_item(
        TableName="IncidentsTable",
        Key={"pk": {"S": "inc-1"}, "sk": {"S": "CORRECTION#acme#x#7#2026-03-12T12:00:00.000Z"}},
        UpdateExpression="REMOVE post_id",
    )

    assert list(corrections.all()) == [replace(FIRST, post_id="")]


def test_the_last_word_counts_in_the_confusion_matrix():
    later = replace(FIRST, now=WAS, at=NOON + timedelta(minutes=1))
    other = replace(FIRST, mention="acme#x#8")

    found = confusion([later, other, FIRST])

    assert found["urgency"] == {("high", "high"): 1, ("high", "low"): 1}
    assert found["sentiment"] == {("negative", "negative"): 2}


def test_each_version_of_a_post_counts_in_the_confusion_matrix():
    edited = replace(FIRST, post_id="9", now=WAS, at=NOON + timedelta(minutes=1))

    assert confusion([FIRST, edited])["urgency"] == {("high", "low"): 1, ("high", "high"): 1}
