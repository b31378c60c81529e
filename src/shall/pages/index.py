"""Rows as data in a saved file: the element ``shall-index`` searches, filters and pages them.

The file has the first rows as HTML, and all rows as JSON with templates by the same renderer. The
script clones a template and sets text: no markup is made of a value.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from msgspec import Struct

from shall.pages.links import PAGE_LENGTH
from shall.pages.markup import Content, Html, tag, wrapped
from shall.pages.words import word

_AT_A_TIME = 200
"""Rows that are in memory as data."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_ESCAPED = str.maketrans({"<": "\\u003c", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class Index(Struct, frozen=True):
    """Rows with what is needed to show, search and filter them.

    ``shown`` are the first of ``total`` rows as HTML, in pieces. A number in a column that
    ``tables`` names is a place in that table. ``templates`` are named ``row`` and ``group``: one of
    a group comes before each row whose feature or group differs from the row before. ``values`` are
    the HTML of the values of a column, ``fields`` those of the form, ``searched`` the columns that
    the search looks at, ``key`` the column whose value names the row in links.
    """

    shown: Sequence[Content]
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
    total: int
    searched: Sequence[str]
    templates: Mapping[str, Html]
    tables: Mapping[str, Sequence[Any]] = {}
    values: Mapping[str, Sequence[Html]] = {}
    fields: Sequence[Html] = ()
    key: str = "key"


def searched_rows(index: Index, language: str) -> tuple[Content, ...]:
    """Make the element around the first rows, in pieces: form and pager appear with the script."""
    total, last = index.total, min(index.total, PAGE_LENGTH)
    more = {"first": "1", "last": f"{last:,}", "total": f"{total:,}"}
    templates = [
        tag("template", it, data_row_template=name == "row", data_group_template=name == "group")
        for name, it in index.templates.items()
    ]
    return wrapped(
        "shall-index",
        tag(
            "form",
            _search(language),
            *index.fields,
            class_="search",
            id=f"{index.key}-form",
            hidden=True,
        ),
        tag("p", word("index.script", language, **more), class_="notice", data_without_script=True)
        if total > last
        else None,
        _pager(language),
        *index.shown,
        _pager(language),
        *templates,
        *(tag("template", *them, data_values=name) for name, them in index.values.items()),
        index_script(index),
        data_id=index.key,
        data_search=" ".join(index.searched),
        data_page=str(PAGE_LENGTH),
        data_pager=word("pager", language, first="{first}", last="{last}", total="{total}"),
        data_nothing=word("index.nothing", language),
    )


def index_script(index: Index) -> Html:
    """Return the rows as a block of JSON that no value can end."""
    head = _text({"columns": index.columns, "tables": index.tables})[:-1]
    rows = iter(index.rows)
    parts = iter(lambda: list(islice(rows, _AT_A_TIME)), [])
    texts = ",".join(_text(part)[1:-1] for part in parts)
    return tag("script", Html(f'{head},"rows":[{texts}]}}'), type="application/json")


def _text(data: Any) -> str:
    written = _encode(data).encode("utf-8", "backslashreplace")  # half of a surrogate pair
    return written.decode().translate(_ESCAPED)


def cell(name: str, kind: str = "", element: str = "span", *content: Content, **other: str) -> Html:
    """Make the element of a template that a value is set in."""
    return tag(element, *content, data_cell=name, data_kind=kind, **other)


def _search(language: str) -> Html:
    return tag(
        "input",
        type="search",
        placeholder=word("search.hint", language),
        aria_label=word("search", language),
    )


def _pager(language: str) -> Html:
    steps = [
        tag("button", word(f"pager.{name}", language), type="button", data_step=step)
        for name, step in (("before", "-1"), ("after", "1"))
    ]
    shown = tag("span", class_="soft")
    return tag("div", shown, *steps, class_="pager", data_pages=True, hidden=True)
