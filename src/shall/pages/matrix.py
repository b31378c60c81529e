"""The matrix as a page of the server and as a file: what is proved, and what is not."""

from collections.abc import Iterator, Sequence

from shall.actions.proof import Proof
from shall.diagnostics import Diagnostic
from shall.messages import translated
from shall.pages.criterion_text import marked_text
from shall.pages.fields import choice_field
from shall.pages.frame import Body, Look, saved, served
from shall.pages.heat import heat_map
from shall.pages.links import PAGE_LENGTH, row_id
from shall.pages.markup import Html, joined, tag
from shall.pages.matrix_filter import MatrixFilter, choices, rows_of
from shall.pages.matrix_index import searched_table
from shall.pages.matrix_rows import matrix_table
from shall.pages.parts import download_links, link, pager, search_form, share
from shall.pages.status import ORDER, status_pill
from shall.pages.why import why_chain
from shall.pages.words import word
from shall.specs.matrix import Matrix, Row
from shall.specs.status import UNCOUNTED, Status

MOST_LISTED = 200
"""Problems, links and passages of one kind that are shown."""

WHY_LENGTH = 300_000
"""Characters that the chains of a saved file take; those of the worst criteria come first."""


def matrix_page(proof: Proof, wanted: MatrixFilter, look: Look, page: int = 1) -> str:
    """Return a page of the matrix of a server: the rows that are asked for, at most 500."""
    rows = rows_of(proof, wanted)
    last = max(-(-len(rows) // PAGE_LENGTH), 1)
    page = min(max(page, 1), last)
    first = (page - 1) * PAGE_LENGTH
    before, after = (
        look.links.matrix(**wanted.query(page=str(it))) if 1 <= it <= last else ""
        for it in (page - 1, page + 1)
    )
    pages = pager(first + 1, len(rows), before, after, look.language)
    shown = rows[first : first + PAGE_LENGTH]
    language = look.language
    return served(
        word("matrix.title", language),
        look,
        head_of(proof.matrix, look),
        tag(
            "main",
            notices(proof, look),
            heat_map(proof.matrix, look) if not wanted.query() else None,
            tag("h2", word("matrix.title", language), id="matrix"),
            search_form(
                look.links.action("/matrix"), wanted.q, language, *_fields(proof, wanted, look)
            ),
            _found(len(rows), len(proof.matrix.rows), wanted, look),
            pages,
            matrix_table(proof, shown, look) if shown else None,
            pages,
            _downloads(wanted, look),
        ),
        here="matrix",
    )


def matrix_file(proof: Proof, look: Look, name: str = "") -> str:
    """Return the matrix as a file of its own; ``name`` is that of the project."""
    body = matrix_body(proof, look, name)
    return saved(body.title, look, *body.content)


def matrix_body(proof: Proof, look: Look, name: str = "") -> Body:
    """Make what the file of the matrix shows.

    The first 500 rows are HTML, the others an index that the script of the file searches.
    """
    language = look.language
    title = word("matrix.title", language)
    content = (
        head_of(proof.matrix, look, name),
        tag(
            "main",
            notices(proof, look),
            heat_map(proof.matrix, look),
            _why(proof, look),
            tag("h2", title, id="matrix"),
            searched_table(proof, look),
        ),
        tag("footer", f"shall · {look.now:%Y-%m-%d %H:%M:%S} UTC"),
    )
    return Body(f"{name} · {title}" if name else title, look, content)


def head_of(matrix: Matrix, look: Look, name: str = "") -> Html:
    """Make the verdict: how many criteria are proved, and how many of each status there are."""
    language = look.language
    counts = matrix.counts()
    statuses = [it for it in ORDER if counts[it.value]]
    counted = counted_in(matrix)
    proved = counts[Status.PROVED.value]
    uncounted = len(matrix.rows) - counted
    hiding = len(matrix.wrong_specs) + len(matrix.problems)
    pills = [
        tag(
            "li",
            link(look.links.matrix(status=it.value), status_pill(it, language, counts[it.value])),
        )
        for it in statuses
    ]
    eyebrow = word("matrix.title", language)
    return tag(
        "header",
        tag("p", f"{name} · {eyebrow}" if name else eyebrow, class_="eyebrow"),
        tag("h1", proved_text(matrix, language) if matrix.rows else word("matrix.none", language)),
        tag("p", word("matrix.hidden", language, count=hiding), class_="notice")
        if hiding
        else None,
        share({it.value: counts[it.value] for it in reversed(statuses)}),
        tag("ul", *pills, class_="counts"),
        tag("p", word("matrix.uncounted", language, count=uncounted), class_="soft")
        if uncounted
        else None,
        class_=f"head {_worst(matrix, counted, proved)}",
    )


def proved_text(matrix: Matrix, language: str) -> str:
    """Return how many criteria are proved of those that are to be proved."""
    proved = matrix.counts()[Status.PROVED.value]
    total = f"{counted_in(matrix):,}"
    return word("matrix.verdict", language, proved=f"{proved:,}", total=total)


def counted_in(matrix: Matrix) -> int:
    """Count the criteria that are to be proved."""
    return sum(row.status not in UNCOUNTED for row in matrix.rows)


def _worst(matrix: Matrix, counted: int, proved: int) -> str:
    if matrix.counts()[Status.FAILING.value]:
        return "failed"
    if matrix.wrong_specs:
        return "error"
    return "passed" if counted and proved == counted else "skipped"


def notices(proof: Proof, look: Look) -> Html:
    """Make what readers have to know beside the rows: what was not read, problems, approvals."""
    matrix, language = proof.matrix, look.language
    problems = [*matrix.wrong_specs, *matrix.problems]
    unknown = [it.diagnostic() for it in matrix.unknown]
    moved = [
        word(
            "matrix.moved.row",
            language,
            old=it.old_key,
            new=it.new_key,
            sources=", ".join(it.sources),
        )
        for it in matrix.moved
    ]
    return joined(
        _listed("problems", _diagnostics(problems, language), language),
        _listed("not_read", _diagnostics(matrix.unread, language), language),
        _listed("unknown", _diagnostics(unknown, language), language),
        _listed("moved", [tag("li", it) for it in moved[:MOST_LISTED]], language, len(moved)),
        _listed("undecided", _diagnostics(matrix.undecided, language), language),
        _approvals(proof, language),
    )


def _diagnostics(found: Sequence[Diagnostic], language: str) -> list[Html]:
    return [
        tag(
            "li",
            tag("code", str(it.span)) if it.span else None,
            f" {translated(it.text, language)}",
        )
        for it in found
    ]


def _listed(name: str, items: list[Html], language: str, count: int = 0) -> Html:
    if not items:
        return Html()
    count = count or len(items)
    shown = items[:MOST_LISTED]
    if count > len(shown):
        shown.append(tag("li", word("matrix.more", language, count=count - len(shown))))
    summary = tag("summary", word(f"matrix.{name}", language, count=count))
    return tag("details", summary, tag("ul", *shown), class_="notice", id=name)


def _approvals(proof: Proof, language: str) -> Html:
    items = []
    for it in proof.approvals:
        if it.last is not None and it.status != "none":
            said = word(f"matrix.approval.{it.status}", language, by=it.last.by)
            note = f": {it.last.reason}" if it.last.reason else ""
            items.append(tag("li", tag("code", it.path), f" {said}, {it.last.at:%Y-%m-%d}{note}"))
    if not items:
        return Html()
    summary = tag("summary", word("matrix.approvals", language))
    return tag(
        "details", summary, tag("ul", *items[:MOST_LISTED]), class_="notice plain", id="approvals"
    )


def _fields(proof: Proof, wanted: MatrixFilter, look: Look) -> list[Html]:
    asked = wanted.query()
    fields = [
        choice_field(name, values, asked.get(name, ""), look.language)
        for name, values in choices(proof).items()
        if len(values) > 1 or asked.get(name)
    ]
    sent = look.links.form_fields().items()
    return [*fields, *(tag("input", type="hidden", name=it, value=value) for it, value in sent)]


def _found(count: int, total: int, wanted: MatrixFilter, look: Look) -> Html:
    if not wanted.query():
        return Html()
    language = look.language
    text = word("matrix.found", language, count=count, total=f"{total:,}")
    reset = link(look.links.matrix(), word("matrix.reset", language))
    missing = tag("p", word("matrix.nothing", language)) if not count else None
    return joined(tag("p", text, " ", reset, class_="soft", role="status"), missing)


def _downloads(wanted: MatrixFilter, look: Look) -> Html:
    files = {it: look.links.matrix_file(it, **wanted.query()) for it in ("json", "csv")}
    compare = link(look.links.changes(), word("changes", look.language))
    return joined(download_links(files, look.language), tag("p", compare))


def _why(proof: Proof, look: Look) -> Html:
    excused = {Status.PROVED, *UNCOUNTED}
    bad = [row for row in proof.matrix.worst_first() if row.status not in excused]
    if not bad:
        return Html()
    language = look.language
    chains = list(_chains(proof, bad, look))
    left_out = len(bad) - len(chains)
    return tag(
        "section",
        tag("h2", word("matrix.why", language), id="why"),
        *chains,
        tag("p", word("matrix.why.left_out", language, count=left_out), class_="soft")
        if left_out > 0
        else None,
        aria_labelledby="why",
    )


def _chains(proof: Proof, rows: Sequence[Row], look: Look) -> Iterator[Html]:
    length = 0
    for row in rows:
        key = row.criterion.key
        drawn = tag(
            "details",
            tag(
                "summary",
                status_pill(row.status, look.language),
                tag("h3", key),
                tag("span", marked_text(row.criterion), class_="ears place"),
            ),
            tag("div", why_chain(proof, row, look), class_="body"),
            class_=f"case {row.status}",
            id=f"why-{row_id(key)}",
        )
        length += len(drawn)
        if length > WHY_LENGTH:
            return
        yield drawn
