"""Reads and traces generated requirements, beside markdown-it-py's bare parse of the same text.

python bench/tracing.py [criteria] [--tests]

Times are CPU seconds of one process. "lint" checks the documents that were
read; "changed" traces again after one document was edited. ``--tests`` marks a
Python test for each criterion.
"""

import resource
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from markdown_it import MarkdownIt

from shall.actions.lint import lint_specs
from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import Settings
from shall.specs.reader import read_document

ENGLISH = (
    "WHEN a customer places order {n}, THE shop SHALL take it off the stock and answer 201",
    "IF order {n} does not exist, THEN THE shop SHALL answer 404 with a problem document",
    "WHILE warehouse {n} is closed, THE shop SHALL show the next opening time",
    "THE shop SHALL leave the password of customer {n} out of every answer",
    "WHERE delivery {n} is offered, THE shop SHALL show its price before the order is placed",
)
CHINESE = (
    "当用户提交订单 {n} 时，系统应扣减库存并返回 201",
    "如果订单 {n} 不存在，那么系统应返回 404",
    "WHEN 用户取消订单 {n} THEN 系统 SHALL 恢复库存",
    "在仓库 {n} 关闭期间，系统应显示下次开放时间",
    "系统不得显示已下架的商品 {n}",
)
REQUIREMENT = """\
### Requirement {number}: Part {number}

**User Story:** As a customer, I want part {number}, so that I can buy books.

#### Acceptance Criteria

{criteria}

"""

TEST = """\
@pytest.mark.verifies("feature-{number}#{part}.{at}")
def test_{part}_{at}() -> None:
    value = {part} + {at}
    assert value == {sum}
"""


def tests(number: int) -> str:
    """Return a Python file with a marked test for each criterion of a document."""
    places = [(part, at) for part in range(1, 5) for at in range(1, 6)]
    marked = [TEST.format(number=number, part=part, at=at, sum=part + at) for part, at in places]
    return "import pytest\n\n\n" + "\n\n".join(marked)


def document(number: int) -> str:
    """Return a document of 20 criteria; every fifth is Chinese."""
    sentences = ENGLISH if number % 5 else CHINESE
    parts = [
        REQUIREMENT.format(
            number=part,
            criteria="\n".join(
                f"{at}. {sentence.format(n=number * 20 + part * 5 + at)}"
                for at, sentence in enumerate(sentences, 1)
            ),
        )
        for part in range(1, 5)
    ]
    return f"# Feature {number}\n\n## Requirements\n\n" + "".join(parts)


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of a call."""
    started = process_time()
    work()
    return process_time() - started


def main() -> None:
    """Print the figures."""
    has_tests = "--tests" in sys.argv
    numbers = [it for it in sys.argv[1:] if it.isdecimal()]
    criteria = int(numbers[0]) if numbers else 10_000
    texts = [document(number) for number in range(criteria // 20)]
    parser = MarkdownIt("commonmark").enable("table")
    with TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            path = Path(folder, "specs", f"feature-{number}", "requirements.md")
            path.parent.mkdir(parents=True)
            path.write_text(text)
            if has_tests:
                test = Path(folder, "tests", f"test_{number}.py")
                test.parent.mkdir(exist_ok=True)
                test.write_text(tests(number))
        workspace = open_workspace(Path(folder), Settings(), keeps_state=False)
        cold = seconds(lambda: trace_requirements(workspace))
        checked = seconds(lambda: lint_specs(workspace))
        path.write_text(texts[-1] + "\n5. THE shop SHALL close at eight\n")
        changed = seconds(lambda: trace_requirements(workspace))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows = len(trace_requirements(workspace).rows)
        workspace.close()
    bare = seconds(lambda: [parser.parse(text) for text in texts])
    read = seconds(lambda: [read_document(text, "requirements.md", "a") for text in texts])
    print(f"{rows:,} criteria in {len(texts):,} documents; peak memory {memory:.0f} MB")
    print(f"markdown-it-py alone {bare:6.2f} s")
    for name, value in (
        ("read", read),
        ("read and trace", cold),
        ("lint", checked),
        ("read, trace and lint", cold + checked),
        ("changed", changed),
    ):
        print(f"{name:20} {value:6.2f} s  {value / bare:5.2f}x")


if __name__ == "__main__":
    main()
