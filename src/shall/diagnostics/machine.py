"""Diagnostics for programs: JSON, SARIF, JUnit, and the annotations of GitHub and GitLab."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any
from xml.etree import ElementTree as ET

from shall.diagnostics.codes import MEANINGS
from shall.diagnostics.diagnostic import Diagnostic, Severity, by_place
from shall.escaping import one_line

_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_GITLAB_LEVELS = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """Return a JSON array with one object for each diagnostic."""
    return _dumped([found.to_json() for found in diagnostics])


def sarif(
    diagnostics: Iterable[Diagnostic], version: str, meanings: Mapping[str, str] = MEANINGS
) -> str:
    """Return a SARIF log (OASIS SARIF 2.1.0) of one run of this tool in this ``version``.

    ``meanings`` describe the codes.
    """
    results = list(diagnostics)
    rules = sorted({found.code for found in results})
    driver = {
        "name": "shall",
        "version": version,
        "rules": [_sarif_rule(rule, meanings) for rule in rules],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                # Section 3.14.17: columns count UTF-16 code units unless a run says otherwise.
                "columnKind": "unicodeCodePoints",
                "results": [_sarif_result(found) for found in results],
            }
        ],
    }
    return _dumped(log)


def junit(diagnostics: Iterable[Diagnostic]) -> str:
    """Return JUnit XML: a suite for each file, a failed test case for each diagnostic."""
    root = ET.Element("testsuites", {"name": "shall"})
    for file, group in groupby(by_place(diagnostics), key=_file):
        found_in_file = list(group)
        count = str(len(found_in_file))
        suite = ET.SubElement(root, "testsuite", {"name": one_line(file)})
        suite.attrib |= {"tests": count, "failures": count, "errors": "0", "skipped": "0"}
        for found in found_in_file:
            name = f"{found.code} {found.span}" if found.span else found.code
            case = ET.SubElement(suite, "testcase", {"name": one_line(name)})
            case.set("classname", one_line(file))
            failure = ET.SubElement(case, "failure", {"message": one_line(found.message)})
            failure.set("type", found.severity.value)
            failure.text = one_line(str(found))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def github(diagnostics: Iterable[Diagnostic]) -> str:
    """Return workflow commands that GitHub Actions shows on the lines of a pull request."""
    return "\n".join(_github_line(found) for found in diagnostics)


def gitlab(diagnostics: Iterable[Diagnostic]) -> str:
    """Return a GitLab code quality report: a JSON array in Code Climate's form."""
    return _dumped([_gitlab_entry(found) for found in diagnostics])


def _sarif_rule(code: str, meanings: Mapping[str, str]) -> dict[str, Any]:
    meaning = meanings.get(code)
    return {"id": code, "shortDescription": {"text": meaning}} if meaning else {"id": code}


def _sarif_result(found: Diagnostic) -> dict[str, Any]:
    text = f"{found.message} {found.hint}" if found.hint else found.message
    result: dict[str, Any] = {
        "ruleId": found.code,
        "level": _SARIF_LEVELS[found.severity],
        "message": {"text": text},
    }
    if found.span is not None:
        region = {"startLine": found.span.line, "startColumn": found.span.column}
        if found.span.length:
            region["endColumn"] = found.span.column + found.span.length
        location = {"artifactLocation": {"uri": found.span.file}, "region": region}
        result["locations"] = [{"physicalLocation": location}]
    return result


def _github_line(found: Diagnostic) -> str:
    properties = {"title": found.code}
    if found.span is not None:
        line, column = str(found.span.line), str(found.span.column)
        properties = {"file": found.span.file, "line": line, "col": column, **properties}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = f"{found.message} {found.hint}" if found.hint else found.message
    return f"::{_GITHUB_LEVELS[found.severity]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    """Escape a message as GitHub's toolkit does, so that no text starts a command of its own."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _gitlab_entry(found: Diagnostic) -> dict[str, Any]:
    identity = f"{found.code}\0{_file(found)}\0{found.field}\0{found.message}"
    return {
        "description": f"{found.message} {found.hint}" if found.hint else found.message,
        "check_name": found.code,
        "fingerprint": hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest(),
        "severity": _GITLAB_LEVELS[found.severity],
        "location": {
            "path": _file(found),
            "lines": {"begin": found.span.line if found.span else 1},
        },
    }


def _file(found: Diagnostic) -> str:
    return found.span.file if found.span else ""


def _dumped(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
