"""`make demo`: ninety minutes of a crisis in seconds, and what Vigie made of them."""

import sys
import time
from datetime import timedelta
from pathlib import Path

from local.inbox import Delivery
from local.replay import ROOT, Replay, open_stream, replayed
from local.report import is_sound, report_of
from local.snapshot import Snapshot
from local.summary import progress_line, summary

STREAM = ROOT / "events" / "streams" / "demo.jsonl"
# Whoever is on duty is slow about the breakdown, so that the ladder is seen to climb; nobody is
# slow about a person in danger.
SLOW, QUICK = timedelta(minutes=12), timedelta(minutes=2)
EVERY = 2.0


class Ticker:
    """Prints where the replay stands every two seconds, and whenever somebody is paged first."""

    def __init__(self) -> None:
        self._told_at = time.monotonic()
        self._paged: set[str] = set()

    def __call__(self, replay: Replay) -> None:
        """See `local.replay.Progress`."""
        deliveries = replay.cloud.inbox.deliveries
        for delivery in deliveries:
            incident = str(delivery.attributes["incident"])
            if incident not in self._paged:
                self._paged.add(incident)
                attributes = delivery.attributes
                print(
                    f"  {delivery.at:%H:%M:%S}  {str(attributes['severity']).upper()} "
                    f"{attributes['kind']}: {delivery.audience} is paged by {delivery.channel}",
                    flush=True,
                )
        if time.monotonic() - self._told_at >= EVERY:
            self._told_at = time.monotonic()
            at = replay.cloud.clock.now()
            print(
                progress_line(at, replay.accepted.received, len(self._paged), len(deliveries)),
                flush=True,
            )


def patience(delivery: Delivery) -> timedelta:
    """How long the demo's people take to acknowledge."""
    return SLOW if delivery.attributes["kind"] == "outage" else QUICK


def main(stream: Path = STREAM) -> int:
    """Replay the demo; 0 when everything adds up."""
    print("Vigie demo: the deployed template on this machine, no AWS account, no network.")
    print(f"Replaying {stream.relative_to(ROOT)} on a virtual clock …\n", flush=True)
    with (
        open_stream(str(stream)) as source,
        replayed(source, patience=patience, progress=Ticker()) as replay,
    ):
        report = report_of(replay, Snapshot(replay.cloud))
    print()
    print(summary(report))
    if not is_sound(report):
        print("\nSomething is wrong above: see failures, denied or unaccounted.", file=sys.stderr)
        return 1
    print("\nNext: `make run` keeps the same stack up with its incidents page on localhost;")
    print("docs/replay.md replays a stream of your own.")
    return 0
