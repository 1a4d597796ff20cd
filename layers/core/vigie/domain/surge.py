"""A brand's number of mentions per bin becomes a score: how far it is out of that brand's usual.

One call per bin of five minutes, in the order of time, empty bins included. The state is plain
JSON and holds all that was learned; nothing is changed in place, so an open bin may be scored on
the side as often as wanted.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

BIN = timedelta(minutes=5)
# Until then a score says little: "learning".
LEARNING = timedelta(days=3)

_VERSION = 1
_DAY = 86400.0
_BINS = _DAY / BIN.total_seconds()

# Expected count = exp(level + hour); memories in days.
_LEVEL_DAYS = 5.0
_HOUR_DAYS = 60.0
# Surges that the sums of evidence are made for, and what these forget and lose in a bin.
_TIMES = (2.0, 4.0, 8.0)
_KEEP = 0.97
_DRIFT = 0.1
_SMOOTH = 0.2
# The tail of each statistic begins where one value in a hundred lies above.
_TAIL = 0.01
# What an alarm must exceed the last height by, and how fast that height is forgotten.
_HIGHER = 1.25
_HEIGHT_DAYS = 1.0

State = dict[str, Any]


def threshold(alarms_per_month: float) -> float:
    """From which score on to raise an alarm for at most so many false ones a brand and 30 days."""
    if not alarms_per_month > 0:
        raise ValueError(
            f"alarms_per_month is {alarms_per_month!r}: a rate above 0 is expected, such as 1"
        )
    return 2.5 - 0.55 * math.log10(alarms_per_month)


def update(state: State | None, at: datetime, count: float) -> tuple[State, float]:
    """The state after the bin that begins `at` had `count` mentions, and that bin's score.

    `at` without an offset is taken for UTC. A bin at or before the last one counts as the next.
    """
    if not (math.isfinite(count) and count >= 0):
        raise ValueError(f"count is {count!r}: a finite number of mentions, 0 or more, is expected")
    seconds = _seconds(at)
    if state is None:
        state = _fresh(seconds, count)
    after = dict(state)
    elapsed = min(max(seconds - after["at"], 1.0), _DAY)
    after["at"] = max(seconds, after["at"])
    hour = _hour(seconds)
    mean = _mean(after, hour)

    after["short"] += _SMOOTH * (count - after["short"])
    after["sums"] = _sums(after["sums"], count, mean, 1 / after["spread"])
    deviance, after["tails"] = _deviance(after["short"], mean, 1 / after["spread"]), []
    score = 0.0
    for tail, value in zip(state["tails"], (deviance, max(after["sums"])), strict=True):
        rarity, learned = _rarity(tail, value)
        after["tails"].append(learned)
        score += rarity / 2
    _learn(after, hour, count, mean)

    height = after["height"] * math.exp(-elapsed / _DAY / _HEIGHT_DAYS)
    after["height"] = max(height, score)
    return after, score if score > _HIGHER * height else 0.0


def usual(state: State, at: datetime) -> float:
    """How many mentions the bin that begins `at` would have on a usual day."""
    return _mean(state, _hour(_seconds(at)))


def _seconds(at: datetime) -> float:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _hour(seconds: float) -> int:
    return int(seconds % _DAY // 3600)


def _fresh(seconds: float, count: float) -> State:
    return {
        "v": _VERSION,
        "at": seconds - BIN.total_seconds(),
        "n": 0,
        "level": math.log(count + 1),
        "hours": [0.0] * 24,
        "seen": [0] * 24,
        "hour": -1,
        "noise": 0.3,
        "spread": 0.3,
        "short": count,
        "sums": [0.0] * len(_TIMES),
        "tails": [[1.0, 1.0, 0], [1.0, 1.0, 0]],
        "height": 0.0,
    }


def _mean(state: State, hour: int) -> float:
    return max(math.exp(state["level"] + state["hours"][hour]) - 1, 0.05)


def _deviance(count: float, mean: float, size: float) -> float:
    """Signed root of the deviance of a negative binomial with `mean` and `size`."""
    half = -(size + count) * math.log((size + count) / (size + mean))
    if count > 0:
        half += count * math.log(count / mean)
    return math.copysign(math.sqrt(max(2 * half, 0.0)), count - mean)


def _sums(sums: list[float], count: float, mean: float, size: float) -> list[float]:
    """Leaky sums of the evidence for each of `_TIMES` (Page 1954, negative binomial)."""
    grown = []
    for times, total in zip(_TIMES, sums, strict=True):
        more = (size + times * mean) / (size + mean)
        gain = count * math.log(times / more) - size * math.log(more)
        grown.append(min(max((total + gain) * _KEEP - _DRIFT, 0.0), 1e6))
    return grown


def _rarity(tail: list[float], value: float) -> tuple[float, list[float]]:
    """-log10 of how often this brand shows such a value, and the tail with it learned.

    Exponential above a running 99 % quantile (peaks over threshold, Siffer et al. 2017).
    """
    edge, scale, seen = tail
    beyond = value - edge
    rarity = -math.log10(_TAIL) + beyond / scale / math.log(10) if beyond > 0 else 0.0
    seen += 1
    step = 20 * max(1 / 8000, 1 / (seen + 5)) * max(abs(edge), 0.5)
    if beyond > 0:
        weight = max(1 / 100, 1 / (seen * _TAIL + 5))
        scale += weight * (min(beyond, 3 * scale) - scale)
        edge += step * (1 - _TAIL)
    else:
        edge -= step * _TAIL
    return rarity, [edge, max(scale, 0.05), seen]


def _learn(after: State, hour: int, count: float, mean: float) -> None:
    """Level, rhythm and spread, with what is far out pulled in to two standard deviations."""
    miss = math.log(count + 1) - after["level"] - after["hours"][hour]
    limit = 2 * math.sqrt(after["noise"])
    pulled = min(max(miss, -limit), limit)
    after["n"] += 1
    after["level"] += max(1 / (_LEVEL_DAYS * _BINS), 1 / after["n"]) * pulled
    hours, seen = list(after["hours"]), list(after["seen"])
    seen[hour] += 1
    hours[hour] += max(24 / (_HOUR_DAYS * _BINS), 1 / (seen[hour] + 200)) * pulled * 0.7
    if hour != after["hour"]:
        centre = sum(hours) / 24
        hours = [each - centre for each in hours]
        after["level"] += centre
    after |= {"hours": hours, "seen": seen, "hour": hour}
    weight = max(1 / 2000, 1 / (after["n"] + 20))
    squared = 1.1 * min(miss * miss, 9 * after["noise"])
    after["noise"] = max(after["noise"] + weight * (squared - after["noise"]), 1e-3)
    excess = ((count - mean) ** 2 - mean) / (mean * mean)
    bound = 8 * max(after["spread"], 0.02) + 1 / mean
    excess = min(max(excess, -bound), bound)
    after["spread"] = max(after["spread"] + weight * (excess - after["spread"]), 0.005)
