"""Misspelled words of a JSON Schema, which would hold of any value."""

from typing import Any

import pytest

from shall.engine.budgets import Budget
from shall.engine.schema import judge_schema
from shall.messages import render

MISSPELLED = [
    ({"typ": "string"}, "unknown keyword `typ` (did you mean `type`?)"),
    ({"properties": {"id": {"minimun": 9}}}, "unknown keyword `minimun` (did you mean `minimum`?)"),
    ({"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"requird": ["x"]}}}, "`requird`"),
    ({"items": [{"lenght": 1, "enumm": [1]}]}, "unknown keyword `enumm` (did you mean `enum`?)"),
    ({"additionalProperties": {"format": "datetime"}}, "(did you mean `date-time`?)"),
]


@pytest.mark.verifies("cases#5.20")
@pytest.mark.parametrize(("schema", "words"), MISSPELLED)
def test_a_misspelled_word_of_a_schema_is_an_error(schema: dict[str, Any], words: str) -> None:
    wrong = judge_schema({"id": 7}, schema, Budget())
    assert wrong is not None
    assert wrong.code == "check.bad_schema"
    assert words in render(wrong)


@pytest.mark.verifies("cases#5.20")
def test_other_words_of_a_schema_are_annotations() -> None:
    schema = {
        "x-typ": 1,
        "nullable": True,
        "example": {"typ": 1},
        "note": "a",
        "errorMessage": "b",
        "properties": {"typ": {"format": "int64"}, "minimun": {"format": "phone"}},
        "default": {"requird": 1},
    }
    assert judge_schema({"typ": 1}, schema, Budget()) is None


@pytest.mark.verifies("cases#5.28")
@pytest.mark.parametrize(
    "schema",
    [
        {"name": {"type": "string"}},
        {"type": "object", "id": {"type": "integer"}},
        {"items": {"sku": {"type": "string"}, "required": ["sku"]}},
    ],
)
def test_a_field_beside_the_keywords_of_a_schema_is_an_error(schema: dict[str, Any]) -> None:
    wrong = judge_schema({"id": 7, "name": 1}, schema, Budget())
    assert wrong is not None
    assert wrong.code == "check.bad_schema"
    assert "is no keyword of a schema; write fields under `properties`" in render(wrong)


@pytest.mark.verifies("cases#5.28")
def test_what_references_lead_to_and_data_may_be_beside_the_keywords() -> None:
    schema = {
        "$ref": "#/Order",
        "Order": {"type": "object"},
        "x-note": {"type": "string"},
        "errorMessage": {"type": "it is no object"},
        "default": {"type": "object"},
        "properties": {"type": {"type": "string"}, "name": {"const": {"type": "null"}}},
    }
    assert judge_schema({"type": "a"}, schema, Budget()) is None
