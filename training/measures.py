"""Yes or no against a ranking: the measures that model card and benchmark share."""

import numpy as np


def average_precision(yes: np.ndarray, score: np.ndarray) -> float:
    """Ties are broken against the ranking. NaN without a yes."""
    order = np.lexsort((yes, -score))
    hits = np.cumsum(yes[order])
    if not len(hits) or not hits[-1]:
        return float("nan")
    precision = hits / np.arange(1, len(hits) + 1)
    return float(precision[yes[order].astype(bool)].mean())


def roc_area(yes: np.ndarray, score: np.ndarray) -> float:
    """Chance that a yes ranks above a no, ties counted half. NaN without both."""
    _values, places, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2.0
    positives = int(yes.sum())
    negatives = len(yes) - positives
    if not positives or not negatives:
        return float("nan")
    above = ranks[places][yes.astype(bool)].sum() - positives * (positives + 1) / 2.0
    return float(above / (positives * negatives))


def calibration_error(yes: np.ndarray, said: np.ndarray, bins: int = 10) -> float:
    """Mean gap between what was said and what was so, over bins of equal width."""
    places = np.minimum((said * bins).astype(int), bins - 1)
    gaps = [
        abs(said[places == each].mean() - yes[places == each].mean()) * (places == each).sum()
        for each in range(bins)
        if (places == each).any()
    ]
    return float(sum(gaps) / len(yes))


def macro_f1(gold: list[str], said: list[str]) -> float:
    """Mean F1 over the classes that the gold labels have."""
    total = 0.0
    classes = sorted(set(gold))
    for each in classes:
        hits = sum(g == each == s for g, s in zip(gold, said, strict=True))
        wrong = sum((g == each) != (s == each) for g, s in zip(gold, said, strict=True))
        total += 2 * hits / (2 * hits + wrong) if hits else 0.0
    return total / len(classes)
