"""`make run`: the stack stays up on 127.0.0.1, fed by a stub of X or by X itself."""

import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from moto.server import ThreadedMotoServer

from local.clock import RealClock
from local.demo import STREAM
from local.fake_x import FakeX, load_stream
from local.inbox import Delivery
from local.people import give_token
from local.replay import PLAN, a_cloud, compiled
from local.runner import LocalCloud
from vigie.domain.plan import Plan

X = "https://api.x.com"
BEARER_PARAMETER = "/vigie/x-bearer-token"
# The stream is joined shortly before its crisis begins, so that a visitor need not wait for it.
HEAD_START = timedelta(minutes=24)
X_PORT = 8090
STAFF = "lead-1"


def serve(*, port: int, aws_port: int, plan: Path | None = None, stream: Path | None = None) -> int:
    """Stay up until interrupted. With X_BEARER_TOKEN in the environment the real X is polled,
    which costs what X charges for each post read."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    token = os.environ.get("X_BEARER_TOKEN", "")
    with ExitStack() as stack:
        plan_file = plan or PLAN
        base = X if token else stack.enter_context(_stub(plan_file, stream or STREAM))
        public = f"http://127.0.0.1:{port}"
        cloud, compiled_plan = stack.enter_context(
            a_cloud(
                plan_file,
                RealClock(),
                polling=True,
                environment={
                    "ingest_poll": {"X_BASE_URL": base},
                    "escalate": {"PUBLIC_URL": public},
                },
                secrets={BEARER_PARAMETER: token or "local"},
            )
        )
        aws = ThreadedMotoServer(ip_address="127.0.0.1", port=aws_port, verbose=False)
        aws.start()
        stack.callback(aws.stop)
        server = cloud.routes.serve(port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)
        _welcome(cloud, compiled_plan, public, aws_port, polls="X" if token else "a stub of X")
        _run(cloud)
    return 0


@contextmanager
def _stub(plan_file: Path, stream: Path) -> Iterator[str]:
    """A stub of X that plays the stream as if it were happening now."""
    with tempfile.TemporaryDirectory(prefix="vigie-") as folder:
        plan, _ = compiled(plan_file, Path(folder))
    accounts = {x_id: brand.handles[0] for brand in plan.brands for x_id in brand.x_ids}
    posts = load_stream(stream, datetime.now(UTC) - HEAD_START)
    with FakeX(posts, port=X_PORT, clock=lambda: datetime.now(UTC), accounts=accounts) as x:
        yield x.url


def _welcome(cloud: LocalCloud, plan: Plan, public: str, aws_port: int, polls: str) -> None:
    token = give_token(cloud, STAFF)
    brands = ", ".join(brand.id for brand in plan.brands)
    print(f"Vigie is up, polling {polls} each minute for: {brands}")
    print(f"  incidents     {public}/   (token of {STAFF}: {token})")
    print(f"  API           {public}/openapi.json")
    print(f"  AWS emulator  http://127.0.0.1:{aws_port}   (for sam local invoke and any SDK)")
    print("  pages appear below as people's phones and mailboxes get them; Ctrl-C ends it\n")


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
    text = delivery.text if delivery.channel == "sms" else delivery.subject
    at = time.strftime("%H:%M:%S", time.localtime(delivery.at.timestamp()))
    return f"  {at}  {delivery.audience} ({delivery.channel}): {text}"
