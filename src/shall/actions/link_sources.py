"""Reads the links that case and test files declare; a file is parsed only where it changed."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from hashlib import blake2b

from msgspec.structs import replace

from shall.actions.discovery import case_folders
from shall.actions.file_digests import file_digests
from shall.actions.run_names import names_of_case
from shall.actions.used_code import TestCode
from shall.cases.fingerprint import case_fingerprint
from shall.cases.forms import TO_FILL
from shall.cases.model import Case
from shall.cases.reader import locator, read_case, root_of
from shall.diagnostics import Diagnostic, Severity
from shall.engine.vacuity import step_can_fail
from shall.errors import FileMissing, InvalidInput, OutsideWorkspace, ShallError
from shall.log import Log
from shall.redaction.names import is_secret_name
from shall.span import Span
from shall.specs.links import Marks, link_of_case, read_marks
from shall.specs.model import Link, LinkKind
from shall.specs.test_files import is_test_file
from shall.store.base import Evidence
from shall.workspace.case_root import is_shared, root_in
from shall.workspace.folders import YAML_ENDINGS
from shall.workspace.workspace import Workspace

_log = Log(__name__)


def recorded_files(facts: Iterable[Evidence]) -> set[str]:
    """Return the files of the cases and marked tests that something was recorded for."""
    return {it.source.partition("::")[0] for it in facts if it.kind != LinkKind.REPORT}


def case_links(
    workspace: Workspace, problems: list[Diagnostic], recorded: Collection[str] = ()
) -> Iterator[Link]:
    """Yield the links of the cases; note the files that cannot be read.

    The cases are those in their folders, and elsewhere the ``recorded`` ones, which somebody ran by
    name: what failed there must not be left out.
    """
    paths = [
        it for root in case_folders(workspace) for it in workspace.files.find(root, YAML_ENDINGS)
    ]
    paths += sorted(it for it in {*recorded}.difference(paths) if it.endswith(YAML_ENDINGS))
    read = partial(_read_case, workspace)
    for _, _, marks in marks_of_files(workspace, paths, YAML_ENDINGS, read, problems):
        yield from marks.links


def test_links(
    workspace: Workspace, problems: list[Diagnostic], recorded: Collection[str] = ()
) -> Iterator[Link]:
    """Yield the links of the marks of Python tests; note the files that cannot be read.

    The tests are those in files with the names of tests, and elsewhere the ``recorded`` ones.
    """
    linked: list[str] = []
    paths = workspace.files.find(".", (".py",), linked)
    tests = [it for it in paths if is_test_file(it)]
    tests += sorted(it for it in {*recorded}.difference(tests) if it.endswith(".py"))
    code = TestCode(workspace, paths, linked)
    for path, text, marks in marks_of_files(workspace, tests, (".py",), read_marks, problems):
        yield from code.linked(path, text, marks).links


def links_of_tests(workspace: Workspace, files: Collection[str]) -> Iterator[Link]:
    """Yield the links of some test files as `shall trace` reads them; log what cannot be read."""
    linked: list[str] = []
    code = TestCode(workspace, workspace.files.find(".", (".py",), linked), linked)
    for path in files:
        try:
            text = workspace.files.read_text(path)
            marks = read_marks(text, path)
        except ShallError as error:
            _log.warning("%s has no fingerprint: %s", path, error)
            continue
        yield from code.linked(path, text, marks).links


def marks_of_files(
    workspace: Workspace,
    paths: Sequence[str],
    endings: tuple[str, ...],
    read: Callable[[str, str], Marks],
    problems: list[Diagnostic],
) -> Iterator[tuple[str, str, Marks]]:
    """Yield text and marks of each file; one whose text did not change is not parsed again."""
    known = workspace.marks
    for gone in {it for it in known if it.endswith(endings)}.difference(paths):
        known.pop(gone, None)
    for path in paths:
        try:
            text = workspace.files.read_text(path)
        except FileMissing:  # deleted since it was listed
            continue
        except ShallError as error:
            problems += _problems_of(error, path)
            continue
        digest = blake2b(text.encode(), digest_size=16).digest()
        before = known.get(path) if _is_alone(text, path) else None
        if before is not None and before[0] == digest and not before[1].files:
            marks = before[1]
        else:
            try:
                marks = read(text, path)
            except InvalidInput as error:
                marks = Marks(problems=tuple(_problems_of(error, path)))
            known[path] = (digest, marks)
        problems += marks.problems
        yield path, text, marks


def _is_alone(text: str, path: str) -> bool:
    """Return whether a file states all of its links; a unit case also has the code under test."""
    return path.endswith(".py") or "unittest" not in text or root_of(text) != "unittest"


def _read_case(workspace: Workspace, text: str, path: str) -> Marks:
    root = root_in(text, path)
    if root == "unittest" and "verifies" in text:
        return _read_unit(workspace, text, path)
    if root != "testcase":
        return Marks(secrets=_secrets_of_shared(text, path))
    case = read_case(text, path)
    secrets = tuple(_secrets_of(case))
    if not case.verifies:
        return Marks(secrets=secrets)
    place = locator(text, path)
    digests = file_digests(workspace.files, case, path, workspace.defaults.openapi)
    links = link_of_case(
        path,
        case.verifies,
        [place(f"verifies[{index}]") for index in range(len(case.verifies))],
        case_fingerprint(case, digests),
        can_fail=any(map(step_can_fail, case.steps)),
        is_draft=case.draft or (f"{TO_FILL}:" in text and _is_unfilled(case, text, path)),
    )
    named = tuple(_relative(workspace, digests))
    names = names_of_case(workspace.files, case, path)
    links = (replace(it, run_names=names) for it in links)
    return Marks(tuple(links), secrets=secrets, files={path: named} if named else {})


def _is_unfilled(case: Case, text: str, path: str) -> bool:
    from shall.case_lint.drafts import is_unfilled  # few cases hold the mark

    return is_unfilled(case, text, path)


def files_of_source(workspace: Workspace, source: str) -> tuple[str, ...]:
    """Return the paths of the files that a linked case names or a test uses, of those read."""
    path = source.partition("::")[0]
    if path.endswith(".py"):
        linked = workspace.linked.get(path)
        return linked.marks.files.get(source, ()) if linked is not None else ()
    known = workspace.marks.get(path)
    return known[1].files.get(source, ()) if known is not None else ()


def _relative(workspace: Workspace, paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        with suppress(OutsideWorkspace):
            yield workspace.files.relative(path)


def _secrets_of_shared(text: str, path: str) -> tuple[str, ...]:
    """Return the secrets of a file of shared steps; those of one that is wrong are not known."""
    if not is_shared(text, path):
        return ()
    from shall.cases.shared_steps import read_shared  # few projects have any

    with suppress(InvalidInput):
        return tuple(_secrets_of(read_shared(text, path)))
    return ()


def _secrets_of(case: Case) -> Iterator[str]:
    """Yield the values of variables that a case declares to be secret, or whose names say so."""
    for name, value in case.variables.items():
        is_secret = name in case.secrets or is_secret_name(name)
        if is_secret and isinstance(value, str) and "{{" not in value:
            yield value


def _read_unit(workspace: Workspace, text: str, path: str) -> Marks:
    from shall.actions.unit_cases import read_unit_file  # few projects have unit cases

    found = read_unit_file(workspace, path, text)
    unit, place = found.unit, locator(text, path)
    links = link_of_case(
        path,
        unit.verifies,
        [place(f"verifies[{index}]") for index in range(len(unit.verifies))],
        found.fingerprint,
        can_fail=unit.can_fail,
    )
    module = found.code.modules.get(unit.target.module)
    files = tuple(sorted({*([module] if module else []), *found.code.others}))
    return Marks(tuple(links), files={path: files} if files else {})


def _problems_of(error: ShallError, path: str) -> Sequence[Diagnostic]:
    """Return the problems of a file that cannot be read."""
    span = error.span or Span(path, 1)
    return error.diagnostics or [
        Diagnostic("file.unreadable", Severity.ERROR, error.message, span, error.hint or "")
    ]
