"""A request as a command that a shell reads as it was."""

import shlex
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from shall.report.curl import curl_command

MakeAny = Callable[..., Any]


@pytest.mark.verifies("reports#1.15")
def test_a_shell_reads_url_headers_and_body_as_they_were_sent(make_exchange: MakeAny) -> None:
    exchange = make_exchange(
        method="PUT",
        url="http://shop.test/o?q=it's&n=[1]",
        request_headers=(("Content-Type", "application/json"), ("Host", "x"), ("X-Empty", "")),
        request_body='{"note": "$HOME `id` \'quoted\'"}',
    )

    assert shlex.split(curl_command(exchange)) == [
        *("curl", "-g", "-X", "PUT", "http://shop.test/o?q=it's&n=[1]"),
        *("-H", "Content-Type: application/json", "-H", "X-Empty;"),
        *("--data-raw", '{"note": "$HOME `id` \'quoted\'"}'),
    ]


@pytest.mark.verifies("reports#1.6", "reports#1.15")
def test_control_characters_stay_in_one_line_and_reach_the_shell(make_exchange: MakeAny) -> None:
    body = "a\nb\x1b[31m'\\\u202eend"
    exchange = make_exchange(method="POST", request_headers=(), request_body=body)

    command = curl_command(exchange)

    assert command.isprintable()
    printed = subprocess.run(
        ["bash", "-c", f"curl() {{ printf '%s' \"${{@: -1}}\"; }}; {command}"],
        capture_output=True,
        check=True,
        env={"LC_ALL": "C.UTF-8"},
    )
    assert printed.stdout.decode() == body


def test_a_get_and_a_head_request_need_no_method(make_exchange: MakeAny) -> None:
    made = {"url": "http://a/", "request_headers": (), "request_body": ""}

    assert curl_command(make_exchange(method="GET", **made)) == "curl http://a/"
    assert curl_command(make_exchange(method="HEAD", **made)) == "curl --head http://a/"


@pytest.mark.verifies("reports#1.15")
def test_a_multipart_form_is_sent_as_one(make_exchange: MakeAny) -> None:
    exchange = make_exchange(
        method="POST",
        url="http://a/",
        request_headers=(("X-A", "1"), ("Content-Type", "multipart/form-data")),
        request_body='note=@me & you&f=<a b.txt, 12 bytes>&mode=&g=<a;"b".txt, 1 bytes>'
        "&h=</etc/passwd, 1 bytes>",
    )

    assert shlex.split(curl_command(exchange)) == [
        *("curl", "http://a/", "-H", "X-A: 1", "--form-string", "note=@me & you"),
        *("-F", "f=@a b.txt", "--form-string", "mode=", "-F", r'''g=@"a;\"b\".txt"'''),
        *("--form-string", "h=</etc/passwd, 1 bytes>"),
    ]
