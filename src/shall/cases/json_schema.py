"""The JSON Schema of case files, for editors: made from the tables that reading uses."""

from typing import Any

from shall.cases.auth import auth_schema
from shall.cases.body import bytes_schema
from shall.cases.connection import connection_schema
from shall.cases.expect import OPENAPI
from shall.cases.flow import CHECKS, CONNECTION, MOST_ITERATIONS, MOST_RETRIES
from shall.cases.forms import FIELDS_OF_SHARED, METHODS, WEBSOCKET
from shall.cases.graphql import graphql_schema
from shall.cases.parts import files_schema, part_schema
from shall.cases.predicates import PREDICATES, Takes
from shall.cases.selector import JSON_PATH, WITH_ARGUMENT, WORDS
from shall.cases.sql import MEANINGS, SELECTORS
from shall.cases.stream import MAX_EVENTS
from shall.cases.websocket import messages_schema

_TEXT = {"type": "string"}
_TEXTS = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
_REASON = {"anyOf": [{**_TEXT, "pattern": r"\S"}, {"enum": [False, None]}]}
_MAPPING = {"type": "object"}
_STATUS = {"type": "integer", "minimum": 100, "maximum": 599}
_TIME = {"type": "string", "pattern": r"^\s*[0-9.]+\s*(ms|s|min|h)\s*$"}
_EXPRESSION = {"type": "string", "pattern": r"\{\{"}
_CONDITIONS = {"$ref": "#/$defs/conditions"}
_CASE = {"$ref": "#/$defs/case"}
_SHARED = {"$ref": "#/$defs/shared"}

_BY_TAKES: dict[Takes, dict[str, Any]] = {
    Takes.NOTHING: {"type": ["boolean", "null"]},
    Takes.ORDERED: {"type": ["number", "string"]},
    Takes.TEXT: _TEXT,
    Takes.PATTERN: _TEXT,
    Takes.LIST: {"anyOf": [{"type": "array"}, _EXPRESSION]},
    Takes.LENGTH: {"anyOf": [{"type": "integer", "minimum": 0}, _EXPRESSION, _CONDITIONS]},
    Takes.CONDITIONS: _CONDITIONS,
    Takes.COUNT: {"type": "object", "required": ["where"], "minProperties": 2},
    Takes.ITEMS: {"anyOf": [{"type": "array", "items": _CONDITIONS}, _EXPRESSION]},
    Takes.TOLERANCE: {"type": "object", "required": ["value", "within"]},
    Takes.SNAPSHOT: {"type": ["object", "string"]},
    Takes.SCHEMA: {"type": ["object", "boolean", "string"]},
}


def json_schema() -> dict[str, Any]:
    """Return the schema, draft 2020-12. Older spellings are readable and not in it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A test case of shall",
        "anyOf": [_CASE, _SHARED, _below("testcase", _CASE), _below("shared", _SHARED)],
        "$defs": {
            "case": _case(),
            "shared": _shared(),
            "step": _call(
                {
                    "capture": _capture(),
                    "delay": _TIME,
                    "until": {"$ref": "#/$defs/until"},
                    **_flow(),
                    "stream": {"$ref": "#/$defs/stream"},
                    WEBSOCKET: {**_TEXT, "description": "opens a WebSocket at a path or address"},
                    "messages": messages_schema(_TIME),
                }
            ),
            "teardown": _teardown(),
            "expect": _expect(),
            "stream": _stream(),
            "until": _until(),
            "conditions": _conditions(),
            "part": part_schema(),
            "auth": auth_schema(),
            "connection": connection_schema(),
        },
    }


def _below(root: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the older form, with the fields below a root."""
    return {
        "type": "object",
        "required": [root],
        "additionalProperties": False,
        "properties": {root: fields},
    }


