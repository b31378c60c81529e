"""What of a document a list of responses touched."""

from typing import Any

import pytest
import yaml

from shall.errors import BadValue
from shall.openapi.coverage import Counts, Coverage, Seen, measure
from shall.openapi.document import read_document
from shall.openapi.routes import Routes
from shall.redaction.forms import MASK

HOST = "http://127.0.0.1:8000"


def document(paths: dict[str, Any], **more: Any) -> Any:
    data = {"openapi": "3.1.0", "paths": paths, **more}
    return read_document(yaml.safe_dump(data, sort_keys=False), "api.yaml")


def declared(*statuses: str, types: tuple[str, ...] = ()) -> dict[str, Any]:
    content: dict[str, Any] = {"content": {name: {} for name in types}} if types else {}
    return {"responses": {status: {"description": "", **content} for status in statuses}}


def measured(paths: dict[str, Any], *seen: Seen, **more: Any) -> Coverage:
    return measure(document(paths, **more), seen, Counts(len(seen)))


def answered(method: str, path: str, status: int = 200, kind: str | None = "") -> Seen:
    return Seen(method, HOST + path, status, kind)


@pytest.mark.verifies("contract#1.1")
def test_each_declared_part_is_seen_or_not() -> None:
    coverage = measured(
        {
            "/orders": {
                "get": declared("200", "404", types=("application/json", "text/csv")),
                "post": declared("2XX", "default"),
            }
        },
        answered("GET", "/orders?page=2", 200, "application/json; charset=utf-8"),
        answered("POST", "/orders", 201),
        answered("POST", "/orders", 202),
        answered("POST", "/orders", 409),
    )
    get, post = coverage.operations
    assert (get.requests, post.requests) == (1, 3)
    assert [(it.status, it.responses) for it in get.responses] == [("200", 1), ("404", 0)]
    assert get.responses[0].content_types == {"application/json": 1, "text/csv": 0}
    assert [it.statuses for it in post.responses] == [(201, 202), (409,)]
    shares = {name: (it.covered, it.total) for name, it in coverage.shares().items()}
    assert shares == {"operations": (2, 2), "statuses": (3, 4), "content-types": (1, 4)}


@pytest.mark.verifies("contract#1.1")
def test_a_media_type_counts_for_the_most_specific_that_is_declared() -> None:
    types = ("*/*", "text/*", "application/json", "application/json; version=2")
    coverage = measured(
        {"/a": {"get": declared("200", types=types)}},
        answered("GET", "/a", 200, "Application/JSON;version=2"),
        answered("GET", "/a", 200, "application/json; charset=utf-8"),
        answered("GET", "/a", 200, "text/css"),
        answered("GET", "/a", 200, "image/png"),
    )
    assert coverage.operations[0].responses[0].content_types == dict.fromkeys(types, 1)
    only_v2 = measured(
        {"/a": {"get": declared("200", types=types[-1:])}},
        answered("GET", "/a", 200, "application/json; version=1"),
    )
    assert only_v2.operations[0].responses[0].content_types == {types[-1]: 0}
    assert [it.content_type for it in only_v2.undeclared] == ["application/json"]


@pytest.mark.verifies("contract#1.2")
@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/v1/orders/mine", "/orders/mine"),
        ("/v1/orders/7", "/orders/{id}"),
        ("/v1/orders/7.pdf", "/orders/{id}.pdf"),
        ("/v1/orders/a%2Fb", "/orders/{id}"),
        ("/v1/b%C3%BCcher/7", "/bücher/{id}"),
        ("/v1/x/7", "/{kind}/{id}"),
        ("/v1/range/1-2-3", "/range/{a}-{b}-{c}"),
        ("/v1/range/1--3", "/{kind}/{id}"),
        ("/v2/orders/7", "/orders/{id}"),
        ("/v1/orders/7/", None),
        ("/orders/7", None),
    ],
)
def test_the_most_specific_template_below_a_server_path_is_called(
    path: str, template: str | None
) -> None:
    templates = (
        *("/{kind}/{id}", "/orders/{id}", "/orders/mine", "/orders/{id}.pdf", "/bücher/{id}"),
        "/range/{a}-{b}-{c}",
    )
    server = {
        "url": "https://api.example/{version}",
        "variables": {"version": {"default": "v1", "enum": ["v1", "v2"]}},
    }
    routes = Routes(
        document({it: {"get": declared("200")} for it in templates}, servers=[server]).operations
    )
    found = routes.find("GET", HOST + path).operation
    assert (found and found.path) == template


@pytest.mark.verifies("contract#1.2")
def test_many_parameters_in_a_segment_are_found_at_once() -> None:
    template = "/" + "-".join(f"{{p{number}}}" for number in range(200))
    routes = Routes(document({template: {"get": declared("200")}}).operations)
    assert routes.find("GET", f"{HOST}/{'-' * 300}").operation is None


@pytest.mark.verifies("contract#1.2")
def test_a_method_that_only_a_wider_template_has_calls_that() -> None:
    paths = {"/orders/mine": {"get": declared("200")}, "/orders/{id}": {"delete": declared("204")}}
    coverage = measured(
        paths, answered("DELETE", "/orders/mine", 204), answered("PUT", "/orders/mine")
    )
    assert [it.requests for it in coverage.operations] == [0, 1]
    assert [(it.method, it.path) for it in coverage.undeclared] == [("PUT", "/orders/mine")]


