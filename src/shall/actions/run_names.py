"""The names that a case and the shared steps that it uses read of a run."""

from collections.abc import Mapping

from shall.actions.file_digests import shared_of
from shall.cases.model import Case
from shall.cases.run_names import Name, run_names
from shall.workspace.files import Files
from shall.workspace.folders import shared_path


def names_of_case(
    files: Files, case: Case, case_path: str, ran: Mapping[str, str] = {}
) -> tuple[Name, ...]:
    """Return the names, sorted, each once; shared steps that cannot be read have none.

    ``ran`` are the texts, by path, of shared steps that a run read before.
    """
    if not case.use:
        return run_names(case)
    shared = (shared_of(files, shared_path(case_path, name), ran) for name in case.use)
    parts = [case, *(it for it in shared if it is not None)]
    return tuple(sorted({name for part in parts for name in run_names(part)}, key=str))
