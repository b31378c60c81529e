"""The arguments of ``shall run``."""

from typing import get_origin

from shall.actions.run_request import ARGUMENTS
from shall.cli.common_flags import Commands, add_command, add_workspace
from shall.cli.output_flags import FORMATS, add_report_files
from shall.cli.selection_flags import add_scope_of_run, add_selection
from shall.cli.setting_flags import add_run_flags


def add_run(commands: Commands) -> None:
    """Add ``shall run``."""
    command = add_command(commands, "run", "Run test cases and record the results.")
    command.add_argument("paths", nargs="*", help="case files or folders (default: tests/cases)")
    for name, argument in ARGUMENTS.items():
        is_one = get_origin(argument.kind) not in (list, dict)
        command.add_argument(
            *filter(None, (argument.short_flag, argument.flag)),
            dest=name,
            action="store" if is_one else "append",
            metavar=argument.metavar,
            help=argument.meaning,
        )
    add_selection(command)
    add_run_flags(command)
    add_scope_of_run(command)
    add_report_files(command, "report-", notifies=True)
    command.add_argument("--format", choices=("text", *FORMATS), default="text")
    command.add_argument("--quiet", action="store_true", help="show only the line of counts")
    command.add_argument(
        "--dry-run", action="store_true", help="show the requests, and send and record nothing"
    )
    command.add_argument(
        "--watch", action="store_true", help="run again what a change of a file affects"
    )
    command.add_argument(
        "--verbose", "-v", action="store_true", help="show each failed request as a curl command"
    )
    command.add_argument(
        "--no-color", action="store_true", default=None, help="print without colours"
    )
    add_workspace(command)
