"""Cases that need others: the order, what is skipped, and what is wrong with needs."""

import itertools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.actions.case_needs import _walk

Shall = Callable[..., Any]
WriteCase = Callable[..., None]


@pytest.fixture
def ran(shall: Shall, service: Any) -> Callable[..., list[str]]:
    """Runs cases; returns the last parts of the addresses that were asked, in their order."""

    def run(*arguments: str, concurrency: int = 1) -> list[str]:
        before = len(service.log.calls)
        flags = ("--host", service.url, "--concurrency", str(concurrency))
        shall("run", *flags, "--report-json", "r.json", *arguments)
        return [call.rpartition("/")[2] for call in service.log.calls[before:]]

    return run


Ran = Callable[..., list[str]]


def outcomes(project: Path) -> dict[str, str]:
    report = json.loads((project / "r.json").read_text())
    return {case["name"]: case["outcome"] for case in report["cases"]}


@pytest.mark.verifies("cases#9.1")
def test_a_case_runs_after_those_that_it_needs_by_name_or_path(
    write_case: WriteCase, ran: Ran, project: Path
) -> None:
    write_case("a", "/echo/a", "needs: [c, tests/cases/orders/b.yaml]")
    write_case("c", "/echo/c")
    write_case("orders/b", "/echo/b", "needs: tests/cases/d.yaml")
    write_case("d", "/echo/d")
    for concurrency in (1, 16):
        order = ran(concurrency=concurrency)
        assert sorted(order) == ["a", "b", "c", "d"]
        assert order.index("d") < order.index("b") < order.index("a") > order.index("c")
    assert set(outcomes(project).values()) == {"passed"}


@pytest.mark.verifies("cases#9.2")
def test_a_case_is_skipped_with_the_name_of_the_one_that_did_not_pass(
    shall: Shall, write_case: WriteCase, ran: Ran, project: Path
) -> None:
    (project / "specs/shop").mkdir(parents=True)
    (project / "specs/shop/requirements.md").write_text(
        "### Requirement 1\n\n#### Acceptance Criteria\n\n1. THE shop SHALL pay.\n"
    )
    write_case("create", "/status/500")
    write_case("pay", "/echo/pay", "needs: [create]\n  verifies: [shop#1.1]")
    write_case("refund", "/echo/refund", "needs: [pay]")
    write_case("paused", "/echo/paused", "skip: later")
    write_case("waits", "/echo/waits", "needs: [paused]")
    for concurrency in (1, 16):
        assert ran(concurrency=concurrency) == ["500"]
    found = outcomes(project)
    assert found.pop("create") == "failed"
    assert found == dict.fromkeys(("pay", "refund", "paused", "waits"), "skipped")
    shown = shall("run").stdout
    assert "SKIPPED  pay: it needs `create`, which did not pass" in shown
    assert "SKIPPED  refund: it needs `pay`, which did not pass" in shown
    assert "skipped" in shall("trace", "--exit-zero").stdout


@pytest.mark.verifies("cases#9.3")
def test_needed_cases_run_though_they_are_not_chosen(write_case: WriteCase, ran: Ran) -> None:
    write_case("create", "/echo/create", "needs: [login]")
    write_case("login", "/echo/login")
    write_case("pay", "/echo/pay", "needs: [create]\n  tags: [money]")
    write_case("other", "/echo/other")
    wanted = ["login", "create", "pay"]
    assert ran("--tag", "money") == wanted
    assert ran("-k", "pay") == wanted
    assert ran("tests/cases/pay.yaml") == wanted
    write_case("pay", "/status/500", "needs: [create]")
    ran()
    assert ran("--last-failed") == ["login", "create", "500"]


@pytest.mark.verifies("cases#9.4")
@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ("nothing", "There is no case with the name nothing."),
        ("logn", "Did you mean login?"),
        ("pays", "Write the name of a case, or its path"),
        ("tests/cases/logon.yaml", "Did you mean tests/cases/login.yaml?"),
        ("../../x.yaml", "holds '..'"),
        (
            "twice",
            "Several cases have the name twice: tests/cases/twice.yaml, tests/cases/two.yaml.",
        ),
        ("pay", "need one another: tests/cases/pay.yaml -> tests/cases/pay.yaml."),
        ("round", "need one another: tests/cases/pay.yaml -> tests/cases/round.yaml -> tests"),
    ],
)
def test_needs_that_cannot_be_met_are_reported_at_their_line(
    shall: Shall, write_case: WriteCase, service: Any, project: Path, needs: str, said: str
) -> None:
    write_case("login", "/echo/login")
    write_case("twice", "/echo/twice")
    twice = (project / "tests/cases/twice.yaml").read_text()
    (project / "tests/cases/two.yaml").write_text(twice)
    write_case("round", "/echo/round", "needs: [pay]")
    write_case("pay", "/echo/pay", f"needs: [login, {needs}]")
    ended = shall("run", "tests/cases/pay.yaml", "--host", service.url)
    assert ended.returncode == 2
    assert said in ended.stdout
    assert "--> tests/cases/pay.yaml:3:18" in ended.stdout
    assert service.calls_to("/echo/pay") == service.calls_to("/echo/round") == 0
    assert said in shall("list", "tests/cases/pay.yaml").stderr


