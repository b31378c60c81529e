"""Whether a Python test asserts anything: a test that cannot fail proves nothing.

What cannot be decided counts as an assertion, but for a call of a function of which nothing is
known: that it may raise is not a check.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from shall.specs.constant_truth import is_empty, is_same, truth
from shall.specs.local_values import LocalValues
from shall.specs.syntax import walk

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ASSERTS = re.compile(
    r"assert\w*|raises|warns|expects?|checks?|verify|verifies|should\w*|must|fails?|compares?|match(?:es)?",
    re.IGNORECASE,
)
"""Words in the names of functions that assert something themselves: not ``checkout``."""

Function = ast.FunctionDef | ast.AsyncFunctionDef

_NOTHING, _ASSERTION, _EXCEPTION, _ANYTHING = range(4)
"""What a handler catches, and what a check raises: it fails where it raises more than is caught.

``_ANYTHING``: ``pytest.fail`` and ``pytest.raises`` raise what ``except Exception`` does not catch.
"""

_CATCHES = {"AssertionError": _ASSERTION, "Exception": _EXCEPTION, "BaseException": _ANYTHING}
_EXPECTING = frozenset({"raises", "assertRaises", "assertRaisesRegex"})
_OF_PYTHON = frozenset(
    {
        *_CATCHES,
        *("ValueError", "TypeError", "KeyError", "IndexError", "AttributeError", "RuntimeError"),
        *("ZeroDivisionError", "NotImplementedError", "OSError"),
    }
)
"""Exceptions of Python whose names no project takes for its own."""

_LAZY = frozenset({"map", "filter", "partial", "functools.partial"})
"""Functions that call nothing until something asks for what they return."""

_SAME = frozenset({"assertEqual", "assertEquals", "assertIs", "assertAlmostEqual"})


class Called(Struct, frozen=True):
    """A function that is named where exceptions up to ``caught`` are caught.

    ``raises`` is what it raises by its name, such as ``assert_total``; ``is_dropped``: its value
    is not used, so that nothing awaits it. ``guards`` are the names of context managers and
    decorators around it. Without a name it is a check within such guards.
    """

    name: str
    caught: int
    raises: int = _NOTHING
    is_dropped: bool = False
    guards: tuple[str, ...] = ()


class Checks(Struct, frozen=True):
    """What a function asserts itself, ``raises`` at most, and the functions that it names.

    ``is_lazy``: a coroutine or generator, of which a call runs nothing. ``suppresses`` is what a
    context manager does not let through, ``drops`` what a decorator does not.
    """

    raises: int = _NOTHING
    called: tuple[Called, ...] = ()
    is_lazy: bool = False
    suppresses: int = _NOTHING
    drops: int = _NOTHING


class Meant(Struct, frozen=True):
    """The functions that a name may mean, each by its module and a key.

    ``is_certain``: it means no other.
    """

    functions: Mapping[tuple[str, str], Checks] = {}
    is_certain: bool = False


def can_fail(test: Checks, module: str, meaning: Callable[[str, str], Meant]) -> bool:
    """Return whether a test of a module, or a function that it uses, asserts something.

    ``meaning`` returns what a name means in a module. Unless that is certain, a function may
    assert what its name says.
    """
    seen: set[tuple[tuple[str, str], int]] = set()
    waiting = [(module, test, _NOTHING)]
    while waiting:
        module, checks, caught = waiting.pop()
        if checks.raises > caught:
            return True
        for it in checks.called:
            around = [_swallowed(by, module, meaning) for by in it.guards]
            level = max(caught, it.caught, *around)
            meant = meaning(module, it.name) if it.name else Meant()
            if it.raises > level and not meant.is_certain:
                return True
            for key, function in meant.functions.items():
                if (key, level) not in seen and not (it.is_dropped and function.is_lazy):
                    seen.add((key, level))
                    waiting.append((key[0], function, level))
    return False


def others_can_fail(test: Checks, module: str, meaning: Callable[[str, str], Meant]) -> bool:
    """Return whether a fixture or function of the test code that a test uses asserts something."""
    named = tuple(replace(it, raises=_NOTHING) for it in test.called if it.name)
    return can_fail(Checks(called=named), module, meaning)


def _swallowed(guard: str, module: str, meaning: Callable[[str, str], Meant]) -> int:
    """Return what a context manager or ``@decorator`` swallows: where it is not known, nothing."""
    meant = meaning(module, guard.lstrip("@"))
    if not meant.is_certain:
        return _NOTHING
    found = [it.drops if guard[0] == "@" else it.suppresses for it in meant.functions.values()]
    return max(found, default=_NOTHING)


def checks_of(function: Function) -> Checks:
    """Return what a function asserts. Functions that it takes as fixtures count as named."""
    found = _Collector(LocalValues(function))
    found.guards = tuple(f"@{name}" for it in function.decorator_list if (name := dotted(it)))
    for argument in walk(function.args):
        if isinstance(argument, ast.arg):
            found.called.append(Called(argument.arg, _NOTHING))
        elif isinstance(argument, ast.expr):
            found.expressions(argument, _NOTHING)
    found.block(function.body, _NOTHING)
    found.nested_functions()
    called = () if found.raises == _ANYTHING else tuple(dict.fromkeys(found.called))
    if found.fails:
        return Checks(found.raises, called, found.values.is_lazy)
    lets_through = found.suppressed(function), found.dropped(function)
    return Checks(_NOTHING, called, found.values.is_lazy, *lets_through)


def functions_in(
    statement: ast.stmt, is_left_out: Callable[[ast.stmt], bool]
) -> Iterator[tuple[str, Checks]]:
    """Yield name and checks of each function and method in a statement of a module."""
    waiting: list[ast.stmt] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function):
            if not is_left_out(node):
                yield node.name, checks_of(node)
        else:
            waiting += [it for it in ast.iter_child_nodes(node) if isinstance(it, ast.stmt)]


class _Collector:
    """Collects the checks of one function, block by block."""

    def __init__(self, values: LocalValues) -> None:
        self.values = values
        self.raises = _NOTHING
        self.called: list[Called] = []
        self.guards: tuple[str, ...] = ()
        self._yields: list[int] = []  # what is caught around each yield
        self._nested: dict[str, Function] = {}

    @property
    def fails(self) -> bool:
        """Whether anything in it raises or asserts, caught or not."""
        return self.raises > _NOTHING or any(it.raises for it in self.called)

    def suppressed(self, function: Function) -> int:
        """Return what a context manager, the function or its ``__exit__``, does not let through."""
        if function.name == "__exit__":
            return _ANYTHING if self.values.returns_true else _NOTHING
        return min(self._yields, default=_NOTHING)

    def dropped(self, function: Function) -> int:
        """Return what a decorator does not let through of what it decorates, and may never call."""
        names = [it.arg for it in (*function.args.posonlyargs, *function.args.args)][:1]
        around = [it.caught for it in self.called if it.name in names]
        return min(around[1:], default=_ANYTHING) if names else _NOTHING  # the first: the argument

    def block(self, statements: Iterable[ast.stmt], caught: int) -> bool:
        """Read statements up to one after which none is reached; return whether there is one."""
        return any(self._statement(it, caught) for it in statements)

    def nested_functions(self) -> None:
        """Add the functions within that are named anywhere."""
        while named := [it for it in self.called if it.name in self._nested]:
            for it in named:
                node = self._nested.pop(it.name, None)
                if node is not None and not (it.is_dropped and LocalValues(node).is_lazy):
                    around, self.guards = self.guards, it.guards
                    self.block(node.body, it.caught)
                    self.guards = around

    def expressions(self, root: ast.AST, caught: int, *, is_dropped: bool = False) -> None:
        """Add what expressions call and name."""
        dropped = root if is_dropped and isinstance(root, ast.Call) else None
        if is_dropped and (isinstance(root, ast.Name) or _is_lazy(root)):
            return  # a function that is named alone is not called
        for node in walk(root):
            if isinstance(node, ast.Call):
                name = dotted(node.func)
                self._name(name, caught, raised_by(node, name), is_dropped=node is dropped)
            elif dropped is not None and node is dropped.func:
                continue
            elif isinstance(node, ast.Yield | ast.YieldFrom):
                self._yields.append(caught)
            elif name := dotted(node):
                self._name(name, caught)

    def _name(
        self, name: str, caught: int, raises: int = _NOTHING, *, is_dropped: bool = False
    ) -> None:
        self.called.append(Called(name, caught, raises, is_dropped, self.guards))

    def _check(self, raises: int, caught: int) -> None:
        if self.guards and raises > caught:
            self._name("", caught, raises)
        elif raises > caught:
            self.raises = max(self.raises, raises)

    def _statement(self, node: ast.stmt, caught: int) -> bool:
        """Read a statement; return whether what follows it in its block is never reached."""
        match node:
            case ast.Return() | ast.Continue() | ast.Break():
                self.expressions(node, caught)
                return True
            case ast.Raise():
                self._check(_ASSERTION if _is_assertion(node) else _EXCEPTION, caught)
                return True
            case ast.Assert(test=test):
                if not isinstance(test, ast.Name):  # a function is named there, and not called
                    self.expressions(node, caught)
                return self._assert(self.values.known(test), caught)
            case ast.If() | ast.While():
                return self._branches(node, caught)
            case ast.With() | ast.AsyncWith():
                return self._with(node, caught)
            case ast.Try() | ast.TryStar():
                return self._try(node, caught)
            case _:
                self._other(node, caught)
                return False

    def _assert(self, test: ast.expr, caught: int) -> bool:
        """Read an assertion; return whether it never holds. A function that is not called does."""
        holds = truth(test)
        if isinstance(test, ast.Name) and test.id in self._nested:
            holds = True
        if isinstance(test, ast.Name) and test.id not in self.values.bound and holds is None:
            self._name(test.id, caught, _ASSERTION)
        elif holds is not True:
            self._check(_ASSERTION, caught)
        return holds is False

    def _other(self, node: ast.stmt, caught: int) -> None:
        """Read a statement after which the next one is reached."""
        match node:
            case ast.For(iter=items) | ast.AsyncFor(iter=items):
                self.expressions(items, caught)
                if not is_empty(self.values.items(items)):
                    self.block(node.body, caught)
                self.block(node.orelse, caught)
            case ast.Match(cases=cases):
                self.expressions(node.subject, caught)
                for it in cases:
                    self.block(it.body, caught)
            case ast.FunctionDef() | ast.AsyncFunctionDef() if not node.decorator_list:
                self._nested[node.name] = node
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.block(node.body, caught)
            case ast.Expr(value=value):
                self.expressions(value, caught, is_dropped=True)
            case _:
                self.expressions(node, caught)

    def _branches(self, node: ast.If | ast.While, caught: int) -> bool:
        holds = truth(self.values.known(node.test))
        self.expressions(node.test, caught)
        ends = [] if holds is False else [self.block(node.body, caught)]
        if holds is not True or isinstance(node, ast.While):
            ends.append(self.block(node.orelse, caught))
        return all(ends) and isinstance(node, ast.If)

    def _with(self, node: ast.With | ast.AsyncWith, caught: int) -> bool:
        if _raises_what_it_expects(node):
            return False
        suppressed = _NOTHING
        for item in node.items:
            self.expressions(item.context_expr, caught)
            call = item.context_expr
            if isinstance(call, ast.Call) and _last(dotted(call.func)) == "suppress":
                suppressed = max([suppressed, *map(_caught_by, call.args)])
        around = self.guards
        calls = [it.context_expr for it in node.items]
        names = [dotted(it.func if isinstance(it, ast.Call) else it) for it in calls]
        self.guards = (*around, *filter(None, names))
        ends = self.block(node.body, max(caught, suppressed))
        self.guards = around
        return ends and not suppressed

    def _try(self, node: ast.Try | ast.TryStar, caught: int) -> bool:
        swallowed = _NOTHING
        is_raised_again = False
        for handler in node.handlers:
            catches = _ANYTHING if handler.type is None else _caught_by(handler.type)
            within = _Collector(self.values)
            within.guards = self.guards
            within.block(handler.body, caught)
            fails = within.fails
            self.raises = max(self.raises, within.raises)
            self.called += within.called
            self._nested |= within._nested
            self._yields += within._yields
            is_raised_again |= bool(catches) and fails and not swallowed
            swallowed = swallowed if fails else max(swallowed, catches)
        if is_raised_again:
            swallowed = _NOTHING
        ends_last = self.block(node.finalbody, caught)
        if ends_last:  # ``finally: return`` drops what was raised
            swallowed = _ANYTHING
        ends = self.block(node.body, max(caught, swallowed))
        self.block(node.orelse, caught)
        return ends_last or (ends and not node.handlers)


def _is_lazy(node: ast.AST) -> bool:
    """Return whether an expression whose value is dropped calls nothing within it."""
    if isinstance(node, ast.Call):
        return dotted(node.func) in _LAZY
    return isinstance(node, ast.GeneratorExp)


def dotted(node: ast.AST) -> str:
    """Return a name with its attributes; of an attribute of anything else the attribute."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            owner = dotted(value)
            return f"{owner}.{name}" if owner else f".{name}"
        case _:
            return ""


