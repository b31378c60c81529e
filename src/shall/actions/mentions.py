"""Joins the matrix to the designs and tasks that mention its criteria."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from shall.actions.requirements import read_specs
from shall.diagnostics import Diagnostic
from shall.errors import ShallError
from shall.specs.layouts import FOLDERS, Role, document_at
from shall.specs.lint.rules.links import Beside
from shall.specs.matrix import Matrix, Row, candidates_of, unresolved
from shall.specs.mentions import Mention, mentions_in
from shall.specs.model import SpecSet
from shall.specs.references import is_identifier, keys_of, names_of
from shall.workspace.workspace import Workspace

_KINDS = {Role.DESIGN: "design", Role.TASKS: "task"}


def with_mentions(
    workspace: Workspace,
    matrix: Matrix,
    specs: SpecSet | None = None,
    documents: Sequence[Beside] | None = None,
) -> Matrix:
    """Return the matrix with the designs and tasks that mention each criterion.

    A reference to no criterion is a problem. A mention changes no status. ``specs`` are the
    requirements and ``documents`` the designs and tasks, where they were just read.
    """
    documents = list(documents_beside(workspace)) if documents is None else documents
    if not documents:
        return matrix
    return _joined(matrix, specs or read_specs(workspace), documents)


def _joined(matrix: Matrix, specs: SpecSet, documents: Sequence[Beside]) -> Matrix:
    names = names_of(specs)
    found: dict[str, list[Mention]] = {}
    problems: list[Diagnostic] = []
    features = {feature.name for feature in specs.features}
    for document in documents:
        if document.feature not in features:
            continue
        for mention in mentions_in(document.text, document.file, document.kind):
            for reference in mention.references:
                keys = keys_of(reference, document.feature, names)
                for key in keys or ():
                    found.setdefault(key, []).append(mention)
                if keys is None and is_identifier(reference):
                    written = reference if "#" in reference else f"{document.feature}#{reference}"
                    near = candidates_of(written, specs)[1]
                    problems.append(unresolved(written, near, mention.span))
    rows = tuple(_with_mentions(row, found.get(row.criterion.key, ())) for row in matrix.rows)
    return replace(matrix, rows=rows, problems=(*matrix.problems, *problems))


def _with_mentions(row: Row, found: Sequence[Mention]) -> Row:
    return replace(row, mentions=tuple(dict.fromkeys(found))) if found else row


def documents_beside(workspace: Workspace) -> Iterator[Beside]:
    """Yield the designs and lists of tasks of the features; what cannot be read is left out."""
    files = workspace.files
    for path in dict.fromkeys(
        path
        for folder in FOLDERS
        if files.is_folder(folder)
        for path in files.find(folder, (".md",))
    ):
        document = document_at(path)
        kind = _KINDS.get(document.role) if document is not None else None
        if document is None or kind is None or not document.feature:
            continue
        try:
            text = files.read_text(path)
        except ShallError:  # what is not a requirement hides nothing
            continue
        yield Beside(document.feature, kind, path, text)
