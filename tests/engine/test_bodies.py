"""Bodies as they arrive, byte by byte: parts of a form, XML, files and Base64."""

import base64
import json
from collections.abc import Awaitable, Callable
from email import message_from_bytes
from email.message import Message
from email.policy import HTTP
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from shall.engine.evaluate import evaluate
from shall.engine.parts import xml_bytes
from shall.engine.scope import Scope
from shall.results.records import CaseResult, Outcome

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]

CSV = b"item,qty\r\nbook,2\r\n"
PICTURE = bytes(range(256))


@pytest.fixture
def sent(service: Any, run_one: RunOne, tmp_path: Path) -> Callable[..., Awaitable[Any]]:
    """Returns the content type and the bytes that a step sends."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data/rows.csv").write_bytes(CSV)
    (tmp_path / "data/picture.bin").write_bytes(PICTURE)
    (tmp_path / "order.xml").write_bytes(b"<order/>")

    async def send(case: dict[str, Any] | None = None, **step: Any) -> tuple[str, bytes]:
        result = await run_one([{"POST": "/raw", **step}], case, host=service.url)
        assert result.outcome is Outcome.PASSED, result
        assert result.steps[0].exchange is not None
        seen = json.loads(result.steps[0].exchange.response_body)
        return seen["type"], bytes.fromhex(seen["bytes"])

    return send


def parts_of(content_type: str, body: bytes) -> list[Message]:
    """Parse a multipart body by the standard library."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    return list(message_from_bytes(head + body, policy=HTTP).iter_parts())


def seen(part: Message) -> tuple[Any, ...]:
    field = part.get_param("name", header="content-disposition")
    has_type = "content-type" in part
    content_type = part["content-type"] if has_type else None
    return field, part.get_filename(), content_type, part.get_payload(decode=True)


@pytest.mark.verifies("protocols#6.1")
async def test_each_part_of_a_form_has_its_type_and_its_file_name(sent: Any) -> None:
    files = {
        "plain": "data/rows.csv",
        "named": {"file": "data/rows.csv", "name": "本.csv", "type": "application/x-rows"},
        "several": ["data/picture.bin", {"file": "order.xml"}],
        "meta": {"json": {"id": "{{ id }}", "名": ["ü"]}},
        "note": {"text": "{{ id }} words", "type": "text/markdown"},
        "made": {"text": "a: {{ id }}", "name": "made.yaml"},
    }
    content_type, body = await sent({"variables": {"id": 7}}, form={"title": "ü"}, files=files)

    assert content_type.startswith("multipart/form-data; boundary=")
    assert [seen(it) for it in parts_of(content_type, body)] == [
        ("title", None, None, "ü".encode()),
        ("plain", "rows.csv", "text/csv", CSV),
        ("named", "本.csv", "application/x-rows", CSV),
        ("several", "picture.bin", "application/octet-stream", PICTURE),
        ("several", "order.xml", "application/xml", b"<order/>"),
        ("meta", None, "application/json", '{"id": 7, "名": ["ü"]}'.encode()),
        ("note", None, "text/markdown", b"7 words"),
        ("made", "made.yaml", "application/yaml", b"a: 7"),
    ]


@pytest.mark.verifies("protocols#6.2")
@pytest.mark.parametrize(
    ("body", "content_type", "content"),
    [
        ({"file": "data/picture.bin"}, "application/octet-stream", PICTURE),
        ({"file": "data/{{ name }}.csv"}, "text/csv", CSV),
        ({"file": "order.xml"}, "application/xml", b"<order/>"),
        ({"base64": "/wD+"}, "application/octet-stream", b"\xff\0\xfe"),
        ({"base64": "{{ bytes }}"}, "application/octet-stream", b"\xff\0\xfe"),
    ],
)
async def test_a_body_of_bytes_arrives_as_it_is(
    sent: Any, body: Any, content_type: str, content: bytes
) -> None:
    case = {"variables": {"name": "rows", "bytes": "/wD+"}}

    assert await sent(case, body=body) == (content_type, content)
    headers = {"content-type": "image/png"}
    assert await sent(case, body=body, headers=headers) == ("image/png", content)


