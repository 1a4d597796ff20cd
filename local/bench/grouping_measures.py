"""What `local.bench.grouping` measures with: B-cubed, the area under the curve, the baseline, and
how figures are told and drawn."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from local.bench.grouping_pairs import EVENTS
from vigie.classifier import classify_all
from vigie.domain.likeness import likeness, sketch

_WORD = re.compile(r"[^\W_]{2,}")
_DROPPED = re.compile(r"https?://\S*|@\w+|^RT\b")


class Posted(Protocol):
    """What the baseline reads of a post."""

    @property
    def text(self) -> str: ...
    @property
    def at(self) -> datetime: ...


def bcubed(gold: Sequence[str], given: Sequence[Any]) -> dict[str, float]:
    """B-cubed (Bagga and Baldwin, 1998): means over the posts of events; chatter in a group costs
    its precision."""
    together: dict[Any, Counter[str]] = defaultdict(Counter)
    for event, name in zip(gold, given, strict=True):
        together[name][event] += 1
    sizes = Counter(gold)
    precision = recall = number = 0.0
    for counts in together.values():
        total = counts.total()
        for event, n in counts.items():
            if event:
                precision += n * n / total
                recall += n * n / sizes[event]
                number += n
    precision, recall = precision / number, recall / number
    f1 = 2 * precision * recall / (precision + recall)
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}


def area(yes: Sequence[float], no: Sequence[float]) -> float:
    """How often one of `yes` is above one of `no`, ties half."""
    ranked = sorted([(value, 1) for value in yes] + [(value, 0) for value in no])
    total, at = 0.0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        total += (at + end + 1) / 2 * sum(is_yes for _, is_yes in ranked[at:end])
        at = end
    return (total - len(yes) * (len(yes) + 1) / 2) / (len(yes) * len(no))


def single_pass(stream: Sequence[Posted], threshold: float, quiet: timedelta) -> list[int]:
    """The usual baseline: TF-IDF over the whole stream, the most similar centroid above the
    threshold takes the post, else it starts a cluster."""
    texts = [Counter(_WORD.findall(_DROPPED.sub(" ", post.text.lower()))) for post in stream]
    seen = Counter(word for counts in texts for word in counts)
    has: dict[str, dict[int, float]] = defaultdict(dict)
    lengths: list[float] = []
    last: list[datetime] = []
    given = []
    for post, counts in zip(stream, texts, strict=True):
        post_is = {
            word: (1 + math.log(n)) * math.log(len(texts) / seen[word])
            for word, n in counts.items()
        }
        length = math.sqrt(sum(w * w for w in post_is.values())) or 1.0
        post_is = {word: weight / length for word, weight in post_is.items()}
        dots: dict[int, float] = defaultdict(float)
        for word, weight in post_is.items():
            for name, held in has[word].items():
                dots[name] += weight * held
        near = [
            (dot / math.sqrt(lengths[name]), name)
            for name, dot in dots.items()
            if post.at - last[name] <= quiet
        ]
        best, name = max(near, default=(0.0, -1))
        if best < threshold:
            name = len(lengths)
            lengths.append(0.0)
            last.append(post.at)
        for word, weight in post_is.items():
            held = has[word].get(name, 0.0)
            has[word][name] = held + weight
            lengths[name] += weight * (weight + 2 * held)
        last[name] = max(last[name], post.at)
        given.append(name)
    return given


def french_english() -> dict[str, float]:
    """How French and English posts on the same made-up events meet."""
    posts = [
        (event, lang, text)
        for event, by_lang in EVENTS.items()
        for lang, texts in by_lang.items()
        for text in texts
    ]
    labels = classify_all([(text, lang) for _, lang, text in posts])
    sketches = [
        (event, lang, sketch(text, [reason.rule for reason in said.reasons], lang))
        for (event, lang, text), said in zip(posts, labels, strict=True)
    ]
    english = [(event, post) for event, lang, post in sketches if lang == "en"]
    same, other, met, asked = [], [], 0, 0
    for event, lang, post in sketches:
        if lang != "fr":
            continue
        alike = [(likeness(post, one), of) for of, one in english]
        same += [value for value, of in alike if of == event]
        other += [value for value, of in alike if of != event]
        met += max(alike)[1] == event
        asked += 1
    return {
        "events": len(EVENTS),
        "auc": round(area(same, other), 3),
        "nearest_english_post_is_of_the_event": round(met / asked, 2),
        "pairs_of_an_event_above_0.15": round(sum(v >= 0.15 for v in same) / len(same), 2),
        "pairs_of_two_events_above_0.15": round(sum(v >= 0.15 for v in other) / len(other), 3),
    }


def told(figures: Mapping[str, Any]) -> list[str]:
    """The figures as Markdown."""
    lines = [
        "| events | posts | AUC, same kind | B³ precision | recall | F1 "
        "| TF-IDF single pass, at its best | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, found in figures["sets"].items():
        ours, base = found["bcubed"], found["tfidf_single_pass"]
        lines.append(
            f"| {name} ({found['events']}) | {found['posts']:,} | {found['auc_same_kind']} "
            f"| {ours['precision']} | {ours['recall']} | {ours['f1']} "
            f"| {base['f1']} (from {base['at']}) | {found['ratio']} |"
        )
    languages, cost = figures["languages"], figures["cost"]
    meeting = languages["french_english"]
    lines += [
        "",
        "| across languages | |",
        "|---|---|",
        f"| AUC, English with Spanish, Italian or Portuguese, "
        f"{languages['events_in_two_languages']} events | {languages['auc_across_languages']} |",
        f"| AUC, French with English, {meeting['events']} made-up events | {meeting['auc']} |",
        "| the English post most like a French one is of its event "
        f"| {meeting['nearest_english_post_is_of_the_event']:.0%} |",
        "| French with English above 0.15: of one event, of two "
        f"| {meeting['pairs_of_an_event_above_0.15']:.0%}, "
        f"{meeting['pairs_of_two_events_above_0.15']:.1%} |",
        "",
        "| cost | |",
        "|---|---|",
        f"| a sketch | {cost['sketch_ms']} ms |",
        f"| 100 posts compared with 50 incidents and 16 groups | {cost['batch_of_100_ms']} ms |",
        f"| a stored sketch | {cost['stored_bytes']} bytes |",
        "",
        "![which events the largest groups hold](pictures/grouping-unseen.svg)",
        "![B-cubed F1 beside the baseline](pictures/grouping-f1.svg)",
    ]
    return lines


def pictures(figures: Mapping[str, Any]) -> dict[str, str]:
    """File name → SVG."""
    return {
        "grouping-unseen.svg": _events_by_group(figures["sets"]["unseen"]["events_by_group"]),
        "grouping-f1.svg": _bars(figures["sets"]),
    }


def _events_by_group(cells: Mapping[str, Sequence[int]]) -> str:
    """A row for each event, a column for each of the largest groups; the last is all others."""
    cell, left, top = 46, 190, 50
    columns = len(next(iter(cells.values())))
    parts = [_text(10, 20, "unseen events: posts in the twelve largest groups, and beyond", 14)]
    parts += [
        _text(left + cell * n + 12, top - 6, str(n + 1) if n < columns - 1 else "other", 10)
        for n in range(columns)
    ]
    for row, (event, counts) in enumerate(cells.items()):
        y = top + cell * row
        parts.append(_text(10, y + 27, event, 11))
        for column, number in enumerate(counts):
            shade = number / max(1, sum(counts))
            x, ink = left + cell * column, "#fff" if shade > 0.5 else "#222"
            parts.append(
                f'<rect x="{x}" y="{y}" width="{cell - 2}" height="{cell - 2}" '
                f'fill="rgb({int(245 - 210 * shade)},{int(245 - 150 * shade)},245)"/>'
            )
            if number:
                parts.append(_text(x + 10, y + 27, str(number), 11, ink))
    return _svg(left + cell * columns + 10, top + cell * len(cells) + 10, parts)


def _bars(sets: Mapping[str, Any]) -> str:
    left, wide, high = 150, 360, 18
    parts = [_text(10, 20, "B-cubed F1: ours (blue), TF-IDF single pass at its best (grey)", 14)]
    y = 36
    for name, found in sets.items():
        parts.append(_text(10, y + 22, name, 11))
        for value, ink in (
            (found["bcubed"]["f1"], "#2b5fd9"),
            (found["tfidf_single_pass"]["f1"], "#999"),
        ):
            parts.append(
                f'<rect x="{left}" y="{y}" width="{wide * value:.0f}" height="{high - 2}" '
                f'fill="{ink}"/>'
            )
            parts.append(_text(left + wide * value + 6, y + 12, f"{value:.3f}", 11))
            y += high
        y += 14
    return _svg(left + wide + 60, y, parts)


def _text(x: float, y: float, words: str, size: int, ink: str = "#222") -> str:
    return f'<text x="{x:.0f}" y="{y}" font-size="{size}" fill="{ink}">{words}</text>'


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>'
        f"{''.join(parts)}</svg>\n"
    )
