"""The verdict of the gate as text, JSON, JUnit XML, and as the comment of a pull request."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from xml.etree import ElementTree as ET

from shall.diagnostics.formats import written
from shall.escaping import one_line
from shall.messages import plural, translated
from shall.report.changes import change_to_json, described
from shall.specs.changes import Change, ChangeKind
from shall.specs.export import floored_percent
from shall.specs.gate import Gate, Judged, Verdict
from shall.specs.status import Status

FORMAT = 1
"""The version of the JSON form."""

_SIGNS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.UNKNOWN: "?"}
_MOST_LINES = 20
"""Findings of a rule, and changes of a kind, that text and Markdown show."""

_TEXT_LENGTH = 160


def gate_text(gate: Gate, language: str = "en") -> str:
    """Return the rules with their verdicts, what is wrong below each, and the verdict."""
    lines: list[str] = []
    for judged in gate.judged:
        message = translated(judged.message, language)
        lines.append(one_line(f"{_SIGNS[judged.verdict]} {judged.rule}: {message}"))
        if judged.verdict is not Verdict.PASSED:
            shown = judged.findings[:_MOST_LINES]
            lines += [f"    {one_line(translated(str(found), language))}" for found in shown]
            lines += _more(len(judged.findings) - len(shown), "    ", language)
    lines += [translated(f"Note: {one_line(note)}", language) for note in gate.notes]
    if gate.changes:
        lines += ["", translated(f"Since {gate.base}:", language)]
        lines += [f"  {line}" for line in _counted(gate.changes, language)]
    return "\n".join([*lines, "", translated(_headline(gate), language)])


def gate_json(gate: Gate) -> str:
    """Return the verdict, every rule, the counts and the changes as JSON."""
    data = {
        "format": FORMAT,
        "verdict": gate.verdict.value,
        "proved_percent": floored_percent(gate.matrix),
        "counts": dict(gate.matrix.counts()),
        "rules": [_judged_to_json(judged) for judged in gate.judged],
        "base": _base_to_json(gate),
        "notes": list(gate.notes),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def gate_junit(gate: Gate) -> str:
    """Return JUnit XML: a test case for each rule; one that cannot be judged is an error."""
    counts = {verdict: sum(it.verdict is verdict for it in gate.judged) for verdict in Verdict}
    root = ET.Element("testsuites", {"name": "shall"})
    suite = ET.SubElement(root, "testsuite", {"name": "shall gate", "skipped": "0"})
    suite.set("tests", str(len(gate.judged)))
    suite.set("failures", str(counts[Verdict.FAILED]))
    suite.set("errors", str(counts[Verdict.UNKNOWN]))
    for judged in gate.judged:
        name = {"name": one_line(judged.rule), "classname": "shall.gate"}
        case = ET.SubElement(suite, "testcase", name)
        if judged.verdict is not Verdict.PASSED:
            kind = "failure" if judged.verdict is Verdict.FAILED else "error"
            failure = ET.SubElement(case, kind, {"message": one_line(judged.message)})
            failure.text = "\n".join(one_line(str(found)) for found in judged.findings)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def gate_markdown(gate: Gate) -> str:
    """Return the comment of a pull request: a line where the gate passed and nothing changed."""
    lines = [f"**{_SIGNS[gate.verdict]} {_headline(gate)}**", "", _figures(gate)]
    for kind, changes in _by_kind(gate.changes):
        lines += ["", f"**{kind.value.capitalize()}** ({len(changes)})", ""]
        shown = changes[:_MOST_LINES]
        lines += [f"- {_change_line(change)}" for change in shown]
        lines += _more(len(changes) - len(shown), "- ")
    for judged in gate.judged:
        if judged.verdict is not Verdict.PASSED:
            about = f"{_safe(judged.rule)}: {_safe(judged.message)}"
            lines += ["", f"<details><summary>{about}</summary>", ""]
            shown_findings = judged.findings[:_MOST_LINES]
            lines += [f"- {_safe(str(found))}" for found in shown_findings]
            lines += _more(len(judged.findings) - len(shown_findings), "- ")
            lines += ["", "</details>"]
    lines += [f"\nNote: {_safe(note)}" for note in gate.notes]
    return "\n".join(lines) + "\n"


def gate_written(gate: Gate, form: str, language: str = "en") -> str:
    """Return the verdict in a format: text, json, junit, markdown, or that of diagnostics."""
    if form == "text":
        return gate_text(gate, language)
    own = {"json": gate_json, "junit": gate_junit, "markdown": gate_markdown}
    return own[form](gate) if form in own else written(gate.findings(), form)


def _headline(gate: Gate) -> str:
    total, bad = len(gate.judged), sum(it.verdict is gate.verdict for it in gate.judged)
    if gate.verdict is Verdict.PASSED:
        return f"The gate passed: {total} rules hold."
    if gate.verdict is Verdict.UNKNOWN:
        return f"The gate cannot be judged: {bad} of {total} rules cannot."
    return f"The gate failed: {bad} of {total} rules {plural(bad, 'does', 'do')} not hold."


def _figures(gate: Gate) -> str:
    counts = gate.matrix.counts()
    text = (
        f"{counts[Status.PROVED.value]} of {len(gate.matrix.rows)} criteria are proved"
        f" ({floored_percent(gate.matrix):g} %)"
    )
    if gate.base_percent is None:
        return f"{text}."
    before = math.floor(gate.base_percent * 10) / 10
    base = f"{_safe(gate.base)}: {before:g} %"
    rest = "." if gate.changes else ". Nothing changed."
    return f"{text}; {base}{rest}"


def _judged_to_json(judged: Judged) -> Mapping[str, Any]:
    return {
        "rule": judged.rule,
        "verdict": judged.verdict.value,
        "message": judged.message,
        "findings": [found.to_json() for found in judged.findings],
    }


def _base_to_json(gate: Gate) -> Mapping[str, Any] | None:
    if gate.base_percent is None:
        return None
    return {
        "name": gate.base,
        "proved_percent": math.floor(gate.base_percent * 10) / 10,
        "changes": [change_to_json(change) for change in gate.changes],
    }


def _counted(changes: Iterable[Change], language: str) -> Iterator[str]:
    for kind, found in _by_kind(changes):
        keys = ", ".join(change.key for change in found[:_MOST_LINES])
        more = f", ... ({len(found)})" if len(found) > _MOST_LINES else ""
        yield one_line(f"{translated(kind.value, language)}: {keys}{more}")


def _by_kind(changes: Iterable[Change]) -> Iterator[tuple[ChangeKind, Sequence[Change]]]:
    for kind, found in groupby(changes, key=lambda it: it.kind):
        yield kind, list(found)


def _change_line(change: Change) -> str:
    text = described(change)
    return f"{_code(change.key)} {_safe(text)}"


def _code(text: str) -> str:
    """Return a key as code: a backtick cannot end it, nor a line break its line."""
    return f"`{one_line(text).replace('`', chr(39))}`"


def _safe(text: str) -> str:
    """Return a text of a document as it reads: no markup, no image and no mention in it works."""
    text = one_line(text)
    if len(text) > _TEXT_LENGTH * 2:
        text = f"{text[: _TEXT_LENGTH * 2 - 1]}…"
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\`*_\[\]|~])", r"\\\1", text)
    return text.replace("@", "@\N{ZERO WIDTH SPACE}")


def _more(count: int, indent: str, language: str = "en") -> list[str]:
    return [f"{indent}{translated(f'and {count} more', language)}"] if count > 0 else []
