"""The same cases run in the environments that `shall.yaml` defines."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.redaction.spelling import every_form

Shall = Callable[..., Any]
WriteCase = Callable[..., None]

NOWHERE = "http://127.0.0.1:9"


def settings(project: Path, text: str, **values: str) -> None:
    for name, value in values.items():
        text = text.replace(f"${name}", value)
    (project / "shall.yaml").write_text(text)


@pytest.mark.verifies("cli#5.1")
def test_an_environment_replaces_host_and_variables_and_flags_replace_both(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    settings(
        project,
        """host: $nowhere
variables: {word: all, other: all}
environments:
  staging:
    host: $url
    variables: {word: staging}
  production: {host: "$nowhere"}
""",
        url=service.url,
        nowhere=NOWHERE,
    )
    write_case("a", "/echo/{{ word }}-{{ Global.other }}")
    assert shall("run", "--environment", "staging").returncode == 0
    assert service.calls_to("/echo/staging-all") == 1
    assert shall("run", "--env", "staging", "--var", "word=flag").returncode == 0
    assert service.calls_to("/echo/flag-all") == 1
    assert shall("run", SHALL_ENVIRONMENT="staging").returncode == 0
    assert service.calls_to("/echo/staging-all") == 2
    assert shall("run", SHALL_ENVIRONMENT="production", SHALL_HOST=service.url).returncode == 0
    assert service.calls_to("/echo/all-all") == 1
    assert shall("run").returncode != 0
    report = json.loads(shall("run", "--env", "staging", "--format", "json").stdout)
    assert report["cases"][0]["environment"] == "staging"


@pytest.mark.verifies("cli#5.10")
def test_cases_read_the_host_of_the_run(shall: Shall, project: Path) -> None:
    (project / "tests/cases").mkdir(parents=True)
    step = '{GET: "{{ Global.host }}/echo/{{ host }}"}'
    case = f'testcase:\n  name: a\n  host: "{{{{ Global.host }}}}"\n  steps: [{step}]\n'
    (project / "tests/cases/a.yaml").write_text(case)

    def sent(*flags: str) -> str:
        return str(shall("run", "--dry-run", *flags).stdout)

    assert "`Global` has no `host`" in sent()
    assert "pass it with --var" in sent()
    settings(
        project, "host: http://all.test\nenvironments: {staging: {host: http://staging.test}}\n"
    )
    assert "GET http://all.test/echo/http://all.test" in sent()
    assert "GET http://staging.test/echo/http://staging.test" in sent("--env", "staging")
    assert "GET http://flag.test/echo/http://flag.test" in sent("--host", "http://flag.test")
    assert "GET http://flag.test/echo/http://flag.test" in sent("--host", "flag.test")
    assert "GET http://var.test/echo/http://var.test" in sent("--var", "host=http://var.test")


@pytest.mark.verifies("cli#5.1")
def test_an_environment_sets_the_hosts_of_projects_and_options_of_a_run(
    shall: Shall, service: Any, project: Path
) -> None:
    settings(
        project,
        """projects: {shop: "$nowhere"}
keep: failed
environments: {local: {projects: {shop: "$url"}, keep: all}}
""",
        url=service.url,
        nowhere=NOWHERE,
    )
    (project / "tests/cases").mkdir(parents=True)
    (project / "tests/cases/a.yaml").write_text(
        "testcase:\n  name: a\n  steps:\n    - {id: get, path: /echo, project: shop}\n"
    )
    ended = shall("run", "--env", "local", "--format", "json")
    assert ended.returncode == 0, ended.stdout
    assert json.loads(ended.stdout)["cases"][0]["steps"][0]["exchange"]["response_headers"]


@pytest.mark.verifies("cli#5.2")
def test_an_environment_that_is_not_defined_is_refused(
    shall: Shall, write_case: WriteCase, project: Path
) -> None:
    write_case("a")
    settings(project, "environments: {staging: {}, production: }\n")
    ended = shall("run", "--environment", "stagin")
    assert ended.returncode == 2
    assert "Environment stagin is not defined in shall.yaml. Did you mean staging?" in ended.stderr
    assert "Available: staging, production." in shall("run", "--environment", "test").stderr


@pytest.mark.verifies("cli#5.3", "cli#5.7")
def test_every_problem_of_an_environment_is_reported_with_its_place(
    shall: Shall, project: Path
) -> None:
    settings(
        project,
        """environments:
  staging:
    hots: http://a.example
    concurrency: none
    required: perhaps
    secrets:
      key: {enviroment: KEY}
  production:
    secrets: {token: {environment: MCP_AUTH_TOKEN}}
