"""YAML text to JSON data: a fast parser where both readings of YAML agree, PyYAML elsewhere.

PyYAML (YAML 1.1) is what counts, with these differences: dates stay the text that was written,
and a key given twice, a key that is not text, a value that JSON does not know and a document
without bounds are refused. ``yaml_rs`` (YAML 1.2) is several times faster; its value is taken only
when nothing in the text or in the value is read differently by the two.
"""

from collections.abc import Callable, Iterator
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from shall.cases.bounds import MAX_CHARACTERS, MAX_DEPTH, MAX_DIGITS, MAX_NODES
from shall.cases.nesting import first_excess
from shall.cases.yaml_agreement import Agreement, is_risky
from shall.cases.yaml_parser import load_parser
from shall.cases.yaml_problems import UNCLOSED, explained, unreadable_character
from shall.diagnostics import Diagnostic, Severity
from shall.diagnostics.bounds import first_diagnostics, shortened
from shall.errors import InvalidCase
from shall.span import Span

yaml_rs = load_parser()

_DATE_TAG = "tag:yaml.org,2002:timestamp"
_TEXT_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:value")
"""Of the keys that are text; PyYAML reads the key ``=`` as text, too."""
_NOT_JSON = ("timestamp", "binary", "set", "omap", "pairs")


class _Loader(yaml.CSafeLoader):
    """PyYAML's safe loader, for JSON data: dates stay text, other types are refused."""