@pytest.mark.verifies("protocols#6.2")
@pytest.mark.parametrize("content", [b"\0", b"\xff\0\xfe", b"a=1"])
@pytest.mark.parametrize("step", [{"connection": {"http": "1.1"}}, {"method": "PUT"}])
async def test_bytes_arrive_by_any_method_and_connection(
    service: Any, run_one: RunOne, step: dict[str, Any], content: bytes
) -> None:
    body = {"base64": base64.b64encode(content).decode()}
    step = {"method": "POST", "path": "/raw", "body": body, **step}

    result = await run_one([step, {"POST": "/raw"}], host=service.url)

    sent = [it.exchange.response_body for it in result.steps if it.exchange]
    assert [bytes.fromhex(json.loads(it)["bytes"]) for it in sent] == [content, b""]


@pytest.mark.verifies("protocols#6.2")
@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ({"body": {"file": "../secret"}}, ""),
        ({"body": {"base64": "{{ word }}"}}, "`base64` of the body is not Base64."),
        ({"files": {"f": {"file": "../secret"}}}, ""),
        ({"files": {"f": {"text": "x", "type": "a/b{{ nl }}X: y"}}}, "line break"),
        ({"files": {"f": {"text": "x", "name": "a{{ nl }}b"}}}, "line break"),
    ],
)
async def test_a_body_that_cannot_be_made_sends_nothing(
    service: Any, run_one: RunOne, step: dict[str, Any], reason: str
) -> None:
    case = {"variables": {"word": "no base 64!", "nl": "\r\n"}}

    result = await run_one([{"POST": "/raw", **step}], case, host=service.url)

    assert result.outcome is Outcome.ERROR
    assert service.log.calls == []
    assert result.steps[0].error is not None
    if " " in reason:
        assert reason in result.steps[0].error.params["reason"]


@pytest.mark.verifies("protocols#6.3")
async def test_expressions_of_xml_are_escaped_and_one_alone_is_xml(sent: Any) -> None:
    case = {"variables": {"buyer": "Ann & <Bo> \"ü\" 'x'", "whole": "<order><id>7</id></order>"}}
    text = '<order to="{{ buyer }}"><by>{{ buyer }}</by></order>'

    content_type, body = await sent(case, xml=text)
    root = etree.fromstring(body)

    assert content_type == "application/xml"
    assert root.get("to") == root.findtext("by") == case["variables"]["buyer"]
    assert (await sent(case, xml="{{ whole }}"))[1] == b"<order><id>7</id></order>"
    soap = {"Content-Type": "application/soap+xml"}
    assert (await sent(case, xml=text, headers=soap))[0] == "application/soap+xml"


_CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")


@pytest.mark.verifies("protocols#6.3")
@given(st.text(_CHARACTERS, max_size=30))
def test_no_value_breaks_the_xml_around_it(value: str) -> None:
    scope = Scope()
    scope.variables["v"] = value

    root = etree.fromstring(xml_bytes("<a b='{{ v }}'>{{ v }}</a>", scope))

    assert (root.get("b"), root.text or "") == (value, value)
    assert evaluate("{{ v }}", scope) == value


async def test_a_response_of_xml_is_checked_by_xpath(service: Any, run_one: RunOne) -> None:
    service.answer("it", "<o><id>7</id><id>8</id></o>", "application/xml")
    expect = {"xpath string(/o/id[1])": "7", "xpath count(//id)": 2}

    result = await run_one([{"GET": "/given/it", "expect": expect}], host=service.url)

    assert result.outcome is Outcome.PASSED


@pytest.mark.verifies("engine#4.5")
@pytest.mark.parametrize(
    "step",
    [
        {"xml": "<l xmlns:n='u'><user>ann</user><n:password>pa&amp;ss-canary</n:password></l>"},
        {"xml": '<login user="ann" password="pa&amp;ss-canary"/>'},
        {"files": {"password": {"text": "pa&ss-canary"}}},
        {"files": {"meta": {"json": {"password": "pa&ss-canary"}}}},
    ],
)
async def test_a_password_in_xml_or_a_part_is_masked(
    service: Any, run_one: RunOne, step: dict[str, Any]
) -> None:
    service.answer("it", "<said>pa&amp;ss-canary</said>", "application/xml")
    said = {"GET": "/given/it", "expect": {"body": "pa&ss-canary"}}

    result = await run_one([{"POST": "/echo", **step}, said], host=service.url)

    assert result.outcome is Outcome.FAILED
    assert "canary" not in repr(result)
    assert "***" in repr(result)


async def test_bytes_are_shown_by_their_number(service: Any, run_one: RunOne) -> None:
    result = await run_one([{"POST": "/raw", "body": {"base64": "/wD+"}}], host=service.url)

    assert result.steps[0].exchange is not None
    assert result.steps[0].exchange.request_body == "<3 bytes>"
