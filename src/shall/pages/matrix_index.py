"""The matrix of a saved file: the first rows as HTML, all of them as an index."""

from collections.abc import Hashable, Sequence
from typing import Any

from shall.actions.proof import Proof
from shall.escaping import one_line
from shall.messages import translated
from shall.pages.criterion_text import LONGEST, parts_of
from shall.pages.fields import choice_field
from shall.pages.frame import Look
from shall.pages.index import Index, cell, searched_rows
from shall.pages.links import PAGE_LENGTH
from shall.pages.markup import Html, joined, tag
from shall.pages.matrix_filter import choices, environments_of, owners
from shall.pages.matrix_rows import (
    MOST_LINKS,
    Cells,
    facts_of,
    group_of,
    group_row,
    link_item,
    matrix_table,
    row_of_cells,
    short_commit,
    source_text,
)
from shall.pages.status import ORDER, decisive, status_pill
from shall.pages.why import change_note, decision_note
from shall.specs.matrix import Row

_COLUMNS = (
    *("key", "text", "notes", "status", "at", "in", "commit", "links"),
    *("feature", "group", "owner", "language", "environment"),
)


class _Places:
    """Numbers of values, each in the order in which it first occurs."""

    def __init__(self, values: Sequence[str] = ()) -> None:
        self._places: dict[Hashable, int] = {value: at for at, value in enumerate(values)}

    def of(self, value: Hashable) -> int:
        """Return the number of a value."""
        return self._places.setdefault(value, len(self._places))

    def values(self) -> list[Any]:
        """Return the values by their numbers, with what is unseen in texts escaped."""
        return [one_line(it) if isinstance(it, str) else it for it in self._places]


def searched_table(proof: Proof, look: Look) -> Html:
    """Make the table of all rows, with what searches, filters and pages it."""
    rows, language = proof.matrix.rows, look.language
    if not rows:
        return joined()
    known = choices(proof)
    statuses = [it.value for it in ORDER]
    places = {name: _Places(known.get(name, ())) for name in ("feature", "owner", "language")}
    places |= {"environment": _Places(known["environment"]), "group": _Places(), "links": _Places()}
    places["in"] = places["environment"]
    data = [_data(proof, row, places, statuses, language) for row in rows]
    tables = {name: it.values() for name, it in places.items()} | {"status": statuses}
    fields = [
        choice_field(
            name, values, "", language, numbers=[tables[name].index(one_line(it)) for it in values]
        )
        for name, values in known.items()
        if len(values) > 1
    ]
    index = Index(
        shown=(matrix_table(proof, rows[:PAGE_LENGTH], look),),
        columns=_COLUMNS,
        rows=data,
        total=len(data),
        searched=("key", "text", "group", "links"),
        templates={
            "row": _template(language),
            "group": group_row(cell("feature"), cell("group")),
        },
        tables=tables,
        values={"status": [status_pill(it, language) for it in statuses]},
        fields=fields,
    )
    return joined(*searched_rows(index, language))


def _template(language: str) -> Html:
    item = tag("template", link_item(cell("status", "values"), cell("source")))
    at = tag("time", data_cell="at", data_kind="time", data_age=True)
    cells = Cells(
        key=tag("a", data_cell="key", data_link="key", class_="key"),
        text=cell("text", "marked"),
        notes=cell(
            "notes",
            "list",
            "div",
            tag("template", cell("note", "", "p", class_="note")),
            data_columns="note",
        ),
        status=cell("status", "values"),
        facts=facts_of(at, cell("in"), cell("commit")),
        links=cell("links", "list", "ul", item, class_="links", data_columns="status source"),
    )
    return row_of_cells("", cells, language)


def _data(
    proof: Proof, row: Row, places: dict[str, _Places], statuses: list[str], language: str
) -> list[Any]:
    found = decisive(row)
    latest = found.latest if found is not None else None
    where = (latest.environment or found.environment) if latest and found else ""
    feature, group = group_of(proof, row)
    environment, links = places["environment"], places["links"]
    shown = row.links[:MOST_LINKS]
    return [
        one_line(row.criterion.key),
        list(map(one_line, parts_of(row.criterion.text, LONGEST))),
        [[one_line(it)] for it in _notes(proof, row, language)],
        statuses.index(row.status),
        int(latest.at.timestamp()) if latest else 0,
        environment.of(where) if where else "",
        one_line(short_commit(latest)) if latest else "",
        [links.of((statuses.index(it.status), one_line(source_text(it)))) for it in shown],
        places["feature"].of(feature),
        places["group"].of(group),
        [places["owner"].of(it) for it in owners(proof, row)],
        places["language"].of(row.criterion.language),
        [environment.of(it) for it in environments_of(row)],
    ]


def _notes(proof: Proof, row: Row, language: str) -> list[str]:
    known = (change_note(row, language), decision_note(row, language))
    findings = proof.findings.get(row.criterion.key, ())
    return [
        *filter(None, known),
        *(f"{it.code} {translated(it.message, language)}" for it in findings),
    ]
