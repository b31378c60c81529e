"""Writes a case as YAML.

A text that YAML 1.1 and 1.2 may read differently is quoted, so that every reader sees a text.
Comments of an existing file are lost.
"""

import re
from typing import Any

import yaml

from shall.cases.model import Case
from shall.cases.writer import to_data

_PLAIN = re.compile(r"[A-Za-z/\u4e00-\u9fff][\w./\- \u4e00-\u9fff]*(?<! )")
_UNSURE = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null|none|nan|inf)|.{81,}")


def to_yaml(case: Case) -> str:
    """Return the case as the text of a YAML file; ``read_case`` gives the same case back."""
    return dump(to_data(case))


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


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper: quotes whatever is not plainly a text, indents lists, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write a shared value out each time."""
        return data is not self

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent a list below its key."""
        super().increase_indent(flow, indentless and self is None)


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
