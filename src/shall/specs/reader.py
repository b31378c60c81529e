"""A requirements document to a Feature, in whatever layout it lies."""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from shall.diagnostics import Diagnostic, Severity
from shall.late_pattern import late_pattern
from shall.specs.bugfix import is_bugfix, read_bugfix
from shall.specs.ears import parse_clause
from shall.specs.fingerprint import fingerprint_with_content
from shall.specs.identifiers import requirement_key
from shall.specs.layouts import Document, Form, Role, document_at
from shall.specs.markdown import LINE_END, hidden_parts, nested_content
from shall.specs.model import Criterion, Feature, Operation, Rename, Requirement, SpecSet
from shall.specs.numbered import read_numbered
from shall.specs.stories import read_stories
from shall.specs.titled import read_titled
from shall.specs.unread import changed_twice, hidden, no_criterion

DUPLICATE = "spec.duplicate-key"

_TITLED = late_pattern(r"^#{2,4}\s*(?:Requirement|需求)\s*[:：]", re.MULTILINE | re.IGNORECASE)
_SCENARIO = late_pattern(r"^#{3,5}\s*(?:Scenario|场景|場景)\s*[:：]", re.MULTILINE | re.IGNORECASE)
_STORIES = late_pattern(r"^[-*\s]*\**(?:FR|SC)-\d{3}", re.MULTILINE)
_NUMBERED = late_pattern(
    r"^#{2,5}\s*\W*(?:Requirement|需求|要件)\s*\d", re.MULTILINE | re.IGNORECASE
)


def feature_of(path: str) -> str | None:
    """Return the feature whose requirements are at a path in any layout; None for other paths."""
    found = document_at(path)
    return found.feature if found is not None and found.role is Role.REQUIREMENTS else None


def read_document(text: str, file: str, feature: str) -> Feature:
    """Read one requirements document. What is wrong in it is in the ``problems`` of the result.

    The form is that of the layout; at any other path, such as those of the setting ``specs``,
    it is found in the text.
    """
    found = document_at(file)
    if found is None or found.role is not Role.REQUIREMENTS:
        found = Document("", feature, form=form_of(text))
    form = found.form
    if form is Form.NUMBERED and is_bugfix(text) and not _NUMBERED.search(text):
        form = Form.BUGFIX
    renames: tuple[Rename, ...] = ()
    requirements: tuple[Requirement, ...]
    unread: tuple[Diagnostic, ...]
    if form is Form.TITLED:
        requirements, renames, unread = read_titled(text, file, feature, found.change)
    elif form is Form.STORIES:
        requirements, unread = read_stories(text, file, feature)
    elif form is Form.BUGFIX:
        requirements, unread = read_bugfix(text, file, feature)
    else:
        requirements, unread = read_numbered(text, file, feature)
    if not (requirements or renames or found.change) and form in {Form.TITLED, Form.STORIES}:
        requirements, unread = _with_headings(text, file, feature, unread)
    unread = (*unread, *_hidden(text, file))
    if not (requirements or renames or unread) and text.strip():
        unread = (no_criterion(file),)
    requirements = _with_nested_content(requirements, text)
    problems = tuple(_same_keys(it for read in requirements for it in read.criteria))
    return Feature(
        feature, file, requirements, found.layout, found.alias, renames, problems, unread
    )


def _hidden(text: str, file: str) -> Iterator[Diagnostic]:
    """Yield what reads like a requirement and is code, HTML or an open comment in Markdown."""
    for line, content in hidden_parts(text):
        lines = LINE_END.split(content)
        at = next((number for number, it in enumerate(lines) if _is_strict(it)), None)
        if at is not None:
            yield hidden(file, line + at)


_MARKUP = late_pattern(r"<[^<>]*>|^[ \t>]*(?:[-*+]|\d{1,4}[.)、])?[ \t]*")


def _is_strict(line: str) -> bool:
    """Return whether a line has a strict EARS sentence; prose says ``must`` in lower case."""
    clause = parse_clause(_MARKUP.sub("", line))
    return clause is not None and clause.modal != "must"


def _with_headings(
    text: str, file: str, feature: str, unread: tuple[Diagnostic, ...]
) -> tuple[tuple[Requirement, ...], tuple[Diagnostic, ...]]:
    """Return the numbered requirements and stories of a document that is not in its layout's form.

    Sentences under no requirement are none: most such documents are notes.
    """
    requirements, also_unread = read_numbered(text, file, feature)
    numbered = tuple(it for it in requirements if it.number and it.criteria)
    return (numbered, also_unread) if numbered else ((), unread)


