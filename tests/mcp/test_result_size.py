import json
from typing import Any

import pytest

from shall.actions.calls import Failure
from shall.errors import ResultTooLarge
from shall.mcp.reply import as_result, failure, success


def size_of(data: dict[str, Any]) -> int:
    """Count the bytes that the answer has on the wire, as its two forms say it."""
    result = as_result(data)
    structured = json.dumps(result.structured_content, ensure_ascii=False, separators=(",", ":"))
    [content] = result.content
    assert content.type == "text"
    return len(content.text.encode()) + len(structured.encode())


@pytest.mark.verifies("limits#2.5")
@pytest.mark.parametrize(
    "fields",
    [
        {"content": "x" * 1000},
        {"content": "长" * 1000},
        {"run_id": "r1", "results": [{"name": "a", "assertions": ["x" * 1000]}]},
    ],
)
def test_an_answer_larger_than_it_may_be_is_an_error(fields: dict[str, Any]) -> None:
    data = success("abc", fields)
    size = size_of(data)
    assert as_result(data, size).structured_content == data
    with pytest.raises(ResultTooLarge) as raised:
        as_result(data, size - 1)
    error = raised.value
    assert error.details["size_bytes"] == size
    assert error.details.get("run_id") == fields.get("run_id")
    shown = as_result(failure("abc", Failure(error.code, str(error), error, 500)))
    assert shown.is_error
    assert shown.structured_content is not None
    assert shown.structured_content["error_code"] == "MCP_RESULT_TOO_LARGE"
    assert "Ask for less" in shown.structured_content["error_message"]
