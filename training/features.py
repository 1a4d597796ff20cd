"""Texts → a sparse matrix over the buckets and rules that the classifier sees."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from vigie.classifier.evidence import evidence
from vigie.classifier.grams import BUCKETS, buckets
from vigie.classifier.normalise import normalise, words
from vigie.classifier.rules import RULES

RULE_NAMES = tuple(sorted(RULES))
_RULE_PLACES = {name: place for place, name in enumerate(RULE_NAMES)}
RULE_SIZE = 0.5  # of a rule beside the words of a post, whose squares sum to 1
LARGEST_NORM = 255


@dataclass(frozen=True)
class Counts:
    """How often each bucket stands in each text, and which rules fired there."""

    grams: sp.csr_matrix
    rules: sp.csr_matrix


def count(texts: Sequence[str]) -> Counts:
    grams: list[int] = []
    fired: list[int] = []
    gram_ends, fired_ends = [0], [0]
    for text in texts:
        post = words(normalise(text))
        grams += buckets(post)
        fired += [_RULE_PLACES[rule] for rule in evidence(post)]
        gram_ends.append(len(grams))
        fired_ends.append(len(fired))
    matrix = _matrix(grams, gram_ends, BUCKETS)
    matrix.sum_duplicates()
    return Counts(matrix, _matrix(fired, fired_ends, len(RULE_NAMES)))


def _matrix(columns: list[int], ends: list[int], width: int) -> sp.csr_matrix:
    ones = np.ones(len(columns), dtype=np.float64)
    return sp.csr_matrix(
        (ones, np.array(columns, dtype=np.int64), np.array(ends, dtype=np.int64)),
        shape=(len(ends) - 1, width),
    )


def norms(grams: sp.csr_matrix) -> np.ndarray:
    """For each bucket a whole number: its rarity squared; 0 where one text alone has it."""
    texts = np.bincount(grams.indices, minlength=BUCKETS)
    rarity = np.log((1.0 + grams.shape[0]) / (1.0 + texts))
    found = np.minimum(np.rint(rarity * rarity), LARGEST_NORM)
    found[texts < 2] = 0.0
    return found


def weighted(counts: Counts, bucket_norms: np.ndarray) -> sp.csr_matrix:
    """What a head sees: grams by their rarity over the norm of the text, rules beside them."""
    sizes = np.asarray(counts.grams @ bucket_norms).ravel()
    share = sp.diags(1.0 / np.sqrt(np.maximum(sizes, 1.0)))
    grams = share @ counts.grams @ sp.diags(np.sqrt(bucket_norms))
    return sp.hstack([grams, RULE_SIZE * counts.rules]).tocsr()
