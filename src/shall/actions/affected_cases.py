"""Which cases a change of files affects."""

from collections.abc import Mapping
from typing import Any

from shall.actions.discovery import JobReader, case_files
from shall.actions.file_digests import file_digests
from shall.actions.run_request import RunRequest
from shall.actions.selection import chooses_case
from shall.engine.job import Job
from shall.workspace.workspace import Workspace

SETTINGS = "shall.yaml"

_ANY = ("",)
"""A case can name any file."""


def stamps(workspace: Workspace) -> Mapping[str, tuple[int, ...]]:
    """Return a value for each file of the workspace that changes with it, hidden ones left out."""
    files = workspace.files
    paths = [*files.find(".", _ANY), SETTINGS]
    if files.is_folder(".kiro"):
        paths += files.find(".kiro", (".md",))
    found = {path: files.stamp(path) for path in paths}
    return {path: stamp for path, stamp in found.items() if stamp is not None}


def dependencies(workspace: Workspace, request: RunRequest) -> Mapping[str, Any]:
    """Return for each case that a request chooses what of the workspace its outcome depends on.

    That are its file, the files that it names, shared steps, the criteria that it verifies, and
    the code that a unit case calls.

    Raises:
        CaseNotFound: A path does not exist.
        FolderNotFound: No path is named, and there is no folder of cases.
    """
    reader = JobReader(workspace)
    is_chosen = chooses_case(request.tags, request.keyword)
    jobs = {path: reader.hold(path) for path in case_files(workspace, request.paths)}
    return {path: _dependencies(workspace, job) for path, job in jobs.items() if is_chosen(job)}


def _dependencies(workspace: Workspace, job: Job) -> Any:
    files = workspace.files
    named: Mapping[str, str] = {}
    if job.case is not None:
        named = file_digests(files, job.case, job.key, workspace.defaults.openapi)
    return files.stamp(job.key), named, job.criteria, job.fingerprint
