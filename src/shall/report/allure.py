"""A run as the result files that Allure Report reads (its format of version 2)."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate
from pathlib import PurePosixPath
from typing import Any

from shall.escaping import block, one_line
from shall.report.case_wording import case_name, shown_outcome, step_title
from shall.report.curl import curl_of
from shall.report.failures import case_text, check_headline, headline
from shall.report.values import check_title
from shall.report.wording import BAD, message_text
from shall.results.records import (
    CaseResult,
    CheckResult,
    ExchangeRecord,
    Outcome,
    RunResult,
    StepResult,
)

_STATUSES = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.ERROR: "broken",
    Outcome.SKIPPED: "skipped",
}

Files = Iterator[tuple[str, str]]


def allure_files(run: RunResult) -> Files:
    """Yield the name and the text of each file of a folder ``allure-results``.

    A case is a result, its teardowns a container, and what a step sent and received attachments.
    """
    for case in run.cases:
        yield from _Case(run, case).files()


class _Case:
    """One case: its attachments are found while its steps are written."""

    def __init__(self, run: RunResult, case: CaseResult) -> None:
        self._run = run
        self._case = case
        self._attached: list[tuple[str, str]] = []
        self._id = self._uuid("result")

    def files(self) -> Files:
        yield f"{self._id}-result.json", _json(self._result())
        if self._case.teardowns:
            container = self._uuid("container")
            yield f"{container}-container.json", _json(self._container(container))
        yield from self._attached

    def _uuid(self, what: str) -> str:
        """Return the same id for the same part of the same run."""
        case = self._case
        parts = (self._run.run_id, case.case_key, case.data_row, case.attempt, what)
        return str(uuid.uuid5(uuid.NAMESPACE_URL, "shall:" + repr(parts)))

    def _result(self) -> dict[str, Any]:
        case = self._case
        start = _milliseconds(self._start_s())
        data: dict[str, Any] = {
            "uuid": self._id,
            "historyId": _digest(case.case_key, case.data_row),
            "testCaseId": _digest(case.case_key),
            "fullName": one_line(f"{case.case_key}#{case.name}"),
            "name": one_line(case_name(case)),
            "status": _STATUSES[shown_outcome(case)],
            "stage": "finished",
            "start": start,
            "stop": start + _milliseconds(case.duration_s),
            "labels": [{"name": name, "value": one_line(value)} for name, value in self._labels()],
            "parameters": self._parameters(),
            "steps": list(self._steps(case.steps, self._start_s())),
        }
        if shown_outcome(case) in BAD:
            data["statusDetails"] = {"message": headline(case), "trace": case_text(case)}
        elif case.error is not None:
            data["statusDetails"] = {"message": one_line(message_text(case.error, "en"))}
        return data

    def _labels(self) -> Iterator[tuple[str, str]]:
        case = self._case
        path = PurePosixPath(case.case_key)
        yield from (("framework", "shall"), ("language", "yaml"))
        yield from (("parentSuite", str(path.parent)), ("suite", path.name))
        yield "package", ".".join(path.with_suffix("").parts)
        for tag in case.tags:
            yield "tag", tag
        for criterion in case.criteria:
            yield "feature", criterion.key.partition("#")[0]
            yield "story", criterion.key

    def _parameters(self) -> list[dict[str, Any]]:
        case = self._case
        found: list[dict[str, Any]] = []
        if case.data_row is not None:
            found.append({"name": "row", "value": one_line(case.data_row)})
        if case.environment:
            found.append({"name": "environment", "value": one_line(case.environment)})
        return found

    def _container(self, name: str) -> dict[str, Any]:
        case = self._case
        begin = self._start_s() + sum(step.duration_s for step in case.steps)
        return {
            "uuid": name,
            "children": [self._id],
            "befores": [],
            "afters": list(self._steps(case.teardowns, begin, "teardown")),
        }

    def _steps(
        self, steps: tuple[StepResult, ...], begin_s: float, kind: str = "step"
    ) -> Iterator[dict[str, Any]]:
        """Write steps one after another: a result has their durations, not their starts."""
        starts = accumulate((step.duration_s for step in steps), initial=begin_s)
        for step, start_s in zip(steps, starts, strict=False):
            start = _milliseconds(start_s)
            times = {"start": start, "stop": start + _milliseconds(step.duration_s)}
            data: dict[str, Any] = {
                "name": one_line(step_title(kind, step, "en")),
                "status": _STATUSES[step.outcome],
                "stage": "finished",
                **times,
                "steps": [{**_check(check), **times} for check in step.checks],
                "attachments": list(self._attachments(step)),
            }
            if step.error is not None:
                data["statusDetails"] = {"message": one_line(message_text(step.error, "en"))}
            yield data

    def _attachments(self, step: StepResult) -> Iterator[dict[str, str]]:
        exchange = step.exchange
        if exchange is None:
            return
        texts = {"Request": _request(exchange)}
        if exchange.status is not None and (exchange.response_headers or exchange.response_body):
            texts["Response"] = _response(exchange)
        if step.outcome in BAD:
            texts["curl"] = curl_of(step)
        for name, text in texts.items():
            source = f"{self._uuid(f'{step.path} {name}')}-attachment.txt"
            self._attached.append((source, f"{block(text)}\n"))
            yield {"name": name, "source": source, "type": "text/plain"}

    def _start_s(self) -> float:
        return self._case.started_at.timestamp()


def _check(check: CheckResult) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": check_title(check, "en"),
        "status": _STATUSES[check.outcome],
        "stage": "finished",
    }
    if check.outcome in BAD:
        data["statusDetails"] = {"message": one_line(check_headline(check, "en"))}
    return data


def _request(exchange: ExchangeRecord) -> str:
    return _message(
        f"{exchange.method} {exchange.url}", exchange.request_headers, exchange.request_body
    )


def _response(exchange: ExchangeRecord) -> str:
    return _message(str(exchange.status), exchange.response_headers, exchange.response_body)


def _message(first: str, headers: tuple[tuple[str, str], ...], body: str) -> str:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    return "\n".join([*lines, "", body] if body else lines)


def _digest(*parts: str | None) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _milliseconds(seconds: float) -> int:
    return round(timedelta(seconds=seconds) / timedelta(milliseconds=1))


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1) + "\n"
