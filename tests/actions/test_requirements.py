from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from shall.actions import requirements
from shall.actions.requirements import read_specs
from shall.bootstrap import open_workspace
from shall.settings import Settings
from shall.specs.model import Feature
from shall.specs.reader import read_document
from shall.workspace.workspace import Workspace

HEAD = "### Requirement 1: A\n\n#### Acceptance Criteria\n\n"


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    workspace = open_workspace(tmp_path, Settings(), keeps_state=False)
    yield workspace
    workspace.close()


def write(space: Workspace, feature: str, text: str) -> None:
    folder = space.root / "specs" / feature
    folder.mkdir(parents=True)
    (folder / "requirements.md").write_text(text)


@pytest.mark.verifies("defences#5.6")
def test_requirements_of_too_much_text_are_refused_with_their_place(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requirements, "DOCUMENT_CHARACTERS", 1000)
    monkeypatch.setattr(requirements, "ALL_CHARACTERS", 1500)
    for feature, size in {"a": 900, "b": 1001, "c": 100}.items():
        write(space, feature, "x" * size)
    specs = read_specs(space)
    shown = [
        f"{problem.span and problem.span.file}: {problem.message}" for problem in specs.problems
    ]
    assert shown == [
        "specs/b/requirements.md: The document has more than 1,000 characters.",
        "specs/c/requirements.md: The documents up to this one have more than 1,500 characters.",
    ]
    assert [feature.name for feature in specs.features] == ["a"]


@pytest.mark.verifies("defences#5.6")
def test_of_many_problems_of_requirements_the_first_hundred_are_reported(space: Workspace) -> None:
    write(space, "a", HEAD + f"{HEAD}1. THE system SHALL answer.\n\n" * 300)
    problems = read_specs(space).problems
    assert len(problems) == 101
    assert problems[-1].message == "And 199 more problems."


@pytest.mark.verifies("tracing#1.9")
def test_a_document_that_cannot_be_read_hides_no_other(space: Workspace) -> None:
    write(space, "a", HEAD + "1. THE system SHALL answer.\n")
    write(space, "b", "")
    (space.root / "specs/b/requirements.md").write_bytes(b"\xff")
    specs = read_specs(space)
    assert [it.key for it in specs.criteria()] == ["a#1.1"]
    [problem] = specs.problems
    assert problem.span is not None
    assert problem.span.file == "specs/b/requirements.md"


@pytest.mark.verifies("tracing#1.10", "tracing#1.11")
def test_files_that_no_layout_takes_are_listed_unless_the_setting_specs_names_them(
    space: Workspace,
) -> None:
    write(space, "a/notes", "")
    (space.root / "specs/a/notes/rules.md").write_text("- REQ-1: THE shop SHALL sell.\n")
    (space.root / "docs").mkdir()
    (space.root / "docs/terms.md").write_text("- REQ-2: THE shop SHALL sell.\n")
    assert "specs/a/notes/rules.md" in str(read_specs(space).unread[0])
    named = replace(space, specs=("docs/*.md", "specs/**/rules.md"))
    specs = read_specs(named)
    assert [it.key for it in specs.criteria()] == ["terms#REQ-2", "rules#REQ-1"]
    assert specs.unread == ()


@pytest.mark.verifies("tracing#1.20")
def test_a_link_that_may_lead_to_requirements_is_listed(space: Workspace) -> None:
    write(space, "a", HEAD + "1. THE system SHALL answer.\n")
    outside = space.root.parent / "other"
    (outside / "pay").mkdir(parents=True)
    (outside / "pay/requirements.md").write_text(HEAD + "1. THE system SHALL pay.\n")
    (space.root / "specs/pay").symlink_to(outside / "pay")
    (space.root / "specs/b").mkdir()
    (space.root / "specs/b/requirements.md").symlink_to(outside / "pay/requirements.md")
    for ignored in ("design.md", "picture.png"):
        (space.root / "specs/b" / ignored).symlink_to(outside)
    specs = read_specs(space)
    assert [it.key for it in specs.criteria()] == ["a#1.1"]
    places = [it.span.file for it in specs.unread if it.span is not None]
    assert places == ["specs/b/requirements.md", "specs/pay"]


@pytest.mark.verifies("tracing#1.17")
def test_only_the_document_that_changed_is_parsed_again(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def read(text: str, path: str, feature: str) -> Feature:
        parsed.append(feature)
        return read_document(text, path, feature)

    monkeypatch.setattr(requirements, "read_document", read)
    for feature in ("cart", "till"):
        write(space, feature, f"{HEAD}1. The {feature} shall open\n")
    read_specs(space)
    parsed.clear()
    (space.root / "specs/till/requirements.md").write_text(f"{HEAD}1. The till shall close\n")
    found = {it.key: it.text for it in read_specs(space).criteria()}
    assert found == {"cart#1.1": "The cart shall open", "till#1.1": "The till shall close"}
    assert parsed == ["till"]


@pytest.mark.parametrize(
    "path",
    [
        "requirements.md",
        "spec.md",
        "docs/requirements.md",
        "docs/specs/desk.md",
        "requirements/desk.md",
        "specs/desk/requirements.txt",
        "specs/desk/requirements.rst",
        "specs/desk/requirements.mdx",
        "specs/desk/requirements.markdown",
        "specs/desk/requirements.adoc",
        "specs/desk/Requirements.MD",
    ],
)
@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("1. WHEN a guest rings, THE desk SHALL answer.\n", True),
        ("1. 当客人按铃时，系统应当响应。\n", True),
        ("Guests must ring before they wait.\n", False),
        ("```\nTHE desk SHALL answer.\n```\n", False),
    ],
)
@pytest.mark.verifies("tracing#1.22", "tracing#1.35")
def test_a_file_of_requirements_outside_of_every_layout_is_listed(
    space: Workspace, path: str, text: str, listed: bool
) -> None:
    (space.root / path).parent.mkdir(parents=True, exist_ok=True)
    (space.root / path).write_text(text)
    unread = read_specs(space).unread
    assert [(it.code, it.span and it.span.file) for it in unread] == [
        ("spec.unread-file", path)
    ] * listed


@pytest.mark.verifies("tracing#1.22")
def test_a_file_of_requirements_that_the_setting_specs_names_is_read_and_not_listed(
    space: Workspace,
) -> None:
    (space.root / "requirements.md").write_text("1. THE desk SHALL answer.\n")
    specs = read_specs(replace(space, specs=("requirements.md",)))
    assert len(specs.criteria()) == 1
    assert specs.unread == ()
