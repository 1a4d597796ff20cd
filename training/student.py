"""What a sentence encoder would say → weights over the buckets that the classifier sees.

The encoder (the teacher) is not shipped and runs once, into a cache (`training.teacher`). For each
head, a logistic regression on its vectors says how the encoder would answer; ridge regression then
fits what the classifier sees of many texts, labelled or not, to that answer. The result is linear
in the same n-grams, so that it is folded into the head and costs nothing at run time.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from training.teacher import cleaned, read_cache

_RIDGE = 0.5
_STEPS = 20
_FEWEST = 50


class Teacher:
    """The encoder's vectors of those texts that it was asked."""

    def __init__(self, cache: Path, texts: Sequence[str]) -> None:
        known = read_cache(cache)
        keys = [cleaned(text) for text in texts]
        self.has = np.array([key in known for key in keys])
        first = {text: place for place, text in reversed(list(enumerate(texts)))}
        self.first = np.zeros(len(texts), dtype=bool)  # of those that are alike
        self.first[list(first.values())] = True
        vectors = np.stack([known[key] for key in keys if key in known])
        self.vectors = np.zeros((len(texts), vectors.shape[1]))
        self.vectors[self.has] = 8.0 * (vectors - vectors.mean(axis=0))

    def answers(self, yes: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Log-odds for every text by the labels of `rows`; 0 where there is too little to learn."""
        known = rows[self.has[rows]]
        if min(yes[known].sum(), (~yes[known]).sum()) < 2 or len(known) < _FEWEST:
            return np.zeros(len(self.vectors))
        machine = LogisticRegression(C=0.2, max_iter=300)
        machine.fit(self.vectors[known], yes[known])
        said: np.ndarray = self.vectors @ machine.coef_[0]
        return said


def students(
    teacher: Teacher,
    heads: Sequence[tuple[np.ndarray, np.ndarray]],
    seen: sp.csr_matrix,
    fold: np.ndarray,
    folds: int,
) -> tuple[np.ndarray, np.ndarray]:
    """For heads as (yes, asked): their weights, and their answers to each text.

    An answer to a text comes from a student that saw neither the text nor its label.
    """
    answers = np.zeros((seen.shape[0], len(heads)))
    for each in range(folds):
        weights = _imitated(teacher, heads, seen, fold != each)
        held = fold == each
        answers[held] = seen[held] @ weights
    return _imitated(teacher, heads, seen, np.ones(len(fold), dtype=bool)), answers


def _imitated(
    teacher: Teacher,
    heads: Sequence[tuple[np.ndarray, np.ndarray]],
    seen: sp.csr_matrix,
    allowed: np.ndarray,
) -> np.ndarray:
    said = [teacher.answers(yes, np.flatnonzero(asked & allowed)) for yes, asked in heads]
    lessons = np.flatnonzero(teacher.has & teacher.first & allowed)
    target = np.stack(said, axis=1)[lessons]
    return _ridge(seen[lessons], target - target.mean(axis=0))


def _ridge(seen: sp.csr_matrix, target: np.ndarray) -> np.ndarray:
    """Conjugate gradients on the normal equations, all heads at once."""
    used = np.unique(seen.indices)
    own = seen[:, used].tocsr()
    turned = own.T.tocsr()
    table = np.zeros((len(used), target.shape[1]))
    rest = turned @ target
    way = rest.copy()
    size = (rest * rest).sum(axis=0)
    for _ in range(_STEPS):
        pushed = turned @ (own @ way) + _RIDGE * way
        step = size / np.maximum((way * pushed).sum(axis=0), 1e-12)
        table += way * step
        rest -= pushed * step
        smaller = (rest * rest).sum(axis=0)
        way = rest + way * (smaller / np.maximum(size, 1e-12))
        size = smaller
    whole = np.zeros((seen.shape[1], target.shape[1]))
    whole[used] = table
    return whole
