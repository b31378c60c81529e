from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

pytestmark = pytest.mark.anyio

Answer = Callable[[Any], dict[str, Any]]


@pytest.mark.verifies("generate#2.10")
async def test_the_tool_writes_cases_and_no_program_and_answers_briefly(
    all_tools: Client, answer: Answer, project: Path
) -> None:
    specs = project / "specs/shop/requirements.md"
    specs.parent.mkdir(parents=True)
    lines = [
        f"{at}. WHEN a client sends GET /a/{at}, THE shop SHALL return 200." for at in range(1, 81)
    ]
    lines += [f"{at}. FOR ALL orders, THE total {at} SHALL be even." for at in range(81, 121)]
    head = "### Requirement 1: A\n\n#### Acceptance Criteria\n\n"
    specs.write_text(head + "\n".join(lines) + "\n")

    dry = await all_tools.call_tool("generate_tests", {"dry_run": True})
    assert not (project / "tests").exists()
    made = await all_tools.call_tool("generate_tests", {})

    assert "GET: /a/1" in answer(dry)["yaml_preview"]
    for result in (dry, made):
        assert len(result.model_dump_json()) <= 4096
        found = answer(result)
        assert (found["total"], found["left_out_total"]) == (80, 40)
        assert found["drafts"][0]["path"] == "tests/cases/shop/1.1.yaml"
        assert "`shall generate` writes a test for pytest" in found["left_out"][0]
    assert len([*(project / "tests/cases/shop").iterdir()]) == 80
    assert [*(project / "tests").rglob("*.py")] == []
    again = answer(await all_tools.call_tool("generate_tests", {"criteria": ["shop#1.1"]}))
    assert (again.get("total", 0), again["tested"]) == (0, 1)
