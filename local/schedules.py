"""Schedules: which function runs when, from rules of EventBridge and its Scheduler."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.functions import LocalFunction
from local.intrinsics import TemplateError
from local.template import Resource, Stack

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


@dataclass(slots=True, kw_only=True)
class Schedule:
    """Runs a function every `period`, for the first time one period after the start."""

    id: str
    arn: str
    function: LocalFunction
    period: timedelta
    input: Mapping[str, Any] | None
    role_arn: str | None  # the Scheduler's; a rule is let in by the function's own policy
    next_at: datetime

    def event(self, at: datetime, account: str, region: str) -> dict[str, Any]:
        """What the function receives: its own input, or else what the service sends."""
        if self.input is not None:
            return dict(self.input)
        if self.role_arn is not None:
            return {}  # the Scheduler sends an empty object, a rule describes itself
        return {
            "version": "0",
            "id": f"00000000-0000-4000-8000-{int(at.timestamp()):012d}",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": account,
            "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": region,
            "resources": [self.arn],
            "detail": {},
        }


def schedules_of(
    stack: Stack, functions: Mapping[str, LocalFunction], start: datetime
) -> list[Schedule]:
    """The enabled schedules. Raises TemplateError for an expression that is not rate(...)."""
    schedules = []
    for resource in stack.of_type("AWS::Events::Rule"):
        for target in resource.properties.get("Targets", []):
            schedules.append((resource, target, None))
    for resource in stack.of_type("AWS::Scheduler::Schedule"):
        target = resource.properties["Target"]
        schedules.append((resource, target, target["RoleArn"]))
    return [
        _schedule(stack, resource, target, functions, start, role_arn)
        for resource, target, role_arn in schedules
        if resource.properties.get("State", "ENABLED") == "ENABLED"
    ]


def _schedule(
    stack: Stack,
    resource: Resource,
    target: Mapping[str, Any],
    functions: Mapping[str, LocalFunction],
    start: datetime,
    role_arn: str | None,
) -> Schedule:
    # A dead-letter queue and retries of the schedule itself have no effect: it is never late here.
    for name in target.keys() - {
        "Arn",
        "Id",
        "Input",
        "RoleArn",
        "RetryPolicy",
        "DeadLetterConfig",
    }:
        raise TemplateError(f"{resource.id}: the local cloud does not know a target's {name}")
    period = _period(resource)
    text = target.get("Input")
    return Schedule(
        id=resource.id,
        arn=str(resource.arn),
        function=functions[stack.by_arn(target["Arn"]).id],
        period=period,
        input=json.loads(text) if text is not None else None,
        role_arn=role_arn,
        next_at=start + period,
    )


def _period(resource: Resource) -> timedelta:
    expression = resource.properties.get("ScheduleExpression", "")
    match = _RATE.fullmatch(expression)
    if match is None:
        raise TemplateError(
            f"{resource.id}: the local cloud knows rate(N minutes|hours|days), not {expression!r}"
        )
    number, unit = match.groups()
    return timedelta(**{f"{unit}s": int(number)})
