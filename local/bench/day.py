"""A recorded day of 100,000 posts through `python -m local replay`: memory and rate over time.

    python -m local bench --only day --write   measures (a quarter of an hour), writes its page
    python -m local.bench.day > day.jsonl      writes the stream

The replay runs in a process of its own and reads the day from a pipe, so that what it has taken
and how much memory it holds can be looked at from outside while it runs.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from local.bench.posts import CRY, ORDINARY, START, a_plan, a_post, handle

POSTS = 100_000
BRANDS = 3
MINUTES = 24 * 60
# (from minute, to minute, how many times as busy as the rest of the day)
STORMS = ((9 * 60, 10 * 60, 25), (19 * 60, 20 * 60 + 30, 25))
CRY_EVERY = timedelta(hours=3)
CALM = (ORDINARY[0], ORDINARY[4])
# Hours without a storm, at the day's two ends: what the same work costs, early and late.
EARLY, LATE = (1, 8), (21, 24)
# Late rate over early rate, and KB that a post leaves behind: what still counts as steady and
# bounded. The report itself names every post of an incident.
LEAST_STEADINESS = 0.8
MOST_KB_A_POST = 1.0


def lines(posts: int = POSTS, seed: int = 1) -> Iterator[bytes]:
    """The day, one response a line: the posts of a second, the newest first."""
    chance = Random(seed)
    weights = [
        next((busy for begin, end, busy in STORMS if begin <= minute < end), 1)
        for minute in range(MINUTES)
    ]
    written, owed = 0, 0.0
    for minute, weight in enumerate(weights):
        owed += posts * weight / sum(weights)
        number = round(owed) - written
        written += number
        seconds = sorted(chance.randrange(60) for _ in range(number))
        yield from _minute(minute, seconds, stormy=weight > 1, chance=chance)


def _minute(minute: int, seconds: list[int], *, stormy: bool, chance: Random) -> Iterator[bytes]:
    for second in dict.fromkeys(seconds):
        at = START + timedelta(minutes=minute, seconds=second)
        page = []
        for _ in range(seconds.count(second)):
            texts = ORDINARY if stormy or chance.random() < 0.01 else CALM
            # A storm is one brand's.
            brand = f"brand-{0 if stormy else chance.randrange(BRANDS)}"
            page.append(a_post(at, chance.choice(texts).format(brand=handle(brand))))
        if timedelta(minutes=minute) % CRY_EVERY == timedelta(0) and second == seconds[0]:
            page[0]["text"] = CRY.format(brand=handle("brand-1"))
        yield json.dumps({"data": page[::-1]}).encode() + b"\n"


def day(posts: int = POSTS) -> dict[str, Any]:
    """Replay the day; `hours` are its samples, at the end of each hour of the stream."""
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
        plan, report = Path(folder) / "plan.json", Path(folder) / "report.json"
        plan.write_text(a_plan(BRANDS), encoding="utf-8")
        child = subprocess.Popen(
            [
                *(sys.executable, "-m", "local", "replay", "-", "--plan", str(plan)),
                *("--report", str(report), "--acknowledge-after", "5m"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        begun = time.monotonic()
        hours = _fed(child, posts)
        status = child.wait()
        found = json.loads(report.read_text(encoding="utf-8"))
    return {
        "posts": posts,
        "sound": status == 0,
        "accepted": found["mentions"]["accepted"],
        "unaccounted": found["mentions"]["unaccounted"],
        "incidents": len(found["incidents"]),
        "pages": len(found["pages"]),
        "aws_requests": sum(found["aws_requests"].values()),
        "wall_seconds": round(time.monotonic() - begun),
        "cpu_seconds": hours[-1]["cpu_s"],
        "peak_mb": _peak_mb(),
        "hours": hours,
        "posts_a_cpu_second": {"early": _rate(hours, *EARLY), "late": _rate(hours, *LATE)},
        "steadiness": round(_rate(hours, *LATE) / _rate(hours, *EARLY), 2),
        "least_steadiness": LEAST_STEADINESS,
        "kb_a_post": _growth(hours),
        "most_kb_a_post": MOST_KB_A_POST,
    }


def page(figures: dict[str, Any]) -> str:
    """docs/performance-day.md, whole."""
    found = figures["day"]
    rates = found["posts_a_cpu_second"]
    rows = [
        (
            "posts accepted / unaccounted",
            f"{found['accepted']:,} / {found['unaccounted']}",
            "– / 0",
        ),
        ("requests to AWS", f"{found['aws_requests']:,}", "–"),
        ("memory at most", f"{found['peak_mb']} MB", "–"),
        ("memory that a post leaves behind", f"{found['kb_a_post']} KB", found["most_kb_a_post"]),
        ("posts a CPU second, hours 2 to 8", rates["early"], "–"),
        ("posts a CPU second, hours 22 to 24", rates["late"], "–"),
        ("late over early", found["steadiness"], f"at least {found['least_steadiness']}"),
        ("CPU seconds / wall seconds", f"{found['cpu_seconds']} / {found['wall_seconds']}", "–"),
    ]
    return "\n".join(
        [
            "# A recorded day",
            "",
            "Made by `python -m local bench --only day --write`; do not edit. "
            f"{found['posts']:,} posts over 24 hours, two storms among them, as a stream for "
            "`python -m local replay -` on a virtual clock "
            f"({figures['machine']}, Python {figures['python']}). Rates are by the replay's own "
            "CPU time. A quiet hour costs more a post than a storm: posts come one by one, and "
            "nothing is packed.",
            "",
            "| figure | measured | at most |",
            "|---|---|---|",
            *[f"| {name} | {value} | {limit} |" for name, value, limit in rows],
            "",
            "| after hour | posts | CPU s | MB held |",
            "|---|---|---|---|",
            *[
                f"| {n} | {hour['posts']:,} | {hour['cpu_s']} | {hour['mb']} |"
                for n, hour in enumerate(found["hours"], start=1)
            ],
            "",
        ]
    )


def _fed(child: subprocess.Popen[bytes], posts: int) -> list[dict[str, float]]:
    assert child.stdin is not None
    hours: list[dict[str, float]] = []
    given = 0
    for line in lines(posts):
        at = datetime.fromisoformat(json.loads(line)["data"][0]["created_at"])
        while at - START >= timedelta(hours=len(hours) + 1):
            hours.append(_sample(child.pid, given))
        child.stdin.write(line)
        child.stdin.flush()
        given += line.count(b'"author_id"')
    hours.append(_sample(child.pid, given))
    child.stdin.close()
    return hours


def _sample(pid: int, posts: int) -> dict[str, float]:
    """Posts taken, CPU seconds used and MB held; from /proc, which Linux alone has."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])  # user and system
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    (held,) = [line for line in status if line.startswith("VmRSS")]
    sample = {
        "posts": posts,
        "cpu_s": round(ticks / os.sysconf("SC_CLK_TCK"), 1),
        "mb": round(int(held.split()[1]) / 1024),
    }
    print(sample, file=sys.stderr, flush=True)
    return sample


def _peak_mb() -> int:
    return round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


def _rate(hours: list[dict[str, float]], begin: int, end: int) -> float:
    """Posts a second of the replay's own CPU time: others on the machine do not change it."""
    first, last = hours[begin - 1], hours[end - 1]
    return round((last["posts"] - first["posts"]) / (last["cpu_s"] - first["cpu_s"]), 1)


def _growth(hours: list[dict[str, float]]) -> float:
    """Memory that a post leaves behind once the first storm has filled what is reused, in KB."""
    first, last = hours[10], hours[-1]
    return round((last["mb"] - first["mb"]) * 1024 / (last["posts"] - first["posts"]), 2)


if __name__ == "__main__":
    for _line in lines():
        sys.stdout.buffer.write(_line)
