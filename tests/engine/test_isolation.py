"""Cases that run at the same time share no variable."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shall.results.records import Outcome, RunResult

pytestmark = pytest.mark.anyio


@pytest.mark.repeats
@pytest.mark.verifies("engine#3.14")
async def test_200_cases_that_capture_variables_of_the_same_name_never_mix(
    service: Any, run: Callable[..., Awaitable[RunResult]]
) -> None:
    cases = [
        {
            "variables": {"own": number},
            "steps": [
                {"id": "get", "GET": f"/echo/{number}", "capture": {"path": "$.path"}},
                {"GET": "/echo{{ path }}/{{ own }}", "for each": ["a", "{{ path }}"]},
                {
                    "GET": "{{ get.path }}",
                    "expect": {"$.path": "{{ path }}", "status": 200},
                    "if": "{{ path == '/echo/' + own_text }}",
                },
            ],
        }
        for number in range(200)
    ]
    for number, case in enumerate(cases):
        case["variables"] = {"own": number, "own_text": str(number)}

    result = await run(cases, host=service.url, concurrency=16)

    assert result.counts()[Outcome.PASSED] == 200
    assert all(step.outcome is Outcome.PASSED for case in result.cases for step in case.steps)
    for number in range(200):
        assert service.calls_to(f" /echo/{number}") == 2
        assert service.calls_to(f" /echo/echo/{number}/{number}") == 2
