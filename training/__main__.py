"""`python -m training DATA`: labelled posts → weights with their hash, and the model card."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import scipy.sparse as sp

from training import card, features, fit
from training.heads import HEADS
from training.sources import BadData, Example, alike, examples, unlabelled
from training.student import Teacher, students
from training.teacher import read_cache
from vigie.classifier.model import FOLDER, packed


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("data", type=Path, help="the folder of labelled posts")
    parser.add_argument("--corrections", type=Path, help="JSON lines of staff corrections")
    parser.add_argument("--teacher", type=Path, help="vectors that training.teacher has written")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the weights go")
    parser.add_argument("--date", default=None, help="for the model card; today if left out")
    parser.add_argument("--unseen", type=Path, help="also save what the heads say of unseen posts")
    given = parser.parse_args(arguments)
    try:
        found = examples(given.data, given.corrections)
        fitted = train(found, unlabelled(given.data), given.out, given.teacher)
    except BadData as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    day = given.date or datetime.now(UTC).date().isoformat()
    (given.out / "MODEL_CARD.md").write_text(
        card.written(found, fitted, day, _hash(given.out), _lessons(given.teacher)),
        encoding="utf-8",
    )
    if given.unseen is not None:
        np.savez_compressed(given.unseen, **{one.head.name: one.unseen for one in fitted})
    return 0


def train(
    found: list[Example], others: list[str], out: Path, cache: Path | None = None
) -> list[fit.Fitted]:
    """Fit every head and write `heads.bin` and `heads.sha256`. Raises BadData."""
    counts = features.count([*(example.text for example in found), *others])
    bucket_norms = features.norms(counts.grams)
    seen = features.weighted(counts, bucket_norms)
    fold = fit.folds([*(example.group for example in found), *map(alike, others)])
    asked = [fit.asked(head, found) for head in HEADS]
    own, own_fold = seen[: len(found)], fold[: len(found)]
    parts = {
        head.name: [fit.plain(head, yes, asks, own, own_fold)]
        for head, (yes, asks) in zip(HEADS, asked, strict=True)
    }
    if cache is not None:
        teacher = Teacher(cache, [*(e.text for e in found), *others])
        for head, student in zip(HEADS, _taught(teacher, asked, seen, fold), strict=True):
            if head.taught:
                parts[head.name].append(student)
    fitted = []
    for head, (yes, asks) in zip(HEADS, asked, strict=True):
        used = [part for name in (head.name, *head.kin) for part in parts[name]]
        fitted.append(fit.blend(head, used, yes, asks, own_fold))
        print(f"{head.name}: {int(yes.sum())} of {int(asks.sum())}", flush=True)
    data = packed(*fit.shipped([one for one in fitted if one.head.ships], bucket_norms))
    out.mkdir(parents=True, exist_ok=True)
    (out / "heads.bin").write_bytes(data)
    (out / "heads.sha256").write_text(f"{sha256(data).hexdigest()}  heads.bin\n", encoding="ascii")
    return fitted


def _taught(
    teacher: Teacher,
    asked: list[tuple[np.ndarray, np.ndarray]],
    seen: sp.csr_matrix,
    fold: np.ndarray,
) -> list[fit.Part]:
    """A student for each head."""
    number = len(asked[0][0])
    unknown = np.zeros(len(fold) - number, dtype=bool)
    heads = [(np.append(yes, unknown), np.append(asks, unknown)) for yes, asks in asked]
    weights, answers = students(teacher, heads, seen, fold, fit.FOLDS)
    return [
        fit.Part(weights[:, place], 0.0, answers[:number, place]) for place in range(len(asked))
    ]


def _lessons(cache: Path | None) -> int:
    return 0 if cache is None else len(read_cache(cache))


def _hash(out: Path) -> str:
    return (out / "heads.sha256").read_text(encoding="ascii").split()[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
