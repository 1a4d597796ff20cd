"""What AWS's own services need before a function runs at all, and its log is kept.

A template that lacks it deploys well, and then the function is never called.
"""

from collections.abc import Iterable

from local.functions import LocalFunction
from local.http import Routes
from local.intrinsics import TemplateError
from local.permissions import Permissions
from local.pump import Pump
from local.roles import Need, Role, roles_of
from local.template import Stack


def check_services(
    stack: Stack,
    permissions: Permissions,
    functions: Iterable[LocalFunction],
    pump: Pump,
    routes: Routes,
) -> None:
    """Raises TemplateError with the permission that is missing."""
    for function in functions:
        _require(function.role, permissions.to_log(function.log_group))
    for mapping in pump.mappings:
        _require(mapping.function.role, permissions.to_poll(mapping.queue.queue_arn))
    roles = roles_of(stack)
    for schedule in pump.schedules:
        function = schedule.function
        if schedule.role_arn is not None:
            _require(roles[schedule.role_arn], [Need("lambda:InvokeFunction", function.arn)])
        else:
            _require_grant(stack, function, "events.amazonaws.com", schedule.arn)
    for route in routes.routes:
        _require_grant(stack, route.function, "apigateway.amazonaws.com", None)


def _require(role: Role, needs: Iterable[Need]) -> None:
    for need in needs:
        if not role.allows(need):
            raise TemplateError(f"{role.name} does not allow {need.action} on {need.resource}")


def _require_grant(
    stack: Stack, function: LocalFunction, service: str, source_arn: str | None
) -> None:
    """The function's own policy must let the service in; `source_arn` if it names a source."""
    for grant in stack.of_type("AWS::Lambda::Permission"):
        properties = grant.properties
        if (
            properties["FunctionName"] in (function.aws_name, function.arn)
            and properties["Principal"] == service
            and properties["Action"] == "lambda:InvokeFunction"
            and (source_arn is None or properties.get("SourceArn", source_arn) == source_arn)
        ):
            return
    raise TemplateError(f"{function.id}: no AWS::Lambda::Permission lets {service} call it")
