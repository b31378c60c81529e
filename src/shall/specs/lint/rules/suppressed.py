"""Rules S191 to S193: comments that silence a rule."""

from shall.diagnostics import Severity
from shall.specs.lint.rule import Rule, Text

_SENTENCE = "The shop SHALL respond quickly"

UNUSED = Rule(
    "S191",
    "unused-suppression",
    Severity.WARNING,
    Text(
        "A comment silences a rule that finds nothing there.", "注释所忽略的规则在此没有发现问题。"
    ),
    Text("{found} finds nothing here.", "{found} 在此没有发现问题。"),
    Text("Remove it from the comment.", "从注释中删去。"),
    bad=("The shop SHALL ring <!-- shall: ignore S111 agreed with support -->",),
    good=(f"{_SENTENCE} <!-- shall: ignore S111 agreed with support -->",),
    has_fix=True,
)
UNKNOWN = Rule(
    "S192",
    "unknown-rule",
    Severity.WARNING,
    Text("A comment names a rule that does not exist.", "注释中的规则不存在。"),
    Text("There is no rule {found}.", "没有名为 {found} 的规则。"),
    Text("`shall lint --list` lists the rules.", "`shall lint --list` 列出所有规则。"),
    bad=(f"{_SENTENCE} <!-- shall: ignore S999 agreed with support -->",),
    good=(f"{_SENTENCE} <!-- shall: ignore S111 agreed with support -->",),
)
NO_REASON = Rule(
    "S193",
    "suppression-without-reason",
    Severity.WARNING,
    Text("A comment silences a rule and does not say why.", "注释忽略了规则而没有写原因。"),
    Text("This comment gives no reason.", "此注释没有写原因。"),
    Text("Write it behind the rule: <!-- shall: ignore S111 reason -->.", "在规则之后写明原因。"),
    bad=(f"{_SENTENCE} <!-- shall: ignore S111 -->",),
    good=(f"{_SENTENCE} <!-- shall: ignore S111 agreed with support -->",),
)

RULES = (UNUSED, UNKNOWN, NO_REASON)
