"""A run as JSON text: the form that ``results.encoding`` reads back."""

import json
import re
from typing import Any

from shall.report.curl import curl_of
from shall.report.wording import BAD
from shall.results.encoding import result_to_json
from shall.results.records import CaseResult, RunResult

_SURROGATE = re.compile("[\ud800-\udfff]")


def json_text(run: RunResult) -> str:
    """Write a run as indented JSON with its format version; keys stand in a fixed order.

    Characters beyond ASCII are kept readable; half surrogate pairs, which no encoder takes, are
    written as JSON escapes. Numbers that JSON does not have are written as text: ``inf``. Each step
    that did not pass has its request as a ``curl`` command.
    """
    data = result_to_json(run)
    for case, written in zip(run.cases, data["cases"], strict=True):
        _add_commands(case, written)
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
    return _SURROGATE.sub(lambda half: f"\\u{ord(half.group()):04x}", text) + "\n"


def _add_commands(case: CaseResult, written: dict[str, Any]) -> None:
    pairs = zip(
        (*case.steps, *case.teardowns), (*written["steps"], *written["teardowns"]), strict=True
    )
    for step, data in pairs:
        if step.outcome in BAD and (command := curl_of(step)):
            data["curl"] = command
