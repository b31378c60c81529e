"""What evidence needs of a case that names criteria. Imports nothing that reads requirements."""

from collections.abc import Mapping

from msgspec.structs import replace

from shall.actions.file_digests import file_digests
from shall.actions.run_names import names_of_case
from shall.cases.fingerprint import case_fingerprint
from shall.cases.model import Case
from shall.engine.job import Job
from shall.results.records import CriterionRef
from shall.workspace.workspace import Workspace


def linked(
    workspace: Workspace, job: Job, case: Case, known: Mapping[str, tuple[str, str | None]]
) -> Job:
    """Return a job with its criteria and with the fingerprint and the names of its case.

    ``known`` maps the ways to name a criterion to its key and fingerprint.
    """
    criteria = tuple([CriterionRef(*known.get(it, (it, None))) for it in case.verifies])
    fingerprint = job.fingerprint
    if not fingerprint:
        documents = workspace.defaults.openapi
        digests = file_digests(workspace.files, case, job.key, documents)
        fingerprint = case_fingerprint(case, digests)
    names = names_of_case(workspace.files, case, job.key)
    return replace(job, criteria=criteria, fingerprint=fingerprint, run_names=names)
