"""A brand's number of mentions per bin becomes a score: how far it is out of that brand's usual.

One call per bin of five minutes, in the order of time, empty bins included. The state is plain
JSON and holds all that was learned; nothing is changed in place, so an open bin may be scored on
the side as often as wanted. What was measured, and on what, is in docs/detection.md.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

BIN = timedelta(minutes=5)
# A brand's first days: the usual is being learned, and every score is 0.
LEARNING = timedelta(days=3)

_VERSION = 1
_BIN = BIN.total_seconds()
_DAY = 86400.0
_BINS = _DAY / _BIN

# Usual = (exp(level + hour + day) - 1) * lift. Memories in days; rhythms begin as if they had
# been flat for so many bins, or noise would be learned as rhythm.
_LEVEL_DAYS = 12.0
_HOUR_DAYS, _HOUR_PRIOR = 60.0, 60
_WEEK_DAYS, _WEEK_PRIOR = 90.0, 800
# A mean of logarithms is below the logarithm of the mean: `lift` makes up for it.
_LIFT_DAYS = 30.0

# Three statistics: a fast and a slow moving average against the usual, and sums of evidence for
# surges of these sizes, which forget a little in every bin.
_SMOOTH = (0.2, 0.06)
_TIMES = (2.0, 4.0, 8.0)
_KEEP = 0.99

# The tail of a statistic is what lies above its 99 % quantile. It is never taken for thinner than
# that of pure chance (edge, scale), or brands that were calm by luck would raise false alarms.
_TAIL = 0.01
_CALM = ((0.85, 0.25), (0.85, 0.25), (2.1, 0.3))
_SCALE, _SCALE_PRIOR = 0.3, 25

# A score is passed on when it tops the last one passed on, of which so much is forgotten a day.
_HIGHER = 1.35

# Alarms of a brand in 30 days at a score of so much or more, see `threshold`.
_MEASURED = ((1.4, 4.7), (1.6, 2.9), (1.8, 2.2), (2.4, 1.5), (2.85, 1.0), (3.25, 0.3))

# More mentions than X has posts in a bin; keeps squares finite.
_MOST = 1e9

State = dict[str, Any]


def threshold(alarms_per_month: float) -> float:
    """From which score on to raise an alarm for about so many false ones a brand and 30 days.

    Between the rows of a table of false alarms that was measured, never guaranteed: outside the
    labelled windows of five brands of NAB realTweets (235 brand-days; docs/detection.md).
    """
    if not alarms_per_month > 0:
        raise ValueError(
            f"alarms_per_month is {alarms_per_month!r}: a rate above 0 is expected, such as 1"
        )
    place = 1
    while place < len(_MEASURED) - 1 and alarms_per_month < _MEASURED[place][1]:
        place += 1
    (low, many), (high, few) = _MEASURED[place - 1], _MEASURED[place]
    share = math.log(many / alarms_per_month) / math.log(many / few)
    return max(low + share * (high - low), 1.0)


def update(state: State | None, at: datetime, count: float) -> tuple[State, float]:
    """The state after the bin that begins `at` had `count` mentions, and that bin's score.

    The score is -log10 of how rare the bin is, or 0 where it says no more than a higher one
    lately. `at` without an offset is taken for UTC; a bin not after the last one counts as next.
    """
    if not (math.isfinite(count) and count >= 0):
        raise ValueError(f"count is {count!r}: a finite number of mentions, 0 or more, is expected")
    seconds, count = _seconds(at), min(count, _MOST)
    after = dict(state) if state is not None else _fresh(seconds, count)
    elapsed = max(seconds - after["at"], 0.0)
    after["at"] = max(seconds, after["at"])
    plain = _plain(after, seconds)
    mean, size = plain * after["lift"], 1 / after["spread"]

    # What was under way before bins were lost has faded by as much as if they had been usual.
    lost = max(elapsed / _BIN - 1, 0.0)
    after["short"] = [
        old + weight * (count - old)
        for weight, old in (
            (weight, mean + (old - mean) * (1 - weight) ** lost)
            for weight, old in zip(_SMOOTH, after["short"], strict=True)
        )
    ]
    after["sums"] = [
        min(max((total * _KEEP**lost + gain) * _KEEP, 0.0), 1e6)
        for total, gain in zip(after["sums"], _gains(count, mean, size), strict=True)
    ]
    values = [_deviance(short, mean, size) for short in after["short"]]
    values.append(_joint(after["sums"]) ** 0.5)
    learned = [
        _rarity(tail, calm, value)
        for tail, calm, value in zip(after["tails"], _CALM, values, strict=True)
    ]
    after["tails"] = [tail for _, tail in learned]
    _learn(after, seconds, count, plain, mean)

    after["height"] *= math.exp(-elapsed / _DAY)
    score = sum(rarity for rarity, _ in learned) / len(learned)
    # By the bins that were seen: one old post long before all others teaches nothing.
    is_learning = after["n"] * _BIN <= LEARNING.total_seconds()
    if is_learning or score <= _HIGHER * after["height"]:
        return after, 0.0
    after["height"] = score
    return after, score


def usual(state: State, at: datetime) -> float:
    """How many mentions the bin that begins `at` would have on a usual day."""
    return _plain(state, _seconds(at)) * float(state["lift"])


def _seconds(at: datetime) -> float:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _hour(seconds: float) -> int:
    return int(seconds % _DAY // 3600)


def _weekday(seconds: float) -> int:
    return int(seconds // _DAY + 3) % 7


def _fresh(seconds: float, count: float) -> State:
    return {
        "v": _VERSION,
        "at": seconds - _BIN,
        "n": 0,
        "level": math.log(count + 1),
        "hours": [0.0] * 24,
        "days": [0.0] * 7,
        "lift": 1.0,
        "noise": 0.3,
        "spread": 0.3,
        "short": [float(count)] * len(_SMOOTH),
        "sums": [0.0] * len(_TIMES),
        "tails": [[1.0, _SCALE, 0] for _ in _CALM],
        "height": 0.0,
    }


def _plain(state: State, seconds: float) -> float:
    log = state["level"] + state["hours"][_hour(seconds)] + state["days"][_weekday(seconds)]
    return max(math.exp(log) - 1, 0.05)


def _deviance(count: float, mean: float, size: float) -> float:
    """Signed root of the deviance of a negative binomial with `mean` and `size`."""
    half = -(size + count) * math.log((size + count) / (size + mean))
    if count > 0:
        half += count * math.log(count / mean)
    return math.copysign(math.sqrt(max(2 * half, 0.0)), count - mean)


def _gains(count: float, mean: float, size: float) -> list[float]:
    """Log-likelihood ratios of surges of `_TIMES` against the usual (Page 1954)."""
    ratios = [(size + times * mean) / (size + mean) for times in _TIMES]
    return [
        count * math.log(times / ratio) - size * math.log(ratio)
        for times, ratio in zip(_TIMES, ratios, strict=True)
    ]


def _joint(sums: list[float]) -> float:
    """Evidence for a surge of unknown size: the sums' mean on the scale of likelihoods."""
    best = max(sums)
    return best + math.log(sum(math.exp(each - best) for each in sums) / len(sums))