@pytest.mark.verifies("contract#1.2")
def test_the_servers_of_a_path_and_of_an_operation_come_before_those_of_the_document() -> None:
    operation = {**declared("200"), "servers": [{"url": "/inner/"}]}
    paths = {"/a": {"servers": [{"url": "/outer"}], "get": operation, "put": declared("200")}}
    coverage = measured(
        paths,
        answered("GET", "/inner/a"),
        answered("PUT", "/outer/a"),
        answered("PUT", "/inner/a"),
        servers=[{"url": "/top"}],
    )
    assert [(it.method, it.requests) for it in coverage.operations] == [("GET", 1), ("PUT", 1)]


@pytest.mark.verifies("contract#1.3")
def test_only_requests_below_the_base_url_count() -> None:
    api = document({"/a": {"get": declared("200")}}, servers=[{"url": "https://api.example/v1"}])
    seen = [
        Seen("GET", "http://one:80/api/a", 200, ""),
        Seen("GET", "http://two/api/a", 200, ""),
        Seen("GET", "http://one/v1/a", 200, ""),
    ]
    coverage = measure(api, seen, Counts(3), "http://one/api/")
    assert coverage.operations[0].requests == 1
    assert coverage.elsewhere == 1
    assert [it.path for it in coverage.undeclared] == ["http://one/v1/a"]


@pytest.mark.verifies("contract#1.4")
def test_what_is_not_declared_is_listed_once_with_its_count() -> None:
    coverage = measured(
        {"/a": {"get": declared("200", types=("application/json",))}},
        answered("GET", "/a", 418),
        answered("GET", "/a", 200, "text/html"),
        answered("GET", "/b?x=1"),
        answered("GET", "/b?x=2"),
    )
    assert [
        (it.method, it.path, it.status, it.content_type, it.requests) for it in coverage.undeclared
    ] == [
        ("GET", "/a", 200, "text/html", 1),
        ("GET", "/a", 418, None, 1),
        ("GET", f"{HOST}/b", None, None, 2),
    ]


@pytest.mark.verifies("contract#1.5")
def test_a_masked_path_counts_only_where_one_operation_fits() -> None:
    paths = {
        "/users/{id}": {"get": declared("200")},
        "/users/me": {"get": declared("200")},
        "/tokens/{token}/uses": {"get": declared("200")},
    }
    coverage = measured(
        paths,
        answered("GET", f"/users/{MASK}"),
        answered("GET", f"/tokens/{MASK}/uses"),
        answered("GET", f"/{MASK}"),
    )
    assert [it.requests for it in coverage.operations] == [0, 0, 1]
    assert coverage.unread == 2
    assert coverage.undeclared == ()


@pytest.mark.verifies("contract#1.5")
def test_a_content_type_that_was_not_recorded_is_not_seen() -> None:
    coverage = measured(
        {"/a": {"get": declared("200", types=("application/json",))}},
        answered("GET", "/a", 200, None),
        Seen("GET", "http://[broken/a", 200, ""),
    )
    assert coverage.operations[0].responses[0].content_types == {"application/json": 0}
    assert (coverage.untyped, coverage.unread) == (1, 1)


@pytest.mark.verifies("contract#1.9")
def test_references_are_followed_within_the_document_only() -> None:
    coverage = measured(
        {
            "/a": {"$ref": "#/components/pathItems/item"},
            "/b": {"$ref": "#/components/pathItems/item"},
            "/c": {"$ref": "other.yaml#/item"},
        },
        answered("GET", "/b", 404, "text/plain"),
        components={
            "pathItems": {"item": {"get": {"responses": {404: {"$ref": "#/x-missing~1one"}}}}},
            "x-loop": {"$ref": "#/components/x-loop"},
        },
        **{"x-missing/one": {"description": "", "content": {"text/plain": {}}}},
    )
    assert [(it.path, it.requests) for it in coverage.operations] == [("/a", 0), ("/b", 1)]
    assert coverage.operations[1].responses[0].content_types == {"text/plain": 1}
    assert coverage.lost == ("other.yaml#/item",)


@pytest.mark.verifies("contract#1.9")
def test_a_reference_to_itself_ends() -> None:
    loop = {"$ref": "#/paths/~1a"}
    assert document({"/a": loop}).operations == ()
    assert document({"/a": loop}).lost == ("#/paths/~1a",)


@pytest.mark.parametrize("text", ['{"swagger": "2.0"}', "openapi: 2", "- 1"])
def test_another_document_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="not an OpenAPI document of version 3"):
        read_document(text, "a.yaml")


@pytest.mark.verifies("contract#1.9")
@pytest.mark.parametrize("index", ["1", "00", "9" * 5000])
def test_a_reference_to_an_item_that_is_not_there_is_lost(index: str) -> None:
    reference = {"$ref": f"#/x-items/{index}"}
    found = document({"/a": reference}, **{"x-items": [{}]})
    assert found.lost == (f"#/x-items/{index}",)
