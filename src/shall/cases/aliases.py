"""Older and alternative spellings, and what they are written as today.

These tables are the only place that knows them: everything behind reading sees today's names.
"""

from shall.cases.model import CheckKind

CHECK_SPELLINGS: dict[str, CheckKind] = {
    "status": CheckKind.STATUS,
    "code": CheckKind.STATUS,
    "equal": CheckKind.EQUALS,
    "eq": CheckKind.EQUALS,
    "==": CheckKind.EQUALS,
    "not_equal": CheckKind.NOT_EQUALS,
    "ne": CheckKind.NOT_EQUALS,
    "neq": CheckKind.NOT_EQUALS,
    "!=": CheckKind.NOT_EQUALS,
    "exist": CheckKind.EXISTS,
    "not_exist": CheckKind.NOT_EXISTS,
    "none": CheckKind.IS_NONE,
    "null": CheckKind.IS_NONE,
    "is_null": CheckKind.IS_NONE,
    "not_none": CheckKind.IS_NOT_NONE,
    "not_null": CheckKind.IS_NOT_NONE,
    "is_not_null": CheckKind.IS_NOT_NONE,
    "contain": CheckKind.CONTAINS,
    "not_contain": CheckKind.NOT_CONTAINS,
    "len": CheckKind.LENGTH,
    "length_equals": CheckKind.LENGTH,
    "matches": CheckKind.REGEX,
    "match": CheckKind.REGEX,
    "regexp": CheckKind.REGEX,
    "lt": CheckKind.LESS,
    "<": CheckKind.LESS,
    "less": CheckKind.LESS,
    "le": CheckKind.LESS_EQUAL,
    "lte": CheckKind.LESS_EQUAL,
    "<=": CheckKind.LESS_EQUAL,
    "less_equal": CheckKind.LESS_EQUAL,
    "less_than_or_equal": CheckKind.LESS_EQUAL,
    "gt": CheckKind.GREATER,
    ">": CheckKind.GREATER,
    "greater": CheckKind.GREATER,
    "ge": CheckKind.GREATER_EQUAL,
    "gte": CheckKind.GREATER_EQUAL,
    ">=": CheckKind.GREATER_EQUAL,
    "greater_equal": CheckKind.GREATER_EQUAL,
    "greater_than_or_equal": CheckKind.GREATER_EQUAL,
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

_TODAY: dict[str, CheckKind] = {kind.value: kind for kind in CheckKind}


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
