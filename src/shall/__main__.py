"""The commands' entry points; ``python -m shall`` runs the first.

Nothing is imported before the working folder is out of ``sys.path``.
"""

import _signal  # type: ignore[import-not-found]  # signal makes enumerations: 3 M instructions
import atexit
import gc
import os
import sys

from shall import __version__
from shall.import_path import remove_working_folder

_INTERRUPTED = 130


def main() -> int:
    """Run the shall command and end the process; return its exit status where threads still run."""
    _at_interrupt(_ended)
    if sys.argv[1:] == ["--version"] and _show_version():
        return 0
    gc.disable()  # what is imported stays: to look through it for garbage takes a tenth of the time
    # Python looks for each module in the folder of the command first: 2 M instructions.
    remove_working_folder(os.path.dirname(os.path.realpath(sys.argv[0])))  # noqa: PTH120
    _import_libraries()
    from shall import module_finder

    module_finder.install()
    if sys.argv[1:2] == ["run"]:
        from shall.cli.run_modules import MODULES

        module_finder.import_modules(MODULES)
    from shall.cli import commands

    try:
        _at_interrupt(_signal.default_int_handler)
        status = commands.main()
        _at_interrupt(_ended)
    except KeyboardInterrupt:  # just before or after the command, which handles it
        status = _INTERRUPTED
    _end(status)
    return status


def _at_interrupt(handler: object) -> None:
    """Set what Ctrl-C does, unless the process was started so that it is ignored."""
    if _signal.getsignal(_signal.SIGINT) in (_signal.default_int_handler, _ended):
        _signal.signal(_signal.SIGINT, handler)


def _ended(*_: object) -> None:
    """End the process without a traceback: no command has begun, or all of it is done."""
    os._exit(_INTERRUPTED)


def serve_as_before() -> int:
    """Run ``api-auto-test-mcp``; return its exit status."""
    remove_working_folder()
    from shall.cli import commands

    return commands.serve_as_before()


def _import_libraries() -> None:
    """Import libraries, each without what it imports for uses that are not ours."""
    from shall.partial_import import forward_references_unread, imported_late, left_out

    functions: tuple[str, ...] = ()
    types: dict[str, object] = {}
    if sys.version_info < (3, 12):
        import _datetime  # type: ignore[import-not-found]
        import _sre  # type: ignore[import-not-found]

        # It would define all of it in Python first, and drop that: 3 M.
        sys.modules.setdefault("datetime", _datetime)
        # Paths of later versions need re at once. The code of this pattern is that it matches.
        pattern = _sre.compile("", 0, [1], 0, {}, ())
        types = {"Pattern": type(pattern), "Match": type(pattern.match(""))}
        functions = ("compile",)

    with (
        imported_late("re", *functions, **types),  # 5 M; most runs of plain cases match no pattern
        left_out("typing_extensions"),  # typing does; it would import inspect: 35 M instructions
        left_out("decimal", Decimal=_NotEncoded),  # with numbers, 4 M
        left_out("uuid", UUID=_NotEncoded, SafeUUID=_NotEncoded),  # 8 M with platform
        left_out("msgspec.inspect", type_info=None),  # 6 M
        left_out("msgspec._json_schema", schema=None, schema_components=None),  # textwrap: 5 M
        left_out("msgspec.msgpack", encode=None),  # 1 M with the two below
        left_out("msgspec.toml", encode=None),
        left_out("msgspec.yaml", encode=None),
        left_out("__future__", annotations=None),
        forward_references_unread(),
    ):
        import msgspec  # noqa: F401

    with (
        imported_late("re"),
        left_out("urllib.parse", quote_from_bytes=_quoted),  # with ipaddress, 9 M
        left_out("nt"),  # only Windows has it; 1 M to look for it everywhere
    ):
        import pathlib  # noqa: F401


class _NotEncoded:
    """Stands for types of values that msgspec knows, and none of ours are."""

    unknown = None


def _show_version() -> bool:
    """Print the version, for which nothing has to be imported; False where nobody can read it."""
    try:
        sys.stdout.write(f"shall {__version__}\n")
        sys.stdout.flush()
    except (AttributeError, OSError):  # closed: the command knows what to do
        return False
    return True


def _quoted(path: bytes) -> str:
    from urllib.parse import quote_from_bytes

    return quote_from_bytes(path)


def _end(status: int) -> None:
    """End the process, unless other threads run or its output cannot be written.

    The interpreter would destroy every module and object first: 15 million instructions.
    """
    threading = sys.modules.get("threading")  # not imported: no thread was started
    if threading is not None and threading.active_count() > 1:
        return
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (AttributeError, OSError, ValueError):  # closed: the interpreter reports it
        return
    os._exit(status & 0xFF)


if __name__ == "__main__":
    sys.exit(main())
