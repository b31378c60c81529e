"""Reads, checks and traces 10,000 criteria in 500 files, beside the bare parse of the same text.

python bench/lint.py [CRITERIA]

Processor time, files in memory. The matrix has a link for each criterion.
"""

import gc
import sys
from collections.abc import Callable
from time import process_time

from markdown_it import MarkdownIt

from shall.span import Span
from shall.specs.lint.checker import chosen, lint
from shall.specs.lint.options import LintOptions
from shall.specs.matrix import build_matrix
from shall.specs.model import Link, LinkKind, SpecSet
from shall.specs.reader import join_features, read_document

A_FILE = 20
SENTENCES = (
    "WHEN order {n} is paid, THE shop SHALL send a receipt to the customer of account {n}",
    "IF the payment of order {n} fails, THEN THE shop SHALL keep the order and show error E{n}",
    "WHILE stock {n} is counted, THE shop SHALL reserve nothing from the shelf in hall {n}",
    "THE shop SHALL answer request {n} within 200 ms on average, and correctly",
    "当用户提交订单 {n} 时，系统应在 5 秒内显示确认页面，并将订单号保存到账户",
)


def document(number: int) -> str:
    """Return a document of four requirements with five criteria each."""
    parts = [f"# Feature {number}\n"]
    for requirement in range(A_FILE // len(SENTENCES)):
        parts.append(
            f"\n### Requirement {requirement + 1}: Part {requirement}\n\n"
            f"**User Story:** As a customer, I want part {requirement}, so that it is done.\n\n"
            "#### Acceptance Criteria\n\n"
        )
        for index, sentence in enumerate(SENTENCES):
            n = number * A_FILE + requirement * len(SENTENCES) + index
            parts.append(f"{index + 1}. {sentence.format(n=n)}\n")
    return "".join(parts)


def seconds(action: Callable[[], object]) -> float:
    """Return the processor time of an action."""
    gc.collect()
    started = process_time()
    action()
    return process_time() - started


def read(texts: dict[str, str]) -> SpecSet:
    """Read the documents."""
    return join_features(
        [read_document(text, file, file.split("/")[1]) for file, text in texts.items()]
    )


def main() -> None:
    """Print the figures."""
    files = int(sys.argv[1] if len(sys.argv) > 1 else 10_000) // A_FILE
    texts = {f"specs/feature-{n}/requirements.md": document(n) for n in range(files)}
    parser = MarkdownIt("commonmark").enable("table")
    bare = min(seconds(lambda: [parser.parse(text) for text in texts.values()]) for _ in range(3))
    held: list[SpecSet] = []
    reading = seconds(lambda: held.append(read(texts)))
    specs = held[0]
    findings: list[object] = []
    checking = seconds(lambda: findings.extend(lint(specs.features, texts, chosen(LintOptions()))))
    links = [Link(it.key, LinkKind.TEST, "t.py::t", Span("t.py", 1)) for it in specs.criteria()]
    tracing = seconds(lambda: build_matrix(specs, links, []))
    whole = reading + checking + tracing
    print(f"{len(links):,} criteria in {files} files, {len(findings):,} findings")
    for name, spent in (
        ("bare parse", bare),
        ("read", reading),
        ("lint", checking),
        ("trace", tracing),
        ("read, lint and trace", whole),
    ):
        print(f"{name:22} {spent:6.2f} s  {spent / bare:5.2f} x")


if __name__ == "__main__":
    main()
