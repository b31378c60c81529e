"""The flags of ``shall run`` that choose cases, and their order."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shall import late_json
from shall.actions.run_request import Selection
from shall.cli.output import notice
from shall.errors import InvalidInput

if TYPE_CHECKING:  # most runs do without
    import argparse

_MOST_SEEDS = 10**6
_MOST_REPEATS = 1000


def add_selection(command: "argparse.ArgumentParser") -> None:
    """Add the flags of a run."""
    command.add_argument(
        "-x",
        "--exit-first",
        action="store_true",
        help="start no case after the first that does not pass",
    )
    command.add_argument(
        "--repeat",
        type=int,
        default=1,
        metavar="N",
        help="run each case N times, and show those that passed only some of the times",
    )
    command.add_argument(
        "--update-snapshots",
        action="store_true",
        help="write the snapshots of cases that pass, and record no evidence",
    )
    add_order(command)


def add_order(command: "argparse.ArgumentParser") -> None:
    """Add the flags that do not depend on what the cases do."""
    command.add_argument(
        "--last-failed",
        "--lf",
        action="store_true",
        help="run only the cases that did not pass when they last ran; all, if there are none",
    )
    command.add_argument(
        "--failed-first",
        "--ff",
        action="store_true",
        help="run the cases that did not pass when they last ran before the others",
    )
    command.add_argument(
        "--shuffle",
        nargs="?",
        const="",
        metavar="SEED",
        help="run the cases in a random order; the seed is shown",
    )
    command.add_argument(
        "--shard",
        metavar="I/N",
        help="run part I of N; auto/N: the part that a Kubernetes Indexed Job or GitLab names",
    )
    command.add_argument(
        "--durations",
        metavar="FILE",
        help="with --shard: a JSON report of an earlier run, so that all parts take as long",
    )


def add_scope_of_run(command: "argparse.ArgumentParser") -> None:
    """Add the flags of ``shall run`` that choose cases by a change, and say what must be tried."""
    command.add_argument(
        "--impacted", action="store_true", help="run only the cases that a change touches"
    )
    command.add_argument(
        "--since", metavar="COMMIT", help="with --impacted: changes since this commit (HEAD)"
    )
    command.add_argument(
        "--expect",
        action="append",
        default=[],
        metavar="KEY",
        help="exit status 1 if this criterion is not tried; may be repeated",
    )
    command.add_argument(
        "--expect-cases", type=int, metavar="N", help="exit status 1 if other than N cases run"
    )


def selection_of(arguments: "argparse.Namespace") -> Selection | None:
    """Return what the flags choose; None: everything, in the order of the files.

    Raises:
        InvalidInput: A flag has a value that cannot be used.
    """
    shard = None
    if arguments.shard is not None:
        from shall.actions.selection import read_shard
        from shall.settings import process_environment

        durations = _durations(arguments.durations) if arguments.durations else {}
        shard = read_shard(arguments.shard, process_environment(), durations)
    elif arguments.durations is not None:
        raise InvalidInput("--durations divides the cases only with --shard.")
    repeat = getattr(arguments, "repeat", 1)
    if not 1 <= repeat <= _MOST_REPEATS:
        raise InvalidInput(f"--repeat {repeat} is not a number from 1 to {_MOST_REPEATS}.")
    selection = Selection(
        last_failed=arguments.last_failed,
        failed_first=arguments.failed_first,
        seed=None if arguments.shuffle is None else _seed(arguments.shuffle),
        shard=shard,
        exit_first=getattr(arguments, "exit_first", False),
        repeat=repeat,
    )
    return None if selection == Selection() else selection


def _seed(text: str) -> int:
    if not text:
        import secrets

        seed = secrets.randbelow(_MOST_SEEDS)
    elif text.isdecimal() and text.isascii():
        seed = int(text)
    else:
        raise InvalidInput(f"--shuffle {text} is not a seed.", hint="A seed is a whole number.")
    notice(f"Shuffled with --shuffle {seed}.")
    return seed


def _durations(path: str) -> Mapping[str, float]:
    """Read the seconds of each case from a JSON report."""
    from shall.bounded import EVIDENCE_BYTES, read_text

    durations: dict[str, float] = {}
    try:
        report: Any = late_json.loads(read_text(Path(path), EVIDENCE_BYTES))
        for case in report["cases"]:  # one for each row of data
            key = str(case["case_key"])
            durations[key] = durations.get(key, 0.0) + float(case["duration_s"])
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise InvalidInput(
            f"{path} is not a JSON report of a run.", hint="Write one with --report-json FILE."
        ) from None
    return durations
