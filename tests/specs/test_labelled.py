"""Labelled documents in every layout: each criterion's id, line, pattern and clauses.

A line of a file in ``labelled/`` is the id of the criterion that begins there (or nothing), a tab,
and the line of the document, in which marks label the sentence: ``{condition}``, ``«subject»``,
``<response>``, and ``<!response>`` of a prohibition. What a mark cannot label stands behind ``||``:
``subject=``, ``when=``, ``if=``.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shall.specs.clause import Clause, Condition, Trigger
from shall.specs.model import Criterion
from shall.specs.reader import read_document

FOLDER = Path(__file__).parent / "labelled"
WORDS = {
    Trigger.EVENT: "when whenever once upon on after before 当 當 一旦 每当",
    Trigger.STATE: "while during as_long_as 在",
    Trigger.FEATURE: "where",
    Trigger.UNWANTED: "if 如果 若",
}
TRIGGERS = {word.replace("_", " "): it for it, words in WORDS.items() for word in words.split()}
MARK = re.compile(
    r"\{(?P<condition>[^{}]*)\}|«(?P<subject>[^«»]*)»|<(?P<no>!?)(?P<response>[^<>]*)>"
)


@dataclass
class Label:
    line: int
    clauses: list[tuple[Clause, bool]] = field(default_factory=list)


def labels_of(name: str) -> tuple[str, str, dict[str, Label]]:
    """Return path, text and labels of a labelled document."""
    head, *lines = (FOLDER / name).read_text("utf-8").splitlines()
    labels: dict[str, Label] = {}
    text: list[str] = []
    current: Label | None = None
    for number, line in enumerate(lines, 1):
        key, _, marked = line.partition("\t")
        marked, _, shown = marked.partition("||")
        if key:
            current = labels[key] = Label(number)
        if current is not None:
            current.clauses += clauses_of(marked, dict(it.split("=") for it in shown.split() if it))
        text.append(MARK.sub(lambda it: it["condition"] or it["subject"] or it["response"], marked))
    return head.removeprefix("# path "), "\n".join(text), labels


def clauses_of(marked: str, reported: dict[str, str]) -> list[tuple[Clause, bool]]:
    """Return the clauses of a line and whether each is a prohibition."""
    found, subject = [], reported.get("subject", "")
    conditions = [
        Condition(Trigger(it), words) for it, words in reported.items() if it != "subject"
    ]
    for mark in MARK.finditer(marked):
        if mark["condition"] is not None:
            before = marked[: mark.start()].rstrip("* ").lower()
            word = max((it for it in TRIGGERS if before.endswith(it)), key=len)
            conditions.append(Condition(TRIGGERS[word], mark["condition"]))
        elif mark["subject"] is not None:
            subject = mark["subject"]
        else:
            clause = Clause(tuple(conditions), subject, mark["response"])
            found.append((clause, bool(mark["no"])))
            conditions, subject = [], ""
    return found


def read(name: str) -> tuple[list[Criterion], dict[str, Label]]:
    path, text, labels = labels_of(name)
    return list(read_document(text, path, "f").criteria()), labels


NAMES = sorted(it.name for it in FOLDER.iterdir())


@pytest.mark.verifies("tracing#1.2", "tracing#1.12", "tracing#1.13", "tracing#1.14")
@pytest.mark.parametrize("name", NAMES)
def test_every_labelled_criterion_is_found_with_its_id_and_line_and_no_other(name: str) -> None:
    criteria, labels = read(name)
    assert sorted((it.local, it.span.line) for it in criteria) == sorted(
        (key, label.line) for key, label in labels.items()
    )


@pytest.mark.verifies("tracing#1.3", "tracing#1.15")
@pytest.mark.parametrize("name", NAMES)
def test_every_labelled_sentence_is_split_as_its_label_says(name: str) -> None:
    criteria, labels = read(name)
    for it in criteria:
        expected = labels[it.local].clauses
        if expected:
            assert [(clause, clause.is_negative) for clause in it.clauses] == expected, it.text
            assert it.pattern is expected[0][0].pattern


def test_three_hundred_sentences_are_labelled() -> None:
    assert sum(len(read(name)[1]) for name in NAMES) >= 300
