"""``shall export``."""

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Shall


@pytest.mark.verifies("import#8.3")
def test_a_case_is_exported_and_what_it_needs_is_named(
    shall: Shall, project: Path, write_case: Callable[..., None]
) -> None:
    write_case("a", path="'/a/{{ token }}'", more="secrets: [token]")

    printed = shall("export", "tests/cases/a.yaml", "--to", "curl")
    assert printed.stdout.splitlines()[-1].startswith("curl ")
    assert "Set these environment variables: BASE_URL, TOKEN." in printed.stderr
    assert "Left out: checks, which curl has not." in printed.stderr

    ended = shall("export", "tests/cases/a.yaml", "--to", "pytest", "--output", "test_a.py")
    assert ended.stdout == ""
    assert "def test_a():" in (project / "test_a.py").read_text()


@pytest.mark.verifies("import#8.3")
def test_what_is_no_case_is_not_exported(shall: Shall, project: Path) -> None:
    (project / "tests/cases").mkdir(parents=True)
    (project / "tests/cases/a.yaml").write_text("testcase: {name: a}\n")

    broken = shall("export", "tests/cases/a.yaml", "--to", "curl")
    assert broken.returncode == 2
    assert "`steps` is missing" in broken.stderr
    assert shall("export", "tests/cases/none.yaml", "--to", "curl").returncode == 2


SECRETS = {
    "declared": "s3cret-declared-1",
    "project": "s3cret-project-22",
    "auth": "s3cret-auth-333",
    "bearer": "s3cret-bearer-4444",
    "header": "s3cret-header-55555",
    "field": "s3cret-field-666666",
    "parameter": "s3cret-parameter-7",
    "url": "s3cret-url-88",
    "file": "s3cret-file-99",
}


@pytest.mark.parametrize("form", ["pytest", "curl", "hurl"])
@pytest.mark.verifies("import#8.3", "import#8.7")
def test_no_secret_that_a_case_holds_is_exported(shall: Shall, project: Path, form: str) -> None:
    (project / "shall.yaml").write_text(
        f"variables: {{shop_key: {SECRETS['project']}}}\n"
        "secrets: {shop_key: , from_file: {file: key.txt}}\n"
    )
    (project / "key.txt").write_text(SECRETS["file"])
    (project / "tests/cases").mkdir(parents=True)
    encoded = b64encode(f"ann:{SECRETS['declared']}".encode()).decode()
    (project / "tests/cases/a.yaml").write_text(
        f"""\
testcase:
  name: the order of {SECRETS["declared"]}
  host: http://ann:{SECRETS["url"]}@127.0.0.1:9
  variables: {{partner: {SECRETS["declared"]}, item: book}}
  secrets: [partner]
  auth: {{basic: {{user: ann, password: {SECRETS["auth"]}}}}}
  steps:
    - id: login
      POST: /login?api_key={SECRETS["parameter"]}&page=2
      json: {{user: ann, password: {SECRETS["field"]}, note: "of {SECRETS["project"]}"}}
      headers: {{X-Api-Key: {SECRETS["header"]}, X-Note: {SECRETS["file"]}}}
      capture: {{token: $.token}}
      expect: {{$.partner: {SECRETS["declared"]}}}
    - id: orders
      GET: /orders/{SECRETS["declared"]}
      auth: {{bearer: {SECRETS["bearer"]}}}
      params: {{token: {SECRETS["parameter"]}}}
    - id: older
      GET: /older
      auth: none
      headers: {{Authorization: Basic {encoded}, Cookie: "a={SECRETS["declared"]}"}}
    - id: own
      GET: /own
      auth: none
      headers: {{Authorization: "Bearer {{{{ token }}}}"}}
"""
    )

    ended = shall("export", "tests/cases/a.yaml", "--to", form)

    assert ended.returncode == 0, ended.stderr
    for value in (*SECRETS.values(), encoded):
        assert value not in ended.stdout + ended.stderr
    name = str if form == "hurl" else str.upper
    for variable, place in (
        ("password_2", "`auth` of the case"),
        ("x_api_key", "the header `X-Api-Key` of login"),
        ("token_2", "`auth` of orders"),
        ("password_3", "the body of login"),
        ("basic_credentials", "the header `Authorization` of older"),
    ):
        assert f"{name(variable)} replaces {place}." in ended.stderr, ended.stderr
        assert f"# {name(variable)} replaces {place}." in ended.stdout
    for variable in ("partner", "shop_key", "from_file"):
        assert name(variable) in ended.stdout
    assert "page=2" in ended.stdout


@pytest.mark.verifies("import#8.8")
def test_a_declared_secret_in_another_spelling_is_masked(
    shall: Shall, write_case: Callable[..., None]
) -> None:
    write_case(
        "a",
        path="/a/c2VjcmV0LXZhbHVl",  # base64 of secret-value
        more="variables: {key: secret-value}\n  secrets: [key]",
    )

    ended = shall("export", "tests/cases/a.yaml", "--to", "curl")

    assert "/a/***" in ended.stdout
    assert "Left out: a secret, which became ***." in ended.stderr
