"""A change of requirements: shown before it is written, and nothing else is touched."""

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from shall.actions.change_requirements import (
    Proposal,
    Replacement,
    change_spec,
    document_fingerprint,
)
from shall.actions.trace import trace_requirements
from shall.errors import BadValue, Conflict, InvalidSpec, OutsideWorkspace
from shall.specs.changes import ChangeKind
from shall.specs.matrix import row_of
from shall.store.base import Evidence
from shall.workspace.workspace import Workspace

PATH = "specs/auth/requirements.md"
LINES = (
    "# Signing in",
    "",
    "### Requirement 1: Signing in",
    "",
    "#### Acceptance Criteria",
    "",
    "1. WHEN the password is right, THE shop SHALL answer 200.",
    "2. IF the password is wrong, THEN THE shop SHALL answer 401.",
    "3. IF the password is missing, THEN THE shop SHALL answer 422.",
    "",
    "Notes stay.   ",
)
TEXT = "\n".join(LINES) + "\n"
REWORDED = Replacement("THE shop SHALL answer 401", "THE shop SHALL answer 403")


@pytest.fixture(autouse=True)
def _document(workspace: Workspace) -> None:
    workspace.files.write_text(PATH, TEXT)


def put(workspace: Workspace, text: str) -> None:
    (workspace.root / PATH).write_bytes(text.encode())


def text_of(workspace: Workspace) -> str:
    return (workspace.root / PATH).read_bytes().decode()


def applied(
    workspace: Workspace, wanted: str | Sequence[Replacement], drop: Sequence[str] = ()
) -> None:
    base = document_fingerprint(workspace, PATH)
    change_spec(workspace, PATH, Proposal(wanted, base, drop), apply=True)


def prove(workspace: Workspace, key: str) -> None:
    test = f'import pytest\n\n@pytest.mark.verifies("{key}")\ndef test_it(a):\n    assert a == 1\n'
    workspace.files.write_text("tests/test_auth.py", test)
    row = row_of(trace_requirements(workspace), key)
    link = row.links[0].link
    assert workspace.evidence is not None
    fact = Evidence(
        at=datetime(2026, 1, 2, tzinfo=UTC),
        criterion=key,
        source=link.source,
        kind="test",
        outcome="passed",
        run_id="r",
        criterion_fingerprint=row.criterion.fingerprint,
        source_fingerprint=link.fingerprint,
        checks_executed=1,
        duration_s=0.1,
    )
    workspace.evidence.append([fact])


@pytest.mark.verifies("mcp#2.17")
def test_a_proposal_shows_what_changes_and_which_proof_expires(workspace: Workspace) -> None:
    prove(workspace, "auth#1.2")
    proposed = change_spec(workspace, PATH, Proposal([REWORDED]))
    assert proposed.keys(ChangeKind.REWORDED) == ["auth#1.2"]
    assert proposed.expires == {"auth#1.2": ["tests/test_auth.py::test_it"]}
    assert "-2. IF the password is wrong, THEN THE shop SHALL answer 401." in proposed.diff()
    assert proposed.base_fingerprint == document_fingerprint(workspace, PATH)
    assert text_of(workspace) == TEXT
    applied(workspace, [REWORDED])
    assert proposed.next_fingerprint == document_fingerprint(workspace, PATH)
    assert row_of(trace_requirements(workspace), "auth#1.2").status == "suspect"


@pytest.mark.verifies("mcp#2.17")
def test_a_criterion_inserted_above_others_moves_them_and_their_proofs(
    workspace: Workspace,
) -> None:
    prove(workspace, "auth#1.2")
    new = "1. THE shop SHALL hide passwords.\n2. WHEN the"
    text = TEXT.replace("3. IF", "4. IF").replace("2. IF", "3. IF").replace("1. WHEN the", new)
    proposed = change_spec(workspace, PATH, Proposal(text))
    assert proposed.keys(ChangeKind.MOVED) == ["auth#1.2", "auth#1.3", "auth#1.4"]
    assert proposed.keys(ChangeKind.ADDED, ChangeKind.UNTESTED) == ["auth#1.1"]
    assert proposed.keys(ChangeKind.REMOVED, ChangeKind.REWORDED) == []
    assert list(proposed.expires) == ["auth#1.2"]


@pytest.mark.verifies("mcp#2.18")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", [True, False])
def test_every_other_byte_stays(workspace: Workspace, end: str, mark: str, last: bool) -> None:
    before = mark + end.join(LINES) + (end if last else "")
    put(workspace, before)
    expected = before.replace("SHALL answer 401", "SHALL answer 403")
    if end != "\r":  # passages of one line only
        applied(workspace, [REWORDED])
        assert text_of(workspace) == expected
        put(workspace, before)
    wanted = TEXT.replace("answer 401", "answer 403")
    applied(workspace, wanted if last else wanted.rstrip("\n"))
    assert text_of(workspace) == expected