""",
    )
    errors = shall("run").stderr
    assert "Unknown key environments.staging.hots.\n --> shall.yaml:3:5\n" in errors
    assert "Did you mean host?" in errors
    assert "concurrency is none: not a whole number.\n --> shall.yaml:4:18\n" in errors
    assert "required is perhaps: neither true nor false.\n --> shall.yaml:5:15\n" in errors
    assert "the source of key must be {environment: NAME}, {file: PATH} or {command:" in errors
    assert "may not be read from MCP_AUTH_TOKEN, which configures shall itself" in errors


@pytest.mark.verifies("cli#2.3")
@pytest.mark.parametrize(
    ("text", "name", "said", "hint"),
    [
        ("connection: {proxi: x}", "connection", "Unknown field `proxi`.", "Did you mean `proxy`?"),
        (
            "auth: {basc: {}}",
            "auth",
            "Unknown kind of credentials `basc`.",
            "Did you mean `basic`?",
        ),
        (
            "environments: {a: {connection: {tls: 1.2}}}",
            "environments.a.connection",
            "`tls` must be a text, not a number.",
            'Quote it: "1.2".',
        ),
    ],
)
def test_a_wrong_field_of_a_setting_is_reported_as_that_of_a_case(
    shall: Shall, project: Path, text: str, name: str, said: str, hint: str
) -> None:
    settings(project, text + "\n")
    shown = shall("run").stderr
    assert f"The setting {name} cannot be used. {said}\n" in shown
    assert f"= {hint}\n" in shown


@pytest.mark.verifies("cli#5.9")
@pytest.mark.parametrize("value", ["canary", "{environment: KEY, value: canary}", "[canary]"])
def test_a_value_in_place_of_its_source_is_not_shown(
    shall: Shall, project: Path, value: str
) -> None:
    settings(project, f"secrets: {{key: {value}}}\n")
    ended = shall("run")
    assert (
        "The setting secrets cannot be used: the source of key must be {environment: NAME}"
        in ended.stderr
    )
    assert "canary" not in ended.stdout + ended.stderr
    settings(project, f"environments: {{a: {{secrets: {{key: {value}}}}}}}\n")
    ended = shall("config")
    assert (
        "The setting environments.a.secrets cannot be used: the source of key"
        in ended.stdout + ended.stderr
    )
    assert "canary" not in ended.stdout + ended.stderr


@pytest.mark.verifies("cli#5.4", "cli#5.5")
def test_secrets_come_from_the_environment_dotenv_files_and_commands_and_are_masked(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    settings(
        project,
        """host: $url
secrets:
  process: {environment: SHOP_PROCESS}
  dotenv: {environment: SHOP_DOTENV}
  file: {file: keys/shop.txt}
  command: {command: ["$python", "-c", "print('spoken-by-a-program')"]}
