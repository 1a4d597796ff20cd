"""How rare words and letters are, over crises and brands of all sorts: the table of
`vigie.domain.likeness`.

    python -m local.bench.grouping_table DATA [--without NAME ...]

Each event, each brand and each part of the unlabelled posts is one voice: what a bucket counts is
the mean of the square roots of its shares, squared. A word that one crisis repeats stays rare.
`--without` leaves out the events whose names begin so (letters only, year dropped), to measure on
events that the table has not seen.
"""

import argparse
import csv
import gzip
import json
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from vigie.domain import likeness

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "layers" / "core" / "vigie" / "domain" / "likeness.bin"
_EVENTS = ("train/trecis.csv", "crisislex/t26.csv")
_PART = 5_000
_LEAST_POSTS = 200  # a small event must not make every word of it look frequent
_RAREST = 1e-4


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.bench.grouping_table")
    parser.add_argument("data", type=Path)
    parser.add_argument("--without", nargs="*", default=())
    given = parser.parse_args(arguments)
    TABLE.write_bytes(table(shares(given.data), given.without))
    return 0


def place_of(event: str) -> str:
    """How an event begins, however its set spells it: `2012_Costa_Rica_earthquake` → `costa`."""
    return re.sub(r"[^a-z]", "", event.lower())[:5]


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def shares(data: Path) -> dict[str, dict[int, float]]:
    """Per voice and bucket: the root of the share of its posts that have it."""
    return {name: _shares(texts) for name, texts in _voices(data).items()}


def table(of: Mapping[str, Mapping[int, float]], without: Sequence[str] = ()) -> bytes:
    """Four bits a bucket."""
    kept = [found for name, found in of.items() if place_of(name) not in without]
    total: dict[int, float] = defaultdict(float)
    for found in kept:
        for bucket, root in found.items():
            total[bucket] += root
    levels = bytearray([likeness.RAREST]) * likeness.BUCKETS
    for bucket, roots in total.items():
        share = max((roots / len(kept)) ** 2, _RAREST)
        levels[bucket] = round(likeness.RAREST * math.log(share) / math.log(_RAREST))
    return bytes(low | high << 4 for low, high in zip(levels[::2], levels[1::2], strict=True))


def _voices(data: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in _EVENTS:
        for row in rows(data / name):
            if row["event"] not in ("", "False"):
                found[row["event"]].append(row["text"])
    for path in sorted((data / "train").glob("*.csv")):
        if path.name.startswith(("brand_", "french_")):
            found[f"({path.stem})"] = [row["text"] for row in rows(path)]
    for path in sorted((data / "unlabelled").glob("*.txt")):
        texts = path.read_text(encoding="utf-8").splitlines()
        for start in range(0, len(texts), _PART):
            found[f"({path.stem} {start})"] = texts[start : start + _PART]
    for path in sorted((data / "streams").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                post = json.loads(line)
                tag = post["matching_rules"][0]["tag"]
                found[f"({path.name} {tag})"].append(post["data"]["text"])
    return found


def _shares(texts: Sequence[str]) -> dict[int, float]:
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update({b for word in likeness.words_of(text) for b in likeness.buckets_of(word)})
    number = max(len(texts), _LEAST_POSTS)
    return {bucket: math.sqrt(n / number) for bucket, n in counts.items() if n > 1}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
