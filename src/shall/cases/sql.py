"""SQL in a case: a step ``sql``, and the queries of an earlier format."""

import re
from collections.abc import Mapping, Set
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from shall.cases.fields import Fields, kind_of
from shall.cases.forms import METHODS
from shall.cases.model import SqlTemplate
from shall.cases.nearest import nearest
from shall.cases.selector import WITH_ARGUMENT, WORDS
from shall.errors import BadValue

SELECTORS = {
    "rows": "$.rows",
    "row": "$.row",
    "value": "$.value",
    "rowcount": "$.rowcount",
}
"""Selectors of the answer of an SQL step, and where each is in it as JSON."""

MEANINGS = {
    "rows": "of an SQL step, the rows that the query returns, each a mapping by column",
    "row": "of an SQL step, the first row",
    "value": "of an SQL step, the first column of the first row",
    "rowcount": "of an SQL step, the number of rows that it returns or changes",
}

_OF_ANY_STEP = frozenset({"duration", "jmespath"})
_FOREIGN = frozenset({*WORDS, *WITH_ARGUMENT}) - _OF_ANY_STEP
"""Selectors that only a response of HTTP has."""

_FIELDS = frozenset({"database", "query", "parameters"})

NAME = re.compile(r"(?<![:\w\\]):(\w+)(?!\w|:(?!:))")
"""A name that a value is bound to: ``:id``, ``:id::int``; not ``::date``, ``12:30``, ``\\:id``."""

_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_LITERAL = re.compile(r"'((?:[^']|'')*)'|\"((?:[^\"]|\"\")*)\"", re.DOTALL)
_COLON = re.compile(r"(?<![:\\]):(?=\w)")


def read_sql(fields: Fields, of_requests: Set[str]) -> SqlTemplate | None:
    """Read ``sql``: what a step asks of which database; None where it sends a request.

    ``of_requests`` are fields that it does not have then.
    """
    if fields.values.get("sql") is None:
        return None
    for name in sorted({*of_requests, *METHODS, "assert", "stream"} - {"timeout_s"}):
        if fields.values.get(name) is not None:
            message = f"`{name}` cannot be combined with `sql`."
            hint = "Write `expect`." if name == "assert" else "Write a request as another step."
            fields.bad("case.conflicting-fields", name, message, hint)
    return replace(_read_query(fields), timeout_s=fields.seconds("timeout_s"))


def _read_query(fields: Fields) -> SqlTemplate:
    if isinstance(fields.values["sql"], str):
        fields.bad_type("sql", "a mapping", "Write `sql: {query: SELECT ...}`.")
        return SqlTemplate("")
    sql = Fields(fields.values["sql"], fields.at("sql"), fields.findings, _FIELDS, {})
    query = sql.required_text("query")
    parameters = sql.mapping("parameters")
    for name, value in parameters.items():
        if isinstance(value, dict | list):
            keys = (*sql.at("parameters"), name)
            message = f"`{name:.60}` must be one value, not {kind_of(value)}."
            sql.findings.add("case.bad-type", keys, message)
    if "{{" in query:
        message = "`query` contains an expression, which could change the statement."
        hint = 'Write `:name` in it, and `parameters: {name: "{{ ... }}"}`.'
        sql.bad("case.bad-query", "query", message, hint)
    elif query:
        _check_names(sql, query, parameters)
    return SqlTemplate(query, sql.text("database"), parameters)


def _check_names(sql: Fields, query: str, parameters: Mapping[str, Any]) -> None:
    used = dict.fromkeys(NAME.findall(query))
    for name in used:
        if name not in parameters:
            message = f"`:{name:.60}` has no value."
            near = nearest(name, parameters)
            hint = (
                f"Did you mean `:{near}`?"
                if near
                else f"Write it under `parameters`, or `\\:{name:.60}` where a colon is meant."
            )
            sql.bad("case.bad-query", "query", message, hint)
    for name in parameters:
        if name not in used:
            keys = (*sql.at("parameters"), name)
            message = f"`{name:.60}` is not used in the query."
            hint = f"Write `:{name:.60}` where its value belongs."
            sql.findings.add("case.bad-query", keys, message, hint, at_key=True)


