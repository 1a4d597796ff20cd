"""The local cloud: the template's functions, queues, schedules and routes at work in one process."""

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Condition, Event, RLock
from typing import Any

import boto3
from moto import mock_aws
from moto.moto_api._internal import mock_random

from local import calls as aws_calls
from local.calls import Calls
from local.clock import Clock, RealClock, moto_follows
from local.cloud import create, fast_queue, index_keys
from local.dead_letters import DeadLetter, dead_letters_of
from local.expiry import expire
from local.faults import AwsError
from local.functions import Invocation, LocalFunction
from local.http import HttpResponse, Routes
from local.inbox import Inbox, Subscription
from local.intrinsics import TemplateError
from local.permissions import Permissions
from local.queues import fast_queues
from local.roles import Role, roles_of
from local.rules import Rules
from local.schedules import schedules_of
from local.session import CachingSession
from local.sqs_mappings import Batch, SqsMapping, mappings_of
from local.template import Stack, load
from local.transactions import fast_transactions

MAX_ROUNDS_AT_ONE_INSTANT = 200_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOST_VARIABLES = ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN")


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
        self.verbose = False
        self.sns_down = False
        self.sns_outages: list[tuple[datetime, datetime]] = []
        self.failures: list[Failure] = []
        self.functions: dict[str, LocalFunction] = {}
        self.mappings: list[SqsMapping] = []
        self.inbox = Inbox()
        # Told of every run from a queue: (function name, event, how it ended).
        self.on_run: list[Callable[[str, Mapping[str, Any], Invocation], None]] = []
        self._seed = seed
        self._deliver_twice = deliver_twice
        self._lock = RLock()
        self._wake = Condition(self._lock)
        self._exit = ExitStack()
        self._permissions = Permissions(stack)
        self._calls = Calls(self._permissions, Rules(index_keys(stack)))
        self._calls.outages.append(self._refuse_while_sns_is_down)
        self._calls.observers.append(self._deliver)

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

    # --------------------------------------------------------------------------- what is in it

    @property
    def requests(self) -> "Any":
        """How many calls to AWS were made for the functions, by `service.Operation`."""
        return self._calls.requests

    @property
    def denied(self) -> list[str]:
        """Calls that a role does not allow, in words. A sound system has none."""
        return self._calls.denied

    @property
    def broken_rules(self) -> list[str]:
        """Calls that AWS would refuse and moto would not, in words."""
        return self._calls.broken_rules

    @property
    def before_call(self) -> list[aws_calls.CallHook]:
        """(function, service, operation, params), may raise: the call never reached AWS."""
        return self._calls.before

    @property
    def after_call(self) -> list[aws_calls.CallHook]:
        """(function, service, operation, params), may raise: the call was applied."""
        return self._calls.after

    @property
    def partial_failures(self) -> list[aws_calls.PartialHook]:
        """(function, service, operation, params) -> batch ids (or places) that AWS leaves out."""
        return self._calls.partial

    def assert_clean(self) -> None:
        """Raise AssertionError if a role was too narrow or a rule of AWS's was broken."""
        problems = self.denied + self.broken_rules
        assert not problems, "\n".join(dict.fromkeys(problems))

    def client(self, service: str) -> Any:
        """A boto3 client past roles and counts, as an administrator has it."""
        return boto3.client(service)

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

    # --------------------------------------------------------------------------- making it go

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
            yield function.parts()
        self._notify()

    def drain(self) -> None:
        """Run until every queue is idle at this instant. Open batching windows close at once."""
        self._settle(flush=True)

    def advance_to(self, instant: datetime) -> None:
        """Let time pass until `instant`, doing everything when it falls due."""
        while True:
            self._settle(flush=False)
            event = self._next_event()
            if event is None or event > instant:
                break
            self.clock.move_to(max(event, self.clock.now()), self._wake)
        while self.clock.now() < instant:
            self.clock.move_to(instant, self._wake)
            self._settle(flush=False)
        self._settle(flush=False)

    def advance(self, **duration: float) -> None:
        """`advance(minutes=5)` is `advance_to` that much later."""
        self.advance_to(self.clock.now() + timedelta(**duration))

    def run_forever(self, stop: Event | None = None) -> None:
        """Keep going on a real or paced clock until `stop` is set."""
        stop = stop or Event()
        while not stop.is_set():
            self.advance_to(self.clock.now() + timedelta(seconds=0.5))

    def http(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: str | bytes | None = None,
    ) -> HttpResponse:
        """Send a request to the HTTP API in this process."""
        return self.routes.answer(method, path, headers or {}, body)

    # --------------------------------------------------------------------------- inside

    def _enter(self, secrets: Mapping[str, str]) -> None:
        self._exit.enter_context(_without_host_variables())
        self._exit.enter_context(fast_queues())
        self._exit.enter_context(fast_transactions())
        self._exit.enter_context(moto_follows(self.clock))
        self._exit.enter_context(mock_aws())
        mock_random.seed(self._seed)
        boto3.DEFAULT_SESSION = session = CachingSession(region_name=self.stack.place.region)
        create(self.stack, session)
        for name, value in secrets.items():
            session.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString")
        aws_calls.watch(self._calls)
        self._exit.callback(aws_calls.unwatch, self._calls)
        for resource in self.stack.of_type("AWS::SNS::Subscription"):
            properties = resource.properties
            if properties.get("FilterPolicyScope", "MessageAttributes") != "MessageAttributes":
                raise TemplateError(f"{resource.id}: filters on attributes only are known")
            self.inbox.subscribe(
                Subscription(
                    topic_arn=properties["TopicArn"],
                    protocol=properties["Protocol"],
                    filter_policy=properties.get("FilterPolicy", {}),
                )
            )

    def _add_functions(
        self,
        root: Path,
        plan: Path | str | None,
        environment: Mapping[str, Mapping[str, str]],
    ) -> None:
        if str(root) not in sys.path:
            sys.path.insert(0, str(root))
        roles = roles_of(self.stack)
        for resource in self.stack.of_type("AWS::Lambda::Function"):
            properties = resource.properties
            folder = self.stack.code[resource.id].resolve()
            module, attribute = properties["Handler"].rsplit(".", 1)
            name = folder.name
            variables = {
                **_lambda_variables(self.stack, resource.ref, int(properties["MemorySize"])),
                **properties.get("Environment", {}).get("Variables", {}),
                **environment.get(name, {}),
            }
            if plan is not None and "PLAN_PATH" in variables:
                variables["PLAN_PATH"] = str(Path(plan).resolve())
            self.functions[name] = function = LocalFunction(
                id=resource.id,
                name=name,
                module=".".join([*folder.relative_to(root).parts, module]),
                attribute=attribute,
                arn=str(resource.arn),
                aws_name=resource.ref,
                role=roles[properties["Role"]],
                environment={key: str(value) for key, value in variables.items()},
                timeout=int(properties.get("Timeout", 3)),
                memory=int(properties.get("MemorySize", 128)),
                clock=self.clock,
                random=Random(f"{self._seed} {name}") if self.clock.virtual else None,
            )
            function.forget()
        by_id = {function.id: function for function in self.functions.values()}
        queues = {
            queue.id: fast_queue(self.stack, queue)
            for queue in self.stack.of_type("AWS::SQS::Queue")
        }
        self.mappings = mappings_of(self.stack, by_id, queues)
        for mapping in self.mappings:
            mapping.deliver_twice = self._deliver_twice
        self.schedules = schedules_of(self.stack, by_id, self.clock.now())
        self.routes = Routes(self.stack, by_id, self._run, self.clock)
        self._check_service_permissions()

    def _check_service_permissions(self) -> None:
        """What Lambda does with the role of a function before and after its code."""
        for mapping in self.mappings:
            _require(mapping.function.role, self._permissions.to_poll(mapping.queue.queue_arn))
        for function in self.functions.values():
            _require(function.role, self._permissions.to_log(function.aws_name))

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
            if self.verbose:
                traceback.print_exception(invocation.error)
        for told in self.on_run:
            told(function.name, event, invocation)
        self._notify()
        return invocation

    def _settle(self, *, flush: bool) -> None:
        self._run_due_schedules()
        for _ in range(MAX_ROUNDS_AT_ONE_INSTANT):
            if not self._round(flush=flush):
                return
            self._run_due_schedules()
        raise RuntimeError(f"the queues never come to rest at {self.clock.now()}")

    def _run_due_schedules(self) -> None:
        for schedule in sorted(self.schedules, key=lambda each: (each.next_at, each.id)):
            while schedule.next_at <= self.clock.now():
                due = schedule.next_at
                schedule.next_at = due + schedule.period
                place = self.stack.place
                self._run(schedule.function, schedule.event(due, place.account, place.region))

    def _round(self, *, flush: bool) -> bool:
        """Give every mapping one batch; say whether there was any."""
        worked = False
        for mapping in self.mappings:
            with self._lock:
                due = mapping.due_at(self.clock.now())
                if due is None or (due > self.clock.now() and not flush):
                    continue
                batch = mapping.receive(self._count)
                if batch is not None:
                    self._process(mapping, batch)
                    worked = True
        return worked

    def _process(self, mapping: SqsMapping, batch: Batch) -> None:
        invocation = self._run(mapping.function, batch.event)
        mapping.settle(batch, invocation, self._count)

    def _next_event(self) -> datetime | None:
        now = self.clock.now()
        events = [schedule.next_at for schedule in self.schedules]
        for mapping in self.mappings:
            due = mapping.due_at(now)
            if due is not None:
                events.append(due)
            change = mapping.queue.next_change()
            if change is not None:
                events.append(EPOCH + timedelta(milliseconds=change))
        return min(events, default=None)

    def _count(self, name: str, number: int) -> None:
        self._calls.requests[name] += number

    def _notify(self) -> None:
        with self._wake:
            self._wake.notify_all()

    def _refuse_while_sns_is_down(
        self, function: str, service: str, operation: str, params: Mapping[str, Any]
    ) -> None:
        if service != "sns":
            return
        now = self.clock.now()
        if self.sns_down or any(start <= now < end for start, end in self.sns_outages):
            raise AwsError("InternalError", "SNS is down", status=500)

    def _deliver(
        self, function: str, service: str, operation: str, params: Mapping[str, Any]
    ) -> None:
        if (service, operation) == ("sns", "Publish"):
            self.inbox.publish(self.clock.now(), params.get("TopicArn", ""), params)
        elif (service, operation) == ("sns", "PublishBatch"):
            for entry in params["PublishBatchRequestEntries"]:
                self.inbox.publish(self.clock.now(), params["TopicArn"], entry)


def _require(role: Role, needs: list[Any]) -> None:
    for need in needs:
        if not role.allows(need):
            raise TemplateError(f"{role.name} does not allow {need.action} on {need.resource}")


def _lambda_variables(stack: Stack, name: str, memory: int) -> dict[str, str]:
    return {
        "AWS_REGION": stack.place.region,
        "AWS_DEFAULT_REGION": stack.place.region,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    }


@contextmanager
def _without_host_variables() -> Iterator[None]:
    kept = {name: os.environ.pop(name) for name in HOST_VARIABLES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)
