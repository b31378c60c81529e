"""What looks like a requirement and was not read, as diagnostics: nothing is dropped in silence."""

from shall.diagnostics import Diagnostic, Severity
from shall.span import Span
from shall.specs.block import Block
from shall.specs.model import Criterion

SENTENCE = "spec.unread-sentence"
LIST = "spec.unread-list"
BULLET = "spec.unread-bullet"
ROW = "spec.unread-row"
TEMPLATE = "spec.unread-template"
HIDDEN = "spec.unread-hidden"
FILE = "spec.unread-file"
DOCUMENT = "spec.unread-document"
CHANGED_TWICE = "spec.changed-twice"

_MESSAGES = {
    SENTENCE: "This sentence reads like a requirement, but is not among criteria.",
    LIST: "This list is under acceptance criteria, but under no requirement.",
    BULLET: "This bullet is among criteria, but is not a sentence.",
    ROW: "This table row reads like a requirement, but has no id.",
    TEMPLATE: "This is a template with empty slots, not a requirement.",
}
_HINTS = {
    SENTENCE: "Move it to the acceptance criteria, or write an id in front of it.",
    LIST: 'Write a heading such as "Requirement 1" above it.',
    BULLET: "Write a sentence, or a heading above the list that says what it is.",
    ROW: "Write its id into the first column.",
    TEMPLATE: "",
}


def unread(code: str, file: str, block: Block) -> Diagnostic:
    """Return the diagnostic for a block that was not read."""
    span = Span(file, block.line, block.column, len(block.text))
    return Diagnostic(code, Severity.INFO, _MESSAGES[code], span, _HINTS[code])


def unread_list(file: str, block: Block) -> Diagnostic:
    """Return the diagnostic for a list below a requirement that has no acceptance criteria."""
    span = Span(file, block.line, block.column, len(block.text))
    message = "This list is under a requirement, but no heading says that it has its criteria."
    hint = 'Write the heading "Acceptance Criteria" above it, or "Notes" if it has none.'
    return Diagnostic(LIST, Severity.INFO, message, span, hint)


def hidden(file: str, line: int) -> Diagnostic:
    """Return the diagnostic for code or HTML that reads like a requirement."""
    message = "This reads like a requirement, but is code, HTML or a comment in Markdown."
    hint = (
        "Close the code block or comment above it, or write it without indentation and tags; "
        "write an example in a closed code block."
    )
    return Diagnostic(HIDDEN, Severity.INFO, message, Span(file, line), hint)


def explained(criterion: Criterion) -> Diagnostic:
    """Return the diagnostic for a sentence above or beside criteria, which only explains them."""
    span = criterion.span
    place = Span(span.file, span.line, span.column, len(criterion.text))
    return Diagnostic(SENTENCE, Severity.INFO, _MESSAGES[SENTENCE], place, _HINTS[SENTENCE])


def no_criterion(file: str) -> Diagnostic:
    """Return the diagnostic for a document in which nothing was found."""
    hint = 'Number its sentences below a heading such as "Requirement 1", or write ids before them.'
    message = "No criterion was found in this document."
    return Diagnostic(DOCUMENT, Severity.INFO, message, Span(file, 1), hint)


def changed_twice(criterion: Criterion, other: Criterion) -> Diagnostic:
    """Return the diagnostic for a criterion that two changes of OpenSpec name."""
    message = f"{criterion.key} is changed by another change too, at {other.span}."
    hint = "Archive one change before the other is written."
    return Diagnostic(CHANGED_TWICE, Severity.WARNING, message, criterion.span, hint)
