"""The shape of plan.yaml and of contacts.yaml, field by field; what one field alone can tell."""

import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from vigie.domain.plan import Thresholds
from vigie.planning.durations import parse_duration

LARGEST_X_ID = 2**63 - 1
LONGEST_QUERY = 512  # X recent search, self-serve access
MOST_OF_A_HEAD = 100  # far more than makes the smallest weight whole
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_LIMITS = Thresholds()


def _wrong(expected: str, mend: str) -> PydanticCustomError:
    return PydanticCustomError("plan", "{expected}", {"expected": expected, "mend": mend})


def _matching(
    shape: str, expected: str, mend: str, *, also: Callable[[str], bool] = lambda _: True
) -> BeforeValidator:
    pattern = re.compile(shape)

    def check(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value) or not also(value):
            raise _wrong(expected, mend)
        return value

    return BeforeValidator(check)


def _lasting(least: timedelta, most: timedelta, example: str) -> BeforeValidator:
    def check(value: Any) -> timedelta:
        duration = parse_duration(value) if isinstance(value, str) else None
        if duration is None:
            raise _wrong(
                "a number and one of s, m, h, d, such as 30s, 5m, 2h or 90d",
                f"write it like {example}",
            )
        if not least <= duration <= most:
            raise _wrong(
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
    _matching(
        r"[a-z][a-z0-9-]{0,30}",
        "an id of 1 to 31 characters: a lower-case letter, then letters, digits and hyphens",
        "write it like acme or duty-1",
    ),
]
Handle = Annotated[
    str,
    _matching(
        r"[A-Za-z0-9_]{1,15}",
        "an X handle without @: 1 to 15 letters, digits and underscores",
        "leave out the @ and the address, as in acme_help",
    ),
]
XId = Annotated[
    str,
    _matching(
        r"[1-9][0-9]{0,18}",
        "a decimal X user id in quotes, at most 2^63-1",
        'write it in quotes, as in "1000000001"; it is the number, not the handle',
        also=lambda value: int(value) <= LARGEST_X_ID,
    ),
]
Query = Annotated[
    str,
    _matching(
        rf"(?s)(?=.*\S).{{1,{LONGEST_QUERY}}}",
        f"a query for X recent search of 1 to {LONGEST_QUERY} characters",
        "shorten it, or split it into two queries",
    ),
]
Name = Annotated[
    str,
    _matching(
        r"(?=.*\S)[^\r\n]{1,60}", "a name of 1 to 60 characters on one line", "write it like Acme"
    ),
]


def _factor(value: Any) -> float:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not 0 <= number <= MOST_OF_A_HEAD:
        raise _wrong(
            f"a number from 0 (does not count) to {MOST_OF_A_HEAD}; 1 is as usual",
            "write it like 1.4 for more, or 0.8 for less, without quotes",
        )
    return float(number)


Factor = Annotated[float, BeforeValidator(_factor)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Channel = Literal["sms", "mail", "chat", "webhook"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BrandModel(_Strict):
    id: Id
    name: Name
    handles: list[Handle] = []
    x_ids: list[XId] = []
    queries: list[Query] = []
    policy: dict[str, Factor] = {}


class PersonModel(_Strict):
    id: Id
    role: Id
    language: Literal["fr", "en"]


class StepModel(_Strict):
    page: Annotated[list[Id], Field(min_length=1)]
    channels: Annotated[list[Channel], Field(min_length=1)]
    ack_within: Annotated[timedelta, _lasting(MINUTE, DAY, "5m")]


LadderModel = Annotated[list[StepModel], Field(min_length=1, max_length=20)]


class LaddersModel(_Strict):
    sev1: LadderModel
    sev2: LadderModel
    sev3: LadderModel
    sev4: LadderModel


class ThresholdsModel(_Strict):
    # Triage lets ten voices wait for company.
    open_after: Annotated[int, Field(strict=True, ge=1, le=11)] = _LIMITS.open_after
    open_window: Annotated[timedelta, _lasting(MINUTE, DAY, "30m")] = _LIMITS.open_window
    quiet_after: Annotated[timedelta, _lasting(MINUTE, 30 * DAY, "6h")] = _LIMITS.quiet_after
    sev1_critical: Count = _LIMITS.sev1_critical
    sev1_reach: Count = _LIMITS.sev1_reach
    sev2_high: Count = _LIMITS.sev2_high
    sev2_reach: Count = _LIMITS.sev2_reach


class PlanModel(_Strict):
    brands: Annotated[list[BrandModel], Field(min_length=1)]
    people: Annotated[list[PersonModel], Field(min_length=1)]
    ladders: LaddersModel
    thresholds: ThresholdsModel = ThresholdsModel()
    page_if_younger_than: Annotated[timedelta, _lasting(MINUTE, 30 * DAY, "2h")] = 2 * HOUR
    retention: Annotated[timedelta, _lasting(21 * DAY, 3650 * DAY, "90d")] = 90 * DAY
    silence_after: Annotated[timedelta, _lasting(2 * MINUTE, 7 * DAY, "15m")] = 15 * MINUTE
    calm_after: Annotated[timedelta, _lasting(10 * MINUTE, 90 * DAY, "1d")] = DAY
    daily_budget_usd: Annotated[float, Field(ge=0, le=1_000_000)] = 0.0


Phone = Annotated[
    str,
    _matching(
        r"\+[1-9][0-9]{6,14}",
        "a phone number with + and country code, digits only",
        'write it in quotes, as in "+33600000000"',
    ),
]
Mail = Annotated[
    str,
    _matching(r"[^\s@]+@[^\s@]+\.[^\s@]+", "a mail address", "write it like duty-1@example.org"),
]
Url = Annotated[
    str,
    _matching(
        r"https://[^\s/]+(/\S*)?", "an https address", "write it like https://example.org/hook"
    ),
]


class ContactModel(_Strict):
    sms: Phone | None = None
    mail: Mail | None = None
    chat: Url | None = None
    webhook: Url | None = None
