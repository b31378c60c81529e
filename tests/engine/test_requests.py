import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from shall.results.encoding import result_to_json
from shall.results.records import CaseResult, Outcome

pytestmark = pytest.mark.anyio

RunOne = Callable[..., Awaitable[CaseResult]]


def seen(result: CaseResult, step: int = 0) -> Any:
    """What the service says it saw."""
    exchange = result.steps[step].exchange
    assert exchange is not None, result
    return json.loads(exchange.response_body)


@pytest.mark.verifies("engine#1.1")
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_any_method_is_sent(service: Any, run_one: RunOne, method: str) -> None:
    result = await run_one([{"method": method, "path": "/echo"}], host=service.url)
    assert result.outcome is Outcome.PASSED
    assert seen(result)["method"] == method


async def test_head_has_headers_and_no_body(service: Any, run_one: RunOne) -> None:
    check = {"type": "equals", "header": "x-seen", "expected": "head"}
    result = await run_one(
        [{"method": "HEAD", "path": "/echo", "assert": [check]}], host=service.url
    )
    assert result.outcome is Outcome.PASSED


@pytest.mark.verifies("engine#1.1")
@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ({"json": {"a": [1, "ü"]}}, "application/json", '{"a": [1, "ü"]}'),
        ({"data": {"a": 1}}, "application/json", '{"a": 1}'),
        (
            {"form": {"a": "1 2", "b": ["x", "y"]}},
            "application/x-www-form-urlencoded",
            "a=1+2&b=x&b=y",
        ),
        ({"text": "words"}, "text/plain; charset=utf-8", "words"),
        ({"data": "words"}, "text/plain; charset=utf-8", "words"),
        (
            {"data": {"a": 1}, "headers": {"content-type": "application/x-www-form-urlencoded"}},
            "application/x-www-form-urlencoded",
            "a=1",
        ),
        (
            {"json": {"a": 1}, "headers": {"Content-Type": "application/x+json"}},
            "application/x+json",
            '{"a": 1}',
        ),
        ({"json": None}, "application/json", "null"),
    ],
)
async def test_bodies_are_sent_as_their_kind_says(
    service: Any, run_one: RunOne, body: dict[str, Any], content_type: str, text: str
) -> None:
    result = await run_one([{"method": "PUT", "path": "/echo", **body}], host=service.url)
    assert seen(result)["headers"]["content-type"] == content_type
    assert seen(result)["body"] == text


@pytest.mark.verifies("engine#1.1")
async def test_files_are_sent_as_a_multipart_form(
    service: Any, run_one: RunOne, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "raw").write_text("raw")
    files = {"one": "notes.txt", "two": "raw"}
    step = {"method": "POST", "path": "/upload", "data": {"who": "anna"}, "files": files}
    result = await run_one([step], host=service.url)
    assert seen(result) == {
        "who": "anna",
        "one": "notes.txt:text/plain:hello",
        "two": "raw:application/octet-stream:raw",
    }


