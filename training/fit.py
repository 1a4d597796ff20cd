"""Examples → calibrated linear heads, in the integers that ship."""

from collections.abc import Iterable, Sequence
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
STUDENT_SIZE = 0.5  # of a student's answer beside the words of a post, whose squares sum to 1
_OUTLIERS = 0.00002  # share of the buckets' weights that are cut to the largest that ships


@dataclass(frozen=True)
class Student:
    """What imitates an encoder for one head: its weights, and its answers to unseen examples."""

    weights: np.ndarray
    answers: np.ndarray


@dataclass(frozen=True)
class Fitted:
    """A head's weights, and its log-odds for posts that it had not seen (NaN where not asked)."""

    head: Head
    weights: np.ndarray
    bias: float
    unseen: np.ndarray
    yes: np.ndarray
    asked: np.ndarray


def folds(groups: Iterable[str]) -> np.ndarray:
    """Which fold each text is of; a group is never split."""
    return np.array([crc32(group.encode()) % FOLDS for group in groups])


def asked(head: Head, examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    """Which examples are a yes, and which are asked. Raises BadData without both answers."""
    asks = np.array([head.asks(example) for example in examples], dtype=bool)
    yes = np.array([bool(a and head.yes(e)) for a, e in zip(asks, examples, strict=True)])
    if len(set(yes[asks])) < 2:
        raise BadData(f"head {head.name}: {yes.sum()} yes among {asks.sum()} examples")
    return yes, asks


def fit(
    head: Head,
    yes: np.ndarray,
    asks: np.ndarray,
    seen: sp.csr_matrix,
    fold: np.ndarray,
    student: Student | None = None,
) -> Fitted:
    """A line through what the classifier sees and, where there is one, the student's answer."""
    rows = np.flatnonzero(asks)
    own, answers, own_fold = seen[rows], yes[rows], fold[rows]
    size = 0.0
    if student is not None:
        spread = float(student.answers[rows].std())
        size = STUDENT_SIZE / spread if spread > 0 else 0.0
        own = sp.hstack([own, sp.csr_matrix(size * student.answers[rows][:, None])]).tocsr()
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
    if student is not None:
        weights = weights[:-1] + weights[-1] * size * student.weights
    unseen = np.full(len(yes), np.nan)
    unseen[rows] = slope * scores + shift
    return Fitted(head, slope * weights, slope * bias + shift, unseen, yes, asks)


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
