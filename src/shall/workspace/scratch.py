"""Which files a teardown may delete: those below the folders that the operator names for it."""

from collections.abc import Sequence

from shall.errors import WriteRefused
from shall.workspace.folders import CASE_FOLDERS, SPEC_FOLDERS
from shall.workspace.paths import as_seen, refuse_operators

_READ = tuple(tuple(it.split("/")) for it in (*CASE_FOLDERS, *SPEC_FOLDERS))


def check_scratch(names: Sequence[str], folders: Sequence[str]) -> None:
    """Refuse a path, as names below the workspace, that a teardown does not delete.

    ``folders`` are those of the setting ``scratch``. What a service answers may be in the path,
    and a model may have written it, so whatever else the workspace holds is out of reach.

    Raises:
        WriteRefused: It is not below one of the folders, or is hidden, a case or a requirement.
        OutsideWorkspace: It belongs to the operator.
    """
    path = "/".join(names)
    if not any(path.startswith(f"{folder}/") for folder in folders):
        why = f"it is not below {' or '.join(folders)}" if folders else "`scratch` names no folder"
        raise WriteRefused(
            f"{path} is not deleted: {why}.",
            hint="The operator names folders for it in shall.yaml, such as `scratch: [out]`.",
        )
    refuse_operators(path)
    seen = tuple(map(as_seen, names))
    fault = None
    if any(name.startswith(".") for name in seen):
        fault = "it is hidden"
    elif any(seen[at : at + len(it)] == it for it in _READ for at in range(len(seen) - 1)):
        fault = "it is in a folder of cases or requirements"
    if fault is not None:
        raise WriteRefused(f"{path} is not deleted: {fault}.")
