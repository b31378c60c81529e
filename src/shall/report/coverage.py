"""The coverage of an OpenAPI document as rows of a table, as Markdown and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from shall.messages import translated
from shall.openapi.coverage import Coverage, OperationCoverage, ResponseCoverage
from shall.report.markdown import plain

FORMAT = 1

MEASURES = {
    "operations": "operations",
    "statuses": "statuses",
    "content-types": "content types",
}
"""What is measured, and its name in a table."""

HEAD = ("operation", "requests", "seen", "not seen")


def rows(coverage: Coverage, language: str = "en") -> list[tuple[str, ...]]:
    """Return the head of a table and a row for each operation.

    A declared media type is listed behind its status where it is not all that is declared.
    """
    return [
        tuple(translated(it, language) for it in HEAD),
        *(_row(it) for it in coverage.operations),
    ]


def undeclared_rows(coverage: Coverage) -> list[tuple[str, str]]:
    """Return what was seen and is not declared, and how often."""
    return [
        (
            " ".join(filter(None, (it.method, it.path, _text(it.status), it.content_type))),
            f"{it.requests:,}",
        )
        for it in coverage.undeclared
    ]


def shares(coverage: Coverage, language: str = "en") -> list[tuple[str, str, str]]:
    """Return what is measured: its name, how much of it was seen, and the percentage."""
    return [
        (
            translated(MEASURES[name], language),
            f"{it.covered:,}/{it.total:,}",
            f"{it.percent:.1f} %",
        )
        for name, it in coverage.shares().items()
    ]


def notes(coverage: Coverage) -> Iterator[str]:
    """Return sentences about what could not be counted."""
    if coverage.unread:
        yield f"Requests that cannot be assigned, since their URL is masked: {coverage.unread:,}."
    if coverage.unanswered:
        yield f"Requests without a response: {coverage.unanswered:,}."
    if coverage.elsewhere:
        yield f"Requests to other services: {coverage.elsewhere:,}."
    if coverage.untyped:
        yield f"Responses whose content type was not recorded: {coverage.untyped:,}."
    if coverage.lost:
        yield (
            f"References that lead out of the document or nowhere: {len(coverage.lost):,}."
            f" The first is {coverage.lost[0]:.100}."
        )


def as_json(coverage: Coverage, run_id: str, source: str) -> str:
    """Return the coverage as JSON, with the percentages."""
    data: dict[str, Any] = {"format": FORMAT, "run_id": run_id, "openapi": source}
    data["shares"] = {
        name: {"covered": it.covered, "total": it.total, "percent": round(it.percent, 1)}
        for name, it in coverage.shares().items()
    }
    data |= msgspec.to_builtins(coverage)
    return msgspec.json.format(msgspec.json.encode(data)).decode()


def markdown(coverage: Coverage, language: str = "en") -> str:
    """Return the coverage as Markdown tables. Foreign text cannot become markup."""
    head = (translated("declared", language), translated("seen", language), "%")
    listed = [(name, seen, it.removesuffix(" %")) for name, seen, it in shares(coverage, language)]
    lines = [*_table([head, *listed])]
    lines += ["", *_table(rows(coverage, language))]
    if coverage.undeclared:
        title = (translated("not declared", language), translated("requests", language))
        lines += ["", *_table([title, *undeclared_rows(coverage)])]
    for note in notes(coverage):
        lines += ["", plain(translated(note, language))]
    return "\n".join(lines)


def _table(cells: Sequence[Sequence[str]]) -> Iterator[str]:
    head, *others = cells
    yield f"| {' | '.join(map(plain, head))} |"
    yield f"|{' --- |' * len(head)}"
    for row in others:
        yield f"| {' | '.join(map(plain, row))} |"


def _row(operation: OperationCoverage) -> tuple[str, ...]:
    seen, missing = [], []
    for response in operation.responses:
        if response.responses:
            seen.append(_seen(response))
            kinds = [it for it, count in response.content_types.items() if not count]
            missing += [f"{response.status} {kind}" for kind in kinds]
        else:
            missing.append(response.status)
    return (
        f"{operation.method} {operation.path}",
        f"{operation.requests:,}",
        ", ".join(seen),
        ", ".join(missing),
    )


def _seen(response: ResponseCoverage) -> str:
    statuses = " ".join(map(str, response.statuses))
    named = response.status if response.status == statuses else f"{response.status} ({statuses})"
    kinds = [it for it, count in response.content_types.items() if count]
    return f"{named} {' + '.join(kinds)}" if len(response.content_types) > 1 and kinds else named


def _text(status: int | None) -> str:
    return "" if status is None else str(status)