@pytest.mark.verifies("mcp#2.19")
def test_changes_of_other_lines_are_merged(workspace: Workspace) -> None:
    commit(workspace)
    base = document_fingerprint(workspace, PATH)
    put(workspace, TEXT.replace("# Signing in", "# Sign-in", 1))
    wanted = TEXT.replace("answer 401", "answer 403")
    merged = change_spec(workspace, PATH, Proposal(wanted, base), apply=True)
    assert merged.is_merged
    expected = TEXT.replace("# Signing in", "# Sign-in", 1).replace("answer 401", "answer 403")
    assert text_of(workspace) == expected
    edit = Replacement("answer 422", "answer 400")
    assert change_spec(workspace, PATH, Proposal([edit], base), apply=True).is_merged
    assert text_of(workspace) == expected.replace("answer 422", "answer 400")


@pytest.mark.verifies("mcp#2.19")
def test_changes_of_the_same_line_are_refused_with_both_places(workspace: Workspace) -> None:
    commit(workspace)
    base = document_fingerprint(workspace, PATH)
    changed = "New first line\n" + TEXT.replace("answer 401", "answer 404")
    put(workspace, changed)
    wanted = TEXT.replace("answer 401", "answer 403")
    with pytest.raises(Conflict, match="line 9 of the document, line 8 of the content"):
        change_spec(workspace, PATH, Proposal(wanted, base), apply=True)
    with pytest.raises(Conflict, match=r"edit 1 is not in specs/auth"):
        change_spec(workspace, PATH, Proposal([REWORDED], base), apply=True)
    with pytest.raises(Conflict, match="0123456789abcdef is not the committed one"):
        change_spec(workspace, PATH, Proposal(wanted, "0123456789abcdef"), apply=True)
    assert text_of(workspace) == changed


@pytest.mark.verifies("mcp#2.20")
def test_a_criterion_is_removed_only_by_name(workspace: Workspace) -> None:
    edit = Replacement("2. IF the password is wrong, THEN THE shop SHALL answer 401.\n", "")
    with pytest.raises(BadValue, match=r"remove 1 criteria: auth#1\.2 \(specs/auth/.*:8\)"):
        applied(workspace, [edit])
    struck = Replacement(LINES[7], f"2. ~~{LINES[7][3:]}~~")
    with pytest.raises(BadValue, match=r"auth#1\.2"):
        applied(workspace, [struck])
    with pytest.raises(BadValue, match=r"does not remove auth#1\.3"):
        applied(workspace, [edit], ["auth#1.2", "auth#1.3"])
    assert text_of(workspace) == TEXT
    applied(workspace, [edit], ["auth#1.2"])
    assert "401" not in text_of(workspace)


@pytest.mark.verifies("mcp#2.20")
def test_a_change_that_gives_two_criteria_one_key_is_refused(workspace: Workspace) -> None:
    with pytest.raises(InvalidSpec, match=r"auth#1\.2"):
        applied(workspace, [Replacement("3. IF", "2. IF")])
    assert text_of(workspace) == TEXT


@pytest.mark.parametrize(
    "edit",
    [Replacement("THE shop", "THE store"), Replacement("", "x"), Replacement("no such", "x")],
)
def test_a_passage_stands_in_the_document_once(workspace: Workspace, edit: Replacement) -> None:
    with pytest.raises(Conflict, match="passage of edit 1"):
        change_spec(workspace, PATH, Proposal([edit]))


def test_only_requirements_are_changed(workspace: Workspace) -> None:
    workspace.files.write_text("docs/notes.md", "x\n")
    workspace.files.write_text(".github/x.md", "x\n")
    with pytest.raises(BadValue, match="not a requirements document"):
        change_spec(workspace, "docs/notes.md", Proposal("y"))
    for path in (".github/x.md", "../x.md", ".git/x.md"):
        with pytest.raises(OutsideWorkspace):
            change_spec(workspace, path, Proposal("y"))
    with pytest.raises(BadValue, match="base_fingerprint"):
        change_spec(workspace, PATH, Proposal(TEXT), apply=True)


def commit(workspace: Workspace) -> None:
    name = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    for arguments in (("init", "-q"), ("add", "specs"), (*name, "commit", "-qm", "first")):
        subprocess.run(["git", *arguments], cwd=workspace.root, check=True)
