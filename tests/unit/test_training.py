"""Training runs in an environment of its own (`make .venv-training/ready`); without it these tests
are skipped, and say so."""

import csv
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from tests.builders import NOON, a_labelled
from tests.tables import create_tables
from vigie.adapters.dynamodb.corrections import DynamoCorrections
from vigie.adapters.dynamodb.mention_items import mention_to_item
from vigie.admin.__main__ import main
from vigie.classifier.grams import BUCKETS
from vigie.classifier.model import read_weights
from vigie.classifier.normalise import words
from vigie.domain.change import Stored
from vigie.domain.correction import Correction, Said
from vigie.domain.labels import Kind, Sentiment, Urgency

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-training" / "bin" / "python"

pytestmark = pytest.mark.skipif(
    not (ROOT / ".venv-training" / "ready").exists(),
    reason="no .venv-training: `make .venv-training/ready` sets it up",
)

SUBJECTS = ["box", "fibre", "réseau", "phone", "bill", "train", "water", "signal", "app", "tv"]
BRAND = [
    ("people trapped here, {}", "critical", "natural_disaster", "neutral", "made"),
    ("no {} since this morning", "high", "outage", "negative", "made"),
    ("flood: we need {}", "high", "natural_disaster", "neutral", "crisislex"),
    ("my data was leaked by the {}", "high", "controversy", "negative", "made"),
    ("the {} scandal", "low", "controversy", "neutral", "fr"),
    ("my {} is wrong, please help", "medium", "product_quality", "negative", "made"),
    ("how does the {} work?", "medium", "none", "neutral", "made"),
    ("thanks for the {}", "low", "none", "positive", "made"),
]


def a_table(path, columns, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    a_table(
        folder / "train" / "brand_made.csv",
        ["text", "urgency", "kind", "sentiment", "source"],
        [(text.format(s), *labels) for text, *labels in BRAND for s in SUBJECTS],
    )
    a_table(
        folder / "train" / "trecis.csv",
        ["text", "urgency", "event"],
        [
            (f"{level} flood in {s}", level, f"event{n}")
            for n, s in enumerate(SUBJECTS)
            for level in ("critical", "high", "medium", "low")
        ],
    )
    a_table(
        folder / "crisislex" / "t26.csv",
        ["text", "event", "info_type"],
        [
            (f"{kind} {s}", f"event{n}", kind)
            for n, s in enumerate(SUBJECTS)
            for kind in ("Affected individuals", "Sympathy and support")
        ],
    )
    a_table(
        folder / "train" / "french_requests.csv",
        ["text", "request"],
        [(f"{verb} {s}", yes) for s in SUBJECTS for verb, yes in (("besoin de", 1), ("voici", 0))],
    )
    for language in ("french", "english", "spanish", "german", "italian", "portuguese"):
        a_table(
            folder / "train" / "umsab" / f"{language}.csv",
            ["text", "sentiment"],
            [
                (f"{language} {mood} {s}", mood)
                for s in SUBJECTS
                for mood in ("negative", "neutral", "positive")
            ],
        )
    return folder


def train(data, out, *more):
    return subprocess.run(
        [PYTHON, "-m", "training", data, "--out", out, "--date", "2026-01-01", *more],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "layers" / "core"), "OMP_NUM_THREADS": "1", **_path()},
        capture_output=True,
        text=True,
        check=False,
    )


def _path():
    return {"PATH": os.environ["PATH"]}


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("weights")
    done = train(data, out)
    assert done.returncode == 0, done.stderr
    return out


def test_what_was_trained_can_be_read_and_has_learned(trained):
    model = read_weights(trained)

    broken = model.read(words("no internet since this morning"))
    pleased = model.read(words("thanks for the help"))

    assert broken.odds("outage_now") > pleased.odds("outage_now")
    assert pleased.odds("mood.positive") > broken.odds("mood.positive")


def test_training_again_gives_the_same_bytes(data, trained, tmp_path):
    train(data, tmp_path)

    for name in ("heads.bin", "heads.sha256", "MODEL_CARD.md"):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()


