"""`config.yaml` of an earlier tool: its environments, hosts, databases and logins, as they are."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse

from shall.actions.run import run_options
from shall.actions.run_request import RunRequest
from shall.bootstrap import open_workspace
from shall.errors import OutsideWorkspace
from shall.settings import read_settings
from shall.workspace.writable import check_document

Shall = Callable[..., Any]
Write = Callable[..., None]

CONFIG = """title: Shop checks

projects:
  merchant:
    test:
      host: $url
      app: kiosk
      mysql: {host: db.example, user: shop, password: Db-Hidden-4471, database: shop, port: 3307}
      is_need_login: True
      login:
        url: "$url/login"
        method: POST
        headers: {Content-Type: application/json}
        data: {user: ann, password: Hidden-7719-Hidden}
    online:
      host: http://127.0.0.1:9
      is_need_login: false
  user:
    test:
      host: $url
  both:
    is_scene: True
    sub_projects: [user, merchant]

notifications:
  dingtalk: {webhook: "https://oapi.example/robot/send?access_token=x", secret: y}
"""
CASE = """testcase:
  name: {name}
  steps:
    - id: read
      path: /echo/{name}/{{{{ merchant.app }}}}
      method: GET
      {more}
      headers:
        Authorization: "{{{{merchant.token}}}}"
        X-Mark: "{{{{ Global.merchant.token }}}}"
      assert:
        - {{type: equal, field: "headers.authorization", expected: "token-of-ann"}}
