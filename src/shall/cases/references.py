"""Checks the expressions of a case: that they parse, and name what is known by then."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct, field

from shall.cases.expression import GLOBAL, Call, Reference, parse_template, walk
from shall.cases.fields import Fields, Findings, Keys
from shall.cases.functions import check_call
from shall.errors import BadExpression


class Scope(Struct):
    """The steps and teardowns of a case by id, with the moment at which each one answers.

    A name that is no step may be a variable of the run, so it is never a problem here.
    """

    findings: Findings
    answers_at: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def check(self, value: Any, keys: Keys, moment: int) -> None:
        """Check every expression in a value that is used at a moment."""
        if type(value) is str:
            if "{{" in value:
                self._check_text(value, keys, moment)
            return
        for key, each in _children(value):
            if type(key) is str and "{{" in key:
                self._check_text(key, (*keys, key), moment)
            if _may_hold(each):
                self.check(each, (*keys, key), moment)

    def _check_text(self, text: str, keys: Keys, moment: int) -> None:
        try:
            template = parse_template(text)
        except BadExpression as error:
            offset = error.details["offset"] + 1
            message = f"{error.message.removesuffix('.')} (character {offset})."
            self.findings.add("case.bad-expression", keys, message, error.hint or "")
            return
        for expression in template.expressions:
            for each in walk(expression):
                if isinstance(each, Reference):
                    self._check_reference(each, keys, moment)
                elif isinstance(each, Call) and (wrong := check_call(each)):
                    code, message, hint = wrong
                    self.findings.add(code, keys, message, hint)

    def _check_reference(self, reference: Reference, keys: Keys, moment: int) -> None:
        known = self.answers_at.get(reference.root)
        if reference.root == GLOBAL:
            if not reference.path:
                message = "`Global` alone is no value."
                self.findings.add("case.bad-expression", keys, message, "Write `Global.name`.")
        elif known is not None and known > moment:
            label = self.labels[reference.root]
            self.findings.add(
                "case.forward-reference",
                keys,
                f"`{reference.root}` is {label}, which has not answered yet.",
                "Refer to a step that stands before this one.",
            )


def _children(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _may_hold(value: Any) -> bool:
    """Whether an expression may stand in a value: most are short texts and numbers."""
    kind = type(value)
    return "{{" in value if kind is str else kind is dict or kind is list


def check_references(
    root: Fields, steps: Sequence[Fields], teardowns: Sequence[Fields], findings: Findings
) -> None:
    """Note bad expressions, ids given twice, and references to what has not answered yet.

    Steps answer in order and teardowns in reverse. The checks of a step may read its own answer.
    """
    scope = Scope(findings)
    moments = [*enumerate(steps, start=1)]
    moments += [*enumerate(reversed(teardowns), start=len(steps) + 1)]
    for moment, fields in moments:
        _add_id(scope, fields, moment)
    variables = root.values.get("variables")
    if isinstance(variables, dict):
        for name in variables.keys() & scope.answers_at.keys():
            findings.add(
                "case.duplicate-name",
                (*root.at("variables"), name),
                f"The variable `{name}` has the name of {scope.labels[name]}.",
                "Rename one of the two.",
            )
    for name in ("host", "variables"):
        scope.check(root.values.get(name), root.at(name), 0)
    for moment, fields in moments:
        for name, value, when in _uses(fields, moment):
            scope.check(value, fields.at(name), when)


def _uses(fields: Fields, moment: int) -> Iterator[tuple[str, Any, int]]:
    """Return the values of a step that may hold expressions, and when each is used."""
    for name, value in fields.values.items():
        if _may_hold(value) and name not in fields.names.values():
            yield name, value, moment if name in ("assert", "query") else moment - 1


def _add_id(scope: Scope, fields: Fields, moment: int) -> None:
    name = fields.values.get("id")
    if type(name) is not str or not name:
        return
    label = f"the {str(fields.keys[0]).rstrip('s')} at {fields.keys[0]}[{fields.keys[1]}]"
    if name in scope.answers_at:
        message = f"The id `{name}` is given twice; it is {scope.labels[name]} too."
        fields.bad("case.duplicate-id", "id", message)
    elif name in (GLOBAL, "GLOBAL"):
        message = f"`{name}` is the name of the run's variables."
        fields.bad("case.duplicate-name", "id", message, "Choose another id.")
    else:
        scope.answers_at[name] = moment
        scope.labels[name] = label
