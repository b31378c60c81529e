import os
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from shall.actions.cases import write_case
from shall.actions.documents import create_file, read_file
from shall.actions.masking import case_redactor
from shall.bootstrap import open_workspace, redactor_of
from shall.engine.redact import Redactor
from shall.errors import BadValue
from shall.redaction.forms import MASK
from shall.settings import read_settings
from shall.workspace.workspace import Workspace

CANARY = "canary-5f1b9c"

SETTINGS = f"""# it was {CANARY} before
host: http://anna:{CANARY}x@127.0.0.1
variables:
  alice: &a "{CANARY}"
  again: *a
  db_password: hunter-{CANARY}
  users: {{bob: {{pwd: bobs-{CANARY}}}}}
  pin2: 7734
  plain: shown
secrets: [alice, pin2]
"""


def knowing(workspace: Workspace, *values: str) -> Workspace:
    redactor = Redactor()
    redactor.learn(list(values))
    return replace(workspace, redactor=redactor)


@pytest.mark.verifies("defences#9.8")
@pytest.mark.parametrize("path", ["shall.yaml", "api/shall.yaml", "SHALL.YAML"])
def test_the_settings_are_read_with_their_secrets_masked(workspace: Workspace, path: str) -> None:
    (workspace.root / path).parent.mkdir(exist_ok=True)
    (workspace.root / path).write_text(SETTINGS)
    shown = read_file(workspace, path)
    assert CANARY not in shown
    assert "7734" not in shown
    for kept in ("secrets: [alice, pin2]", "db_password:", "plain: shown", f'alice: &a "{MASK}"'):
        assert kept in shown


@pytest.mark.verifies("defences#9.8")
@pytest.mark.parametrize(
    "value",
    [
        f'"{CANARY} \\"quoted\\" {CANARY}"',
        f"'{CANARY} it''s'",
        f"|\n    {CANARY} first line\n    {CANARY} second line",
        f">\n    {CANARY} first line\n    {CANARY} second line",
        f"{CANARY}\n    {CANARY} of two lines",
    ],
)
def test_a_secret_is_masked_however_yaml_writes_it(workspace: Workspace, value: str) -> None:
    text = f"variables:\n  alice: {value}\nsecrets: [alice]\n"
    (workspace.root / "shall.yaml").write_text(text)
    assert CANARY not in read_file(workspace, "shall.yaml")


@pytest.mark.verifies("defences#9.8")
def test_settings_that_cannot_be_parsed_are_not_shown(workspace: Workspace) -> None:
    (workspace.root / "shall.yaml").write_text(f"variables:\n\talice: {CANARY}\n")
    with pytest.raises(BadValue, match="not valid YAML") as caught:
        read_file(workspace, "shall.yaml")
    assert CANARY not in str(caught.value)
    assert "shall.yaml:2" in str(caught.value)


CASE = f"""testcase:
  name: login
  variables: {{door: {CANARY}, login: "{{{{ door }}}}"}}
  secrets: [door, login]
  steps:
    - id: get
      path: /x/{CANARY}
      method: GET
"""


@pytest.mark.verifies("defences#9.9")
@pytest.mark.parametrize("text", [CASE, CASE + "  name: again\n", CASE + "\tbroken\n"])
def test_a_case_is_read_without_what_it_declares(workspace: Workspace, text: str) -> None:
    (workspace.root / "login.yaml").write_text(text)
    shown = read_file(workspace, "login.yaml")
    assert CANARY not in shown
    assert "secrets: [door, login]" in shown
    assert ('"{{ door }}"' in shown) is (text == CASE)  # of a broken line, too much is masked


@pytest.mark.verifies("defences#9.9")
def test_a_case_as_data_is_shown_without_what_it_declares(workspace: Workspace) -> None:
    data = {"testcase": {"secrets": ["door"], "variables": {"door": CANARY}, "host": f"{CANARY}/"}}
    shown = case_redactor(workspace.redactor, data).texts(data)
    assert shown == {
        "testcase": {"secrets": ["door"], "variables": {"door": MASK}, "host": f"{MASK}/"}
    }


@pytest.mark.verifies("defences#9.9")
@pytest.mark.parametrize("path", ["specs/x.md", "tests/cases/x.yaml", "broken.yml"])
def test_any_file_is_read_without_the_secrets_of_the_settings(
    workspace: Workspace, path: str
) -> None:
    (workspace.root / path).parent.mkdir(parents=True, exist_ok=True)
    (workspace.root / path).write_text(f"\tthe key is {CANARY.upper()}")
    shown = read_file(knowing(workspace, CANARY), path)
    assert shown == f"\tthe key is {MASK}"