def _with_nested_content(
    requirements: tuple[Requirement, ...], text: str
) -> tuple[Requirement, ...]:
    """Add the code and tables within the list item of each criterion to its fingerprint."""
    content = nested_content(text)
    if not content:
        return requirements

    def covered(criterion: Criterion) -> Criterion:
        mine = content.get(criterion.span.line)
        if mine is None:
            return criterion
        fingerprint = fingerprint_with_content(criterion.fingerprint, mine)
        return replace(criterion, fingerprint=fingerprint)

    return tuple(replace(it, criteria=tuple(map(covered, it.criteria))) for it in requirements)


def form_of(text: str) -> Form:
    """Return how a document is written that lies at a path of no layout."""
    if _NUMBERED.search(text):
        return Form.NUMBERED
    if _TITLED.search(text) and _SCENARIO.search(text):
        return Form.TITLED
    return Form.STORIES if _STORIES.search(text) else Form.NUMBERED


def join_features(features: Sequence[Feature], problems: Sequence[Diagnostic] = ()) -> SpecSet:
    """Join the documents of a workspace; a key that occurs in two of them is a problem.

    ``problems`` are those of documents that could not be read.
    """
    found = [*problems, *(it for feature in features for it in feature.problems)]
    found += _keys_of_two_documents(features)
    found += _added_again(features)
    unread = [it for feature in features for it in feature.unread]
    for criterion, other in _changed_twice(features):
        if _is_added(criterion) and _is_added(other):
            found.append(_duplicate(criterion, other))
        else:
            unread.append(changed_twice(criterion, other))
    return SpecSet(tuple(features), tuple(found), tuple(unread))


def _same_keys(criteria: Iterable[Criterion]) -> Iterator[Diagnostic]:
    first: dict[str, Criterion] = {}
    for criterion in criteria:
        other = first.setdefault(criterion.key, criterion)
        if other is not criterion:
            yield _duplicate(criterion, other)


def _keys_of_two_documents(features: Sequence[Feature]) -> Iterator[Diagnostic]:
    first: dict[str, Criterion] = {}
    for feature in features:
        for criterion in feature.criteria():
            if criterion.change is not None:
                continue
            other = first.setdefault(criterion.key, criterion)
            if other.span.file != criterion.span.file:
                yield _duplicate(criterion, other)


def _changed_twice(features: Sequence[Feature]) -> Iterator[tuple[Criterion, Criterion]]:
    """Yield each criterion that two OpenSpec changes name, with the place of the first."""
    first: dict[str, Criterion] = {}
    for feature in features:
        for criterion in feature.criteria():
            if criterion.change is None:
                continue
            other = first.setdefault(criterion.key, criterion)
            if other.change != criterion.change and other.span.file != criterion.span.file:
                yield criterion, other


def _added_again(features: Sequence[Feature]) -> Iterator[Diagnostic]:
    """Yield each requirement that an OpenSpec change adds and that is current with another text.

    One whose name the same change makes free is new, and one of the same text was written already.
    """
    added = [it for each in features for it in each.criteria() if _is_added(it)]
    if not added:
        return
    current = {
        it.key: it
        for each in features
        for it in each.criteria()
        if it.change is None and it.key == requirement_key(it.key)
    }
    free = {(f"{each.name}#{it.old}", it.change.name) for each in features for it in each.renames}
    free |= {
        (it.key, it.change.name)
        for each in features
        for it in each.criteria()
        if it.change is not None and it.change.operation is Operation.REMOVED
    }
    for criterion in added:
        other = current.get(criterion.key)
        name = criterion.change.name if criterion.change is not None else ""
        if other is None or (criterion.key, name) in free:
            continue
        if other.fingerprint != criterion.fingerprint:
            hint = "Add it below `## MODIFIED Requirements`, or under another title."
            yield replace(_duplicate(criterion, other), hint=hint)


def _is_added(criterion: Criterion) -> bool:
    return criterion.change is not None and criterion.change.operation is Operation.ADDED


def _duplicate(criterion: Criterion, other: Criterion) -> Diagnostic:
    return Diagnostic(
        DUPLICATE,
        Severity.ERROR,
        f"{criterion.key} is at {other.span} already.",
        criterion.span,
        "Each requirement and criterion needs a number of its own.",
    )
