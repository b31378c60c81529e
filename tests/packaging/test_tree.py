"""What holds of every file of the project."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
# The brackets keep this very line from being found.
ELSEWHERE = re.compile(
    r"(?<![\w.])/[w]ork/|/tmp/[w]t|/[r]oot/|/[h]ome/(?!mcp\b|me\b|you\b)"
    r"|pypi[.]org|npmjs[.](org|com)|[p]ythonhosted"
)


def text_of(name: str) -> str:
    return (ROOT / name).read_bytes().decode("utf-8", errors="replace")


@pytest.mark.verifies("packaging#2.2")
@pytest.mark.repeats
def test_no_file_names_a_place_on_somebodys_machine_or_a_package_registry(
    tracked: tuple[str, ...],
) -> None:
    found = [
        f"{name}:{number}: {line.strip()}"
        for name in tracked
        for number, line in enumerate(text_of(name).splitlines(), 1)
        if ELSEWHERE.search(line)
    ]

    assert found == []


def links(name: str) -> Iterator[str]:
    for target in LINK.findall(FENCE.sub("", text_of(name))):
        if not re.match(r"[a-z]+:|#", target):
            yield unquote(target.partition("#")[0])


@pytest.mark.verifies("packaging#2.3")
def test_every_link_in_the_documents_leads_to_a_file(tracked: tuple[str, ...]) -> None:
    broken = [
        f"{name}: {target}"
        for name in tracked
        if name.endswith(".md")
        for target in links(name)
        if not (ROOT / name).parent.joinpath(target).exists()
    ]

    assert broken == []


def test_every_page_of_the_docs_is_in_the_index(tracked: tuple[str, ...]) -> None:
    pages = {name.removeprefix("docs/") for name in tracked if re.match(r"docs/.*\.md$", name)}

    assert pages - {"README.md"} == set(links("docs/README.md")) & pages


@pytest.mark.verifies("packaging#2.4")
def test_the_map_of_the_house_fits_on_a_page() -> None:
    assert len(text_of("ARCHITECTURE.md").splitlines()) <= 100


# --- docs/dependencies.md -----------------------------------------------------------------------


def rows(heading: str) -> list[list[str]]:
    """The table under a heading, its cells without back quotes."""
    section = text_of("docs/dependencies.md").split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip().replace("`", "") for cell in line.split("|")[1:-1]] for line in lines]


def declared(requirements: list[str]) -> list[str]:
    return sorted(Requirement(line).name.lower() for line in requirements)


def importers() -> dict[str, set[str]]:
    """Third-party top-level package to the modules of ours that import it."""
    found: dict[str, set[str]] = {}
    for file in (ROOT / "src").rglob("*.py"):
        module = ".".join(file.relative_to(ROOT / "src").with_suffix("").parts)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in names:
                top = name.partition(".")[0]
                if top not in sys.stdlib_module_names | {"shall", "mcp_server_spec"}:
                    found.setdefault(top, set()).add(module)
    return found


@pytest.mark.verifies("packaging#2.1")
def test_each_dependency_stands_in_the_document_with_a_reason() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    users, developers = rows("For users"), rows("For development")

    assert sorted(row[0].lower() for row in users) == declared(project["dependencies"])
    assert sorted(row[0].lower() for row in developers) == declared(
        project["optional-dependencies"]["dev"]
    )
    extras = rows("In extras")
    for extra in set(project["optional-dependencies"]) - {"dev"}:
        named = sorted(row[0].lower() for row in extras if row[1] == extra)
        assert named == declared(project["optional-dependencies"][extra])
    assert all(len(row[-1]) > 15 for row in users + extras + developers)


@pytest.mark.repeats
def test_each_dependency_is_imported_where_the_document_says_and_nowhere_else() -> None:
    places = {
        name: tuple(row[2].split(", ")) for row in rows("For users") for name in row[1].split(", ")
    }
    places |= {row[0]: tuple(row[2].split(", ")) for row in rows("In extras")}
    found = importers()

    # Whoever has no pytest never loads our plugin for it.
    plugin = found.pop("pytest")
    assert all(
        module.startswith(("shall.pytest_plugin", "shall.pytest_support")) for module in plugin
    )
    assert set(found) - set(places) == set(), "imported, but not in docs/dependencies.md"
    for name, modules in found.items():
        astray = {m for m in modules if not any(f"{m}.".startswith(f"{p}.") for p in places[name])}
        assert astray == set(), f"{name} is imported elsewhere than the document says"
    unused = {row[0] for row in rows("For users") if not set(row[1].split(", ")) & set(found)}
    assert unused == set(), "nobody imports these"
