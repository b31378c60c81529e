"""Finds criteria that name what none of their cases and tests asserts."""

from collections.abc import Iterable, Iterator
from functools import cache

from shall.cases.asserted import assertions_of
from shall.cases.reader import read_case
from shall.diagnostics import Diagnostic
from shall.errors import ShallError
from shall.specs.claims import Asserted, claims_of, missing_claims, unasserted
from shall.specs.code_words import asserted_by_test
from shall.specs.matrix import Row
from shall.specs.model import Link, LinkKind
from shall.workspace.workspace import Workspace


def unasserted_criteria(workspace: Workspace, rows: Iterable[Row]) -> Iterator[Diagnostic]:
    """Yield a warning for each criterion of which something is asserted nowhere.

    A criterion without a case or test is left out, and one of which a case or test cannot be read:
    nothing is known of what that asserts.
    """

    @cache
    def text_of(path: str) -> str:
        return workspace.files.read_text(path)

    @cache
    def asserted_by(kind: LinkKind, source: str) -> Asserted | None:
        try:
            text = text_of(source.partition("::")[0])
            if kind is LinkKind.CASE:
                return _asserted_by_case(text, source)
            return asserted_by_test(text, source)
        except ShallError:
            return None

    for row in rows:
        claims = claims_of(row.criterion)
        links = _verifying(row)
        if not claims or not links:
            continue
        found = [asserted_by(link.kind, link.source) for link in links]
        known = [it for it in found if it is not None]
        if len(known) == len(found) and (missing := missing_claims(claims, known)):
            yield unasserted(row.criterion, missing)


def _verifying(row: Row) -> list[Link]:
    return list({it.link.source: it.link for it in row.links}.values())


def _asserted_by_case(text: str, path: str) -> Asserted:
    found = assertions_of(read_case(text, path))
    return Asserted(
        found.statuses,
        found.words,
        found.urls,
        is_open=found.is_open,
        is_open_path=any(url.startswith("{{") and url.endswith("}}") for url in found.urls),
    )
