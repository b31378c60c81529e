"""Criteria and links and outcomes to a coverage matrix."""

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from shall.diagnostics import Diagnostic, Severity
from shall.errors import BadValue
from shall.span import Span
from shall.specs.decisions import Decision, by_criterion, decide, without_criterion
from shall.specs.mentions import Mention
from shall.specs.model import Change, Criterion, Link, SpecSet
from shall.specs.moved import keys_of_recorded_texts
from shall.specs.pending import Archived, Pending
from shall.specs.status import (
    UNCOUNTED,
    WORST_FIRST,
    Latest,
    LinkOutcome,
    Status,
    Unreachable,
    evidence_status_of,
    outcomes_of,
    pending_status,
    status_of,
)


class Row(Struct, frozen=True, gc=False):
    """One criterion with everything that verifies it.

    ``evidence_status`` is the status that the committed evidence gives; ``status`` also says what
    only this machine knows, and what was decided by ``decision``. ``change`` is the open change of
    OpenSpec that adds, modifies, removes or renames the criterion.
    """

    criterion: Criterion
    status: Status
    links: tuple[LinkOutcome, ...]
    evidence_status: Status = Status.UNTESTED
    unreachable: tuple[Unreachable, ...] = ()
    decision: Decision | None = None
    mentions: tuple[Mention, ...] = ()
    change: Change | None = None


class UnknownLink(Struct, frozen=True):
    """A link that names no criterion, or several.

    ``candidates`` are the keys that it names; where there is none, those that the text has now for
    which the link was recorded, or else near ones. ``places`` are the criteria that have the same
    key. ``removed_by`` is the archived change of OpenSpec that removed what the link names.
    """

    link: Link
    candidates: tuple[str, ...] = ()
    places: tuple[Span, ...] = ()
    removed_by: str = ""

    def diagnostic(self) -> Diagnostic:
        """Return the problem that readers of the source of the link are shown."""
        if self.removed_by:
            message = f"{self.link.criterion} was removed by the change {self.removed_by}."
            code, hint = "link.unknown-criterion", "Remove the link."
            return Diagnostic(code, Severity.WARNING, message, self.link.span, hint)
        return unresolved(self.link.criterion, self.candidates, self.link.span, places=self.places)


class Moved(Struct, frozen=True):
    """The text that ``sources`` were recorded for has another key now; links do not follow.

    ``old_key`` is as the link has it where no criterion has that key any more.
    """

    old_key: str
    new_key: str
    sources: tuple[str, ...] = ()


