"""Joins the matrix to the designs and tasks that mention its criteria."""

from msgspec.structs import replace

from shall.actions.requirements import read_specs
from shall.diagnostics import Diagnostic
from shall.errors import InvalidInput
from shall.specs.layouts import FOLDERS, Role, document_at
from shall.specs.matrix import Matrix, candidates_of, unresolved
from shall.specs.mentions import Mention, keys_of, mentions_in
from shall.workspace.workspace import Workspace

_KINDS = {Role.DESIGN: "design", Role.TASKS: "task"}


def with_mentions(workspace: Workspace, matrix: Matrix) -> Matrix:
    """Return the matrix with the designs and tasks that mention each criterion.

    A reference to no criterion is a problem. A mention changes no status.
    """
    specs = read_specs(workspace)
    retired = [
        it.key
        for feature in specs.features
        for requirement in feature.requirements
        for it in requirement.retired
    ]
    found: dict[str, list[Mention]] = {}
    problems: list[Diagnostic] = []
    features = {feature.name for feature in specs.features}
    for feature, mention in _mentions(workspace):
        for reference in mention.references if feature in features else ():
            keys = keys_of(reference, feature, matrix.names, retired)
            for key in keys or ():
                found.setdefault(key, []).append(mention)
            if keys is None:
                written = reference if "#" in reference else f"{feature}#{reference}"
                problems.append(unresolved(written, candidates_of(written, specs)[1], mention.span))
    rows = tuple(
        replace(row, mentions=tuple(dict.fromkeys(found.get(row.criterion.key, ()))))
        for row in matrix.rows
    )
    return replace(matrix, rows=rows, problems=(*matrix.problems, *problems))


def _mentions(workspace: Workspace) -> list[tuple[str, Mention]]:
    found = []
    files = workspace.files
    for path in dict.fromkeys(
        path
        for folder in FOLDERS
        if files.is_folder(folder)
        for path in files.find(folder, (".md",))
    ):
        document = document_at(path)
        kind = _KINDS.get(document.role) if document is not None else None
        if document is None or kind is None:
            continue
        try:
            text = files.read_text(path)
        except InvalidInput:  # what is no requirement hides nothing
            continue
        found += [(document.feature, it) for it in mentions_in(text, path, kind)]
    return found
