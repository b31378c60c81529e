"""What a broken or hostile service may answer: data for one case, never the end of a run."""

import gzip
import json
import zlib
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import pytest

from shall.engine.query import MAX_DEPTH
from shall.results.encoding import result_to_json
from shall.results.records import CaseResult, Outcome

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]

JSON = "application/json"


def refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is not JSON")


def ask(**check: Any) -> dict[str, Any]:
    return {"method": "GET", "path": "/given/it", "assert": [check]}


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    ("body", "kind", "check"),
    [
        (b"hello", "text/plain; charset=undefined", {"type": "equals", "expected": "hello"}),
        (b"hello", "text/plain; charset=idna", {"type": "equals", "expected": "hello"}),
        (b"hello", "text/plain; charset=hex", {"type": "equals", "expected": "hello"}),
        (b"hello", "text/plain; charset=", {"type": "equals", "expected": "hello"}),
        (b"hello", "text/plain; version=1", {"type": "equals", "expected": "hello"}),
        (b"\\ud800", "text/plain; charset=unicode_escape", {"type": "equals", "expected": "?"}),
        (
            '{"a": "中"}'.encode("gbk"),
            "application/json; charset=GBK",
            {"type": "equals", "field": "a", "expected": "中"},
        ),
        (b'{"a": "\xff"}', JSON, {"type": "equals", "expected": '{"a": "\ufffd"}'}),
        (b'\xef\xbb\xbf{"a": 1}', JSON, {"type": "equals", "field": "a", "expected": 1}),
        (b'{"a": NaN}', JSON, {"type": "equals", "expected": '{"a": NaN}'}),
        (b'{"a": "\\ud800x"}', JSON, {"type": "equals", "field": "a", "expected": "?x"}),
        (b'{"a": "\\ud83d\\ude00"}', JSON, {"type": "equals", "field": "a", "expected": "😀"}),
        (b'{"a": "\xed\xa0\x80"}', JSON, {"type": "regex", "field": "a", "expected": "^[?]+$"}),
    ],
)
async def test_an_odd_encoding_is_data(
    service: Any, run_one: RunOne, body: bytes, kind: str, check: dict[str, Any]
) -> None:
    service.answer("it", body, kind)
    result = await run_one([ask(**check)], host=service.url)
    assert result.outcome is Outcome.PASSED, result
    json.dumps(result_to_json(result), ensure_ascii=False).encode("utf-8")


async def test_half_a_surrogate_pair_can_be_sent_on(service: Any, run_one: RunOne) -> None:
    service.answer("it", b'{"a": "\\ud800x"}', JSON)
    get = {"method": "GET", "path": "/given/it"}
    send = {"method": "POST", "path": "/echo/{{ s0.a }}", "text": "{{ s0.a }}"}
    result = await run_one([get, send], host=service.url)
    assert result.outcome is Outcome.PASSED, result
    json.dumps(result_to_json(result), ensure_ascii=False).encode("utf-8")


async def test_an_infinite_number_leaves_the_result_json(service: Any, run_one: RunOne) -> None:
    service.answer("it", b'{"a": 1e999}', JSON)
    result = await run_one([ask(type="equals", field="a", expected=1)], host=service.url)
    data = json.loads(json.dumps(result_to_json(result)), parse_constant=refuse)
    assert data["steps"][0]["checks"][1]["actual"] == "inf"


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 900, 100_000])
async def test_a_body_nested_too_deep_costs_no_stack(service: Any, run: Any, levels: int) -> None:
    service.answer("it", nested(levels), JSON)
    step = {"id": "deep", **ask(type="equals", expected="x")}
    other = {"steps": [{"id": "get", "method": "GET", "path": "/echo"}]}
    result = await run([{"steps": [step]}, other], host=service.url)
    assert [case.outcome.value for case in result.cases] == ["failed", "passed"]
    assert result.cases[0].error is None
    assert "[[[" in result.cases[0].steps[0].checks[1].actual[:5]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (nested(MAX_DEPTH + 1), "has more than 200 levels"),
        ('{"a": ' * 900, "has more than 200 levels"),
        ('["[[[[", "\\"[", ' + "{}, " * 900, "is not JSON"),
        ("x" + nested(900), "is not JSON"),
    ],
)
async def test_a_body_nested_too_deep_is_called_so(
    service: Any, run_one: RunOne, body: str, reason: str
) -> None:
    service.answer("it", body, JSON)
    step = {"method": "GET", "path": "/given/it", "expect": {"$.a": 1}}
    result = await run_one([step], host=service.url)
    message = next(it.message for it in result.steps[0].checks if it.message is not None)
    assert message.params["reason"] == f"the body {reason}"


