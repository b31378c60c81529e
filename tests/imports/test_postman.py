"""Postman collections as cases."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.imports.conftest import Recorder, comparable
from tests.imports.postman_texts import collection, pair

from shall.actions.importing import Import, read_cases
from shall.errors import ShallError
from shall.imports.postman_scripts import read_script
from shall.results.records import RunResult

Imported = Callable[..., Import]
Run = Callable[..., RunResult]


def script(*lines: str) -> list[dict[str, Any]]:
    return [{"listen": "test", "script": {"exec": list(lines)}}]


ITEMS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"url": "{{base}}/plain?a=1"},
        {"method": "GET", "path": "/plain", "query": {"a": ["1"]}},
    ),
    (
        {
            "method": "PUT",
            "url": {
                "raw": "{{base}}/orders/:id/:part?x={{x}}",
                "variable": [pair("id", "7"), pair("part", "{{x}}")],
            },
            "header": [pair("X-A", "b"), pair("X-Off", "c", disabled=True)],
            "body": {
                "mode": "raw",
                "raw": '{"item": "{{x}}", "qty": 2}',
                "options": {"raw": {"language": "json"}},
            },
        },
        {
            "method": "PUT",
            "path": "/orders/7/seven",
            "query": {"x": ["seven"]},
            "headers": {"x-a": "b", "content-type": "application/json"},
            "body": {"item": "seven", "qty": 2},
        },
    ),
    (
        {
            "method": "POST",
            "url": "{{base}}/unquoted",
            "header": [pair("Content-Type", "application/json")],
            "body": {"mode": "raw", "raw": '{"qty": {{number}}}'},
        },
        {"headers": {"content-type": "application/json"}, "body": {"qty": 41}},
    ),
    (
        {
            "method": "POST",
            "url": {
                "protocol": "http",
                "host": ["{{host}}"],
                "path": ["form"],
                "query": [pair("a", "1"), pair("b", "2", disabled=True)],
            },
            "body": {
                "mode": "urlencoded",
                "urlencoded": [pair("a b", "1&2"), pair("off", "x", disabled=True)],
            },
        },
        {
            "path": "/form",
            "query": {"a": ["1"]},
            "headers": {"content-type": "application/x-www-form-urlencoded"},
            "body": {"a b": ["1&2"]},
        },
    ),
    (
        {
            "method": "POST",
            "url": "{{base}}/graphql",
            "body": {
                "mode": "graphql",
                "graphql": {"query": "{ orders { id } }", "variables": '{"n": 1}'},
            },
        },
        {"body": {"query": "{ orders { id } }", "variables": {"n": 1}}},
    ),
    (
        {
            "method": "POST",
            "url": "{{base}}/parts",
            "body": {"mode": "formdata", "formdata": [pair("a", "1", type="text")]},
        },
        {
            "headers": {"content-type": "multipart"},
            "body": '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B--\r\n',
        },
    ),
    (
        {
            "url": "{{base}}/key",
            "auth": {"type": "apikey", "apikey": [pair("key", "X-Own"), pair("value", "planted")]},
        },
        {"headers": {"x-own": "given"}},
    ),
    (
        {"url": "{{base}}/inherited"},
        {"headers": {"authorization": "Bearer of-the-run"}},
    ),
]


@pytest.mark.verifies("import#1.1", "import#3.1")
def test_each_request_is_sent_as_the_collection_describes_it(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    bare, inherits = ITEMS[:-1], ITEMS[-1:]
    text = collection(
        *({"name": f"request {at}", "request": it} for at, (it, _) in enumerate(bare)),
        {
            "name": "inside",
            "auth": {"type": "bearer", "bearer": [pair("token", "{{api_token}}")]},
            "item": [{"name": "inherits", "request": it} for it, _ in inherits],
        },
        variable=[
            pair("base", recorder.url),
            pair("host", recorder.url.removeprefix("http://")),
            pair("x", "seven"),
            pair("number", "41"),
            pair("unused", "u"),
        ],
    )

    found = imported(text)
    result = run(api_token="of-the-run", x_own="given")

    assert [it.outcome.value for it in result.cases] == ["passed"] * len(ITEMS)
    assert found.left_out == []
    assert [it.path for it in found.files][-1] == "tests/cases/inside/inherits.yaml"
    assert "planted" not in str([it.text for it in found.files])
    seen = {it["path"]: it for it in map(comparable, recorder.seen)}
    for _, wanted in ITEMS:
        matching = [
            it for it in seen.values() if all(it[key] == value for key, value in wanted.items())
        ]
        assert len(matching) == 1, wanted


@pytest.mark.verifies("import#3.2")
def test_a_value_that_a_script_stores_is_captured_for_later_requests(
    recorder: Recorder, imported: Imported, run: Run
) -> None:
    recorder.answers["POST /login"] = (201, {}, '{"data": {"token": "fresh"}, "ok": true}')
    recorder.answers["GET /me"] = (404, {}, "{}")
    login = script(
        "// what must hold",
        'pm.test("created", function () {',
        "    pm.response.to.have.status(201);",
        "});",
        "const body = pm.response.json();",
        'pm.test("ok", () => { pm.expect(body.ok).to.eql(true); });',
        'pm.environment.set("token", body.data.token);',
    )

    text = collection(
        {
            "name": "log in",
            "request": {"method": "POST", "url": f"{recorder.url}/login"},
            "event": login,
        },
        {
            "name": "read",
            "request": {
                "url": f"{recorder.url}/me",
                "header": [pair("Authorization", "Bearer {{token}}")],
            },
            "event": script("pm.response.to.have.status(404);"),
        },
    )

    found = imported(text)
    result = run()

    (file,) = found.files
    assert file.path == "tests/cases/orders.yaml"
    assert file.case.steps[0].capture == {"token": "$.data.token"}
    assert found.left_out == []
    assert [it.outcome.value for it in result.cases] == ["passed"]
    assert recorder.seen[1]["headers"]["authorization"] == "Bearer fresh"
    recorder.answers["POST /login"] = (200, {}, '{"data": {"token": "fresh"}, "ok": true}')
    assert [it.outcome.value for it in run().cases] == ["failed"]


@pytest.mark.verifies("import#3.2", "import#1.2")
@pytest.mark.parametrize(
    ("script", "expect", "rest"),
    [
        ("pm.response.to.have.status(200);", {"status": 200}, ""),
        ("pm.expect(pm.response.code).to.equal(404)", {"status": 404}, ""),
        ('pm.response.to.have.header("X-A");', {"header X-A": {"exists": True}}, ""),
        (
            "pm.expect(pm.response.responseTime).to.be.below(200);",
            {"duration": {"less_than": "200 ms"}},
            "",
        ),
        ("pm.response.to.be.ok; pm.response.to.have.status(200)", {"status": "2xx"}, "pm.resp"),
        ("if (x) { pm.response.to.have.status(200); }", {}, "if (x)"),
        ("pm.response.to.have.status(200); while (1) {}", {"status": 200}, "while"),
        ('pm.expect(other.a).to.eql("b");', {}, "pm.expect(other"),
        ("pm.expect(pm.response.json().a).to.not.eql(1);", {}, "pm.expect"),
        ("pm.expect(pm.response.code).to.be.oneOf([200])", {}, "pm.expect"),
    ],
)
def test_only_statements_that_are_understood_become_checks(
    script: str, expect: dict[str, Any], rest: str
) -> None:
    found = read_script(script)

    assert found.expect == expect
    assert found.rest.startswith(rest)
    assert bool(found.rest) == bool(rest)


@pytest.mark.verifies("import#1.2")
def test_a_collection_of_format_1_is_reported_with_the_next_step() -> None:
    text = (
        '{"id": "1", "name": "Old", "order": ["2"], "_postman_id": "1", "requests": [{"id": "2"}]}'
    )
    found = read_cases(text, "old.json")
    assert not found.files
    assert "format 1, which is not read" in str(found.left_out)


@pytest.mark.verifies("import#1.2", "import#3.3")
def test_what_a_collection_says_that_a_case_cannot_is_reported_by_its_path() -> None:
    text = collection(
        {
            "name": "Inside",
            "event": [{"listen": "prerequest", "script": {"exec": ["pm.sendRequest(x)"]}}],
            "item": [
                {
                    "name": "signed",
                    "request": {
                        "url": "http://h/a",
                        "method": "POST",
                        "auth": {"type": "hawk", "hawk": []},
                        "body": {"mode": "magic"},
                    },
                    "event": script("eval(1)"),
                },
                {
                    "name": "pathless",
                    "request": {
                        "method": "POST",
                        "url": "http://h/b",
                        "body": {"mode": "file", "file": {"src": ""}},
                    },
                },
                {"name": "nowhere", "request": {"method": "GET"}},
                {"name": "random", "request": "http://h/{{$randomBankAccount}}"},
                {"name": "void"},
            ],
        }
    )

    found = read_cases(text, "c.json")

    messages = [(it.field, it.message) for it in found.left_out]
    assert messages == [
        ("Inside", "A pre-request script was left out: `pm.sendRequest(x)`."),
        ("Inside/signed", "A test script was left out: `eval(1)`."),
        ("Inside/void", "The request was left out: it has no description."),
        ("Inside/signed", "The authentication `hawk` was left out."),
        ("Inside/signed", "The body of the kind `magic` was left out."),
        ("Inside/pathless", "The body was left out: its file has no path."),
        ("Inside/nowhere", "The request was left out: it has no URL."),
        ("", "The dynamic variable `$randomBankAccount` became an ordinary one."),
    ]
    assert [it.path for it in found.files] == [
        "inside/signed.yaml",
        "inside/pathless.yaml",
        "inside/random.yaml",
    ]


@pytest.mark.verifies("import#1.3")
def test_secrets_of_a_collection_are_written_nowhere(imported: Imported) -> None:
    text = collection(
        {
            "name": "a",
            "request": {
                "url": "{{base}}/a?token=planted-1&key={{api_key}}",
                "header": [pair("Authorization", "Bearer planted-2")],
                "auth": {
                    "type": "basic",
                    "basic": [pair("username", "ann"), pair("password", "planted-3")],
                },
                "body": {"mode": "raw", "raw": '{"password": "planted-4"}'},
            },
        },
        variable=[pair("base", "http://h"), pair("api_key", "planted-5")],
    )

    found = imported(text)

    assert "planted" not in found.files[0].text + str(found.left_out)
    assert "api_key" in found.secrets


@pytest.mark.verifies("import#1.3")
@pytest.mark.parametrize(
    "body",
    [
        {"mode": "raw", "raw": '{"password": "planted-1", "v": {{number}}}'},
        {"mode": "raw", "raw": "<a><password>planted-1</password></a>"},
        {"mode": "graphql", "graphql": {"query": 'mutation { a(password: "planted-1") { b } }'}},
    ],
)
def test_secrets_in_texts_and_scripts_are_written_nowhere(
    imported: Imported, body: dict[str, Any]
) -> None:
    request = {"url": "http://h/a", "method": "POST", "body": body}
    event = script("pm.environment.set('token', 'planted-2')", "a('it\\'s planted-3')")

    found = imported(collection({"name": "a", "request": request, "event": event}))

    assert "planted" not in found.files[0].text + str(found.left_out)
    assert "script was left out" in str(found.left_out)


@pytest.mark.verifies("import#1.4")
@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"info": 7, "item": {"a": 1}}',
        '{"item": [1, null, "x", {"item": [{"item": 7}]}]}',
        '{"item": [{"request": {"url": 7, "header": "x", "body": [], "auth": 3}}]}',
        '{"item": [{"request": {"url": {"raw": null, "host": 3, "variable": 1}}}]}',
        '{"item": [{"request": {"url": "http://h", "auth": {"type": "bearer", "bearer": 7}}}]}',
        '{"item": [{"request": {"url": "http://h", "body": {"mode": "graphql"}}}]}',
        '{"item": [{"request": "http://[", "event": [{"listen": "test", "script": 7}]}]}',
        '{"item":' * 70 + "1" + "}" * 70,
    ],
)
def test_a_malformed_collection_is_refused_or_reported(text: str) -> None:
    try:
        found = read_cases(text, "c.json", "postman")
    except ShallError as error:
        assert error.message.endswith(".") or error.diagnostics
    else:
        assert len(found.files) <= 1
