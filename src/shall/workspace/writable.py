"""Which files of a workspace the tools may write: documents and data, nothing that runs.

A caller who can write a file that a program runs, imports or reads as configuration can run code
as that program. So the tools write what they are for and nothing else; the operator may widen that
by globs (the setting ``writable``), but not to what runs.
"""

from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from shall.errors import WriteRefused
from shall.workspace.folders import CASE_FOLDERS, SPEC_FOLDERS
from shall.workspace.paths import as_seen, is_version_control, refuse_operators
from shall.workspace.workspace import Workspace

DOCUMENT_FOLDERS = (*SPEC_FOLDERS, ".spec-workflow", "docs", *CASE_FOLDERS)
"""Where ``create_file`` writes, at the top of the workspace or of a folder in it."""

STRANGERS_FOLDERS = ("specs",)
"""Where it writes for a caller who showed no token; the documents of the prompts lie there."""

ENDINGS = frozenset(
    ".adoc .csv .feature .gql .graphql .har .http .json .jsonl .markdown .md .rest .rst .tsv .txt"
    " .xml .yaml .yml".split()
)

_HIDDEN_LAYOUTS = (".kiro/specs", ".spec-workflow")  # the only hidden folders that hold documents

_PROGRAMS = frozenset(
    # Python: source, compiled, native, and what an interpreter reads at its start
    ".py .pyc .pyd .pyi .pyo .pyw .pyx .pyz .pth .start .egg .whl .egg-link .ipynb"
    # native code and archives that run
    " .a .apk .app .appimage .bin .class .com .deb .dll .dylib .exe .jar .ko .msi .o .rpm .scr .so"
    " .war .wasm"
    # scripts
    " .applescript .awk .bash .bat .bats .cgi .cjs .cmd .command .csh .cts .fish .groovy .gradle"
    " .hta .js .jse .jsx .ksh .kts .lua .mjs .mts .nu .php .phtml .pl .pm .ps1 .psd1 .psm1 .r .rake"
    " .rb .run .scpt .sed .sh .tcl .tool .ts .tsx .vb .vbe .vbs .wsf .zsh"
    # what says which programs run
    " .automount .cfg .cmake .conf .csproj .desktop .fsproj .hcl .inf .ini .lnk .mk .mount .nix"
    " .path .plist .props .reg .service .socket .target .targets .tf .timer .toml .url .vbproj"
    " .vcxproj .webloc".split()
)

_CONFIGURATION = frozenset(
    # of clients that talk to models, and what these take for instructions
    "agents.md agents.override.md claude.local.md claude.md claude_desktop_config.json"
    " cline_mcp_settings.json copilot-instructions.md gemini.md mcp.json mcp-config.json"
    " mcp_config.json mcp_settings.json opencode.json"
    # of CI
    " action.yaml action.yml appveyor.yml azure-pipelines.yaml azure-pipelines.yml"
    " bitbucket-pipelines.yml buildspec.yaml buildspec.yml cloudbuild.json cloudbuild.yaml"
    # of builds, packages, containers and hooks
    " angular.json build.xml cmakelists.txt cmakepresets.json composer.json constraints.txt"
    " deno.json docker-bake.json kustomization.yaml kustomization.yml lefthook.yaml lefthook.yml"
    " lerna.json mkdocs.yaml mkdocs.yml nx.json package-lock.json package.json pnpm-lock.yaml"
    " pnpm-workspace.yaml pom.xml serverless.yaml serverless.yml shall.yml skaffold.yaml"
    " taskfile.yaml taskfile.yml tsconfig.json turbo.json".split()
)
_CONFIGURATION_GLOBS = (
    "docker-compose*",
    "compose.y*ml",
    "compose.*.y*ml",
    "jenkinsfile*",
    "dockerfile*",
    "makefile*",
    "requirements*.txt",
)

_NEVER_BELOW = frozenset(
    "__pycache__ __pypackages__ dist-packages node_modules site-packages venv virtualenv".split()
)
_METADATA = (".dist-info", ".egg-info")


