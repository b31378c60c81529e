"""OpenAPI documents as cases."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.imports.conftest import Answer, Recorder

from shall.actions.importing import Import, read_cases
from shall.errors import ShallError
from shall.imports.openapi_examples import Document
from shall.results.records import RunResult

Imported = Callable[..., Import]
Run = Callable[..., RunResult]

DOCUMENT = """\
openapi: 3.1.0
info: {title: Orders, version: "1"}
servers: [{url: "HOST/v{version}", variables: {version: {default: "2"}}}]
security: [{key: []}]
paths:
  /orders:
    get:
      tags: [Orders]
      operationId: listOrders
      summary: the orders of a state
      parameters:
        - {name: state, in: query, required: true, schema: {enum: [open, paid]}}
        - {name: page, in: query, schema: {type: integer}}
        - {name: X-Shop, in: header, required: true, example: north}
      responses:
        "200": {content: {application/json: {schema: {type: array}}}}
        "422": {description: refused}
    post:
      tags: [Orders]
      security: []
      requestBody:
        content:
          application/xml: {example: <a/>}
          application/json: {schema: {$ref: "#/components/schemas/Order"}}
      responses:
        "201":
          content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}
  /orders/{orderId}:
    parameters: [{$ref: "#/components/parameters/order"}]
    get:
      responses:
        2XX: {content: {application/json: {schema: {$ref: "#/components/schemas/Order"}}}}
        "404": {description: unknown}
    delete: {responses: {"204": {description: gone}}}
  /shops/{shop}:
    get:
      parameters: [{name: shop, in: path, required: true, schema: {type: string}}]
      responses: {default: {description: any}}
  /ping:
    head: {security: [], responses: {"301": {description: moved}}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Api-Key}}
  parameters:
    order: {name: orderId, in: path, required: true, schema: {type: integer}}
  schemas:
    Order:
      type: object
      required: [id, item, qty]
      properties:
        id: {type: integer, readOnly: true}
        item: {type: string, examples: [book]}
        qty: {type: [integer, "null"], minimum: 2}
        note: {type: string}
        parent: {$ref: "#/components/schemas/Order"}
"""


@pytest.mark.verifies("import#1.1", "import#5.1", "import#5.2", "import#5.3")
def test_operations_are_called_with_examples_and_what_they_must_refuse(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    refused: Answer = (422, {}, "{}")
    order = '{"id": 7, "item": "book", "qty": 2}'
    recorder.answers = {
        "GET /v2/orders": lambda it: (
            (200, {}, "[]") if "state=open" in it["path"] and "x-shop" in it["headers"] else refused
        ),
        "POST /v2/orders": lambda it: (
            (201, {}, order) if {"item", "qty"} <= json.loads(it["body"]).keys() else (400, {}, "")
        ),
        "GET /v2/orders/7": [(200, {}, order), (404, {}, "{}")],
        "DELETE /v2/orders/7": (204, {}, ""),
        "HEAD /v2/ping": (301, {"Location": "/v2/pong"}, ""),
    }

    found = imported(DOCUMENT.replace("HOST", recorder.url))
    files = {it.path.removeprefix("tests/cases/"): it.case for it in found.files}

    assert list(files) == [
        "orders/orders-life.yaml",
        "orders/listorders.yaml",
        "orders/get-orders-refused.yaml",
        "orders/post-orders-refused.yaml",
        "get-shops-shop.yaml",
        "head-ping.yaml",
    ]
    assert files["orders/listorders.yaml"].name == "the orders of a state"
    assert found.secrets == ["x_api_key"]
    assert [it.message for it in found.left_out] == [
        "No example of `shop` is in the document, so the value is made up."
    ]
    life = files["orders/orders-life.yaml"]
    assert [(it.request.method, it.request.url) for it in life.steps] == [
        ("POST", "/v2/orders"),
        ("GET", "/v2/orders/{{ order_id }}"),
        ("DELETE", "/v2/orders/{{ order_id }}"),
        ("GET", "/v2/orders/{{ order_id }}"),
    ]

    result = run(x_api_key="given")

    outcomes = {it.case_key.removeprefix("tests/cases/"): it.outcome.value for it in result.cases}
    assert set(outcomes.values()) == {"passed"}, outcomes
    sent = {(it["method"], it["path"]): it for it in recorder.seen}
    first = sent["GET", "/v2/orders?state=open"]
    assert first["headers"]["x-api-key"] == "given"
    assert ("GET", "/v2/orders") in sent
    posted = [it["body"] for it in recorder.seen if it["method"] == "POST"]
    assert sorted(map(len, map(json.loads, posted))) == [1, 1, 2]


@pytest.mark.verifies("import#5.5", "import#5.7")
def test_what_no_case_can_send_is_reported() -> None:
    text = """\
