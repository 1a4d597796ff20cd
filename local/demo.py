"""`make demo`: ninety minutes of a crisis in seconds, and what Vigie made of them."""

import sys
import time
from datetime import timedelta
from pathlib import Path

from local.inbox import Delivery
from local.people import give_token
from local.replay import ROOT, Replay, open_stream, replayed
from local.report import is_sound, report_of
from local.snapshot import Snapshot
from local.summary import progress_line, summary

STREAM = ROOT / "events" / "streams" / "demo.jsonl"
# Whoever is on duty is slow about the first incident, so that the ladder is seen to climb; nobody
# is slow about a person in danger.
SLOW, QUICK = timedelta(minutes=26), timedelta(minutes=2)
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


class Duty:
    """The demo's people: late for the first incident, quick for the later ones."""

    def __init__(self) -> None:
        self._first = ""

    def __call__(self, delivery: Delivery) -> timedelta:
        """See `local.people.Patience`."""
        incident = str(delivery.attributes["incident"])
        self._first = self._first or incident
        return SLOW if incident == self._first else QUICK


def close_up(replay: Replay) -> None:
    """Half an hour later somebody of the team resolves what is over, through the API."""
    cloud = replay.cloud
    cloud.advance(minutes=30)
    token = give_token(cloud, "lead-1")
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    for incident in Snapshot(cloud).incidents():
        cloud.http("POST", f"/incidents/{incident.id}/resolve", headers, "{}")
    cloud.advance(seconds=10)


def main(stream: Path = STREAM) -> int:
    """Replay the demo; 0 when everything adds up."""
    print("Vigie demo: the deployed template on this machine, no AWS account, no network.")
    print(f"Replaying {stream.relative_to(ROOT)} on a virtual clock; whoever acknowledges and")
    print("resolves is simulated …\n", flush=True)
    with (
        open_stream(str(stream)) as source,
        replayed(source, patience=Duty(), progress=Ticker()) as replay,
    ):
        close_up(replay)
        report = report_of(replay, Snapshot(replay.cloud))
    print()
    print(summary(report))
    if not is_sound(report):
        print("\nSomething is wrong above: see failures, denied or unaccounted.", file=sys.stderr)
        return 1
    print("\nNext: `make run` keeps the same stack up with its incidents page on localhost;")
    print("docs/replay.md replays a stream of your own.")
    return 0
