"""Runs and the matrix as files of one folder."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from msgspec.structs import replace
from tests.made_results import case_result, lines_of

from shall.actions.past_runs import PastRuns, RunTrend
from shall.actions.proof import Proof
from shall.pages.folder import folder_pages
from shall.pages.report import run_line
from shall.results.listing import RunPage
from shall.results.records import RunResult
from shall.specs.matrix import Matrix

NOW = datetime(2026, 4, 4, 5, 6, 7, tzinfo=UTC)


class Links(HTMLParser):
    """What a page links to, and what of it can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.addresses: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids |= {given["id"] or ""} if "id" in given else set()
        self.links += [given["href"] or ""] if tag == "a" and "href" in given else []
        self.addresses |= {name for name in ("src", "action", "srcset") if name in given}


def folder(sample: RunResult, matrix: Matrix | None) -> dict[str, str]:
    others = [replace(it, run_id="run 2/../x") for it in sample.cases]
    other = replace(sample, run_id="run 2/../x", cases=tuple(others))
    runs = [sample, other]
    lines = [run_line(it, lines_of(it)) for it in runs]
    proof = None if matrix is None else Proof(matrix)
    past = PastRuns([RunTrend(it, 0.01, 0.02) for it in lines], (), ())
    return dict(folder_pages(RunPage(lines, 2, 2, ["staging"]), runs, past, proof, NOW))


@pytest.mark.verifies("run-pages#4.2")
def test_every_link_of_the_folder_leads_to_what_is_there(sample: RunResult, matrix: Matrix) -> None:
    files = folder(sample, matrix)
    pages = {name: Links(text) for name, text in files.items()}

    for name, page in pages.items():
        assert page.addresses == set()
        for link in page.links:
            file, _, row = link.partition("#")
            assert (file or name) in pages, f"{name}: {link}"
            assert not row or unquote(row) in pages[file or name].ids, f"{name}: {link}"
    assert "run-run_2____x.html" in files
    assert {"run-r1.html", "matrix.html", "history.html"} <= set(pages["index.html"].links)
    assert "matrix.html#users-1.2" in pages["run-r1.html"].links
    assert all(re.fullmatch(r"[\w.-]+\.html", name) for name in files)


@pytest.mark.verifies("run-pages#4.1")
def test_each_file_switches_to_its_other_language(sample: RunResult, matrix: Matrix) -> None:
    files = folder(sample, matrix)

    for name in ("index", "history", "matrix", "run-r1"):
        assert f'href="{name}.zh.html" lang="zh"' in files[f"{name}.html"]
        assert f'href="{name}.html" lang="en"' in files[f"{name}.zh.html"]


def test_a_folder_without_criteria_has_no_matrix(sample: RunResult) -> None:
    files = folder(sample, None)
    assert "matrix.html" not in files
    assert not [text for text in files.values() if "matrix.html" in text]


def test_a_form_needs_a_server_and_is_not_in_a_file(sample: RunResult, matrix: Matrix) -> None:
    for text in folder(sample, matrix).values():
        assert 'method="get"' not in text
        assert "form-action &#x27;none&#x27;" in text


def test_a_hostile_run_is_text_in_its_file(sample: RunResult) -> None:
    hostile = "<script>alert(1)</script>"
    case = case_result(name=hostile, case_key=hostile, run_id=hostile)
    run = replace(sample, run_id=hostile, cases=(case,))
    page = RunPage([run_line(run, lines_of(run))], 1, 1)
    for text in dict(folder_pages(page, [run], PastRuns((), (), ()), None, NOW)).values():
        assert "<script>" not in text
