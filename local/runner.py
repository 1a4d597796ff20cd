"""The local cloud: the template's functions, queues, schedules and routes in one process."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Condition, RLock
from typing import Any

import boto3

from local import calls as aws_calls
from local.calls import Calls
from local.clock import Clock, RealClock
from local.cloud import fast_queue, index_keys
from local.dead_letters import DeadLetter, dead_letters_of
from local.emulation import emulated
from local.expiry import expire
from local.faults import FunctionKilled
from local.functions import Invocation, LocalFunction, functions_of
from local.http import HttpResponse, Routes
from local.permissions import Permissions
from local.pump import Pump
from local.rules import Rules
from local.schedules import schedules_of
from local.services import check_services
from local.sns import Sns
from local.sqs_mappings import mappings_of
from local.template import Stack, load


class InvocationFailed(Exception):
    """A function that was called by hand raised; the cause is its error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One run of a function that ended with an error."""

    at: datetime
    function: str
    error: BaseException


class LocalCloud:
    """Start it with `LocalCloud.start(...)`, stop it with `stop()` or a `with` block."""

    def __init__(self, stack: Stack, clock: Clock, seed: int, deliver_twice: bool) -> None:
        self.stack = stack
        self.clock = clock
        self.failures: list[Failure] = []
        self.functions: dict[str, LocalFunction] = {}
        self.sns = Sns(clock.now)
        self.inbox = self.sns.inbox
        # Told of every run from a queue: (function name, event, how it ended).
        self.on_run: list[Callable[[str, Mapping[str, Any], Invocation], None]] = []
        self._seed = seed
        self._deliver_twice = deliver_twice
        self._lock = RLock()
        self._wake = Condition(self._lock)
        self._exit = ExitStack()
        self._permissions = Permissions(stack)
        self._calls = Calls(self._permissions, Rules(index_keys(stack)), clock.now)
        self._calls.outages.append(self.sns.refuse)
        self._calls.observers.append(self.sns.deliver)
        # How many calls to AWS were made for the functions, by `service.Operation`.
        self.requests = self._calls.requests
        # Calls that a role does not allow, and those that AWS would refuse and moto would not.
        self.denied = self._calls.denied
        self.broken_rules = self._calls.broken_rules
        # (function, service, operation, params), may raise: nothing was done; it was done.
        self.before_call = self._calls.before
        self.after_call = self._calls.after
        # The same, giving the batch ids (or places in a DynamoDB batch) that AWS leaves out.
        self.partial_failures = self._calls.partial
        # (from, to) in which SNS refuses.
        self.sns_outages = self.sns.outages

    @classmethod
    def start(
        cls,
        template: Path | str = "template.yaml",
        plan: Path | str | None = None,
        clock: Clock | None = None,
        parameters: Mapping[str, Any] | None = None,
        *,
        root: Path | str | None = None,
        environment: Mapping[str, Mapping[str, str]] | None = None,
        secrets: Mapping[str, str] | None = None,
        seed: int = 0,
        deliver_twice: bool = False,
    ) -> "LocalCloud":
        """Create the template's stack. Raises TemplateError for what cannot be played.

        `plan` is the compiled plan (JSON) that PLAN_PATH shall name; `root` the folder that the
        functions are imported from (the template's folder); `environment` adds variables by
        function name; `secrets` are SSM SecureStrings by name.
        """
        path = Path(template).resolve()
        cloud = cls(load(path, parameters), clock or RealClock(), seed, deliver_twice)
        try:
            cloud._enter(secrets or {})
            cloud._add_functions(Path(root or path.parent).resolve(), plan, environment or {})
        except BaseException:
            cloud.stop()
            raise
        return cloud

    def stop(self) -> None:
        for function in self.functions.values():
            function.forget()
        self._exit.close()

    def __enter__(self) -> "LocalCloud":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def assert_clean(self) -> None:
        """Raise AssertionError if a role was too narrow or a rule of AWS's was broken."""
        problems = self.denied + self.broken_rules
        assert not problems, "\n".join(dict.fromkeys(problems))

    def client(self, service: str) -> Any:
        """A boto3 client past roles and counts, as an administrator has it, for any thread."""
        return boto3.client(service, config=aws_calls.ADMINISTRATOR)

    def function(self, name: str) -> LocalFunction:
        """A function by folder name (`triage`) or by logical id (`TriageFunction`)."""
        for function in self.functions.values():
            if name in (function.name, function.id):
                return function
        raise KeyError(f"no function {name}; there are {sorted(self.functions)}")

    def queue_url(self, logical_id: str) -> str:
        return self.stack.resources[logical_id].ref

    def table(self, logical_id: str) -> str:
        return self.stack.resources[logical_id].ref

    def topic(self, logical_id: str) -> str:
        return self.stack.resources[logical_id].ref

    def depth(self, logical_id: str) -> int:
        """How many messages a queue holds: ready, delayed and in flight."""
        return fast_queue(self.stack, self.stack.resources[logical_id]).depth

    def dead_letters(self) -> list[DeadLetter]:
        """Every message in a dead-letter queue."""
        return dead_letters_of(self.stack)

    def expire(self, now: datetime | None = None) -> int:
        """Delete the items whose time to live has passed, as DynamoDB does some day."""
        return expire(self.stack, now or self.clock.now())

    def invoke(self, name: str, event: Mapping[str, Any]) -> Any:
        """Run a function by hand and give its answer. Raises InvocationFailed."""
        invocation = self._run(self.function(name), event)
        if invocation.error is not None:
            raise InvocationFailed(f"{name}: {invocation.error!r}") from invocation.error
        return invocation.result

    @contextmanager
    def as_function(self, name: str) -> Iterator[Any]:
        """Give the function's `parts()`; calls made inside are made as this function."""
        function = self.function(name)
        with self._running(function):
            try:
                yield function.parts()
            except FunctionKilled:
                function.forget()
                raise
        self._notify()

    def pause_schedule(self, name: str) -> None:
        """Do not run a function by its schedule any more."""
        kept = [each for each in self._pump.schedules if each.function.name != name]
        self._pump.schedules[:] = kept

    def drain(self) -> None:
        """Run until every queue is idle at this instant. Open batching windows close at once."""
        self._pump.drain()

    def advance_to(self, instant: datetime) -> None:
        """Let time pass until `instant`, doing everything when it falls due."""
        self._pump.advance_to(instant)

    def advance(self, **duration: float) -> None:
        """`advance(minutes=5)` is `advance_to` that much later."""
        self.advance_to(self.clock.now() + timedelta(**duration))

    def http(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: str | bytes | None = None,
    ) -> HttpResponse:
        """Send a request to the HTTP API in this process."""
        return self.routes.answer(method, path, headers or {}, body)

    def _enter(self, secrets: Mapping[str, str]) -> None:
        aws_calls.watch(self._calls)
        self._exit.callback(aws_calls.unwatch, self._calls)
        self._exit.enter_context(emulated(self.stack, self.clock, self._lock, self._seed, secrets))
        self.sns.subscribe_stack(self.stack)

    def _add_functions(
        self,
        root: Path,
        plan: Path | str | None,
        environment: Mapping[str, Mapping[str, str]],
    ) -> None:
        everywhere = {"PLAN_PATH": str(Path(plan).resolve())} if plan is not None else {}
        functions = functions_of(self.stack, root, self.clock, self._seed, everywhere, environment)
        self.functions = {function.name: function for function in functions}
        by_id = {function.id: function for function in functions}
        queues = {
            queue.id: fast_queue(self.stack, queue)
            for queue in self.stack.of_type("AWS::SQS::Queue")
        }
        self._pump = Pump(
            self.stack,
            self.clock,
            mappings_of(self.stack, by_id, queues),
            schedules_of(self.stack, by_id, self.clock.now()),
            self._run,
            self._count,
            self._wake,
        )
        for mapping in self._pump.mappings:
            mapping.deliver_twice = self._deliver_twice
            mapping.queue.wake = self._wake
        self.routes = Routes(self.stack, by_id, self._run, self.clock)
        check_services(self.stack, self._permissions, functions, self._pump, self.routes)

    @contextmanager
    def _running(self, function: LocalFunction) -> Iterator[None]:
        with self._lock:
            before = self._calls.running
            self._calls.running = (function.name, function.role)
            try:
                with function.surroundings():
                    yield
            finally:
                self._calls.running = before

    def _run(self, function: LocalFunction, event: Mapping[str, Any]) -> Invocation:
        with self._running(function):
            invocation = function.run(event)
        if invocation.error is not None:
            self.failures.append(
                Failure(at=self.clock.now(), function=function.name, error=invocation.error)
            )
        for told in self.on_run:
            told(function.name, event, invocation)
        self._notify()
        return invocation

    def _count(self, name: str, number: int) -> None:
        self._calls.requests[name] += number

    def _notify(self) -> None:
        with self._wake:
            self._wake.notify_all()
