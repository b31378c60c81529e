"""The folders of a project in which cases and requirements are looked for."""

CASE_FOLDERS = ("tests/cases", "test_cases")
"""Where cases are looked for when no path is named: the current folder, then the older one."""

YAML_ENDINGS = (".yaml", ".yml")

SHARED = "shared"
"""The folder of shared steps, in a folder of cases."""


def shared_path(case_path: str, name: str) -> str:
    """Return the path of shared steps that a case names: in its folder of cases.

    For a case elsewhere they are beside it.
    """
    own = case_path.rpartition("/")[0]
    folder = next((it for it in CASE_FOLDERS if f"{own}/".startswith(f"{it}/")), own)
    return f"{folder}/{SHARED}/{name}.yaml" if folder else f"{SHARED}/{name}.yaml"


def is_shared_path(path: str) -> bool:
    """Return whether a path of the project is that of shared steps, as ``shared_path`` makes them.

    >>> is_shared_path("tests/cases/shared/admin/login.yaml"), is_shared_path("shared/a/b.yaml")
    (True, False)
    """
    if SHARED not in path:
        return False
    folder = next((it for it in CASE_FOLDERS if path.startswith(f"{it}/")), None)
    if folder is not None:
        return path.startswith(f"{folder}/{SHARED}/")
    return f"/{path}".rpartition("/")[0].endswith(f"/{SHARED}")


SPEC_FOLDERS = ("specs", ".kiro/specs")
"""Where requirements documents are looked for."""
