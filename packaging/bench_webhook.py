"""How long ingest_webhook works on a request, through Lambda's Runtime Interface Emulator.

The built function runs on one core against the local stack's AWS. Its own log line says how long a
request took without the calls to AWS (`own_ms`), which is what X waits for in addition to them.
Prints JSON; exits 1 when the 99th percentile is over 50 ms.

    python packaging/bench_webhook.py [REQUESTS]
"""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from artefacts import ROOT, functions, says_which
from check_rie import emulator, environment_of, invoke, local_stack, running

from local.fake_x_webhook import an_event, signed

LIMIT_MS = 50.0
STAGE = "ingest_webhook"
SECRET = "local"
SAMPLE = json.loads((ROOT / "events" / f"{STAGE}.json").read_text(encoding="utf-8"))
WORDS = "the network is down again in the whole street, who knows why? "


def requests(number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """What X sends on a busy day: mentions mostly, long posts, and strangers in between."""
    for n in range(number):
        kind = "forged" if n % 10 == 9 else "long" if n % 20 == 4 else "mention"
        text = "@acme " + WORDS * (1 if kind != "long" else 400)
        body = json.dumps(event_about(n, text))
        yield kind, delivery(body, SECRET if kind != "forged" else "guess")
    yield (
        "challenge",
        SAMPLE
        | {
            "requestContext": {"http": {"method": "GET"}},
            "rawQueryString": "crc_token=" + "a" * 20,
        },
    )


def event_about(number: int, text: str) -> dict[str, Any]:
    """A mention with all that X sends along: counts, users, and the post once more."""
    post_id = str(2_042_700_000_100_000_000 + number)
    counts = {f"{it}_count": 0 for it in ("retweet", "reply", "like", "quote", "bookmark")}
    post = {
        "id": post_id,
        "edit_history_tweet_ids": [post_id],
        "text": text[:280],
        "note_tweet": {"text": text},
        "author_id": "1500000001",
        "created_at": "2026-11-22T03:00:00.000Z",
        "lang": "en",
        "entities": {"mentions": [{"start": 0, "end": 5, "username": "acme", "id": "1000000001"}]},
        "public_metrics": counts | {f"{name}_str": "0" for name in counts},
    }
    users = tuple(
        {
            "id": user_id,
            "username": f"user_{user_id}",
            "description": WORDS * 3,
            "public_metrics": {"followers_count": 97, "followers_count_str": "97"},
        }
        for user_id in ("1500000001", "1000000001")
    )
    event = an_event("post.mention.create", post, about="1000000001", users=users)
    event["data"]["includes"]["tweets"] = [post]
    return event


def delivery(body: str, secret: str) -> dict[str, Any]:
    """The body as API Gateway hands it over."""
    headers = SAMPLE["headers"] | signed(body.encode(), secret)
    return SAMPLE | {"headers": headers, "body": body}


def measured(output: str) -> list[tuple[float, float]]:
    """(own, waited) in milliseconds of each request, in order, from the function's log."""
    lines = [json.loads(it) for it in output.splitlines() if it.startswith('{"level"')]
    return [(it["own_ms"], it["waited_ms"]) for it in lines if "own_ms" in it]


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def figures(kinds: list[str], times: list[tuple[float, float]], elapsed: float) -> dict[str, Any]:
    """What is printed. The first request is the cold start and stands alone."""
    warm = list(zip(kinds, times, strict=True))[1:]
    own = [it[0] for _, it in warm]
    by_kind = {
        kind: round(percentile([it[0] for each, it in warm if each == kind], 0.99), 2)
        for kind in sorted({kind for kind, _ in warm})
    }
    return {
        "requests": len(kinds),
        "own_ms": {
            "p50": round(statistics.median(own), 2),
            "p99": round(percentile(own, 0.99), 2),
            "max": round(max(own), 2),
            "p99_by_kind": by_kind,
        },
        "cold_start_own_ms": times[0][0],
        "calls_to_aws_ms_p50": round(statistics.median(it[1] for _, it in warm), 2),
        "requests_per_s_one_copy": round(len(kinds) / elapsed),
        "limit_ms": LIMIT_MS,
        "python": says_which(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, one used",
    }


def main(number: int) -> int:
    (function,) = [it for it in functions() if it.stage == STAGE]
    with local_stack() as (cloud, endpoint, _):
        given = dict(cloud.function(STAGE).environment)
        environment = environment_of(function, given, endpoint)
        with running(function, emulator(), environment, ("taskset", "-c", "0")) as (port, output):
            asked = list(requests(number))
            began = time.monotonic()
            for kind, request in asked:
                answer = invoke(port, request)
                expected = 401 if kind == "forged" else 200
                if answer.get("statusCode") != expected:
                    sys.exit(f"{kind}: {answer}")
            elapsed = time.monotonic() - began
            times = measured(Path(output).read_text(encoding="utf-8", errors="replace"))
    result = figures([kind for kind, _ in asked], times, elapsed)
    print(json.dumps(result, indent=1))
    return 0 if result["own_ms"]["p99"] < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
