"""Which cases `shall run` chooses, and in which order they start."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shall.actions.match_expression import match_expression
from shall.actions.run_request import Shard
from shall.actions.selection import in_shard
from shall.errors import BadValue

Shall = Callable[..., Any]
WriteCase = Callable[..., None]


@pytest.fixture
def ran(shall: Shall, service: Any) -> Callable[..., list[str]]:
    """Runs cases, one at a time; returns the names of those that ran, in their order."""

    def run(*arguments: str, **environment: str) -> list[str]:
        before = len(service.log.calls)
        shall("run", "--host", service.url, "--concurrency", "1", *arguments, **environment)
        return [call.rpartition("/")[2] for call in service.log.calls[before:]]

    return run


@pytest.fixture
def cases(write_case: WriteCase) -> None:
    write_case("orders/list", "/echo/list", "tags: [smoke, fast]")
    write_case("orders/pay", "/echo/pay", "tags: [smoke, slow]")
    write_case("users/login", "/echo/login", 'tags: ["wip and slow", fast]')


@pytest.mark.usefixtures("cases")
@pytest.mark.verifies("cli#6.1")
@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--tag", "smoke"], ["list", "pay"]),
        (["--tag", "smoke and not slow"], ["list"]),
        (["--tag", "not (smoke or wip)"], ["login"]),
        (["--tag", "'wip and slow' or slow"], ["pay", "login"]),
        (["--tag", "slow", "--tag", "fast"], ["list", "pay", "login"]),
        (["-k", "ORDERS"], ["list", "pay"]),
        (["-k", "orders and not pay or login"], ["list", "login"]),
        (["-k", "login", "--tag", "smoke"], []),
        (["-k", "users/"], ["login"]),
    ],
)
def test_expressions_choose_cases(
    ran: Callable[..., list[str]], arguments: list[str], names: list[str]
) -> None:
    assert ran(*arguments) == names


@pytest.mark.usefixtures("cases")
@pytest.mark.verifies("cli#6.2")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a and", "A word is missing at a and:6."),
        ("a or or b", "A word is missing at a or or b:6."),
        ("(a or b", "A closing parenthesis is missing at (a or b:8."),
        ("a (b)", "`and` or `or` is missing at a (b):3."),
        ("not", "A word is missing at not:4."),
        ("a and 'b", "A quotation mark is not closed"),
        ("(" * 600 + "a" + ")" * 600, "longer than 1000 characters"),
    ],
)
def test_what_is_wrong_with_an_expression_is_reported(shall: Shall, text: str, words: str) -> None:
    ended = shall("run", "-k", text)
    assert ended.returncode == 2
    assert words in ended.stderr


@pytest.mark.verifies("cli#6.1")
@given(
    st.recursive(
        st.sampled_from("abc"),
        lambda it: st.tuples(st.sampled_from(["and", "or", "not"]), it, it),
        max_leaves=12,
    ),
    st.sets(st.sampled_from("abc")),
)
def test_an_expression_means_what_python_means_by_it(tree: Any, true: set[str]) -> None:
    text = written(tree)
    wanted = eval(text, {}, {it: it in true for it in "abc"})
    assert match_expression(text)(true.__contains__) is wanted


def written(tree: Any) -> str:
    if isinstance(tree, str):
        return tree
    operator, left, right = tree
    if operator == "not":
        return f"not ({written(left)})"
    return f"({written(left)}) {operator} {written(right)}"


@pytest.mark.verifies("cli#6.2")
@given(st.text("ab ()'\"andornt", max_size=30))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    try:
        match_expression(text)(lambda _: True)
    except BadValue as error:
        assert "missing" in str(error) or "not closed" in str(error)


@pytest.mark.verifies("cli#6.3")
def test_a_run_of_all_because_none_failed_last_says_so(
    write_case: WriteCase, shall: Callable[..., Any], service: Any
) -> None:
    write_case("a", "/echo/a")
    for flag, said in (("--last-failed", True), ("--failed-first", False)):
        ended = shall("run", flag, "--host", service.url)
        assert "1 passed" in ended.stdout
        assert ("None of these cases failed last time, so all run." in ended.stderr) is said


@pytest.mark.verifies("cli#6.3")
def test_cases_that_failed_last_run_alone_or_first(
    write_case: WriteCase, ran: Callable[..., list[str]]
) -> None:
    for name in "abc":
        write_case(name, f"/echo/{name}")
    write_case("d", "/echo/d", expected=500)
    assert ran("--last-failed") == ["a", "b", "c", "d"]
    assert ran("--last-failed") == ["d"]
    assert ran("--failed-first") == ["d", "a", "b", "c"]
    write_case("b", "/echo/b", expected=500)
    assert ran("tests/cases/b.yaml") == ["b"]
    assert ran("--lf") == ["b", "d"]
    write_case("d", "/echo/d")
    assert ran("--lf") == ["b", "d"]
    assert ran("--lf") == ["b"]


@pytest.mark.verifies("cli#6.4")
def test_a_seed_repeats_an_order(
    shall: Shall, write_case: WriteCase, ran: Callable[..., list[str]]
) -> None:
    names = [f"c{number}" for number in range(8)]
    for name in names:
        write_case(name, f"/echo/{name}")
    orders = [ran("--shuffle", str(seed)) for seed in range(3)]
    assert all(sorted(order) == names for order in orders)
    assert len(set(map(tuple, orders))) == 3
    assert ran("--shuffle", "1") == orders[1]
    printed = shall("run", "--shuffle").stderr
    seed = printed.partition("Shuffled with --shuffle ")[2].partition(".")[0]
    assert seed.isdecimal()
    assert shall("run", "--shuffle", "soon").returncode == 2


@pytest.mark.verifies("cli#6.5")
def test_a_run_ends_with_the_first_case_that_does_not_pass(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    (project / "specs/shop").mkdir(parents=True)
    (project / "specs/shop/requirements.md").write_text(
        "### Requirement 1\n\n#### Acceptance Criteria\n\n1. THE shop SHALL answer.\n"
    )
    write_case("a", "/echo/a")
    write_case("b", "/echo/b", expected=500)
    write_case("c", "/echo/c", "verifies: [shop#1.1]")
    ended = shall("run", "--host", service.url, "--concurrency", "1", "-x", "--format", "json")
    assert ended.returncode == 1
    report = json.loads(ended.stdout)
    assert report["status"] == "stopped"
    assert [case["outcome"] for case in report["cases"]] == ["passed", "failed", "skipped"]
    assert service.calls_to("/echo/c") == 0
    shown = shall("run", "--host", service.url, "--concurrency", "1", "-x").stdout
    assert "The run stopped after a case that did not pass; this is what ran." in shown
    assert "not run" in shall("trace").stdout
    assert shall("run", "tests/cases/a.yaml", "--host", service.url, "-x").returncode == 0


@pytest.mark.verifies("cli#6.6", "cli#6.9")
def test_every_case_is_in_exactly_one_shard(
    shall: Shall, write_case: WriteCase, ran: Callable[..., list[str]]
) -> None:
    names = [f"c{number}" for number in range(7)]
    for name in names:
        write_case(name, f"/echo/{name}")
    shards = [ran("--shard", f"{index}/5") for index in range(1, 6)]
    assert sorted(itertools.chain.from_iterable(shards)) == names
    keys = [f"tests/cases/{name}.yaml" for name in names]
    empty = next(number for number in range(1, 51) if not in_shard(keys, Shard(number, 50)))
    assert shall("run", "--shard", f"{empty}/50").returncode == 0
    for wrong in ("0/2", "3/2", "2", "a/b", "1/0"):
        assert "is invalid" in shall("run", "--shard", wrong).stderr


@pytest.mark.verifies("cli#6.6", "cli#6.7")
@given(
    st.lists(st.text(min_size=1), unique=True, max_size=30),
    st.integers(1, 6),
    st.dictionaries(st.text(min_size=1), st.floats(0, 100), max_size=30),
)
def test_shards_divide_any_keys(keys: list[str], total: int, durations: dict[str, float]) -> None:
    for known in ({}, durations):
        parts = [in_shard(keys, Shard(index + 1, total, known)) for index in range(total)]
        assert sorted(itertools.chain.from_iterable(parts)) == sorted(keys)


@pytest.mark.verifies("cli#6.7")
def test_shards_take_as_long_by_the_durations_of_a_report(
    shall: Shall, write_case: WriteCase, ran: Callable[..., list[str]], project: Path
) -> None:
    for name in "abcd":
        write_case(name, f"/echo/{name}")
    report = {
        "cases": [
            {"case_key": f"tests/cases/{name}.yaml", "duration_s": seconds}
            for name, seconds in {"a": 5, "b": 3, "c": 1, "d": 1}.items()
        ]
    }
    (project / "last.json").write_text(json.dumps(report))
    flags = ("--durations", "last.json", "--shard")
    assert [ran(*flags, "1/2"), ran(*flags, "2/2")] == [["a"], ["b", "c", "d"]]
    assert "--durations requires --shard" in shall("run", "--durations", "last.json").stderr
    (project / "last.json").write_text("[]")
    assert "is not a JSON report" in shall("run", *flags, "1/2").stderr
    assert "cannot be read" in shall("run", "--durations", "none", "--shard", "1/2").stderr


@pytest.mark.verifies("cli#6.8")
def test_a_parallel_job_names_its_shard(
    shall: Shall, write_case: WriteCase, ran: Callable[..., list[str]]
) -> None:
    for name in "abcd":
        write_case(name, f"/echo/{name}")
    second = ran("--shard", "2/3")
    assert ran("--shard", "auto/3", JOB_COMPLETION_INDEX="1") == second
    assert ran("--shard", "auto", CI_NODE_INDEX="2", CI_NODE_TOTAL="3") == second
    assert "neither is set" in shall("run", "--shard", "auto/3").stderr
