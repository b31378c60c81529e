"""Where pages link to: one address each, in the form that they are read in.

A method returns an empty text where the form has no such page; then no link is drawn.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from msgspec import Struct

from shall.diagnostics.escaping import one_line

PAGE_LENGTH = 500
"""Rows of a page at most; what follows is on the next one."""


_LONGEST_NAME = 2_000
"""Characters of a name beyond which nothing links to it: browsers and servers refuse such links."""


def row_id(key: str) -> str:
    """Return the ``id`` of the row of a criterion or a case: ``auth#1.2`` is ``auth-1.2``."""
    return "-".join(one_line(key).replace("#", " ").split())


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="backslashreplace")  # half of a surrogate pair


class Links(Struct, frozen=True):
    """The links of a page that is alone: to its own rows.

    ``assets`` maps the name of each style and script that is not inside the page to its digest.
    ``prefix`` precedes every path, where a proxy serves the pages below one: ``/shall``.
    """

    assets: Mapping[str, str] = {}
    prefix: str = ""

    def overview(self) -> str:
        """Return the address of the first page."""
        return self._to("/")

    def matrix(self, **filters: str) -> str:
        """Return the address of the matrix, filtered."""
        return self._to("/matrix", filters)

    def matrix_file(self, ending: str, **filters: str) -> str:
        """Return the address of the rows as a download: ``json`` or ``csv``."""
        return self._to(f"/matrix.{ending}", filters)

    def changes(self, **wanted: str) -> str:
        """Return the address of what changed between two commits; see ``/changes``."""
        return self._to("/changes", wanted)

    def changes_file(self, ending: str, **wanted: str) -> str:
        """Return the address of the changes as a download: ``json`` or ``csv``."""
        return self._to(f"/changes.{ending}", wanted)

    def criterion(self, key: str) -> str:
        """Return the address of a criterion."""
        return self._to(f"/criteria/{_quoted(key)}") or f"#{_quoted(row_id(key))}"

    def runs(self, **filters: str) -> str:
        """Return the address of the list of runs, filtered."""
        return self._to("/runs", filters)

    def run(self, run_id: str, **filters: str) -> str:
        """Return the address of a run; of its cases, those that the filters leave."""
        return self._to(f"/runs/{_quoted(run_id)}", filters)

    def run_file(self, run_id: str, ending: str) -> str:
        """Return the address of a run as a file: ``json``, ``junit.xml`` or ``csv``."""
        return self._to(f"/runs/{quote(run_id, safe='')}.{ending}")

    def case(self, run_id: str, number: int) -> str:
        """Return the address of a case of a run; ``number`` counts from 1."""
        return self._to(f"/runs/{_quoted(run_id)}/cases/{number}") or f"#case-{number}"

    def history(self, **filters: str) -> str:
        """Return the address of the flaky and slow cases."""
        return self._to("/history", filters)

    def case_history(self, case_key: str, data_row: str | None = None) -> str:
        """Return the address of what became of a case, or a row of its data, over the runs."""
        if len(case_key) + len(data_row or "") > _LONGEST_NAME:
            return ""
        row = {} if data_row is None else {"row": data_row}
        return self._to("/history/case", {"key": case_key, **row})

    def compare(self, before: str, after: str, **filters: str) -> str:
        """Return the address of what differs between two runs, filtered."""
        return self._to("/compare", {"before": before, "after": after, **filters})

    def server(self) -> str:
        """Return the address of what the server counts."""
        return self._to("/server")

    def live(self, **wanted: str) -> str:
        """Return the address of the events of runs that go on."""
        return self._to("/live", wanted)

    def stop(self, run_id: str) -> str:
        """Return the address that asks a run to stop."""
        return self._to(f"/runs/{quote(run_id, safe='')}/cancel")

    def action(self, path: str) -> str:
        """Return the address that a form is sent to."""
        return self._to(path)

    def form_fields(self) -> Mapping[str, str]:
        """Return what a form that asks for a page sends beside its own fields."""
        return {}

    def in_language(self, language: str, query: str) -> str:
        """Return the address of this page in a language; ``query`` is what it is asked for."""
        return f"?{query}&lang={language}" if query else f"?lang={language}"

    def asset(self, name: str) -> str:
        """Return the address of a style or script; empty where it is inside the page."""
        if name not in self.assets:
            return ""
        return f"{self.prefix}/assets/{name}?{_quoted(self.assets[name])}"

    def _to(self, path: str, query: Mapping[str, str] | None = None) -> str:
        del path, query
        return ""


class ServedLinks(Links, frozen=True):
    """The links of a server. ``workspace`` is named where it is not the default one."""

    workspace: str = ""

    def _to(self, path: str, query: Mapping[str, str] | None = None) -> str:
        named = {name: value for name, value in (query or {}).items() if value}
        if self.workspace:
            named["workspace"] = self.workspace
        path = f"{self.prefix}{path}"
        return f"{path}?{urlencode(named, errors='backslashreplace')}" if named else path

    def form_fields(self) -> Mapping[str, str]:
        """Return the name of the workspace, where it is not the default one."""
        return {"workspace": self.workspace} if self.workspace else {}


class FolderLinks(Links, frozen=True):
    """The links between files of one folder, in one language; those of ``runs`` have a file.

    ``page`` is the name of the file that links, without its ending. ``keys`` are the criteria of
    the matrix; without any the folder has none.
    """

    page: str = "index"
    language: str = "en"
    runs_with_file: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    def file(self, page: str, language: str = "") -> str:
        """Return the name of a file: ``index.html``, in Chinese ``index.zh.html``."""
        language = language or self.language
        return f"{page}.html" if language == "en" else f"{page}.{language}.html"

    def overview(self) -> str:
        """Return the file of the list of runs."""
        return self.file("index")

    def matrix(self, **filters: str) -> str:
        """Return the file of the matrix; there is none of some rows."""
        return self.file("matrix") if self.keys and not any(filters.values()) else ""

    def criterion(self, key: str) -> str:
        """Return the row of a criterion in the matrix."""
        if key not in self.keys:
            return ""
        row = f"#{_quoted(row_id(key))}"
        return row if self.page == "matrix" else f"{self.file('matrix')}{row}"

    def runs(self, **filters: str) -> str:
        """Return the file of the list of runs; there is none of some."""
        return "" if any(filters.values()) else self.file("index")

    def history(self, **filters: str) -> str:
        """Return the file of the flaky and slow cases."""
        return self.file("history") if self.runs_with_file and not any(filters.values()) else ""

    def run(self, run_id: str, **filters: str) -> str:
        """Return the file of a run."""
        has_file = run_id in self.runs_with_file and not any(filters.values())
        return self.file(run_page_name(run_id)) if has_file else ""

    def case(self, run_id: str, number: int) -> str:
        """Return the row of a case in the file of its run."""
        if self.page == run_page_name(run_id):
            return f"#case-{number}"
        return f"{self.run(run_id)}#case-{number}" if self.run(run_id) else ""

    def in_language(self, language: str, query: str) -> str:
        """Return the file of this page in another language."""
        del query
        return self.file(self.page, language)


def run_page_name(run_id: str) -> str:
    """Return the name of the file of a run, without its ending."""
    return f"run-{re.sub(r'[^A-Za-z0-9_-]', '_', run_id)[:100]}"
