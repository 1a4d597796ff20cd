"""Mention → label: what a post says becomes urgency, kind and sentiment, with the reasons why."""

from vigie.classifier.labelling import classify, classify_all, explain, trips
from vigie.classifier.model import BadWeights, shipped

__all__ = ["BadWeights", "classify", "classify_all", "explain", "shipped", "trips"]
