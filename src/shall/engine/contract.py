"""Compares responses with an OpenAPI document. Loaded with the first step that asks for it."""

from msgspec import Struct

from shall.engine.check import CaseContext
from shall.engine.full_plan import ContractPlan
from shall.engine.query import Content
from shall.errors import InvalidInput
from shall.openapi.conformance import UNDECLARED, Answer, Contract
from shall.openapi.document import MOST_BYTES, read_document
from shall.results.records import CheckResult, Outcome
from shall.transport.exchange import Request, Response

_KEEP_METHOD = frozenset((307, 308))


def judge_contract(
    contract: ContractPlan,
    request: Request,
    response: Response,
    content: Content,
    context: CaseContext,
) -> CheckResult:
    """Check that a response is one that the document declares.

    Of several documents the first one judges that declares the operation.

    Raises:
        InvalidInput: A document cannot be read, or the project names none.
    """
    plan, files = contract.check, contract.files
    if not files:
        raise InvalidInput("`openapi: true` needs the setting `openapi`, which names no document.")
    context.scope.budget.check_time()
    answer = _answer(request, response, content)
    wrong = first = _contract(files[0], context).judge(answer)
    for file in files[1:]:
        if wrong is None or wrong.code not in UNDECLARED:
            break
        wrong = _contract(file, context).judge(answer)
    if wrong is not None and wrong.code in UNDECLARED:
        wrong = first
    outcome = Outcome.PASSED if wrong is None else Outcome.FAILED
    if wrong is not None and wrong.code == "check.bad_openapi":
        outcome = Outcome.ERROR
    expected = ", ".join(files)
    return CheckResult(
        plan.kind, plan.path, outcome, None, expected, response.status, message=wrong
    )


def _contract(file: str, context: CaseContext) -> Contract:
    """Return a document, which is read once in a run, and again where it changes meanwhile.

    The evidence of a case has the document that there was when the case was read.
    """
    contracts: dict[str, _Read] = context.shared.setdefault("openapi", {})
    stamp = context.attachments.stamp(file)
    known = contracts.get(file)
    if known is None or known.stamp != stamp:
        data = context.attachments.read_bytes(file)
        known = contracts[file] = _Read(stamp, Contract(read_document(_text(data), file)))
    return known.contract


class _Read(Struct, frozen=True):
    """A document, and the stamp that its file had before it was read."""

    stamp: tuple[int, ...] | None
    contract: Contract


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise InvalidInput(f"The document is larger than {MOST_BYTES >> 20} MiB.")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InvalidInput("The document is not UTF-8 text.") from None


def _answer(request: Request, response: Response, content: Content) -> Answer:
    """Return the last response with the request that it answers, which a redirect may change."""
    method, url = request.method, request.url
    for redirect in response.redirects:
        if redirect.status not in _KEEP_METHOD and method != "HEAD":
            method = "GET"
        url = redirect.url
    return Answer(
        method,
        url,
        response.status,
        response.headers,
        content.value,
        content.is_json,
    )
