"""Play each sample event through Lambda's own Runtime Interface Emulator, against the local stack.

The emulator (it ships inside the SAM CLI) runs the built artefact under the runtime's client, as
Lambda does: start, handler's name, JSON in and out, time-out. AWS is the local stack, served on
127.0.0.1. One emulator per function and one call at a time: concurrent calls crash it.

    python packaging/check_rie.py [STAGE…]
"""

import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from artefacts import (
    ROOT,
    BuiltFunction,
    functions,
    interpreter,
    layers,
    says_which,
    search_path,
    template,
)

sys.path.insert(0, str(ROOT))

from moto.sns.models import sns_backends

from local.aws_port import serve_aws
from local.clock import RealClock
from local.runner import LocalCloud

INVOKE = "http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
START_WITHIN = 20.0  # seconds
ANSWER_WITHIN = 60.0


class QuietX(BaseHTTPRequestHandler):
    """X on a day when nobody writes: every page is empty. It counts what it is asked."""

    asked = 0

    def do_GET(self) -> None:
        QuietX.asked += 1
        body = b'{"meta": {"result_count": 0}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def problem_with(stage: str, answer: Any) -> str | None:
    """Why the answer is not of the shape that the function's trigger expects, or None."""
    if not isinstance(answer, dict):
        return f"answers {answer!r}, not an object"
    if "errorType" in answer:
        return f"{answer['errorType']}: {answer.get('errorMessage')}"
    if stage in {"classify", "triage", "escalate"}:
        fits = answer == {"batchItemFailures": []}
    elif stage in {"api", "ingest_webhook"}:
        fits = answer.get("statusCode") == 200 and isinstance(answer.get("body"), str)
    else:  # nobody reads the answer to a schedule
        fits = True
    return None if fits else f"answers {answer}"


def trace_of(stage: str, cloud: LocalCloud) -> str | None:
    """What the sample event must have left in the stack, in words, or None if nothing.

    The samples tell one story, in the order of the flow: a critical post is labelled, opens an
    incident, and somebody is paged for it.
    """
    match stage:
        case "ingest_poll":
            return _counted(QuietX.asked, "request to X")
        case "ingest_webhook":
            return _counted(cloud.depth("UrgentQueue"), "urgent mention queued")
        case "classify":
            return _counted(cloud.depth("UrgentClassifiedQueue"), "critical message handed on")
        case "triage":
            return _counted(cloud.depth("EscalationsQueue"), "step to be paged")
        case "escalate":
            place = cloud.stack.place
            topics = sns_backends[place.account][place.region].topics.values()
            return _counted(sum(len(it.sent_notifications) for it in topics), "page published")
        case "watch":
            return _counted(cloud.depth("ClassifiedQueue"), "tick of a quiet brand")
    return "answers 200"


def _counted(count: int, what: str) -> str | None:
    return f"{count} × {what}" if count else None


# A request that finds nothing amiss says nothing, and the roll is called once an hour: tests of the
# handlers see to these.
ONLY_WHEN_IT_HAPPENS = {
    "api": {"UnknownVersion"},
    "watch": {"SubscriptionsMissing", "SubscriptionsUnread"},
}


def unheard_by_alarms(stage: str, output: str) -> str | None:
    """The metrics that an alarm reads of this function and that its output does not carry.

    CloudWatch takes metrics out of log lines; one under another name, namespace or dimension is a
    metric that no alarm reads.
    """
    emitted = set()
    for line in output.splitlines():
        if not line.startswith("{") or '"_aws"' not in line:
            continue
        written = json.loads(line)
        for directive in written["_aws"]["CloudWatchMetrics"]:
            if directive["Namespace"] == "Vigie" and directive["Dimensions"] == [["service"]]:
                emitted |= {(written["service"], it["Name"]) for it in directive["Metrics"]}
    always = alarmed_metrics(stage) - ONLY_WHEN_IT_HAPPENS.get(stage, set())
    missing = {name for name in always if (stage, name) not in emitted}
    return f"does not emit {', '.join(sorted(missing))}, which an alarm reads" if missing else None


def alarmed_metrics(stage: str) -> set[str]:
    """Names of the metrics of our own that an alarm reads with this function as its dimension."""
    found = set()
    for resource in template()["Resources"].values():
        if resource["Type"] != "AWS::CloudWatch::Alarm":
            continue
        properties = resource["Properties"]
        parts = properties.get("Metrics", [])
        nested = [it["MetricStat"]["Metric"] for it in parts if "MetricStat" in it]
        for metric in [properties, *nested]:
            if {"Name": "service", "Value": stage} in metric.get("Dimensions", []):
                found.add(metric["MetricName"])
    return found


