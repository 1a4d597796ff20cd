"""What fields of plan.yaml and contacts.yaml have in common, and how a wrong one is told."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from vigie.planning.durations import parse_duration

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STRICT = ConfigDict(extra="forbid", frozen=True)
Channel = Literal["sms", "mail", "chat", "webhook"]
Level = Literal["sev1", "sev2", "sev3", "sev4"]
CrisisKind = Literal["natural_disaster", "controversy", "outage", "product_quality", "none"]


def wrong(expected: str, mend: str) -> PydanticCustomError:
    """What `vigie.planning.reading` tells of a field, besides where it is and what stands there."""
    return PydanticCustomError("plan", "{expected}", {"expected": expected, "mend": mend})


def matching(
    shape: str, expected: str, mend: str, *, also: Callable[[str], bool] = lambda _: True
) -> BeforeValidator:
    """A text that is wholly of that shape, and for which `also` holds."""
    pattern = re.compile(shape)

    def check(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value) or not also(value):
            raise wrong(expected, mend)
        return value

    return BeforeValidator(check)


def lasting(least: timedelta, most: timedelta, example: str) -> BeforeValidator:
    """A duration such as 5m, from `least` to `most`."""

    def check(value: Any) -> timedelta:
        duration = parse_duration(value) if isinstance(value, str) else None
        if duration is None:
            raise wrong(
                "a number and one of s, m, h, d, such as 30s, 5m, 2h or 90d",
                f"write it like {example}",
            )
        if not least <= duration <= most:
            raise wrong(
                f"a duration from {_spoken(least)} to {_spoken(most)}", f"write it like {example}"
            )
        return duration

    return BeforeValidator(check)


def _spoken(duration: timedelta) -> str:
    seconds = int(duration.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


Id = Annotated[
    str,
    matching(
        r"[a-z][a-z0-9-]{0,30}",
        "an id of 1 to 31 characters: a lower-case letter, then letters, digits and hyphens",
        "write it like acme or duty-1",
    ),
]
