"""Reads runbooks of runn: one case, a step for each request."""

import re
from collections.abc import Mapping
from typing import Any

from shall.cases.forms import is_variable_name
from shall.cases.json_text import text_of
from shall.cases.reader import load_yaml
from shall.errors import BadValue
from shall.imports.names import Paths, variable_name
from shall.imports.requests import CaseWriter, SentRequest
from shall.imports.result import Imported, ImportedCase, LeftOut
from shall.imports.runn_runners import Runner, loop_of, runner_of
from shall.imports.runn_tests import Reference, checks_of, expression_of, reference_of
from shall.imports.secret_variables import SecretVariables
from shall.redaction.names import is_secret_name

_KEYS = frozenset(("desc", "labels", "runners", "vars", "secrets", "steps", "debug", "trace"))
_OF_ANY_STEP = frozenset(("desc", "test", "bind", "dump", "if", "loop", "force", "defer"))
_NESTED = re.compile(r"vars\.(\w+)((?:\.[A-Za-z_]\w*|\[\d+\])*)")
_BOUND = re.compile(r"([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*|\[\d+\])*)")
_EXPRESSION = re.compile(r"\{\{(.{1,500}?)\}\}", re.DOTALL)
_ENVIRONMENT = re.compile(r"\$\{(\w+)(?::?-([^}]*))?\}")
_METHODS = frozenset(("get", "post", "put", "patch", "delete", "head", "options"))
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_FILE = re.compile(r"[/\\]|\.\w+$")
"""What a part of a form may be that is the name of a file."""

_OF_FLOW = frozenset(("for each", "repeat", "if"))


