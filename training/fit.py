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
_OUTLIERS = 0.00002  # share of the buckets' weights that are cut to the largest that ships


@dataclass(frozen=True)
class Part:
    """One learner's line through what the classifier sees.

    `unseen` are its answers to every example, each by a line that saw neither the example nor its
    label (NaN where there was none).
    """

    weights: np.ndarray
    bias: float
    unseen: np.ndarray


@dataclass(frozen=True)
class Fitted:
    """A head's weights, and its log-odds for every example as if it had not seen it."""

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


def plain(
    head: Head, yes: np.ndarray, asks: np.ndarray, seen: sp.csr_matrix, fold: np.ndarray
) -> Part:
    """What the labels alone teach."""
    unseen = np.full(len(yes), np.nan)
    for each in range(FOLDS):
        held, learned = fold == each, asks & (fold != each)
        if held.any() and len(set(yes[learned])) == 2:
            weights, bias = _line(head, seen[np.flatnonzero(learned)], yes[learned])
            unseen[held] = seen[np.flatnonzero(held)] @ weights + bias
    return Part(*_line(head, seen[np.flatnonzero(asks)], yes[asks]), unseen)


def blend(
    head: Head, parts: Sequence[Part], yes: np.ndarray, asks: np.ndarray, fold: np.ndarray
) -> Fitted:
    """Several learners' answers, weighed by how they did on what they had not seen.

    The weighing is logistic regression, so that it calibrates too; a sum of lines is a line.
    """
    answers = np.stack([part.unseen for part in parts], axis=1)
    known = asks & ~np.isnan(answers).any(axis=1)
    answers = np.nan_to_num(answers)
    unseen = np.full(len(yes), np.nan)
    if len(set(yes[known])) < 2:
        return Fitted(head, parts[0].weights, parts[0].bias, unseen, yes, asks)
    size = np.maximum(answers[known].std(axis=0), 1e-9)
    answers = answers / size
    for each in range(FOLDS):
        held, learned = fold == each, known & (fold != each)
        if held.any() and len(set(yes[learned])) == 2:
            unseen[held] = _weighed(answers[learned], yes[learned]).decision_function(answers[held])
    machine = _weighed(answers[known], yes[known])
    shares = machine.coef_[0] / size
    return Fitted(
        head,
        np.sum([share * part.weights for share, part in zip(shares, parts, strict=True)], axis=0),
        float(machine.intercept_[0] + shares @ [part.bias for part in parts]),
        unseen,
        yes,
        asks,
    )


def _weighed(answers: np.ndarray, yes: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=1.0).fit(answers, yes)


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
