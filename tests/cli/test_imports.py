"""What ``shall run`` imports: a module that few runs need must not cost the others its time."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WriteCase = Callable[..., None]

PROGRAM = """
import atexit, sys
before = set(sys.modules)
from shall.__main__ import main
sys.argv = ["shall", *sys.argv[1:]]
@atexit.register
def show():
    modules = sorted(set(sys.modules) - before)
    import json
    json.dump(modules, sys.stderr)
main()
"""

IN_ORDER = """
import atexit, json, sys
from shall import module_finder
listed, imported = [], []
run = module_finder._Loader.exec_module
def import_modules(names):
    listed.extend(names)
    imported.clear()
def exec_module(loader, module):
    run(loader, module)
    imported.append(module.__name__)
module_finder._Loader.exec_module = exec_module
if sys.argv.pop(1) == "by statements":
    module_finder.import_modules = import_modules
from shall.__main__ import main
sys.argv = ["shall", *sys.argv[1:]]
@atexit.register
def show():
    json.dump([listed, imported], sys.stderr)
main()
"""
"""Shows the modules that are listed, and those that statements import, in the order they ended."""

THIRD_PARTY = {"msgspec", "pycurl"}

UNUSED = {
    *("asyncio", "concurrent", "multiprocessing", "subprocess", "ssl", "http", "email", "xml"),
    *("difflib", "hashlib", "html", "secrets", "shutil", "tempfile", "zipfile", "mimetypes"),
    *("__future__", "bisect", "heapq", "sqlite3", "weakref"),
    *(
        "random",
        "signal",
        "ast",
        "dataclasses",
        "decimal",
        "dis",
        "inspect",
        "importlib",
        "ipaddress",
        "json",
        "linecache",
        "logging",
        "threading",
        "tokenize",
        "traceback",
        "urllib",
        "uuid",
    ),
}
"""Parts of the standard library that a run of plain cases has no use for."""

UNUSED_WITHOUT_FLAGS = {"argparse", "gettext"}
if sys.version_info < (3, 12):  # later ones need it to define paths
    UNUSED_WITHOUT_FLAGS.add("re")

OWN_UNUSED = (
    *("shall.admin", "shall.mcp", "shall.serve", "shall.pytest_support", "shall.specs.ears"),
    *("shall.specs.model", "shall.specs.matrix", "shall.specs.reader", "shall.specs.markdown"),
    *("shall.cases.full_case", "shall.cases.yaml_text", "shall.cli.report", "shall.pages.report"),
    "shall.cli.command_flags",
    *("shall.report.curl", "shall.report.ndjson", "shall.engine.differences"),
    *("shall.engine.full_plan", "shall.engine.redacted_record", "shall.redaction.matcher"),
    *("shall.report.case_wording", "shall.report.failures", "shall.report.values"),
    *("shall.report.junit", "shall.store.call_log", "shall.engine.worker_processes"),
    *("shall.server_bootstrap", "shall.workspace.workspaces", "shall.workspace.server_folder"),
    *("shall.settings.page", "shall.settings.defaults", "shall.actions.principal"),
    *("shall.cases.functions", "shall.cases.nearest", "shall.cases.patterns"),
    *("shall.config_source", "shall.database_source", "shall.diagnostics", "shall.secret_source"),
    *("shall.engine.patterns", "shall.engine.ports", "shall.engine.shared"),
    *("shall.engine.sql_plan", "shall.engine.steady_decoder"),
    *("shall.results.collected", "shall.span", "shall.store.call_buffer", "shall.store.stops"),
    *("shall.store.decisions", "shall.store.evidence", "shall.store.outages"),
    *("shall.transport.addresses", "shall.transport.http.redirect", "shall.transport.sql"),
    *("shall.workspace.atomic", "shall.workspace.stray_cases"),
    *("shall.cases.unit", "shall.engine.unit_results", "shall.transport.process"),
)


def modules_of(project: Path, *arguments: str) -> set[str]:
    """Return the modules that a command imports in a process of its own."""
    return set(answer_of(project, PROGRAM, *arguments))


def answer_of(project: Path, program: str, *arguments: str) -> Any:
    """Return the JSON that a program writes at last."""
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=project,
        env={key: it for key, it in os.environ.items() if key != "COLUMNS"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return json.loads(ended.stderr.splitlines()[-1])


def foreign(modules: set[str]) -> set[str]:
    """Return the packages of modules that are neither ours nor the standard library's."""
    packages = {name.partition(".")[0] for name in modules}
    return packages - sys.stdlib_module_names - {"shall"}


