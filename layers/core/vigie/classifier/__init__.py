"""Mention → label: what a post says becomes urgency, kind and sentiment, with the reasons why."""

from typing import TYPE_CHECKING, Any

from vigie.classifier.tripwire import trips

if TYPE_CHECKING:
    from vigie.classifier.labelling import classify, classify_all, explain
    from vigie.classifier.model import BadWeights, shipped

__all__ = ["BadWeights", "classify", "classify_all", "explain", "shipped", "trips"]


def __getattr__(name: str) -> Any:
    """The heads are imported by whoever asks for them: the intake does not."""
    if name not in __all__:
        raise AttributeError(name)
    from vigie.classifier import labelling, model

    value = getattr(model if name in ("BadWeights", "shipped") else labelling, name)
    globals()[name] = value
    return value