@pytest.mark.verifies("cases#9.7")
def test_needs_and_rows_that_are_not_there_are_reported_with_the_fields_that_are_wrong(
    shall: Shall, write_case: WriteCase
) -> None:
    write_case("pay", "/echo/pay", "needs: [nothing]\n  data: rows.csv\n  colour: red")
    ended = shall("run", "tests/cases/pay.yaml", "--host", "http://127.0.0.1:9")
    assert ended.returncode == 2
    for said in (
        "Unknown field `colour`.",
        "There is no case with the name nothing.",
        "tests/cases/rows.csv does not exist.",
    ):
        assert said in ended.stdout
    assert "--> tests/cases/pay.yaml:3:11" in ended.stdout
    assert "--> tests/cases/pay.yaml:4:9" in ended.stdout


@pytest.mark.verifies("cases#9.7")
@pytest.mark.parametrize("more", ["colour: red", "needs: , colour: red", "needs: [3]"])
def test_a_case_that_is_wrong_otherwise_needs_no_other(
    shall: Shall, project: Path, more: str
) -> None:
    (project / "tests/cases").mkdir(parents=True, exist_ok=True)
    text = f"testcase: {{name: a, {more}, steps: [{{GET: /x}}]}}\n"
    (project / "tests/cases/a.yaml").write_text(text)
    ended = shall("run", "--format", "concise", "--host", "http://127.0.0.1:9")
    assert (ended.returncode, ended.stdout.count("error[")) == (2, 1), ended.stdout


@pytest.mark.verifies("cases#9.4")
def test_needs_that_are_hidden_in_the_text_are_an_error(
    shall: Shall, write_case: WriteCase, service: Any
) -> None:
    write_case("a", "/echo/a", '"n\\u0065eds": [b]')
    ended = shall("run", "--host", service.url)
    assert "write `needs:` on a line of its own" in ended.stdout
    assert (ended.returncode, service.log.calls) == (2, [])


@pytest.mark.verifies("cases#9.1")
def test_a_case_waits_for_all_rows_of_one_that_it_needs_in_each_repetition(
    write_case: WriteCase, ran: Ran, project: Path
) -> None:
    write_case("a", "/echo/a", "needs: [b]")
    write_case("b", "'/status/{{ row.n }}'", "data: [{n: 200}, {n: 204}, {n: 500}]")
    assert "a" not in ran("--repeat", "2", concurrency=16)
    report = json.loads((project / "r.json").read_text())
    last = [case["outcome"] for case in report["cases"] if case["name"] == "a"]
    assert last == ["skipped", "skipped"]


@pytest.mark.verifies("cases#9.5")
def test_shards_and_random_orders_leave_cases_with_those_that_they_need(
    write_case: WriteCase, ran: Ran
) -> None:
    for name in "abcdefgh":
        write_case(name, f"/echo/{name}", "needs: [a]" if name in "bc" else "")
    shards = [ran("--shard", f"{index}/4") for index in range(1, 5)]
    assert sorted(itertools.chain.from_iterable(shards)) == list("abcdefgh")
    assert [{"a", "b", "c"} & set(shard) for shard in shards].count({"a", "b", "c"}) == 1
    for seed in range(3):
        order = ran("--shuffle", str(seed))
        assert order.index("a") < min(order.index("b"), order.index("c"))


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
@pytest.mark.verifies("cases#9.5")
def test_workers_keep_the_order(
    shall_process: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    for number in range(12):
        write_case(f"a{number}", f"/echo/a{number}", f"needs: [b{number}]")
        write_case(f"b{number}", f"/echo/b{number}" if number else "/status/500")
    flags = ("-j", "3", "--host", service.url, "--report-json", "r.json")
    shall_process("run", *flags)
    found = outcomes(project)
    assert (found.pop("b0"), found.pop("a0")) == ("failed", "skipped")
    assert list(found.values()) == ["passed"] * 22
    calls = [call.rpartition("/")[2] for call in service.log.calls]
    assert all(calls.index(f"b{it}") < calls.index(f"a{it}") for it in range(1, 12))


@pytest.mark.verifies("cases#9.1")
@given(st.dictionaries(st.integers(0, 8), st.sets(st.integers(0, 8))))
def test_any_order_puts_what_is_needed_first_or_names_a_cycle(wanted: dict[int, set[int]]) -> None:
    needs = {str(key): {str(it): "" for it in sorted(of)} for key, of in wanted.items()}
    order, cycles = _walk(needs, lambda it: needs.get(it, {}))
    assert len(order) == len(set(order))
    assert set(order) == {*needs, *itertools.chain.from_iterable(needs.values())}
    refused = set(itertools.chain.from_iterable(cycles))
    for cycle in cycles:
        assert cycle[0] == cycle[-1]
        assert all(after in needs[it] for it, after in itertools.pairwise(cycle))
    for key in set(needs) - refused:
        assert all(order.index(it) < order.index(key) for it in needs[key])
