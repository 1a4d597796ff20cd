"""Mention → label: what a post says becomes urgency, kind and sentiment, with the reasons why."""

from vigie.classifier.labelling import classify, classify_all, trips

__all__ = ["classify", "classify_all", "trips"]
