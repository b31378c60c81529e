"""Traces criteria to cases, tests and their latest outcome."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cache, partial

from msgspec.structs import replace

from shall.actions.archived import archived_changes
from shall.actions.comment_links import comment_links
from shall.actions.criterion_texts import masked_matrix
from shall.actions.link_sources import case_links, recorded_files, test_links
from shall.actions.reported_files import file_fingerprint
from shall.actions.requirements import read_specs
from shall.actions.run_variables import declared_variables, defaults_in
from shall.actions.unchanged import source_comparison
from shall.cases.nearest import nearest
from shall.cases.run_names import Name
from shall.diagnostics import Diagnostic, Severity
from shall.engine.run_variables import OVERRIDDEN
from shall.errors import BadValue, InvalidSetting, ShallError, StoreUnavailable
from shall.late_pattern import late_pattern
from shall.span import Span
from shall.specs.decisions import Decision, DecisionKind
from shall.specs.matrix import Matrix, build_matrix, resolve, with_archived, with_decisions
from shall.specs.model import Link, LinkKind, SpecSet
from shall.specs.status import ABSENT, Latest
from shall.store.base import Evidence
from shall.store.line_files import UnreadableLine
from shall.workspace.workspace import RunDefaults, Workspace


def trace_requirements(
    workspace: Workspace,
    feature: str | None = None,
    environments: Sequence[str] | None = None,
    *,
    today: date | None = None,
    specs: SpecSet | None = None,
) -> Matrix:
    """Build the coverage matrix of the workspace, or of one feature.

    ``environments`` are those in which a criterion must be proved; None: those that ``shall.yaml``
    lists, or without a list every one in which a linked case ran. ``today`` is the day on which
    waivers are looked at; None: the current one (UTC). ``specs`` are the requirements where they
    were just read.

    A requirements document that cannot be read, or in which a key occurs twice, is named in
    ``wrong_specs``, a case or test file in ``problems``; the rest counts. Texts of criteria are
    masked.

    Raises:
        BadValue: No feature has that name.
    """
    if environments is None:
        environments = workspace.defaults.environments or None
    if specs is None:
        specs = read_specs(workspace)
    problems: list[Diagnostic] = []
    newest = [it for it in _newest(workspace, problems) if it.outcome != ABSENT]
    recorded = recorded_files(newest)
    links = [
        *case_links(workspace, problems, recorded),
        *test_links(workspace, problems, recorded),
    ]
    links += _links_of_unreadable(workspace, specs, problems, newest, links)
    comments = list(comment_links(workspace, problems))
    links += comments
    links += _reported_links(workspace, newest, _pairs(comments, specs))
    facts = _with_current_fingerprints(workspace, newest, links)
    unreachable = workspace.outages.current() if workspace.outages is not None else ()
    decisions = _decisions(workspace, problems)
    relinks = [it for it in decisions if it.kind is DecisionKind.RELINK]
    names = {it.source: it.run_names for it in links if it.run_names}
    defaults = _present_defaults(workspace, problems) if names else workspace.defaults
    latest = _with_variables(defaults, facts, names)
    matrix = build_matrix(specs, links, latest, environments, unreachable, relinks)
    matrix = with_decisions(matrix, decisions, today or datetime.now(UTC).date())
    if any("#" in it.link.criterion for it in matrix.unknown):
        matrix = with_archived(matrix, archived_changes(workspace))
    matrix = masked_matrix(workspace, replace(matrix, problems=tuple(problems)))
    return matrix if feature is None else _of_feature(matrix, specs, feature)


def _links_of_unreadable(
    workspace: Workspace,
    specs: SpecSet,
    problems: Iterable[Diagnostic],
    facts: Iterable[Evidence],
    links: Iterable[Link],
) -> Iterator[Link]:
    """Yield what a case or test file that cannot be read was linked to, or names in its text.

    Otherwise a case that is broken would leave its criteria to those that pass. ``links`` are those
    of the files that can be read.
    """
    broken = {it.span.file for it in problems if it.severity is Severity.ERROR and it.span}
    if not broken:
        return
    known = {it.key for it in specs.criteria()}
    pairs = {
        (it.criterion, it.source, LinkKind(it.kind))
        for it in facts
        if it.kind != LinkKind.REPORT and it.source.partition("::")[0] in broken
    }
    for file in broken - {it.source.partition("::")[0] for it in links}:
        kind = LinkKind.TEST if file.endswith(".py") else LinkKind.CASE
        pairs |= {(key, file, kind) for key in _named_in(workspace, file)}
    for criterion, source, kind in sorted(pairs):
        if criterion in known:
            yield Link(criterion, kind, source, Span(source.partition("::")[0], 1))


_KEY = late_pattern(r"[^\s\"'`\[\](){},:]+#[^\s\"'`\[\](){},]+")


def _named_in(workspace: Workspace, file: str) -> Sequence[str]:
    """Return what looks like the keys of criteria in a file that is a case or test."""
    try:
        text = workspace.files.read_text(file)
    except ShallError:
        return ()
    return _KEY.findall(text) if "verifies" in text else ()


def _pairs(links: Sequence[Link], specs: SpecSet) -> Set[tuple[str, str]]:
    """Return criterion and source of each link, under the key of the criterion if it exists."""
    if not links:
        return frozenset()
    known = resolve(specs)
    keys = {name: criterion.key for name, criterion in known.items()}
    return {(keys.get(it.criterion, it.criterion), it.source) for it in links}


def _reported_links(
    workspace: Workspace, facts: Iterable[Evidence], written: Set[tuple[str, str]]
) -> Iterator[Link]:
    """Yield the links of recorded reports; a test is as it was recorded if its file is.

    ``written`` are the criteria and sources that comments link.
    """
    files: dict[str, str] = {}
    reported = {
        (fact.criterion, fact.source): bool(fact.source_fingerprint)
        for fact in facts
        if fact.kind == LinkKind.REPORT and (fact.criterion, fact.source) not in written
    }
    for (criterion, source), has_file in reported.items():
        file = source.partition("::")[0]
        if has_file and file not in files:
            files[file] = file_fingerprint(workspace.files, file)
        fingerprint = files[file] if has_file else ""
        yield Link(criterion, LinkKind.REPORT, source, Span(file, 1), fingerprint)


def _newest(workspace: Workspace, problems: list[Diagnostic]) -> Sequence[Evidence]:
    if workspace.evidence is None:
        return ()
    try:
        found = workspace.evidence.newest()
    except StoreUnavailable as error:
        problems.append(_state_problem(workspace, error))
        return ()
    problems += [_line_problem(workspace, it) for it in workspace.evidence.unreadable()]
    return found


def _decisions(workspace: Workspace, problems: list[Diagnostic]) -> Sequence[Decision]:
    if workspace.decisions is None:
        return ()
    try:
        found = workspace.decisions.newest()
    except StoreUnavailable as error:
        problems.append(_state_problem(workspace, error))
        return ()
    problems += [_line_problem(workspace, it) for it in workspace.decisions.unreadable()]
    return found


def _state_problem(workspace: Workspace, error: StoreUnavailable) -> Diagnostic:
    span = Span(str(workspace.state), 1)
    return Diagnostic("state.unreadable", Severity.ERROR, error.message, span, error.hint or "")


def _line_problem(workspace: Workspace, line: UnreadableLine) -> Diagnostic:
    """Return the problem of a line that may say that a criterion is no longer proved."""
    path = line.path
    file = path.relative_to(workspace.root) if path.is_relative_to(workspace.root) else path
    return Diagnostic(
        "state.unreadable",
        Severity.ERROR,
        f"This line is ignored because it cannot be read: {line.reason}.",
        Span(file.as_posix(), line.line),
        "Resolve the merge, restore the line from git, or upgrade shall. "
        "Delete it if it was never committed.",
    )


def _with_current_fingerprints(
    workspace: Workspace, facts: Iterable[Evidence], links: Iterable[Link]
) -> Iterator[Evidence]:
    """Yield each fact; where an older release recorded it for the same source, with today's."""
    current = {link.source: link.fingerprint for link in links}
    is_unchanged = source_comparison(workspace.files, workspace.defaults.openapi)
    for fact in facts:
        fingerprint = current.get(fact.source, fact.source_fingerprint)
        if fingerprint == fact.source_fingerprint:
            yield fact
            continue
        fact_now = replace(fact, source_fingerprint=fingerprint)
        yield fact_now if is_unchanged(fact.source_fingerprint, fact_now) else fact


