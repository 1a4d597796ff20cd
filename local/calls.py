"""Sees every call that a function makes to AWS: checks it, counts it, lets tests disturb it.

One set of handlers is added to botocore for the whole process, as moto does; they do nothing unless
a cloud is started and one of its functions is running.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST

from local.faults import AwsError
from local.permissions import Permissions, UnknownCall
from local.roles import Role
from local.rules import Rules
from local.transactions import RequestTokens

# (function, service, operation, params); may raise AwsError, FunctionKilled or a botocore error.
CallHook = Callable[[str, str, str, Mapping[str, Any]], None]
# The same, giving the entries that fail: batch ids, or places (from 0) in a DynamoDB batch.
PartialHook = Callable[[str, str, str, Mapping[str, Any]], "set[str] | set[int]"]

# Clients with this configuration are never a function's, whatever runs at the same time.
_MARK = "local-administrator"
ADMINISTRATOR = Config(user_agent_extra=_MARK)

_ENTRIES = {
    "sqs.SendMessageBatch": "Entries",
    "sqs.DeleteMessageBatch": "Entries",
    "sqs.ChangeMessageVisibilityBatch": "Entries",
    "sns.PublishBatch": "PublishBatchRequestEntries",
}
_DYNAMODB_BATCHES = {
    "dynamodb.BatchGetItem": "UnprocessedKeys",
    "dynamodb.BatchWriteItem": "UnprocessedItems",
}


@dataclass(slots=True)
class _Call:
    """What is kept of a call between its events: what was asked, and what is sent of it."""

    function: str
    service: str
    operation: str
    params: Mapping[str, Any]
    sent: dict[str, Any]
    failed_entries: list[str] = field(default_factory=list)
    unprocessed: dict[str, Any] = field(default_factory=dict)
    token: str | None = None

    @property
    def name(self) -> str:
        return f"{self.service}.{self.operation}"


class Calls:
    """The checks, counts and disturbances of one cloud."""

    def __init__(self, permissions: Permissions, rules: Rules, now: Callable[[], datetime]) -> None:
        self._permissions = permissions
        self._rules = rules
        self._tokens = RequestTokens(now)
        self.running: tuple[str, Role] | None = None
        self.requests: Counter[str] = Counter()
        self.denied: list[str] = []
        self.broken_rules: list[str] = []
        self.before: list[CallHook] = []
        self.after: list[CallHook] = []
        self.partial: list[PartialHook] = []
        # The cloud's own: outages, and what is done with calls that succeeded.
        self.outages: list[CallHook] = []
        self.observers: list[CallHook] = []

    def start(self, params: dict[str, Any], model: Any, context: dict[str, Any]) -> None:
        if self.running is None or context["client_config"].user_agent_extra == _MARK:
            return
        service, operation = model.service_model.service_name, model.name
        call = _Call(self.running[0], service, operation, dict(params), params)
        call.token = params.get("ClientRequestToken")
        context["local_call"] = call
        for hook in self.partial:
            failing = hook(call.function, service, operation, params)
            if failing:
                _hold_back(call, failing)

    def send(self, context: dict[str, Any]) -> tuple[AWSResponse, dict[str, Any]] | None:
        """Give the answer in place of AWS's, or None to let the call through."""
        call: _Call | None = context.get("local_call")
        if call is None or self.running is None:
            return None
        self.requests[call.name] += 1
        try:
            self._check(call)
            for hook in [*self.outages, *self.before]:
                hook(call.function, call.service, call.operation, call.params)
            already = call.token is not None and self._tokens.was_applied(call.token, call.params)
        except AwsError as error:
            context["local_call"] = None  # it never reached AWS
            return _answer(error.response())
        if already or _is_empty(call):
            return _answer({"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {}}})
        return None

    def end(
        self, http_response: AWSResponse, parsed: dict[str, Any], context: Mapping[str, Any]
    ) -> None:
        call: _Call | None = context.get("local_call")
        if call is None or http_response.status_code >= 300:
            return
        if call.failed_entries:
            parsed.setdefault("Failed", []).extend(
                {"Id": id, "Code": "InternalError", "Message": "injected", "SenderFault": False}
                for id in call.failed_entries
            )
            parsed.setdefault("Successful", [])
        if call.name in _DYNAMODB_BATCHES:
            parsed[_DYNAMODB_BATCHES[call.name]] = call.unprocessed
            if call.name == "dynamodb.BatchGetItem":
                parsed.setdefault("Responses", {})
        if call.token is not None:
            self._tokens.remember(call.token, call.params)
        for observe in self.observers:
            observe(call.function, call.service, call.operation, call.sent)
        try:
            for hook in list(self.after):
                hook(call.function, call.service, call.operation, call.params)
        except AwsError as error:
            http_response.status_code = error.status
            parsed.clear()
            parsed.update(error.response())

    def _check(self, call: _Call) -> None:
        assert self.running is not None
        function, role = self.running
        try:
            needs = self._permissions.needed(call.service, call.operation, call.params)
        except UnknownCall as error:
            self.denied.append(f"{function}: {error}")
            raise AwsError("AccessDeniedException", self.denied[-1]) from error
        for need in needs:
            if not role.allows(need):
                self.denied.append(f"{function} ({role.name}): {need.action} on {need.resource}")
                raise AwsError("AccessDeniedException", f"not allowed: {self.denied[-1]}")
        broken = self._rules.broken(call.service, call.operation, call.params)
        if broken is not None:
            self.broken_rules.append(f"{function}: {call.name}: {broken}")
            code = {"sqs": "InvalidParameterValue", "sns": "InvalidParameter"}.get(
                call.service, "ValidationException"
            )
            raise AwsError(code, broken)


def _hold_back(call: _Call, failing: "set[str] | set[int]") -> None:
    """Take the failing entries out of what is sent: AWS does not do them."""
    if call.name in _ENTRIES:
        entries = call.params[_ENTRIES[call.name]]
        call.sent[_ENTRIES[call.name]] = [each for each in entries if each["Id"] not in failing]
        call.failed_entries = [each["Id"] for each in entries if each["Id"] in failing]
    elif call.name in _DYNAMODB_BATCHES:
        sent: dict[str, Any] = {}
        place = 0
        for table, request in call.params["RequestItems"].items():
            is_read = isinstance(request, dict)
            for entry in request["Keys"] if is_read else request:
                goes_to = call.unprocessed if place in failing else sent
                if is_read:
                    goes_to.setdefault(table, {**request, "Keys": []})["Keys"].append(entry)
                else:
                    goes_to.setdefault(table, []).append(entry)
                place += 1
        call.sent["RequestItems"] = sent


def _is_empty(call: _Call) -> bool:
    if call.failed_entries:
        return not call.sent[_ENTRIES[call.name]]
    return bool(call.unprocessed) and not call.sent["RequestItems"]


def _answer(parsed: dict[str, Any]) -> tuple[AWSResponse, dict[str, Any]]:
    status = parsed["ResponseMetadata"]["HTTPStatusCode"]
    return AWSResponse("https://aws.invalid", status, {}, None), parsed


# The started cloud's calls; None when there is none.
_active: list[Calls] = []


def watch(calls: Calls) -> None:
    """Let `calls` see what functions do, until `unwatch`. Raises RuntimeError if another does."""
    if _active:
        raise RuntimeError("another local cloud is up in this process: stop it first")
    _active.append(calls)


def unwatch(calls: Calls) -> None:
    _active.remove(calls)


def _on_parameters(params: dict[str, Any], model: Any, context: Any, **_: Any) -> None:
    if _active:
        _active[-1].start(params, model, context)


def _on_send(context: Any, **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
    return _active[-1].send(context) if _active else None


def _on_answer(http_response: Any, parsed: Any, context: Any, **_: Any) -> None:
    if _active:
        _active[-1].end(http_response, parsed, context)


# First, because botocore adds a token to every transaction that has none.
BUILTIN_HANDLERS.append(("before-parameter-build", _on_parameters, REGISTER_FIRST))
BUILTIN_HANDLERS.append(("before-call", _on_send))
BUILTIN_HANDLERS.append(("after-call", _on_answer))
