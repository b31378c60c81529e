"""Vets data that did not come from YAML text: it must be JSON, and have bounds."""

import math
from typing import Any

from shall.cases.bounds import MAX_DEPTH, MAX_NODES
from shall.cases.fields import Findings, Keys


def check_data(data: Any, findings: Findings) -> None:
    """Report keys that are not text, values that JSON does not have, and data beyond the bounds."""
    waiting: list[tuple[Any, Keys]] = [(data, ())]
    count = 0
    while waiting:
        value, keys = waiting.pop()
        count += 1
        if count > MAX_NODES or len(keys) > MAX_DEPTH:
            limit = f"{MAX_NODES:,} values" if count > MAX_NODES else f"{MAX_DEPTH} levels"
            findings.add("yaml.too-large", (), f"The data contains more than {limit}.")
            return
        if isinstance(value, dict):
            for key, each in value.items():
                if type(key) is not str:
                    findings.add("yaml.bad-key", keys, f"The key {key!r} is not text.", "Quote it.")
                else:
                    waiting.append((each, (*keys, key)))
        elif isinstance(value, list):
            waiting.extend((each, (*keys, index)) for index, each in enumerate(value))
        elif not _is_json(value):
            findings.add("yaml.not-json", keys, f"{value!r} is not a JSON value.")


def _is_json(value: Any) -> bool:
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in (str, int, bool)
