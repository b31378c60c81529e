import asyncio
import json
import logging
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp, Receive, Scope, Send

from shall.actions.principal import PRINCIPAL, Principal
from shall.errors import InvalidSetting
from shall.serve.observe.access_log import ExchangeGate, log_access
from shall.serve.observe.logs import JsonLine, OneLine, set_up_logging
from shall.serve.observe.masking import Masking
from shall.settings import Settings

Ask = Callable[..., Any]
Log = Callable[..., Path]
HOSTILE = "a\r\nb\x1b[31m\u202ec\u2028d\x00e\x85f\ud800g"


def record(message: str, **more: Any) -> logging.LogRecord:
    return logging.makeLogRecord(
        {"msg": message, "name": "t", "levelname": "ERROR", "created": 0.25, **more}
    )


def fail(text: str) -> None:
    raise ValueError(text)


@pytest.mark.verifies("observability#2.1")
def test_a_line_on_the_console_is_one_line() -> None:
    line = OneLine(Masking()).format(record(HOSTILE))

    assert line == (
        r"1970-01-01T00:00:00.250Z ERROR t: a\r\nb\x1b[31m\u202ec\u2028d\x00e\x85f\ud800g"
    )


@pytest.mark.verifies("observability#2.1", "observability#2.2")
@pytest.mark.parametrize("form", [OneLine, JsonLine])
@given(text=st.text(st.characters()))
def test_no_text_breaks_a_line(form: Any, text: str) -> None:
    line = form(Masking()).format(record(text))

    assert line.isprintable()
    line.encode("utf-8")


@pytest.mark.verifies("observability#2.2")
def test_a_json_line_says_it_all(log: Log) -> None:
    file = log(log_format="json")
    try:
        fail(HOSTILE)
    except ValueError:
        logging.getLogger("some.part").exception("it went %s: %s", "wrong", HOSTILE)

    (text,) = file.read_text("ascii").splitlines()
    line = json.loads(text)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["timestamp"])
    assert (line["level"], line["logger"]) == ("ERROR", "some.part")
    assert line["message"] == f"it went wrong: {HOSTILE}"
    assert line["request_id"] is line["trace_id"] is None
    assert line["error"]["type"] == "ValueError"
    assert "Traceback" in line["error"]["stack"]


@pytest.mark.anyio
@pytest.mark.verifies("observability#2.3")
async def test_a_request_is_one_line(ask: Ask, answers: ASGIApp, log: Log) -> None:
    async def known(scope: Scope, receive: Receive, send: Send) -> None:
        scope[PRINCIPAL] = Principal("ci")
        await answers(scope, receive, send)

    file = log(log_format="json")
    app = ExchangeGate(known, [log_access])
    for path in ("/health", "/ready", "/some/path"):
        await ask(app, path, "POST", x_request_id=f"id-of{path.replace('/', '-')}")

    (text,) = file.read_text().splitlines()
    line = json.loads(text)
    duration_ms = line.pop("duration_ms")
    assert 0 < duration_ms < 10_000
    line.pop("timestamp")
    assert line == {
        "level": "INFO",
        "logger": "shall.access",
        "message": f"POST /some/path 204 {duration_ms:.1f} ms 192.0.2.7 ci",
        "request_id": "id-of-some-path",
        "trace_id": None,
        "method": "POST",
        "path": "/some/path",
        "status": 204,
        "principal": "ci",
        "client": "192.0.2.7",
    }


@pytest.mark.anyio
@pytest.mark.verifies("observability#2.3", "observability#1.3")
async def test_the_console_shows_the_id(ask: Ask, answers: ASGIApp, log: Log) -> None:
    file = log()
    await ask(ExchangeGate(answers, [log_access]), "/x\n", x_request_id="the-id")

    (line,) = file.read_text().splitlines()
    assert re.search(
        r"Z INFO shall\.access \[the-id\]: GET /x\\n 204 \d+\.\d ms 192\.0\.2\.7 anyone", line
    )


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["token", "bearer", "basic"])
async def test_the_address_of_a_caller_is_shown_whatever_its_name(
    ask: Ask, answers: ASGIApp, log: Log, name: str
) -> None:
    async def known(scope: Scope, receive: Receive, send: Send) -> None:
        scope[PRINCIPAL] = Principal(name)
        await answers(scope, receive, send)

    file = log()
    await ask(ExchangeGate(known, [log_access]))

    assert file.read_text().endswith(f" ms 192.0.2.7 {name}\n")


@pytest.mark.anyio
async def test_a_fault_and_a_client_that_left_are_distinguished(ask: Ask) -> None:
    async def broken(*_: Any) -> None:
        raise LookupError

    async def unanswered(*_: Any) -> None: ...

    async def cancelled(*_: Any) -> None:
        raise asyncio.CancelledError

    seen: list[int] = []
    observers = [lambda _, status, __: seen.append(status)]
    await ask(ExchangeGate(broken, observers))
    await ask(ExchangeGate(unanswered, observers))
    with pytest.raises(asyncio.CancelledError):
        await ask(ExchangeGate(cancelled, observers))

    assert seen == [500, 499, 499]


