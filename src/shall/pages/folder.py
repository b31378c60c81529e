"""Runs and the matrix as files of one folder that link to one another, in both languages."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec.structs import replace

from shall.actions.past_runs import PastRuns
from shall.actions.proof import Proof
from shall.pages.frame import LANGUAGES, Look
from shall.pages.history import history_file
from shall.pages.links import FolderLinks, run_page_name
from shall.pages.matrix import matrix_file
from shall.pages.report import Beside, criterion_texts, run_file
from shall.pages.runs import runs_file
from shall.results.listing import RunPage
from shall.results.records import RunResult


def folder_pages(
    runs: RunPage,
    results: Iterable[RunResult],
    past: PastRuns,
    proof: Proof | None,
    now: datetime,
) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file. ``results`` are those of ``runs``, read as needed.

    Cases are rows of the file of their run. ``proof`` None: the folder has no matrix. The lists
    come last: where a run cannot be read, none of them links to a file that is missing.
    """
    ids = frozenset(line.run_id for line in runs.lines)
    keys = frozenset(row.criterion.key for row in proof.matrix.rows) if proof else frozenset()
    for run in results:
        name = run_page_name(run.run_id)
        for language in LANGUAGES:
            links = FolderLinks(page=name, language=language, runs_with_file=ids, keys=keys)
            texts = criterion_texts(proof.matrix if proof else None, language)
            text = run_file(run, Look(language, now, links), Beside(texts=texts))
            yield links.file(name), text
    for language in LANGUAGES:
        links = FolderLinks(language=language, runs_with_file=ids, keys=keys)
        yield links.file("index"), runs_file(runs, Look(language, now, links))
        if ids:
            of_history = Look(language, now, replace(links, page="history"))
            yield links.file("history"), history_file(past, of_history)
        if proof is not None and keys:
            of_matrix = replace(links, page="matrix")
            yield links.file("matrix"), matrix_file(proof, Look(language, now, of_matrix))
