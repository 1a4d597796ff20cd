"""NAB's rules for detectors on realTweets: alarms on a labelled series to a normalised score.

After Lavin and Ahmad 2015, "Evaluating real-time anomaly detection algorithms", standard profile:
an early alarm in a window earns up to 1, a window without costs 1, an alarm outside up to 0.11.
"""

import csv
import json
import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

FALSE_ALARM = 0.11
PREFIX = "Twitter_volume_"
# Of a file, this much at its beginning is for learning and not scored.
PROBATION, PROBATION_MOST = 0.15, 750

Update = Callable[[Any, datetime, float], tuple[Any, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One brand's counts and the windows (first and last place) in which something happened."""

    name: str
    stamps: list[datetime]
    counts: list[float]
    windows: list[tuple[int, int]]

    @property
    def probation(self) -> int:
        return min(int(PROBATION * len(self.counts)), PROBATION_MOST)

    @property
    def days(self) -> float:
        """How many days outside windows are scored."""
        inside = sum(max(0, right + 1 - max(left, self.probation)) for left, right in self.windows)
        return (len(self.counts) - self.probation - inside) / 288


def load(folder: Path) -> list[Labelled]:
    """The series that `folder` has, with its windows.json."""
    known = json.loads((folder / "windows.json").read_text(encoding="utf-8"))
    found = []
    for path in sorted(folder.glob(f"{PREFIX}*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        stamps = [datetime.fromisoformat(row["timestamp"]) for row in rows]
        place = {stamp: number for number, stamp in reversed(list(enumerate(stamps)))}
        found.append(
            Labelled(
                name=path.stem.removeprefix(PREFIX),
                stamps=stamps,
                counts=[float(row["value"]) for row in rows],
                windows=sorted(
                    (place[datetime.fromisoformat(start)], place[datetime.fromisoformat(end)])
                    for start, end in known[f"realTweets/{path.name}"]
                ),
            )
        )
    if not found:
        raise ValueError(f"{folder} holds no {PREFIX}*.csv: give the folder of NAB's realTweets")
    return found


def run(update: Update, series: Labelled) -> list[float]:
    state, scores = None, []
    for stamp, count in zip(series.stamps, series.counts, strict=True):
        state, score = update(state, stamp, count)
        scores.append(score)
    return scores


def alarms(series: Labelled, scores: Sequence[float], threshold: float) -> list[int]:
    return [
        place
        for place, score in enumerate(scores)
        if score >= threshold and place >= series.probation
    ]


def split(series: Labelled, raised: Sequence[int]) -> tuple[dict[int, int], list[int]]:
    """The first alarm in each window that has one, and the alarms outside windows."""
    first: dict[int, int] = {}
    outside = []
    for place in raised:
        for number, (left, right) in enumerate(series.windows):
            if left <= place <= right:
                first.setdefault(number, place)
                break
        else:
            outside.append(place)
    return first, outside


def raw(series: Labelled, scores: Sequence[float], threshold: float) -> float:
    first, outside = split(series, alarms(series, scores, threshold))
    total = float(len(first) - len(series.windows))
    for number, place in first.items():
        left, right = series.windows[number]
        total += _sigmoid(-(right - place + 1) / (right - left + 1)) / _sigmoid(-1.0)
    ends = [right for _, right in series.windows]
    for place in outside:
        before = bisect_right(ends, place) - 1
        if before < 0:
            total -= FALSE_ALARM
        else:
            left, right = series.windows[before]
            total += FALSE_ALARM * _sigmoid((place - right) / (right - left))
    return total


def score(every: Sequence[tuple[Labelled, Sequence[float]]], threshold: float) -> float:
    """Normalised: 0 is a detector that is silent, 100 one without a fault."""
    windows = sum(len(series.windows) for series, _ in every)
    total = sum(raw(series, scores, threshold) for series, scores in every)
    return 100 * (total + windows) / (2 * windows)


def best(every: Sequence[tuple[Labelled, Sequence[float]]]) -> tuple[float, float]:
    """The best score that one threshold for all series reaches, and that threshold."""
    thresholds = sorted({each for _, scores in every for each in scores if each > 0}, reverse=True)
    return max(
        ((score(every, threshold), threshold) for threshold in thresholds), key=lambda pair: pair[0]
    )


def quiet(every: Sequence[tuple[Labelled, Sequence[float]]], a_day: float) -> float:
    """The lowest threshold with at most so many alarms outside windows a brand and day."""
    allowed = int(a_day * sum(series.days for series, _ in every) + 1e-9)
    outside = sorted(
        (
            scores[place]
            for series, scores in every
            for place in split(series, alarms(series, scores, 1e-9))[1]
        ),
        reverse=True,
    )
    return math.nextafter(outside[allowed], math.inf) if len(outside) > allowed else 0.0


def _sigmoid(place: float) -> float:
    return -1.0 if place > 3 else 2 / (1 + math.exp(5 * place)) - 1