def read_runn(text: str, file: str) -> Imported:
    """Read a runbook. Raises ``BadValue``, ``InvalidCase``."""
    data = load_yaml(text, file)
    if not isinstance(data, dict) or not isinstance(data.get("steps"), list | dict):
        raise BadValue(f"{file} is not a runbook of runn.", hint="A runbook has `steps`.")
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
        self.written: dict[str, dict[str, Any]] = {}
        """The steps of the case by their ids."""
        self.runners = {
            str(name): runner_of(said, lambda it: self._leave(it))
            for name, said in self._mapping(data.get("runners")).items()
        }
        steps = data["steps"]
        listed = steps.items() if isinstance(steps, dict) else enumerate(steps)
        self.steps: list[tuple[Any, Any]] = list(listed)
        self.bound = {
            str(name)
            for _, step in self.steps
            for name in self._mapping(self._mapping(step).get("bind"))
        }
        self.captured |= dict.fromkeys([*self._mapping(data.get("vars")), *self.bound], ("", ""))

    def read(self) -> Imported:
        """Return the case."""
        for key in [it for it in self.data if it not in _KEYS]:
            self._leave(f"`{key!s:.40}` was left out.")
        self._declare_secrets()
        for name, value in self._mapping(self.data.get("vars")).items():
            self._set(str(name), value)
        writer = CaseWriter(self.text, self.secrets, self.left_out)
        for key, step in self.steps:
            self.place = f"steps.{key}" if isinstance(key, str) else f"steps[{key}]"
            self.ids.append(variable_name(key) if isinstance(key, str) else f"step_{key}")
            self._step(writer, self._mapping(step))
        self.place = ""
        if not self.written:
            return Imported((), self.left_out.found, self.secrets.names)
        hidden = self._secret_parts()
        for step_id, step in self.written.items():
            self._finish(step_id, step)
        name = text_of(self.data.get("desc")) or writer.title
        given = {key: self.secrets.hide(it) for key, it in self.variables.items()}
        more = {"tags": self._listed("labels"), "variables": given, "secrets": hidden}
        case = writer.case(name, **more)
        return Imported(
            [ImportedCase(Paths().of(name), case)], self.left_out.found, self.secrets.names
        )

    def _finish(self, step_id: str, step: dict[str, Any]) -> None:
        if step_id in self.read_later:
            step["capture"] = {**self.read_later[step_id], **step.get("capture", {})}
        if "expect" in step:
            step["expect"] = _short(step["expect"])

    def _declare_secrets(self) -> None:
        for name in self._listed("secrets"):
            if (found := _NESTED.fullmatch(name)) and not found[2]:
                self.secrets.declare(variable_name(found[1]))
                self.secrets.add_name(found[1])

    def _listed(self, name: str) -> list[str]:
        found = self.data.get(name)
        return [text_of(it) for it in found] if isinstance(found, list) else []

    def _secret_parts(self) -> list[str]:
        """Return the variables with parts of responses, and the bound ones, that are secret."""
        names = []
        for written in self._listed("secrets"):
            reference = reference_of(written)
            step = None if reference is None else self._id_of(reference)
            if reference is not None and step in self.written:
                names.append(self._read_later(step, reference.selector))
            elif written in self.bound:
                names.append(written)
            elif _NESTED.fullmatch(written) is None:
                self._leave(f"The secret `{written:.60}` was left out.")
        return names

    def _set(self, name: str, value: Any) -> None:
        if self.secrets.is_secret(name):
            self.secrets.declare(variable_name(name))
        elif isinstance(value, str) and value.startswith(("json://", "yaml://")):
            self._leave(f"The variable {name} was left out: it is read from a file.")
        else:
            self.variables[variable_name(name)] = self.secrets.fields(self._converted(value), name)

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
        known = self._known(text)
        if known is not None:
            return known
        name = text if re.fullmatch(r"[A-Za-z_]\w*", text) else variable_name(text)
        if name != text:
            self._leave(f"The expression `{text:.60}` became the variable {name}.")
        return name

    def _known(self, text: str) -> str | None:
        """Return a variable of the runbook, or a part of an earlier response, as an expression."""
        found = _NESTED.fullmatch(text)
        if found and not any(map(self.secrets.is_secret, re.findall(r"[A-Za-z]\w*", found[2]))):
            return variable_name(found[1]) + found[2]
        found = _BOUND.fullmatch(text)
        if found and found[1] in self.bound:
            return found[0]
        reference = reference_of(text)
        step = None if reference is None else self._id_of(reference)
        if reference is None or step not in self.written or step == self.ids[-1]:
            return None
        return self._read_later(step, reference.selector)

    def _read_later(self, step: str, selector: str) -> str:
        """Return the variable that a part of an earlier response is captured in."""
        wanted = name = variable_name(f"{step} {re.sub(r'[^A-Za-z0-9]+', ' ', selector)}")
        number = 1
        while self.captured.setdefault(name, (step, selector)) != (step, selector):
            number += 1
            name = f"{wanted}_{number}"
        self.read_later.setdefault(step, {})[name] = selector
        return name

    def _id_of(self, found: Reference) -> str | None:
        """Return the id of the step that a reference reads; None where there is none before."""
        if found.step == "current":
            return self.ids[-1]
        if found.step == "previous":
            return self.ids[-2] if len(self.ids) > 1 else None
        name = f"step_{found.step}" if found.step.isdecimal() else variable_name(found.step)
        return name if name in self.ids else None

    def _step(self, writer: CaseWriter, step: Mapping[str, Any]) -> None:
        runners = [it for it in step if it not in _OF_ANY_STEP]
        runner = self.runners.get(str(runners[0])) if len(runners) == 1 else None
        if runners and runner is None:
            self._leave_step(runners)
            return
        if runner is None:
            self._without_request(step)
            return
        flow = self._flow(step)
        if flow is not None:
            self._send(writer, runner, step[runners[0]], flow, step)

    def _without_request(self, step: Mapping[str, Any]) -> None:
        if flow := [it for it in step if it in ("if", "loop", "defer")]:
            self._leave_step(flow)
        elif step.keys() & {"test", "bind"}:
            self._answer(step)
        else:
            self._leave("The step was left out: it has nothing to run.")

    def _send(
        self,
        writer: CaseWriter,
        runner: Runner,
        sent: Any,
        flow: Mapping[str, Any],
        step: Mapping[str, Any],
    ) -> None:
        for key in [it for it in step if it in ("dump", "force")]:
            self._leave(f"`{key}` was left out.")
        requests = [
            (runner.base + str(path), str(method), said)
            for path, methods in self._mapping(sent).items()
            for method, said in self._mapping(methods).items()
            if str(method).lower() in _METHODS
        ]
        if len(requests) != 1:
            self._leave("The step was left out: it has no request, or several.")
            return
        url, method, said = requests[0]
        if writer.add(self._request(runner, url, method, self._mapping(said)), flow):
            self.written[self.ids[-1]] = writer.steps[-1]
            self._answer(step)

    def _leave_step(self, keys: list[Any]) -> None:
        named = ", ".join(f"`{it!s:.40}`" for it in keys)
        self._leave(f"The step was left out: it has {named}.")

    def _flow(self, step: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return ``if`` and ``loop`` as fields of a step; None: the step was left out."""
        fields: dict[str, Any] = {}
        left: list[str] = []
        if "defer" in step:
            left.append("defer")
        if "if" in step:
            fields["if"] = self._condition(text_of(step["if"]))
            left += [] if fields["if"] else ["if"]
        if "loop" in step:
            loop = loop_of(step["loop"], self._end_of_loop)
            left += [] if loop else ["loop"]
            fields |= loop or {}
        if left:
            self._leave_step(left)
            return None
        return fields

    def _condition(self, test: str) -> str | None:
        """Return a condition on variables and statuses as an expression; None: it has others."""
        written = expression_of(test, self._known_condition)
        return None if written is None else f"{{{{ {written} }}}}"

    def _known_condition(self, text: str) -> str | None:
        """A field of a response may be missing: runn skips the step then, a case would fail."""
        reference = reference_of(text)
        is_sure = reference is None or reference.selector == "status"
        return self._known(text) if is_sure else None

    def _end_of_loop(self, test: str) -> dict[str, Any] | None:
        """Return the conditions of the response that end a loop; None: it has others."""
        left: list[str] = []
        found: dict[str, dict[str, Any]] = {}
        for shown, reference, predicate in checks_of(test, self._known_value, left.append):
            if self._id_of(reference) != self.ids[-1] or not _add(found, reference, predicate):
                left.append(shown)
        return None if left else _short(found)

    def _known_value(self, text: str) -> str | None:
        known = self._known(text)
        return None if known is None else f"{{{{ {known} }}}}"

    def _request(
        self, runner: Runner, url: str, method: str, said: Mapping[str, Any]
    ) -> SentRequest:
        sent = SentRequest(
            self.place,
            url,
            method.upper(),
            connection={**runner.connection},
            timeout_s=runner.timeout_s,
            follow_redirects=runner.follow_redirects,
        )
        for key in [it for it in said if it not in ("headers", "body")]:
            self._leave(f"`{key!s:.40}` was left out.")
        for name, value in self._mapping(said.get("headers")).items():
            values = value if isinstance(value, list) else [value]
            sent.headers += [(str(name), text_of(it)) for it in values]
        for kind, value in self._mapping(said.get("body")).items():
            if value is not None and not self._body(sent, str(kind), value):
                self._leave(f"The body of the type {kind!s:.60} was left out.")
        return sent

    def _body(self, sent: SentRequest, kind: str, value: Any) -> bool:
        """Set the body of a request; False: a step cannot have it."""
        if kind == "application/json":
            sent.value = (value,)
        elif kind == _FORM and isinstance(value, dict):
            sent.fields = [(str(key), text_of(it)) for key, it in value.items()]
        elif kind == _MULTIPART and isinstance(value, dict):
            parts = [
                (str(key), text_of(it))
                for key, found in value.items()
                for it in (found if isinstance(found, list) else [found])
            ]
            if any(_FILE.search(it) for _, it in parts):
                return False  # runn sends the file, if there is one, and else the text
            sent.form = parts
        elif kind.startswith("text/") and isinstance(value, str):
            sent.body, sent.is_text = value, True
            sent.headers.append(("Content-Type", kind))
        elif isinstance(value, dict) and isinstance(value.get("filename"), str):
            sent.content = {"file": value["filename"]}
            sent.headers.append(("Content-Type", kind))
        else:
            return False
        return True

    def _answer(self, step: Mapping[str, Any]) -> None:
        """Add the checks of a step and what it binds to the steps whose responses they read."""
        if "test" in step:
            for shown, reference, predicate in checks_of(
                text_of(step["test"]), self._known_value, self._leave
            ):
                if not self._check(reference, predicate):
                    self._leave(f"A test was left out: `{shown}`.")
        for name, value in self._mapping(step.get("bind")).items():
            found = reference_of(text_of(value))
            target = None if found is None else self._target(found)
            if found is None or target is None or not is_variable_name(str(name)):
                self._leave(f"`bind` of {name!s:.40} was left out: `{text_of(value):.60}`.")
            else:
                target.setdefault("capture", {})[str(name)] = found.selector

    def _check(self, reference: Reference, predicate: dict[str, Any]) -> bool:
        target = self._target(reference)
        if target is None:
            return False
        field = re.findall(r"\w+", reference.selector)[-1:]
        hidden = {
            key: self.secrets.named(field[0], it) if field else it for key, it in predicate.items()
        }
        return _add(target.setdefault("expect", {}), reference, hidden)

    def _target(self, reference: Reference) -> dict[str, Any] | None:
        """Return the step whose response a reference reads, if it has that one response alone."""
        name = self._id_of(reference)
        step = self.written.get(name or "")
        is_own = name == self.ids[-1]
        return step if step is None or is_own or not step.keys() & _OF_FLOW else None

    def _mapping(self, value: Any) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return value
        if value is not None:
            self._leave(f"`{text_of(value):.40}` was left out: it is not a mapping.")
        return {}

    def _leave(self, message: str) -> None:
        self.left_out.add(self.place, message)


def _add(checks: dict[str, Any], reference: Reference, predicate: dict[str, Any]) -> bool:
    """Add predicates to those of a selector; False: it has others of the same name."""
    known = checks.setdefault(reference.selector, {})
    if any(known.get(key, it) != it for key, it in predicate.items()):
        return False
    known.update(predicate)
    return True


def _short(checks: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return checks in the form that a case has: a value alone must be equal."""
    return {name: it["equals"] if it.keys() == {"equals"} else it for name, it in checks.items()}