@pytest.mark.verifies("cli#4.1")
def test_a_run_of_plain_cases_imports_only_what_it_needs(
    project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("a", more=f"host: {service.url}")
    (project / "shall.yaml").write_text("# host: http://127.0.0.1:8000\n")

    modules = modules_of(project, "run")

    assert foreign(modules) - {"_distutils_hack"} <= THIRD_PARTY
    assert {name.partition(".")[0] for name in modules} & (UNUSED | UNUSED_WITHOUT_FLAGS) == set()
    assert [name for name in modules if name.startswith(OWN_UNUSED)] == []


def test_the_modules_of_a_run_are_listed_in_the_order_in_which_statements_import_them(
    project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("a", more=f"host: {service.url}")
    answer_of(project, IN_ORDER, "by statements", "run")  # makes the store
    listed, imported = answer_of(project, IN_ORDER, "by statements", "run")
    _, by_statements = answer_of(project, IN_ORDER, "as listed", "run")

    assert listed == imported
    assert set(by_statements) & set(listed) == set()


@pytest.mark.verifies("cli#4.1")
def test_cases_that_expect_values_below_selectors_import_no_more_than_selectors(
    project: Path, service: Any
) -> None:
    file = project / "tests/cases/a.yaml"
    file.parent.mkdir(parents=True)
    service.answer("token", '{"data": {"token": "t"}}', "application/json")
    file.write_text(
        "name: a\nsteps:\n  - GET: /given/token\n"
        "    expect:\n      status: 200\n      $.data.token: t\n"
        "      header Content-Type: application/json\n"
        "    capture: {token: $.data.token}\n"
        "  - GET: /echo/{{ token }}\n    expect: 200\n"
    )

    modules = modules_of(project, "run", "--host", service.url)

    assert {name.partition(".")[0] for name in modules} & UNUSED == set()
    unused = set(OWN_UNUSED) - {"shall.cases.nearest", "shall.cases.patterns"}
    unused -= {"shall.engine.full_plan", "shall.engine.redacted_record"}  # for what it captures
    unused |= {"shall.cases.expect", "shall.cases.predicates", "shall.engine.selectors"}
    assert [name for name in modules if name.startswith(tuple(unused))] == []


@pytest.mark.verifies("cli#4.1")
def test_a_run_that_reads_requirements_and_any_yaml_imports_no_part_of_a_server(
    project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("a", more="verifies: ['x#1.1']  # no plain YAML: \\u0041")
    (project / "specs").mkdir()
    (project / "specs/requirements.md").write_text(
        "# X\n\n### Requirement 1: A\n\n#### Acceptance Criteria\n\n1. THE system SHALL answer.\n"
    )

    modules = modules_of(project, "run", "--host", service.url)

    assert "shall.specs.reader" in modules
    unwanted = {"mcp", "pydantic", "starlette", "uvicorn", "httpx2", "anyio", "jinja2", "asyncio"}
    assert {name.partition(".")[0] for name in modules} & unwanted == set()
    assert [
        it for it in modules if it.startswith(("shall.mcp", "shall.serve", "shall.admin"))
    ] == []


@pytest.mark.verifies("cli#4.3")
def test_reports_of_passed_cases_import_only_what_they_need(
    project: Path, write_case: WriteCase, service: Any
) -> None:
    write_case("a")
    reports = ["--report-html", "r.html", "--report-json", "r.json", "--report-junit", "r.xml"]

    modules = modules_of(project, "run", "--host", service.url, *reports)

    assert {"shall.pages.report", "shall.report.as_json", "shall.report.junit"} <= modules
    unwanted = ("shall.specs.reader", "shall.specs.matrix", "shall.specs.ears")
    assert [name for name in modules if name.startswith(unwanted)] == []
    assert {"difflib", "html", "tempfile", "zipfile"} & modules == set()


@pytest.mark.verifies("cli#4.2")
def test_the_version_is_shown_without_importing_a_command(project: Path) -> None:
    modules = modules_of(project, "--version")

    assert {name for name in modules if name.startswith("shall")} <= {
        *("shall", "shall.__main__", "shall.import_path"),
    }
    assert foreign(modules) == set()