def raised_by(call: ast.Call, name: str) -> int:
    """Return what a function raises by its name; ``re.match`` only returns it."""
    owner, _, last = name.rpartition(".")
    if owner == "doctest":
        return _EXCEPTION
    if _last(owner) == "re" or not any(map(_ASSERTS.fullmatch, _WORD.findall(last))):
        return _NOTHING
    if owner == "pytest":
        return _ANYTHING
    if not last.lower().startswith("assert"):
        return _EXCEPTION
    return _NOTHING if owner == "self" and _always_holds(call, last) else _ASSERTION


def _always_holds(call: ast.Call, name: str) -> bool:
    """Return whether an assertion of ``unittest`` holds whatever the code under test does."""
    match call.args:
        case [value, *_] if name == "assertTrue":
            return truth(value) is True
        case [value, *_] if name == "assertFalse":
            return truth(value) is False
        case [left, right, *_] if name in _SAME:
            compared = ast.Compare(left, [ast.Eq()], [right])
            return truth(compared) is True or is_same(left, right)
        case _:
            return False


def _raises_what_it_expects(node: ast.With | ast.AsyncWith) -> bool:
    """Return whether all that is done where an exception is expected is to raise one of Python's.

    Whatever the code under test does, it is raised.
    """
    match node:
        case ast.With(items=[ast.withitem(ast.Call(func=func))], body=[ast.Raise(exc=raised)]):
            if isinstance(raised, ast.Call):
                is_constant = all(isinstance(it, ast.Constant) for it in raised.args)
                raised = raised.func if is_constant and not raised.keywords else None
            is_known = isinstance(raised, ast.Name) and raised.id in _OF_PYTHON
            return is_known and _last(dotted(func)) in _EXPECTING
        case _:
            return False


def _is_assertion(node: ast.Raise) -> bool:
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return raised is not None and _last(dotted(raised)) == "AssertionError"


def _caught_by(node: ast.expr) -> int:
    names: Iterator[ast.expr] = iter(node.elts if isinstance(node, ast.Tuple) else [node])
    return max((_CATCHES.get(_last(dotted(it)), _NOTHING) for it in names), default=_NOTHING)


def _last(name: str) -> str:
    return name.rpartition(".")[2]