openapi: 3.1.0
paths:
  /orders:
    get: {responses: {"200": {description: all}}}
    trace: {responses: {"200": {description: echo}}}
    post:
      callbacks: {paid: {"{$request.body#/url}": {post: {responses: {"200": {}}}}}}
      responses: {"201": {description: taken}}
webhooks:
  shipped: {post: {responses: {"200": {description: taken}}}}
"""
    found = read_cases(text, "openapi.yaml")
    assert len(found.files) == 2
    assert [(it.field, it.message) for it in found.left_out][1:] == [
        ("TRACE /orders", "The operation was left out: a case cannot send TRACE."),
        (
            "POST /orders: callbacks.paid",
            "A callback was left out: the service sends it, so no case can.",
        ),
        ("webhooks.shipped", "A webhook was left out: the service sends it, so no case can."),
    ]


UPLOAD = """\
openapi: 3.1.0
servers: [{url: "HOST"}]
paths:
  /photos:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              required: [title, coded, photo, small, more]
              properties:
                title: {type: string, example: a cat}
                coded: {type: string, contentMediaType: image/png, contentEncoding: base64}
                photo: {type: string, format: binary}
                small: {type: string, contentMediaType: image/png}
                more: {type: array, minItems: 1, items: {type: string, format: binary}}
            encoding: {photo: {contentType: "image/jpeg, image/png"}, more: {contentType: "a/*"}}
      responses: {"201": {description: stored}, "422": {description: refused}}