""",
        url=service.url,
        python=sys.executable,
    )
    (project / ".env").write_text(
        "# for this machine\nexport SHOP_DOTENV='written-in-dotenv' # a comment\nSHOP_PROCESS=no\n"
    )
    (project / "keys").mkdir()
    (project / "keys/shop.txt").write_text("stored-in-a-file\n")
    write_case("a", "/echo/{{ process }}/{{ dotenv }}/{{ file }}/{{ command }}", expected=500)
    reports = {kind: project / f"r.{kind}" for kind in ("html", "junit", "json")}
    flags = [part for kind, file in reports.items() for part in (f"--report-{kind}", str(file))]
    ended = shall("run", *flags, SHOP_PROCESS="set-for-the-process")
    (call,) = service.log.calls
    values = ["set-for-the-process", "written-in-dotenv", "stored-in-a-file", "spoken-by-a-program"]
    assert all(value in call for value in values)
    config = shall("config")
    assert '{"process": "environment SHOP_PROCESS"' in config.stdout
    shown = [ended.stdout, ended.stderr, config.stdout, config.stderr]
    shown += [file.read_text() for file in reports.values()]
    shown += [it.read_bytes().decode("utf-8", "replace") for it in stored(project)]
    for value in values:
        for form in every_form(value):
            assert not [text for text in shown if form in text]


def stored(project: Path) -> list[Path]:
    return [it for it in (project / ".shall").rglob("*") if it.is_file()]


@pytest.mark.verifies("cli#5.6")
def test_a_secret_without_a_value_fails_only_the_cases_that_read_it(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    settings(
        project,
        """host: $url
secrets:
  unset: {environment: SHOP_UNSET}
  absent: {file: keys/none.txt}
  failing: {command: ["$python", "-c", "import sys; sys.exit('a reason with a password')"]}
  missing: {command: [no-such-program]}
  declared:
""",
        url=service.url,
        python=sys.executable,
    )
    write_case("good")
    for name in ("unset", "Global.unset", "absent", "failing", "missing"):
        write_case(name.replace(".", "-"), f"/echo/{{{{ {name} }}}}")
    ended = shall("run")
    assert ended.returncode == 2
    assert "1 passed, 0 failed, 5 errors" in ended.stdout
    assert "`unset` has no value: the environment variable SHOP_UNSET is not set." in ended.stdout
    assert "`Global.unset` has no value" in ended.stdout
    assert "keys/none.txt cannot be read: No such file or directory." in ended.stdout
    assert "exited with status 1." in ended.stdout
    assert "the command no-such-program failed" in ended.stdout
    assert "a reason with a password" not in ended.stdout + ended.stderr
    given = shall("run", "tests/cases/unset.yaml", "--var", "unset=given")
    assert given.returncode == 0, given.stdout


@pytest.mark.verifies("cli#5.8")
def test_an_environment_that_is_not_required_needs_no_proof(
    shall: Shall, write_case: WriteCase, service: Any, project: Path
) -> None:
    settings(
        project,
        "environments:\n  staging: {host: $url}\n  local: {host: $url, required: false}\n",
        url=service.url,
    )
    (project / "specs/shop").mkdir(parents=True)
    (project / "specs/shop/requirements.md").write_text(
        "### Requirement 1: Echo\n\n#### Acceptance Criteria\n\n1. THE shop SHALL answer.\n"
    )
    write_case("a", more="verifies: [shop#1.1]")
    assert shall("run", "--env", "local").returncode == 0
    assert shall("trace", "--fail-under", "100").returncode == 1
    assert shall("run", "--env", "staging").returncode == 0
    assert shall("trace", "--fail-under", "100").returncode == 0


@pytest.mark.verifies("cli#5.5")
def test_secrets_of_an_environment_are_masked_in_what_is_shown(shall: Shall, project: Path) -> None:
    settings(
        project,
        """environments:
  staging:
    variables: {password: wonderland-7, plain: alice-in-chains}
    secrets: [plain]
""",
    )
    (project / "specs/shop").mkdir(parents=True)
    (project / "specs/shop/requirements.md").write_text(
        "### Requirement 1\n\n#### Acceptance Criteria\n\n"
        "1. THE shop SHALL take wonderland-7 and alice-in-chains.\n"
    )
    config = shall("config")
    assert "staging" in config.stdout
    assert config.returncode == 0
    shown = config.stdout + shall("lint").stdout
    assert "wonderland-7" not in shown
    assert "alice-in-chains" not in shown
