"""``auth`` and ``connection`` of cases, steps and settings: what is read, and what is wrong."""

from pathlib import Path
from typing import Any

import pytest

from shall.cases.fingerprint import case_fingerprint
from shall.cases.named_files import named_files
from shall.cases.reader import read_case, read_data
from shall.cases.writer import to_data
from shall.errors import InvalidCase, InvalidSetting
from shall.settings import read_settings

CASE = """\
testcase:
  name: a
  auth: {basic: {user: ann, password: "{{ Global.password }}"}}
  connection: {ca: certs/ca.pem}
  steps:
    - GET: /a
      auth: none
    - GET: /b
      auth:
        oauth2: {client_credentials: {token_url: /token, client_id: a, client_secret: "{{ s }}"}}
      connection: {client_certificate: certs/a.pem, key: certs/a.key, insecure: true, tls: "1.3"}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidCase) as raised:
        read_case(text, "a.yaml")
    return [str(it) for it in raised.value.diagnostics]


@pytest.mark.verifies("cases#3.1")
def test_credentials_and_connections_are_written_and_read_again() -> None:
    case = read_case(CASE, "a.yaml")
    assert case.steps[0].request.auth == {}
    assert read_data(to_data(case)) == case
    assert named_files(case, "a.yaml") == ("certs/a.pem", "certs/ca.pem")


def test_they_change_the_fingerprint_of_a_case() -> None:
    plain = {"name": "a", "steps": [{"GET": "/a"}]}
    known = {case_fingerprint(read_data(plain))}
    for more in ({"auth": "none"}, {"auth": {"bearer": "x"}}, {"connection": {"tls": "1.3"}}):
        known.add(case_fingerprint(read_data({**plain, **more})))
        known.add(case_fingerprint(read_data({**plain, "steps": [{"GET": "/a", **more}]})))
    assert len(known) == 7


@pytest.mark.verifies("protocols#1.9")
@pytest.mark.parametrize(
    ("written", "at", "said"),
    [
        ("auth: {basick: {user: a}}", "basick", "Did you mean `basic`?"),
        ("auth: {basic: {user: a}}", "{user", "`password` is missing."),
        ("auth: {basic: {user: a, pasword: b}}", "pasword", "Did you mean `password`?"),
        ("auth: {bearer: 12}", "12", 'Quote it: "12".'),
        ("auth: secret", "secret", "must be a mapping"),
        ("auth: {basic: {user: a, password: b}, bearer: c}", "{basic", "one kind of credentials"),
        ("auth: {api_key: {value: a}}", "{value", "one of header, query, cookie"),
        ("auth: {api_key: {value: a, header: X, query: y}}", "{value", "one of header, query"),
        ("auth: {oauth2: {implicit: {token_url: a}}}", "implicit", "Known are client_credentials"),
        ("auth: {oauth2: {password: {token_url: a, user: b}}}", "{token", "`password` is missing."),
        ("auth: {bearer: '{{ nme( }}'}", "'{{", "character"),
        ("auth: {bearer: '{{ b.token }}'}", "'{{", "has not answered yet"),
        ("connection: {caa: a.pem}", "caa", "Did you mean `ca`?"),
        ("connection: {tls: '1.1'}", "'1.1'", 'must be one of "1.2", "1.3"'),
        ("connection: {insecure: maybe}", "maybe", "must be true or false"),
        ("connection: {key: a.key}", "{key", "`client_certificate` is missing."),
        ("connection: {max_redirects: 0}", "0", "must be from 1 to 50"),
        ("connection: {http: '4'}", "'4'", "`http` must be one of"),
        ("connection: {resolve: {a.test: 127.0.0.1}}", "a.test", "Write `HOST:PORT`"),
        ("connection: {resolve: {'a.test:80': b.test}}", "b.test", "to an IP address"),
        ("expect: {certificate subjekt: a}", "certificate", "Did you mean `certificate subject`?"),
        ("bearer: a", "bearer", "Write `auth:"),
        ("verify: false", "verify", "below `connection`"),
    ],
)
def test_what_is_wrong_is_reported_at_its_place(written: str, at: str, said: str) -> None:
    line = f"      {written}"
    text = f"testcase:\n  name: a\n  steps:\n    - GET: /a\n{line}\n    - {{id: b, GET: /b}}\n"
    found = [it for it in problems(text) if said in it]
    assert len(found) == 1, problems(text)
    assert found[0].startswith(f"a.yaml:5:{line.index(at) + 1}:"), found


def test_credentials_are_given_once() -> None:
    text = "testcase:\n  name: a\n  steps:\n    - GET: /a\n      auth: {bearer: a}\n"
    [problem] = problems(text + "      headers: {authorization: b}\n")
    assert "Keep one of the two." in problem
    assert problem.startswith("a.yaml:5:13:")


@pytest.mark.verifies("protocols#2.8")
@pytest.mark.parametrize("name", ["proxy", "unix_socket"])
def test_where_requests_go_is_up_to_the_settings(tmp_path: Path, name: str) -> None:
    value = {"proxy": "http://127.0.0.1:3128", "unix_socket": "/run/a.sock"}[name]
    text = f"connection: {{{name}: '{value}'}}"
    for before in ("testcase:\n  name: a\n  steps:\n    - GET: /a\n      ",):
        [problem] = problems(before + text)
        assert f"Only `shall.yaml` may name `{name}`." in problem
    assert settings_of(tmp_path, text).connection == {name: value}


def settings_of(folder: Path, text: str) -> Any:
    (folder / "shall.yaml").write_text(text)
    return read_settings({}, {}, folder)[0]


@pytest.mark.verifies("protocols#1.9")
def test_a_setting_that_is_wrong_is_reported_without_its_value(tmp_path: Path) -> None:
    for text in (
        "auth: {basic: {user: ann, pasword: canary-1}}",
        "environments: {a: {auth: {basic: {user: ann, pasword: canary-1}}}}",
    ):
        with pytest.raises(InvalidSetting) as raised:
            settings_of(tmp_path, text)
        assert "Did you mean `password`?" in str(raised.value)
        assert "canary-1" not in str(raised.value)
    read = settings_of(tmp_path, "environments: {a: {auth: {bearer: b}, connection: {tls: '1.3'}}}")
    assert read.environment_settings["a"] == {"auth": {"bearer": "b"}, "connection": {"tls": "1.3"}}
