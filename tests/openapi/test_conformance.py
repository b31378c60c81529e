"""Whether a response is one that a document declares."""

import json
from typing import Any

import pytest

from shall.errors import BadValue
from shall.messages import render
from shall.openapi.conformance import Answer, Contract
from shall.openapi.document import read_document

ORDER = {
    "type": "object",
    "required": ["id", "password"],
    "properties": {
        "id": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
        "note": {"type": "string", "nullable": True},
        "state": {"type": "string", "nullable": True, "enum": ["new", "paid"]},
        "owner": {"nullable": True, "allOf": [{"$ref": "#/components/schemas/User"}]},
        "user": {"$ref": "#/components/schemas/User", "type": "integer"},
        "password": {"$ref": "#/components/schemas/Secret"},
    },
    "additionalProperties": False,
}
COMPONENTS = {
    "schemas": {
        "Order": ORDER,
        "User": {"type": "object", "required": ["name"]},
        "Secret": {"type": "string", "writeOnly": True},
        "Broken": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/None"}}},
    },
    "responses": {
        "Failed": {
            "description": "",
            "headers": {"X-Error": {"$ref": "#/components/headers/Error"}, "X-Other": {}},
            "content": {"application/problem+json": {"schema": {"required": ["title"]}}},
        }
    },
    "headers": {"Error": {"required": True}},
}
JSON = "application/json"


def schema(name: str) -> dict[str, Any]:
    return {"content": {JSON: {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


PATHS = {
    "/orders/{id}": {
        "get": {
            "responses": {
                "200": schema("Order"),
                "204": {"description": ""},
                "4XX": {"$ref": "#/components/responses/Failed"},
            }
        }
    },
    "/broken": {"get": {"responses": {"default": schema("Broken")}}},
}


def contract(version: str = "3.0.3", **more: Any) -> Contract:
    data = {"openapi": version, "paths": PATHS, "components": COMPONENTS, **more}
    return Contract(read_document(json.dumps(data), "api.json"))


def judged(
    value: Any = None,
    status: int = 200,
    *,
    url: str = "/orders/7",
    method: str = "GET",
    headers: tuple[tuple[str, str], ...] = (("content-type", JSON),),
    is_json: bool = True,
    by: Contract | None = None,
) -> str:
    answer = Answer(method, f"http://shop{url}", status, headers, value, is_json)
    wrong = (by or contract()).judge(answer)
    return "" if wrong is None else render(wrong)


@pytest.mark.verifies("contract#2.1", "contract#2.5")
@pytest.mark.parametrize(
    "value",
    [
        {"id": 1},
        {"id": 1, "note": None, "state": None, "owner": None},
        {"id": 1, "note": "x", "state": "paid", "owner": {"name": "ann"}, "user": {"name": "b"}},
    ],
)
def test_a_body_is_valid_by_its_schema(value: Any) -> None:
    assert judged(value) == ""


@pytest.mark.verifies("contract#2.1", "contract#2.3", "contract#2.5")
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"id": 0}, "$.id: 0 is less than or equal to the minimum of 0"),
        ({"id": 1, "state": "lost"}, "$.state: "),
        ({"id": 1, "owner": {}}, "$.owner: "),
        ({"id": 1, "user": 7}, "$.user: 7 is not of type"),
        ({"id": 1, "x": 2}, "$: Additional properties are not allowed"),
        ([], "$: [] is not of type"),
    ],
)
def test_a_body_that_is_not_valid_is_named_with_its_path(value: Any, said: str) -> None:
    message = judged(value)
    assert message.startswith(f"GET /orders/{{id}} declares another body: {said}")
    assert "(api.json#/paths/~1orders~1{id}/get/responses/200/content/application~1json" in message


@pytest.mark.verifies("contract#2.1", "contract#2.2", "contract#2.3")
@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (204, (), ""),
        (404, (("x-error", "1"), ("Content-Type", "application/problem+json; charset=utf-8")), ""),
        (500, (), "declares no status 500, but 200, 204, 4XX (api.json#/paths/"),
        (404, (), "requires the header X-Error, which is missing (api.json#/components/headers"),
        (404, (("X-Error", "1"),), "declares no content type none, but application/problem+json"),
        (200, (("Content-Type", "text/html"),), "declares no content type text/html, but"),
    ],
)
def test_a_status_a_type_and_required_headers_are_declared(
    status: int, headers: tuple[tuple[str, str], ...], said: str
) -> None:
    message = judged({"title": "gone"}, status, headers=headers)
    assert said in message
    assert bool(message) is bool(said)


@pytest.mark.verifies("contract#2.1")
def test_a_body_that_is_declared_as_json_is_json() -> None:
    assert "the body is not JSON" in judged("<html>", is_json=False)
    assert judged(None, method="GET", status=204, is_json=False) == ""


@pytest.mark.verifies("contract#2.4")
def test_an_operation_that_is_not_declared_names_the_nearest() -> None:
    message = judged(url="/order/7?token=x")
    assert message == "api.json declares no operation GET /order/7; the nearest is GET /orders/{id}"
    assert judged(url="/", method="PATCH") == "api.json declares no operation PATCH /"


@pytest.mark.verifies("contract#2.7")
def test_a_schema_that_cannot_be_used_is_an_error() -> None:
    assert judged({}, url="/broken").startswith("the OpenAPI document cannot be used: The schema")
    with pytest.raises(BadValue, match="dialect"):
        contract("3.1.0", jsonSchemaDialect="https://example.com/mine")


@pytest.mark.verifies("contract#2.5")
def test_schemas_of_version_3_1_are_json_schema_as_they_are() -> None:
    newer = contract("3.1.0", components={**COMPONENTS, "schemas": {"Order": {
        "type": ["object", "null"],
        "properties": {"id": {"exclusiveMinimum": 0}, "note": {"type": "string", "nullable": True}},
        "$defs": {"x": {"const": 1}},
        "patternProperties": {"^x": {"$ref": "#/components/schemas/Order/$defs/x"}},
    }}})  # fmt: skip
    assert judged({"id": 1, "x1": 1}, by=newer) == ""
    assert judged(None, by=newer) == ""
    assert "$.note: null is not of type" in judged({"note": None}, by=newer)
    assert "$.x1: 1 was expected" in judged({"x1": 2}, by=newer)


@pytest.mark.verifies("contract#2.10")
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_references_in_a_circle_are_an_error(version: str) -> None:
    def of(order: dict[str, Any]) -> Contract:
        named = {"$ref": "#/components/schemas/Named"}
        schemas = {"Order": order, "Named": {"allOf": [named]}, "Any": {}}
        return contract(version, components={**COMPONENTS, "schemas": schemas})

    reference = {"$ref": "#/components/schemas/Named"}
    said = judged({"id": 1}, by=of({"properties": {"name": {"anyOf": [reference]}}}))
    assert "the reference #/components/schemas/Named leads in a circle" in said
    assert judged({"id": 1}, by=of({"required": ["id"]})) == ""