def _rarity(
    tail: list[float], calm: tuple[float, float], value: float
) -> tuple[float, list[float]]:
    """-log10 of how often this brand shows such a value, and the tail as learned from it.

    Exponential above a running quantile (peaks over threshold, Siffer et al. 2017); 0 below.
    """
    edge, scale, seen = tail
    from_edge, by = max(edge, calm[0]), max(scale, calm[1])
    beyond = value - from_edge
    step = 12 * max(1 / 8000, 1 / (seen + 6)) * max(abs(edge), 0.5)
    edge += step * (1 - _TAIL) if value > edge else -step * _TAIL
    rarity = 0.0
    if beyond > 0:
        rarity = -math.log10(_TAIL) + beyond / by / math.log(10)
        weight = max(_TAIL, 1 / ((seen + 1) * _TAIL + _SCALE_PRIOR))
        scale = by + weight * (min(beyond, 5 * by) - by)
    return rarity, [edge, scale, seen + 1]


def _learn(after: State, seconds: float, count: float, plain: float, mean: float) -> None:
    """Level, rhythms, lift and spread, with what is far out pulled in to two deviations."""
    hour, day = _hour(seconds), _weekday(seconds)
    hours, days = list(after["hours"]), list(after["days"])
    miss = math.log(count + 1) - after["level"] - hours[hour] - days[day]
    limit = 2 * math.sqrt(after["noise"])
    pulled = min(max(miss, -limit), limit)
    after["n"] = n = after["n"] + 1
    level = after["level"] + max(1 / (_LEVEL_DAYS * _BINS), 1 / n) * pulled
    hours[hour] += max(24 / (_HOUR_DAYS * _BINS), 1 / (n / 24 + _HOUR_PRIOR)) * pulled
    days[day] += max(7 / (_WEEK_DAYS * _BINS), 1 / (n / 7 + _WEEK_PRIOR)) * pulled
    if n % 12 == 0:  # rhythms are about the level: what they have in common is the level's
        for rhythm in (hours, days):
            centre = sum(rhythm) / len(rhythm)
            rhythm[:] = [round(each - centre, 6) for each in rhythm]
            level += centre
    after |= {"level": level, "hours": hours, "days": days}

    ratio = min(count / plain, 5 * (1 + 1 / plain))
    lift = after["lift"] + max(1 / (_LIFT_DAYS * _BINS), 1 / (n + 50)) * (ratio - after["lift"])
    after["lift"] = min(max(lift, 0.5), 4.0)
    noise, spread = after["noise"], after["spread"]
    weight = max(1 / 3000, 1 / (n + 20))
    after["noise"] = max(noise + weight * (1.1 * min(miss * miss, 9 * noise) - noise), 1e-3)
    bound = 5 * max(spread, 0.02) + 1 / mean
    excess = min(max(((count - mean) ** 2 - mean) / (mean * mean), -bound), bound)
    after["spread"] = max(spread + weight * (excess - spread), 0.005)
