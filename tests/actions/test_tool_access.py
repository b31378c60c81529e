import pytest

from shall.actions.principal import ANYONE, Principal
from shall.actions.tool_access import ToolAccess, tool_access
from shall.errors import Forbidden, InvalidSetting
from shall.mcp.server import TOOLS
from shall.mcp.tool import operation_of

SCOPES = {tool.__name__: operation_of(tool.__name__, it).scope for tool, it in TOOLS.items()}


def visible(bound: ToolAccess, principal: Principal) -> set[str]:
    return {name for name, scope in SCOPES.items() if bound.allows(name, scope, principal)}


@pytest.mark.verifies("auth#5.1")
def test_each_tool_needs_the_scope_for_what_it_does() -> None:
    assert SCOPES == {
        "create_file": "write",
        "delete_testcase": "write",
        "get_mcp_metrics": "read",
        "get_test_results": "read",
        "get_testcase": "read",
        "health_check": "read",
        "import_testcases": "write",
        "list_testcases": "read",
        "read_file": "read",
        "run_tests": "run",
        "send_request": "run",
        "trace_requirements": "read",
        "write_testcase": "write",
        "write_unittest": "write",
    }


@pytest.mark.verifies("auth#5.2")
def test_a_caller_sees_what_its_scopes_say_and_what_is_missing() -> None:
    bound = ToolAccess()
    assert visible(bound, ANYONE) == set(SCOPES)
    assert visible(bound, Principal("boss", frozenset({"admin"}))) == set(SCOPES)
    assert visible(bound, Principal("none", frozenset())) == set()
    runner = Principal("ci", frozenset({"run"}))
    assert visible(bound, runner) == {"run_tests", "send_request"}
    bound.check("run_tests", SCOPES["run_tests"], runner)
    with pytest.raises(Forbidden, match="the scope write") as refused:
        bound.check("delete_testcase", SCOPES["delete_testcase"], runner)
    assert refused.value.code == "MCP_FORBIDDEN"
    assert refused.value.details == {"scope": "write"}


@pytest.mark.verifies("auth#5.4")
def test_no_caller_gets_more_than_the_operator_offers() -> None:
    bound = tool_access(read_only=True, tools=["read_file", "run_tests"], known=SCOPES)
    assert visible(bound, ANYONE) == {"read_file"}
    for name in ("run_tests", "get_testcase"):
        with pytest.raises(Forbidden, match="not offered"):
            bound.check(name, SCOPES[name], ANYONE)
    only = tool_access(read_only=False, tools=["run_tests"], known=SCOPES)
    assert visible(only, ANYONE) == {"run_tests"}
    assert visible(tool_access(read_only=False, tools=(), known=SCOPES), ANYONE) == set(SCOPES)


def test_a_tool_that_is_not_there_cannot_be_offered() -> None:
    with pytest.raises(InvalidSetting, match="Did you mean run_tests"):
        tool_access(read_only=False, tools=["run_test"], known=SCOPES)
    with pytest.raises(InvalidSetting, match="Available: create_file"):
        tool_access(read_only=False, tools=["zzz"], known=SCOPES)
