"""Tools that check: the gate, the impact of a change, the lint rules."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from tests.repository import git

pytestmark = pytest.mark.anyio

Answer = Callable[[Any], dict[str, Any]]

REQUIREMENTS = """\
### Requirement 1: Log in

#### Acceptance Criteria

1. WHEN the password is right, THE shop SHALL answer with 200.
2. IF the password is wrong, THEN THE shop SHALL answer with 401.
"""
TEST = """import pytest

@pytest.mark.verifies("login#1.2")
def test_wrong_password():
    assert 1
"""


def write(project: Path, path: str, text: str) -> None:
    file = project / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def login(project: Path) -> None:
    write(project, "specs/login/requirements.md", REQUIREMENTS)
    write(project, "tests/test_login.py", TEST)


@pytest.fixture
def many(project: Path) -> None:
    for number in range(50):
        criteria = "".join(
            f"{item}. WHEN an order of {item} items comes, THE shop SHALL answer quickly, etc.\n"
            for item in range(1, 11)
        )
        text = f"### Requirement 1: Orders\n\n#### Acceptance Criteria\n\n{criteria}"
        write(project, f"specs/feature-{number:02}/requirements.md", text)


@pytest.mark.usefixtures("login")
@pytest.mark.verifies("mcp#2.21")
async def test_the_gate_names_the_rules_that_do_not_hold(all_tools: Client, answer: Answer) -> None:
    gate = answer(await all_tools.call_tool("check_gate", {"limit": 1}))
    assert gate["verdict"] == "failed"
    assert gate["proved_percent"] == 0
    [rule] = gate["rules"]
    assert rule == {
        "rule": "minimum",
        "verdict": "failed",
        "message": "0 % are proved, 100 % are required.",
        "findings": ["specs/login/requirements.md:5:4: login#1.1 is untested."],
        "more_findings": 1,
    }
    assert gate["rules_passed"] > 0
    refused = await all_tools.call_tool("check_gate", {"limit": 1000})
    assert "limit is 1000; it must be 0 to 100." in answer(refused)["error_message"]


@pytest.mark.usefixtures("login")
@pytest.mark.verifies("mcp#2.21")
async def test_what_cannot_be_judged_comes_before_what_failed(
    all_tools: Client, answer: Answer, project: Path
) -> None:
    (project / "specs/login/design.md").write_text("x")
    write(project, "specs/cart/requirements.md", "x" * 1_000_001)
    gate = answer(await all_tools.call_tool("check_gate", {}))
    assert gate["verdict"] == "not judged"
    assert [it["rule"] for it in gate["rules"]] == ["documents", "minimum"]


@pytest.mark.usefixtures("many")
@pytest.mark.verifies("mcp#2.21")
async def test_the_verdict_on_many_criteria_is_short(all_tools: Client, answer: Answer) -> None:
    for arguments in ({}, {"limit": 100}):
        result = await all_tools.call_tool("check_gate", arguments)
        assert len(result.model_dump_json()) <= 4096
        [rule] = answer(result)["rules"]
        assert len(rule["findings"]) >= 5
        assert len(rule["findings"]) + rule["more_findings"] == 500


@pytest.mark.usefixtures("login")
@pytest.mark.verifies("mcp#2.22")
async def test_the_impact_of_files_criteria_and_commits_is_listed(
    all_tools: Client, answer: Answer, project: Path
) -> None:
    by_file = answer(
        await all_tools.call_tool("analyze_impact", {"paths": ["tests/test_login.py"]})
    )
    assert by_file["counts"] == {"criteria": 1, "tasks": 0, "cases": 0, "tests": 1, "unlinked": 0}
    assert by_file["touched"] == [
        {
            "criterion": "login#1.2",
            "place": "specs/login/requirements.md:6:4",
            "reasons": ["linked by tests/test_login.py::test_wrong_password"],
        },
        {"test": "tests/test_login.py::test_wrong_password"},
    ]
    by_key = answer(await all_tools.call_tool("analyze_impact", {"criteria": ["login#1.1"]}))
    assert [it.get("criterion") for it in by_key["touched"]] == ["login#1.1"]

    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "first")
    write(project, "shop.py", "x = 1\n")
    write(project, "tests/test_login.py", TEST.replace("assert 1", "assert 2"))
    since = answer(await all_tools.call_tool("analyze_impact", {"since": "main"}))
    assert since["touched"][1:] == [
        {"test": "tests/test_login.py::test_wrong_password"},
        {"unlinked": "shop.py"},
    ]
    assert "run everything" in since["note"]


@pytest.mark.usefixtures("many")
@pytest.mark.verifies("mcp#2.22")
@pytest.mark.repeats
async def test_the_impact_on_many_criteria_comes_in_short_pages(
    all_tools: Client, answer: Answer
) -> None:
    names = [f"specs/feature-{number:02}/requirements.md" for number in range(50)]
    seen: list[str] = []
    offset: int | None = 0
    while offset is not None:
        arguments = {"paths": names, "offset": offset}
        result = await all_tools.call_tool("analyze_impact", arguments)
        assert len(result.model_dump_json()) <= 4096
        page = answer(result)
        assert page["counts"]["criteria"] == 500
        seen += [it["criterion"] for it in page["touched"]]
        offset = page.get("next_offset")
    assert len(set(seen)) == len(seen) == 500


@pytest.mark.usefixtures("login")
@pytest.mark.verifies("mcp#2.22")
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"paths": ["shop.py"]}, "There is no file shop.py."),
        ({"paths": ["../other/file.py"]}, "../other/file.py"),
        ({"criteria": ["login#1.9"]}, "login#1.9 is unknown"),
        ({"since": "--output=x"}, "is not in a git repository"),
        ({"since": "main", "criteria": ["login#1.1"]}, "not both"),
        ({"offset": -1}, "offset is -1"),
    ],
)
async def test_the_impact_of_what_is_not_there_is_an_error(
    all_tools: Client, answer: Answer, arguments: dict[str, Any], reason: str
) -> None:
    result = await all_tools.call_tool("analyze_impact", arguments)
    assert result.is_error
    assert reason in answer(result)["error_message"]


@pytest.mark.usefixtures("many")
@pytest.mark.verifies("mcp#2.23")
@pytest.mark.repeats
async def test_the_findings_on_requirements_come_worst_first_in_short_pages(
    all_tools: Client, answer: Answer, project: Path
) -> None:
    text = REQUIREMENTS.replace("answer with 200.", "answer with TBD.")
    write(project, "specs/zoo/requirements.md", text)
    first = await all_tools.call_tool("lint_specs", {})
    assert len(first.model_dump_json()) <= 4096
    page = answer(first)
    assert (page["documents"], page["criteria"]) == (51, 502)
    assert sum(page["rules"].values()) == page["total"] == sum(page["counts"].values())
    severities = [it["severity"] for it in page["findings"]]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    following = {"offset": page["next_offset"]}
    second = answer(await all_tools.call_tool("lint_specs", following))
    assert second["findings"][0] not in page["findings"]


@pytest.mark.usefixtures("many")
@pytest.mark.verifies("mcp#2.23")
async def test_the_findings_of_a_feature_a_severity_or_a_rule_are_chosen(
    all_tools: Client, answer: Answer
) -> None:
    all_of_it = answer(await all_tools.call_tool("lint_specs", {"feature": "feature-07"}))
    assert all_of_it["documents"] == 1
    assert {it["place"].split(":")[0] for it in all_of_it["findings"]} == {
        "specs/feature-07/requirements.md"
    }
    rule = next(iter(all_of_it["rules"]))
    of_rule = answer(
        await all_tools.call_tool("lint_specs", {"feature": "feature-07", "rule": rule})
    )
    assert of_rule["total"] == all_of_it["rules"][rule]
    assert {it["rule"] for it in of_rule["findings"]} == {rule}
    errors = answer(await all_tools.call_tool("lint_specs", {"severity": "error"}))
    assert errors["total"] == errors["counts"]["error"]
    for arguments, reason in (
        ({"rule": "S999"}, "S999 found nothing here"),
        ({"feature": "feature-7"}, "Did you mean feature-"),
    ):
        result = await all_tools.call_tool("lint_specs", arguments)
        assert reason in answer(result)["error_message"]