def check_document(workspace: Workspace, path: str, *, is_known: bool = True) -> None:
    """Refuse a path, relative and normalised, that ``create_file`` does not write.

    ``is_known`` False: the caller showed no token, where anybody may come in over the network.

    Raises:
        WriteRefused: It is none of the documents; the details say what is allowed.
        OutsideWorkspace: It belongs to the operator.
    """
    folders = DOCUMENT_FOLDERS if is_known else STRANGERS_FOLDERS
    _check_harmless(workspace, path, folders)
    if is_known and _is_widened(workspace, path):
        return
    if not _is_below(path, folders, at_top=not is_known):
        who = "create_file" if is_known else "create_file, for a caller without a token,"
        raise _refused(path, f"{who} writes below {_listed(folders)} only", folders)
    if _ending(path) not in ENDINGS:
        raise _refused(path, f"create_file writes {_listed(sorted(ENDINGS))} only", folders)


def check_case(workspace: Workspace, path: str) -> None:
    """Refuse a path, relative and normalised, where ``write_testcase`` writes no case.

    Raises:
        WriteRefused: It is not below a folder of cases; the details say which there are.
        OutsideWorkspace: It belongs to the operator.
    """
    _check_harmless(workspace, path, CASE_FOLDERS)
    if not (_is_below(path, CASE_FOLDERS) or _is_widened(workspace, path)):
        why = f"cases are written below {_listed(CASE_FOLDERS)} only"
        raise _refused(path, why, CASE_FOLDERS)


def _check_harmless(workspace: Workspace, path: str, folders: Collection[str]) -> None:
    """Refuse what no setting allows."""
    refuse_operators(path)
    *above, name = (as_seen(part).rstrip(". ") for part in path.split("/"))
    why = _fault_of_folders(above) or _fault_of_name(name)
    if why is None:
        parents = [str(it) for it in PurePosixPath(path).parents if it.parts]
        if any(workspace.files.is_file(f"{parent}/pyvenv.cfg") for parent in parents):
            why = "it is inside a virtual environment"
    if why is not None:
        raise _refused(path, why, folders)


def _fault_of_folders(names: Collection[str]) -> str | None:
    path = f"/{'/'.join(names)}/"
    for layout in _HIDDEN_LAYOUTS:
        path = path.replace(f"/{layout}/", "/")
    for name in path.split("/"):
        if is_version_control(name):
            return "it is inside a version-control folder"
        if name.startswith("."):
            return f"{name} is a hidden folder"
        if name in _NEVER_BELOW or name.endswith(_METADATA):
            return f"programs are executed from {name}"
    return None


def _fault_of_name(name: str) -> str | None:
    if name.startswith("."):
        return "it is a hidden file"
    if name in _CONFIGURATION or any(fnmatchcase(name, it) for it in _CONFIGURATION_GLOBS):
        return "it configures programs"
    ending = _ending(name)
    if not ending:
        return "a file without an extension may be a program, such as a Makefile"
    if ending in _PROGRAMS:
        return f"{ending} files are executed, or configure what is executed"
    return None


def _ending(path: str) -> str:
    return PurePosixPath(as_seen(path).rstrip(". ")).suffix


def _is_below(path: str, folders: Collection[str], *, at_top: bool = False) -> bool:
    """Return whether a path is below one of the folders, at any depth or only at the top."""
    names = path.split("/")[:-1]
    for folder in folders:
        wanted = folder.split("/")
        starts = range(1 if at_top else len(names) - len(wanted) + 1)
        if any(names[start : start + len(wanted)] == wanted for start in starts):
            return True
    return False


def _is_widened(workspace: Workspace, path: str) -> bool:
    return any(fnmatchcase(path, glob) for glob in workspace.writable)


def _listed(names: Collection[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _refused(path: str, why: str, folders: Collection[str]) -> WriteRefused:
    return WriteRefused(
        f"{path} is not written: {why}.",
        hint=f"Choose a document in {_listed([f'{folder}/' for folder in folders])}.",
        details={
            "path": path,
            "allowed_folders": list(folders),
            "allowed_endings": sorted(ENDINGS),
        },
    )
