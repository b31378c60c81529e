"""The arguments of the commands; those of ``shall run`` are in ``run_flags``."""

import argparse
from collections.abc import Callable, Mapping
from typing import get_origin

from shall.actions.run_request import ARGUMENTS
from shall.cli.common_flags import Commands, add_command, add_workspace
from shall.cli.output_flags import FORMATS, add_report_files
from shall.cli.run_flags import add_run
from shall.cli.setting_flags import add_serving_flags

MATRIX_FORMATS = ("json", "csv", "md", "html", "needs", "manifest", "reqif")
PROBLEM_FORMATS = ("concise", "github", "gitlab", "junit", "sarif")


def _add_in_project(commands: Commands, name: str, text: str) -> argparse.ArgumentParser:
    command = add_command(commands, name, text)
    add_workspace(command)
    return command


def _add_init(commands: Commands) -> None:
    command = add_command(
        commands, "init", "Create a first requirement, a case that verifies it, and the state."
    )
    add_workspace(command)


def _add_load(commands: Commands) -> None:
    from shall.cli.load_flags import add_load

    command = add_command(commands, "load", "Run test cases at a steady rate and measure them.")
    add_load(command)
    add_workspace(command)


def _add_list(commands: Commands) -> None:
    from shall.cli.selection_flags import add_order

    command = add_command(commands, "list", "List test cases with their tags and criteria.")
    command.add_argument("paths", nargs="*", help="case files or folders (default: tests/cases)")
    for name in ("tags", "keyword"):
        argument = ARGUMENTS[name]
        command.add_argument(
            *filter(None, (argument.short_flag, argument.flag)),
            dest=name,
            action="append" if get_origin(argument.kind) is list else "store",
            metavar=argument.metavar,
            help=argument.meaning,
        )
    add_order(command)
    command.add_argument("--format", choices=("text", "json"), default="text")
    add_workspace(command)
    command.set_defaults(command="listing")


def _add_trace(commands: Commands) -> None:
    from shall.cli.cover_flags import percentage

    command = add_command(
        commands, "trace", "Show which criteria are proved, and by which cases and tests."
    )
    command.add_argument(
        "--format",
        choices=("text", *MATRIX_FORMATS, *PROBLEM_FORMATS),
        default="text",
        help="the matrix (text to reqif), or its problems alone",
    )
    command.add_argument(
        "--fail-under",
        type=percentage,
        metavar="PERCENT",
        help="exit with status 1 if fewer criteria are proved",
    )
    command.add_argument("--feature", help="show only this feature")
    command.add_argument(
        "--environment",
        action="append",
        metavar="NAME",
        help="count only outcomes in this environment; may be repeated",
    )
    command.add_argument("--why", metavar="KEY", help="show what proves one criterion, and when")
    command.add_argument(
        "--strict", action="store_true", help="exit with status 1 if a link names no criterion"
    )
    command.add_argument(
        "--exit-zero", action="store_true", help="exit with status 0 regardless of the statuses"
    )
    command.add_argument(
        "--no-color", action="store_true", default=None, help="print without colours"
    )
    add_workspace(command)


def _add_report(commands: Commands) -> None:
    command = add_command(commands, "report", "Write reports of a stored run.")
    command.add_argument("run", nargs="?", default="latest", help="id of a run (the newest)")
    add_report_files(command, "")
    command.add_argument("--open", action="store_true", help="open the HTML report in the browser")
    command.add_argument(
        "--html-folder", metavar="DIR", help="write the newest runs and the matrix as HTML to DIR"
    )
    command.add_argument("--format", choices=FORMATS, help="print the run in this format")
    add_workspace(command)


