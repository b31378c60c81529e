"""Writes a case for another tool."""

from collections.abc import Iterator

from shall.actions.cases import get_case
from shall.cases.forms import is_template
from shall.errors import InvalidCase, InvalidInput
from shall.exports.curl import to_curl
from shall.exports.hurl import to_hurl
from shall.exports.names import Exported
from shall.exports.pytest_file import to_pytest
from shall.redaction.names import is_secret_name
from shall.workspace.secrets import stored_secrets
from shall.workspace.workspace import Workspace

_WRITERS = {"pytest": to_pytest, "curl": to_curl, "hurl": to_hurl}


def export_case(workspace: Workspace, path: str, form: str) -> Exported:
    """Return a case as a text of another tool, without the values of secrets.

    ``form`` is pytest, curl or hurl.

    Raises:
        InvalidCase: The case cannot be read.
        InvalidInput: It is no API case.
    """
    found = get_case(workspace, path)
    if found.problems:
        raise InvalidCase(list(found.problems))
    if found.case is None:
        raise InvalidInput(f"{found.path} is not an API case, so it cannot be exported.")
    known = dict(_secrets_of(workspace))
    exported = _WRITERS[form](found.case, found.path, known)
    redactor = workspace.redactor.with_names(found.case.secrets)
    values = {name: it for name, it in found.case.variables.items() if not is_template(it)}
    redactor.learn_variables(values)
    masked = redactor.text(exported.text)  # other spellings, and places that are no text of a case
    if masked != exported.text:
        exported.text = masked
        exported.lacks("a secret, which became ***")
    return exported


def _secrets_of(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Yield the secrets of the project that can be read without a command."""
    defaults = workspace.defaults
    environments = defaults.environment_settings.values()
    for variables in (defaults.variables, *(it.get("variables", {}) for it in environments)):
        for name, value in variables.items():
            is_secret = workspace.redactor.declares(name) or is_secret_name(name)
            if is_secret and isinstance(value, str | int) and not is_template(value):
                yield name, str(value)
    declared = (it.get("secret_sources", {}) for it in environments)
    for name, source in (
        pair for it in (defaults.secret_sources, *declared) for pair in it.items()
    ):
        for value in stored_secrets(workspace.root, workspace.environ(), [source]):
            yield name, value
