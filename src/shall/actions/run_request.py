"""What a caller asks to run, however it was said: by flags, tool arguments or JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, get_type_hints

from msgspec import Struct


class Argument(Struct, frozen=True):
    """One argument of a run. ``kind`` is its type, ``metavar`` what its ``flag`` takes."""

    kind: Any
    meaning: str
    flag: str
    metavar: str | None = None


def argument(meaning: str, flag: str, metavar: str | None = None) -> Mapping[str, Any]:
    """Return a declaration, the metadata of an annotated field of ``RunRequest``."""
    return {"meaning": meaning, "flag": flag, "metavar": metavar}


class RunRequest(Struct, frozen=True):
    """What to run. No paths: every case below ``tests/cases`` (older layouts are found too).

    The other fields are the one declaration of these arguments: the flags of ``shall run``, the
    arguments of the tool ``run_tests`` and the body of ``POST /api/runs`` are made from it. How
    cases run is in ``engine/options.py``.
    """

    paths: Sequence[str] = ()
    tags: Annotated[
        list[str], argument("run only cases with any of these tags", "--tag", "TAG")
    ] = []
    host: Annotated[
        str | None,
        argument("base URL of the service; overrides the host of a case", "--host", "URL"),
    ] = None
    environment: Annotated[
        str | None,
        argument("environment of shall.yaml that the cases run in", "--environment", "NAME"),
    ] = None
    variables: Annotated[
        dict[str, Any],
        argument(
            "variables, JSON or text; they override those of shall.yaml", "--var", "NAME=VALUE"
        ),
    ] = {}


def _arguments() -> Iterable[tuple[str, Argument]]:
    for name, kind in get_type_hints(RunRequest, include_extras=True).items():
        if declared := getattr(kind, "__metadata__", ()):
            yield name, Argument(kind.__origin__, **declared[0])


ARGUMENTS = dict(_arguments())
"""The arguments of a run by name."""


def run_request(paths: Sequence[str], given: Mapping[str, Any]) -> RunRequest:
    """Make a request of paths and arguments; one that is None is not given."""
    return RunRequest(paths, **{name: it for name, it in given.items() if it is not None})
