"""The shape of plan.yaml and of contacts.yaml, field by field; what one field alone can tell."""

import math
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from vigie.domain.plan import Thresholds
from vigie.planning.clocks import Acknowledgements, Number, PromisesModel, RemindersModel
from vigie.planning.fields import (
    DAY,
    HOUR,
    MINUTE,
    STRICT,
    Channel,
    CrisisKind,
    Id,
    lasting,
    matching,
    wrong,
)
from vigie.planning.schedules import QuietModel, ScheduleModel, TimeZone, WhenModel

LARGEST_X_ID = 2**63 - 1
LONGEST_QUERY = 512  # X recent search, self-serve access
MOST_OF_A_HEAD = 100  # far more than makes the smallest weight whole
_LIMITS = Thresholds()


Handle = Annotated[
    str,
    matching(
        r"[A-Za-z0-9_]{1,15}",
        "an X handle without @: 1 to 15 letters, digits and underscores",
        "leave out the @ and the address, as in acme_help",
    ),
]
XId = Annotated[
    str,
    matching(
        r"[1-9][0-9]{0,18}",
        "a decimal X user id in quotes, at most 2^63-1",
        'write it in quotes, as in "1000000001"; it is the number, not the handle',
        also=lambda value: int(value) <= LARGEST_X_ID,
    ),
]
Query = Annotated[
    str,
    matching(
        rf"(?s)(?=.*\S).{{1,{LONGEST_QUERY}}}",
        f"a query for X recent search of 1 to {LONGEST_QUERY} characters",
        "shorten it, or split it into two queries",
    ),
]
Name = Annotated[
    str,
    matching(
        r"(?=.*\S)[^\r\n]{1,60}", "a name of 1 to 60 characters on one line", "write it like Acme"
    ),
]


def _factor(value: Any) -> float:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if not 0 <= number <= MOST_OF_A_HEAD:
        raise wrong(
            f"a number from 0 (does not count) to {MOST_OF_A_HEAD}; 1 is as usual",
            "write it like 1.4 for more, or 0.8 for less, without quotes",
        )
    return float(number)


Factor = Annotated[float, BeforeValidator(_factor)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Rate = Annotated[float, Field(ge=0.01, le=100)]
Times = Annotated[float, Field(gt=0, le=1_000_000)]


Language = Annotated[
    str,
    matching(
        r"[a-z]{2,3}", "a language by its code of two or three letters", "write it like fr or en"
    ),
]


class _Strict(BaseModel):
    model_config = STRICT


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
    languages: tuple[Language, ...] = ()
    time_zone: TimeZone | None = None
    channels: tuple[Channel, ...] = ()
    quiet_hours: tuple[QuietModel, ...] = ()


class StepModel(_Strict):
    page: Annotated[list[Id], Field(min_length=1)]
    otherwise: tuple[Id, ...] = Field((), alias="else")
    channels: Annotated[list[Channel], Field(min_length=1)]
    ack_within: Annotated[timedelta, lasting(MINUTE, DAY, "5m")]
    acknowledgements: Number = 1


LadderModel = Annotated[list[StepModel], Field(min_length=1, max_length=20)]


class LaddersModel(_Strict):
    sev1: LadderModel
    sev2: LadderModel
    sev3: LadderModel
    sev4: LadderModel


class SpecialLadderModel(_Strict):
    name: Id
    when: WhenModel
    steps: LadderModel


class ThresholdsModel(_Strict):
    # Triage lets ten voices wait for company.
    open_after: Annotated[int, Field(strict=True, ge=1, le=11)] = _LIMITS.open_after
    open_window: Annotated[timedelta, lasting(MINUTE, DAY, "30m")] = _LIMITS.open_window
    quiet_after: Annotated[timedelta, lasting(MINUTE, 30 * DAY, "6h")] = _LIMITS.quiet_after
    false_alarms_per_month: Rate = _LIMITS.false_alarms_per_month
    calm_lowers_after: Annotated[timedelta, lasting(10 * MINUTE, 30 * DAY, "2h")] = (
        _LIMITS.calm_lowers_after
    )
    # Before there was a table: rows of it, where the plan has none.
    sev1_critical: Count | None = None
    sev1_reach: Count | None = None
    sev2_high: Count | None = None
    sev2_reach: Count | None = None


class SeverityRowModel(_Strict):
    level: Literal["sev1", "sev2", "sev3"]
    worst: Literal["critical", "high", "medium"] | None = None
    critical: Count | None = None
    urgent: Count | None = None
    authors: Count | None = None
    reach: Count | None = None
    per_minute: Times | None = None
    surge: Times | None = None
    kinds: list[CrisisKind] = []


class StormModel(_Strict):
    """How many pages of ladders somebody may get within a minute; 0 for any number."""

    per_person_per_minute: Annotated[int, Field(ge=0, le=60, strict=True)] = 3


class PlanModel(_Strict):
    brands: Annotated[list[BrandModel], Field(min_length=1)]
    people: Annotated[list[PersonModel], Field(min_length=1)]
    schedules: tuple[ScheduleModel, ...] = ()
    ladders: LaddersModel
    special_ladders: tuple[SpecialLadderModel, ...] = ()
    reminders: RemindersModel = RemindersModel()
    promises: PromisesModel = PromisesModel()
    acknowledgements: Acknowledgements = {}
    thresholds: ThresholdsModel = ThresholdsModel()
    severity: Annotated[list[SeverityRowModel], Field(min_length=1, max_length=40)] | None = None
    page_if_younger_than: Annotated[timedelta, lasting(MINUTE, 30 * DAY, "2h")] = 2 * HOUR
    retention: Annotated[timedelta, lasting(21 * DAY, 3650 * DAY, "90d")] = 90 * DAY
    silence_after: Annotated[timedelta, lasting(2 * MINUTE, 7 * DAY, "15m")] = 15 * MINUTE
    calm_after: Annotated[timedelta, lasting(10 * MINUTE, 90 * DAY, "1d")] = DAY
    daily_budget_usd: Annotated[float, Field(ge=0, le=1_000_000)] = 0.0
    storm: StormModel = StormModel()


Phone = Annotated[
    str,
    matching(
        r"\+[1-9][0-9]{6,14}",
        "a phone number with + and country code, digits only",
        'write it in quotes, as in "+33600000000"',
    ),
]
Mail = Annotated[
    str,
    matching(r"[^\s@]+@[^\s@]+\.[^\s@]+", "a mail address", "write it like duty-1@example.org"),
]
Url = Annotated[
    str,
    matching(
        r"https://[^\s/]+(/\S*)?", "an https address", "write it like https://example.org/hook"
    ),
]


class ContactModel(_Strict):
    sms: Phone | None = None
    mail: Mail | None = None
    chat: Url | None = None
    webhook: Url | None = None
