"""Reports how requirements and cases are written, and corrects what is mechanical."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from shall.actions.discovery import case_files, case_folders
from shall.actions.mentions import documents_beside
from shall.actions.named_documents import check_documents
from shall.actions.requirements import read_specs
from shall.case_lint.checker import lint_cases as check_cases
from shall.case_lint.rules import RULES as CASE_RULES
from shall.cases.model import Case
from shall.cases.nearest import nearest
from shall.cases.reader import read_case, root_of
from shall.diagnostics import Diagnostic, Severity
from shall.errors import BadValue, InvalidCase, ShallError
from shall.specs.lint.checker import Checked, Choice, chosen, codes_of, lint
from shall.specs.lint.rules import RULES
from shall.specs.lint.rules.links import Beside
from shall.specs.model import Feature, SpecSet
from shall.specs.reader import DUPLICATE, read_document
from shall.specs.splice import splice
from shall.workspace.workspace import Workspace

CODES = codes_of((*RULES, *CASE_RULES))
"""The code of each rule, by its code and its name."""

_BYTE_ORDER_MARK = "\ufeff"


class LintReport(Struct, frozen=True):
    """What was found in the documents and cases of some paths.

    ``unreadable`` is wrong with documents and cases that cannot be read, ``findings`` are what the
    rules and the reader report, and ``unread`` what looks like a requirement and was not read.
    """

    documents: int
    criteria: int
    findings: tuple[Diagnostic, ...]
    unreadable: tuple[Diagnostic, ...] = ()
    unread: tuple[Diagnostic, ...] = ()
    cases: int = 0

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Return everything that was found; documents that cannot be read first."""
        return (*self.unreadable, *self.findings, *self.unread)

    def count(self, severity: Severity) -> int:
        """Return the number of findings of a severity."""
        return sum(found.severity is severity for found in self.findings)

    def by_rule(self) -> Mapping[str, int]:
        """Return the number of findings of each code, the most frequent first."""
        return dict(Counter(found.code for found in self.findings).most_common())

    def of_severity(self, least: Severity) -> "LintReport":
        """Return the report without findings that are less serious."""
        levels = list(Severity)
        allowed = levels[: levels.index(least) + 1]
        kept = tuple(found for found in self.findings if found.severity in allowed)
        return replace(self, findings=kept)


class Correction(Struct, frozen=True):
    """A document with its mechanical fixes made. ``count`` is the number of fixes."""

    path: str
    before: str
    after: str
    count: int


def lint_project(
    workspace: Workspace, paths: Sequence[str] = (), language: str = "en"
) -> LintReport:
    """Check documents and cases below some paths; without paths, all of them.

    Raises:
        BadValue: The settings name an unknown rule, or nothing lies at a path.
    """
    names = [workspace.files.relative(path) for path in paths]
    cases, texts, broken = _cases(workspace)
    found = tuple(check_cases(cases, texts, choice_of(workspace), CODES, language))
    of_documents = [
        path
        for path, name in zip(paths, names, strict=True)
        if not any(_is_below(file, [name]) for file in (*cases, *broken))
    ]
    if paths and not of_documents:
        report = LintReport(0, 0, ())
    else:
        report = lint_specs(workspace, of_documents, language)
    shown = [it for it in found if not names or (it.span and _is_below(it.span.file, names))]
    checked = sum(not names or _is_below(file, names) for file in cases)
    wrong = [it for file in broken if not names or _is_below(file, names) for it in broken[file]]
    return replace(
        report,
        findings=(*report.findings, *shown),
        unreadable=(*report.unreadable, *wrong),
        cases=checked,
    )


def _cases(
    workspace: Workspace,
) -> tuple[dict[str, Case], dict[str, str], dict[str, tuple[Diagnostic, ...]]]:
    """Return the cases that can be read, their texts, and what is wrong with files, by path."""
    cases: dict[str, Case] = {}
    texts: dict[str, str] = {}
    broken: dict[str, tuple[Diagnostic, ...]] = {}
    for path in case_files(workspace, ()) if case_folders(workspace) else ():
        text = _text(workspace, path)
        if root_of(text) != "testcase":
            continue
        try:
            cases[path] = read_case(text, path)
        except InvalidCase as error:
            broken[path] = error.diagnostics
            continue
        texts[path] = text
        try:
            check_documents(workspace, cases[path], text, path)
        except InvalidCase as error:
            broken[path] = error.diagnostics
    return cases, texts, broken


