"""`ingest`: recorded posts into the deployed queues. `money`: what X has cost, stops lifted."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from vigie.adapters.dynamodb.ledger import DynamoLedger
from vigie.adapters.sqs import SqsDeadLetters, SqsQueue
from vigie.admin.arguments import setting
from vigie.classifier import trips
from vigie.domain.budget import Stop
from vigie.domain.instants import to_iso
from vigie.domain.plan import Brand, Plan, plan_from_json
from vigie.errors import Rejected, Unavailable
from vigie.planning.compiler import compile_file
from vigie.planning.problems import WrongPlan
from vigie.ports import Ledger
from vigie.services.file_source import FileSource
from vigie.services.ingest import Accepted, Intake, take_in

QUEUES = {
    "--mentions-queue": ("MENTIONS_QUEUE_URL", "URL of the Mentions queue (a stack output)"),
    "--urgent-queue": ("URGENT_QUEUE_URL", "URL of the Urgent queue"),
    "--dead-letters": ("MENTIONS_DEAD_LETTERS_URL", "URL of Mentions' dead letters"),
}


def add_to(subjects: Any) -> None:
    """The arguments of both."""
    ingest = subjects.add_parser(
        "ingest", help="recorded posts (JSON lines of X API v2) into the queues of the stack"
    )
    ingest.add_argument("file", help="JSON lines, one response or post each; - for standard input")
    ingest.add_argument(
        "--plan", type=Path, default=Path("layers/plan/plan.yaml"), help="plan.yaml or plan.json"
    )
    ingest.add_argument("--brand", help="take every post as a mention of this brand of the plan")
    ingest.add_argument(
        "--from", dest="position", type=int, default=0, metavar="LINE", help="lines to leave out"
    )
    ingest.add_argument("--dry-run", action="store_true", help="read and count, queue nothing")
    for flag, (variable, says) in QUEUES.items():
        ingest.add_argument(
            flag, default=os.environ.get(variable, ""), help=f"{says}; default: ${variable}"
        )

    money = subjects.add_parser("money", help="what reading X has cost, by our estimate")
    verbs = money.add_subparsers(dest="verb", required=True)
    show = verbs.add_parser("show", help="by UTC day and source")
    show.add_argument("--days", type=int, default=7, help="how many, today included (default 7)")
    resume = verbs.add_parser("resume", help="after buying credits: let X be asked again at once")
    for verb in (show, resume):
        setting(verb, "--table", "BRANDS_TABLE", "name of the Brands table (a stack output)")


def run(given: argparse.Namespace) -> None:
    """One of the two."""
    if given.subject == "ingest":
        _ingest(given)
        return
    ledger = DynamoLedger(boto3.client("dynamodb"), given.table)
    now = datetime.now(UTC)
    if given.verb == "resume":
        print(resumed(ledger, now))
    else:
        print("\n".join(shown(ledger, now, given.days)))


def _ingest(given: argparse.Namespace) -> None:
    plan = _plan(given.plan)
    forced = plan.brand(given.brand) if given.brand else None
    if given.brand and forced is None:
        known = ", ".join(brand.id for brand in plan.brands)
        raise Rejected(f"--brand {given.brand}: the plan has {known}", field="brand")
    intake = _nowhere() if given.dry_run else _queues(given)
    try:
        with _opened(given.file) as lines:
            counts, line = fed(
                lines, plan.brands, forced, intake, given.position, lambda: datetime.now(UTC)
            )
    except OSError as error:
        raise Rejected(f"{given.file}: {error.strerror}", field="file") from error
    done = "would be queued" if given.dry_run else "queued"
    print(
        f"{line} line(s): {counts.received} post(s), {counts.accepted} mention(s) {done}, "
        f"of these {counts.urgent} urgent; {counts.own} own, {counts.duplicates} twice, "
        f"{counts.rejected} parked, {counts.unmatched} about no brand"
    )


def fed(
    lines: Iterable[bytes],
    brands: Sequence[Brand],
    forced: Brand | None,
    intake: Intake,
    position: int,
    now: Callable[[], datetime],
) -> tuple[Accepted, int]:
    """Queue all posts; give their counts and the number of lines.

    Raises `Unavailable` that says from which line to go on: what came before is queued.
    """
    source = FileSource(lines, brands, forced)
    by_id = {brand.id: brand for brand in brands}
    cursor, complete, counts = str(position), False, Accepted()
    while not complete:
        at = now()
        try:
            page = source.fetch(cursor, at)
            counts += take_in(page.found, by_id, intake, source=source.name, now=at)
        except Unavailable as error:
            raise Unavailable(f"{error}; go on with --from {cursor}") from error
        counts += Accepted(received=page.unmatched, unmatched=page.unmatched)
        cursor, complete = page.cursor, page.complete
    return counts, int(cursor)


def shown(ledger: Ledger, now: datetime, days: int) -> list[str]:
    """Lines of text, the newest day first."""
    stop = ledger.stopped()
    lines = []
    if stop is not None and stop.until > now:
        lines.append(f"stopped until {to_iso(stop.until)}: {stop.why}")
    for back in range(days):
        spend = ledger.spend((now - timedelta(days=back)).date())
        lines.append(f"{spend.day.isoformat()}  ${spend.total:.2f}")
        lines += [f"  ${usd:>8.2f}  {name}" for name, usd in sorted(spend.by_source.items())]
    return lines


def resumed(ledger: Ledger, now: datetime) -> str:
    """What was done, in words."""
    stop = ledger.stopped()
    if stop is None or stop.until <= now:
        return "nothing is stopped"
    ledger.stop(Stop(until=now, why=f"lifted by hand; it was: {stop.why}"))
    return "the next poll asks X again"


@contextmanager
def _opened(file: str) -> Iterator[Iterable[bytes]]:
    if file == "-":
        yield sys.stdin.buffer
    else:
        with Path(file).open("rb") as lines:
            yield lines


def _plan(path: Path) -> Plan:
    try:
        if path.suffix == ".json":
            return plan_from_json(path.read_text(encoding="utf-8"))
        return compile_file(path)
    except (OSError, ValueError, WrongPlan) as error:
        raise Rejected(f"{path}: {error}", field="plan") from error


def _queues(given: argparse.Namespace) -> Intake:
    if not (given.mentions_queue and given.urgent_queue and given.dead_letters):
        raise Rejected(f"say {', '.join(QUEUES)}, or --dry-run", field="queue")
    client = boto3.client("sqs")
    return Intake(
        mentions=SqsQueue(client, given.mentions_queue),
        urgent=SqsQueue(client, given.urgent_queue),
        dead_letters=SqsDeadLetters(client, given.dead_letters, "admin ingest"),
        trips=trips,
    )


def _nowhere() -> Intake:
    return Intake(mentions=_Nowhere(), urgent=_Nowhere(), dead_letters=_Nowhere(), trips=trips)


class _Nowhere:
    def send(self, messages: Sequence[object]) -> tuple[int, ...]:
        return ()

    def park(self, body: str, *, group: str, reason: str, field: str, at: datetime) -> None:
        print(f"would be parked: {reason}", file=sys.stderr)