def _add_history(commands: Commands) -> None:
    command = add_command(commands, "history", "Show which cases are flaky or slow over past runs.")
    command.add_argument("case", nargs="?", metavar="CASE", help="show how this case ended")
    command.add_argument(
        "--runs", type=int, default=20, metavar="N", help="number of stored runs (20)"
    )
    command.add_argument(
        "--compare",
        nargs=2,
        metavar=("BEFORE", "AFTER"),
        help="show what differs between two runs: ids, latest or previous",
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    add_workspace(command)


def _add_openapi(commands: Commands) -> None:
    from shall.cli.cover_flags import add_cover, add_fuzz

    for add in (add_cover, add_fuzz):
        add(commands, _add_in_project)


def _add_merge(commands: Commands) -> None:
    command = add_command(commands, "merge", "Merge the reports of all shards into one run.")
    command.add_argument("reports", nargs="+", metavar="REPORT", help="JSON reports of the shards")
    command.add_argument("--format", choices=("text", *FORMATS), default="text")
    command.add_argument("--no-color", action="store_true", default=None)
    add_report_files(command, "report-", notifies=True)
    add_workspace(command)


def _add_writing(commands: Commands) -> None:
    from shall.cli.writing_flags import add_export, add_generate, add_import, add_schema

    for add in (add_schema, add_generate, add_import, add_export):
        add(commands, _add_in_project)


def _add_gate(commands: Commands) -> None:
    from shall.cli.gate_options import add_baseline, add_diff, add_gate, add_impact

    for add in (add_gate, add_baseline, add_diff, add_impact):
        add(commands, _add_in_project)


def _add_lint(commands: Commands) -> None:
    command = add_command(commands, "lint", "Check how requirements and cases are written.")
    command.add_argument("paths", nargs="*", help="documents, cases or folders (all)")
    command.add_argument(
        "--format", choices=("text", "json", *PROBLEM_FORMATS), default="text", help="output format"
    )
    command.add_argument(
        "--severity",
        choices=("error", "warning", "info"),
        default="warning",
        help="the least serious findings that are shown (warning)",
    )
    command.add_argument("--strict", action="store_true", help="exit status 1 for warnings as well")
    command.add_argument("--fix", action="store_true", help="correct what is mechanical")
    command.add_argument(
        "--diff", action="store_true", help="show what --fix would change, and write nothing"
    )
    command.add_argument("--list", action="store_true", help="list the rules")
    command.add_argument("--explain", metavar="RULE", help="describe a rule, by code or name")
    add_workspace(command)


def _add_decisions(commands: Commands) -> None:
    from shall.cli.decision_flags import (
        add_approve_arguments,
        add_attest_arguments,
        add_link_arguments,
        add_review_arguments,
        add_waive_arguments,
    )

    waive = add_command(commands, "waive", "Record that criteria need not be proved for a while.")
    add_waive_arguments(waive)
    attest = add_command(commands, "attest", "Record that a person verified what no test can.")
    add_attest_arguments(attest)
    review = add_command(
        commands, "review", "Record that cases and tests still fit a changed criterion."
    )
    add_review_arguments(review)
    link = add_command(commands, "link", "Write into a case which criterion it verifies.")
    add_link_arguments(link)
    approve = add_command(commands, "approve", "Record the approval of the text of documents.")
    add_approve_arguments(approve)
    for command in (waive, attest, review, link, approve):
        add_workspace(command)


def _add_evidence(commands: Commands) -> None:
    command = add_command(commands, "evidence", "Shorten the committed evidence.")
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    compact = add_command(actions, "compact", "Drop the lines that newer ones replaced.")
    add_workspace(compact)


def _add_record(commands: Commands) -> None:
    command = add_command(
        commands, "record", "Record the reports of other test runners as evidence."
    )
    command.add_argument("reports", nargs="+", metavar="FILE", help="JUnit XML")
    command.add_argument("--environment", metavar="NAME", help="where the tests ran")
    command.add_argument(
        "--complete", action="store_true", help="recorded tests that are not listed are gone"
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    add_workspace(command)


def _add_serve(commands: Commands) -> None:
    add_serving_flags(add_command(commands, "serve", "Start the MCP server."))


def _add_ui(commands: Commands) -> None:
    command = add_command(commands, "ui", "Show the pages of this project in a browser.")
    command.add_argument("--port", default="0", help="port on this machine (default: a free one)")
    command.add_argument(
        "--no-open", action="store_true", help="print the address, open no browser"
    )
    add_workspace(command)


def _add_demo(commands: Commands) -> None:
    command = add_command(
        commands, "demo", "Start an example service, run its cases and show the matrix."
    )
    command.add_argument(
        "--to",
        metavar="DIR",
        default="shall-demo",
        help="folder of the example (default: shall-demo)",
    )
    command.add_argument(
        "--no-open", action="store_true", help="print the report's address, open no browser"
    )
    command.add_argument(
        "--no-color", action="store_true", default=None, help="print without colours"
    )


def _add_config(commands: Commands) -> None:
    command = add_command(
        commands, "config", "Show each setting with its value, source and meaning."
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    add_workspace(command)


def _add_install(commands: Commands) -> None:
    command = add_command(
        commands, "install", "Add this server to the configuration of an MCP client."
    )
    add_install_arguments(command)


def add_install_arguments(command: argparse.ArgumentParser, default: str | None = None) -> None:
    """Add what ``install`` takes; ``default`` is the client where none is named."""
    command.add_argument(
        "client",
        metavar="CLIENT",
        choices=("claude-code", "claude-desktop", "cursor", "vscode", "windsurf", "codex"),
        nargs="?" if default else None,
        default=default,
        help="%(choices)s",
    )
    command.add_argument(
        "--scope",
        choices=("user", "project"),
        help="configure all projects of the user, or this project",
    )
    command.add_argument(
        "--print", action="store_true", help="print the configuration instead of writing it"
    )
    command.add_argument(
        "--url", help="URL of a running server, instead of a command that the client starts"
    )
    command.add_argument(
        "--token-env", metavar="NAME", help="environment variable that contains the server's token"
    )
    command.add_argument(
        "--name", default="shall", help="name of the server in the client (default: shall)"
    )
    add_workspace(command)


def _add_backup(commands: Commands) -> None:
    command = add_command(commands, "backup", "Back up the state to one file.")
    command.add_argument(
        "--to", metavar="FILE", help="file to create (default: shall-backup-TIME.tar.gz)"
    )
    add_workspace(command)


def _add_restore(commands: Commands) -> None:
    command = add_command(commands, "restore", "Restore the state from a backup.")
    command.add_argument("file", metavar="FILE", help="archive created by `shall backup`")
    command.add_argument(
        "--force",
        action="store_true",
        help="restore even if the state is in use or owned by another user",
    )
    add_workspace(command)


def _add_doctor(commands: Commands) -> None:
    command = add_command(
        commands, "doctor", "Check the installation and the project, and suggest fixes."
    )
    command.add_argument(
        "--repair", action="store_true", help="repair the state; replaced files are retained"
    )
    command.add_argument("--format", choices=("text", "json"), default="text")
    add_workspace(command)


def _add_token(commands: Commands) -> None:
    from shall.actions.principal import SCOPES

    command = add_command(commands, "token", "Create, list and revoke tokens of a server.")
    actions = command.add_subparsers(
        prog="shall token", dest="action", metavar="ACTION", required=True
    )
    new = add_command(actions, "new", "Create a token and print it once; the file stores its hash.")
    new.add_argument("--name", required=True, help="name of the holder, for logs and rate limits")
    new.add_argument(
        "--scope",
        action="extend",
        nargs="+",
        choices=SCOPES,
        metavar="SCOPE",
        help=f"permissions of the token (default: read): {', '.join(SCOPES)}",
    )
    new.add_argument(
        "--expires", metavar="WHEN", help="90d, 12h, 4w or 2027-01-01 (default: never)"
    )
    new.add_argument(
        "--workspace",
        action="extend",
        nargs="+",
        metavar="DIR",
        help="the only projects that the token may use (default: all of the server)",
    )
    listing = add_command(actions, "list", "List the tokens with their scopes and times.")
    revoke = add_command(actions, "revoke", "Remove a token from the file.")
    revoke.add_argument("name", metavar="NAME")
    for action in (new, listing, revoke):
        action.add_argument("--file", required=True, help="token file of the server")


def _add_completion(commands: Commands) -> None:
    command = add_command(
        commands, "completion", "Print a script that completes commands in a shell."
    )
    command.add_argument(
        "shell", choices=("bash", "zsh", "fish"), metavar="SHELL", help="%(choices)s"
    )


ADDERS: Mapping[str, Callable[[Commands], None]] = {
    "init": _add_init,
    "run": add_run,
    "load": _add_load,
    "list": _add_list,
    "report": _add_report,
    "history": _add_history,
    **dict.fromkeys(("cover", "fuzz"), _add_openapi),
    "merge": _add_merge,
    "trace": _add_trace,
    "lint": _add_lint,
    **dict.fromkeys(("schema", "generate", "import", "export"), _add_writing),
    **dict.fromkeys(("gate", "baseline", "diff", "impact"), _add_gate),
    **dict.fromkeys(("waive", "attest", "review", "link", "approve"), _add_decisions),
    "record": _add_record,
    "evidence": _add_evidence,
    "serve": _add_serve,
    "ui": _add_ui,
    "demo": _add_demo,
    "config": _add_config,
    "install": _add_install,
    "backup": _add_backup,
    "restore": _add_restore,
    "doctor": _add_doctor,
    "token": _add_token,
    "completion": _add_completion,
}
"""What adds the arguments of each command, in the order in which help lists them."""
