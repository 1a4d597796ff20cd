"""Examples → calibrated linear heads, in the integers that ship."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from training.features import RULE_NAMES, RULE_SIZE
from training.heads import Head
from training.sources import BadData, Example
from vigie.classifier.grams import BUCKETS
from vigie.classifier.model import FORMAT, ZERO

FOLDS = 5
_OUTLIERS = 0.00002  # share of the buckets' weights that are cut to the largest that ships


@dataclass(frozen=True)
class Fitted:
    """A head's weights, and its log-odds for posts that it had not seen (NaN where not asked)."""

    head: Head
    weights: np.ndarray
    bias: float
    unseen: np.ndarray
    yes: np.ndarray
    asked: np.ndarray


def folds(examples: Sequence[Example]) -> np.ndarray:
    """Which fold each example is of; a group is never split."""
    return np.array([crc32(example.group.encode()) % FOLDS for example in examples])


def fit(head: Head, examples: Sequence[Example], seen: sp.csr_matrix, fold: np.ndarray) -> Fitted:
    """Raises BadData where the source has no yes or no no."""
    asked = np.array([head.asks(example) for example in examples], dtype=bool)
    yes = np.array([bool(a and head.yes(e)) for a, e in zip(asked, examples, strict=True)])
    rows = np.flatnonzero(asked)
    if len(set(yes[rows])) < 2:
        raise BadData(f"head {head.name}: {yes.sum()} yes among {len(rows)} examples")
    own, answers, own_fold = seen[rows], yes[rows], fold[rows]
    scores = np.full(len(rows), np.nan)
    for each in range(FOLDS):
        held = own_fold == each
        if not held.any() or len(set(answers[~held])) < 2:
            continue
        weights, bias = _line(head, own[~held], answers[~held])
        scores[held] = own[held] @ weights + bias
    known = ~np.isnan(scores)
    slope, shift = 1.0, 0.0
    if len(set(answers[known])) == 2:
        calibration = LogisticRegression(C=100.0).fit(scores[known, None], answers[known])
        slope = max(float(calibration.coef_[0, 0]), 0.05)
        shift = float(calibration.intercept_[0])
    weights, bias = _line(head, own, answers)
    unseen = np.full(len(examples), np.nan)
    unseen[rows] = slope * scores + shift
    return Fitted(head, slope * weights, slope * bias + shift, unseen, yes, asked)


def _line(head: Head, seen: sp.csr_matrix, yes: np.ndarray) -> tuple[np.ndarray, float]:
    used = np.unique(seen.indices)
    rate = yes.mean()
    machine = LogisticRegression(
        C=head.cost,
        solver="liblinear",
        dual=True,
        tol=1e-2,
        max_iter=60,
        random_state=0,
        class_weight={False: 1.0, True: ((1.0 - rate) / rate) ** head.lift},
    )
    machine.fit(seen[:, used], yes)
    weights = np.zeros(seen.shape[1])
    weights[used] = machine.coef_[0]
    return weights, float(machine.intercept_[0])


def shipped(fitted: Sequence[Fitted], bucket_norms: np.ndarray) -> tuple[dict[str, object], bytes]:
    """Header and table for `vigie.classifier.model.packed`."""
    lanes = len(fitted) + 1
    table = np.full((BUCKETS, lanes), ZERO, dtype=np.uint8)
    scales = []
    for lane, one in enumerate(fitted):
        weights = one.weights[:BUCKETS] * np.sqrt(bucket_norms)
        ordered = np.sort(np.abs(weights))
        largest = float(ordered[int(len(ordered) * (1.0 - _OUTLIERS)) - 1])
        scale = float(f"{(largest or 1.0) / 127.0:.6g}")
        whole = np.clip(np.rint(weights / scale), -127, 127)
        table[:, lane] = (whole + ZERO).astype(np.uint8)
        scales.append(scale)
    table[:, -1] = bucket_norms.astype(np.uint8)
    header = {
        "format": FORMAT,
        "buckets": BUCKETS,
        "heads": [one.head.name for one in fitted],
        "scales": scales,
        "biases": [round(one.bias, 6) for one in fitted],
        "rules": {
            name: [round(float(one.weights[BUCKETS + place]) * RULE_SIZE, 4) for one in fitted]
            for place, name in enumerate(RULE_NAMES)
        },
    }
    return header, table.tobytes()
