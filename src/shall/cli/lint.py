"""``shall lint``: how requirements and cases are written."""

import argparse
import difflib
import json
from collections.abc import Sequence
from pathlib import Path

from shall.actions.excerpts import excerpts
from shall.actions.lint import (
    Correction,
    LintReport,
    corrections,
    lint_project,
    write_corrections,
)
from shall.bootstrap import open_project
from shall.cli.options import folder_of, settings_of
from shall.cli.output import BAD_INPUT, CHECK_FAILED, OK, notice, printable, write
from shall.diagnostics import Severity
from shall.diagnostics.diagnostic import by_place
from shall.diagnostics.terminal import concise, terminal
from shall.messages import Message, render
from shall.workspace.stray_cases import rootless_cases, rootless_notice
from shall.workspace.workspace import Workspace


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    folder = folder_of(arguments.workspace)
    settings, _ = settings_of(folder, {})
    language = settings.language
    if arguments.list or arguments.explain is not None:
        from shall.case_lint import manual  # only where a rule is looked up

        write(
            manual.listed(language)
            if arguments.list
            else manual.explained(arguments.explain, language)
        )
        return OK
    workspace = open_project(folder, settings)
    paths = [str(Path.cwd() / path) for path in arguments.paths]
    report = lint_project(workspace, paths, language)
    found = corrections(workspace, report) if arguments.fix or arguments.diff else []
    if arguments.diff:
        write(_difference(found).rstrip("\n"))
        return OK
    if found:
        write_corrections(workspace, found)
        count = sum(it.count for it in found)
        notice(render(Message("lint.fixed", {"count": count, "files": len(found)}), language))
        report = lint_project(workspace, paths, language)
    _print(workspace, report, arguments, language)
    if not paths and (sentence := rootless_notice(rootless_cases(workspace.files))):
        notice(sentence)
    return _exit_status(report, strict=arguments.strict)


def _exit_status(report: LintReport, *, strict: bool) -> int:
    if report.unreadable:
        return BAD_INPUT
    worst = report.count(Severity.ERROR) or (strict and report.count(Severity.WARNING))
    return CHECK_FAILED if worst else OK


def _print(
    workspace: Workspace, report: LintReport, arguments: argparse.Namespace, language: str
) -> None:
    shown = report.of_severity(Severity(arguments.severity))
    if arguments.format == "text":
        write(_text(workspace, report, shown, language))
    elif arguments.format == "json":
        write(json.dumps(_as_json(report, shown), ensure_ascii=False, indent=2))
    else:
        from shall.case_lint.rules import RULES as CASE_RULES
        from shall.diagnostics.codes import MEANINGS  # XML and hashes are only needed here
        from shall.diagnostics.formats import written
        from shall.specs.lint.rules import RULES

        meanings = {**MEANINGS, **{rule.code: rule.meaning.en for rule in (*RULES, *CASE_RULES)}}
        write(written(shown.diagnostics(), arguments.format, meanings).rstrip("\n"))
    if not (report.criteria or report.cases or report.unreadable):
        notice(render(Message("trace.no_criteria"), language))


def _text(workspace: Workspace, report: LintReport, shown: LintReport, language: str) -> str:
    listed = by_place((*shown.unreadable, *shown.findings))
    blocks = []
    if listed:
        sources = excerpts(workspace.files, workspace.redactor, listed)
        blocks.append(terminal(listed, sources, language))
    if report.unread:
        count = Message("lint.unread", {"count": len(report.unread)})
        blocks.append(f"{render(count, language)}\n{concise(report.unread)}")
    blocks.append(_summary(report, shown, language))
    return "\n\n".join(blocks)


def _summary(report: LintReport, shown: LintReport, language: str) -> str:
    figures = {
        "criteria": report.criteria,
        "documents": report.documents,
        "cases": report.cases,
        "errors": len(report.unreadable) + report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "notes": report.count(Severity.INFO),
    }
    code = "lint.summary"
    if report.cases:
        code = "lint.summary_with_cases" if report.documents else "lint.summary_of_cases"
    lines = [render(Message(code, figures), language)]
    hidden = len(report.findings) - len(shown.findings)
    if hidden:
        lines.append(render(Message("lint.hidden", {"count": hidden}), language))
    fixes = sum(found.fix is not None for found in report.findings)
    if fixes:
        lines.append(render(Message("lint.fixable", {"count": fixes}), language))
    return "\n".join(lines)


def _as_json(report: LintReport, shown: LintReport) -> dict[str, object]:
    return {
        "documents": report.documents,
        "criteria": report.criteria,
        "cases": report.cases,
        "counts": {severity.value: report.count(severity) for severity in Severity},
        "rules": report.by_rule(),
        "findings": [found.to_json() for found in (*shown.unreadable, *shown.findings)],
        "unread": [found.to_json() for found in shown.unread],
    }


def _difference(found: Sequence[Correction]) -> str:
    """Return the fixes as a unified diff."""
    lines: list[str] = []
    for it in found:
        before, after = (text.splitlines(keepends=True) for text in (it.before, it.after))
        changes = difflib.unified_diff(before, after, f"a/{it.path}", f"b/{it.path}")
        lines += [printable(line.rstrip("\r\n")) + "\n" for line in changes]
    return "".join(lines)