async def test_a_deep_and_a_wide_body_are_read(service: Any, run_one: RunOne) -> None:
    field = "[0]" * (MAX_DEPTH - 1)
    service.answer("it", nested(MAX_DEPTH), JSON)
    result = await run_one([ask(type="equals", field=field, expected=[])], host=service.url)
    assert result.outcome is Outcome.PASSED
    service.answer("it", json.dumps([{"id": n} for n in range(MAX_DEPTH * 2)]), JSON)
    result = await run_one([ask(type="equals", field="[-1].id", expected=399)], host=service.url)
    assert result.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("body", "expected", "outcome"),
    [
        (r'{"name": "\u7528\u6237"}', "用户", Outcome.PASSED),
        (r'{"name": "\ud83d\ude00"}', "😀", Outcome.PASSED),
        (r'{"name": "a\u003cb"}', "a<b", Outcome.PASSED),
        (r'{"name": "\\u7528"}', "用", Outcome.FAILED),
        (r'{"name": "a\u0022b"}', r"a\u0022b", Outcome.PASSED),
        (r'{"name":  "spaced"}', '"name":  "spaced"', Outcome.PASSED),
    ],
)
async def test_a_search_without_a_field_reads_escaped_characters(
    service: Any, run_one: RunOne, body: str, expected: str, outcome: Outcome
) -> None:
    service.answer("it", body, JSON)
    result = await run_one([ask(type="contains", expected=expected)], host=service.url)
    assert result.outcome is outcome


