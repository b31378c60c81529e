"""``/matrix`` and ``/criteria/KEY``: what is proved, and why; also as JSON and CSV."""

from msgspec.structs import replace

from shall.actions.criterion_story import story_of
from shall.actions.current_proof import current_proof
from shall.actions.proof import Proof
from shall.errors import BadValue, FileMissing
from shall.pages.criterion import criterion_page
from shall.pages.matrix import matrix_page
from shall.pages.matrix_filter import MatrixFilter, rows_of
from shall.serve.pages.answers import download
from shall.serve.pages.page import Answer, Page, PageCall
from shall.serve.rest.responses import json_bytes
from shall.specs.export import to_csv, to_json
from shall.specs.matrix import Matrix, row_of

_TOOLS = ("trace_requirements",)


def make_matrix(call: PageCall) -> Answer:
    """Make a page of the matrix."""
    return matrix_page(_proof(call), _wanted(call), call.look, _page(call))


def make_criterion(call: PageCall) -> Answer:
    """Make the page of a criterion.

    Raises:
        FileMissing: No criterion has that key.
    """
    proof, name = _proof(call), call.path["key"]
    try:
        row = row_of(proof.matrix, name)
    except BadValue as error:
        raise FileMissing(error.message, hint=error.hint) from None
    return criterion_page(proof, row, story_of(call.workspace, row), call.look)


def make_json(call: PageCall) -> Answer:
    """Make the rows that are asked for, as `shall trace --format json` writes them."""
    return download(json_bytes(to_json(_chosen(call))), "application/json", "matrix.json")


def make_csv(call: PageCall) -> Answer:
    """Make the rows that are asked for, as `shall trace --format csv` writes them."""
    text = to_csv(_chosen(call)).encode("utf-8", "backslashreplace")
    return download(text, "text/csv", "matrix.csv")


PAGES = (
    Page("/matrix", make_matrix, _TOOLS),
    Page("/matrix.json", make_json, _TOOLS),
    Page("/matrix.csv", make_csv, _TOOLS),
    Page("/criteria/{key:path}", make_criterion, _TOOLS),
)


def _proof(call: PageCall) -> Proof:
    return current_proof(call.workspace, call.language)


def _wanted(call: PageCall) -> MatrixFilter:
    names = MatrixFilter.__struct_fields__
    return MatrixFilter(**{name: call.query[name] for name in names if name in call.query})


def _page(call: PageCall) -> int:
    page = call.query.get("page", "")
    return int(page) if page.isdecimal() and len(page) < 7 else 1


def _chosen(call: PageCall) -> Matrix:
    proof = _proof(call)
    return replace(proof.matrix, rows=tuple(rows_of(proof, _wanted(call))))
