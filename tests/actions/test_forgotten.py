"""What a process remembers of a run that ended."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_CASE = """
name: secrets
steps:
  - GET: /given/token
    capture: {token: $.token}
  - POST: "/echo/{{ token }}"
    headers: {Authorization: "Bearer {{ token }}", X-Other: "{{ token }}", Cookie: "a={{ token }}"}
    json: {password: "{{ token }}"}
    expect: {$.body: {contains: "{{ token }}"}}
"""
_RUN = """
import gc, sys
from pathlib import Path
from shall.actions.load import load
from shall.actions.run import execute
from shall.actions.run_request import RunRequest
from shall.bootstrap import open_project
from shall.engine.load import Arrivals
from shall.settings import Settings

request = RunRequest(host=sys.argv[2])
kept = sys.argv[4]
workspace = open_project(Path(sys.argv[1]), Settings(keep="failed" if kept == "none" else kept))
if kept == "none":
    print(load(workspace, request, Arrivals(1, 1), 1).cases.count, 0)
else:
    run = execute(workspace, request)
    print(run.outcomes["passed"], run.bad_total)
token = sys.argv[3][::-1]

def texts():
    seen, left = set(), gc.get_objects()
    while left:
        holder = left.pop()
        keys = list(holder) if isinstance(holder, dict) else []  # which are no referents of it
        for each in (*gc.get_referents(holder), *keys):
            if isinstance(each, (str, bytes)):
                yield each, each if isinstance(each, str) else each.decode("latin-1")
            elif isinstance(each, (dict, tuple, frozenset)) and id(each) not in seen:
                seen.add(id(each))
                left.append(each)

gc.collect()
print([text for held, text in texts() if held is not token and token.lower() in text.lower()])
"""


@pytest.mark.process
@pytest.mark.verifies("defences#9.21")
@pytest.mark.parametrize("kept", ["all", "failed", "none"])
def test_no_secret_of_a_run_that_ended_stays_in_memory(
    tmp_path: Path, service: Any, kept: str
) -> None:
    token = "Zq7Kd81LmXw2pRt5"  # pragma: allowlist secret
    service.answer("token", f'{{"token": "{token}"}}', "application/json", headers={"X-Key": token})
    (tmp_path / "tests/cases").mkdir(parents=True)
    (tmp_path / "tests/cases/secrets.yaml").write_text(_CASE)

    ended = subprocess.run(
        [sys.executable, "-c", _RUN, str(tmp_path), service.url, token[::-1], kept],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.stderr == ""
    assert ended.stdout == "1 0\n[]\n"
