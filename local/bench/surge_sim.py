"""Made-up brands: how often the surge detector is wrong and how late, where the truth is known."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean

from vigie.domain.surge import BIN, State, threshold, update, usual

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
A_DAY = 288
STRONGER = 1.25
LONGEST = A_DAY
SURGES = (2, 3, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How many mentions a made-up brand has. `size` of a negative binomial, None for Poisson."""

    mean: float
    size: float | None = None
    daily: float = 0.0
    weekend: float = 1.0

    def usual(self, place: int) -> float:
        swing = math.exp(self.daily * math.sin(2 * math.pi * place / A_DAY))
        return self.mean * swing * (self.weekend if place // A_DAY % 7 > 4 else 1.0)

    def draw(self, chance: Random, place: int, times: float = 1.0) -> int:
        mean = self.usual(place) * times
        if self.size is not None:
            mean = chance.gammavariate(self.size, mean / self.size)
        return poisson(chance, mean)


def poisson(chance: Random, mean: float) -> int:
    if mean > 30:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    drawn, product, least = 0, chance.random(), math.exp(-mean)
    while product > least:
        drawn += 1
        product *= chance.random()
    return drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one detector said of brands in calm (by brand: place and score) and in surges (by
    size: the highest score after each bin)."""

    calm: list[list[tuple[int, float]]]
    days: float
    surges: dict[int, list[list[float]]]

    def a_month(self, threshold: float) -> float:
        found = sum(len(list(raised(scores, threshold))) for scores in self.calm)
        return 30 * found / self.days

    def threshold(self, a_month: float) -> float:
        """Where the alarms of the calm are so many."""
        low, high = 0.5, 12.0
        for _ in range(20):
            middle = (low + high) / 2
            low, high = (middle, high) if self.a_month(middle) > a_month else (low, middle)
        return high

    def delay(self, times: int, threshold: float) -> float:
        """Bins until the alarm, the first bin of the surge being 1; `LONGEST` where none came."""
        return fmean(
            next((n for n, top in enumerate(path, 1) if top >= threshold), LONGEST)
            for path in self.surges[times]
        )

    def missed(self, times: int, threshold: float) -> float:
        return fmean(path[-1] < threshold for path in self.surges[times])


def raised(scores: Sequence[tuple[int, float]], threshold: float) -> Iterator[int]:
    """Places of alarms: after one, another within a day only if it is so much stronger."""
    last, height = -A_DAY, 0.0
    for place, score in scores:
        if score >= threshold and (place - last >= A_DAY or score >= STRONGER * height):
            last, height = place, score
            yield place


def watch(
    world: World, *, brands: int, learned: int, days: int, every: int, seed: int, draws: int = 1
) -> Seen:
    """Brands that are learned for some days, then watched; each `every` days surges branch off."""
    calm = []
    surges: dict[int, list[list[float]]] = {times: [] for times in SURGES}
    for brand in range(brands):
        chance = Random(f"{seed}/{brand}")
        offset = chance.randrange(7 * A_DAY)
        state: State | None = None
        scores = []
        for place in range((learned + days) * A_DAY):
            watched = place - learned * A_DAY
            if state is not None and watched >= 0 and watched % (every * A_DAY) == 0:
                for times in SURGES * draws:
                    surges[times].append(_surge(world, chance, state, offset + place, times))
            state, score = update(
                state, START + (offset + place) * BIN, world.draw(chance, offset + place)
            )
            if score > 0 and watched >= 0:
                scores.append((place, score))
        calm.append(scores)
    return Seen(calm=calm, days=brands * days, surges=surges)


def _surge(world: World, chance: Random, state: State, start: int, times: int) -> list[float]:
    path = [0.0]
    for place in range(start, start + LONGEST):
        state, score = update(state, START + place * BIN, world.draw(chance, place, times))
        path.append(max(path[-1], score))
        if score > 8:
            break
    return path[1:]


def optimum(world: World, times: float, a_month: float = 1.0, seed: int = 5) -> float:
    """Mean delay in bins of Page's CUSUM that knows the usual and the surge, alarming in calm as
    often: what no detector can beat (Moustakides 1986)."""
    assert world.size is not None
    chance, mean, size = Random(seed), world.mean, world.size
    ratio = (size + times * mean) / (size + mean)
    slope, loss = math.log(times / ratio), size * math.log(ratio)
    gains = [slope * world.draw(chance, 0) - loss for _ in range(500_000)]
    period = 30 * A_DAY / a_month
    low, high = 2.0, 14.0
    for _ in range(12):
        height, total, found = (low + high) / 2, 0.0, 0
        for gain in gains:
            total = total + gain if total + gain > 0 else 0.0
            if total >= height:
                total, found = 0.0, found + 1
        low, high = (low, height) if len(gains) > period * found else (height, high)
    delays = []
    for trial in range(4000):
        total, bins = 0.0, 0
        for gain in gains[100 * trial : 100 * trial + 100]:
            total = max(total + gain, 0.0) if total + gain < height else 0.0
        while total < height:
            bins += 1
            total = max(total + slope * world.draw(chance, 0, times) - loss, 0.0)
        delays.append(bins)
    return fmean(delays)


def absorbed(mean: float, times: float, seed: int = 7) -> tuple[float, int]:
    """A brand has `times` as many mentions from the 22nd day on: days until three quarters of
    that are the usual, and how many alarms there were at the score of one a month."""
    chance, state, scores = Random(seed), None, []
    for place in range(21 * A_DAY):
        state, _ = update(state, START + place * BIN, poisson(chance, mean))
    days = math.inf
    for place in range(21 * A_DAY, 81 * A_DAY):
        at = START + place * BIN
        state, score = update(state, at, poisson(chance, times * mean))
        scores.append((place, score))
        if usual(state, at) > 0.75 * times * mean:
            days = min(days, place / A_DAY - 21)
    return days, len(list(raised(scores, threshold(1))))


def rhythm(days: int, seed: int = 9) -> tuple[float, float]:
    """Share of a daily (1 to 7.4) and of a weekly (weekends half) rhythm learned after `days`."""
    world, chance, state = World(mean=20, daily=1.0, weekend=0.5), Random(seed), None
    for place in range(days * A_DAY):
        state, _ = update(state, START + place * BIN, world.draw(chance, place))
    assert state is not None
    monday = START + timedelta(days=7 * (days // 7 + 1))
    high, low = monday + timedelta(hours=6), monday + timedelta(hours=18)
    daily = math.log(usual(state, high) / usual(state, low)) / 2
    sunday = high + timedelta(days=6)
    weekly = math.log(usual(state, high) / usual(state, sunday)) / math.log(2)
    return daily, weekly
