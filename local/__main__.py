"""`python -m local demo | run | replay | dead-letters | erase | bench`."""

import argparse
import json
import sys
from datetime import timedelta
from pathlib import Path

try:
    from vigie.admin.arguments import add_erasure
    from vigie.errors import VigieError
    from vigie.planning.problems import WrongPlan
except ModuleNotFoundError:
    sys.exit("run `make demo` once, then use its Python: .venv/bin/python -m local …")

FASTEST = 10_000


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit status (2 for input that cannot be used)."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (ValueError, OSError, VigieError, WrongPlan) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="replay the demo stream and explain the result")
    demo.set_defaults(run=_demo)

    replay = commands.add_parser("replay", help="replay a stream of X API v2 responses")
    replay.add_argument("file", help="JSON lines, one response or post each; .gz; - for stdin")
    replay.add_argument("--plan", type=Path, help="a plan.yaml, or a compiled plan.json")
    replay.add_argument("--brand", help="take every post as a mention of this brand")
    replay.add_argument(
        "--speed",
        default="max",
        type=_speed,
        help="max (default: virtual clock), realtime, or N times real time",
    )
    replay.add_argument("--report", type=Path, help="where to write the report as JSON")
    replay.add_argument(
        "--acknowledge-after",
        type=_duration,
        metavar="DURATION",
        help="somebody acknowledges each incident so long after its first page (90s, 5m, 1h)",
    )
    replay.set_defaults(run=_replay)

    run = commands.add_parser("run", help="keep the stack up on 127.0.0.1")
    run.add_argument("--port", type=int, default=8080, help="of the HTTP API (default 8080)")
    run.add_argument("--aws-port", type=int, default=5005, help="of the emulated AWS (5005)")
    run.add_argument("--plan", type=Path)
    run.add_argument("--x-port", type=int, default=8090, help="of the stub of X (8090)")
    run.add_argument("--stream", type=Path, help="what the stub of X plays (the demo's stream)")
    run.add_argument(
        "--skip",
        type=_duration,
        help="begin so far into the stream, such as 5m (the demo: 28m)",
    )
    run.set_defaults(run=_run)

    letters = commands.add_parser("dead-letters", help="of a stack that `run` keeps up")
    letters.add_argument("action", choices=["list", "show", "redrive"])
    letters.add_argument("--queue", help="one dead-letter queue (default: all)")
    letters.add_argument("--id", help="one message")
    letters.add_argument("--aws-port", type=int, default=5005)
    letters.set_defaults(run=_dead_letters)

    erase = commands.add_parser("erase", help="erase posts of a stack that `run` keeps up")
    add_erasure(erase)
    erase.add_argument("--aws-port", type=int, default=5005)
    erase.set_defaults(run=_erase)

    bench = commands.add_parser("bench", help="measure, print JSON, write docs/performance.md")
    bench.add_argument("--only", help="one measurement")
    bench.add_argument("--write", action="store_true", help="write docs/performance.md")
    bench.set_defaults(run=_bench)
    return parser


def _demo(options: argparse.Namespace) -> int:
    from local.demo import main as demo

    return demo()


def _replay(options: argparse.Namespace) -> int:
    from local.demo import Ticker
    from local.replay import PLAN, open_stream, replayed
    from local.report import is_sound, report_of
    from local.snapshot import Snapshot
    from local.summary import summary

    wait = options.acknowledge_after
    with (
        open_stream(options.file) as source,
        replayed(
            source,
            plan_file=options.plan or PLAN,
            brand=options.brand,
            speed=options.speed,
            patience=(lambda delivery: wait) if wait else None,
            progress=Ticker(),
        ) as replay,
    ):
        report = report_of(replay, Snapshot(replay.cloud, lean=True))
    if options.report:
        text = json.dumps(report, indent=1, ensure_ascii=False)
        options.report.write_text(text + "\n", encoding="utf-8")
    print(summary(report))
    return 0 if is_sound(report) else 1


def _run(options: argparse.Namespace) -> int:
    from local.serve import Ports, serve

    return serve(
        ports=Ports(api=options.port, aws=options.aws_port, x=options.x_port),
        plan=options.plan,
        stream=options.stream,
        skip=options.skip,
    )


def _dead_letters(options: argparse.Namespace) -> int:
    from local.parked import command

    return command(options.action, options.aws_port, options.queue, options.id)


def _erase(options: argparse.Namespace) -> int:
    from local.erase import command

    return command(options)


def _bench(options: argparse.Namespace) -> int:
    from local.bench.all import main as bench

    return bench(only=options.only, write=options.write)


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    if text == "realtime":
        return 1.0
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= FASTEST:
        raise argparse.ArgumentTypeError(
            f"{text}: expected max, realtime or a number up to {FASTEST}"
        )
    return speed


def _duration(text: str) -> timedelta:
    from vigie.planning.durations import parse_duration

    duration = parse_duration(text)
    if duration is None:
        raise argparse.ArgumentTypeError(f"{text}: expected a duration such as 90s, 5m or 1h")
    return duration


if __name__ == "__main__":
    sys.exit(main())