def test_the_card_tells_data_and_figures_and_no_text(trained):
    card = (trained / "MODEL_CARD.md").read_text(encoding="utf-8")

    assert "2026-01-01" in card
    assert "| brand | brand_made | 80 |" in card
    assert "| outage_now | brand | 80 |" in card
    assert "since this morning" not in card


def correct_ten_posts():
    """In tables of moto: zebras that the classifier took for outages, and staff for praise."""
    client = boto3.client("dynamodb")
    create_tables(client)
    corrections = DynamoCorrections(client, "IncidentsTable")
    for subject in SUBJECTS:
        labelled = a_labelled(text=f"zebra number {subject}")
        stored = Stored(labelled=labelled, incident_id="inc-0123456789")
        item = mention_to_item(stored, NOON, timedelta(days=36500))
        client.put_item(TableName="MentionsTable", Item=item)
        labels = labelled.labels
        corrections.add(
            Correction(
                incident_id=stored.incident_id,
                mention=labelled.mention.key,
                post_id=labelled.mention.post_id,
                was=Said(urgency=labels.urgency, kind=labels.kind, sentiment=labels.sentiment),
                now=Said(urgency=Urgency.LOW, kind=Kind.NONE, sentiment=Sentiment.POSITIVE),
                by="duty-1",
                at=NOON,
            )
        )


def test_corrections_go_from_the_tables_by_command_into_the_weights(
    data, trained, tmp_path, capsys
):
    given = tmp_path / "corrections.jsonl"
    tables = ["--table", "IncidentsTable", "--mentions-table", "MentionsTable"]
    with mock_aws():
        correct_ten_posts()
        assert main(["corrections", "export", *tables]) == 0
    given.write_text(capsys.readouterr().out, encoding="utf-8")

    done = train(data, tmp_path, "--corrections", given)

    assert done.returncode == 0, done.stderr
    post = words("zebra")
    before, after = read_weights(trained).read(post), read_weights(tmp_path).read(post)
    assert after.odds("mood.positive") > before.odds("mood.positive")
    assert "| brand | corrections | 10 |" in (tmp_path / "MODEL_CARD.md").read_text("utf-8")


def test_a_teacher_helps_words_that_no_label_has_shown(data, trained, tmp_path):
    numpy_cache(data, tmp_path / "cache")

    done = train(data, tmp_path / "out", "--teacher", tmp_path / "cache")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "heads.bin").stat().st_size > BUCKETS


def numpy_cache(data, cache):
    code = (
        "import sys, csv, json, zlib; import numpy as np; from pathlib import Path\n"
        "from training.teacher import cleaned\n"
        "data, cache = map(Path, sys.argv[1:]); cache.mkdir()\n"
        "rows = csv.DictReader((data / 'train' / 'brand_made.csv').open(encoding='utf-8'))\n"
        "texts = list(dict.fromkeys(cleaned(row['text']) for row in rows))\n"
        "words = [text.split() for text in texts]\n"
        "vectors = np.zeros((len(texts), 16))\n"
        "for place, found in enumerate(words):\n"
        "    for word in found: vectors[place, zlib.crc32(word.encode()) % 16] += 1\n"
        "np.save(cache / '000.npy', vectors)\n"
        "(cache / '000.json').write_text(json.dumps(texts))\n"
    )
    subprocess.run(
        [PYTHON, "-c", code, data, cache],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'layers' / 'core'}", **_path()},
        check=True,
    )


def test_a_folder_without_data_is_refused_by_name(tmp_path):
    done = train(tmp_path, tmp_path)

    assert done.returncode == 2
    assert "no file train/brand_*.csv" in done.stderr


def test_a_line_that_is_no_correction_is_refused_by_number(data, tmp_path):
    given = tmp_path / "corrections.jsonl"
    given.write_text('{"text": "a", "labels": {}}\n{"text": "b"}\n', encoding="utf-8")

    done = train(data, tmp_path, "--corrections", given)

    assert done.returncode == 2
    assert "line 2: not a correction" in done.stderr
