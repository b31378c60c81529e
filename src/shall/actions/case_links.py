"""What evidence needs of a case that names criteria. Imports nothing that reads requirements."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shall.actions.file_digests import file_digests
from shall.actions.run_names import names_of_case
from shall.cases.fingerprint import case_fingerprint
from shall.cases.model import Case
from shall.engine.job import Job
from shall.results.records import CriterionRef
from shall.workspace.workspace import Workspace

if TYPE_CHECKING:
    from shall.engine.shared import Shared


def linked(
    workspace: Workspace,
    job: Job,
    case: Case,
    known: Mapping[str, tuple[str, str | None]],
    shared: "Mapping[str, Shared]",
) -> Job:
    """Return a job with its criteria and with the fingerprint and the names of its case.

    ``known`` maps the ways to name a criterion to its key and fingerprint. ``shared`` are the
    shared steps that ran.
    """
    ran = {path: it.text for path, it in shared.items() if it.text is not None}
    criteria = tuple([CriterionRef(*known.get(it, (it, None))) for it in case.verifies])
    fingerprint = job.fingerprint
    if not fingerprint:
        documents = workspace.defaults.openapi
        digests = file_digests(workspace.files, case, job.key, documents, ran=ran)
        fingerprint = case_fingerprint(case, digests)
    names = names_of_case(workspace.files, case, job.key, ran)
    return replace(job, criteria=criteria, fingerprint=fingerprint, run_names=names)
