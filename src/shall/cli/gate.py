"""``shall gate``: the rules that the coverage must satisfy."""

import argparse

from shall.actions.gate import check_gate
from shall.cli.options import project_of
from shall.cli.output import BAD_INPUT, CHECK_FAILED, OK, say, write, write_file
from shall.report.gate import gate_text, gate_written
from shall.specs.gate import Verdict

_STATUSES = {Verdict.PASSED: OK, Verdict.FAILED: CHECK_FAILED, Verdict.UNKNOWN: BAD_INPUT}


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    workspace, settings = project_of(arguments)
    gate = check_gate(workspace, arguments.base, arguments.environment)
    text = gate_written(gate, arguments.format, settings.language)
    if arguments.output:
        write_file(arguments.output, text if text.endswith("\n") else f"{text}\n")
        say(gate_text(gate).splitlines()[-1])
    else:
        write(text.rstrip("\n"))
    return _STATUSES[gate.verdict]
