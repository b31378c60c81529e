import pytest

from shall.actions.excerpts import excerpts
from shall.diagnostics import Diagnostic, Severity
from shall.engine.redact import Redactor
from shall.span import Span
from shall.workspace.workspace import Workspace


def at(file: str) -> Diagnostic:
    return Diagnostic("case.bad-value", Severity.ERROR, "Wrong.", Span(file, 1))


@pytest.mark.verifies("cli#1.9")
def test_lines_with_a_secret_or_the_name_of_one_are_left_out(workspace: Workspace) -> None:
    (workspace.root / "a.yaml").write_text(
        "testcase:\n  name: a\n  variables: {pin: canary-1}\n  password: 12\n"
        "  url: x/canary-1\n  secrets: [pin]\n"
    )
    sources = excerpts(workspace.files, workspace.redactor, [at("a.yaml")])
    assert sources == {"a.yaml": "testcase:\n  name: a\n\n\n\n"}


@pytest.mark.verifies("cli#1.9")
@pytest.mark.parametrize(
    "address",
    [
        "ann:canary-1@proxy:8080",
        "http://ann:can ary-1@proxy:8080",
        "http://ann:it's/canary-1@proxy:8080",
        "http://canary-1@proxy:8080",
    ],
)
def test_a_line_with_a_password_before_a_host_is_left_out(
    workspace: Workspace, address: str
) -> None:
    (workspace.root / "shall.yaml").write_text(
        f'connection: {{proxy: "{address}"}}\nhost: http://a:80/b\n'
    )
    sources = excerpts(workspace.files, Redactor(), [at("shall.yaml")])
    assert sources == {"shall.yaml": "\nhost: http://a:80/b"}


@pytest.mark.verifies("cli#1.9")
def test_a_settings_file_whose_secrets_are_not_known_is_not_shown(workspace: Workspace) -> None:
    (workspace.root / "shall.yaml").write_text("variables: {pin: canary-1\n")
    assert excerpts(workspace.files, Redactor(), [at("shall.yaml")]) == {}


@pytest.mark.verifies("cli#1.9")
def test_files_that_cannot_be_read_are_left_out(workspace: Workspace) -> None:
    found = [at("missing.yaml"), at("/etc/passwd"), at("../a.yaml")]
    assert excerpts(workspace.files, Redactor(), found) == {}