_Loader.yaml_implicit_resolvers = {
    start: [(tag, pattern) for tag, pattern in resolvers if tag != _DATE_TAG]
    for start, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.yaml_constructors = {
    tag: make
    for tag, make in yaml.CSafeLoader.yaml_constructors.items()
    if not (tag or "").endswith(_NOT_JSON)
}

_TOO_DEEP = f"The file is more than {MAX_DEPTH} levels deep."


def _bounded(construct: Callable[[Any, ScalarNode], Any]) -> Callable[[Any, ScalarNode], Any]:
    """Return a constructor of numbers that refuses at its place what cannot be one."""

    def construct_bounded(loader: Any, node: ScalarNode) -> Any:
        if len(node.value) > MAX_DIGITS:
            message = f"A number has more than {MAX_DIGITS} characters."
            raise _Refused("yaml.too-large", message, node.start_mark)
        try:
            return construct(loader, node)
        except (ValueError, ArithmeticError, LookupError):  # `!!int x`; an overflow of base 60
            message = f"{node.value!r:.60} is not a number."
            raise _Refused("yaml.not-json", message, node.start_mark) from None

    return construct_bounded


for _tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float"):
    _Loader.yaml_constructors[_tag] = _bounded(_Loader.yaml_constructors[_tag])


def load_yaml(text: str, file: str, *, keys_as_written: bool = False) -> Any:
    """Read one YAML document as JSON data.

    ``keys_as_written``: a key such as ``200`` or ``on`` is the text that was written.

    Raises:
        InvalidCase: It is not YAML, not JSON data, or larger or deeper than the limits.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidCase(
            [_too_large(Span(file, 1), f"The file is longer than {MAX_CHARACTERS:,} characters.")]
        )
    excess = first_excess(text, MAX_DEPTH)
    if excess is not None:
        raise InvalidCase([_too_large(Span(file, *excess), _TOO_DEEP)])
    if not is_risky(text):
        try:
            value = yaml_rs.loads(text, parse_datetime=False)
        except (yaml_rs.YAMLDecodeError, ValueError, TypeError):
            return _load_slowly(text, file, keys_as_written)
        # A lone text at the root is left to PyYAML: its block scalars may be unindented.
        if type(value) in (dict, list) and Agreement(text).holds(value):
            return value
    return _load_slowly(text, file, keys_as_written)


def compose(text: str) -> Node | None:
    """Parse a text that was read before into PyYAML's nodes, which know their places."""
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _load_slowly(text: str, file: str, keys_as_written: bool) -> Any:
    problems: list[Diagnostic] = []
    value = None
    try:
        _check_bounds(text)
        node = compose(text)
        if node and keys_as_written:
            _keep_keys(node)
        problems = first_diagnostics(_node_problems(node, file)) if node else []
        if not problems:
            loader = _Loader("")
            value = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        problems = [_yaml_problem(error, text, file)]
    except RecursionError:
        problems = [_too_large(Span(file, 1), _TOO_DEEP)]
    except (yaml.YAMLError, ValueError, LookupError) as error:
        line, column, said = unreadable_character(error, text) or (1, 1, explained(None)[0])
        problems = [_problem("yaml.syntax", Span(file, line, column, 1), said)]
    if problems:
        raise InvalidCase(problems)
    return value


def _keep_keys(node: Node) -> None:
    """Make the scalar keys of a document text."""
    for each in _values(node):
        for key, _ in each.value if isinstance(each, MappingNode) else ():
            if isinstance(key, ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                key.tag = "tag:yaml.org,2002:str"


def _values(node: Node) -> Iterator[Node]:
    """Yield a node and the values below it, each once, however often aliases name it."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, MappingNode):
            waiting.extend(value for _, value in each.value)
        elif isinstance(each, SequenceNode):
            waiting.extend(each.value)


def _check_bounds(text: str) -> None:
    """Count depth and values event by event, before anything recursive sees the text."""
    bounds = _Bounds()
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        problem = bounds.count(event)
        if problem:
            raise _Refused(*problem, event.start_mark)


class _Refused(yaml.MarkedYAMLError):
    """The text is too deep, holds too much, or a number that is none."""

    def __init__(self, code: str, problem: str, problem_mark: Any) -> None:
        super().__init__(problem=problem, problem_mark=problem_mark)
        self.code, self.message = code, problem


class _Bounds:
    """What a text would hold once its aliases are followed."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self.opened: list[tuple[str | None, int]] = []
        self.total = 0

    def count(self, event: Any) -> tuple[str, str] | None:
        """Count one event; return code and message of what is wrong."""
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.sizes:
                if any(anchor == event.anchor for anchor, _ in self.opened):
                    return "yaml.syntax", f"The alias *{event.anchor} is inside its own anchor."
                return "yaml.syntax", f"The alias *{event.anchor} has no anchor before it."
            self.total += self.sizes[event.anchor]
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = self.opened.pop()
            if anchor:
                self.sizes[anchor] = self.total - before
        elif isinstance(event, yaml.NodeEvent):
            self.total += 1
            if isinstance(event, yaml.ScalarEvent):
                self.sizes[event.anchor or ""] = 1
            else:
                self.opened.append((event.anchor, self.total - 1))
                self.sizes.pop(event.anchor or "", None)
        return self.exceeded()

    def exceeded(self) -> tuple[str, str] | None:
        """Return which limit is passed."""
        if self.total > MAX_NODES:
            return "yaml.too-large", f"The file contains more than {MAX_NODES:,} values."
        if len(self.opened) > MAX_DEPTH:
            return "yaml.too-large", _TOO_DEEP
        return None


def _node_problems(node: Node, file: str) -> Iterator[Diagnostic]:
    """Find keys given twice, keys that are not text, and values that JSON does not know."""
    for each in _values(node):
        if isinstance(each, MappingNode):
            yield from _key_problems(each, file)
        elif _is_infinite(each):
            message = f"{each.value} is not a JSON value."
            yield _at(each, file, "yaml.not-json", message, "Quote it.")


def _key_problems(node: MappingNode, file: str) -> Iterator[Diagnostic]:
    first: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, ScalarNode):
            hint = 'Quote an expression: "{{ login.token }}".'
            yield _at(key, file, "yaml.bad-key", "A key must be text.", hint)
        elif key.tag == "tag:yaml.org,2002:merge":
            continue
        elif key.tag not in _TEXT_TAGS:
            message, hint = f"The key {key.value} is not text.", f'Quote it: "{key.value}".'
            yield _at(key, file, "yaml.bad-key", message, hint)
        elif key.value in first:
            message = f"The key `{key.value}` occurs twice, first in line {first[key.value]}."
            yield _at(key, file, "yaml.duplicate-key", message, "Remove one of the two.")
        else:
            first[key.value] = key.start_mark.line + 1


def _is_infinite(node: Node) -> bool:
    return node.tag == "tag:yaml.org,2002:float" and node.value.lower().lstrip("+-") in (
        ".inf",
        ".nan",
    )


def _yaml_problem(error: yaml.MarkedYAMLError, text: str, file: str) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    if error.context_mark and error.problem in UNCLOSED:  # it was noticed at the end of the file
        mark = error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    span = Span(file, line + 1, column + 1)
    faulty = text.split("\n")[line : line + 1]
    said: str | None = error.problem
    if said is not None and "nesting depth" in said:  # the library's limit, met before ours
        return _too_large(span, _TOO_DEEP)
    if faulty and faulty[0].lstrip(" ")[:1] == "\t":
        return _problem(
            "yaml.syntax", span, "A tab cannot indent.", "Indent with spaces, not tabs."
        )
    if isinstance(error, _Refused):
        return _problem(error.code, span, error.message)
    message, hint = explained(said, faulty[0][:column] if faulty else "")
    return _problem("yaml.syntax", span, message, hint)


def _at(node: Node, file: str, code: str, message: str, hint: str = "") -> Diagnostic:
    start, end = node.start_mark, node.end_mark
    length = end.column - start.column if end.line == start.line else 0
    return _problem(code, Span(file, start.line + 1, start.column + 1, length), message, hint)


def _too_large(span: Span, message: str) -> Diagnostic:
    return _problem("yaml.too-large", span, message)


def _problem(code: str, span: Span, message: str, hint: str = "") -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, shortened(message), span, hint)
