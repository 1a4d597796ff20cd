"""`python -m training DATA`: labelled posts → weights with their hash, and the model card."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np

from training import card, features, fit
from training.heads import HEADS
from training.sources import BadData, Example, examples
from vigie.classifier.model import FOLDER, packed


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of labelled posts")
    parser.add_argument("--corrections", type=Path, help="JSON lines of staff corrections")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the weights go")
    parser.add_argument("--date", default=None, help="for the model card; today if left out")
    parser.add_argument("--unseen", type=Path, help="also save what the heads say of unseen posts")
    given = parser.parse_args(arguments)
    try:
        found = examples(given.data, given.corrections)
        fitted = train(found, given.out)
    except BadData as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    day = given.date or datetime.now(UTC).date().isoformat()
    (given.out / "MODEL_CARD.md").write_text(
        card.written(found, fitted, day, _hash(given.out)), encoding="utf-8"
    )
    if given.unseen is not None:
        np.savez_compressed(given.unseen, **{one.head.name: one.unseen for one in fitted})
    return 0


def train(found: list[Example], out: Path) -> list[fit.Fitted]:
    """Fit every head and write `heads.bin` and `heads.sha256`. Raises BadData."""
    counts = features.count([example.text for example in found])
    bucket_norms = features.norms(counts.grams)
    seen = features.weighted(counts, bucket_norms)
    fold = fit.folds(found)
    fitted = []
    for head in HEADS:
        fitted.append(fit.fit(head, found, seen, fold))
        print(f"{head.name}: {int(fitted[-1].yes.sum())} of {int(fitted[-1].asked.sum())}")
    data = packed(*fit.shipped(fitted, bucket_norms))
    out.mkdir(parents=True, exist_ok=True)
    (out / "heads.bin").write_bytes(data)
    (out / "heads.sha256").write_text(f"{sha256(data).hexdigest()}  heads.bin\n", encoding="ascii")
    return fitted


def _hash(out: Path) -> str:
    return (out / "heads.sha256").read_text(encoding="ascii").split()[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
