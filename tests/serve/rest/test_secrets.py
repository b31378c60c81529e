from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.redaction.spelling import echoed, every_form

CANARY = "canary-5f1b9c/Zt+8"


@pytest.mark.verifies("defences#9.12", "defences#9.11")
def test_no_answer_of_a_rest_route_holds_a_secret(start: Callable[..., Any], project: Path) -> None:
    (project / "notes.md").write_text(echoed(CANARY))
    running = start(variables={"alice": CANARY}, secrets=("alice",))
    read = running.http.post("/tools/read_file", json={"arguments": {"path": "notes.md"}})
    gone = running.http.post("/tools/read_file", json={"arguments": {"path": f"{CANARY}.md"}})
    assert "***" in read.text
    assert "***" in gone.text
    for answer in (read, gone):
        for form in every_form(CANARY):
            assert form not in answer.text
    token = "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
    assert token not in running.http.get(f"/bot1:{token}/send").text
