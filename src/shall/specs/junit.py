"""Reads JUnit XML as test runners of any language write it."""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse
from msgspec import Struct

from shall.errors import BadValue

MOST_TESTS = 200_000
"""Tests of one report that are read."""

DEEPEST = 100
"""Elements of a report within one another."""

_PROPERTIES = frozenset({"requirement", "requirements", "verifies"})
_SEPARATORS = re.compile(r"[,;，；、\s]+")
# Maven writes a flaky failure for a test that passed when it was repeated.
_FAILED = frozenset({"failure", "flakyfailure", "rerunfailure"})
_ERROR = frozenset({"error", "flakyerror", "rerunerror"})
# Words of the attributes status and result; some runners write no element beside them.
_NOT_RUN = frozenset({"notrun", "disabled", "ignored", "skipped", "suppressed"})
_SAYS_FAILED = frozenset({"fail", "failed", "failure"})
_SAYS_ERROR = frozenset({"error", "errored", "broken", "aborted", "crashed", "timeout", "timedout"})


class ReportedTest(Struct, frozen=True):
    """One test of a report. ``criteria`` are as written; ``file`` is empty where none is named.

    ``outcome`` is passed, failed, error or skipped. A test that passed only when it was repeated
    failed. ``started_at_s`` is when its suite began, in seconds since the epoch; None where that is
    not written, or without a time zone.
    """

    classname: str
    name: str
    outcome: str
    criteria: tuple[str, ...] = ()
    file: str = ""
    duration_s: float = 0.0
    started_at_s: float | None = None


def read_junit(data: bytes, name: str) -> list[ReportedTest]:
    """Return the tests of a report in the order written.

    A document type is refused, so that no entity can grow or read a file.

    Raises:
        BadValue: It is not XML, no JUnit report, or beyond a limit.
    """
    try:
        tests = list(islice(_tests(data, name), MOST_TESTS + 1))
    except DefusedXmlException as error:
        raise BadValue(
            f"{name} has a document type or entities.", hint="JUnit XML needs neither."
        ) from error
    except (ParseError, LookupError, ValueError) as error:
        raise BadValue(f"{name} is not XML: {error}.") from error
    if len(tests) > MOST_TESTS:
        raise BadValue(f"{name} has more than {MOST_TESTS:,} tests.")
    return tests


def _tests(data: bytes, name: str) -> Iterator[ReportedTest]:
    parents: list[str] = []
    suites: list[list[str]] = []  # what the properties of each suite name
    began: list[float | None] = []
    for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
        tag = _tag(element)
        if event == "start":
            _check_place(tag, len(parents), name)
            parents.append(tag)
            if tag == "testsuite":
                suites.append([])
                began.append(_time(element.get("timestamp", "")) or (began or [None])[-1])
            continue
        parents.pop()
        parent = parents[-1] if parents else ""
        if tag == "testcase":
            started_at_s = began[-1] if began else None
            yield _test(element, [it for suite in suites for it in suite], started_at_s)
        elif tag == "testsuite":
            suites.pop()
            began.pop()
        elif (tag, parent) == ("properties", "testsuite"):
            suites[-1] += _criteria(element)
        if parent not in {"testcase", "properties"}:
            element.clear()  # what was read takes no memory


def _check_place(tag: str, depth: int, name: str) -> None:
    if depth == 0 and tag not in {"testsuites", "testsuite"}:
        raise BadValue(f"{name} is not a JUnit report: its root is {tag}.")
    if depth >= DEEPEST:
        raise BadValue(f"{name} has more than {DEEPEST} levels of nested elements.")


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _test(element: Element, inherited: list[str], started_at_s: float | None) -> ReportedTest:
    children = {_tag(child).lower() for child in element.iter()}
    words = {element.get("status", "").lower(), element.get("result", "").lower()}
    if children & _ERROR or words & _SAYS_ERROR:
        outcome = "error"
    elif children & _FAILED or words & _SAYS_FAILED:
        outcome = "failed"
    elif "skipped" in children or words & _NOT_RUN:
        outcome = "skipped"
    else:
        outcome = "passed"
    criteria = [it for child in element.iter() for it in _criteria(child)]
    return ReportedTest(
        element.get("classname", ""),
        element.get("name", ""),
        outcome,
        tuple(dict.fromkeys([*inherited, *criteria])),
        element.get("file", ""),
        _seconds(element.get("time", "")),
        started_at_s,
    )


def _criteria(properties: Element) -> Iterator[str]:
    for child in properties:
        if _tag(child) == "property" and child.get("name") in _PROPERTIES:
            value = child.get("value")
            written = child.text or "" if value is None else value
            yield from filter(None, _SEPARATORS.split(written))


def _seconds(text: str) -> float:
    try:
        seconds = float(text.replace(",", ""))
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < 1e9 else 0.0


def _time(text: str) -> float | None:
    """Return a time in seconds since the epoch; None where it has no zone, as it may be any."""
    try:
        at = datetime.fromisoformat(text)
        return at.timestamp() if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
