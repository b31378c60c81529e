"""Calls that have nothing to stream are answered with one JSON document."""

from pathlib import Path

import httpx2
import pytest
from tests.serve.logged import headers_of, logged, request

pytestmark = pytest.mark.process


def test_only_a_call_that_may_stream_needs_a_client_that_takes_streams(project: Path) -> None:
    statuses = {}
    with logged(project) as served, httpx2.Client(timeout=60) as http:
        for name in ("health_check", "list_testcases", "run_tests"):
            call = request("tools/call", {"name": name, "arguments": {}})
            only_json = {**headers_of(call), "Accept": "application/json"}
            statuses[name] = http.post(served.url, json=call, headers=only_json).status_code
        lied = {**headers_of(call), "Mcp-Name": "health_check"}  # the body says run_tests
        statuses["lied"] = http.post(served.url, json=call, headers=lied).status_code
    assert statuses == {"health_check": 200, "list_testcases": 200, "run_tests": 406, "lied": 400}
