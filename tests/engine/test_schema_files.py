"""JSON Schemas in several files, which refer to one another."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse

from shall.cases import schema_files
from shall.messages import render
from shall.report.failures import case_text
from shall.results.records import CaseResult, Outcome

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]
Check = Callable[[dict[str, Any]], Awaitable[CaseResult]]

ORDER = {"id": 7, "lines": [{"sku": "B7"}]}
LOOP = {"$ref": "#/$defs/a~1b", "title": "a loop"}
DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"


@pytest.fixture
def check(service: Any, run_one: RunOne, tmp_path: Path) -> Check:
    """Runs a case whose response is checked by schemas/order.json of the files given."""
    service.log.given["order"] = JSONResponse(ORDER)

    async def run(files: dict[str, Any]) -> CaseResult:
        for path, schema in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(schema if isinstance(schema, str) else json.dumps(schema))
        step = {"GET": "/given/order", "expect": {"body": {"schema": "schemas/order.json"}}}
        return await run_one([step], host=service.url)

    return run


def said(result: CaseResult) -> str:
    step = result.steps[0]
    bad = [it.message for it in step.checks if it.outcome is not Outcome.PASSED]
    return " ".join(render(it) for it in (step.error, *bad) if it is not None)


def files(number: str = "integer", text: str = "string") -> dict[str, Any]:
    return {
        "schemas/order.json": {
            "properties": {
                "id": {"$ref": "common/types.json#/$defs/number"},
                "lines": {"items": {"$ref": "a%20line.json"}},
            }
        },
        "schemas/a line.json": {"properties": {"sku": {"$ref": "common/types.json#/$defs/text"}}},
        "schemas/common/types.json": {
            "$defs": {
                "number": {"type": number},
                "text": {"type": text},
                "back": {"$ref": "../order.json"},
            }
        },
    }


@pytest.mark.verifies("cases#5.21", "cases#5.26")
async def test_files_refer_to_one_another(check: Check) -> None:
    result = await check(files())
    assert result.outcome is Outcome.PASSED, case_text(result)
    for changed, place in (({"number": "string"}, "$.id"), ({"text": "null"}, "$.lines[0].sku")):
        result = await check(files(**changed))
        assert result.outcome is Outcome.FAILED
        assert f"schemas/common/types.json: {place}: " in said(result)


@pytest.mark.verifies("cases#5.21")
@pytest.mark.parametrize("reference", ["common/id.json", "https://a.example/v1/common/id.json"])
async def test_the_folder_of_an_id_is_that_of_its_file(check: Check, reference: str) -> None:
    order = {
        "$schema": DRAFT_7,
        "$id": "https://a.example/v1/order.json",
        "properties": {"id": {"$ref": reference}, "lines": {"$ref": "lines.json"}},
        "definitions": {"lines": {"$id": "lines.json", "type": "array"}},
    }
    for kind, outcome in (("integer", Outcome.PASSED), ("string", Outcome.FAILED)):
        result = await check(
            {"schemas/order.json": order, "schemas/common/id.json": {"type": kind}}
        )
        assert result.outcome is outcome, case_text(result)


@pytest.mark.verifies("cases#5.21")
async def test_a_file_without_a_draft_has_that_of_the_schema(check: Check) -> None:
    order = {"$schema": DRAFT_7, "properties": {"lines": {"$ref": "lines.json"}}}
    lines = {"items": [{"type": "string"}]}  # of the first item, in draft 7
    result = await check({"schemas/order.json": order, "schemas/lines.json": lines})
    assert result.outcome is Outcome.FAILED
    assert "$.lines[0]: " in said(result)


@pytest.mark.verifies("cases#5.22")
@pytest.mark.parametrize(
    ("others", "reference", "words"),
    [
        ({}, "line.json", "schemas/line.json does not exist, and schemas/order.json refers to it"),
        ({}, "../../line.json", "line.json does not exist"),
        ({}, "http://127.0.0.1:9/a.json", "the reference http://127.0.0.1:9/a.json leads out"),
        ({".env": "A=canary-1"}, "../.env", "may contain secrets"),
        ({"a.json": "{"}, "../a.json", "the schema cannot be used: in a.json: "),
        ({"a.json": {"typ": "string"}}, "../a.json", "a.json: unknown keyword `typ`"),
        ({"a.json": {"type": 3}}, "../a.json", "cannot be used: in a.json: $.type: 3 is not"),
        ({"a.json": {"$ref": "b.json"}}, "../a.json", "b.json does not exist"),
        ({"a.json": {"$ref": "http://b.example/"}}, "../a.json", "used: the reference http://b."),
    ],
)
async def test_a_reference_that_cannot_be_followed_is_an_error(
    check: Check, others: dict[str, Any], reference: str, words: str
) -> None:
    result = await check({**others, "schemas/order.json": {"items": {"$ref": reference}}})
    assert result.outcome is Outcome.ERROR
    assert words in said(result)
    assert "canary" not in case_text(result)


@pytest.mark.verifies("cases#5.22")
@pytest.mark.parametrize("limit", ["MOST_FILES", "MOST_BYTES"])
async def test_other_files_have_limits(
    check: Check, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema_files, limit, 1)
    result = await check(files())
    assert result.outcome is Outcome.ERROR
    assert "schemas/order.json refer" in said(result)


@pytest.mark.verifies("cases#5.22")
async def test_a_urn_is_no_path_of_a_file(check: Check) -> None:
    order = {"$id": "urn:example:order", "items": {"$ref": "urn:example:line"}}
    result = await check({"schemas/order.json": order})
    assert result.outcome is Outcome.ERROR
    assert "the reference urn:example:line leads out" in said(result)


@pytest.mark.verifies("cases#5.21")
async def test_a_file_may_hold_schemas_by_name(check: Check) -> None:
    order = {"properties": {"id": {"$ref": "types.json#/title"}}}
    for kind, outcome in (("integer", Outcome.PASSED), ("string", Outcome.FAILED)):
        result = await check(
            {"schemas/order.json": order, "schemas/types.json": {"title": {"type": kind}}}
        )
        assert result.outcome is outcome, said(result)


@pytest.mark.verifies("cases#5.21")
@pytest.mark.parametrize("keyword", ["const", "enum", "default", "examples"])
async def test_a_reference_in_data_is_none(check: Check, keyword: str) -> None:
    data = [{"$ref": "absent.json"}]
    order = {"properties": {"link": {keyword: data}, keyword: {"$ref": "id.json"}}}
    result = await check({"schemas/order.json": order, "schemas/id.json": {}})
    assert result.outcome is Outcome.PASSED, case_text(result)


@pytest.mark.verifies("cases#5.23")
@pytest.mark.parametrize(
    ("order", "line"),
    [
        ({"$ref": "#"}, {}),
        ({"$ref": "line.json"}, {"$ref": "order.json"}),
        ({"$id": "https://a.example/order.json", "$ref": "line.json"}, {"$ref": "order.json"}),
        ({"properties": {"id": {"$ref": "line.json#/$defs/a~1b"}}}, {"$defs": {"a/b": LOOP}}),
        ({"allOf": [{"$ref": "line.json"}, True]}, {"allOf": [{"$ref": "order.json"}, {}]}),
        ({"$ref": "line.json"}, {"anyOf": [{"$ref": "order.json"}, {"type": "null"}]}),
        ({"oneOf": [{"$ref": "#"}, {"type": "null"}], "x-note": "a"}, {}),
        ({"$ref": "line.json"}, {"if": {"type": "null"}, "then": {"not": {"$ref": "#"}}}),
        ({"$ref": "line.json#a"}, {"$defs": {"a": {"$anchor": "a", "$ref": "#a"}}}),
        ({"$ref": "line.json"}, {"$dynamicAnchor": "a", "$ref": "#a"}),
        (
            {"$dynamicAnchor": "a", "$ref": "line.json"},
            {"allOf": [{"$dynamicRef": "#a"}], "$defs": {"b": {"$dynamicAnchor": "a"}}},
        ),
        ({"$schema": DRAFT_7, "$ref": "line.json"}, {"type": "null", "$ref": "order.json"}),
        ({"$schema": DRAFT_7, "$ref": "line.json"}, {"$id": "#a", "$ref": "#a"}),
        ({"$schema": DRAFT_2019, "allOf": [{"$recursiveRef": "#"}]}, {}),
        (
            {"anyOf": [{"$ref": "#/anyOf/1"}, {"$ref": "line.json"}]},
            {"$ref": "order.json#/anyOf/0"},
        ),
        ({"$ref": "line.json#/$defs/a%20b"}, {"$defs": {"a b": {"$ref": "#/$defs/a%20b"}}}),
        (
            {"$schema": DRAFT_7, "$ref": "line.json"},
            {"$ref": "order.json", "allOf": [{"type": "null"}]},
        ),
    ],
)
async def test_references_in_a_circle_are_an_error(
    check: Check, order: dict[str, Any], line: dict[str, Any]
) -> None:
    result = await check({"schemas/order.json": order, "schemas/line.json": line})
    assert result.outcome is Outcome.ERROR
    assert " leads in a circle" in said(result)


@pytest.mark.verifies("cases#5.23")
@pytest.mark.parametrize("name", ["used", "unused"])
async def test_a_circle_in_another_file_counts_where_references_lead_to_it(
    check: Check, name: str
) -> None:
    line = {"$defs": {"used": {}, "unused": {}, name: {"allOf": [{"$ref": f"#/$defs/{name}"}]}}}
    order = {"properties": {"lines": {"items": {"$ref": "line.json#/$defs/used"}}}}
    result = await check({"schemas/order.json": order, "schemas/line.json": line})
    assert result.outcome is (Outcome.ERROR if name == "used" else Outcome.PASSED)
    words = "in schemas/line.json: the reference #/$defs/used leads in a circle"
    assert (words in said(result)) is (name == "used")


@pytest.mark.verifies("cases#5.23", "cases#5.21")
async def test_a_schema_may_refer_to_itself_for_a_part_of_the_value(check: Check) -> None:
    node: dict[str, Any] = {
        "type": "object",
        "properties": {"lines": {"items": {"allOf": [{"$ref": "#"}]}}},
    }
    order: dict[str, Any] = {
        "allOf": [{"$ref": "node.json"}, {"$ref": "node.json"}, {"anyOf": [{}, True]}]
    }
    node["anyOf"] = [{"$ref": "order.json"}]  # as where a discriminator chooses
    order["$defs"] = {"back": {"$ref": "#/$defs/both"}, "node": {"$ref": "node.json"}}
    order["$defs"]["other"] = {"if": {"type": "null"}, "then": {"$ref": "#/$defs/other"}}
    order["$defs"]["other"]["else"] = {"type": "object"}
    order["allOf"].append({"$ref": "#/$defs/other"})
    order["$defs"]["both"] = {"allOf": [{"$ref": "#/$defs/back"}, {"$ref": "#/$defs/node"}]}
    result = await check({"schemas/order.json": order, "schemas/node.json": node})
    assert result.outcome is Outcome.PASSED, said(result)


@pytest.mark.verifies("cases#5.22", "cases#5.23")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"$ref": "http://h.example/a"}, "引用 http://h.example/a 指向该 schema 之外；"),
        ({"$ref": "#"}, "引用 # 循环引用自身，"),
    ],
)
async def test_what_is_wrong_with_other_files_is_said_in_chinese(
    check: Check, line: dict[str, Any], words: str
) -> None:
    files = {"schemas/order.json": {"items": {"$ref": "line.json"}}, "schemas/line.json": line}
    (step,) = (await check(files)).steps
    assert any(words in render(it.message, "zh") for it in step.checks if it.message is not None)
