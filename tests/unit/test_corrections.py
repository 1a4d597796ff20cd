import json
from dataclasses import replace

from tests.builders import NOON, a_labelled, a_tally
from tests.fakes import InMemoryCorrections, InMemoryDesks, InMemoryDossiers, InMemoryIncidents
from training.sources import corrected as read_by_training
from vigie.admin.corrections import exported, matrix
from vigie.domain.change import Stored
from vigie.domain.labels import Kind, Urgency
from vigie.services.corrections import correct
from vigie.services.desk import Act


def corrected():
    held = InMemoryIncidents()
    tally = a_tally()
    held.tallies[tally.id] = tally
    labelled = a_labelled(text="down again")
    held.mentions[labelled.mention.key] = Stored(labelled=labelled, incident_id=tally.id)
    kept, dossiers = InMemoryCorrections(), InMemoryDossiers(held)
    correct(
        InMemoryDesks(held),
        dossiers,
        kept,
        tally.id,
        labelled.mention.post_id,
        urgency=Urgency.MEDIUM,
        kind=Kind.PRODUCT_QUALITY,
        sentiment=None,
        act=Act(by="duty-1", at=NOON),
    )
    return held, kept, dossiers, labelled


def test_an_export_has_what_training_reads():
    _, kept, dossiers, labelled = corrected()

    (line,) = map(json.loads, exported(kept, dossiers, NOON))

    assert line["text"] == "down again"
    assert line["labels"]["urgency"] == "medium"
    assert line["labels"]["sentiment"] == labelled.labels.sentiment
    assert line["was"]["urgency"] == labelled.labels.urgency
    assert line["by"] == "duty-1"


def test_an_erased_post_is_not_exported():
    held, kept, dossiers, _ = corrected()
    held.mentions.clear()

    assert list(exported(kept, dossiers, NOON)) == []


def test_what_was_said_of_a_version_that_is_gone_is_not_exported():
    held, kept, dossiers, labelled = corrected()
    edited = replace(labelled.mention, post_id="2032100000000000999", text="all is well")
    held.mentions[edited.key] = Stored(
        labelled=replace(labelled, mention=edited), incident_id=next(iter(held.tallies))
    )

    assert list(exported(kept, dossiers, NOON)) == []


def test_training_reads_what_the_export_writes(tmp_path):
    _, kept, dossiers, _ = corrected()
    path = tmp_path / "corrections.jsonl"
    path.write_text("\n".join(exported(kept, dossiers, NOON)), encoding="utf-8")

    (example,) = read_by_training(path)

    assert (example.text, example.source) == ("down again", "brand")
    assert example.labels["urgency"] == "medium"
    assert example.labels["kind"] == "product_quality"


def test_the_matrix_counts_what_staff_said_against_the_classifier():
    _, kept, _, labelled = corrected()

    lines = [line.split() for line in matrix(kept)]

    assert ["urgency", labelled.labels.urgency.value, "medium", "1"] in lines
