"""Checks documents against the rules that a project has chosen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shall.diagnostics import Diagnostic, Severity
from shall.diagnostics.diagnostic import Edit
from shall.rules import LintOptions
from shall.specs.globs import matches
from shall.specs.lint.finding_span import span_of
from shall.specs.lint.lexicon import Lexicon, lexicon
from shall.specs.lint.passage import passage_of
from shall.specs.lint.rule import Finding, Rule
from shall.specs.lint.rules import RULES, changes, documents, grammar, links, measures, wording
from shall.specs.lint.suppressions import Suppression, problems_of, read_suppressions
from shall.specs.markdown import LINE_END
from shall.specs.model import Criterion, Feature, Operation


@dataclass(frozen=True, slots=True)
class Choice:
    """The rules that apply, by code, with their severities."""

    severities: Mapping[str, Severity]
    per_file: Mapping[str, frozenset[str]]  # codes that do not apply, by glob
    terms: tuple[tuple[str, tuple[str, ...]], ...]

    def applies(self, code: str, file: str) -> bool:
        """Return whether a rule applies to a file."""
        return code in self.severities and not any(
            code in codes and matches(file, (glob,)) for glob, codes in self.per_file.items()
        )


def chosen(options: LintOptions, rules: Sequence[Rule] = RULES) -> Choice:
    """Return those of some rules that a project's settings choose.

    Raises:
        KeyError: A name is that of no rule.
        ValueError: A severity is none.
    """
    known = codes_of(rules)
    selected = _codes(options.select, known) if options.select else frozenset(known.values())
    selected -= _codes(options.ignore, known)
    severities = {rule.code: rule.severity for rule in rules if rule.code in selected}
    for name, severity in options.severity.items():
        level = Severity(severity)
        severities |= {code: level for code in _codes((name,), known) if code in severities}
    per_file = {glob: _codes(names, known) for glob, names in options.per_file.items()}
    terms = []
    for name, changed in options.terms.items():
        [code] = _codes((name,), known)
        rule = next(it for it in rules if it.code == code)
        if rule.name not in wording.WITH_TERMS:
            raise KeyError(name)
        terms.append((rule.name, tuple(changed)))
    return Choice(severities, per_file, tuple(terms))


def codes_of(rules: Iterable[Rule]) -> Mapping[str, str]:
    """Return the code of each rule, by its code and its name."""
    return {name: rule.code for rule in rules for name in (rule.code, rule.name)}


def _codes(names: Iterable[str], known: Mapping[str, str]) -> frozenset[str]:
    """Return the codes of rules named by code, name, or the start of a code."""
    found: set[str] = set()
    for name in names:
        if name in known:
            found.add(known[name])
            continue
        starts = {code for code in known.values() if code.startswith(name)}
        if not starts or not name.startswith(("S", "C")):
            raise KeyError(name)
        found |= starts
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings of a document, and what they were made of.

    ``others`` are those that depend on other documents, too.
    """

    feature: Feature | None
    text: str
    choice: Choice
    others: Sequence[Finding]
    diagnostics: Sequence[Diagnostic]


def lint(
    features: Sequence[Feature],
    texts: Mapping[str, str],
    choice: Choice,
    language: str = "en",
    beside: Sequence[links.Beside] = (),
    known: dict[tuple[str, str], Checked] | None = None,
) -> list[Diagnostic]:
    """Return the findings of every document, in the order of files and lines.

    ``texts`` are the documents by their files, ``beside`` the designs and lists of tasks.
    ``known`` are findings by file and language: a document that did not change is not checked
    again, and those of this time are put there.
    """
    texts = {**texts, **{document.file: document.text for document in beside}}
    known = {} if known is None else known
    of_file = {feature.file: feature for feature in features}
    by_file: dict[str, list[Finding]] = {file: [] for file in of_file}
    by_file |= {document.file: [] for document in beside}
    for found in (*changes.check(features), *links.check(features, beside, texts)):
        by_file[found.span.file].append(found)
    for gone in {key for key in known if key[1] == language and key[0] not in by_file}:
        del known[gone]
    terms = lexicon(choice.terms)
    diagnostics: list[Diagnostic] = []
    for file, others in by_file.items():
        feature, text = of_file.get(file), texts.get(file, "")
        before = known.get((file, language))
        if (
            before is None
            or before.feature is not feature
            or before.text != text
            or before.choice != choice
            or before.others != others
        ):
            own = () if feature is None else _findings(feature, terms)
            found_here = _diagnostics((*own, *others), file, text, choice, language)
            before = Checked(feature, text, choice, others, found_here)
            known[file, language] = before
        diagnostics += before.diagnostics
    return diagnostics


def _diagnostics(
    findings: Iterable[Finding], file: str, text: str, choice: Choice, language: str
) -> list[Diagnostic]:
    """Return what is reported of the findings of a document."""
    findings = [it for it in findings if choice.applies(it.rule.code, file)]
    suppressions = read_suppressions(text, file)
    if suppressions:
        findings = _not_suppressed(findings, suppressions)
        findings += _wrong_suppressions(suppressions, choice, file)
    if not findings:
        return []
    lines = LINE_END.split(text)
    return sorted(
        (_diagnostic(it, lines, choice, language) for it in findings),
        key=lambda found: (found.span, found.code),
    )


def _findings(feature: Feature, terms: Lexicon) -> Iterator[Finding]:
    """Yield the findings that depend on nothing but the document."""
    for criterion in feature.criteria():
        if _is_removed(criterion):
            continue
        passage = passage_of(criterion)
        yield from grammar.check(passage)
        yield from wording.check(passage, terms)
        yield from measures.check(passage)
    yield from documents.check([feature])


def _is_removed(criterion: Criterion) -> bool:
    return criterion.change is not None and criterion.change.operation is Operation.REMOVED


def _not_suppressed(
    findings: Iterable[Finding], suppressions: Sequence[Suppression]
) -> list[Finding]:
    left = []
    for finding in findings:
        code = finding.rule.code
        names = {code, finding.rule.name}
        by = [it for it in suppressions if names & set(it.names) and it.holds_for(finding)]
        for suppression in by:
            suppression.used.add(code)
        if not by:
            left.append(finding)
    return left


def _wrong_suppressions(
    suppressions: Iterable[Suppression], choice: Choice, file: str
) -> Iterator[Finding]:
    active = frozenset(code for code in choice.severities if choice.applies(code, file))
    codes = dict(codes_of(RULES))
    for suppression in suppressions:
        for found in problems_of(suppression, codes, active):
            if found.rule.code in active:
                yield found


def _diagnostic(
    finding: Finding, lines: Sequence[str], choice: Choice, language: str
) -> Diagnostic:
    rule: Rule = finding.rule
    span, is_exact = span_of(finding, lines)
    fix = None
    if finding.replacement is not None and is_exact and span.length:
        fix = Edit(finding.fix_span or span, finding.replacement)
    return Diagnostic(
        rule.code,
        choice.severities[rule.code],
        finding.message(language),
        span,
        rule.hint.in_language(language),
        field=finding.criterion.key if finding.criterion else "",
        fix=fix,
    )
