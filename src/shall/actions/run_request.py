"""What a caller asks to run, however it was said: by flags, tool arguments or JSON."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Argument(Struct, frozen=True):
    """One argument of a run. ``kind`` is its type, ``metavar`` what its ``flag`` takes."""

    kind: Any
    meaning: str
    flag: str
    metavar: str | None = None
    short_flag: str = ""


_declared: dict[str, Mapping[str, Any]] = {}


def argument(
    name: str, default: T, meaning: str, flag: str, metavar: str | None = None, **more: str
) -> T:
    """Declare an argument, which is a field of ``RunRequest``; return its default."""
    _declared[name] = {"meaning": meaning, "flag": flag, "metavar": metavar, **more}
    return default


class Shard(Struct, frozen=True):
    """Part ``index`` of ``total``, counted from 1. ``durations`` are seconds by case key."""

    index: int
    total: int
    durations: Mapping[str, float] = {}


class Selection(Struct, frozen=True):
    """What a run chooses of the cases that its paths and tags name, and their order.

    ``last_failed``: those whose last result was bad, or all where none was; ``failed_first`` runs
    these before the others. ``seed`` shuffles the cases, always in the same way for one seed.
    ``exit_first`` starts no case after one that did not pass. All run ``repeat`` times.
    """

    last_failed: bool = False
    failed_first: bool = False
    seed: int | None = None
    shard: Shard | None = None
    exit_first: bool = False
    repeat: int = 1


class RunRequest(Struct, frozen=True):
    """What to run. No paths: every case below ``tests/cases`` (older layouts are found too).

    The fields with an ``argument`` are the one declaration of these arguments: the flags of
    ``shall run``, the arguments of the tool ``run_tests`` and the body of ``POST /api/runs`` are
    made from it. Only ``shall run`` has a ``selection``, and ``snapshots``: a list that takes the
    values that would be compared with snapshots. How cases run is in ``engine/options.py``.
    """

    paths: Sequence[str] = ()
    tags: list[str] = argument(
        "tags", [], "run only cases with a tag, or tags such as 'a and not b'", "--tag", "TAG"
    )
    keyword: str | None = argument(
        "keyword",
        None,
        "run only cases whose path or name has these words, such as 'order and not slow'",
        "--keyword",
        "WORDS",
        short_flag="-k",
    )
    host: str | None = argument(
        "host", None, "base URL of the service; overrides the host of a case", "--host", "URL"
    )
    environment: str | None = argument(
        "environment",
        None,
        "environment of shall.yaml that the cases run in",
        "--environment",
        "NAME",
    )
    variables: dict[str, Any] = argument(
        "variables",
        {},
        "variables, JSON or text; they override those of shall.yaml",
        "--var",
        "NAME=VALUE",
    )
    selection: Selection | None = None
    snapshots: list[Any] | None = None


ARGUMENTS = {
    name: Argument(RunRequest.__annotations__[name], **how) for name, how in _declared.items()
}
"""The arguments of a run by name."""


def run_request(
    paths: Sequence[str],
    given: Mapping[str, Any],
    selection: Selection | None = None,
    snapshots: list[Any] | None = None,
) -> RunRequest:
    """Make a request of paths and arguments; one that is None is not given."""
    arguments = {name: it for name, it in given.items() if it is not None}
    return RunRequest(paths, selection=selection, snapshots=snapshots, **arguments)
