"""A run as JSON text: the form that ``results.encoding`` reads back."""

import json
import re

from shall.results.encoding import result_to_json
from shall.results.records import RunResult

_SURROGATE = re.compile("[\ud800-\udfff]")


def json_text(run: RunResult) -> str:
    """Write a run as indented JSON with its format version; keys stand in a fixed order.

    Characters beyond ASCII are kept readable; half surrogate pairs, which no encoder takes, are
    written as JSON escapes. Numbers that JSON does not have are written as text: ``inf``.
    """
    text = json.dumps(result_to_json(run), ensure_ascii=False, indent=2, allow_nan=False)
    return _SURROGATE.sub(lambda half: f"\\u{ord(half.group()):04x}", text) + "\n"