@pytest.mark.verifies("reports#1.15")
async def test_a_failed_multipart_form_is_shown_with_its_content_type(
    service: Any, run_one: RunOne, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("x")
    step = {"method": "POST", "path": "/echo", "form": {"a": "1"}, "expect": {"status": 404}}
    step["files"] = {"f": "a.txt"}
    result = await run_one([step], host=service.url)
    exchange = result.steps[0].exchange
    assert exchange is not None
    assert ("Content-Type", "multipart/form-data") in exchange.request_headers
    assert exchange.request_body == "a=1&f=<a.txt, 1 bytes>"


async def test_a_file_outside_the_workspace_is_not_sent(service: Any, run_one: RunOne) -> None:
    step = {"method": "POST", "path": "/upload", "files": {"a": "../secret"}}
    result = await run_one([step], host=service.url)
    assert result.outcome is Outcome.ERROR
    assert service.calls_to("/upload") == 0


async def test_parameters_are_added_for_every_method(service: Any, run_one: RunOne) -> None:
    step = {"method": "POST", "path": "/echo?z=0#f", "params": {"a": [1, 2], "b": "ü&", "c": None}}
    result = await run_one([step], host=service.url)
    assert seen(result)["query"] == [["z", "0"], ["a", "1"], ["a", "2"], ["b", "ü&"]]


@pytest.mark.verifies("engine#1.2")
async def test_connections_are_kept_alive(service: Any, run_one: RunOne) -> None:
    await run_one([{"method": "GET", "path": "/echo"}] * 5, host=service.url)
    assert service.calls_to("/echo") == 5
    assert len(service.log.connections) == 1


@pytest.mark.verifies("engine#1.2")
async def test_connections_are_shared_by_cases(service: Any, run: Any) -> None:
    case = {"steps": [{"id": "get", "method": "GET", "path": "/echo"}]}
    await run([case] * 4, host=service.url, concurrency=1)
    assert service.calls_to("/echo") == 4
    assert len(service.log.connections) == 1


@pytest.mark.verifies("engine#1.3")
async def test_cookies_of_cases_that_run_together_stay_apart(service: Any, run: Any) -> None:
    def case(user: str) -> dict[str, Any]:
        mine = {"type": "equals", "field": "cookies.session", "expected": f"session-of-{user}"}
        me = {"method": "GET", "path": "/echo", "assert": [mine]}
        login = {"id": "login", "method": "POST", "path": "/login", "json": {"user": user}}
        return {"steps": [login, {"id": "me", **me}, {"id": "again", **me}]}

    result = await run([case(f"user{number}") for number in range(12)], host=service.url)
    assert result.counts()[Outcome.PASSED] == 12


@pytest.mark.verifies("engine#1.3")
async def test_cookies_stay_within_their_case(service: Any, run: Any) -> None:
    def case(user: str) -> dict[str, Any]:
        return {
            "steps": [
                {"id": "login", "method": "POST", "path": "/login", "json": {"user": user}},
                {"id": "me", "method": "GET", "path": "/echo"},
            ]
        }

    steps = [{"id": "me", "method": "GET", "path": "/echo"}]
    both = await run(
        [case("anna"), case("bert"), {"steps": steps}], host=service.url, concurrency=1
    )
    cookies = [len(seen(result, len(result.steps) - 1)["cookies"]) for result in both.cases]
    assert cookies == [1, 1, 0]


@pytest.mark.verifies("engine#1.4")
async def test_redirects_are_followed_unless_told_otherwise(service: Any, run_one: RunOne) -> None:
    step = {"method": "GET", "path": "/redirect", "params": {"to": "/echo/end", "code": 302}}
    followed = await run_one([step], host=service.url)
    assert seen(followed)["path"] == "/echo/end"
    kept = await run_one([{**step, "follow_redirects": False}], host=service.url)
    assert kept.steps[0].exchange is not None
    assert kept.steps[0].exchange.status == 302


@pytest.mark.parametrize(
    ("method", "code", "followed"),
    [
        ("POST", 301, "GET"),
        ("POST", 302, "GET"),
        ("POST", 303, "GET"),
        ("POST", 307, "POST"),
        ("POST", 308, "POST"),
        ("PUT", 301, "GET"),
        ("PUT", 302, "GET"),
        ("PUT", 303, "GET"),
        ("PATCH", 307, "PATCH"),
        ("DELETE", 302, "GET"),
        ("DELETE", 308, "DELETE"),
    ],
)
async def test_a_redirect_changes_the_method_as_most_clients_do(
    service: Any, run_one: RunOne, method: str, code: int, followed: str
) -> None:
    headers = {"Location": "/echo"}
    service.answer("it", "", "text/plain", status_code=code, headers=headers)
    step = {"method": method, "path": "/given/it", "json": {"a": 1}}
    sent = seen(await run_one([step], host=service.url))
    assert sent["method"] == followed
    assert sent["body"] == ("" if followed == "GET" else '{"a": 1}')


async def test_redirects_without_end_are_an_error(service: Any, run_one: RunOne) -> None:
    headers = {"Location": "/given/it"}
    service.answer("it", "", "text/plain", status_code=302, headers=headers)
    result = await run_one([{"method": "GET", "path": "/given/it"}], host=service.url)
    assert result.steps[0].error is not None
    assert "redirects more than 10 times" in result.steps[0].error.params["reason"]


async def test_credentials_do_not_follow_to_another_host(service: Any, run_one: RunOne) -> None:
    elsewhere = service.url.replace("127.0.0.1", "localhost")
    headers = {"Location": f"{elsewhere}/echo"}
    service.answer("it", "", "text/plain", status_code=302, headers=headers)
    sent = {"Authorization": "Bearer abcdef-123456", "Cookie": "a=b"}
    step = {"method": "GET", "path": "/given/it", "headers": sent}
    arrived = seen(await run_one([step], host=service.url))["headers"]
    assert "authorization" not in arrived
    assert "cookie" not in arrived


@pytest.mark.parametrize("body", [{"json": {"a": 1}}, {"text": "a"}, {"form": {"a": 1}}])
async def test_head_with_a_body_is_refused_at_once(
    service: Any, run_one: RunOne, body: dict[str, Any]
) -> None:
    result = await run_one([{"method": "HEAD", "path": "/echo", **body}], host=service.url)
    assert result.steps[0].error is not None
    assert "HEAD request has no body" in result.steps[0].error.params["reason"]
    assert service.log.calls == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_a_method_that_carries_a_body_says_that_none_comes(
    service: Any, run_one: RunOne, method: str
) -> None:
    headers = seen(await run_one([{"method": method, "path": "/echo"}], host=service.url))[
        "headers"
    ]
    assert headers["content-length"] == "0"
    assert "content-type" not in headers


async def test_put_uploads_files_and_get_may_have_a_body(
    service: Any, run_one: RunOne, tmp_path: Path
) -> None:
    (tmp_path / 'a"b.txt').write_text("quoted")
    put = {"method": "PUT", "path": "/upload", "files": {"f": 'a"b.txt'}, "form": {"é": "ü"}}
    get = {"method": "GET", "path": "/echo", "json": {"a": 1}}
    result = await run_one([put, get], host=service.url)
    assert seen(result) == {"f": "a%22b.txt:text/plain:quoted", "é": "ü"}
    assert (seen(result, 1)["method"], seen(result, 1)["body"]) == ("GET", '{"a": 1}')


async def test_a_redirect_to_another_scheme_is_not_followed(service: Any, run_one: RunOne) -> None:
    step = {
        "method": "GET",
        "path": "/redirect",
        "params": {"to": "file:///etc/passwd", "code": 302},
    }
    result = await run_one([step], host=service.url)
    assert result.outcome is Outcome.ERROR


@pytest.mark.verifies("engine#1.5")
async def test_a_step_shows_the_phases_of_its_exchange(service: Any, run_one: RunOne) -> None:
    result = await run_one([{"method": "GET", "path": "/echo"}], host=service.url)
    exchange = result.steps[0].exchange
    assert exchange is not None
    timings = exchange.timings
    assert 0 < timings.connect_s <= timings.first_byte_s <= timings.total_s
    assert timings.tls_s == 0
    assert timings.dns_s <= timings.connect_s


@pytest.mark.verifies("engine#1.6")
@pytest.mark.parametrize(
    "step",
    [
        {"path": "/echo", "headers": {"X-A": "a{{ nl }}X-B: b"}},
        {"path": "/echo", "headers": {"X-A": "a{{ nul }}"}},
        {"path": "/echo", "headers": {"X A": "a"}},
        {"path": "/echo{{ nl }}x"},
        {"url": "http://a b/"},
        {"url": "http://h:99999/"},
    ],
)
async def test_what_would_break_the_request_is_not_sent(
    service: Any, run_one: RunOne, step: dict[str, Any]
) -> None:
    case = {"variables": {"nl": "\r\n", "nul": "\0"}}
    result = await run_one([{"method": "GET", **step}], case, host=service.url)
    assert result.outcome is Outcome.ERROR
    assert service.log.calls == []


async def test_an_empty_header_is_sent_empty(service: Any, run_one: RunOne) -> None:
    step = {"method": "GET", "path": "/echo", "headers": {"X-Empty": ""}}
    assert seen(await run_one([step], host=service.url))["headers"]["x-empty"] == ""


async def test_characters_beyond_ascii_are_encoded(service: Any, run_one: RunOne) -> None:
    result = await run_one([{"method": "GET", "path": "/echo/用户 1%2F?名=值"}], host=service.url)
    assert seen(result)["path"] == "/echo/用户 1/"
    assert seen(result)["query"] == [["名", "值"]]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/echo?x=5%", [["x", "5%"]]),
        ("/echo?x=%25%zz", [["x", "%%zz"]]),
        ("/echo?", [["n", "1"]]),
        ("/echo?a=0&", [["a", "0"], ["n", "1"]]),
    ],
)
async def test_a_stray_per_cent_and_an_open_query_are_sent_as_meant(
    service: Any, run_one: RunOne, path: str, query: list[list[str]]
) -> None:
    params = {"n": 1} if query[-1][0] == "n" else {}
    step = {"method": "GET", "path": path, "params": params}
    assert seen(await run_one([step], host=service.url))["query"] == query


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"host": "{url}"}, True),
        ({"named_host": "{url}"}, True),
        ({"project_hosts": {"shop": "{url}"}}, True),
        ({}, False),
    ],
)
async def test_the_host_comes_from_the_first_that_names_one(
    service: Any, run_one: RunOne, options: dict[str, Any], expected: bool
) -> None:
    given = json.loads(json.dumps(options).replace("{url}", service.url))
    result = await run_one([{"method": "GET", "path": "/echo", "project": "shop"}], **given)
    assert (result.outcome is Outcome.PASSED) is expected
    if not expected:
        assert result.steps[0].error is not None
        assert "--host" in result.steps[0].error.params["reason"]