def _present_defaults(workspace: Workspace, problems: list[Diagnostic]) -> RunDefaults:
    """Return the settings with the variables of today's files, which a server may have read before.

    Where it did, that is a problem: its runs still use the former ones.
    """
    known, files = workspace.defaults, workspace.settings_files
    changed = [name for name, stamp in files.items() if workspace.files.stamp(name) != stamp]
    if not changed:
        return known
    present = known
    with suppress(InvalidSetting):  # which a new process reports
        present = defaults_in(workspace, workspace.root)
        if present == known:
            return known
    for name in changed:
        message = f"{name} changed since it was read: runs of this server use its former variables."
        hint = "Restart the server."
        span = Span(name, 1)
        problems.append(Diagnostic("setting.changed", Severity.WARNING, message, span, hint))
    return present


def _with_variables(
    defaults: RunDefaults, facts: Iterable[Evidence], names: Mapping[str, Sequence[Name]]
) -> Iterator[Latest]:
    """Yield each fact as the matrix takes it, with how variables that its case read differ.

    ``names`` are those that the cases read.
    """
    declared = cache(partial(declared_variables, defaults))

    @cache
    def present(source: str, environment: str) -> str:
        return declared(environment).fingerprint(source, names.get(source, ()))

    for fact in facts:
        found = latest_of(fact)
        if fact.variables == OVERRIDDEN:
            found = replace(found, variables="overridden")
        elif fact.variables and fact.variables != present(fact.source, fact.environment):
            found = replace(found, variables="changed")
        yield found


def latest_of(fact: Evidence) -> Latest:
    """Return a line of evidence as the matrix takes it."""
    return Latest(
        criterion=fact.criterion,
        source=fact.source,
        outcome=fact.outcome,
        run_id=fact.run_id,
        criterion_fingerprint=fact.criterion_fingerprint,
        source_fingerprint=fact.source_fingerprint,
        environment=fact.environment,
        data_row=fact.data_row,
        at=fact.at,
        checks_executed=fact.checks_executed,
        commit=fact.commit,
        is_dirty=fact.is_dirty,
    )


def _of_feature(matrix: Matrix, specs: SpecSet, feature: str) -> Matrix:
    names = [known.name for known in specs.features]
    feature = specs.aliases().get(feature, feature)
    if feature not in names:
        near = nearest(feature, names)
        hint = f"Did you mean {near}?" if near else f"Available: {', '.join(names) or 'none'}."
        raise BadValue(f"No feature is named {feature}.", hint=hint)
    prefix = f"{feature}#"
    return replace(
        matrix,
        rows=tuple(row for row in matrix.rows if row.criterion.key.startswith(prefix)),
        unknown=tuple(link for link in matrix.unknown if link.link.criterion.startswith(prefix)),
    )
