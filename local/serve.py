"""`make run`: the stack stays up on 127.0.0.1, fed by a stub of X or by X itself."""

import os
import re
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.aws_port import serve_aws
from local.clock import RealClock
from local.demo import STREAM
from local.fake_x import FakeX, load_stream
from local.inbox import Delivery
from local.people import give_token
from local.replay import PLAN, a_cloud, compiled
from local.runner import LocalCloud
from vigie.domain.plan import Plan

X = "https://api.x.com"
_LINK = re.compile(r"https?://\S+/a/[A-Za-z0-9_-]{12}")
BEARER_PARAMETER = "/vigie/x-bearer-token"
SECRET_PARAMETER = "/vigie/x-consumer-secret"
# The demo's stream is joined when its crisis has just begun, so that nobody need wait for it.
HEAD_START = timedelta(minutes=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where things listen on 127.0.0.1: the HTTP API, the emulated AWS, the stub of X."""

    api: int = 8080
    aws: int = 5005
    x: int = 8090


def serve(
    *, ports: Ports, plan: Path | None = None, stream: Path | None = None, skip: timedelta | None
) -> int:
    """Stay up until interrupted.

    The stub of X plays `stream` from `skip` after its start (28 minutes for the demo's, 0 for any
    other). With X_BEARER_TOKEN in the environment the real X is polled instead, which costs what X
    charges for each post read.
    """
    token = os.environ.get("X_BEARER_TOKEN", "")
    with ExitStack() as stack:
        plan_file = plan or PLAN
        skipped = skip if skip is not None else timedelta(0) if stream else HEAD_START
        base = X if token else stack.enter_context(_stub(plan_file, stream, skipped, ports.x))
        public = f"http://127.0.0.1:{ports.api}"
        cloud, compiled_plan = stack.enter_context(
            a_cloud(
                plan_file,
                RealClock(),
                polling=True,
                environment={
                    "ingest_poll": {"X_BASE_URL": base},
                    "refresh": {"X_BASE_URL": base},
                    "escalate": {"PUBLIC_URL": public},
                },
                secrets={
                    BEARER_PARAMETER: token or "local",
                    SECRET_PARAMETER: os.environ.get("X_CONSUMER_SECRET") or "local",
                },
            )
        )
        _must_be_free(ports.aws, "--aws-port")
        aws = serve_aws(ports.aws)
        threading.Thread(target=aws.serve_forever, daemon=True).start()
        stack.callback(aws.shutdown)
        _must_be_free(ports.api, "--port")
        server = cloud.routes.serve(ports.api)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)
        _welcome(cloud, compiled_plan, public, ports)
        if token:
            print("  posts         X itself, each minute; X bills every post that is read")
        else:
            name = (stream or STREAM).name
            print(
                f"  posts         a stub of X plays {name} from its minute {skipped.seconds // 60}"
            )
        print("  pages appear below as people's phones and mailboxes get them; Ctrl-C ends it\n")
        _run(cloud)
    return 0


@contextmanager
def _stub(plan_file: Path, stream: Path | None, skip: timedelta, port: int) -> Iterator[str]:
    """A stub of X that plays the stream as if it were happening now."""
    with tempfile.TemporaryDirectory(prefix="vigie-") as folder:
        plan, _ = compiled(plan_file, Path(folder))
    accounts = {x_id: brand.handles[0] for brand in plan.brands for x_id in brand.x_ids}
    posts = load_stream(stream or STREAM, datetime.now(UTC) - skip)
    _must_be_free(port, "--x-port")
    with FakeX(posts, port=port, clock=lambda: datetime.now(UTC), accounts=accounts) as x:
        yield x.url


def _must_be_free(port: int, option: str) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise ValueError(
                f"port {port} of 127.0.0.1 is taken, perhaps by another `make run`: "
                f"stop it, or give another with {option}"
            )


def _welcome(cloud: LocalCloud, plan: Plan, public: str, ports: Ports) -> None:
    person = next(plan.people())
    token = give_token(cloud, person.id)
    brands = ", ".join(brand.id for brand in plan.brands)
    print(f"Vigie is up and watches: {brands}")
    print(f"  incidents     {public}/   (token of {person.id}: {token})")
    print(f"  API           {public}/openapi.json")
    print(f"  AWS emulator  http://127.0.0.1:{ports.aws}   (for sam local invoke and any SDK)")


def _run(cloud: LocalCloud) -> None:
    told = 0
    try:
        cloud.invoke("ingest_poll", {})
        while True:
            cloud.advance_to(cloud.clock.now() + timedelta(seconds=0.5))
            deliveries = cloud.inbox.deliveries
            for delivery in deliveries[told:]:
                print(_page(delivery), flush=True)
            told = len(deliveries)
    except KeyboardInterrupt:
        print("\nstopped")


def _page(delivery: Delivery) -> str:
    text = delivery.text
    if delivery.channel != "sms":
        link = _LINK.search(delivery.text)
        text = f"{delivery.subject} {link.group() if link else ''}"
    at = time.strftime("%H:%M:%S", time.localtime(delivery.at.timestamp()))
    return f"  {at}  {delivery.audience} ({delivery.channel}): {text}"
