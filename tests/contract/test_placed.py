"""How a mention was placed, written by triage's store and read by the API's."""

from datetime import timedelta

import pytest

from tests.builders import NOON, a_labelled, some_labels
from tests.fakes import InMemoryDossiers, InMemoryIncidents
from vigie.adapters.dynamodb.dossiers import DynamoDossiers
from vigie.adapters.dynamodb.triage_store import DynamoTriageStore
from vigie.domain.change import Change, Stored, Tombstone
from vigie.domain.incident import BrandState
from vigie.domain.labels import Urgency
from vigie.domain.why import ECHO, UNKNOWN, WAITS, Why

KEPT = timedelta(days=90)
WAITED = Why(rule=WAITS, facts={"voices": 1, "voices_from": 3, "likeness": 0.4123456})


@pytest.fixture(params=["fake", "dynamodb"])
def tables(request):
    if request.param == "fake":
        held = InMemoryIncidents()
        return held, InMemoryDossiers(held)
    client = request.getfixturevalue("dynamodb")
    names = {"mentions": "MentionsTable", "incidents": "IncidentsTable"}
    store = DynamoTriageStore(client, **names, brands="BrandsTable", retention=KEPT)
    return store, DynamoDossiers(client, **names)


def test_what_decided_is_kept_with_the_mention(tables):
    store, dossiers = tables
    labelled = a_labelled()
    state = BrandState(brand="acme")

    store.commit(Change(state=state, mentions=(Stored(labelled=labelled, why=WAITED),)), NOON)

    placed = dossiers.placed(labelled.mention.key, NOON)
    assert placed.why.rule == WAITS
    assert placed.why.facts["voices_from"] == 3
    assert placed.why.facts["likeness"] == pytest.approx(0.4123, abs=1e-3)
    assert placed.labels.scores == some_labels().scores
    assert placed.known.incident_id == ""


def test_a_mention_that_was_stored_without_a_reason_can_be_read(tables):
    store, dossiers = tables
    labelled = a_labelled()
    stored = Stored(labelled=labelled, incident_id="inc-1")

    store.commit(Change(state=BrandState(brand="acme"), mentions=(stored,)), NOON)

    placed = dossiers.placed(labelled.mention.key, NOON)
    assert placed.why.rule == UNKNOWN
    assert placed.known.incident_id == "inc-1"


def test_a_repost_counts_with_what_it_repeats(tables):
    store, dossiers = tables
    repost = a_labelled(Urgency.LOW, repost=True)

    store.commit(Change(state=BrandState(brand="acme"), mentions=(Stored(labelled=repost),)), NOON)

    placed = dossiers.placed(repost.mention.key, NOON)
    assert (placed.why.rule, placed.labels) == (ECHO, None)


def test_of_an_erased_post_its_labels_are_known_and_no_reason(tables):
    store, dossiers = tables
    labelled = a_labelled()
    key = labelled.mention.key
    store.commit(
        Change(state=BrandState(brand="acme"), mentions=(Stored(labelled=labelled, why=WAITED),)),
        NOON,
    )
    gone = Tombstone(key=key, why="deleted", at=NOON, known=store.known([key])[key])

    store.commit(Change(state=store.state("acme"), tombstones=(gone,)), NOON)

    placed = dossiers.placed(key, NOON)
    assert placed.known.deleted
    assert placed.known.urgency is Urgency.HIGH
    assert (placed.why.rule, placed.labels) == (UNKNOWN, None)


def test_nothing_is_known_of_a_post_that_was_never_seen(tables):
    assert tables[1].placed("acme#x#404", NOON) is None
