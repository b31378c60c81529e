"""Counts durations, so that percentiles of any number of them take a bounded memory."""

import math
from collections import Counter

_LEAST_S = 1e-6
_STEP = math.log(1.01)


class Histogram:
    """Durations counted in buckets of which each ends 1 % above the one before it.

    A percentile is at most 1 % above the exact one, and never above the longest duration. From
    1 µs to a day that are at most 2,530 buckets.
    """

    def __init__(self) -> None:
        self.count = 0
        self.max_s = 0.0
        self._buckets: Counter[int] = Counter()

    def add(self, seconds: float) -> None:
        """Count a duration."""
        self.count += 1
        self.max_s = max(self.max_s, seconds)
        self._buckets[math.ceil(math.log(max(seconds, _LEAST_S) / _LEAST_S) / _STEP)] += 1

    def percentile(self, percent: float) -> float:
        """Return the duration that so many percent of all do not exceed; 0 where there is none."""
        wanted = max(1, math.ceil(self.count * percent / 100))
        seen = 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= wanted:
                return min(self.max_s, _LEAST_S * math.exp(bucket * _STEP))
        return 0.0
