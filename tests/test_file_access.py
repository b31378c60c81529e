"""Every place in ``src`` that opens a file, and why it may."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "src"

METHODS = frozenset(
    [
        "open",
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "touch",
        "fdopen",
        "copytree",
        "copyfile",
        "copy",
        "copy2",
        "move",
        "read_path",
        "mkstemp",
        "mkdtemp",
        "TemporaryDirectory",
        "TemporaryFile",
        "NamedTemporaryFile",
        "load_cert_chain",
        "load_verify_locations",
        "FileHandler",
        "WatchedFileHandler",
        "fromfile",
        "RotatingFileHandler",
        "parse_file",
        "openat",
    ]
)
GUARDED = frozenset({"files", "attachments"})
"""What such a call may be made on anywhere: ``Files``, which holds the refusals."""

ARCHIVE = "a file that the operator names on the command line"
ATOMIC = "inside a folder that the caller opened without following links"
BACKUP = "the state, for a command of the operator"
CERTIFICATE = "certificates and keys that the settings name"
CONFIG = "a file that the operator names, under a limit"
FILES = "the one reader and writer of what callers name"
MEMORY = "a file in memory that only this process and its children can open"
LOCK = "lock files beside the database"
LOG = "the call log, which the settings name"
PACKAGE = "a file of this package"
PYTEST = "a file that the user's own pytest collected, under a limit"
STATE = "the state folder, without following links"
DATABASE = "the database, whose identity is checked"
PROCESS = "/dev or /proc"
TEMPORARY = "a temporary folder of this process"

ALLOWED = {
    "shall/workspace/atomic.py": ATOMIC,
    "shall/admin/backup.py": BACKUP,
    "shall/admin/certificates.py": CERTIFICATE,
    "shall/admin/doctor.py": BACKUP,
    "shall/workspace/secrets.py": "files that shall.yaml names as the source of a secret, and .env",
    "shall/workspace/cached_files.py:CachedFiles": FILES,
    "shall/workspace/files.py:Files": FILES,
    "shall/workspace/files.py:_enter": FILES,
    "shall/workspace/files.py:_open": FILES,
    "shall/workspace/files.py:_read_listed": FILES,
    "shall/transport/upload.py": "through Files, when a file is sent",
    "shall/workspace/stamps.py": "folders below the open workspace, to look at the times of files",
    "shall/admin/install.py": CONFIG,
    "shall/admin/repair.py": BACKUP,
    "shall/actions/at_commit.py": TEMPORARY,
    "shall/actions/fuzz.py": TEMPORARY,
    "shall/engine/spawned_workers.py": MEMORY,
    "shall/actions/baseline.py:committed_baseline": STATE,
    "shall/actions/baseline.py:state_of": ARCHIVE,
    "shall/actions/compaction.py": BACKUP,
    "shall/actions/reports.py": BACKUP,
    "shall/admin/restore.py": ARCHIVE,
    "shall/admin/token_file.py": CONFIG,
    "shall/workspace/workspaces.py:Workspaces._open_allowed": "folders that the operator allows",
    "shall/workspace/head.py": "files of git, of which nothing but a commit is returned",
    "shall/bounded.py": "the reader under a limit",
    "shall/module_finder.py": PACKAGE,
    "shall/cli/demo.py": PACKAGE,
    "shall/cli/output.py": PROCESS,
    "shall/cli/output.py:write_file": ARCHIVE,
    "shall/cli/output.py:text_of_file": ARCHIVE,
    "shall/cli/merge.py:_read": ARCHIVE,
    "shall/cli/report.py:_open": "a page that the command itself wrote, shown by the browser",
    "shall/cli/run.py:_event_lines": ARCHIVE,
    "shall/cli/record.py:_read": ARCHIVE,
    "shall/engine/unit.py": "a temporary folder of this process, and a file of this package",
    "shall/engine/unit_driver.py": "that folder, from the process that runs in it",
    "shall/cli/selection_flags.py:_durations": ARCHIVE,
    "shall/mcp/texts/__init__.py:_read": PACKAGE,
    "shall/pytest_support/items.py:CaseFile.collect": PYTEST,
    "shall/pytest_support/executed_checks.py:_watched": PYTEST,
    "shall/pytest_plugin.py:_has_hooks": CONFIG,
    "shall/pytest_plugin.py:_may_be_case": PYTEST,
    "shall/pytest_plugin.py:_named_in_file": PYTEST,
    "shall/pages/frame.py:asset": PACKAGE,
    "shall/results/case_spool.py": "a temporary file without a name, of this process",
    "shall/serve/auth/static_tokens.py:_read": CONFIG,
    "shall/serve/observe/duplicate_output.py:_mode": PROCESS,
    "shall/serve/observe/logs.py:ReopenedFile._open": "the log file, which the settings name",
    "shall/serve/observe/processes.py": PROCESS,
    "shall/serve/observe/multiprocess.py": TEMPORARY,
    "shall/serve/tls.py": CERTIFICATE,
    "shall/settings/reader.py:_read_file": CONFIG,
    "shall/settings/reader.py:_config_of": CONFIG,
    "shall/transport/process.py:_environment_of": PROCESS,
    "shall/store/call_log.py:CallLog": LOG,
    "shall/store/copies.py": BACKUP,
    "shall/store/folders.py": STATE,
    "shall/store/decisions.py": STATE,
    "shall/store/line_files.py": STATE,
    "shall/store/locks.py": LOCK,
    "shall/store/outages.py": STATE,
    "shall/store/migrate.py:migrate": PACKAGE,
    "shall/store/repair.py": BACKUP,
    "shall/store/sqlite.py:SqliteStore._connect": DATABASE,
    "shall/store/state_key.py": STATE,
    "shall/store/state.py": STATE,
    "shall/store/state_checks.py": STATE,
}


def opening_places(tree: ast.AST, names: tuple[str, ...] = ()) -> Iterator[tuple[str, int]]:
    """Yield the function and the line of each call that opens a file."""
    for node in ast.iter_child_nodes(tree):
        below = names
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            below = (*names, node.name)
        if isinstance(node, ast.Call) and opens(node.func):
            yield ".".join(names), node.lineno
        yield from opening_places(node, below)


def opens(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in METHODS
    if not isinstance(called, ast.Attribute):
        return False
    holder = ast.unparse(called.value).rpartition(".")[2]
    if holder == "sqlite3" and called.attr == "connect":
        return True
    is_store = holder == "connections"  # its ``touch`` is a heartbeat
    return called.attr in METHODS and holder not in GUARDED and not is_store


def reason_for(module: str, function: str) -> str | None:
    return next(
        (
            reason
            for place, reason in ALLOWED.items()
            if f"{module}:{function}" == place
            or f"{module}:{function}".startswith((f"{place}:", f"{place}."))
        ),
        None,
    )


@pytest.mark.verifies("defences#2.4")
@pytest.mark.repeats
def test_every_place_that_opens_a_file_is_known_with_its_reason() -> None:
    unknown = []
    used = set()
    for path in sorted(SOURCE.rglob("*.py")):
        module = path.relative_to(SOURCE).as_posix()
        for function, line in opening_places(ast.parse(path.read_text("utf-8"))):
            if reason_for(module, function) is None:
                unknown.append(f"{module}:{line} in {function}")
            used.add(module)
    assert unknown == [], "Read what callers name through Files, or say here why not."
    assert {place.partition(":")[0] for place in ALLOWED} <= used


@pytest.mark.parametrize(
    "code",
    [
        "open(name)",
        "os.open(name, 0)",
        "Path(name).read_text()",
        "path.write_bytes(b'')",
        "io.open(name)",
        "shutil.copyfile(a, b)",
        "sqlite3.connect(name)",
    ],
)
def test_a_new_place_is_found(code: str) -> None:
    (found,) = opening_places(ast.parse(f"def read(name):\n    return {code}"))
    assert found == ("read", 2)
    assert reason_for("shall/actions/new.py", "read") is None
