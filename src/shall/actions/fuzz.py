"""Hands an OpenAPI document to Schemathesis, and reads its findings as a run."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msgspec import Struct

from shall.actions.fuzz_results import read_results
from shall.actions.request_once import request_once
from shall.actions.run import run_options
from shall.actions.run_request import RunRequest
from shall.engine.redact import Redactor
from shall.errors import BadValue, InvalidInput
from shall.openapi.document import Document, read_document
from shall.results.records import RunResult, RunStatus
from shall.transport.exchange import Request
from shall.transport.process import ChildProcess, Ended
from shall.transport.url import checked_url
from shall.workspace.workspace import Workspace

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""What the child sees of our environment: nothing that may hold a secret."""

_REQUEST_TIMEOUT_S = 10
_EVENTS = "events.ndjson"
_EVENT_BYTES = 256 << 20


class FuzzOptions(Struct, frozen=True):
    """How an API is tested. ``seed`` None: another one each time."""

    base_url: str
    max_examples: int = 20
    timeout_s: float = 600.0
    seed: int | None = None


def fuzz(workspace: Workspace, text: str, source: str, options: FuzzOptions) -> RunResult:
    """Test an API by its document, in a child process; return what was found, not stored yet.

    ``source`` is the path or URL of the document.

    Raises:
        InvalidInput: Schemathesis is not installed, or the document cannot be used.
        TargetDenied: The operator allows no request to the API.
        TargetUnreachable, TimedOut: The API did not answer.
    """
    if find_spec("schemathesis") is None:
        raise InvalidInput(
            "Fuzzing needs the extra fuzz, which is not installed.",
            hint="Install it: pip install 'shall[fuzz]'.",
        )
    document = read_document(text, source)
    _check_references(document)
    base_url = checked_url(options.base_url)
    # By our own sender: is the target allowed, and there at all?
    probe = Request("GET", base_url, timeout_s=_REQUEST_TIMEOUT_S, follow_redirects=False)
    request_once(workspace, probe)
    at, started = datetime.now(UTC), time.perf_counter()
    run_id = os.urandom(16).hex()
    with tempfile.TemporaryDirectory(prefix="shall-fuzz-") as folder:
        ended = _run_child(workspace, folder, document, base_url, options)
        settings = run_options(workspace, RunRequest())
        redactor = Redactor(settings.secrets, settings.variables)
        places = [it.place for it in document.operations]
        cases = read_results(_lines(Path(folder) / _EVENTS), places, run_id, at, redactor)
    if not any(it.checks_executed or it.error is not None for it in cases):
        raise BadValue(f"Schemathesis tested nothing: {_last_line(ended, redactor)}")
    status = RunStatus.TIMED_OUT if ended.is_late else RunStatus.COMPLETE
    return RunResult(run_id, at, time.perf_counter() - started, status, tuple(cases))


def _check_references(document: Document) -> None:
    """Refuse references that lead out: Schemathesis would follow them past the rules."""
    for reference in _references(document.data):
        if not reference.startswith("#"):
            raise BadValue(f"The reference {reference:.100} leads out of the document.")


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            yield reference
    if isinstance(value, dict | list):
        for it in value.values() if isinstance(value, dict) else value:
            yield from _references(it)


def _run_child(
    workspace: Workspace, folder: str, document: Document, base_url: str, options: FuzzOptions
) -> Ended:
    paths = Path(folder)
    data = {**_without_servers(document.data), "servers": [{"url": base_url}]}
    (paths / "openapi.json").write_text(json.dumps(data), "utf-8")
    (paths / "schemathesis.toml").write_text("", "utf-8")  # none of a folder above is read
    command = [sys.executable, "-I", "-m", "schemathesis.cli"]
    command += ["--config-file", "schemathesis.toml", "run", "openapi.json", "--url", base_url]
    command += ["--report", "ndjson", "--report-ndjson-path", _EVENTS, "--max-redirects", "0"]
    command += ["--max-examples", str(options.max_examples)]
    command += ["--request-timeout", str(_REQUEST_TIMEOUT_S)]
    command += [] if options.seed is None else ["--seed", str(options.seed)]
    ours = workspace.environ()
    environment = {name: ours[name] for name in _PASSED_ON if name in ours}
    return ChildProcess(command, folder, environment).run(options.timeout_s)


def _without_servers(value: Any) -> Any:
    """Return a document without the servers that its paths and operations name."""
    if isinstance(value, list):
        return [_without_servers(it) for it in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _without_servers(it)
        for name, it in value.items()
        if not (name == "servers" and isinstance(it, list))
    }


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as file:
            left = _EVENT_BYTES
            for line in file:
                left -= len(line)
                if left < 0:
                    return
                yield line.decode("utf-8", "replace")
    except OSError:  # the child ended before it wrote any
        return


def _last_line(ended: Ended, redactor: Redactor) -> str:
    lines = [it.strip() for it in ended.output.splitlines() if it.strip()]
    return redactor.text(lines[-1])[:300] if lines else f"exit status {ended.status}."
