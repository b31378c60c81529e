"""Checks cases against the rules that a project has chosen.

A comment ``# shall: ignore C202 reason`` silences a rule for its line, or for the next one where
it is alone on its line; ``# shall: ignore-file`` for the file.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from shall.case_lint.drafts import check_draft
from shall.case_lint.rules import RULES, Found, check_case, check_logins
from shall.cases.model import Case
from shall.cases.reader import locator
from shall.diagnostics import Diagnostic
from shall.span import Span
from shall.specs.lint.checker import Choice
from shall.specs.lint.rule import Finding, Text
from shall.specs.lint.rules.suppressed import NO_REASON
from shall.specs.lint.suppressions import Suppression, problems_of

_COMMENT = re.compile(
    r"(?:^|\s)(?P<mark>#\s*shall: ignore(?P<file>-file)?\s+"
    r"(?P<rules>[\w-]+(?:\s*[,，]\s*[\w-]+)*)(?P<reason>.*))"
)
_NO_REASON_HINT = Text(
    "Write it behind the rule: # shall: ignore C202 reason.", "在规则之后写明原因。"
)


def lint_cases(
    cases: Mapping[str, Case],
    texts: Mapping[str, str],
    choice: Choice,
    codes: Mapping[str, str],
    language: str = "en",
) -> Iterator[Diagnostic]:
    """Yield the findings of cases by their files, in the order of files and lines.

    ``codes`` maps codes and names of all rules to codes.
    """
    logins: dict[str, list[Found]] = {}
    for file, found in check_logins(cases):
        logins.setdefault(file, []).append(found)
    active = frozenset(rule.code for rule in RULES)
    for file, case in cases.items():
        span_of = locator(texts[file], file)
        findings = [
            Finding(it.rule, span_of(it.path), found=it.found, values={"count": str(it.count)})
            for it in (
                *check_case(case),
                *check_draft(case, texts[file], file),
                *logins.get(file, ()),
            )
            if choice.applies(it.rule.code, file)
        ]
        comments = list(_comments(texts[file], file))
        left = [it for it in findings if not _is_silenced(it, comments)]
        here = frozenset(code for code in active if choice.applies(code, file))
        wrong = [it for comment in comments for it in problems_of(comment, dict(codes), here)]
        left += [it for it in wrong if choice.applies(it.rule.code, file)]
        yield from sorted(
            (_diagnostic(it, choice, language) for it in left),
            key=lambda it: (it.span or Span(file, 0), it.code),
        )


def _diagnostic(finding: Finding, choice: Choice, language: str) -> Diagnostic:
    rule = finding.rule
    hint = _NO_REASON_HINT if rule is NO_REASON else rule.hint
    return Diagnostic(
        rule.code,
        choice.severities[rule.code],
        finding.message(language),
        finding.span,
        hint.in_language(language),
    )


def _is_silenced(finding: Finding, comments: Sequence[Suppression]) -> bool:
    names = {finding.rule.code, finding.rule.name}
    by = [it for it in comments if names & set(it.names) and it.holds_for(finding)]
    for comment in by:
        comment.used.add(finding.rule.code)
    return bool(by)


def _comments(text: str, file: str) -> Iterator[Suppression]:
    if "shall: ignore" not in text:
        return
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        found = _COMMENT.search(line)
        if found is None:
            continue
        span = Span(file, number, found.start("mark") + 1, len(found["mark"].rstrip()))
        alone = not line[: found.start("mark")].strip()
        target = number
        if alone:
            rest = (at for at in range(number, len(lines)) if _is_content(lines[at]))
            target = next(rest, number - 1) + 1
        yield Suppression(
            span,
            tuple(re.split(r"\s*[,，]\s*", found["rules"])),
            found["reason"].strip(),
            0 if found["file"] else target,
            span,
        )


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