@pytest.mark.parametrize("announced", [True, False])
async def test_a_small_body_that_unpacks_to_a_huge_one_is_stopped(
    service: Any, run_one: RunOne, monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    monkeypatch.setattr("shall.transport.http.transfer.MAX_BODY_BYTES", 1 << 20)
    large = b"0" * (3 << 20)
    headers = {} if announced else {"Content-Encoding": "gzip"}
    service.answer(
        "it", large if announced else gzip.compress(large), "text/plain", headers=headers
    )
    result = await run_one([{"method": "GET", "path": "/given/it"}], host=service.url)
    error = result.steps[0].error
    assert error is not None
    assert "more than 1 MiB" in error.params["reason"]


@pytest.mark.verifies("engine#3.19")
@pytest.mark.parametrize("rest", [gzip.compress(b"world"), bytes(600)], ids=["member", "padding"])
async def test_a_small_body_with_something_after_its_compressed_data_is_not_called_large(
    service: Any, run_one: RunOne, rest: bytes
) -> None:
    body, headers = gzip.compress(b"hello ") + rest, {"Content-Encoding": "gzip"}
    service.answer("it", body, "text/plain", headers=headers)
    result = await run_one([{"method": "GET", "path": "/given/it"}], host=service.url)
    error = result.steps[0].error
    assert error is not None
    assert "goes on after the end of its compressed data" in error.params["reason"]


def deflated(data: bytes, window: int) -> bytes:
    deflate = zlib.compressobj(wbits=window)
    return deflate.compress(data) + deflate.flush()


LONG = json.dumps([{"id": n, "name": f"n{n}"} for n in range(400)]).encode()
CODED = [
    ("gzip", gzip.compress(LONG)),
    ("X-GZIP", gzip.compress(LONG)),
    ("deflate", deflated(LONG, 15)),
    ("deflate", deflated(LONG, -15)),
    ("deflate, gzip", gzip.compress(deflated(LONG, 15))),
]


@pytest.mark.parametrize(("coding", "body"), CODED)
async def test_a_compressed_body_is_decompressed(
    service: Any, run_one: RunOne, coding: str, body: bytes
) -> None:
    service.answer("it", body, JSON, headers={"Content-Encoding": coding})
    result = await run_one([ask(type="equals", field="[399].id", expected=399)], host=service.url)
    assert result.outcome is Outcome.PASSED, result


@pytest.mark.verifies("engine#3.20")
@pytest.mark.parametrize("left", [0.5, 1.0], ids=["half", "all but a byte"])
@pytest.mark.parametrize(("coding", "body"), CODED)
async def test_a_body_that_is_cut_within_its_compressed_data_is_an_error(
    service: Any, run_one: RunOne, coding: str, body: bytes, left: float
) -> None:
    cut = body[: int(len(body) * left) - 1]
    service.answer("it", cut, JSON, headers={"Content-Encoding": coding})
    step = {"method": "GET", "path": "/given/it", "expect": {"status": 200}}
    result = await run_one([step], host=service.url)
    error = result.steps[0].error
    assert error is not None
    assert "ends within its compressed data" in error.params["reason"]


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_coding_that_a_header_asks_for_is_decompressed_by_libcurl(
    service: Any, run_one: RunOne, method: str
) -> None:
    brotli = b'\x0b\x03\x80{"a":1}\x03'
    service.answer("it", brotli, JSON, headers={"Content-Encoding": "br"})
    service.answer("other", gzip.compress(b"2"), JSON, headers={"Content-Encoding": "gzip"})
    asks = {**ask(type="equals", field="a", expected=1), "headers": {"Accept-Encoding": "br"}}
    then = {"method": "GET", "path": "/given/other", "expect": {"$": 2}}
    result = await run_one([{**asks, "method": method}, then], host=service.url)
    assert result.outcome is Outcome.PASSED, result


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_no_body_is_no_cut_one(service: Any, run_one: RunOne, method: str) -> None:
    service.answer("it", b"", JSON, headers={"Content-Encoding": "gzip"})
    result = await run_one([{"method": method, "path": "/given/it"}], host=service.url)
    assert result.outcome is Outcome.PASSED, result


async def test_a_coding_that_was_not_asked_for_is_named(service: Any, run_one: RunOne) -> None:
    service.answer("it", b"xyz", JSON, headers={"Content-Encoding": "compress"})
    result = await run_one([{"method": "GET", "path": "/given/it"}], host=service.url)
    error = result.steps[0].error
    assert error is not None
    assert "compressed in a way that was not asked for" in error.params["reason"]


@pytest.mark.verifies("engine#3.19")
async def test_a_body_that_unpacks_to_200_mib_is_stopped_before_its_time_is_over(
    service: Any, run_one: RunOne
) -> None:
    bomb, headers = gzip.compress(bytes(200 << 20), 1), {"Content-Encoding": "gzip"}
    service.answer("it", bomb, "text/plain", headers=headers)
    step = {"method": "GET", "path": "/given/it", "timeout_s": 60}
    result = await run_one([step], host=service.url)
    error = result.steps[0].error
    assert error is not None
    assert "more than 16 MiB" in error.params["reason"]


async def test_a_body_that_is_not_what_its_encoding_says_is_an_error_of_the_step(
    service: Any, run_one: RunOne
) -> None:
    service.answer("it", b"no gzip", "text/plain", headers={"Content-Encoding": "gzip"})
    result = await run_one([{"method": "GET", "path": "/given/it"}], host=service.url)
    error = result.steps[0].error
    assert error is not None
    assert error.code == "step.unreachable"
