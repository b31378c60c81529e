"""Reads runbooks of runn: one case, a step for each request."""

import re
from collections.abc import Mapping
from typing import Any

from shall.cases.json_text import text_of
from shall.cases.reader import load_yaml
from shall.errors import BadValue
from shall.imports.names import Paths, variable_name
from shall.imports.requests import CaseWriter, SentRequest
from shall.imports.result import Imported, ImportedCase, LeftOut
from shall.imports.runn_tests import Reference, checks_of, reference_of
from shall.imports.secret_variables import SecretVariables
from shall.redaction.names import is_secret_name

_KEYS = frozenset(("desc", "labels", "runners", "vars", "steps", "debug", "trace"))
_SAID_ELSEWHERE = frozenset(("desc", "test", "bind", "dump"))
_EXPRESSION = re.compile(r"\{\{(.{1,500}?)\}\}", re.DOTALL)
_ENVIRONMENT = re.compile(r"\$\{(\w+)(?::?-([^}]*))?\}")
_METHODS = frozenset(("get", "post", "put", "patch", "delete", "head", "options"))
_FORM = "application/x-www-form-urlencoded"


def read_runn(text: str, file: str) -> Imported:
    """Read a runbook. Raises ``BadValue``, ``InvalidCase``."""
    data = load_yaml(text, file)
    if not isinstance(data, dict) or not isinstance(data.get("steps"), list | dict):
        raise BadValue(f"{file} is no runbook of runn.", hint="A runbook has `steps`.")
    return _Runbook(data, file).read()