def emulator() -> Path:
    """The emulator for this machine, inside the SAM CLI's environment."""
    machine = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine())
    found = list(
        (ROOT / ".venv-package").glob(f"lib/*/site-packages/samcli/local/rapid/*-rie-{machine}")
    )
    if sys.platform != "linux" or not found:
        sys.exit("the emulator runs on Linux only, and comes with .venv-package: make package")
    return found[0]


@contextmanager
def running(
    function: BuiltFunction,
    emulator: Path,
    environment: dict[str, str],
    under: Sequence[str] = (),
) -> Iterator[tuple[int, Path]]:
    """The function behind its emulator: the port to call, and where its output goes.

    `under` is a command that runs it, such as `taskset -c 0`.
    """
    port, inner = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output"
        with output.open("wb") as sink:
            process = subprocess.Popen(
                [
                    *under,
                    str(emulator),
                    *("--log-level", "error"),
                    *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
                    *("--runtime-api-address", f"127.0.0.1:{inner}"),
                    *(interpreter().path, "-S", "-B", "-m", "awslambdaric", function.handler),
                ],
                cwd=function.code,
                env=environment,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_for(port, process)
            yield port, output
        finally:
            process.terminate()
            process.wait(timeout=10)


def environment_of(function: BuiltFunction, given: dict[str, str], endpoint: str) -> dict[str, str]:
    """What Lambda sets, what the template sets (with the local stack's names), and the endpoint."""
    return given | {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_REGION": "eu-west-3",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_LAMBDA_FUNCTION_NAME": function.stage,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(function.timeout),
        "LAMBDA_TASK_ROOT": str(function.code),
        "PYTHONPATH": os.pathsep.join(map(str, search_path(function))),
    }


def invoke(port: int, event: Any) -> Any:
    """The function's answer. An error of the emulator itself is an answer too."""
    request = urllib.request.Request(
        INVOKE.format(port=port), data=json.dumps(event).encode(), method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN) as response:
            return json.loads(response.read())
    except urllib.error.HTTPError as error:
        return {"errorType": f"HTTP {error.code}", "errorMessage": error.read().decode()}


def free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return int(it.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until somebody listens. Exits if the process ends first."""
    until = time.monotonic() + START_WITHIN
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as it:
            if it.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit(f"the emulator did not start: exit code {process.poll()}")


@contextmanager
def local_stack() -> Iterator[tuple[LocalCloud, str, str]]:
    """The stack, the address of its AWS and the address of its X."""
    stub = ThreadingHTTPServer(("127.0.0.1", 0), QuietX)
    threading.Thread(target=stub.serve_forever, daemon=True).start()
    with LocalCloud.start(
        ROOT / "template.yaml",
        plan=layers()["PlanLayer"] / "plan.json",
        clock=RealClock(),
        secrets={"/vigie/x-bearer-token": "local", "/vigie/x-consumer-secret": "local"},
    ) as cloud:
        aws = serve_aws(0)
        threading.Thread(target=aws.serve_forever, daemon=True).start()
        try:
            port = aws.server_address[1]
            yield cloud, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{stub.server_port}"
        finally:
            aws.shutdown()
            stub.shutdown()


def main(stages: list[str]) -> int:
    wrong = 0
    rie = emulator()
    print(f"sample events through the Runtime Interface Emulator ({says_which()}):")
    with local_stack() as (cloud, endpoint, x):
        for function in functions():
            if stages and function.stage not in stages:
                continue
            event = json.loads((ROOT / "events" / f"{function.stage}.json").read_text())
            given = dict(cloud.function(function.stage).environment)
            given |= {"X_BASE_URL": x} if "X_BASE_URL" in given else {}
            environment = environment_of(function, given, endpoint)
            with running(function, rie, environment) as (port, output):
                began = time.monotonic()
                problem = problem_with(function.stage, invoke(port, event))
                cold = time.monotonic() - began
                trace = trace_of(function.stage, cloud)
                if not problem and trace is None:
                    problem = "answers well, but left no trace in the stack"
                began = time.monotonic()
                problem = problem or problem_with(function.stage, invoke(port, event))
                warm = time.monotonic() - began
                written = output.read_text(encoding="utf-8", errors="replace").strip()
                problem = problem or unheard_by_alarms(function.stage, written)
                if problem:
                    wrong += 1
                    print(f"  {function.stage:<12} FAILED: {problem}")
                    print("    " + written.replace("\n", "\n    "))
                else:
                    times = f"first call {cold * 1000:.0f} ms, second {warm * 1000:.0f} ms"
                    print(f"  {function.stage:<12} ok: {trace} ({times})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
