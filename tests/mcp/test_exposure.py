import pytest

from shall.actions.access import ANYONE, Principal
from shall.errors import Forbidden, InvalidSetting
from shall.mcp.exposure import Exposure, exposure, required_scope
from shall.mcp.server import TOOLS

ANNOTATIONS = {function.__name__: annotations for function, annotations in TOOLS.items()}


def visible(bound: Exposure, principal: Principal) -> set[str]:
    return {name for name, it in ANNOTATIONS.items() if bound.allows(name, it, principal)}


@pytest.mark.verifies("auth#5.1")
def test_each_tool_needs_the_scope_for_what_it_does() -> None:
    assert {name: required_scope(name, it) for name, it in ANNOTATIONS.items()} == {
        "create_file": "write",
        "delete_testcase": "write",
        "get_mcp_metrics": "read",
        "get_test_results": "read",
        "get_testcase": "read",
        "health_check": "read",
        "list_testcases": "read",
        "read_file": "read",
        "run_tests": "run",
        "trace_requirements": "read",
        "write_testcase": "write",
        "write_unittest": "write",
    }


@pytest.mark.verifies("auth#5.2")
def test_a_caller_sees_what_its_scopes_say_and_is_told_what_is_missing() -> None:
    bound = Exposure()
    assert visible(bound, ANYONE) == set(ANNOTATIONS)
    assert visible(bound, Principal("boss", frozenset({"admin"}))) == set(ANNOTATIONS)
    assert visible(bound, Principal("none", frozenset())) == set()
    runner = Principal("ci", frozenset({"run"}))
    assert visible(bound, runner) == {"run_tests"}
    assert bound.refusal("run_tests", ANNOTATIONS["run_tests"], runner) is None
    refusal = bound.refusal("delete_testcase", ANNOTATIONS["delete_testcase"], runner)
    assert isinstance(refusal, Forbidden)
    assert refusal.code == "MCP_FORBIDDEN"
    assert refusal.details == {"scope": "write"}
    assert "the scope write" in str(refusal)


@pytest.mark.verifies("auth#5.4")
def test_no_caller_gets_more_than_the_operator_offers() -> None:
    bound = exposure(read_only=True, tools=["read_file", "run_tests"], known=ANNOTATIONS)
    assert visible(bound, ANYONE) == {"read_file"}
    for name in ("run_tests", "get_testcase"):
        refusal = bound.refusal(name, ANNOTATIONS[name], ANYONE)
        assert isinstance(refusal, Forbidden)
        assert "not offered" in str(refusal)
    only = exposure(read_only=False, tools=["run_tests"], known=ANNOTATIONS)
    assert visible(only, ANYONE) == {"run_tests"}
    assert visible(exposure(read_only=False, tools=(), known=ANNOTATIONS), ANYONE) == set(
        ANNOTATIONS
    )


def test_a_tool_that_is_not_there_cannot_be_offered() -> None:
    with pytest.raises(InvalidSetting, match="Did you mean run_tests"):
        exposure(read_only=False, tools=["run_test"], known=ANNOTATIONS)
    with pytest.raises(InvalidSetting, match="There are: create_file"):
        exposure(read_only=False, tools=["zzz"], known=ANNOTATIONS)
