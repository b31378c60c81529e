"""The forms that values of a case have: what a check compares with, names, ids."""

from collections.abc import Mapping
from typing import Any

from shall.cases.syntax import GLOBAL
from shall.late_pattern import late_pattern

ROW = "row"
"""The name by which the expressions of a case read its row of data."""

DRAFT = "draft"
"""Why a draft is not run, unless it says another reason."""

TO_FILL = "TODO"
"""How a value of a draft begins that somebody has to fill in."""

FIELDS_OF_SHARED = ("name", "description", "host", "variables", "secrets", "steps", "teardowns")
"""What shared steps have of the fields of a case."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

WEBSOCKET = "WS"
"""What a step writes as its method that opens a WebSocket."""


_SINGLE = late_pattern(r"(?<!\{)\{([A-Za-z_]\w*)\}(?!\})")


def in_single_braces(url: str) -> list[str]:
    """Return the names that an address has in single braces, which nothing replaces.

    >>> in_single_braces("/orders/{id}/{{ line }}")
    ['id']
    """
    return _SINGLE.findall(url) if "{" in url else []


def is_template(value: Any) -> bool:
    """Return whether a value is a text that contains an expression."""
    return type(value) is str and "{{" in value


def is_status(value: Any) -> bool:
    """Return whether a value is a status."""
    return type(value) is int and 100 <= value <= 599


def is_list(value: Any) -> bool:
    """Return whether a value is a list."""
    return type(value) is list


def is_length(value: Any) -> bool:
    """Return whether a value is a length."""
    return type(value) is int and value >= 0


def is_ordered(value: Any) -> bool:
    """Return whether a value is a number or a text."""
    return type(value) in (int, float, str)


def is_pattern(value: Any) -> bool:
    """Return whether a value is a regular expression that a case may use."""
    from shall.cases.patterns import pattern_problem  # few checks have any

    return type(value) is str and "{{" not in value and pattern_problem(value) is None


def is_shared_name(name: str) -> bool:
    """Return whether shared steps can have a name: ``login``, ``admin/login``."""
    return all(part.replace("-", "_").isidentifier() for part in name.split("/"))


def is_variable_name(name: str) -> bool:
    """Return whether an expression can read a variable of this name."""
    return name.replace("-", "_").isidentifier() and name[0] != "-" and name not in _RESERVED


def variable_name_hint(name: str) -> str:
    """Return what to write instead of a name that no variable can have."""
    if name in _RESERVED:
        return "It means something else in expressions: choose another name."
    if name[:1].isdigit():
        return f"Begin with a letter, such as `_{name:.60}`."
    return "Write letters, digits and `_`, such as `order_id`."


_RESERVED = frozenset({GLOBAL, "GLOBAL", "true", "True", "false", "False", "null", "None"})


def default_id(kind: str, index: int) -> str:
    """Return the id of a step or a teardown that names none: ``step 2``."""
    return f"{kind} {index + 1}"


def is_query_file(query: Any) -> bool:
    """Return whether a GraphQL query is the path of a file in the workspace."""
    return type(query) is str and query.endswith((".graphql", ".gql")) and "\n" not in query


def graphql_data(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON data of a GraphQL request (GraphQL over HTTP, section 6)."""
    data = {"query": written["query"]}
    if written.get("variables") is not None:
        data["variables"] = written["variables"]
    if written.get("operation") is not None:
        data["operationName"] = written["operation"]
    return data
