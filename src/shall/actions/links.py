"""Checks where they are written the links of cases and tests to criteria."""

from collections.abc import Collection, Sequence
from functools import cached_property

from msgspec.structs import replace

from shall.actions.requirements import read_specs
from shall.cases.reader import locate
from shall.diagnostics import Diagnostic
from shall.errors import ShallError
from shall.log import Log
from shall.span import Span
from shall.specs.matrix import candidates_of, resolve, unresolved
from shall.specs.model import SpecSet
from shall.workspace.workspace import Workspace

MOST_REPORTED = 20
"""Links of one run that are reported one by one."""

_log = Log(__name__)


class LinkCheck:
    """Reports links that name no criterion, or several. The requirements are read at most once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._reported = 0

    @property
    def has_requirements(self) -> bool:
        """Whether there is a requirements document that can be read."""
        return bool(self._specs is not None and self._specs.features)

    def problem(
        self, criterion: str, field: str = "", span: Span | None = None
    ) -> Diagnostic | None:
        """Return what is wrong with a link; None: nothing, or it cannot be known."""
        if self._specs is None or criterion in self._known:
            return None
        named, near = candidates_of(criterion, self._specs)
        return unresolved(criterion, named or near, span, field)

    def report(self, case_key: str, verifies: Sequence[str], known: Collection[str]) -> None:
        """Log a warning for each link of a case that is not among the ``known`` ways to name one.

        Only the first ``MOST_REPORTED`` are logged.
        """
        for index, criterion in enumerate(verifies):
            if criterion in known or self._reported > MOST_REPORTED:
                continue
            field = f"verifies[{index}]"
            problem = self.problem(criterion, field)
            if problem is None:
                continue
            self._reported += 1
            if self._reported > MOST_REPORTED:
                _log.warning("There are more links to unknown criteria; `shall trace` lists them.")
            else:
                _log.warning("%s", replace(problem, span=self._span(case_key, field)))

    @cached_property
    def _specs(self) -> SpecSet | None:
        specs = read_specs(self._workspace)
        return None if specs.problems else specs  # which `shall trace` reports

    @cached_property
    def _known(self) -> Collection[str]:
        return () if self._specs is None else resolve(self._specs)

    def _span(self, case_key: str, field: str) -> Span:
        try:
            text = self._workspace.files.read_text(case_key)
        except ShallError:
            return Span(case_key, 1)
        return locate(text, case_key, field)
