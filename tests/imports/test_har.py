"""Recordings as cases."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.imports.conftest import Recorder

from shall.actions.importing import Import, read_cases
from shall.errors import ShallError
from shall.results.records import RunResult

Imported = Callable[..., Import]
Run = Callable[..., RunResult]


PARTS = (
    '--xx\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nhello\r\n'
    '--xx\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n2\r\n--xx--\r\n'
)


def entry(
    method: str,
    url: str,
    status: int = 200,
    answer: str = "",
    mime: str = "application/json",
    **request: Any,
) -> dict[str, Any]:
    headers = request.pop("headers", {})
    cookies = request.pop("sets", [])
    return {
        "request": {
            "method": method,
            "url": url,
            "headers": [{"name": key, "value": it} for key, it in headers.items()],
            **request,
        },
        "response": {
            "status": status,
            "headers": [{"name": "Set-Cookie", "value": it} for it in cookies],
            "content": {"mimeType": mime, "text": answer},
        },
    }


def recording(*entries: dict[str, Any]) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": list(entries)}})


def posted(text: str, mime: str = "application/json") -> dict[str, Any]:
    return {"mimeType": mime, "text": text}


@pytest.mark.verifies("import#1.1", "import#1.3", "import#4.1", "import#4.2")
def test_a_session_is_repeated_with_a_token_of_its_own(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    url = recorder.url
    recorder.answers["POST /login"] = (
        201,
        {"Set-Cookie": "sid=fresh-cookie"},
        '{"data": {"jwt": "fresh-token"}}',
    )
    recorder.answers["GET /old"] = (302, {"Location": "/new"}, "")
    recorder.answers["DELETE /orders/7"] = (404, {}, "{}")
    text = recording(
        entry("GET", f"{url}/logo.png", mime="image/png"),
        entry(
            "POST",
            f"{url}/login",
            201,
            '{"data": {"jwt": "planted-token"}}',
            postData=posted('{"user": "ann", "password": "planted-password"}'),
            headers={
                ":authority": "h",
                "Content-Length": "9",
                "User-Agent": "B",
                "Sec-Fetch-Mode": "cors",
                "Content-Type": "application/json",
            },
            sets=["sid=planted-cookie; Path=/"],
        ),
        entry(
            "GET",
            f"{url}/me?page=1",
            headers={"Authorization": "Bearer planted-token", "Cookie": "sid=planted-cookie"},
        ),
        entry("GET", f"{url}/old", 302),
        entry("GET", f"{url}/new"),
        entry("DELETE", f"{url}/orders/7", 404),
        entry(
            "POST", f"{url}/form", postData=posted("a=1&b=x+y", "application/x-www-form-urlencoded")
        ),
    )

    found = imported(text)
    result = run(password="given-password")

    (file,) = found.files
    assert "planted" not in file.text
    assert found.secrets == ["password"]
    assert [it.message for it in found.left_out] == [
        "Requests for images, scripts, styles and preflights were left out: 1."
    ]
    assert [it.outcome.value for it in result.cases] == ["passed"]
    lines = [f"{it['method']} {it['path']}" for it in recorder.seen]
    assert lines == [
        *("POST /login", "GET /me?page=1", "GET /old", "GET /new", "DELETE /orders/7"),
        "POST /form",
    ]
    me = recorder.seen[1]["headers"]
    assert me["authorization"] == "Bearer fresh-token"
    assert me["cookie"] == "sid=fresh-cookie"
    assert json.loads(recorder.seen[0]["body"])["password"] == "given-password"
    assert "sec-fetch-mode" not in recorder.seen[0]["headers"]


@pytest.mark.verifies("import#4.1")
def test_a_status_that_differs_from_the_recording_fails(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    imported(recording(entry("GET", f"{recorder.url}/a", 201)))

    assert [it.outcome.value for it in run().cases] == ["failed"]


@pytest.mark.verifies("import#1.2", "import#1.3", "import#4.3")
def test_what_a_recording_does_not_hold_is_reported_by_its_entry() -> None:
    text = recording(
        entry("GET", "http://h/blocked", 0),
        entry("POST", "http://h/up", postData={"mimeType": "multipart/form-data; boundary=x"}),
        entry(
            "POST",
            "http://h/file",
            postData={
                "mimeType": "multipart/form-data",
                "params": [{"name": "a", "value": "1"}, {"name": "f", "fileName": "x.bin"}],
            },
        ),
        entry(
            "POST",
            "http://h/bytes",
            postData={"mimeType": "x", "text": "//79", "encoding": "base64"},
        ),
        entry("GET", "http://h/cookie", headers={"Cookie": "sid=planted"}),
        entry("GET", "ws://h/socket"),
        entry("OPTIONS", "http://h/a", headers={"Access-Control-Request-Method": "PUT"}),
    )

    found = read_cases(text, "r.har")

    assert [(it.field, it.message) for it in found.left_out] == [
        ("log.entries[0]", "The request was left out: it got no response."),
        ("log.entries[1]", "The multipart body was left out: its parts are not recorded."),
        ("log.entries[2]", "The file of the part f was left out: it is not recorded."),
        ("log.entries[3]", "The body was left out: it is not text."),
        ("", "Requests for images, scripts, styles and preflights were left out: 1."),
        ("", "WebSockets were left out: 1."),
    ]
    assert found.secrets == ["cookie"]
    assert "planted" not in found.files[0].text


@pytest.mark.verifies("import#1.4")
@pytest.mark.parametrize(
    "text",
    [
        '{"log": 7}',
        '{"log": {"entries": [1, {"request": 7, "response": {}}]}}',
        '{"log": {"entries": [{"request": {}, "response": {}}]}}',
        '{"log": {"entries": [{"request": {"url": "http://["}, "response": {"status": 200}}]}}',
        '{"log": {"entries": [{"request": {"url": "http://h", "headers": [{"name": 1}]},'
        ' "response": {"status": 200, "content": {"text": "{\\"a\\": [}"}}}]}}',
        '{"log": ' + "[" * 100,
    ],
)
def test_a_malformed_recording_is_refused_or_reported(text: str) -> None:
    try:
        found = read_cases(text, "r.har")
    except ShallError as error:
        assert error.diagnostics
    else:
        assert len(found.files) <= 1


@pytest.mark.verifies("import#1.2")
def test_the_parts_of_a_multipart_body_are_read_from_its_text() -> None:
    data = {"mimeType": "multipart/form-data; boundary=xx", "text": PARTS}
    recording = {"log": {"entries": [entry("POST", "http://h/up", postData=data)]}}
    found = read_cases(json.dumps(recording), "r.har")
    assert '"n": "1\\r\\n2"' in found.files[0].text
    assert "Content-Type: multipart/form-data" in found.files[0].text
    assert [it.message for it in found.left_out] == [
        "The file of the part f was left out: it is not recorded."
    ]
