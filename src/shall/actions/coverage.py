"""Compares a stored run with an OpenAPI document: what of the document the run touched."""

from collections.abc import Iterator

from shall.actions.named_documents import is_url
from shall.actions.request_once import request_once
from shall.actions.results import opened_store
from shall.errors import BadValue, ShallError, StoreUnavailable
from shall.log import Log
from shall.openapi.coverage import Counts, Coverage, Seen, measure
from shall.openapi.document import MOST_BYTES, read_document
from shall.results.listing import CoverageLine
from shall.results.records import SQL_METHOD, CaseResult, ExchangeRecord, RunResult
from shall.transport.exchange import OPENS_WEBSOCKET, Request
from shall.transport.url import checked_url
from shall.workspace.workspace import Workspace

_log = Log(__name__)

_TIMEOUT_S = 30.0
_ACCEPT = ("Accept", "application/json, application/yaml, */*;q=0.5")
_NO_HTTP = frozenset((SQL_METHOD, OPENS_WEBSOCKET))
_KEEP_METHOD = frozenset((307, 308))


def fetch_document(workspace: Workspace, url: str) -> str:
    """Return the text of the document at a URL.

    Raises:
        TargetDenied: The operator allows no request there.
        TargetUnreachable, TimedOut: No response came.
        BadValue: The response is not a document.
    """
    shown = workspace.redactor.url(url)
    request = Request("GET", url, (_ACCEPT,), timeout_s=_TIMEOUT_S)
    response = request_once(workspace, request)
    if response.status != 200:
        raise BadValue(f"{shown} answered with status {response.status}.")
    if len(response.body) > MOST_BYTES:
        raise BadValue(f"{shown} is larger than {MOST_BYTES >> 20} MiB.")
    try:
        return response.body.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise BadValue(f"{shown} is not UTF-8 text.") from None


def note_coverage(workspace: Workspace, run: RunResult, source: str, found: Coverage) -> None:
    """Store what was measured of a stored run, for the history; a fault is logged only."""
    shares = {name: (it.covered, it.total) for name, it in found.shares().items()}
    line = CoverageLine(
        run.run_id,
        run.started_at,
        source,
        shares["operations"],
        shares["statuses"],
        shares["content-types"],
    )
    try:
        opened_store(workspace).save_coverage(line)
    except StoreUnavailable as error:
        _log.warning("the coverage is not stored: %s", error)


def coverage_of(run: RunResult, text: str, source: str, base_url: str | None = None) -> Coverage:
    """Return which operations, statuses and media types of a document a run touched.

    ``source`` is the path or URL of the document. ``base_url``: only requests below it count.

    Raises:
        InvalidCase: The document is not YAML or JSON.
        BadValue: It is of another version, or ``base_url`` is not a URL.
    """
    if base_url is not None:
        base_url = checked_url(base_url)
    counts = Counts()
    seen = [it for case in run.cases for it in _seen(case, counts)]
    return measure(read_document(text, source), seen, counts, base_url)


def coverage_of_files(
    workspace: Workspace, run: RunResult
) -> Iterator[tuple[str, Coverage | None, str]]:
    """Return what a run touched of each document of the project that is a file.

    One that cannot be read has the reason instead. One that is named by its URL is left out: a
    report requests nothing.
    """
    for source in workspace.defaults.openapi:
        if is_url(source):
            continue
        try:
            text = workspace.files.read_text(source, MOST_BYTES)
            yield source, coverage_of(run, text, source), ""
        except ShallError as error:
            yield source, None, error.message


def _seen(case: CaseResult, counts: Counts) -> Iterator[Seen]:
    """Return the responses of a case; count the requests that none came for."""
    for exchange in _exchanges(case):
        if exchange.method in _NO_HTTP:
            continue
        counts.requests += 1
        if exchange.status is None:
            counts.unanswered += 1
        else:
            yield from _responses(exchange, exchange.status)


def _exchanges(case: CaseResult) -> Iterator[ExchangeRecord]:
    """Return what a case sent, a refused token and its renewal included."""
    for step in (*case.steps, *case.teardowns):
        if step.exchange is not None:
            yield from step.exchange.renewal or ()
            yield step.exchange


def _responses(exchange: ExchangeRecord, status: int) -> Iterator[Seen]:
    """Return the response of an exchange, and before it those that redirected."""
    method, url = exchange.method, exchange.url
    for redirect in exchange.redirects or ():
        yield Seen(method, url, redirect.status, None)
        if redirect.status not in _KEEP_METHOD and method != "HEAD":
            method = "GET"
        url = redirect.url
    yield Seen(method, url, status, _content_type(exchange))


def _content_type(exchange: ExchangeRecord) -> str | None:
    """Return the Content-Type of a response; None where it is not stored."""
    if isinstance(exchange.content_type, str):
        return exchange.content_type
    if not exchange.response_headers:
        return None
    named = [it for name, it in exchange.response_headers if name.lower() == "content-type"]
    return named[0] if named else ""
