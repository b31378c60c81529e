"""The rules, described for a reader: in the terminal, and on the reference page."""

from shall.errors import BadValue
from shall.specs.lint.rules import RULES


def listed(language: str) -> str:
    """Return a line for each rule: code, name, severity and meaning."""
    width = max(len(rule.name) for rule in RULES)
    return "\n".join(
        f"{rule.code}  {rule.name:<{width}}  {rule.severity.value:<7}  "
        f"{rule.meaning.in_language(language)}"
        for rule in RULES
    )


def explained(name: str, language: str) -> str:
    """Return what a rule reports, with examples. Raises ``BadValue``."""
    rule = next((it for it in RULES if name in {it.code, it.name}), None)
    if rule is None:
        raise BadValue(f"There is no rule {name}.", hint="`shall lint --list` lists the rules.")
    words = ("Bad:", "Good:", "Fix:", "`shall lint --fix` corrects it.")
    if language == "zh":
        words = ("不好：", "好：", "修复：", "`shall lint --fix` 可自动修复。")
    lines = [
        f"{rule.code} {rule.name} ({rule.severity.value})",
        "",
        rule.meaning.in_language(language),
        rule.hint.in_language(language),
        "",
        words[0],
        *_indented(rule.bad),
        words[1],
        *_indented(rule.good),
    ]
    return "\n".join([*lines, f"{words[2]} {words[3]}"] if rule.has_fix else lines)


def _indented(examples: tuple[str, ...]) -> list[str]:
    return [f"    {line}" for text in examples for line in text.rstrip().split("\n")]
