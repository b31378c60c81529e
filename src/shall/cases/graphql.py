"""Reads ``graphql``: a query, its variables, and the name of its operation."""

from typing import Any

from shall.cases.fields import Fields

FIELDS = frozenset({"query", "variables", "operation"})


def read_graphql(fields: Fields, method: str) -> dict[str, Any]:
    """Read ``graphql`` of a step; return it as written."""
    read = Fields(fields.values["graphql"], fields.at("graphql"), fields.findings, FIELDS, {})
    read.required_text("query")
    read.text("operation")
    variables = read.values.get("variables")
    if variables is not None and type(variables) not in (dict, str):
        read.bad_type("variables", "a mapping")
    if method != "POST":
        hint = "Write `POST: /graphql`."
        fields.bad("case.bad-value", "graphql", "A GraphQL request is sent by POST.", hint)
    return read.values


def graphql_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``graphql``."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["query"],
        "properties": {
            "query": {"type": "string", "description": "the query, or the path of its file"},
            "variables": {"type": ["object", "string"]},
            "operation": {"type": "string", "description": "the operation of the query"},
        },
    }
