"""Shows the texts of criteria without the secrets that someone wrote into them.

A fingerprint is of the text as it is written: masking changes no status.
"""

from collections.abc import Collection, Mapping, Sequence, Set

from msgspec.structs import replace

from shall.actions.requirements import read_specs
from shall.redaction.shapes import mask_tokens
from shall.specs.baseline import Baseline
from shall.specs.matrix import Matrix
from shall.workspace.workspace import Workspace


def masked_matrix(workspace: Workspace, matrix: Matrix) -> Matrix:
    """Return a matrix whose criteria hold no secret of the settings or cases, and no token."""
    texts = [row.criterion.text for row in matrix.rows]
    masked = _masked(workspace, texts)
    if masked == texts:
        return matrix
    rows = (
        replace(row, criterion=replace(row.criterion, text=text))
        for row, text in zip(matrix.rows, masked, strict=True)
    )
    return replace(matrix, rows=tuple(rows))


def criterion_texts(workspace: Workspace, keys: Set[str]) -> Mapping[str, str]:
    """Return the texts of criteria as the documents have them now, masked, by their key."""
    found = [it for it in read_specs(workspace).criteria() if it.key in keys]
    texts = _masked(workspace, [it.text for it in found])
    return {it.key: text for it, text in zip(found, texts, strict=True)}


def masked_baseline(
    workspace: Workspace, rows: Baseline, secrets: Collection[str] = ()
) -> Baseline:
    """Return a baseline whose texts hold no secret: one that was written before may have some.

    ``secrets`` are masked beside those of the settings and of the present cases.
    """
    masked = _masked(workspace, [row.text for row in rows.values()], secrets)
    pairs = zip(rows.items(), masked, strict=True)
    return {key: replace(row, text=text) for (key, row), text in pairs}


def case_secrets(workspace: Workspace) -> frozenset[str]:
    """Return the secrets of the cases that were read last."""
    # a copy: another thread may read cases meanwhile
    return frozenset(it for _, marks in [*workspace.marks.values()] for it in marks.secrets)


def _masked(
    workspace: Workspace, texts: Sequence[str], others: Collection[str] = ()
) -> Sequence[str]:
    redactor = workspace.redactor
    secrets = [*case_secrets(workspace).union(others)]
    if secrets:
        redactor = redactor.with_names(())
        redactor.learn(secrets)
    joined = "\n".join(texts)
    if mask_tokens(joined) == joined and not redactor.knows_any:
        return texts
    return [mask_tokens(redactor.text(text)) for text in texts]
