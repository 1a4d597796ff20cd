"""Runs the functions' handlers in this process, each under its own environment and role."""

import importlib
import io
import json
import os
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from local.clock import Clock
from local.faults import FunctionKilled
from local.roles import Role, roles_of
from local.template import Resource, Stack

KEPT_LOG_LINES = 500


@dataclass(slots=True)
class Context:
    """What Lambda hands to a handler beside the event."""

    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: int
    aws_request_id: str
    remaining_seconds: Callable[[], float]
    log_group_name: str
    function_version: str = "$LATEST"
    log_stream_name: str = "local"
    client_context: Any = None
    identity: Any = None

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int(self.remaining_seconds() * 1000))


@dataclass(slots=True, kw_only=True)
class Invocation:
    """How one run of a handler ended. `error` is None when it returned."""

    result: Any = None
    error: BaseException | None = None
    killed: bool = False


class _Output(io.TextIOBase):
    """A function's standard output: loggers keep it for good, so it must outlive one run."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT_LOG_LINES)
        self._rest = ""

    def write(self, text: str) -> int:
        *whole, self._rest = (self._rest + text).split("\n")
        self.lines.extend(whole)
        return len(text)


# By module, because a module is imported once in a process and its loggers keep their stream.
_outputs: dict[str, _Output] = {}


@dataclass(slots=True, kw_only=True)
class LocalFunction:
    """One function of the template, ready to run."""

    id: str
    name: str
    module: str
    attribute: str
    arn: str
    aws_name: str
    log_group: str
    role: Role
    environment: Mapping[str, str]
    timeout: int
    memory: int
    clock: Clock
    random: Random | None
    invocations: int = 0
    errors: int = 0
    _loaded: ModuleType | None = None
    _known_parts: Any = None

    @property
    def logs(self) -> deque[str]:
        return _outputs.setdefault(self.module, _Output()).lines

    def forget(self) -> None:
        """The next run is a cold start."""
        module = self._loaded or sys.modules.get(self.module)
        clear = getattr(getattr(module, "parts", None), "cache_clear", None)
        if clear is not None:
            clear()
        self._known_parts = None

    def parts(self) -> Any:
        """The module's `parts()`, on the cloud's clock. Only inside `surroundings`."""
        module = self._load()
        build = getattr(module, "parts", None)
        if build is None:
            return None
        parts = build()
        if parts is not self._known_parts:
            parts.now = self.clock.now
            if self.random is not None and hasattr(parts, "token"):
                parts.token = self._token
            self._known_parts = parts
        return parts

    def run(self, event: Mapping[str, Any]) -> Invocation:
        """Call the handler as Lambda does: JSON in, JSON out. Only inside `surroundings`."""
        self.invocations += 1
        try:
            module = self._load()
            self.parts()
            handler = getattr(module, self.attribute)
            result = handler(json.loads(json.dumps(event)), self._context())
            return Invocation(result=json.loads(json.dumps(result)))
        except FunctionKilled as error:
            self.forget()
            self.errors += 1
            return Invocation(error=error, killed=True)
        except Exception as error:  # noqa: BLE001 - Lambda too turns any of them into a failed run
            self.errors += 1
            self.logs.extend("".join(traceback.format_exception(error)).splitlines())
            return Invocation(error=error)

    @contextmanager
    def surroundings(self) -> Iterator[None]:
        """The function's environment, output and, on a virtual clock, its own randomness."""
        before = {name: os.environ.get(name) for name in self.environment}
        stdout, urandom = sys.stdout, os.urandom
        os.environ.update(self.environment)
        sys.stdout = _outputs.setdefault(self.module, _Output())
        if self.random is not None:
            os.urandom = self.random.randbytes  # uuid4 and secrets draw from it
        try:
            yield
        finally:
            os.urandom = urandom
            sys.stdout = stdout
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def _load(self) -> ModuleType:
        if self._loaded is None:
            self._loaded = importlib.import_module(self.module)
        return self._loaded

    def _context(self) -> Context:
        # On a virtual clock a run takes no time, however slow this machine is.
        ends = self.clock.now() + timedelta(seconds=self.timeout)
        return Context(
            function_name=self.aws_name,
            invoked_function_arn=self.arn,
            memory_limit_in_mb=self.memory,
            aws_request_id=f"{self.name}-{self.invocations:08d}",
            remaining_seconds=lambda: (ends - self.clock.now()).total_seconds(),
            log_group_name=self.log_group,
        )

    def _token(self) -> str:
        assert self.random is not None
        return "".join(self.random.choices(_URL_SAFE, k=12))


_URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def functions_of(
    stack: Stack,
    root: Path,
    clock: Clock,
    seed: int,
    replaced: Mapping[str, str],
    added: Mapping[str, Mapping[str, str]],
) -> list[LocalFunction]:
    """The stack's functions, cold.

    Their modules are imported from `root`. `replaced` gives variables other values, in every
    function that has them; `added` gives one function (by folder name) variables of its own.
    """
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    roles = roles_of(stack)
    functions = []
    for resource in stack.of_type("AWS::Lambda::Function"):
        properties = resource.properties
        folder = stack.code[resource.id].resolve()
        module, attribute = properties["Handler"].rsplit(".", 1)
        variables = _lambda_variables(stack, resource)
        variables |= properties.get("Environment", {}).get("Variables", {})
        variables |= {name: value for name, value in replaced.items() if name in variables}
        variables |= added.get(folder.name, {})
        function = LocalFunction(
            id=resource.id,
            name=folder.name,
            module=".".join([*folder.relative_to(root).parts, module]),
            attribute=attribute,
            arn=str(resource.arn),
            aws_name=resource.ref,
            log_group=properties.get("LoggingConfig", {}).get(
                "LogGroup", f"/aws/lambda/{resource.ref}"
            ),
            role=roles[properties["Role"]],
            environment={name: str(value) for name, value in variables.items()},
            timeout=int(properties.get("Timeout", 3)),
            memory=int(properties.get("MemorySize", 128)),
            clock=clock,
            random=Random(f"{seed} {folder.name}") if clock.virtual else None,
        )
        function.forget()
        function.logs.clear()
        functions.append(function)
    return functions


def _lambda_variables(stack: Stack, function: Resource) -> dict[str, str]:
    return {
        "AWS_REGION": stack.place.region,
        "AWS_DEFAULT_REGION": stack.place.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.ref,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.properties.get("MemorySize", 128)),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    }