async def test_the_option_wins_over_the_case_and_a_base_path_is_kept(
    service: Any, run_one: RunOne
) -> None:
    case = {"host": "http://127.0.0.1:1"}
    result = await run_one(
        [{"method": "GET", "path": "/x"}], case, named_host=f"{service.url}/echo/"
    )
    assert seen(result)["path"] == "/echo/x"


async def test_a_body_over_the_limit_is_an_error(
    service: Any, run_one: RunOne, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shall.transport.http.transfer.MAX_BODY_BYTES", 1 << 20)
    result = await run_one([{"method": "GET", "path": "/flood?mib=3"}], host=service.url)
    assert result.outcome is Outcome.ERROR
    assert result.steps[0].error is not None
    assert "more than" in result.steps[0].error.params["reason"]


@pytest.mark.verifies("defences#9.19")
@pytest.mark.parametrize("mark", ["/", "?", "#"])
@pytest.mark.parametrize("user", ["{{ pw }}", "me:{{ pw }}", "{{ pw }}:x"])
@pytest.mark.parametrize("begin", ["", "me@"])
@pytest.mark.parametrize(
    ("as_host", "scheme"),
    [(True, "http://"), (True, ""), (False, "http://"), (False, "{{ scheme }}://")],
)
async def test_a_password_that_would_end_the_host_is_refused_and_not_shown(
    run_one: RunOne, mark: str, user: str, begin: str, as_host: bool, scheme: str
) -> None:
    url = f"{scheme}{user}@127.0.0.1:9/x"
    step = {"method": "GET", "path": "/" if as_host else url}
    case = {"secrets": ["pw"]}
    options = {"named_host": url} if as_host else {}
    variables = {"pw": f"{begin}firsthalf{mark}second", "scheme": "http"}
    result = await run_one([step], case, variables=variables, **options)
    error = result.steps[0].error
    assert error is not None
    assert "contains `/`, `?` or `#`" in error.params["reason"]
    assert "firsthalf" not in json.dumps(result_to_json(result))


async def test_a_user_and_password_of_expressions_are_sent(service: Any, run_one: RunOne) -> None:
    host = service.url.removeprefix("http://")
    sent = {"$.headers.authorization": "Basic bWU6YUBi"}
    step = {"GET": "http://{{ user }}:{{ pw }}@{{ host }}/echo/x", "expect": sent}
    variables = {"user": "me", "pw": "a@b", "host": host}
    result = await run_one([step], variables=variables)
    assert result.outcome is Outcome.PASSED, result


@pytest.mark.verifies("engine#3.7")
@pytest.mark.parametrize("host", ["a|b", "a{b", "*", "me:pw@a;b"])
async def test_a_host_that_libcurl_refuses_is_an_error_of_its_step_alone(
    service: Any, run: Any, host: str
) -> None:
    steps = [{"GET": f"http://{host}/x"}], [{"GET": f"{service.url}/echo/x"}]
    refused, other = (await run([{"steps": it} for it in steps])).cases
    assert "Bad hostname" in refused.steps[0].error.params["reason"]
    assert other.outcome is Outcome.PASSED, other


async def test_an_at_sign_of_a_path_is_none_of_a_user(service: Any, run_one: RunOne) -> None:
    step = {"method": "GET", "path": "{{ base }}/echo/@{{ who }}"}
    result = await run_one([step], variables={"base": service.url, "who": "a/b#c"})
    assert result.outcome is Outcome.PASSED, result


@pytest.mark.parametrize(
    ("body", "kind", "outcome"),
    [
        ("<p>password</p>", "text/html", Outcome.ERROR),
        ('{"name": "a"}', "application/json", Outcome.PASSED),
        ("", "text/html", Outcome.PASSED),
    ],
)
async def test_what_is_not_json_proves_nothing_about_what_json_leaves_out(
    service: Any, run_one: Any, body: str, kind: str, outcome: Outcome
) -> None:
    service.answer("it", body, kind)
    check = {"type": "not_exists", "field": "password"}
    result = await run_one(
        [{"method": "GET", "path": "/given/it", "assert": [check]}], host=service.url
    )
    assert result.steps[0].checks[1].outcome is outcome


async def test_a_passing_case_keeps_figures_and_a_failing_one_everything(
    service: Any, run_one: Any
) -> None:
    service.answer("it", '{"a": 1}', "application/json")
    for expected, body in ((1, ""), (2, '{"a": 1}')):
        check = {"type": "equals", "field": "a", "expected": expected}
        step = {"method": "GET", "path": "/given/it", "assert": [check]}
        result = await run_one([step], host=service.url, keep="failed")
        exchange = result.steps[0].exchange
        assert (exchange.response_body, bool(exchange.response_headers)) == (body, bool(body))
        assert (exchange.status, exchange.response_size_bytes) == (200, 8)
        assert exchange.timings.total_s > 0
