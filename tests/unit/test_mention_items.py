from datetime import timedelta

from tests.builders import NOON, a_labelled, a_mention
from vigie.adapters.dynamodb.mention_items import (
    INCIDENT_SHARDS,
    incident_of,
    incident_shard,
    known_from_item,
    labelled_from_item,
    mention_to_item,
    shards_of,
)
from vigie.classifier import classify
from vigie.domain.change import Stored
from vigie.domain.mention import Author, LabelledMention

KEPT = timedelta(days=90)
TEXTS = (
    "@acme panne générale à Lyon, plus de réseau depuis une heure, vous êtes au courant ?",
    "@acme no internet in the whole street since this morning, is the network down?",
    "@acme ma mère est sous oxygène et il n'y a plus de courant, aidez-nous",
)


def item_of(text, incident_id="inc-0123456789"):
    labelled = LabelledMention(mention=a_mention(text=text), labels=classify(text, "fr"))
    return mention_to_item(Stored(labelled=labelled, incident_id=incident_id), NOON, KEPT)


def size(item):
    return sum(
        len(name.encode()) + len(str(next(iter(value.values()))).encode())
        for name, value in item.items()
    )


def test_a_mention_survives_its_item():
    known = Author(id="1", handle="user_1", followers=3, since=NOON - timedelta(days=9))
    for labelled in (a_labelled(), a_labelled(author=known)):
        back = labelled_from_item(mention_to_item(Stored(labelled=labelled), NOON, KEPT))

        assert back == labelled


def test_the_reasons_for_the_labels_that_it_got_are_kept():
    labels = classify(TEXTS[2], "fr")
    stored = labelled_from_item(item_of(TEXTS[2])).labels

    assert stored.urgency == labels.urgency
    kept = {(r.rule, r.label) for r in stored.reasons}
    assert kept <= {(r.rule, r.label) for r in labels.reasons}
    assert any(label == f"urgency:{labels.urgency}" for _, label in kept)


def test_an_ordinary_mention_fits_into_one_write_unit():
    assert max(size(item_of(text)) for text in TEXTS) <= 1024


def test_one_that_will_be_looked_up_again_does_too():
    labelled = LabelledMention(mention=a_mention(text=TEXTS[2]), labels=classify(TEXTS[2], "fr"))
    stored = Stored(labelled=labelled, incident_id="inc-0123456789", refresh_at=NOON)

    assert size(mention_to_item(stored, NOON, KEPT)) <= 1024


def test_the_incident_stands_in_its_index_key_alone():
    item = item_of(TEXTS[0])

    assert incident_of(item) == "inc-0123456789"
    assert known_from_item(item).incident_id == "inc-0123456789"
    assert incident_of(item_of(TEXTS[0], incident_id="")) == ""


def test_an_incidents_mentions_are_spread_over_its_shards():
    shards = {incident_shard("inc-1", str(1_900_000_000_000_000_000 + 977 * n)) for n in range(900)}

    assert shards == set(shards_of("inc-1"))
    assert len(shards) == INCIDENT_SHARDS
