"""Reads a folder of requirements documents: what was found, what was not read, and how long.

python bench/corpus.py DIR [--list] [--unread] [--flavour NAME] [--splice]

DIR holds projects (``<project>/.kiro/specs/...``), or documents in folders named after a flavour
(``kiro/``, ``cc-sdd/``, ``openspec/``, ``openspec-delta/``, ``speckit/``, ``spec-workflow/``).

``--splice`` changes a criterion of each document by the action behind ``change_spec``, in a copy,
and counts the documents of which every other byte stayed.
"""

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from markdown_it import MarkdownIt

from shall.actions.change_requirements import (
    Proposal,
    Replacement,
    change_spec,
    document_fingerprint,
)
from shall.bootstrap import open_workspace
from shall.errors import ShallError
from shall.settings import Settings
from shall.specs.layouts import Role, document_at
from shall.specs.model import Feature, Kind
from shall.specs.reader import read_document

ROOTS = (".kiro/", ".spec-workflow/", "openspec/", "specs/")
NAMES = ("requirements.md", "bugfix.md", "spec.md")


def documents(folder: Path) -> list[tuple[str, str, Path]]:
    """Return flavour, path as in its project, and file of each document."""
    found = []
    for path in sorted(folder.rglob("*.md")):
        name = path.relative_to(folder).as_posix()
        flat = re.search(r"(?:^|/)(kiro|cc-sdd|openspec|openspec-delta|speckit)/([^/]+)__", name)
        if flat:
            feature = path.name.split("__")[-2]
            place = {
                "openspec": f"openspec/specs/{feature}/spec.md",
                "openspec-delta": f"openspec/changes/change/specs/{feature}/spec.md",
                "speckit": f"specs/{feature}/spec.md",
            }.get(flat[1], f".kiro/specs/{feature}/requirements.md")
            found.append((flat[1], place, path))
            continue
        start = next((at for root in ROOTS if (at := f"/{name}".find(f"/{root}")) >= 0), None)
        known = document_at(name[start:]) if start is not None else None
        if known is not None and known.role is Role.REQUIREMENTS and path.name in NAMES:
            flavour = "openspec-delta" if known.change else known.layout
            found.append((flavour, name[start:], path))
    return found


def arguments() -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true", help="print each criterion")
    parser.add_argument("--unread", action="store_true", help="print what was not read")
    parser.add_argument("--flavour")
    parser.add_argument("--splice", action="store_true", help="change a criterion of each document")
    return parser.parse_args()


def counted(feature: Feature, text: str, seconds: float) -> Counter[str]:
    """Return the figures of one document."""
    criteria = list(feature.criteria())
    return Counter(
        documents=1,
        criteria=len(criteria),
        unparsed=sum(it.kind is Kind.UNPARSED for it in criteria),
        unread=len(feature.unread),
        problems=len(feature.problems),
        characters=len(text),
        ms=round(seconds * 1000),
    )


def print_document(feature: Feature, path: Path, text: str, options: argparse.Namespace) -> None:
    """Print what was asked for of one document."""
    criteria = list(feature.criteria())
    if not criteria or options.list or (options.unread and feature.unread):
        print(f"== {path}: {len(criteria)} criteria")
    for it in criteria if options.list else ():
        print(f"{it.span.line}-{it.end_line} {it.key} [{it.kind}/{it.pattern}] {it.text[:90]}")
    for problem in feature.problems:
        print(f"!! {path}: {problem}")
    for unread in feature.unread if options.unread else ():
        line = unread.span.line if unread.span else 0
        print(f"?? {line} {unread.code}: {text.splitlines()[line - 1][:100]}")


def splice(feature: Feature, place: str, data: bytes) -> str:
    """Change one criterion of a copy of a document; return what came of it."""
    lines = data.split(b"\n")
    ends = [it.end_line - 1 for it in feature.criteria()]
    texts = [(at, lines[at].rstrip(b"\r")) for at in ends if at < len(lines)]
    unique = ((at, it) for at, it in texts if it[:1] not in {b"#", b""} and data.count(it) == 1)
    at, old = next(unique, (0, b""))
    if not old:
        return "no line"
    new = old.rstrip() + b" today"
    lines[at] = lines[at].replace(old, new)
    with TemporaryDirectory() as folder:
        path = Path(folder, place)
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
        workspace = open_workspace(Path(folder), Settings(), keeps_state=False)
        try:
            edits = [Replacement(old.decode("utf-8-sig"), new.decode("utf-8-sig"))]
            base = document_fingerprint(workspace, place)
            change_spec(workspace, place, Proposal(edits, base), apply=True)
        except ShallError as error:
            return f"refused: {error.message}"
        finally:
            workspace.close()
        return "identical" if path.read_bytes() == b"\n".join(lines) else "different"


def main() -> None:
    """Print the figures."""
    options = arguments()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    spliced: Counter[str] = Counter()
    texts = []
    for flavour, place, path in documents(options.folder):
        if options.flavour not in {None, flavour}:
            continue
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
        texts.append(text)
        known = document_at(place)
        started = process_time()
        feature = read_document(text, place, known.feature if known else path.stem)
        spent = process_time() - started
        language = "zh" if len(re.findall("[\u3400-\u9fff]", text)) > len(text) / 20 else "en"
        counts[f"{flavour} {language}"] += counted(feature, text, spent)
        print_document(feature, path, text, options)
        if options.splice:
            outcome = splice(feature, place, data)
            spliced[outcome.partition(":")[0]] += 1
            if outcome not in {"identical", "no line"}:
                print(f"!! {path}: {outcome}")
    print_table(counts)
    if options.splice:
        print("spliced: " + ", ".join(f"{count} {it}" for it, count in sorted(spliced.items())))
    parser_alone = MarkdownIt("commonmark").enable("table")
    started = process_time()
    for text in texts:
        parser_alone.parse(text)
    print(f"markdown-it-py alone: {1000 * (process_time() - started):.0f} ms")


def print_table(counts: Mapping[str, Counter[str]]) -> None:
    """Print the figures of each flavour."""
    columns = ("documents", "criteria", "unparsed", "unread", "problems", "characters", "ms")
    print(f"{'flavour':<20}" + "".join(f"{it:>12}" for it in columns))
    for name, count in sorted(counts.items()):
        print(f"{name:<20}" + "".join(f"{count[it]:>12}" for it in columns))


if __name__ == "__main__":
    main()
