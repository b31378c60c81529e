"""What running a case may cost: its patterns, what its expressions make, its responses."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from shall.engine.budgets import CASE_BYTES, Budget, Memory
from shall.engine.patterns import search
from shall.engine.query import read_content
from shall.errors import MemoryInUse, OverBudget, TimedOut
from shall.results.records import Outcome, RunStatus
from shall.transport.exchange import Response

pytestmark = pytest.mark.anyio

Run = Callable[..., Any]
SLOW = {"type": "regex", "field": "text", "expected": "(a|a|aa)+$"}


def doubling(last: int) -> dict[str, Any]:
    levels = {f"a{n}": f"{{{{ a{n - 1} }}}}" * 10 for n in range(1, last + 1)}
    return {"a0": "0123456789", **levels}


@pytest.mark.verifies("defences#4.4")
def test_the_patterns_of_a_case_share_one_budget() -> None:
    budget = Budget()
    found = [search("(a|a|aa)+$", "a" * 60 + "b", budget) for _ in range(40)]

    assert found == [None] * 40
    assert budget.pattern_time() == 0
    assert search("a", "a", budget) is None


@pytest.mark.verifies("defences#4.4", "defences#4.6")
def test_no_pattern_searches_and_no_check_is_decided_when_the_run_is_over() -> None:
    budget = Budget(deadline_s=time.monotonic() - 1)

    assert search("a", "a", budget) is None
    with pytest.raises(TimedOut):
        budget.check_time()


@pytest.mark.repeats
@pytest.mark.verifies("defences#4.4", "defences#4.6")
async def test_a_run_with_hostile_patterns_ends_in_its_time(run: Run, service: Any) -> None:
    service.answer("slow", '{"text": "' + "a" * 60 + 'b"}', "application/json")
    step = {"id": "s", "path": f"{service.url}/given/slow", "assert": [SLOW] * 40}
    started = time.process_time()

    result = await run([{"name": "a", "steps": [step]}] * 20, run_timeout_s=2.0)

    assert result.status is RunStatus.TIMED_OUT
    assert time.process_time() - started < 10  # a single case computed for 10 s


@pytest.mark.verifies("defences#5.1")
async def test_an_expansion_ends_before_it_is_made(run_one: Run, service: Any) -> None:
    result = await run_one([{"path": service.url}], {"variables": doubling(9)})

    assert result.outcome is Outcome.ERROR
    assert result.error.params["error_code"] == "MCP_BUDGET_EXCEEDED"
    assert result.error.params["path"] == 'variables["a6"]'


@pytest.mark.verifies("defences#5.1")
@pytest.mark.repeats
async def test_shared_values_count_each_time(run_one: Run, service: Any) -> None:
    levels = {f"a{n}": [f"{{{{ a{n - 1} }}}}"] * 8 for n in range(1, 12)}
    result = await run_one([{"path": service.url}], {"variables": {"a0": [1] * 8, **levels}})

    assert result.error.params["error_code"] == "MCP_BUDGET_EXCEEDED"


@pytest.mark.verifies("defences#5.1")
async def test_values_may_not_nest_without_end(run_one: Run, service: Any) -> None:
    levels: dict[str, Any] = {}
    for number in range(1, 40):
        value: Any = f"{{{{ a{number - 1} }}}}"
        for _ in range(10):
            value = [value]
        levels[f"a{number}"] = value
    result = await run_one([{"path": service.url}], {"variables": {"a0": 1, **levels}})

    assert "200 levels" in result.error.params["reason"]


@pytest.mark.verifies("defences#4.5")
@pytest.mark.parametrize("body", [b"[" + b"[]," * 5_000_000 + b"[]]", b'[{"":0}' * 2_000_000])
def test_a_response_that_would_take_too_much_is_not_decoded(body: bytes) -> None:
    with pytest.raises(OverBudget, match="128 MiB"):
        read_content(Response(200, (), body, "http://x"), Budget())


@pytest.mark.verifies("defences#4.5")
def test_cases_share_the_memory_of_the_process_and_give_it_back() -> None:
    memory = Memory(CASE_BYTES)
    first, second = Budget(memory), Budget(memory)
    first.decode(CASE_BYTES)
    with pytest.raises(MemoryInUse):
        second.decode(1)
    first.close()
    second.decode(1)


@pytest.mark.parametrize("text", ['[1, 2.5, "\\ud83d\\ude00é", {"a": null}]'])
def test_a_large_body_is_decoded_like_a_small_one(text: str) -> None:
    body = f'[{text},"{"x" * 2_000_000}"]'.encode()
    content = read_content(Response(200, (), body, "http://x"), Budget())

    assert content.value[0] == [1, 2.5, "😀é", {"a": None}]


def test_what_was_taken_since_a_mark_is_free_again() -> None:
    memory = Memory(100)
    budget = Budget(memory)
    budget.decode(30)
    mark = budget.mark()
    budget.decode(40)
    budget.expand(20)

    budget.return_to(mark)

    budget.expand(70)
    with pytest.raises(MemoryInUse):
        budget.hold(1)
    budget.close()
    memory.take(100)
