"""What the gate compares with, after a change of OpenSpec was archived."""

from pathlib import Path

import pytest
from tests.repository import commit

from shall.actions.baseline import compare
from shall.actions.gate import check_gate
from shall.actions.linking import follow_moved
from shall.actions.trace import trace_requirements
from shall.bootstrap import open_workspace
from shall.settings import Settings
from shall.specs.baseline import BaselineRow, to_lines
from shall.specs.gate import Gate

SPEC = "openspec/specs/cart/spec.md"
ARCHIVE = "openspec/changes/archive/2026-05-01-no-fax/specs/cart/spec.md"
REMOVES = "## REMOVED Requirements\n### Requirement: Paying by fax\n**Reason**: nobody does\n"
RENAMES = """\
## RENAMED Requirements
- FROM: `### Requirement: Paying by fax`
- TO: `### Requirement: Paying`
"""
CASE = """\
testcase:
  name: Fax
  verifies: [cart#paying-by-fax]
  steps:
    - {id: get, path: /fax, method: GET, assert: [{type: status_code, expected: 200}]}
"""
PAYING = "### Requirement: Paying\nThe shop SHALL take cards, coins and faxes.\n"


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def gate_after(root: Path, files: dict[str, str], proved_at: str) -> Gate:
    rows = [
        BaselineRow(f"cart#{local}", local, local, "proved", at=proved_at)
        for local in ("paying-by-fax", "paying-by-fax/arrives")
    ]
    lines = to_lines({row.key: row for row in rows})
    write(root, {".shall/baseline.jsonl": lines, SPEC: PAYING, **files})
    workspace = open_workspace(root, Settings())
    try:
        return check_gate(workspace)
    finally:
        workspace.close()


def ratchet(gate: Gate) -> list[str]:
    [found] = [it for it in gate.judged if it.rule == "ratchet"]
    return [it.message for it in found.findings]


@pytest.mark.verifies("gate#2.14")
def test_the_ratchet_lets_go_of_what_an_archived_change_removed(tmp_path: Path) -> None:
    assert ratchet(gate_after(tmp_path, {ARCHIVE: REMOVES}, "2026-04-01T00:00:00+00:00")) == []


@pytest.mark.verifies("gate#2.14")
@pytest.mark.parametrize(
    ("files", "proved_at"),
    [({}, "2026-04-01T00:00:00+00:00"), ({ARCHIVE: REMOVES}, "2026-05-03T00:00:00+00:00")],
)
def test_the_ratchet_keeps_what_no_change_removed_since_it_was_proved(
    tmp_path: Path, files: dict[str, str], proved_at: str
) -> None:
    assert len(ratchet(gate_after(tmp_path, files, proved_at))) == 3


@pytest.mark.verifies("gate#2.15")
def test_the_ratchet_compares_a_renamed_requirement_with_itself(tmp_path: Path) -> None:
    found = ratchet(gate_after(tmp_path, {ARCHIVE: RENAMES}, "2026-04-01T00:00:00+00:00"))
    assert "cart#paying was proved in the baseline and is untested now." in found


@pytest.mark.verifies("tracing#11.4")
def test_link_moved_writes_the_key_of_a_renamed_requirement(tmp_path: Path) -> None:
    write(tmp_path, {SPEC: PAYING, ARCHIVE: RENAMES, "tests/cases/fax.yaml": CASE})
    workspace = open_workspace(tmp_path, Settings())
    try:
        [moved] = trace_requirements(workspace).moved
        follow_moved(workspace)
        matrix = trace_requirements(workspace)
    finally:
        workspace.close()
    assert (moved.old_key, moved.new_key) == ("cart#paying-by-fax", "cart#paying")
    assert "verifies: [cart#paying]" in (tmp_path / "tests/cases/fax.yaml").read_text()
    assert [row.status for row in matrix.rows] == ["not run"]


@pytest.mark.verifies("tracing#11.6")
def test_a_link_to_what_an_archived_change_removed_names_the_change(tmp_path: Path) -> None:
    write(tmp_path, {SPEC: PAYING, ARCHIVE: REMOVES, "tests/cases/fax.yaml": CASE})
    workspace = open_workspace(tmp_path, Settings())
    try:
        [unknown] = trace_requirements(workspace).unknown
    finally:
        workspace.close()
    assert str(unknown.diagnostic()) == (
        "tests/cases/fax.yaml:3:14: cart#paying-by-fax was removed by the change"
        " 2026-05-01-no-fax. Remove the link."
    )


@pytest.mark.verifies("gate#2.16")
@pytest.mark.parametrize(
    ("delta", "kinds", "removed"),
    [
        (REMOVES, ["removed", "new without a test"], {"cart#paying-by-fax": "2026-05-01-no-fax"}),
        (RENAMES, ["reworded"], {}),
    ],
)
def test_a_diff_of_commits_follows_the_changes_that_were_archived(
    tmp_path: Path, delta: str, kinds: list[str], removed: dict[str, str]
) -> None:
    write(tmp_path, {SPEC: "### Requirement: Paying by fax\nThe shop SHALL take faxes.\n"})
    before = commit(tmp_path)
    write(tmp_path, {SPEC: PAYING, ARCHIVE: delta})
    after = commit(tmp_path)
    workspace = open_workspace(tmp_path, Settings())
    try:
        compared = compare(workspace, before, after)
    finally:
        workspace.close()
    assert [it.kind.value for it in compared.changes] == kinds
    assert compared.removed == removed