SECRETS = [
    ("Authorization: Bearer abcdef123456", "abcdef123456"),
    ("{'authorization': 'Basic dXNlcjpwYXNz'}", "dXNlcjpwYXNz"),
    ("sent Bearer abc.def-ghi_jkl~123", "abc.def"),
    ('{"password": "hunter2", "user": "me"}', "hunter2"),
    ("token=abc&next=1", "abc"),
    ("X-Api-Key=k1", "k1"),
    ("password: 1234: refused", "1234"),
    ("token=1234: refused", "1234"),
    ("token:123456: refused", "123456"),
    ("redis://:s3cret@cache:6379/0", "s3cret"),
    ("postgresql://me:s3cret@db/x", "s3cret"),
    ("the configured one is canary-value, so", "canary-value"),
]


@pytest.mark.verifies("observability#2.4")
@pytest.mark.parametrize("format", ["console", "json"])
@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_no_line_shows_a_secret(log: Log, format: str, text: str, secret: str) -> None:
    file = log(log_format=format, auth_token="canary-value")
    try:
        fail(text)
    except ValueError:
        logging.getLogger("t").exception("%s", text, extra={"fields": {"note": text}})

    shown = file.read_text()
    assert secret not in shown
    assert "***" in shown


@pytest.mark.parametrize(
    "text",
    [
        "GET /mcp 200 3.2 ms 127.0.0.1 anyone",
        "the tool run_tests failed (request 0123456789ab)",
        "Basic use: see the guide",
        "http://127.0.0.1:8000/mcp is served",
        "token_type=bearer",
        "/etc/shall/tokens:3: unknown field",
        "tokens:12:5: expected one of name, scopes",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Masking(("",))(text) == text


@pytest.mark.repeats
def test_masking_a_long_text_takes_no_long_time() -> None:
    for part in ("a", "a-", "a:", "a=", "://", " ", "Bearer "):
        assert len(Masking()(part * 200_000)) > 1  # quadratic would take minutes


@pytest.mark.verifies("observability#2.5")
@pytest.mark.parametrize("way", ["moved", "removed", "truncated"])
def test_a_rotated_file_is_written_anew(log: Log, way: str) -> None:
    file = log()
    logging.getLogger("t").warning("before")
    if way == "moved":
        file.rename(file.with_suffix(".1"))
    elif way == "removed":
        file.unlink()
    else:
        file.write_bytes(b"")
    logging.getLogger("t").warning("after")

    text = file.read_bytes()
    assert text.endswith(b" WARNING t: after\n")
    assert b"before" not in text
    assert not text.startswith(b"\0")


@pytest.mark.verifies("observability#2.6")
def test_a_file_that_cannot_be_written_stops_nothing(
    log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    file = log()
    shutil.rmtree(file.parent)
    for number in range(3):
        logging.getLogger("t").warning("line %d", number)

    shown = capsys.readouterr().err.splitlines()
    assert [line for line in shown if "cannot be written" in line] == [
        f"The log file {file} cannot be written: No such file or directory."
    ]
    assert sum("WARNING t: line" in line for line in shown) == 3
    file.parent.mkdir()
    logging.getLogger("t").warning("again")
    assert "again" in file.read_text()


def test_a_file_that_cannot_be_opened_is_reported_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("")

    with pytest.raises(InvalidSetting, match="cannot be written"):
        set_up_logging(Settings(log_file=tmp_path / "a-file" / "server.log"))


@pytest.mark.verifies("defences#9.11")
@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_token_in_a_path_is_not_logged(log: Log, log_format: str) -> None:
    file = log(log_format=log_format, variables={"bot": "canary-5f1b9c"}, secrets=("bot",))
    token = "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
    for path in (
        f"/bot110201543:{token}/send",
        "/botcanary-5f1b9c/send",
        "/x/63616e6172792d356631623963",
    ):
        log_access({"method": "GET", "path": path, "client": None}, 200, 0.001)
    text = file.read_text()
    assert "/bot110201543:***/send" in text
    assert "/bot***/send" in text
    assert not any(secret in text for secret in (token, "canary-5f1b9c", "63616e6172"))


@pytest.mark.verifies("defences#9.4")
@pytest.mark.parametrize(
    "name", ["pwd", "pass", "密码", "jwt", "session", "sid", "csrf", "signature", "口令"]
)
@pytest.mark.parametrize("form", ["{}=hunter2x", "{}: hunter2x", '"{}": "hunter2x"'])
def test_a_value_after_a_name_of_a_secret_is_not_logged(name: str, form: str) -> None:
    assert "hunter2x" not in Masking()(form.format(name))


@pytest.mark.verifies("defences#11.1", "defences#11.2")
@pytest.mark.parametrize("mode", ["a", "w"])
def test_standard_error_into_the_log_file_itself_doubles_and_tears_no_line(
    tmp_path: Path, mode: str
) -> None:
    file = tmp_path / "server.log"
    script = f"""
import logging, sys
from pathlib import Path
from shall.serve.observe.logs import set_up_logging
from shall.settings import Settings
sys.stderr.write("by hand\\n")
set_up_logging(Settings(log_file=Path({str(file)!r})))
for number in range(20):
    logging.warning("line %d %s", number, "x" * 20_000)
    sys.stderr.write("by hand\\n")
"""
    with file.open(mode) as stderr:
        subprocess.run([sys.executable, "-c", script], stderr=stderr, check=True)
    lines = file.read_text().splitlines()
    assert lines.count("by hand") == 21
    assert [int(it.split()[4]) for it in lines if " line " in it] == list(range(20))
    assert all(it.endswith("x" * 20_000) for it in lines if it != "by hand")
