"""Durations as people write them: `30s`, `5m`, `2h`, `90d`."""

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SHAPE = re.compile(r"([1-9][0-9]{0,5})([smhd])")


def parse_duration(text: str) -> timedelta | None:
    """None when `text` is not a duration; zero is none either."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        return None
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
