"""Statistics of tool calls."""

import math


def percentile_rank(count: int, percent: float) -> int:
    """Give the index (from 0) of a percentile in sorted values: the nearest rank."""
    return max(math.ceil(count * percent / 100) - 1, 0)