"""
TOKEN = "token-of-ann"


@pytest.fixture
def write(project: Path, service: Any) -> Write:
    def write(path: str, text: str) -> None:
        file = project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("$url", service.url))

    write("config.yaml", CONFIG)
    return write


@pytest.mark.verifies("cli#9.1", "cli#9.2")
def test_the_folder_of_a_case_or_its_step_names_the_project_whose_host_it_goes_to(
    shall: Shall, write: Write, service: Any
) -> None:
    write("tests/cases/merchant/deep/a.yaml", CASE.format(name="a", more=""))
    write("tests/cases/both/b.yaml", CASE.format(name="b", more="project: merchant"))
    ended = shall("run", "--environment", "test")
    assert "2 passed" in ended.stdout, ended.stdout
    assert service.calls_to("/echo/a/kiosk") == 1
    assert service.calls_to("/login") == 1
    assert TOKEN not in ended.stdout + ended.stderr


@pytest.mark.verifies("cli#9.2")
def test_a_project_that_no_case_names_is_not_logged_in_to(
    shall: Shall, write: Write, service: Any
) -> None:
    write(
        "tests/cases/user/a.yaml",
        "testcase:\n  name: a\n  steps: [{id: get, path: /echo, method: GET}]\n",
    )
    assert "1 passed" in shall("run", "--env", "test").stdout
    assert service.calls_to("/login") == 0


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
@pytest.mark.verifies("cli#9.2")
def test_a_login_runs_once_for_all_workers(
    shall_process: Shall, write: Write, service: Any, project: Path
) -> None:
    for number in range(20):
        write(f"tests/cases/merchant/{number}.yaml", CASE.format(name=f"c{number}", more=""))
    ended = shall_process("run", "--env", "test", "--workers", "2", "--keep", "all")
    assert "20 passed" in ended.stdout, ended.stdout
    assert service.calls_to("/login") == 1
    written = b"".join(it.read_bytes() for it in (project / ".shall").rglob("*") if it.is_file())
    for secret in (TOKEN, "Hidden-7719-Hidden", "Db-Hidden-4471"):
        assert secret.encode() not in written


@pytest.mark.verifies("cli#9.2")
def test_a_login_that_fails_is_the_reason_of_the_cases_that_read_its_token(
    shall: Shall, write: Write, service: Any
) -> None:
    service.answer("refused", '{"data": {}}', "application/json", status_code=403)
    write("config.yaml", CONFIG.replace("$url/login", "$url/given/refused"))
    write("tests/cases/merchant/a.yaml", CASE.format(name="a", more=""))
    write(
        "tests/cases/merchant/b.yaml",
        "testcase:\n  name: b\n  steps: [{id: get, path: /echo, method: GET}]\n",
    )
    ended = shall("run", "--env", "test")
    assert "1 passed" in ended.stdout
    said = " ".join(ended.stdout.split())
    assert "`merchant.token` has no value, since the login at config.yaml:10:7 did not" in said
    assert "403" in said
    assert "Hidden-7719" not in ended.stdout + ended.stderr


@pytest.mark.verifies("cli#9.3")
def test_shall_yaml_comes_before_config_yaml_name_by_name(
    shall: Shall, write: Write, service: Any
) -> None:
    write("tests/cases/user/a.yaml", CASE.format(name="a", more=""))
    write(
        "shall.yaml",
        "projects: {user: $url}\n"
        "environments:\n  test: {variables: {merchant: {app: till, token: token-of-ann}}}\n",
    )
    write(
        "config.yaml",
        CONFIG.replace(
            "user:\n    test:\n      host: $url", "user:\n    test:\n      host: http://127.0.0.1:9"
        ),
    )
    ended = shall("run", "--env", "test")
    assert "1 passed" in ended.stdout, ended.stdout
    assert service.calls_to("/echo/a/till") == 1
    assert service.calls_to("/login") == 0


@pytest.mark.verifies("cli#9.3")
def test_an_environment_must_be_named_and_defined_in_one_of_the_files(
    shall: Shall, write: Write
) -> None:
    write("tests/cases/user/a.yaml", CASE.format(name="a", more=""))
    assert "Pass --environment: test, online." in shall("run").stderr
    ended = shall("run", "--env", "tset")
    assert ended.returncode == 2
    assert "tset is not defined in shall.yaml or config.yaml. Did you mean test?" in ended.stderr


@pytest.mark.verifies("cli#9.4")
def test_what_has_no_effect_is_named_with_its_place_and_what_cannot_be_used_is_refused(
    shall: Shall, write: Write
) -> None:
    write("tests/cases/user/a.yaml", CASE.format(name="a", more=""))
    text = CONFIG.replace("title:", "titel:").replace(
        "method: POST", "method: POST\n        wait: 3"
    )
    write("config.yaml", text.replace("[user, merchant]", "[user, merchent]"))
    said = shall("run", "--env", "test").stderr
    assert "config.yaml:1:1: titel is ignored. Did you mean title?" in said
    assert "config.yaml:13:9: projects.merchant.test.login.wait is ignored." in said
    assert "config.yaml:24:19: There is no project merchent. Did you mean merchant?" in said
    assert "config.yaml:1:1: titel is ignored." in shall("doctor").stdout
    bad = CONFIG.replace("port: 3307", "port: none")
    write("config.yaml", bad.replace("is_need_login: True", "is_need_login: perhaps"))
    ended = shall("run", "--env", "test")
    assert ended.returncode == 2
    assert (
        "projects.merchant.test.mysql.port cannot be used: no port.\n --> config.yaml:8:93\n"
        in ended.stderr
    )
    assert (
        "is_need_login cannot be used: neither true nor false.\n --> config.yaml:9:22\n"
        in ended.stderr
    )
    assert "Db-Hidden" not in ended.stderr


@pytest.mark.verifies("cli#9.4")
@pytest.mark.parametrize(
    "text", ["projects: [a, b]\n", "projects: {a: {b: c}}\n", "a: 1\n", "projects: {a: [}\n"]
)
def test_a_config_yaml_of_another_tool_is_left_alone(
    shall: Shall, write: Write, write_case: Write, service: Any, text: str
) -> None:
    write("config.yaml", text)
    write_case("a")
    ended = shall("run", "--host", service.url)
    assert "1 passed" in ended.stdout
    assert "config.yaml" not in ended.stderr


@pytest.mark.usefixtures("write")
@pytest.mark.verifies("cli#9.1")
def test_a_query_asks_the_database_of_the_project_with_its_password(project: Path) -> None:
    settings, _ = read_settings({"environment": "test"}, {}, project)
    space = open_workspace(project, settings, keeps_state=False)
    options = run_options(space, RunRequest())
    space.close()
    database = options.databases["merchant"]
    assert str(database) == "mysql db.example:3307/shop"
    assert options.passwords == {"databases.merchant.password": "Db-Hidden-4471"}
    assert options.of_case("tests/cases/merchant/deep/a.yaml").project == "merchant"
    assert options.of_case("tests/cases/merchants/a.yaml").project is None


@pytest.mark.usefixtures("write")
@pytest.mark.verifies("cli#9.5")
def test_tools_neither_read_nor_write_the_file(project: Path) -> None:
    settings, _ = read_settings({"writable": ("*.yaml",)}, {}, project)
    space = open_workspace(project, settings, keeps_state=False)
    with pytest.raises(OutsideWorkspace):
        space.files.read_text("config.yaml")
    with pytest.raises(OutsideWorkspace):
        check_document(space, "config.yaml")
    space.close()


@pytest.mark.verifies("cli#9.2")
def test_a_dry_run_logs_in_nowhere_and_masks_where_the_token_goes(
    shall: Shall, write: Write, service: Any
) -> None:
    write("tests/cases/merchant/a.yaml", CASE.format(name="a", more=""))
    shown = shall("run", "--env", "test", "--dry-run").stdout
    assert "X-Mark: ***" in shown
    assert service.calls_to("/login") == 0


@pytest.mark.verifies("protocols#1.10")
def test_a_refused_token_is_renewed_once_and_the_request_repeated_once(
    shall: Shall, write: Write, service: Any
) -> None:
    service.log.given["login"] = [answer(200, {"data": {"token": f"token-{it}"}}) for it in "ab"]
    service.log.given["guarded"] = [answer(401, {}), answer(200, {"ok": True})]
    write("config.yaml", CONFIG.replace("$url/login", "$url/given/login"))
    write(
        "tests/cases/merchant/a.yaml",
        """testcase:
  name: a
  steps:
    - GET: /given/guarded
      headers: {X-Auth: "{{ merchant.token }}"}
      expect: {$.ok: true}
    - GET: "/echo?t={{ merchant.token }}"
      expect: {"$.query[0][1]": token-b}