class Matrix(Struct, frozen=True):
    """The coverage matrix; ``problems`` name case and test files that could not be read.

    ``wrong_specs`` are the problems of requirements documents: there may be criteria that are not
    shown. ``unread`` lists what looks like a requirement and was not read, ``undecided`` what was
    decided and does not count. ``names`` maps each way to name a criterion to the keys that it
    means.
    """

    rows: tuple[Row, ...]
    unknown: tuple[UnknownLink, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    moved: tuple[Moved, ...] = ()
    names: Mapping[str, Sequence[str]] = {}
    wrong_specs: tuple[Diagnostic, ...] = ()
    unread: tuple[Diagnostic, ...] = ()
    undecided: tuple[Diagnostic, ...] = ()

    def diagnostics(self) -> list[Diagnostic]:
        """Return the problems of requirements, links, cases and tests, and what was not read."""
        unknown = [link.diagnostic() for link in self.unknown]
        return [*self.wrong_specs, *unknown, *self.problems, *self.undecided, *self.unread]

    def counts(self) -> Mapping[str, int]:
        """Count the criteria by status; every status is a key."""
        counted = Counter(row.status for row in self.rows)
        return {status.value: counted[status] for status in Status}

    def worst_first(self) -> tuple[Row, ...]:
        """Return the rows by status, failing ones first, in each by the order of the documents."""
        order = {status: at for at, status in enumerate(WORST_FIRST)}
        return tuple(sorted(self.rows, key=lambda row: order.get(row.status, len(order))))

    @property
    def proved_percent(self) -> float:
        """Proved criteria as a percentage of those that are to be proved; 0.0 without any."""
        counted = sum(row.status not in UNCOUNTED for row in self.rows)
        return 100 * self.counts()[Status.PROVED.value] / counted if counted else 0.0


def build_matrix(
    specs: SpecSet,
    links: Iterable[Link],
    latest: Iterable[Latest],
    environments: Sequence[str] | None = None,
    unreachable: Iterable[Unreachable] = (),
    relinks: Iterable[Decision] = (),
) -> Matrix:
    """Join criteria, links and latest outcomes.

    Only outcomes of (criterion, source) pairs that a link still names count. ``environments`` and
    ``unreachable``: see ``outcomes_of``. ``relinks`` are links that followed a text to another key:
    what was recorded for that text counts, under whatever key.
    """
    outages = {it.key: it for it in unreachable}
    latest = tuple(latest)
    criteria = specs.criteria()
    keys = ways_to_name(specs)
    linked: dict[str, list[Link]] = {}
    unnamed: list[Link] = []
    for link in links:
        named = keys.get(link.criterion, [])
        if len(named) == 1:
            linked.setdefault(named[0], []).append(link)
        else:
            unnamed.append(link)
    recorded = _Recorded(latest, keys, relinks)
    pending = Pending(specs)
    rows = []
    for criterion in criteria:
        mine = linked.get(criterion.key)
        change = pending.change_of(criterion.key)
        if not mine:
            status = pending_status(Status.UNTESTED, change)
            rows.append(Row(criterion, status, (), change=change))
            continue
        sources = dict.fromkeys(link.source for link in mine)
        facts = [fact for it in sources for fact in recorded.facts_of(criterion, it)]
        outcomes = outcomes_of(criterion, mine, facts, environments, outages)
        unreached = tuple(
            it
            for it in outages.values()
            if it.source in sources and (environments is None or it.environment in environments)
        )
        status = status_of(outcomes)
        evidence_status = evidence_status_of(outcomes, status)
        status = pending_status(status, change)
        rows.append(Row(criterion, status, outcomes, evidence_status, unreached, change=change))
    unknown, moved = _unknown(unnamed, latest, specs, keys)
    return Matrix(
        tuple(rows),
        unknown,
        moved=(*_moved(rows), *moved),
        wrong_specs=specs.problems,
        names=keys,
        unread=specs.unread,
    )


def _unknown(
    links: Sequence[Link],
    latest: Iterable[Latest],
    specs: SpecSet,
    keys: Mapping[str, Sequence[str]],
) -> tuple[tuple[UnknownLink, ...], tuple[Moved, ...]]:
    """Return the links that name no criterion, or several, and what moved from keys now unused."""
    criteria = specs.criteria()
    gone = [link for link in links if link.criterion not in keys]
    texts = keys_of_recorded_texts(gone, latest, criteria, specs.aliases())
    unknown: list[UnknownLink] = []
    moved: dict[tuple[str, str], dict[str, None]] = {}
    for link in links:
        name = link.criterion
        named = tuple(keys.get(name, ()))
        same_text = () if named else texts.get((name, link.source), ())
        near = named or tuple(dict.fromkeys(same_text)) or _near(name, keys)
        unknown.append(UnknownLink(link, near, places_of_repeated(named, criteria)))
        if len(same_text) == 1 and len(keys[same_text[0]]) == 1:
            moved.setdefault((name, same_text[0]), {})[link.source] = None
    return tuple(unknown), tuple(Moved(*pair, tuple(them)) for pair, them in moved.items())


class _Recorded:
    """The newest outcomes, by key and source, and for links that followed a text by that text."""

    def __init__(
        self,
        latest: Iterable[Latest],
        keys: Mapping[str, Sequence[str]],
        relinks: Iterable[Decision],
    ) -> None:
        self._relinks = {(it.criterion, it.source): it for it in relinks if not it.is_withdrawn}
        self._by_key: dict[tuple[str, str], list[Latest]] = {}
        self._by_text: dict[tuple[str | None, str], list[Latest]] = {}
        for fact in latest:
            named = keys.get(fact.criterion, [])
            key = named[0] if len(named) == 1 else fact.criterion
            self._by_key.setdefault((key, fact.source), []).append(fact)
            if self._relinks:
                text = fact.criterion_fingerprint
                self._by_text.setdefault((text, fact.source), []).append(fact)

    def facts_of(self, criterion: Criterion, source: str) -> Iterable[Latest]:
        """Return what was recorded of a criterion for a source that is linked to it."""
        facts = self._by_key.get((criterion.key, source), [])
        relink = self._relinks.get((criterion.key, source))
        if relink is None or relink.criterion_fingerprint != criterion.fingerprint:
            return facts
        same_text = self._by_text.get((criterion.fingerprint, source), [])
        newest: dict[tuple[str, str | None], Latest] = {}
        for fact in (*same_text, *(it for it in facts if it.at > relink.at)):
            where = fact.environment, fact.data_row
            if where not in newest or newest[where].at < fact.at:
                newest[where] = fact
        return newest.values()


def with_decisions(matrix: Matrix, decisions: Iterable[Decision], today: date) -> Matrix:
    """Return a matrix of all criteria with what was decided about them, as it counts ``today``."""
    decided = by_criterion(decisions)
    rows: list[Row] = []
    undecided: list[Diagnostic] = []
    for row in matrix.rows:
        mine = decided.get(row.criterion.key)
        if mine is None:
            rows.append(row)
            continue
        found = decide(row.criterion, row.links, mine, today)
        undecided += found.problems
        rows.append(
            replace(
                row,
                status=pending_status(found.status, row.change),
                links=found.links,
                evidence_status=evidence_status_of(found.links, status_of(found.links)),
                decision=found.decision,
            )
        )
    undecided += without_criterion(decided, [row.criterion for row in rows])
    return replace(matrix, rows=tuple(rows), undecided=tuple(undecided))


def with_archived(matrix: Matrix, archived: Archived) -> Matrix:
    """Return a matrix that says of links which archived change renamed or removed what they name.

    Links to the keys before a rename have moved to the present keys.
    """
    moved = {(it.old_key, it.new_key): it for it in matrix.moved}
    unknown: list[UnknownLink] = []
    for it in matrix.unknown:
        name = it.link.criterion
        new = archived.present_key(name)
        if new == name or len(matrix.names.get(new, ())) != 1:
            is_gone = name not in matrix.names
            unknown.append(replace(it, removed_by=archived.removal_of(name) if is_gone else ""))
            continue
        unknown.append(replace(it, candidates=(new,)))
        known = moved.get((name, new), Moved(name, new))
        sources = dict.fromkeys((*known.sources, it.link.source))
        moved[name, new] = Moved(name, new, tuple(sources))
    return replace(matrix, unknown=tuple(unknown), moved=tuple(moved.values()))


def row_of(matrix: Matrix, name: str) -> Row:
    """Return the row of a criterion, by its key or a local id that is unique.

    Raises:
        BadValue: No criterion, or several, have that name.
    """
    keys = matrix.names
    named = keys.get(name, [])
    if len(named) != 1:
        near = tuple(named) or _near(name, keys)
        criteria = [row.criterion for row in matrix.rows]
        found = unresolved(name, near, places=places_of_repeated(near, criteria))
        raise BadValue(f"The criterion {found.message}", hint=found.hint or None)
    return next(row for row in matrix.rows if row.criterion.key == named[0])


def _moved(rows: Sequence[Row]) -> tuple[Moved, ...]:
    """Return the criteria whose text was proved under the number of another one."""
    keys = {row.criterion.fingerprint: row.criterion.key for row in rows}
    found: dict[tuple[str, str], Moved] = {}
    for row in rows:
        for outcome in row.links:
            proved = outcome.latest and outcome.latest.criterion_fingerprint
            key = keys.get(proved or "")
            if outcome.status is Status.SUSPECT and key not in {None, row.criterion.key}:
                moved = found.get((row.criterion.key, key)) or Moved(row.criterion.key, key)
                sources = (*moved.sources, outcome.link.source)
                found[row.criterion.key, key] = replace(moved, sources=sources)
    return tuple(found.values())


def resolve(specs: SpecSet) -> Mapping[str, Criterion]:
    """Map every way to name a criterion to it: its key, and its local id where that is unique.

    A key that occurs twice names none.
    """
    criteria = {criterion.key: criterion for criterion in specs.criteria()}
    ways = ways_to_name(specs)
    return {name: criteria[keys[0]] for name, keys in ways.items() if len(keys) == 1}


def candidates_of(name: str, specs: SpecSet) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys of the criteria that a link names, and where there is none the near keys."""
    keys = ways_to_name(specs)
    named = tuple(keys.get(name, ()))
    return named, () if named else _near(name, keys)


def is_ambiguous(name: str, candidates: Sequence[str]) -> bool:
    """Return whether a link names each of several candidates."""
    return len(candidates) > 1 and all(
        name == key.partition("#")[2] or _is_repeated(candidates) for key in candidates
    )


def _is_repeated(candidates: Sequence[str]) -> bool:
    """Return whether the candidates of a link are criteria of one key."""
    return len(candidates) > 1 and len(set(candidates)) == 1


def places_of_repeated(
    candidates: Sequence[str], criteria: Iterable[Criterion]
) -> tuple[Span, ...]:
    """Return where the criteria are that share the key which a link names; else nothing."""
    if not _is_repeated(candidates):
        return ()
    return tuple(it.span for it in criteria if it.key == candidates[0])


def unresolved(
    name: str,
    candidates: Sequence[str],
    span: Span | None = None,
    field: str = "",
    places: Sequence[Span] = (),
) -> Diagnostic:
    """Return the problem of a link that names no criterion, or several: its ``candidates``.

    ``places`` are where those of them are that have the same key.
    """
    listed = ", ".join(map(str, places or dict.fromkeys(candidates)))
    if is_ambiguous(name, candidates):
        code, message = "link.ambiguous-criterion", f"{name} is ambiguous."
        hint = "Write one of {}."
        if places:
            hint = "It is the key of the criteria at {}: give each its own number."
    else:
        code, message = "link.unknown-criterion", f"{name} is unknown."
        hint = "Did you mean {}?" if listed else ""
    return Diagnostic(code, Severity.WARNING, message, span, hint.format(listed), field)


def ways_to_name(specs: SpecSet) -> dict[str, list[str]]:
    """Map keys, local ids and keys with the short name of a feature to the keys they mean."""
    ways: dict[str, list[str]] = {}
    short = {feature: alias for alias, feature in specs.aliases().items()}
    for criterion in specs.criteria():
        key = criterion.key
        feature, _, local = key.partition("#")
        ways.setdefault(key, []).append(key)
        ways.setdefault(local, []).append(key)
        if feature in short:
            ways.setdefault(f"{short[feature]}#{local}", []).append(key)
    return ways


def _near(name: str, keys: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    full = [key for key in keys if "#" in key]
    return tuple(difflib.get_close_matches(name, full, n=3, cutoff=0.6))
