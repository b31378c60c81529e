"""Latencies counted in buckets whose bounds grow by a constant factor, so that counts can be added.

The buckets of DDSketch (Masson, Rim and Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch
with Relative-Error Guarantees", PVLDB 12(12), 2019): with bounds that grow by
``(1 + a) / (1 - a)``, a bucket's middle is at most the part ``a`` away from each value in it.
"""

import math
from collections.abc import Iterable, Sequence

RELATIVE_ERROR = 0.005
"""How far a percentile that is read from buckets may be from the true one, as a part of it."""

_GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_LOG_GROWTH = math.log(_GROWTH)
_LEAST_MS, _MOST_MS = 1e-3, 1e12


def milliseconds(value: float) -> float:
    """Give a latency that can be kept: 0 for what is negative or no number."""
    return min(value, _MOST_MS) if value >= 0 else 0.0


def bucket_of(latency_ms: float) -> int:
    """Give the number of the bucket that counts a latency; below 1 us all are one."""
    return math.ceil(math.log(max(milliseconds(latency_ms), _LEAST_MS)) / _LOG_GROWTH)


def percentile_rank(total: int, percent: int) -> int:
    """Give the nearest rank, from 1: the first of ``total`` that ``percent`` do not exceed."""
    return math.ceil(total * percent / 100)


def nearest(latencies_ms: Sequence[float], percent: int) -> float:
    """Give the exact percentile of sorted latencies, in milliseconds."""
    return latencies_ms[percentile_rank(len(latencies_ms), percent) - 1]


def nearest_bucket(buckets: Iterable[tuple[int, int]], percent: int) -> float:
    """Give the percentile of counted buckets, in milliseconds; 0 where nothing is counted.

    It is at most ``RELATIVE_ERROR`` away from the exact one.
    """
    ordered = sorted(buckets)
    left = percentile_rank(sum(count for _, count in ordered), percent)
    for bucket, count in ordered:
        left -= count
        if left <= 0:
            return float(2 * _GROWTH**bucket / (_GROWTH + 1))
    return 0.0
