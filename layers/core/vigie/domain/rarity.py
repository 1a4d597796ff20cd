"""How rare a number of urgent mentions is for a brand: the tail of a negative binomial.

The mean is what the series expects, mended by how far it was off lately; the spread is learned
from the same windows.
"""

import math
from dataclasses import dataclass

_MEMORY = 5 * 288  # bins, five days
_LEAST_MEAN = 0.05
# Beyond so many times the mean nothing need be summed up.
_FAR = 50


@dataclass(slots=True)
class Level:
    """Means of what windows had and of what was expected of them, and the excess of variance."""

    had: float = 0.0
    expected: float = 0.0
    spread: float = 0.5

    def learn(self, had: float, expected: float) -> None:
        """One more window has passed."""
        share = 1 / _MEMORY
        self.had = round(self.had + share * (had - self.had), 5)
        self.expected = round(self.expected + share * (expected - self.expected), 5)
        mean = self.mean(expected)
        excess = ((had - mean) ** 2 - mean) / mean**2
        bound = 8 * self.spread + 1 / mean
        excess = min(max(excess, -bound), bound)
        self.spread = round(max(self.spread + share * (excess - self.spread), 0.01), 5)

    def mean(self, expected: float) -> float:
        """What a window has on average of which the series expects so much."""
        factor = self.had / self.expected if self.expected > 0 and self.had > 0 else 1.0
        return max(expected * factor, _LEAST_MEAN)


def tail(count: float, mean: float, spread: float) -> float:
    """The probability of `count` or more with that mean and variance mean + spread * mean^2."""
    if count <= mean:
        return 1.0
    if count > _FAR * mean + 200:
        return 0.0
    size = 1 / spread
    # The probability of 0, then each from the one before.
    term = math.exp(-size * math.log1p(mean / size))
    below = 0.0
    for number in range(math.floor(count)):
        below += term
        term *= (size + number) / (number + 1) * mean / (size + mean)
    return max(1 - below, 0.0)