""",
    )
    ended = shall("run", "--env", "test", "--keep", "all", "--format", "json")
    (case,) = json.loads(ended.stdout)["cases"]
    assert case["outcome"] == "passed", ended.stdout
    exchange = case["steps"][0]["exchange"]
    assert exchange["status"] == 200
    assert [(it["method"], it["status"]) for it in exchange["renewal"]] == [
        ("GET", 401),
        ("POST", 200),
    ]
    assert service.calls_to("/given/login") == 2
    assert service.calls_to("/given/guarded") == 2
    for secret in ("token-a", "token-b", "Hidden-7719"):
        assert secret not in ended.stdout + ended.stderr


@pytest.mark.verifies("protocols#1.10")
def test_a_token_that_is_refused_again_ends_the_step_with_the_401(
    shall: Shall, write: Write, service: Any
) -> None:
    service.answer("guarded", "{}", "application/json", status_code=401)
    write(
        "tests/cases/merchant/a.yaml",
        """testcase:
  name: a
  steps:
    - GET: /given/guarded
      headers: {X-Auth: "{{ merchant.token }}"}
      expect: {status: 200}
""",
    )
    write(
        "tests/cases/merchant/b.yaml",
        """testcase:
  name: b
  steps:
    - GET: /given/guarded
      headers: {X-Auth: "{{ merchant.token }}"}
      expect: {status: 401}
""",
    )
    ended = shall("run", "--env", "test")
    assert "1 passed, 1 failed" in ended.stdout
    assert service.calls_to("/given/guarded") == 3
    assert service.calls_to("/login") == 2


@pytest.mark.verifies("protocols#1.10")
def test_cases_that_run_at_once_renew_a_token_once(
    shall: Shall, write: Write, service: Any
) -> None:
    tokens = [answer(200, {"data": {"token": f"token-{it}"}}) for it in "ab"]
    service.log.given["login"] = tokens
    service.log.given["guarded"] = [*[answer(401, {})] * 8, answer(200, {})]
    write("config.yaml", CONFIG.replace("$url/login", "$url/given/login"))
    for number in range(8):
        write(
            f"tests/cases/merchant/{number}.yaml",
            f"testcase:\n  name: c{number}\n  steps:\n    - GET: /given/guarded\n"
            '      headers: {X-Auth: "{{ merchant.token }}"}\n      expect: {status: 200}\n',
        )
    ended = shall("run", "--env", "test", "--concurrency", "8")
    assert "8 passed" in ended.stdout, ended.stdout
    assert service.calls_to("/given/login") == 2


def answer(status: int, body: Any) -> Any:
    return JSONResponse(body, status)