def _case() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["name", "steps"],
        "additionalProperties": False,
        "properties": {
            "name": _TEXT,
            "description": _TEXT,
            "host": {**_TEXT, "description": "the address to which paths are joined"},
            "tags": _TEXTS,
            "verifies": {**_TEXTS, "description": "criteria that the case proves: auth#1.2"},
            "skip": {**_REASON, "description": "why the case is not run"},
            "draft": {
                "type": ["boolean", "null"],
                "description": "true: not run until what is marked TODO is filled in",
            },
            "only": {**_REASON, "description": "why only this case runs, outside CI"},
            "use": {**_TEXTS, "description": "shared steps: login is shared/login.yaml"},
            "needs": {**_TEXTS, "description": "names or paths of cases that must have passed"},
            "data": {
                "anyOf": [
                    {**_TEXT, "pattern": r"\.(csv|json|ya?ml)$"},
                    {"type": "array", "items": _MAPPING},
                    {"type": "null"},
                ],
                "description": "rows, or a file of rows beside the case: each is a result",
            },
            "variables": _MAPPING,
            "secrets": {**_TEXTS, "description": "variables that are never shown or stored"},
            "allure": {
                "type": "object",
                "additionalProperties": False,
                "properties": dict.fromkeys(("epic", "feature", "story"), _TEXT),
            },
            "auth": {"$ref": "#/$defs/auth"},
            "connection": {"$ref": "#/$defs/connection"},
            "steps": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}},
            "teardowns": {"type": "array", "items": {"$ref": "#/$defs/teardown"}},
        },
    }


def _shared() -> dict[str, Any]:
    known = _case()["properties"]
    return {
        "type": "object",
        "required": ["steps"],
        "additionalProperties": False,
        "description": "steps that cases name under `use`; they run once in a run",
        "properties": {
            name: {"$ref": f"#/$defs/case/properties/{name}"}
            if name in ("steps", "teardowns", "host", "secrets")
            else known[name]
            for name in FIELDS_OF_SHARED
        },
    }


def _call(others: dict[str, Any]) -> dict[str, Any]:
    statuses = {"anyOf": [_STATUS, {"type": "array", "items": _STATUS}]}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **{it: {**_TEXT, "description": "a path or an address"} for it in METHODS},
            "id": _TEXT,
            "method": {"enum": [*METHODS]},
            "path": _TEXT,
            "url": _TEXT,
            "headers": _MAPPING,
            "params": _MAPPING,
            "json": True,
            "form": {"type": ["object", "string"]},
            "text": _TEXT,
            "graphql": graphql_schema(),
            "data": True,
            "xml": {**_TEXT, "description": "XML; values of expressions are escaped"},
            "body": bytes_schema(),
            "files": files_schema(),
            "timeout_s": {"type": "number", "exclusiveMinimum": 0},
            "follow_redirects": {"type": "boolean"},
            "auth": {"$ref": "#/$defs/auth"},
            "connection": {"$ref": "#/$defs/connection"},
            "allow_status": {**statuses, "description": "statuses of 400 and above that are meant"},
            "project": _TEXT,
            "sql": _sql(),
            "expect": _expect_of_step(),
            "assert": {"type": "array", "items": {"type": "object", "required": ["type"]}},
            **others,
        },
    }


def _teardown() -> dict[str, Any]:
    call = _call(
        {
            "operation_type": {"enum": ["api", "db"]},
            "query": _TEXT,
            "delete_files": {**_TEXTS, "description": "files below a folder of `scratch`"},
        }
    )
    # The large ones are written once.
    for name in ("graphql", "files", "allow_status", "sql", "expect"):
        call["properties"][name] = {"$ref": f"#/$defs/step/properties/{name}"}
    return call


def _sql() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["query"],
        "additionalProperties": False,
        "description": "a query of a database instead of a request",
        "properties": {
            "database": {**_TEXT, "description": "a name under `databases:` of shall.yaml"},
            "query": {**_TEXT, "description": "SQL with `:names`, without expressions"},
            "parameters": {**_MAPPING, "description": "the values of the `:names`"},
        },
    }


def _capture() -> dict[str, Any]:
    description = "names of variables, each with the selector of its value"
    return {"type": "object", "additionalProperties": _TEXT, "description": description}


