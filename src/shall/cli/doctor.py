"""``shall doctor``: what is wrong, and what to do about it."""

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import asdict, replace

from shall.actions.requirements import read_specs
from shall.admin.doctor import CheckResult, Examined, Health, examine
from shall.admin.repair import repair
from shall.bootstrap import call_log_path, open_project, state_folder
from shall.cli.options import folder_of, settings_of
from shall.cli.output import CHECK_FAILED, OK, local, notice, printable, write
from shall.errors import InvalidSetting
from shall.settings import FILE_NAME, Settings, process_environment
from shall.workspace.account import current_account
from shall.workspace.server_folder import Origin, ServerFolder, server_folder


def execute(arguments: argparse.Namespace) -> int:
    """Run the command."""
    folder = folder_of(arguments.workspace)
    results = []
    try:
        settings, _ = settings_of(folder, {})
    except InvalidSetting as error:
        settings = Settings()
        step = "Fix this setting. The remaining checks used defaults."
        results.append(CheckResult("settings", Health.FAIL, str(error), step))
    subject = _subject(_of_server(folder, arguments.workspace), settings)
    if subject.origin in {Origin.NAMED, Origin.CURRENT} and folder.is_dir():
        subject = replace(subject, read_specs=lambda: read_specs(open_project(folder, settings)))
    if arguments.repair:
        for line in repair(subject, datetime.now(UTC)):
            notice(f"repaired {line}")
    results += examine(subject)
    _show(results, arguments.format)
    return CHECK_FAILED if any(it.health is Health.FAIL for it in results) else OK


def _of_server(folder: Path, named: str | None) -> ServerFolder:
    """Return what a server that is started in ``folder`` works in."""
    found = server_folder(folder, current_account(), process_environment(), FILE_NAME)
    if named is not None and found.origin is Origin.OWN:
        return ServerFolder(folder, Origin.NONE)  # the question was about / itself
    return found


def _subject(served: ServerFolder, settings: Settings) -> Examined:
    folder = served.path
    return Examined(
        workspace=folder,
        origin=served.origin,
        state=state_folder(folder, settings),
        call_log=call_log_path(folder, settings) if settings.log_calls else None,
        host=settings.server_host,
        port=settings.server_port,
        token_file=settings.token_file,
        tls_cert=settings.tls_cert,
        tls_key=settings.tls_key,
        config=settings.config,
    )


def _show(results: Sequence[CheckResult], form: str) -> None:
    if form == "json":
        write(json.dumps([asdict(result) for result in results], ensure_ascii=False, indent=2))
        return
    for result in results:
        health = f"{local(result.health):<4}"
        write(printable(f"{health}  {local(result.check)}: {local(result.message)}"))
        if result.next_step:
            write(printable(f"      {local(result.next_step)}"))