class _Runbook:
    """Reads one runbook."""

    def __init__(self, data: Mapping[str, Any], file: str) -> None:
        self.data, self.left_out, self.secrets = data, LeftOut(file), SecretVariables()
        self.variables: dict[str, Any] = {}
        self.captured: dict[str, tuple[str, str]] = {}
        self.place = ""
        self.ids: list[str] = []
        self.read_later: dict[str, dict[str, str]] = {}
        """What later steps read of a step, by its id: selectors by the names of variables."""
        steps = data["steps"]
        listed = steps.items() if isinstance(steps, dict) else enumerate(steps)
        self.steps: list[tuple[Any, Any]] = list(listed)
        taken = [*self._mapping(data.get("vars"))]
        for _, step in self.steps:
            taken += self._mapping(self._mapping(step).get("bind"))
        self.captured |= {str(name): ("", "") for name in taken}

    def read(self) -> Imported:
        """Return the case."""
        for key in [it for it in self.data if it not in _KEYS]:
            self._leave(f"`{key!s:.40}` was left out.")
        for name, value in self._mapping(self.data.get("vars")).items():
            self._set(variable_name(str(name)), value)
        writer = CaseWriter(self.text, self.secrets, self.left_out)
        written: list[tuple[str, dict[str, Any]]] = []
        for key, step in self.steps:
            self.place = f"steps.{key}" if isinstance(key, str) else f"steps[{key}]"
            self.ids.append(variable_name(key) if isinstance(key, str) else f"step_{key}")
            if self._step(writer, self._mapping(step)):
                written.append((self.ids[-1], writer.steps[-1]))
        if not written:
            return Imported((), self.left_out.found, self.secrets.names)
        for step_id, step in written:
            if step_id in self.read_later:
                step["capture"] = {**self.read_later[step_id], **step.get("capture", {})}
        name = text_of(self.data.get("desc")) or writer.title
        labels = self.data.get("labels")
        more = {"tags": [text_of(it) for it in labels] if isinstance(labels, list) else []}
        given = {key: self.secrets.hide(it) for key, it in self.variables.items()}
        case = writer.case(name, **more, variables=given)
        return Imported(
            [ImportedCase(Paths().of(name), case)], self.left_out.found, self.secrets.names
        )

    def _set(self, name: str, value: Any) -> None:
        if is_secret_name(name):
            self.secrets.declare(name)
        elif isinstance(value, str) and value.startswith(("json://", "yaml://")):
            self._leave(f"The variable {name} was left out: it is read from a file.")
        else:
            self.variables[name] = self.secrets.fields(self._converted(value), name)

    def _converted(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): self._converted(it) for key, it in value.items()}
        if isinstance(value, list):
            return [self._converted(it) for it in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """Return a text with the expressions of runn, and environment variables, as expressions."""
        parts = _EXPRESSION.split(text)
        parts[::2] = [_ENVIRONMENT.sub(self._environment, it) for it in parts[::2]]
        parts[1::2] = [f"{{{{ {self._expression(it.strip())} }}}}" for it in parts[1::2]]
        return "".join(parts)

    def _environment(self, found: re.Match[str]) -> str:
        name, default = found[1], found[2]
        if default is not None and not is_secret_name(name):
            self.variables.setdefault(name, default)
        elif is_secret_name(name):
            self.secrets.declare(name)
        return f"{{{{ {name} }}}}"

    def _expression(self, text: str) -> str:
        if re.fullmatch(r"vars\.\w+", text):
            return variable_name(text.removeprefix("vars."))
        if re.fullmatch(r"[A-Za-z_]\w*", text):
            return text
        found = reference_of(text)
        step = None if found is None else self._step_of(found)
        if found is not None and step is not None:
            return self._read_later(step, found.selector)
        name = variable_name(text)
        self._leave(f"The expression `{text:.60}` became the variable {name}.")
        return name

    def _read_later(self, step: str, selector: str) -> str:
        """Return the variable that a part of an earlier response is captured in."""
        wanted = name = variable_name(f"{step} {re.sub(r'[^A-Za-z0-9]+', ' ', selector)}")
        number = 1
        while self.captured.setdefault(name, (step, selector)) != (step, selector):
            number += 1
            name = f"{wanted}_{number}"
        self.read_later.setdefault(step, {})[name] = selector
        return name

    def _step_of(self, found: Reference) -> str | None:
        """Return the id of the step that a reference reads; None where it did not run before."""
        before = self.ids[:-1]
        if found.step == "previous":
            return before[-1] if before else None
        name = f"step_{found.step}" if found.step.isdecimal() else variable_name(found.step)
        return name if name in before else None

    def _step(self, writer: CaseWriter, step: Mapping[str, Any]) -> bool:
        runners = [it for it in step if it not in _SAID_ELSEWHERE]
        base = self._base(runners[0]) if len(runners) == 1 else None
        if base is None:
            named = ", ".join(f"`{it!s:.40}`" for it in runners) or "nothing to run"
            self._leave(f"The step was left out: it has {named}.")
            return False
        for key in step.keys() & {"dump"}:
            self._leave(f"`{key}` was left out.")
        requests = [
            (base + str(path), str(method), said)
            for path, methods in self._mapping(step[runners[0]]).items()
            for method, said in self._mapping(methods).items()
            if str(method).lower() in _METHODS
        ]
        if len(requests) != 1:
            self._leave("The step was left out: it has no request, or several.")
            return False
        url, method, said = requests[0]
        sent = self._request(url, method, self._mapping(said))
        return writer.add(sent, self._answer(step))

    def _base(self, runner: Any) -> str | None:
        said = self._mapping(self.data.get("runners")).get(runner)
        address = said.get("endpoint") if isinstance(said, dict) else said
        if not isinstance(address, str) or not address.startswith(("http://", "https://", "${")):
            return None
        if isinstance(said, dict) and len(said) > 1:
            others = ", ".join(sorted(str(it) for it in said if it != "endpoint"))
            self._leave(f"The options {others:.80} of a runner were left out.")
        return address.rstrip("/")

    def _request(self, url: str, method: str, said: Mapping[str, Any]) -> SentRequest:
        sent = SentRequest(self.place, url, method.upper())
        for key in [it for it in said if it not in ("headers", "body")]:
            self._leave(f"`{key!s:.40}` was left out.")
        for name, value in self._mapping(said.get("headers")).items():
            values = value if isinstance(value, list) else [value]
            sent.headers += [(str(name), text_of(it)) for it in values]
        for kind, value in self._mapping(said.get("body")).items():
            if kind == "application/json":
                sent.value = (value,)
            elif kind == _FORM and isinstance(value, dict):
                sent.fields = [(str(key), text_of(it)) for key, it in value.items()]
            elif str(kind).startswith("text/") and isinstance(value, str):
                sent.body, sent.is_text = value, True
                sent.headers.append(("Content-Type", str(kind)))
            elif value is not None:
                self._leave(f"The body of the type {kind!s:.60} was left out.")
        return sent

    def _answer(self, step: Mapping[str, Any]) -> dict[str, Any]:
        """Return the checks of a step and what it captures; report the rest."""
        answer: dict[str, Any] = {}
        if "test" in step:
            expect = checks_of(text_of(step["test"]), self._own, self.text, self._leave)
            if expect:
                answer["expect"] = expect
        capture = {}
        for name, value in self._mapping(step.get("bind")).items():
            found = reference_of(text_of(value))
            if found is None or not self._own(found):
                self._leave(f"`bind` of {name!s:.40} was left out: `{text_of(value):.60}`.")
            else:
                capture[str(name)] = found.selector
        if capture:
            answer["capture"] = capture
        return answer

    def _own(self, found: Reference) -> bool:
        """Return whether a reference reads the response of this step."""
        if found.step == "current":
            return True
        name = f"step_{found.step}" if found.step.isdecimal() else variable_name(found.step)
        return found.step != "previous" and name == self.ids[-1]

    def _mapping(self, value: Any) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return value
        if value is not None:
            self._leave(f"`{text_of(value):.40}` was left out: it is no mapping.")
        return {}

    def _leave(self, message: str) -> None:
        self.left_out.add(self.place, message)
