"""What cases in the newer form do against a real service."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from shall.engine import selectors
from shall.messages import Message, render
from shall.report.failures import case_text
from shall.results.records import CaseResult, Outcome

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]

ORDER = {
    "id": 7,
    "state": "shipped",
    "total": 42.5,
    "at": "2026-01-31T12:00:00Z",
    "user": {"name": "ann", "mail": None, "ip": "10.0.0.1"},
    "key": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "lines": [{"sku": "A1", "price": 2}, {"sku": "B7", "price": 40.5, "tags": ["new", "red"]}],
    "tags": ["b", "a", "b"],
    "count": 3,
    "none": [],
    "deep": "[" * 100_000,
}
PAGE = b"<html><body><h1>Shop</h1><ul><li class=x>one</li><li>two</li></ul></body></html>"


@pytest.fixture
def order(service: Any) -> str:
    """The address of a service that answers with an order."""
    answer = JSONResponse(ORDER, headers={"Location": "/orders/7", "X-Trace": "t-1"})
    answer.set_cookie("session", "abc", max_age=60, httponly=True)
    answer.headers.append("X-Part", "a, b")
    answer.headers.append("X-Part", "c")
    answer.headers["Last-Modified"] = "Wed, 13 Jan 2021 22:23:01 GMT"
    service.log.given["order"] = answer
    service.log.given["page"] = Response(PAGE, media_type="text/html")
    service.log.given["feed"] = Response(b"<?xml version='1.0'?><a><b>1</b><b>2</b></a>")
    return str(service.url)


async def outcome(run_one: RunOne, host: str, expect: Any, name: str = "order") -> CaseResult:
    return await run_one([{"GET": f"/given/{name}", "expect": expect}], host=host)


HOLDS: list[dict[str, Any]] = [
    {"status": 200, "$.id": 7, "$.user.name": "ann", "$.lines[-1].sku": "B7"},
    {"status": "2xx"},
    {"status": [200, 201]},
    {"status": {"in": [200, 201]}},
    {"status": {"less_than": 300, "not_equals": 204}},
    {"header X-Trace": "t-1", "header location": {"matches": r"^/orders/\d+$"}},
    {"header X-None": {"exists": False}},
    {"cookie session": "abc", "cookie session[Max-Age]": 60, "cookie session[HttpOnly]": True},
    {"cookie session[Secure]": {"exists": False}},
    {"cookie other": {"not_exists": True}},
    {"$.total": {"greater_than": 0, "less_or_equal": 100, "close_to": {"value": 42, "within": 1}}},
    {"$.state": {"starts_with": "ship", "ends_with": "ed", "not_starts_with": "x", "length": 7}},
    {"$.state": {"not": {"contains": "lost"}}},
    {"$.state": {"not": "lost"}},
    {"$.state": {"in": ["shipped", "lost"], "is_string": True, "is_empty": False}},
    {"$.lines": {"length": {"at_least": 2, "at_most": 2}, "is_list": True, "is_collection": True}},
    {"$.lines": {"each": {"sku": {"matches": "^[A-Z]"}, "price": {"greater_than": 0}}}},
    {"$.lines": {"any": {"sku": "B7", "price": {"greater_than": 40}}}},
    {"$.lines": {"none": {"sku": "C9"}, "not_any": {"sku": "C9"}}},
    {"$.tags": {"not_in_any_order": ["x", "a", "b"], "not_contains_all": ["x"]}},
    {"$.lines": {"count": {"where": {"price": {"greater_than": 1}}, "equals": 2}}},
    {"$.lines[0]": {"tags": {"not_exists": True}}, "$.none": {"is_empty": True}},
    {"$.lines[*].price": {"each": {"is_number": True}, "length": 2}},
    {"$.lines[?@.sku == 'B7'].price": [40.5]},
    {"$.lines[?@.sku == 'C9']": {"exists": False, "length": 0}},
    {"$..sku": ["A1", "B7"]},
    {"$.lines[*].sku | first": "A1", "$.lines | count": 2, "$.lines[*].sku | nth -1": "B7"},
    {"$.at": {"is_date": True, "is_iso_date": True, "greater_than": "2026-01-01T00:00:00Z"}},
    {"$.state": {"contains": "sh", "all_of": [{"contains": "ip"}, {"not_contains": "x"}]}},
    {"$.id": {"all_of": [7, {"greater_than": 6}, {"less_than": 8}], "not_all_of": [7, 8]}},
    {"$.user": {"all_of": [{"name": "ann"}, {"ip": {"starts_with": "10."}}]}},
    {
        "headers X-Part": ["a, b", "c"],
        "headers x-part | count": 2,
        "headers X-None": {"exists": False},
    },
    {'$.at | to_date "%+"': "2026-01-31T12:00:00+00:00", "$.state | to_hex": "73686970706564"},
    {'$.at | to_date "%Y-%m-%dT%H:%M:%S%.fZ"': "2026-01-31T12:00:00"},
    {'header Last-Modified | date_format "%Y-%m-%dT%H:%M:%S%.fZ"': "2021-01-13T22:23:01Z"},
    {"$.key": {"is_uuid": True}, "$.user.ip": {"is_ipv4": True, "is_ipv6": False}},
    {"$.user": {"name": "ann", "mail": None, "age": {"not_exists": True}}},
    {"$.user": {"has": {"name": "ann"}, "is_object": True}},
    {"$.user": {"equals": {"name": "ann", "mail": None, "ip": "10.0.0.1"}}},
    {"body": {"id": 7, "$.count": 3, "contains": "shipped"}},
    {"body": {"all_of": [{"contains": "shipped"}, {"id": 7}, {"not_contains": "lost"}]}},
    {"$.tags": {"in_any_order": ["a", "b", "b"], "contains_all": ["b", "b"], "contains": "a"}},
    {"$.lines": {"in_any_order": [{"price": {"greater_than": 1}}, {"sku": "A1"}]}},
    {"$.id": {"is_integer": True, "is_float": False}, "$.total": {"is_float": True}},
    {"duration": {"less_than": "30 s"}, "bytes": {"greater_than": 100}, "version": "1.1"},
    {"url": {"ends_with": "/given/order"}, "redirects": [], "redirects | count": 0},
    {"sha256": {"matches": "^[0-9a-f]{64}$"}, "md5": {"length": 32}},
    {"jmespath lines[?sku=='B7'].price | [0]": 40.5, "jmespath user": {"name": "ann"}},
    {'regex "id":\\s*(\\d+)': "7", 'regex "id":\\s*(\\d+) | to_int': 7},
    {"body": {"schema": {"type": "object", "required": ["id"]}}},
    {"$.lines": {"each": {"schema": {"properties": {"price": {"type": "number"}}}}}},
]


@pytest.mark.verifies("cases#5.3", "cases#5.4", "cases#5.12", "engine#2.8", "engine#2.9")
@pytest.mark.parametrize("expect", HOLDS, ids=lambda it: json.dumps(it)[:60])
async def test_what_holds_passes(run_one: RunOne, order: str, expect: dict[str, Any]) -> None:
    result = await outcome(run_one, order, expect)

    assert result.outcome is Outcome.PASSED, [it.message for it in result.steps[0].checks]


FAILS: list[tuple[dict[str, Any], str]] = [
    ({"status": {"greater_than": 300}}, "expected > 300, got 200"),
    ({"status": {"not_equals": 200}}, "status_code 200 should not hold"),
    ({"status": {"not_equals": "2xx"}}, 'status_code "2xx" should not hold'),
    ({"status": {"not_in": [200, 404]}}, "status_code [200, 404] should not hold"),
    ({"$.id": "7"}, 'expected "7" (string), got 7 (integer)'),
    ({"$.user": {"age": 3}}, "no age"),
    ({"$.state": {"not_starts_with": "ship"}}, 'starts_with "ship" should not hold'),
    ({"$.gone": {"not_starts_with": "ship"}}, "no gone"),
    ({"$.id": {"not": {"starts_with": "7"}}}, "expected a text, got integer"),
    ({"$.none": {"each": {"price": 1}}}, "the list has no item to check"),
    ({"$.none": {"not": {"each": {"price": 1}}}}, "the list has no item to check"),
    ({"$.id": {"each": 7}}, "expected a list, got integer"),
    ({"$.lines": {"each": {"price": {"less_than": 9}}}}, "item 1: price: expected < 9, got 40.5"),
    ({"$.lines": {"any": {"sku": "C9"}}}, "no such item among 2"),
    ({"$.lines": {"none": {"sku": "B7"}}}, "item 1 is so"),
    ({"$.lines": {"none": {"sku": {"less_than": 3}}}}, "cannot be compared"),
    ({"$.lines": {"not_any": {"sku": {"less_than": 3}}}}, "cannot be compared"),
    ({"$.lines": {"not_contains_all": [{"sku": {"less_than": 3}}]}}, "cannot be compared"),
    ({"$.lines": {"not_in_any_order": [{"sku": {"less_than": 3}}, "x"]}}, "cannot be compared"),
    (
        {"$.lines": {"count": {"where": {"sku": "B7"}, "greater_than": 1}}},
        "the number of such items: expected > 1, got 1",
    ),
    ({"$.lines": {"length": {"at_most": 1}}}, "the length: expected <= 1, got 2"),
    ({"$.tags": {"in_any_order": ["a", "b"]}}, "expected length 2, got 3"),
    ({"$.tags": {"in_any_order": ["a", "a", "b"]}}, 'no item is left for "a"'),
    ({"$.tags": {"contains_all": ["a", "a"]}}, 'no item is left for "a"'),
    ({"$.state": {"all_of": [{"contains": "sh"}, {"contains": "lost"}]}}, '"lost"'),
    ({"$.state": {"all_of": []}}, "no item"),
    ({"$.state": {"not_all_of": [{"less_than": 3}]}}, "cannot be compared"),
    ({"$.gone": {"all_of": [{"exists": False}]}}, "does not exist"),
    ({"headers X-None | count": 0}, "there is no header X-None"),
    ({"$.total": {"close_to": {"value": 40, "within": 1}}}, "expected 40, 1 more or less"),
    ({"$.key": {"is_ipv4": True}}, "is_ipv4 does not hold"),
    ({"$.key": {"is_uuid": False}}, "is_uuid should not hold"),
    ({"$.user": {"equals": {"name": "ann"}}}, "expected"),
    ({"$.user": {"is_empty": True}}, "expected nothing in it"),
    ({"duration": {"greater_than": "1 h"}}, "expected > 1 h, got "),
    ({"$..sku": {"exists": False}}, "it should not exist"),
    ({"$..nothing": {"exists": True}}, "finds nothing"),
    ({"$.lines | first | to_int": 1}, "the filter to_int fails: the value is not a number"),
    ({"$.none | first": 1}, "it is a list of 0"),
    ({"cookie session": {"exists": False}}, "it should not exist"),
    ({"body": {"schema": {"properties": {"id": {"type": "string"}}}}}, "$.id: 7 is not of type"),
    ({"body": {"schema": {"type": 3}}}, "the schema cannot be used"),
    (
        {"body": {"schema": {"$ref": "http://127.0.0.1:9/a"}}},
        "the schema cannot be used: the reference http://127.0.0.1:9/a leads out of it; "
        "write what it means under `$defs`",
    ),
    ({"body": {"schema": {"$ref": "line.json"}}}, "the reference line.json leads out of it"),
    (
        {"body": {"schema": {"properties": {"id": {"minimum": "1"}}}}},
        '$.properties.id.minimum: "1"',
    ),
    ({'$.deep | jsonpath "$.a"': {"exists": False}}, "the filter jsonpath cannot use the value"),
]


@pytest.mark.verifies("engine#2.18")
async def test_a_path_that_finds_too_much_decides_nothing(
    service: Any, run_one: RunOne, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "MAX_FOUND", 3)
    service.log.given["three"] = JSONResponse([1, 2, 3])
    service.log.given["four"] = JSONResponse({"a": [1, 2, 3, -1]})
    checks: list[dict[str, Any]] = [
        {"$.a[*]": {"each": {"greater_than": 0}}},
        {"$.a[*] | count": 3},
        {"$.a[*]": {"exists": False}},
        {"$.a[*]": {"none": -1}},
        {"$": {"$.a[*]": {"each": {"greater_than": 0}}}},
    ]

    right = await outcome(run_one, service.url, {"$[*]": {"each": {"greater_than": 0}}}, "three")
    wrong = [await outcome(run_one, service.url, each, "four") for each in checks]

    assert right.outcome is Outcome.PASSED
    for result in wrong:
        assert result.outcome in (Outcome.FAILED, Outcome.ERROR)
        assert "`$.a[*]` finds more than 3 values" in case_text(result)


@pytest.mark.verifies("cases#5.4", "cases#5.12", "engine#2.8", "engine#2.9")
@pytest.mark.parametrize(("expect", "words"), FAILS, ids=[json.dumps(it)[:60] for it, _ in FAILS])
async def test_what_does_not_hold_fails_and_says_why(
    run_one: RunOne, order: str, expect: dict[str, Any], words: str
) -> None:
    result = await outcome(run_one, order, expect)

    assert result.outcome in (Outcome.FAILED, Outcome.ERROR)
    wrong = next(it for it in result.steps[0].checks if it.outcome is not Outcome.PASSED)
    assert wrong.message is not None
    assert words in render(wrong.message)
    assert render(wrong.message, "zh")
    assert "Check(" not in repr([(it.expected, it.actual) for it in result.steps[0].checks])


async def test_html_and_xml_are_read_by_xpath_and_css(run_one: RunOne, order: str) -> None:
    page = {
        "xpath //h1": ["Shop"],
        "xpath string(//h1)": "Shop",
        "xpath count(//li)": 2,
        "css li": ["one", "two"],
        "css li.x | first": "one",
        "css p": {"not_exists": True, "length": 0},
        "body": {"contains": "<h1>"},
    }
    assert (await outcome(run_one, order, page, "page")).outcome is Outcome.PASSED
    feed = {"xpath //b": ["1", "2"]}
    assert (await outcome(run_one, order, feed, "feed")).outcome is Outcome.PASSED


@pytest.mark.verifies("cases#5.15")
async def test_an_xpath_uses_the_prefixes_that_the_document_declares(
    run_one: RunOne, service: Any
) -> None:
    text = b"<?xml version='1.0'?><a xmlns='urn:a' xmlns:n='urn:n'><n:b>1</n:b><c>2</c></a>"
    service.log.given["names"] = Response(text, media_type="application/xml")
    expect = {
        "xpath string(//n:b)": "1",
        "xpath //_:c": ["2"],
        "xpath //n:c": {"exists": False},
        "xpath //*[local-name()='c']": ["2"],
    }

    result = await outcome(run_one, service.url, expect, "names")

    assert result.outcome is Outcome.PASSED, [it.message for it in result.steps[0].checks]


ABSENT = {"exists": False}
UNDECIDED: list[tuple[str, str, str]] = [
    ("$.state | count", "order", "the value is neither a list nor an object"),
    ("$.id | split ','", "order", "the value is not text"),
    ('$.state | to_date "%Y"', "order", "cannot use the value"),
    ("$.state | to_int", "order", "not a whole number"),
    ("regex (.*a){25}x", "long", "the pattern takes too long"),
    ('$ | regex "(.*a){25}x"', "quoted", "the pattern takes too long"),
    ("xpath //b", "broken", "cannot be read"),
    ("event price", "order", "not a stream of events"),
    ("jmespath length(id)", "order", "cannot be evaluated"),
]


@pytest.mark.verifies("engine#2.11")
@pytest.mark.parametrize(("selector", "name", "words"), UNDECIDED)
async def test_a_value_that_cannot_be_looked_for_is_not_absent(
    run_one: RunOne, service: Any, order: str, selector: str, name: str, words: str
) -> None:
    service.log.given["broken"] = Response(b"<?xml version='1.0'?><a><b>", media_type="text/xml")
    service.log.given["long"] = Response(b"a" * 5000 + b"!", media_type="text/plain")
    service.log.given["quoted"] = JSONResponse("a" * 5000 + "!")

    result = await outcome(run_one, order, {selector.replace("'", '"'): ABSENT}, name)

    assert result.outcome is Outcome.ERROR
    message = result.steps[0].checks[-1].message
    assert message is not None
    assert words in render(message)


@pytest.mark.verifies("engine#2.11")
@pytest.mark.parametrize(
    "selector", ["$.none | first", "$.lines | nth 9", '$.state | regex "z(.)"', "$.gone | count"]
)
async def test_what_a_filter_looks_for_may_be_absent(
    run_one: RunOne, order: str, selector: str
) -> None:
    assert (await outcome(run_one, order, {selector: ABSENT})).outcome is Outcome.PASSED


@pytest.mark.verifies("engine#2.12")
@pytest.mark.parametrize(("hours", "after"), [(36, 1), (12, 0), (-12, 0), (-36, -1)])
async def test_days_from_now_are_whole_days(
    run_one: RunOne, service: Any, hours: int, after: int
) -> None:
    service.log.given["day"] = JSONResponse(
        {"at": (datetime.now(UTC) + timedelta(hours=hours)).isoformat()}
    )
    expect = {"$.at | days_after_now": after, "$.at | days_before_now": -after}

    assert (await outcome(run_one, service.url, expect, "day")).outcome is Outcome.PASSED


@pytest.mark.verifies("cases#5.8")
async def test_xml_expands_no_entity_and_reads_no_file(
    run_one: RunOne, service: Any, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("canary", "utf-8")
    entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'
    service.log.given["bad"] = Response(
        f"<?xml version='1.0'?>{entity}<a>&x;</a>".encode(), media_type="application/xml"
    )
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    service.log.given["bomb"] = Response(
        f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "x">{bomb}]><a>&a11;</a>'.encode(),
        media_type="application/xml",
    )
    for name in ("bad", "bomb"):
        result = await outcome(run_one, service.url, {"xpath string(//a)": "canary"}, name)
        assert result.outcome is Outcome.FAILED
        assert "canary" not in str(result.steps[0].checks[1].actual)


@pytest.mark.verifies("cases#5.5")
async def test_a_step_captures_values_that_later_steps_read(run_one: RunOne, order: str) -> None:
    steps = [
        {
            "GET": "/given/order",
            "capture": {
                "order": "$.id",
                "trace": "header X-Trace",
                "skus": "$.lines[*].sku",
                "last": "$.lines[*].sku | last",
            },
            "expect": {"$.id": "{{ order }}"},
        },
        {
            "GET": "/echo/{{ order }}",
            "headers": {"X-Back": "{{ trace }}"},
            "expect": {
                "$.path": "/echo/7",
                "$.headers.x-back": "t-1",
                "body": {"not_contains": "{{ last }}"},
                "$.method": {"not_in": "{{ skus }}"},
            },
        },
    ]

    result = await run_one(steps, host=order)

    assert result.outcome is Outcome.PASSED, result.steps


@pytest.mark.verifies("cases#5.5")
async def test_what_cannot_be_captured_ends_the_step_with_its_name(
    run_one: RunOne, order: str
) -> None:
    steps = [
        {"GET": "/given/order", "capture": {"order": "$.number"}},
        {"GET": "/echo/{{ order }}"},
    ]

    result = await run_one(steps, host=order)

    assert [it.outcome for it in result.steps] == [Outcome.ERROR, Outcome.SKIPPED]
    error = result.steps[0].error
    assert error is not None
    assert render(error).startswith("`order` cannot be captured: there is no number")
    assert error.params["path"] == "steps[0].capture.order"


@pytest.mark.verifies("cases#5.14")
async def test_what_cannot_be_expected_is_an_error_of_its_check_with_the_response(
    run_one: RunOne, order: str
) -> None:
    step = {"GET": "/given/order", "expect": {"status": 200, "$.id": "{{ number }}"}}

    result = await run_one([step], host=order)

    assert result.outcome is Outcome.ERROR
    error, exchange = result.steps[0].error, result.steps[0].exchange
    assert error is not None
    assert error.params["path"] == 'steps[0].expect["$.id"]'
    assert exchange is not None
    assert exchange.status == 200
    assert exchange.response_body


async def test_a_check_that_fails_is_shown_before_what_cannot_be_captured(
    run_one: RunOne, order: str
) -> None:
    step = {"GET": "/status/404", "capture": {"order": "$.number"}, "expect": {"status": 200}}

    result = await run_one([step], host=order)

    assert result.steps[0].outcome is Outcome.FAILED
    assert result.steps[0].error is None


@pytest.mark.verifies("cases#5.1")
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_a_method_is_a_field_and_ids_may_be_left_out(
    run: Callable[..., Awaitable[Any]], service: Any, method: str
) -> None:
    steps = [{method: "/echo", "expect": {"$.method": method}}, {"GET": "/echo"}]

    result = (await run([{"steps": steps}], host=service.url)).cases[0]

    assert result.outcome is Outcome.PASSED
    assert [it.id for it in result.steps] == ["step 1", "step 2"]


async def test_a_schema_is_read_from_a_file_of_the_workspace_only(
    run_one: RunOne, order: str, tmp_path: Path
) -> None:
    (tmp_path / "order.json").write_text('{"required": ["id"]}', "utf-8")
    found = await outcome(run_one, order, {"body": {"schema": "order.json"}})
    outside = await outcome(run_one, order, {"body": {"schema": "../order.json"}})
    gone = await outcome(run_one, order, {"$.lines": {"each": {"schema": "gone.json"}}})

    assert found.outcome is Outcome.PASSED
    assert found.steps[0].checks[1].expected == "order.json"
    assert [outside.outcome, gone.outcome] == [Outcome.ERROR, Outcome.ERROR]


@pytest.mark.verifies("engine#4.5")
@pytest.mark.parametrize(
    "expect",
    [
        {"$": {"each": {"token": "x"}}},
        {"$": {"any": {"password": {"starts_with": "x"}}}},
        {"$[*]": {"each": {"has": {"token": {"is_empty": True}}}}},
        {"$[0]": {"token": {"length": {"less_than": 2}, "starts_with": "x"}}},
        {"$[*].token": {"each": {"starts_with": "x"}}},
        {"$[*].token | first": "x"},
        {"$": {"each": {"contains": "x"}}},
        {"jmespath [0].token": "x", "regex token.*": "x"},
        {"$": {"in_any_order": [{"token": "y"}]}},
    ],
)
async def test_no_secret_is_in_what_a_check_of_a_part_says(
    run_one: RunOne, service: Any, expect: dict[str, Any]
) -> None:
    secret = [{"token": "canary-51d0", "password": "canary-51d1", "short": 1}]
    service.log.given["secret"] = JSONResponse(secret)
    step = {"GET": "/given/secret", "capture": {"token": "$[0].token"}, "expect": expect}

    result = await run_one([step], host=service.url)

    assert result.outcome is Outcome.FAILED
    shown = [(it.expected, it.actual, it.message) for it in result.steps[0].checks]
    assert "canary" not in repr(shown)


async def test_what_an_expression_gives_is_a_value_and_never_a_predicate(
    run_one: RunOne, service: Any
) -> None:
    service.log.given["odd"] = JSONResponse({"a": {"not_equals": 1}, "items": [{"a": 2}]})
    step = {
        "GET": "/given/odd",
        "capture": {"odd": "$.a"},
        "expect": {"$.items": {"any": {"a": "{{ odd }}"}}},
    }

    result = await run_one([step], host=service.url)

    assert result.outcome is Outcome.FAILED


def test_a_message_of_a_part_survives_json() -> None:
    message = Message("check.item", {"index": 1, "inner": Message("check.none", {})})

    data = json.loads(json.dumps(message.to_json()))

    assert render(Message(data["code"], data["params"])) == "item 1: expected a value, got null"