@pytest.mark.verifies("defences#9.9")
def test_the_value_of_a_secret_in_the_environment_is_masked_in_files(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_ONE", CANARY)
    monkeypatch.setenv("CANARY_TWO", f"two-{CANARY[::-1]}")
    (workspace.root / "shall.yaml").write_text(
        "secrets: {one: {environment: CANARY_ONE}, none: {environment: CANARY_NONE}}\n"
        "environments: {staging: {secrets: {two: {environment: CANARY_TWO}}}}\n"
    )
    (workspace.root / "x.yaml").write_text(f"a: {CANARY}\nb: two-{CANARY[::-1]}\n")
    settings, _ = read_settings({}, {}, workspace.root)
    shown = read_file(replace(workspace, redactor=redactor_of(settings)), "x.yaml")
    assert shown == f"a: {MASK}\nb: {MASK}\n"


@pytest.mark.verifies("defences#9.9")
def test_the_values_of_secrets_in_files_are_masked_and_no_command_is_started(
    tmp_path: Path,
) -> None:
    (tmp_path / "shall.yaml").write_text(
        "secrets:\n  one: {file: keys/one.txt}\n  none: {file: none.txt}\n"
        "  fifo: {file: fifo}\n  two: {environment: CANARY_OF_DOTENV}\n"
        "  three: {command: [touch, started]}\n"
    )
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/one.txt").write_text(f"{CANARY}\n")
    (tmp_path / ".env").write_text(f"CANARY_OF_DOTENV=two-{CANARY[::-1]}\n")
    (tmp_path / "x.yaml").write_text(f"a: {CANARY}\nb: two-{CANARY[::-1]}\n")
    settings, _ = read_settings({}, {}, tmp_path)
    workspace = open_workspace(tmp_path, settings, keeps_state=False)
    assert read_file(workspace, "x.yaml") == f"a: {MASK}\nb: {MASK}\n"
    assert not (tmp_path / "started").exists()
    workspace.close()


STEP: dict[str, Any] = {"id": "a", "path": "/", "method": "GET"}


@pytest.mark.verifies("defences#9.10")
@pytest.mark.parametrize(
    ("case", "place"),
    [
        ({"variables": {"alice": MASK}}, "variables.alice"),
        ({"steps": [{**STEP, "headers": {"Authorization": f"Bearer {MASK}"}}]}, "steps[0].headers"),
        ({"steps": [{**STEP, "params": {MASK: "x"}}]}, "A key of steps[0].params"),
    ],
)
def test_a_mask_is_not_written_back(workspace: Workspace, case: dict[str, Any], place: str) -> None:
    whole = {"name": "x", "steps": [STEP], **case}
    with pytest.raises(BadValue) as caught:
        write_case(workspace, "tests/cases/x.yaml", whole)
    assert place in str(caught.value)
    assert "Nothing was written" in str(caught.value)
    assert not (workspace.root / "tests/cases/x.yaml").exists()


@pytest.mark.verifies("defences#9.10")
def test_a_mask_in_a_text_is_not_written_back_either(workspace: Workspace) -> None:
    steps = "[{id: a, path: /, method: GET}]"
    text = f"testcase:\n  name: x\n  host: 'http://{MASK}'\n  steps: {steps}\n"
    with pytest.raises(BadValue, match=r"testcase\.host contains"):
        write_case(workspace, "tests/cases/x.yaml", text)


@pytest.mark.verifies("defences#9.10")
def test_asterisks_that_are_no_mask_are_written(workspace: Workspace) -> None:
    case = {"name": "**** **** **** 1234", "steps": [{**STEP, "text": '**{{ "*" }}'}]}
    assert write_case(workspace, "tests/cases/x.yaml", case).written_files


@pytest.mark.verifies("defences#9.10")
def test_a_document_does_not_lose_its_secret_to_a_mask(workspace: Workspace) -> None:
    space = knowing(workspace, CANARY)
    create_file(space, "docs/notes.md", f"key {CANARY}\n\n***\n")
    with pytest.raises(BadValue, match="contains a secret that is masked"):
        create_file(
            space, "docs/notes.md", f"{read_file(space, 'docs/notes.md')} more", overwrite=True
        )
    assert (workspace.root / "docs" / "notes.md").read_text() == f"key {CANARY}\n\n***\n"
    create_file(space, "docs/notes.md", "no key any more", overwrite=True)
    create_file(space, "docs/notes.md", "***bold italic*** is not a mask here", overwrite=True)


def test_reading_what_declares_much_is_linear(workspace: Workspace) -> None:
    names = [f"n{number}" for number in range(20_000)]
    text = "secrets: [" + ", ".join(names) + "]\n" + "\n" * 200_000
    (workspace.root / "x.yaml").write_text(f"{text}\tn1: {CANARY}\n")
    assert CANARY not in read_file(workspace, "x.yaml")


def test_the_folder_of_the_workspace_is_no_secret(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.root / "a.md").write_text(str(tmp_path))
    assert read_file(workspace, "a.md") == str(tmp_path)