"""


@pytest.mark.verifies("import#5.6")
def test_a_binary_part_is_sent_as_a_file(recorder: Recorder, imported: Imported, run: Run) -> None:
    def answer(request: Any) -> Answer:
        parts = {"title", "coded", "photo", "small", "more"}
        is_whole = all(f'name="{it}"' in request["body"] for it in parts)
        return (201, {}, "") if is_whole else (422, {}, "")

    recorder.answers = {"POST /photos": answer}
    found = imported(UPLOAD.replace("HOST", recorder.url))
    assert [it.message for it in found.left_out] == [
        "No file of `photo`, `small`, `more` is in the document, so a short text is sent as one."
    ]
    assert {it.outcome.value for it in run().cases} == {"passed"}
    body = max((it["body"] for it in recorder.seen), key=len)
    for name, kind in (
        ("photo", "image/jpeg"),
        ("small", "image/png"),
        ("more", "application/octet-stream"),
    ):
        head = f'name="{name}"; filename="{name}"\r\nContent-Type: {kind}\r\n'
        assert head in body
    assert 'name="coded"\r\n' in body


@pytest.mark.verifies("import#5.1")
def test_a_response_that_lacks_a_required_field_fails(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    recorder.answers["POST /v2/orders"] = (201, {}, '{"id": 7, "item": "book"}')
    imported(DOCUMENT.replace("HOST", recorder.url))

    failed = {it.case_key for it in run(x_api_key="given").cases if it.outcome.value == "failed"}

    assert "tests/cases/orders/orders-life.yaml" in failed


def document_of(schema: Any, **schemas: Any) -> Any:
    messages: list[str] = []
    document = Document({"components": {"schemas": schemas}}, messages.append)
    return document.value(schema), messages


@pytest.mark.verifies("import#5.1")
@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "format": "uuid"}, "00000000-0000-4000-8000-000000000001"),
        ({"type": "string", "minLength": 6}, "textte"),
        ({"type": "string", "maxLength": 2}, "te"),
        ({"type": "integer", "exclusiveMinimum": 4}, 5),
        ({"type": "integer", "minimum": 4, "exclusiveMinimum": True}, 5),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "number", "minimum": 0.5, "multipleOf": 0.25}, 0.5),
        ({"type": "boolean"}, True),
        ({"type": ["null", "boolean"]}, True),
        ({"const": 3}, 3),
        ({"default": []}, []),
        ({"oneOf": [{"type": "integer"}, {"type": "string"}]}, 1),
        ({"type": "array", "minItems": 2, "items": {"type": "integer"}}, [1, 1]),
        (
            {"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}]},
            {"b": 2, "a": 1},
        ),
        ({}, None),
        ({"type": "file"}, None),
    ],
)
def test_an_example_is_made_from_a_schema(schema: dict[str, Any], value: Any) -> None:
    assert document_of(schema)[0] == value


@pytest.mark.verifies("import#5.4")
def test_references_in_a_circle_end_and_those_that_lead_out_are_not_followed() -> None:
    tree = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Tree"}}}
    value, _ = document_of({"$ref": "#/components/schemas/Tree"}, Tree=tree)
    assert str(value).count("child") == 8

    loop = {"$ref": "#/components/schemas/Loop"}
    assert document_of(loop, Loop=loop)[0] is None
    assert document_of({"$ref": "http://elsewhere/x.yaml#/A"}) == (
        None,
        ["The reference http://elsewhere/x.yaml#/A leads out, so it was not followed."],
    )
    assert document_of({"$ref": "#/nowhere"})[1] == ["The reference #/nowhere leads nowhere."]


@pytest.mark.verifies("import#1.4")
@pytest.mark.parametrize(
    "text",
    [
        "swagger: '2.0'",
        "openapi: 3.0.0",
        "openapi: 3.0.0\npaths: [1]",
        "openapi: 3.0.0\nservers: [1]\npaths: {/a: {get: 7, post: {parameters: 3}}}",
        "openapi: 3.0.0\npaths: {/a: {get: {responses: [], security: 1}}}",
        "openapi: 3.0.0\npaths: {/a: {get: {requestBody: {content: 1}}}}",
        "openapi: 3.0.0\npaths: {/a: {get: {parameters: [1, {in: query, required: true}]}}}",
        "openapi: 3.0.0\npaths: {/a: &a {get: *a}}",
        '{"openapi": "3.0.0", "paths": {"/a": {"get": {"responses": {"200": 1}}}}',
        "openapi: 3.0.0\npaths: {/a: {trace: {}}}",
        "openapi: 3.0.0\npaths: {/a: {get: {parameters: [{in: [1], required: true}]}}}",
        "openapi: 3.0.0\npaths: {/a: {get: {responses: 1.5,"
        " parameters: [{in: query, name: q, required: true}]}}}",
    ],
)
def test_a_malformed_document_is_refused_or_reported(text: str) -> None:
    try:
        found = read_cases(text, "a.yaml", "openapi")
    except ShallError as error:
        assert error.message or error.diagnostics
    else:
        assert len(found.files) <= 2


@pytest.mark.verifies("import#5.4")
def test_an_example_of_schemas_that_branch_without_end_is_bounded() -> None:
    here = {"$ref": "#/components/schemas/Wide"}
    wide = {"type": "object", "properties": {f"p{at}": here for at in range(40)}}

    assert str(document_of(here, Wide=wide)[0]).count("p0") < 2_000

    joined = {"allOf": [here] * 40}
    assert document_of(here, Wide=joined)[0] == {}


@pytest.mark.verifies("import#1.2")
def test_a_document_without_operations_says_so() -> None:
    text = '{"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "webhooks": {}}'
    found = read_cases(text, "hooks.json")
    assert not found.files
    assert "The document has no operation." in str(found.left_out)


@pytest.mark.verifies("import#5.1")
def test_a_path_without_its_slash_names_no_host() -> None:
    text = "openapi: 3.0.0\nservers: [{url: 'http://h'}]\npaths: {pets/a: {get: {}, trace: {}}}"
    found = read_cases(text, "a.yaml")
    assert "GET: /pets/a\n" in found.files[0].text
    assert 'host: "http://h"' in found.files[0].text
    assert "TRACE /pets/a: " in str(found.left_out[0])
