"""A folder of labelled posts → examples, each source with its own labels."""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from vigie.classifier.normalise import normalise, words

csv.field_size_limit(10_000_000)


@dataclass(frozen=True, slots=True)
class Source:
    """One collection under one scheme of labels; schemes are never mixed in a head."""

    name: str
    files: str
    labels: str
    licence: str
    held_out: str = ""  # which column keeps posts of one event together


SOURCES = (
    Source(
        "brand",
        "train/brand_*.csv",
        "urgency, kind and sentiment by our guideline; one annotator, a language model",
        "labels ours; texts of research collections, mostly without a stated licence",
    ),
    Source(
        "trecis",
        "train/trecis.csv",
        "priority, TREC Incident Streams 2018 and 2019",
        "none stated",
        held_out="event",
    ),
    Source(
        "t26",
        "crisislex/t26.csv",
        "CrisisLexT26: posts on affected people, against other posts on the event",
        "MIT (repository)",
        held_out="event",
    ),
    Source(
        "requests",
        "train/french_requests.csv",
        "requests for help, Haiti 2010, by people",
        "not stated for this part; published with Munro 2012",
    ),
    Source(
        "umsab",
        "train/umsab/*.csv",
        "sentiment in eight languages, UMSAB",
        "Apache-2.0; restrictions may apply to its parts",
    ),
)


class BadData(Exception):
    """The folder cannot be trained from; the message says which file and why."""


@dataclass(frozen=True, slots=True)
class Example:
    """A post with its labels; `group` is never split between training and calibration."""

    text: str
    labels: dict[str, str]
    source: str
    file: str
    group: str


def examples(folder: Path, corrections: Path | None = None) -> list[Example]:
    """Every labelled post, sources and files in a fixed order. Raises BadData."""
    found: list[Example] = []
    for source in SOURCES:
        paths = sorted(folder.glob(source.files))
        if not paths:
            raise BadData(f"{folder}: no file {source.files}")
        for path in paths:
            found += _read(path, source)
    # A post that another source has too stays with its event.
    events = {e.text: e.group for e in found if e.source in ("trecis", "t26")}
    found = [replace(e, group=events.get(e.text, e.group)) for e in found]
    if corrections is not None:
        found += corrected(corrections)
    return found


def _read(path: Path, source: Source) -> Iterator[Example]:
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            text = row.pop("text", None)
            if text is None:
                raise BadData(f"{path}: no column `text`")
            group = row[source.held_out] if source.held_out else alike(text)
            yield Example(text, row, source.name, path.stem, group)


def corrected(path: Path) -> list[Example]:
    """What staff said of posts: lines of JSON as `vigie.admin corrections export` writes them.

    The last word on a post counts. They are examples of our own guideline. Raises BadData.
    """
    last: dict[str, Example] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, labels = row["text"], {k: str(v) for k, v in row["labels"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadData(f"{path}, line {number}: not a correction: {error!r}") from error
        last[text] = Example(text, labels, "brand", "corrections", alike(text))
    return [last[text] for text in sorted(last)]


def alike(text: str) -> str:
    """Reposts and near copies share a group: the first words without handles."""
    forms = [form for form in words(normalise(text)).forms if form not in ("@", ".", "?", "rt")]
    return " ".join(forms[:12])


def unlabelled(folder: Path) -> list[str]:
    """Texts without labels, where there are any: they say how rare a word is, and are the
    encoder's lessons."""
    found: list[str] = []
    for path in sorted((folder / "unlabelled").glob("*.txt")):
        found += path.read_text(encoding="utf-8").splitlines()
    for path in sorted((folder / "streams").glob("*.jsonl.gz")):
        found += stream(path)
    return found


def stream(path: Path) -> Iterator[str]:
    """The texts of a recorded stream of posts."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            post = json.loads(line)
            yield post.get("text") or post["data"]["text"]
