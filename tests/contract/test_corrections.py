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
FIRST = Correction(incident_id="inc-1", mention="acme#x#7", was=WAS, now=NOW, by="duty-1", at=NOON)


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


def test_the_last_word_counts_in_the_confusion_matrix():
    later = replace(FIRST, now=WAS, at=NOON + timedelta(minutes=1))
    other = replace(FIRST, mention="acme#x#8")

    found = confusion([later, other, FIRST])

    assert found["urgency"] == {("high", "high"): 1, ("high", "low"): 1}
    assert found["sentiment"] == {("negative", "negative"): 2}