def json_selector(text: str) -> str:
    """Return the selector of a response that a selector of an SQL step stands for.

    >>> json_selector("row")
    '$.row'
    >>> json_selector("rows | count")
    '$.rows | count'

    Raises:
        BadValue: Only a response of HTTP has such a part.
    """
    source, mark, filters = text.partition("|")
    word = source.strip()
    if word in SELECTORS:
        return f"{SELECTORS[word]} |{filters}" if mark else SELECTORS[word]
    first = word.partition(" ")[0]
    if first in _FOREIGN:
        raise BadValue(f"An SQL step has no `{first}`.", hint=_KNOWN)
    if not word.startswith("$") and first not in _OF_ANY_STEP:
        near = nearest(word.partition(".")[0], SELECTORS)
        hint = f"Did you mean `{near}`?" if near and "." not in word else _KNOWN
        raise BadValue(
            f"Unknown selector `{word:.60}` of an SQL step.",
            hint=hint,
            details={"fix": near if near and "." not in word else ""},
        )
    return text


_KNOWN = "Write `row`, `rows`, `value`, `rowcount`, `duration` or a path such as `$.row.id`."


def sql_selector(text: str) -> str:
    """Return how an SQL step writes a selector: ``row`` for ``$.row``."""
    source, mark, filters = text.partition("|")
    for word, path in SELECTORS.items():
        if source.strip() == path:
            return f"{word} |{filters}" if mark else word
    return text


@lru_cache(maxsize=256)
def older_query(query: str) -> SqlTemplate:
    """Return a query of an earlier format with what its expressions give as bound values.

    An expression inside of quotes makes the text between them a value.

    >>> older_query("SELECT id FROM u WHERE name = '{{ login.name }}'")
    SqlTemplate(query='SELECT id FROM u WHERE name = :value_1', database=None, \
parameters={'value_1': '{{ login.name }}'})

    Raises:
        BadValue: An expression is used where no value can be bound.
    """
    parameters: dict[str, str] = {}

    def bind(template: str) -> str:
        name = f"value_{len(parameters) + 1}"
        parameters[name] = template
        return f":{name}"

    held: list[str] = []

    def hold(expression: re.Match[str]) -> str:
        held.append(expression[0])
        return f"\0{len(held) - 1}\0"

    def restore(text: str) -> str:
        return re.sub(r"\0(\d+)\0", lambda found: held[int(found[1])], text)

    def literal(found: re.Match[str]) -> str:
        if "\0" not in found[0]:
            return found[0]
        quoted = found[1] if found[1] is not None else found[2]
        return bind(restore(quoted.replace("''", "'").replace('""', '"')))

    if "\0" in query:
        raise BadValue("A query contains a NUL character.")
    marked = _COLON.sub(r"\\:", _EXPRESSION.sub(hold, query))
    bound = _LITERAL.sub(literal, marked)
    if re.search(r"`[^`]*\0[^`]*`|\w\0\d|\d\0\w|\.\0\d", bound):
        raise BadValue(
            "A query contains an expression where no value can be bound.",
            hint="Write names of tables and columns as they are.",
        )
    text = re.sub(r"\0(\d+)\0", lambda found: bind(held[int(found[1])]), bound)
    return SqlTemplate(text, None, parameters)


def check_query(fields: Fields) -> None:
    """Report what is wrong with the field ``query``, which an earlier format has."""
    query = fields.text("query")
    if not query:
        fields.missing("query", "Write the SQL that is carried out.")
        return
    try:
        older_query(query)
    except BadValue as error:
        fields.bad("case.bad-query", "query", error.message, error.hint or "")
