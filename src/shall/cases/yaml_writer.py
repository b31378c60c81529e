"""Writes a case as YAML.

A text that YAML 1.1 and 1.2 may read differently is quoted, so that every reader sees a text.
``comments`` carries over those of an existing file.
"""

import re
from typing import Any

import yaml

from shall.cases.model import Case
from shall.cases.root import ROOT
from shall.cases.writer import to_data

_PLAIN = re.compile(
    r"[A-Za-z/\u4e00-\u9fff][\w./\- \u4e00-\u9fff]*(?<![ -])"
    r"|\$(?:\.[A-Za-z_]\w*|\[-?[0-9]+\]|\[\*\])*"
    r"|[1-9][0-9]{0,9} (?:ms|s|min|h)"
)
_UNSURE = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null|none|nan|inf)|.{81,}")


def to_yaml(case: Case, *, is_wrapped: bool = False) -> str:
    """Return the case as the text of a YAML file; ``read_case`` gives the same case back.

    ``is_wrapped``: with the older root, by which a file among shared steps is a case.
    """
    data = to_data(case)
    return dump({ROOT: data} if is_wrapped else data)


def dump(data: Any) -> str:
    """Return JSON data as the text of a YAML file."""
    return yaml.dump(
        data,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=False,
        width=1_000_000,
    )


_STEPS = ("steps", "teardowns")


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper: quotes whatever is not plainly a text, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write a shared value out each time."""
        return data is not self

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
        """Write a short mapping of plain values in one line; each field of a step has a line."""
        node = super().represent_mapping(tag, mapping, flow_style)
        for key, value in node.value:
            if key.value in _STEPS and isinstance(value, yaml.SequenceNode) and value.value:
                for each in (value, *value.value):
                    each.flow_style = False
        node.flow_style = _fits_line([part for pair in node.value for part in pair])
        return node

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:
        """Write a short list of plain values in one line."""
        node = super().represent_sequence(tag, sequence, flow_style)
        node.flow_style = _fits_line(node.value)
        return node


_LINE = 80
"""Characters that a collection written in one line may take."""


def _fits_line(nodes: list[yaml.Node]) -> bool:
    """Return whether the parts of a collection are short, and nested in one level at most."""
    length = 0
    for node in nodes:
        if isinstance(node, yaml.CollectionNode):
            inner = node.value if isinstance(node, yaml.SequenceNode) else sum(node.value, ())
            if not node.flow_style or any(not isinstance(it, yaml.ScalarNode) for it in inner):
                return False
            length += 2 + sum(len(it.value) + 4 for it in inner)
        elif "\n" in node.value:
            return False
        else:
            length += len(node.value) + 4
    return 0 < length <= _LINE


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = _PLAIN.fullmatch(text) is not None and _UNSURE.fullmatch(text) is None
    style = None if plain else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _represent_float(dumper: yaml.SafeDumper, number: float) -> yaml.ScalarNode:
    text = repr(number)
    if "e" in text:
        digits, _, exponent = text.partition("e")
        digits = digits if "." in digits else f"{digits}.0"
        text = f"{digits}e{exponent if exponent[0] in '+-' else '+' + exponent}"
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(float, _represent_float)
