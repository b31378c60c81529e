"""Older and alternative spellings, and what they are written as today.

These tables are the only place that knows them: everything behind reading sees today's names.
"""

from shall.cases.model import CHECK_KINDS, CheckKind

CHECK_SPELLINGS: dict[str, CheckKind] = {
    "status": "status_code",
    "code": "status_code",
    "equal": "equals",
    "eq": "equals",
    "==": "equals",
    "not_equal": "not_equals",
    "ne": "not_equals",
    "neq": "not_equals",
    "!=": "not_equals",
    "exist": "exists",
    "not_exist": "not_exists",
    "none": "is_none",
    "null": "is_none",
    "is_null": "is_none",
    "not_none": "is_not_none",
    "not_null": "is_not_none",
    "is_not_null": "is_not_none",
    "contain": "contains",
    "not_contain": "not_contains",
    "len": "length",
    "length_equals": "length",
    "matches": "regex",
    "match": "regex",
    "regexp": "regex",
    "lt": "less_than",
    "<": "less_than",
    "less": "less_than",
    "le": "less_or_equal",
    "lte": "less_or_equal",
    "<=": "less_or_equal",
    "less_equal": "less_or_equal",
    "less_than_or_equal": "less_or_equal",
    "gt": "greater_than",
    ">": "greater_than",
    "greater": "greater_than",
    "ge": "greater_or_equal",
    "gte": "greater_or_equal",
    ">=": "greater_or_equal",
    "greater_equal": "greater_or_equal",
    "greater_than_or_equal": "greater_or_equal",
}
"""Spelling to kind. Looked up in lower case with spaces and hyphens as ``_``."""

CASE_KEYS = {"teardown": "teardowns", "tear_down": "teardowns", "vars": "variables"}
REQUEST_KEYS = {
    "asserts": "assert",
    "assertions": "assert",
    "timeout": "timeout_s",
    "header": "headers",
    "query_params": "params",
    "for_each": "for each",
    **{name.lower(): name for name in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")},
}
CHECK_KEYS = {"expect": "expected", "value": "expected"}

_TODAY: dict[str, CheckKind] = {kind: kind for kind in CHECK_KINDS}


def plain_spelling(word: str) -> str:
    """Return a word in lower case, with ``_`` for spaces and hyphens."""
    return "_".join(word.lower().replace("-", " ").replace("_", " ").split())


def check_kind(spelling: str) -> CheckKind | None:
    """Return the kind of check that a spelling names; None when nobody knows it."""
    kind = _TODAY.get(spelling)
    if kind is None:
        plain = plain_spelling(spelling)
        kind = _TODAY.get(plain) or CHECK_SPELLINGS.get(plain)
    return kind
