"""Reads the matrix with all that its pages show beside it, once while nothing changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from shall.actions.approvals import Approval, approval_of
from shall.actions.lint import findings_of
from shall.actions.mentions import documents_beside, with_mentions
from shall.actions.requirements import read_specs
from shall.actions.trace import trace_requirements
from shall.diagnostics import Diagnostic
from shall.errors import BadValue, FileMissing, ShallError, StoreUnavailable
from shall.redaction.shapes import mask_tokens
from shall.specs.decisions import DecisionKind
from shall.specs.lint.rules.links import Beside
from shall.specs.matrix import Matrix
from shall.specs.model import SpecSet
from shall.specs.owners import PLACES, OwnerRule, owners_of, read_owners
from shall.workspace.workspace import Workspace


class Heading(Struct, frozen=True, gc=False):
    """The requirement that a criterion belongs to. ``number`` and ``title`` are as written."""

    feature: str
    number: str
    title: str
    file: str
    line: int
    user_story: str = ""


class Proof(Struct, frozen=True):
    """The matrix, and what is known beside it by the key of a criterion.

    ``owners`` are those of the documents (``CODEOWNERS``), ``findings`` those of ``shall lint``.
    """

    matrix: Matrix
    headings: Mapping[str, Heading] = {}
    owners: Mapping[str, tuple[str, ...]] = {}
    findings: Mapping[str, tuple[Diagnostic, ...]] = {}
    approvals: tuple[Approval, ...] = ()


def read_proof(
    workspace: Workspace,
    language: str = "en",
    feature: str | None = None,
    environments: tuple[str, ...] | None = None,
) -> Proof:
    """Trace the workspace; see ``trace_requirements``. Findings are in the language.

    Raises:
        BadValue: No feature has that name.
    """
    specs = read_specs(workspace)
    beside = list(documents_beside(workspace))
    matrix = trace_requirements(workspace, feature, environments, specs=specs)
    matrix = with_mentions(workspace, matrix, specs, beside)
    rules = _owner_rules(workspace)
    keys = {row.criterion.key for row in matrix.rows}
    return Proof(
        matrix,
        dict(_headings(specs)),
        {file: owners_of(file, rules) for file in {it.file for it in specs.features}},
        _findings(workspace, specs, beside, keys, language),
        tuple(_approvals(workspace)),
    )


def _headings(specs: SpecSet) -> Iterator[tuple[str, Heading]]:
    for feature in specs.features:
        for it in feature.requirements:
            heading = Heading(
                feature.name, it.number, it.title, feature.file, it.span.line, it.user_story
            )
            for criterion in it.criteria:
                yield criterion.key, heading


def _owner_rules(workspace: Workspace) -> tuple[OwnerRule, ...]:
    for path in PLACES:
        with suppress(ShallError):
            return read_owners(workspace.files.read_text(path))
    return ()


def _findings(
    workspace: Workspace,
    specs: SpecSet,
    beside: Sequence[Beside],
    keys: Iterable[str],
    language: str,
) -> Mapping[str, tuple[Diagnostic, ...]]:
    """Return the findings of each criterion; none where the settings of the rules are wrong."""
    found: dict[str, list[Diagnostic]] = {key: [] for key in keys}
    with suppress(BadValue):  # `shall lint` and `shall doctor` report it
        for it in findings_of(workspace, specs, beside, language, workspace.checked):
            if it.field in found:
                message = mask_tokens(workspace.redactor.text(it.message))
                found[it.field].append(replace(it, message=message))
    return {key: tuple(them) for key, them in found.items() if them}


def _approvals(workspace: Workspace) -> Iterator[Approval]:
    """Yield the last word about each document; those of documents that are gone are left out."""
    if workspace.decisions is None:
        return
    try:
        decisions = workspace.decisions.newest()
    except StoreUnavailable:  # the matrix has it as a problem
        return
    for decision in decisions:
        if decision.kind is DecisionKind.APPROVAL and not decision.is_withdrawn:
            with suppress(BadValue, FileMissing):
                yield approval_of(workspace, decision.source)
