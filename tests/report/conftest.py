from tests.made_results import (
    golden,
    make_case,
    make_check,
    make_exchange,
    make_failing,
    make_run,
    make_step,
    matrix,
    places,
    sample,
)

__all__ = [
    "golden",
    "make_case",
    "make_check",
    "make_exchange",
    "make_failing",
    "make_run",
    "make_step",
    "matrix",
    "places",
    "sample",
]
