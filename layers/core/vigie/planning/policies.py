"""A brand's policy: which heads it may adjust, and the table as it then is."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from vigie.classifier.policy import POLICY
from vigie.domain.plan import Brand
from vigie.planning.problems import Problem, shown

HEADS = tuple(row.head for row in POLICY.rows)
_WHOLE = 1.0  # no head counts more


def unknown_heads(brands: list[dict[str, Any]]) -> Iterator[Problem]:
    """Factors for heads that the classifier does not have; reads the raw document."""
    for position, brand in enumerate(brands):
        factors = brand.get("policy")
        for head, factor in factors.items() if isinstance(factors, dict) else ():
            if isinstance(head, str) and head not in HEADS:
                near = get_close_matches(head, HEADS, n=1)
                yield Problem(
                    path=f"brands[{position}].policy",
                    found=f"{shown(head)}, with factor {shown(factor)}",
                    expected=f"one of the heads {', '.join(HEADS)}",
                    mend=f"write {near[0]}" if near else "choose one of them, or remove the line",
                )


def table(brand: Brand) -> Iterator[str]:
    """What each head means and how much it counts, line by line, where the brand adjusts any."""
    if not brand.policy:
        return
    yield f"{brand.id}: how much of each head counts toward urgency"
    yield f"  {'head':<14} {'raises to':<9} {'usually':>7} {'here':>5}  a yes means"
    adjusted = POLICY.adjusted(brand.policy)
    for usual, row in zip(POLICY.rows, adjusted.rows, strict=True):
        factor = brand.policy.get(row.head, 1.0)
        told = f" (times {factor:g}" if row.head in brand.policy else ""
        told += (
            ", and never more than 1)" if usual.weight * factor > _WHOLE else ")" if told else ""
        )
        yield (
            f"  {row.head:<14} {row.level:<9} {usual.weight:>7.2f} {row.weight:>5.2f}  "
            f"{usual.says}{told}"
        )
    yield "  Rules of danger to people make a post critical whatever stands here."
