"""The surge detector on labelled series of real brands and on made-up ones: JSON, and tables and
pictures for docs/detection.md.

    python -m local.bench.surge [DATA] [--write]

DATA holds NAB's realTweets (Twitter_volume_*.csv and windows.json). Without it the made-up brands
alone are measured.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import fmean
from time import process_time
from typing import Any

from local.bench import nab
from local.bench.surge_picture import bars, series_picture
from local.bench.surge_sim import BIN, START, SURGES, World, absorbed, optimum, rhythm, watch
from vigie.domain.surge import threshold, update

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "detection.md"
PICTURES = ROOT / "docs" / "pictures"
BEGIN, END = "<!-- figures: made by `make bench-surge` -->", "<!-- end of figures -->"

# The brands that thresholds are set on; any others in DATA are scored at those thresholds.
SET_ON = ("AAPL", "AMZN", "CRM", "CVS", "FB")
A_DAY = 1 / 30
RATES = (0.5, 1, 2, 4)
TEXTBOOK = World(mean=5, size=2)
BRANDS = {
    "quiet: 0.1 a minute": World(mean=0.5, daily=0.5),
    "0.1 a minute, in bursts": World(mean=0.5, size=2),
    "1 a minute, day and week": World(mean=5, size=2, daily=0.7, weekend=0.7),
    "loud: 50 a minute, day and week": World(mean=250, size=20, daily=0.7, weekend=0.7),
    "50 a minute, no rhythm": World(mean=250, size=20),
}

Scored = list[tuple[nab.Labelled, list[float]]]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.bench.surge")
    parser.add_argument("data", type=Path, nargs="?", help="folder of NAB's realTweets")
    parser.add_argument("--write", action="store_true", help="into docs/detection.md")
    given = parser.parse_args(arguments)
    found: dict[str, Any] = {"made_up": _made_up(), "update": _cost()}
    pictures = {"detection-delay.svg": _delay_picture(found["made_up"])}
    if given.data is not None:
        scored = [(series, nab.run(update, series)) for series in nab.load(given.data)]
        found["nab"] = _nab(scored)
        for series, scores in scored:
            raised = nab.alarms(series, scores, threshold(1))
            pictures[f"detection-{series.name.lower()}.svg"] = series_picture(series, raised)
    print(json.dumps(found, indent=2))
    if given.write:
        for name, picture in pictures.items():
            (PICTURES / name).write_text(picture, encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
        before, after = page.partition(BEGIN)[0], page.partition(END)[2]
        text = "\n".join(_page(found, pictures))
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
    return 0


def _nab(scored: Scored) -> dict[str, Any]:
    own = [pair for pair in scored if pair[0].name in SET_ON] or scored
    others = [pair for pair in scored if pair not in own]
    reached, at = nab.best(own)
    calm = nab.quiet(own, A_DAY)
    chance = Random(4)
    drawn = sorted(nab.best(chance.choices(own, k=len(own)))[0] for _ in range(60))
    found: dict[str, Any] = {
        "brands": {series.name: round(fmean(series.counts), 1) for series, _ in scored},
        "set_on": [series.name for series, _ in own],
        "standard": round(reached, 1),
        "threshold": round(at, 2),
        "each_left_out": _left_out(own),
        "bootstrap_90": [round(drawn[3], 1), round(drawn[-4], 1)],
        "one_a_month": _counted(own, calm) | {"threshold": round(calm, 2)},
        "alarms": {str(rate): _counted(own, threshold(rate)) for rate in RATES},
    }
    if others:
        found["others"] = {
            "standard": round(nab.score(others, at), 1),
            "all_own_threshold": round(nab.best(scored)[0], 1),
            "one_a_month": _counted(others, calm),
        }
    return found


def _left_out(scored: Scored) -> float:
    """Each brand at the threshold that the others set, together."""
    total = windows = 0.0
    for number, (series, scores) in enumerate(scored):
        at = nab.best(scored[:number] + scored[number + 1 :] or scored)[1]
        total += nab.raw(series, scores, at)
        windows += len(series.windows)
    return round(100 * (total + windows) / (2 * windows), 1)


def _counted(scored: Scored, at: float) -> dict[str, Any]:
    hit = outside = 0
    for series, scores in scored:
        first, others = nab.split(series, nab.alarms(series, scores, at))
        hit, outside = hit + len(first), outside + len(others)
    days = sum(series.days for series, _ in scored)
    return {
        "score": round(at, 2),
        "windows": sum(len(series.windows) for series, _ in scored),
        "hit": hit,
        "outside": outside,
        "outside_a_day": round(outside / days, 3),
    }


def _made_up() -> dict[str, Any]:
    seen = watch(TEXTBOOK, brands=120, learned=21, days=60, every=60, seed=1, draws=5)
    at = seen.threshold(1)
    found: dict[str, Any] = {"textbook": {"score_for_one_a_month": round(at, 2), "surges": {}}}
    for times in SURGES:
        least, ours = optimum(TEXTBOOK, times), seen.delay(times, at)
        found["textbook"]["surges"][str(times)] = {
            "bins": round(ours, 2),
            "optimum": round(least, 2),
            "ratio": round(ours / least, 2),
            "at_threshold_1": round(seen.delay(times, threshold(1)), 1),
        }
    found["textbook"]["a_month_at_threshold_1"] = round(seen.a_month(threshold(1)), 2)
    found["brands"] = {
        name: {f"from day {learned}": _watched(world, learned) for learned in (3, 21)}
        for name, world in BRANDS.items()
    }
    found["absorbed"] = {
        f"{mean:g} x{times}": dict(zip(("days", "alarms"), absorbed(mean, times), strict=True))
        for mean, times in ((5, 3), (50, 2))
    }
    found["rhythm"] = {
        str(days): dict(zip(("daily", "weekly"), (round(x, 2) for x in rhythm(days)), strict=True))
        for days in (7, 14, 28, 56)
    }
    return found


def _watched(world: World, learned: int) -> dict[str, Any]:
    seen = watch(world, brands=10, learned=learned, days=18, every=3, seed=2)
    at = threshold(1)
    return {
        "alarms_a_month": round(seen.a_month(at), 2),
        "minutes": {str(times): round(5 * seen.delay(times, at)) for times in SURGES},
        "missed": {str(times): round(seen.missed(times, at), 2) for times in SURGES},
    }


def _cost() -> dict[str, Any]:
    state, chance, most = None, Random(3), 0
    counts = [BRANDS["1 a minute, day and week"].draw(chance, place) for place in range(20_000)]
    start = process_time()
    for place, count in enumerate(counts):
        state, _ = update(state, START + place * BIN, count)
    taken = process_time() - start
    for place, count in enumerate(counts[:5000]):
        state, _ = update(state, START + timedelta(days=80) + place * BIN, count)
        most = max(most, len(json.dumps(state))) if place % 50 == 0 else most
    return {"microseconds": round(1e6 * taken / len(counts), 1), "state_bytes": most}


def _delay_picture(made_up: dict[str, Any]) -> str:
    surges = made_up["textbook"]["surges"]
    return bars(
        "minutes until the alarm, at one false alarm a month",
        [f"×{times}" for times in surges],
        {
            "the least possible": [5 * each["optimum"] for each in surges.values()],
            "measured": [5 * each["bins"] for each in surges.values()],
        },
    )


def _page(found: dict[str, Any], pictures: dict[str, str]) -> list[str]:
    lines = _nab_lines(found["nab"]) if "nab" in found else []
    made_up = found["made_up"]
    lines += [
        "### Delay against theory",
        "",
        "5 mentions a bin, negative binomial r = 2, learned for 21 days; 120 brands, calm for 60",
        "days more. The optimum is a CUSUM that knows the usual and the size of the surge and",
        "alarms as often in calm: once in 30 days, which the detector does at a score of "
        f"{made_up['textbook']['score_for_one_a_month']}.",
        "",
        "| surge | optimum | measured | ratio | at `threshold(1)` |",
        "|---|---|---|---|---|",
        *(
            f"| ×{times} | {5 * each['optimum']:.0f} min | {5 * each['bins']:.0f} min "
            f"| {each['ratio']:.2f} | {5 * each['at_threshold_1']:.0f} min |"
            for times, each in made_up["textbook"]["surges"].items()
        ),
        "",
        "![minutes until the alarm](pictures/detection-delay.svg)",
        "",
        "### Quiet and loud brands, at `threshold(1)`",
        "",
        "Ten made-up brands each, watched for 18 days; minutes are means in which a surge missed",
        "for a day counts as a day. Day and week: a swing of ×4 within the day, weekends at 0.7.",
        "",
        "| brand | learned | false alarms a month | ×2 | ×3 | ×5 | missed ×2, ×3, ×5 |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, rows in made_up["brands"].items():
        for since, row in rows.items():
            minutes = " | ".join(f"{each} min" for each in row["minutes"].values())
            missed = ", ".join(f"{each:.0%}" for each in row["missed"].values())
            lines.append(f"| {name} | {since} | {row['alarms_a_month']} | {minutes} | {missed} |")
    days = " and ".join(
        f"{each['days']:.1f} days ({name} a bin, {each['alarms']} alarms in 60 days)"
        for name, each in made_up["absorbed"].items()
    )
    lines += [
        "",
        f"A new level that stays is three quarters learned after {days}.",
        "",
        "| days seen | of the daily rhythm learned | of the weekly |",
        "|---|---|---|",
        *(
            f"| {number} | {each['daily']:.0%} | {each['weekly']:.0%} |"
            for number, each in made_up["rhythm"].items()
        ),
        "",
        f"One update takes {found['update']['microseconds']} µs; the state is at most "
        f"{found['update']['state_bytes']} bytes of JSON.",
    ]
    shown = [name for name in pictures if name != "detection-delay.svg"]
    if shown:
        lines += ["", "### The series, labelled windows (grey) and alarms at `threshold(1)`", ""]
        lines += [f"![{name[10:-4].upper()}](pictures/{name})" for name in shown]
    return lines


def _nab_lines(found: dict[str, Any]) -> list[str]:
    low, high = found["bootstrap_90"]
    lines = [
        "### Real brands: NAB realTweets",
        "",
        f"Set on {', '.join(found['set_on'])}: the same brands that the constants were chosen on.",
        "",
        "| | |",
        "|---|---|",
        f"| standard profile, one threshold for all ({found['threshold']}) | {found['standard']} |",
        f"| each brand at the threshold that the others set | {found['each_left_out']} |",
        f"| 90 % of draws of brands | {low} to {high} |",
    ]
    if "others" in found:
        others = found["others"]
        month = others["one_a_month"]
        lines += [
            f"| other brands, at that threshold | {others['standard']} |",
            f"| all, best threshold | {others['all_own_threshold']} |",
            f"| others, one alarm a month set on these | {month['hit']} of {month['windows']} "
            f"windows, {month['outside_a_day']} outside a day |",
        ]
    return [
        *lines,
        "",
        "| operator's rate a month | score | windows found | alarms outside | a brand and day |",
        "|---|---|---|---|---|",
        *(
            f"| {rate} | {row['score']} | {row['hit']} of {row['windows']} | {row['outside']} "
            f"| {row['outside_a_day']} |"
            for rate, row in found["alarms"].items()
        ),
        "",
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