def _flow() -> dict[str, Any]:
    """Return the fields of a step that say whether and how often it runs."""
    expect = {"$ref": "#/$defs/expect"}
    condition = {**_expect_again(), "minProperties": 1}
    condition["patternProperties"] = {**condition["patternProperties"], r"\{\{": _CONDITIONS}
    return {
        "if": {
            "anyOf": [_EXPRESSION, condition],
            "description": "an expression that is true, or conditions of the last response",
        },
        "for each": {
            "anyOf": [{"type": "array"}, _EXPRESSION],
            "description": "the items with each of which the step runs",
        },
        "as": {**_TEXT, "description": "the name of an item; `item` by default"},
        "repeat": {
            "type": "object",
            "additionalProperties": False,
            "oneOf": [{"required": ["while"]}, {"required": ["until"]}],
            "properties": {
                "while": expect,
                "until": expect,
                "at most": {"type": "integer", "minimum": 1, "maximum": MOST_ITERATIONS},
            },
        },
        "retry": {"anyOf": [{"type": "integer", "minimum": 1}, _retry()]},
    }


def _retry() -> dict[str, Any]:
    failures = {"anyOf": [{"enum": [CONNECTION, CHECKS]}, _STATUS]}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "times": {"type": "integer", "minimum": 1, "maximum": MOST_RETRIES},
            "every": _TIME,
            "backoff": {"type": "number", "minimum": 1, "maximum": 10},
            "after": {"anyOf": [failures, {"type": "array", "minItems": 1, "items": failures}]},
        },
    }


def _expect() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            word: {**_CONDITIONS, "description": meaning}
            for word, meaning in {**WORDS, **MEANINGS}.items()
        },
        "patternProperties": {
            r"^\$": {**_CONDITIONS, "description": JSON_PATH},
            **{
                f"^{it} .": {**_CONDITIONS, "description": WITH_ARGUMENT[it]}
                for it in WITH_ARGUMENT
            },
            rf"^({'|'.join([*WORDS, *SELECTORS])}) \|": _CONDITIONS,
        },
    }


def _expect_of_step() -> dict[str, Any]:
    expect = _expect_again()
    document = "an OpenAPI document that declares the response: its path, true for the project's"
    properties = {
        **expect["properties"],
        OPENAPI: {"anyOf": [_TEXT, {"const": True}], "description": document},
    }
    return {"anyOf": [_STATUS, {**expect, "properties": properties}]}


def _expect_again() -> dict[str, Any]:
    """Return the selectors of ``expect`` for a mapping that has more keys, without their texts."""
    expect = _expect()
    words = {it: {"$ref": f"#/$defs/expect/properties/{it}"} for it in expect["properties"]}
    patterns = dict.fromkeys(expect["patternProperties"], _CONDITIONS)
    return {**expect, "properties": words, "patternProperties": patterns}


def _stream() -> dict[str, Any]:
    options = {
        "until": {"$ref": "#/$defs/expect", "description": "what an event holds that ends it"},
        "count": {"type": "integer", "minimum": 1, "maximum": MAX_EVENTS},
        "within": _TIME,
    }
    known = {"type": "object", "additionalProperties": False, "properties": options}
    return {"anyOf": [{"const": True}, known], "description": "reads a stream of events"}


def _until() -> dict[str, Any]:
    expect = _expect_again()
    options = {"fails_if": {"$ref": "#/$defs/expect"}, "every": _TIME, "within": _TIME}
    return {**expect, "properties": {**expect["properties"], **options}}


def _conditions() -> dict[str, Any]:
    predicates = {
        it.name: {**_BY_TAKES.get(it.takes, {}), "description": it.doc} for it in PREDICATES
    }
    negated = {
        f"not_{it.name}": {"$ref": f"#/$defs/conditions/anyOf/1/properties/{it.name}"}
        for it in PREDICATES
        if it.opposite is None
    }
    described = {"not": {"description": "one predicate that does not hold, or another value"}}
    return {
        "anyOf": [
            {"type": ["string", "number", "boolean", "null", "array"]},
            {
                "type": "object",
                "properties": {**predicates, **negated, **described},
                "additionalProperties": _CONDITIONS,
            },
        ]
    }
