"""Imports what is imported on first use, before the first request is served.

A server that imports nothing while it serves runs the same code whatever is written to the disk
meanwhile. That the working folder is not in ``sys.path`` (``import_path``) is the first line of
defence; this is the second. Over stdio the first has to do: a client waits for the server's start.
"""

import importlib
from contextlib import suppress

from shall.engine import fakes

ON_FIRST_USE = (
    "shall.actions.broken_cases",
    "shall.actions.case_links",
    "shall.actions.case_needs",
    "shall.actions.data_rows",
    "shall.actions.early_cases",
    "shall.actions.evidence",
    "shall.actions.hooks",
    "shall.actions.importing",
    "shall.actions.logins",
    "shall.actions.named_documents",
    "shall.actions.only",
    "shall.actions.selection",
    "shall.actions.sending",
    "shall.actions.shared_steps",
    "shall.actions.unit_cases",
    "shall.actions.unit_writing",
    "shall.case_lint.drafts",
    "shall.cases.access",
    "shall.cases.comments",
    "shall.cases.data_table",
    "shall.cases.fakes",
    "shall.cases.filters",
    "shall.cases.full_case",
    "shall.cases.functions",
    "shall.cases.grammar",
    "shall.cases.locations",
    "shall.cases.nearest",
    "shall.cases.patterns",
    "shall.cases.plain_expect",
    "shall.cases.polling",
    "shall.cases.query_languages",
    "shall.cases.schema_cycles",
    "shall.cases.schema_files",
    "shall.cases.shared_steps",
    "shall.cases.sql",
    "shall.cases.yaml_text",
    "shall.cases.yaml_writer",
    "shall.config_source",
    "shall.database_source",
    "shall.diagnostics.terminal",
    "shall.engine.access",
    "shall.engine.capture",
    "shall.engine.conditions",
    "shall.engine.filters",
    "shall.engine.contract",
    "shall.engine.deletion",
    "shall.engine.differences",
    "shall.engine.fakes",
    "shall.engine.flow",
    "shall.engine.flow_plan",
    "shall.engine.full_plan",
    "shall.engine.functions",
    "shall.engine.operations",
    "shall.engine.parts",
    "shall.engine.patterns",
    "shall.engine.polling",
    "shall.engine.redacted_record",
    "shall.engine.renewal",
    "shall.engine.schema",
    "shall.engine.schema_words",
    "shall.engine.selectors",
    "shall.engine.shared",
    "shall.engine.snapshot",
    "shall.engine.spawned_workers",
    "shall.engine.sql",
    "shall.engine.sql_plan",
    "shall.engine.steady_decoder",
    "shall.engine.stream",
    "shall.engine.vacuity",
    "shall.engine.websocket",
    "shall.engine.worker_processes",
    "shall.imports.curl",
    "shall.imports.har",
    "shall.imports.hurl",
    "shall.imports.openapi",
    "shall.imports.postman",
    "shall.imports.runn",
    "shall.imports.tavern",
    "shall.mcp.workflow_tools",
    "shall.messages.translation",
    "shall.messages.zh",
    "shall.messages.zh.json_schema",
    "shall.pages.api_coverage",
    "shall.pages.criterion_text",
    "shall.pages.run_matrix",
    "shall.pages.side_by_side",
    "shall.pages.views",
    "shall.redaction.json_text",
    "shall.redaction.markup",
    "shall.redaction.matcher",
    "shall.report.assistant",
    "shall.report.curl",
    "shall.report.failures",
    "shall.report.gate",
    "shall.results.collected",
    "shall.results.listing",
    "shall.results.reason",
    "shall.secret_source",
    "shall.settings.config_yaml",
    "shall.specs.gate",
    "shall.store.call_buffer",
    "shall.store.call_log",
    "shall.store.call_statistics",
    "shall.store.connections",
    "shall.store.coverage",
    "shall.store.decisions",
    "shall.store.evidence",
    "shall.store.fill_columns",
    "shall.store.lines",
    "shall.store.live_runs",
    "shall.store.outages",
    "shall.store.past",
    "shall.store.reasons",
    "shall.store.run_lines",
    "shall.store.stops",
    "shall.store.vfs",
    "shall.transport.addresses",
    "shall.transport.http.connection",
    "shall.transport.http.decoding",
    "shall.transport.http.loop",
    "shall.transport.http.reasons",
    "shall.transport.http.redirect",
    "shall.transport.http.websocket",
    "shall.transport.sql.statement",
    "shall.transport.threads",
    "shall.transport.upload",
    "shall.workspace.atomic",
    "shall.workspace.scratch",
    "shall.workspace.secrets",
    "shall.workspace.stray_cases",
    "base64",
    "cssselect",
    "email.utils",
    "encodings.idna",
    "encodings.utf_8_sig",
    "hashlib",
    "html",
    "ipaddress",
    "jmespath",
    "json",
    "jsonpath_rfc9535",
    "jsonschema_rs",
    "lxml",
    "lxml.etree",
    "markdown_it",
    "regex",
    "selectors",
    "unicodedata",
    "urllib.parse",
)
"""What functions of ours import for the sake of the commands' start, and Python for our text."""


DRIVERS = (
    "shall.transport.sql.connections",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.mysql.pymysql",
    "psycopg",
    "pymysql",
)
"""What only a server with databases imports, as far as it is installed."""


def import_drivers() -> None:
    """Import what asks databases."""
    for name in DRIVERS:
        with suppress(ImportError):  # an extra that only some install
            importlib.import_module(name)


def import_pages() -> None:
    """Import what makes pages."""
    importlib.import_module("shall.serve.pages")


def import_all() -> None:
    """Import it all."""
    for name in ON_FIRST_USE:
        importlib.import_module(name)
    fakes.load()