def lint_specs(workspace: Workspace, paths: Sequence[str] = (), language: str = "en") -> LintReport:
    """Check the requirements documents below some paths; without paths, every document.

    Raises:
        BadValue: The settings name an unknown rule, or no document lies at a path.
    """
    choice = choice_of(workspace)
    specs = read_specs(workspace)
    names = [workspace.files.relative(path) for path in paths]
    beside = list(documents_beside(workspace))
    documents = {*(it.file for it in specs.features), *(it.file for it in beside)}
    for path, name in zip(paths, names, strict=True):
        files = {*documents, *(found.span.file for found in specs.problems if found.span)}
        if not any(_is_below(file, [name]) for file in files):
            raise BadValue(
                f"There is no requirements document at {path}.",
                hint="The documents are listed by `shall lint` without a path.",
            )
    problems = [*specs.problems, *_found(workspace, specs, choice, language, beside)]
    wrong = [it for it in problems if not names or (it.span and _is_below(it.span.file, names))]
    features = [it for it in specs.features if not names or _is_below(it.file, names)]
    return LintReport(
        len(features),
        sum(1 for feature in features for _ in feature.criteria()),
        tuple(it for it in wrong if not _is_unreadable(it)),
        tuple(it for it in wrong if _is_unreadable(it)),
        tuple(
            it
            for it in specs.unread
            if not names or (it.span is not None and _is_below(it.span.file, names))
        ),
    )


def findings_of(
    workspace: Workspace,
    specs: SpecSet,
    beside: Sequence[Beside],
    language: str,
    known: dict[tuple[str, str], Checked],
) -> Iterator[Diagnostic]:
    """Yield the findings in requirements that were just read. ``known``: see ``lint``.

    Raises:
        BadValue: The settings name an unknown rule.
    """
    found = _found(workspace, specs, choice_of(workspace), language, beside, known)
    yield from (it for it in (*specs.problems, *found) if not _is_unreadable(it))


def _found(
    workspace: Workspace,
    specs: SpecSet,
    choice: Choice,
    language: str,
    beside: Sequence[Beside],
    known: dict[tuple[str, str], Checked] | None = None,
) -> list[Diagnostic]:
    texts = {feature.file: _text(workspace, feature.file) for feature in specs.features}
    return lint(specs.features, texts, choice, language, beside, known)


def corrections(workspace: Workspace, report: LintReport) -> list[Correction]:
    """Return the documents of a report with their mechanical fixes made; nothing is written.

    A document whose criteria would have other keys afterwards is left as it is.
    """
    fixes: dict[str, list[Diagnostic]] = {}
    for found in report.findings:
        if found.fix is not None:
            fixes.setdefault(found.fix.span.file, []).append(found)
    corrected = []
    for path, findings in fixes.items():
        before = _text(workspace, path)
        after = splice(before, [it.fix for it in findings if it.fix is not None])
        if after != before and _keys(before, path) == _keys(after, path):
            corrected.append(Correction(path, before, after, len(findings)))
    return corrected


def write_corrections(workspace: Workspace, found: Sequence[Correction]) -> None:
    """Write documents with their fixes made, each whole or not at all.

    Raises:
        BadValue: A document has changed since it was read.
    """
    for correction in found:
        path = correction.path
        held = workspace.files.read_bytes(path).decode("utf-8")
        mark = _BYTE_ORDER_MARK if held.startswith(_BYTE_ORDER_MARK) else ""
        if held.removeprefix(mark) != correction.before:
            raise BadValue(f"{path} has changed meanwhile.", hint="Run the command again.")
        workspace.files.write_text(path, mark + correction.after)


def choice_of(workspace: Workspace) -> Choice:
    """Return the rules that the settings choose. Raises ``BadValue``."""
    try:
        return chosen(workspace.lint, (*RULES, *CASE_RULES))
    except KeyError as error:
        name = str(error.args[0])
        near = nearest(name, list(CODES))
        raise BadValue(
            f"The section lint of shall.yaml names {name}, and no such rule can be set there.",
            hint=f"Did you mean {near}?" if near else "See `shall lint --list`.",
        ) from None
    except ValueError as error:
        raise BadValue(f"The setting lint.severity: {error}.") from None


def _text(workspace: Workspace, path: str) -> str:
    """Return a document as it was read a moment ago; empty where it is gone."""
    try:
        return workspace.files.read_text(path)
    except ShallError:
        return ""


def _keys(text: str, path: str) -> list[str]:
    feature: Feature = read_document(text, path, "feature")
    return [it.key for it in feature.criteria()]


def _is_below(file: str, names: Sequence[str]) -> bool:
    return any(
        name in (".", file) or PurePosixPath(file).is_relative_to(PurePosixPath(name))
        for name in names
    )


def _is_unreadable(found: Diagnostic) -> bool:
    return found.code.startswith("spec.") and found.code != DUPLICATE
