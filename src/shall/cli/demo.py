"""``shall demo``: an example service, its requirements and cases, run and traced."""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path

import shall
from shall.actions.reports import keep_report
from shall.actions.run_request import RunRequest
from shall.actions.trace import trace_requirements
from shall.bootstrap import open_project
from shall.cli.options import settings_of
from shall.cli.output import CHECK_FAILED, OK, exit_status, has_display, notice, say
from shall.cli.report import html_report
from shall.cli.run import run_showing, show
from shall.errors import InvalidInput, TargetUnreachable
from shall.results.collected import Collected
from shall.specs.export import to_text

_READY = "listening on "
_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".shall")
_STOP_AFTER_S = 10


def execute(arguments: argparse.Namespace) -> int:
    """Run the command; the criterion that fails is part of the demonstration."""
    folder = Path(arguments.to).resolve()
    _copy_example(folder)
    say(f"An example shop with its requirements and cases is in {arguments.to}/.\n")
    settings, _ = settings_of(folder, {"keep": "all", "no_color": arguments.no_color})
    workspace = open_project(folder, settings)
    with _service(folder) as address:
        collected = Collected()
        request = RunRequest(host=address)
        run = run_showing(workspace, request, settings, collected)
    if workspace.state_warning:
        notice(workspace.state_warning)
    show(run, settings, workspace)
    matrix = trace_requirements(workspace)
    colour = sys.stdout.isatty() and not settings.no_color
    say(
        "\n"
        + to_text(
            matrix, shutil.get_terminal_size().columns, colour=colour, language=settings.language
        )
    )
    page = None
    if workspace.state_warning is None:
        text = "".join(html_report(collected.result(run), settings.language, workspace))
        page = keep_report(workspace, run.run_id, text)
        say(f"HTML report: {page}\n")
    _say_next_steps(arguments.to)
    if page is not None:
        show_address(page.as_uri(), opens=not arguments.no_open)
    status = exit_status(run)
    return OK if status == CHECK_FAILED else status


def _say_next_steps(folder: str) -> None:
    say("One criterion fails and one is untested; the README there explains why. Next steps:")
    shall_command = _typed()
    say(f"  cd {folder}")
    say(f"  {shlex.quote(sys.executable)} service.py --port 8765 &")
    say(f"  {shall_command} run")
    say(f"  {shall_command} trace")
    say(f"  {shall_command} ui")


def show_address(address: str, *, opens: bool) -> None:
    """Print the address of the report; open it where there is a display."""
    say(f"\nThe run and its matrix as a page: {address}")
    if opens and has_display():
        webbrowser.open_new_tab(address)


def _typed() -> str:
    """Return what to type for this very command: it need not be on the PATH."""
    if shutil.which("shall"):
        return "shall"
    beside = Path(sys.executable).with_name("shall")
    python = shlex.quote(sys.executable)
    return shlex.quote(str(beside)) if beside.is_file() else f"{python} -m shall"


def _copy_example(folder: Path) -> None:
    """Copy the example; files of an earlier copy are renewed, other files stay.

    Raises:
        InvalidInput: Something else is there, or it cannot be written.
    """
    is_ours = (folder / "service.py").is_file()
    is_free = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    if not (is_ours or is_free):
        raise InvalidInput(
            f"{folder} exists and is not an earlier copy of the example.",
            hint="Choose another folder with --to.",
        )
    with resources.as_file(_example()) as source:
        try:
            shutil.copytree(source, folder, dirs_exist_ok=True, ignore=_LEFT_OUT)
        except OSError as error:  # shutil.Error too: what could not be copied
            raise InvalidInput(
                f"The example cannot be copied to {folder}: {error.strerror or error}.",
                hint="Choose another folder with --to.",
            ) from None


def _example() -> "resources.abc.Traversable":
    """Find the example: in the installed package, or in the checkout it runs from."""
    installed = resources.files(shall) / "examples" / "shop"
    if installed.is_dir():
        return installed
    return Path(shall.__file__).resolve().parents[2] / "examples" / "shop"


@contextmanager
def _service(folder: Path) -> Iterator[str]:
    """Start the example service on a free port; return its address; stop it in the end.

    Raises:
        TargetUnreachable: It did not come up; the message has its output.
    """
    process = subprocess.Popen(
        [sys.executable, "service.py", "--port", "0"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield _address(process)
    finally:
        with suppress(ProcessLookupError, PermissionError):  # it ended by itself
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_STOP_AFTER_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _address(process: "subprocess.Popen[str]") -> str:
    said = []
    for line in process.stdout or ():
        said.append(line)
        if line.startswith(_READY):
            return line.removeprefix(_READY).strip()
    raise TargetUnreachable(f"The example service did not start: {''.join(said).strip()}")
