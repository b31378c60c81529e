"""What JSON Schemas find wrong with values, in Chinese."""

import json
from typing import Any

import pytest

from shall.engine.budgets import Budget
from shall.engine.schema import judge_schema
from shall.messages import Message, render


@pytest.mark.verifies("cases#5.27")
@pytest.mark.parametrize(
    ("schema", "value", "chinese"),
    [
        ({"type": "string"}, 7, '$: 7 的类型不是 "string"'),
        ({"type": ["string", "null"]}, 7, '$: 7 的类型不是以下任何一种："null", "string"'),
        ({"enum": ["a"]}, "b", '$: "b" 不在允许的取值中："a"'),
        ({"const": 2}, 1, "$: 应为 2"),
        ({"format": "email"}, "x", '$: "x" 不符合格式 "email"'),
        ({"pattern": "^a"}, "b", '$: "b" 与 "^a" 不匹配'),
        ({"minLength": 1}, "", '$: "" 少于 1 个字符'),
        ({"maxLength": 2}, "aaa", '$: "aaa" 超过 2 个字符'),
        ({"minimum": 2}, 1, "$: 1 小于最小值 2"),
        ({"exclusiveMaximum": 2}, 2, "$: 2 应小于 2"),
        ({"required": ["a", "b"]}, {}, '$: 缺少必需的字段 "a"; $: 缺少必需的字段 "b"'),
        (
            {"properties": {}, "additionalProperties": False},
            {"a": 1, "b": 1},
            "$: 不允许其他字段：'a', 'b'",
        ),
        ({"items": {"minItems": 2}}, [[1]], "$[0]: [1] 的元素少于 2 个"),
        ({"uniqueItems": True}, [1, 1], "$: [1,1] 含有重复的元素"),
        ({"contains": {"const": 2}}, [1], "$: [1] 中符合给定 schema 的元素个数不符合要求"),
        ({"anyOf": [{"const": 2}]}, 1, "$: 1 不符合 anyOf 中的任何一个 schema"),
        ({"oneOf": [{}, {}]}, 1, "$: 1 符合 oneOf 中的多个 schema"),
        ({"not": {"const": 1}}, 1, '$: 1 不得符合 schema {"const":1}'),
        (False, 1, "$: schema 为 false，不允许 1"),
    ],
)
def test_what_a_schema_finds_wrong_is_said_in_chinese(
    schema: Any, value: Any, chinese: str
) -> None:
    wrong = judge_schema(value, json.dumps(schema).encode(), Budget())
    assert wrong is not None
    assert render(wrong, "zh") == f"校验未通过：{chinese}"


@pytest.mark.verifies("cases#5.27")
def test_a_file_a_document_and_a_text_without_translation_stay() -> None:
    errors = {"errors": 'schemas/a.json: $.id: 7 is not of type "string"; $.b: so; it; $.c: no'}
    assert render(Message("check.invalid", errors), "zh") == (
        '校验未通过：schemas/a.json: $.id: 7 的类型不是 "string"; $.b: so; it; $.c: no'
    )
    params = {"operation": "GET /a", "place": "api.yaml#/a", "what": "$.id: null was expected"}
    assert "$.id: 应为 null" in render(Message("check.openapi_body", params), "zh")
