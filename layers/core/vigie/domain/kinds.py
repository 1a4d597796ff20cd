"""Which kinds of crisis have enough traffic of their own for a series."""

from collections.abc import Mapping
from datetime import timedelta

from vigie.domain.bins import ALL, URGENT
from vigie.domain.surge import BIN

WATCHED = 2
# From so many mentions a bin on a kind is watched, while it keeps a tenth of that.
_FROM = 2.0
_MEMORY = timedelta(days=1) / BIN


def traffic(usual: Mapping[str, float], seen: Mapping[str, int]) -> dict[str, float]:
    """Usual mentions a bin by kind, with one more bin."""
    kinds = [*usual, *(kind for kind in seen if kind not in usual)]
    return {
        kind: round(known + (seen.get(kind, 0) - known) / _MEMORY, 4)
        for kind in kinds
        for known in (usual.get(kind, 0.0),)
    }


def too_quiet(usual: Mapping[str, float], begun: Mapping[str, int]) -> list[str]:
    """Kinds that are watched no longer."""
    return [kind for kind in _watched(begun) if usual.get(kind, 0.0) < _FROM / 10]


def busy(usual: Mapping[str, float], begun: Mapping[str, int]) -> list[str]:
    """Kinds that are watched from now on, the busiest first."""
    room = max(WATCHED - len(_watched(begun)), 0)
    found = [kind for kind, mentions in usual.items() if mentions >= _FROM and kind not in begun]
    return sorted(found, key=lambda kind: (-usual[kind], kind))[:room]


def _watched(begun: Mapping[str, int]) -> list[str]:
    return [name for name in begun if name not in (ALL, URGENT)]
