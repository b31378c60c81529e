"""What people decided about criteria: waivers, other ways to verify, reviews of links."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from shall.diagnostics import Diagnostic, Severity
from shall.specs.model import Criterion
from shall.specs.status import LinkOutcome, Status, status_of


class DecisionKind(StrEnum):
    """What was decided."""

    WAIVER = "waiver"  # it need not be proved for a while
    ATTESTATION = "attestation"  # it is verified by a person, not by a test
    REVIEW = "review"  # a linked case or test still fits the text
    APPROVAL = "approval"  # what was asked or decided about a document
    RELINK = "relink"  # a link follows a text to another key, and so does its evidence


class Method(StrEnum):
    """How a person verifies a criterion (ISO/IEC/IEEE 29148)."""

    INSPECTION = "inspection"
    ANALYSIS = "analysis"
    DEMONSTRATION = "demonstration"


class Verdict(StrEnum):
    """What was asked or decided about a document."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"


class Decision(Struct, frozen=True):
    """One decision about the text of a criterion, or of a document. ``at`` is aware UTC.

    ``reason`` is why a waiver is granted, or where the record of an attestation is. ``until`` is
    the last day on which it counts. ``source`` is the case or test of a review or relink,
    and the document of an approval, which is of no criterion and has a ``verdict``.
    ``is_withdrawn``: the decision of the same kind before no longer counts.
    """

    kind: DecisionKind
    criterion: str
    criterion_fingerprint: str
    by: str
    at: datetime
    reason: str = ""
    method: Method | None = None
    until: date | None = None
    source: str = ""
    source_fingerprint: str = ""
    is_withdrawn: bool = False
    verdict: Verdict | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What a later decision replaces."""
        return self.kind, self.criterion, self.source


class Decided(Struct, frozen=True):
    """The status of a criterion with what was decided, and the decision that counts."""

    status: Status
    links: tuple[LinkOutcome, ...]
    decision: Decision | None = None
    problems: tuple[Diagnostic, ...] = ()


def by_criterion(decisions: Iterable[Decision]) -> Mapping[str, Sequence[Decision]]:
    """Return the decisions that were not withdrawn by the key of their criterion."""
    found: dict[str, list[Decision]] = {}
    for decision in decisions:
        if not decision.is_withdrawn:
            found.setdefault(decision.criterion, []).append(decision)
    return found


def decide(
    criterion: Criterion,
    links: Sequence[LinkOutcome],
    decisions: Sequence[Decision],
    today: date,
) -> Decided:
    """Apply what was decided about a criterion to what its links show."""
    reviews = {it.source: it for it in decisions if it.kind is DecisionKind.REVIEW}
    links = tuple(_reviewed(criterion, link, reviews.get(link.link.source)) for link in links)
    status = status_of(links)
    problems = []
    counts = None
    for decision in sorted(decisions, key=lambda it: it.at):
        if decision.source:
            continue
        problem = _problem(criterion, links, decision, today)
        if problem is None:
            counts = decision
        else:
            problems.append(problem)
    if counts is not None:
        is_waiver = counts.kind is DecisionKind.WAIVER
        status = Status.WAIVED if is_waiver else Status.NOT_TESTABLE
    return Decided(status, links, counts, tuple(problems))


def without_criterion(
    decisions: Mapping[str, Sequence[Decision]], criteria: Sequence[Criterion]
) -> Iterator[Diagnostic]:
    """Report each waiver and attestation of a key that no criterion has."""
    keys = {it.key for it in criteria}
    texts = {it.fingerprint: it for it in criteria}
    for key in decisions.keys() - keys:
        for decision in decisions[key]:
            moved = texts.get(decision.criterion_fingerprint)
            if decision.source:
                continue
            what = f"The {decision.kind} of {key} does not count: no criterion has that key."
            hint = f"Its text is {moved.key} now: record the decision again." if moved else ""
            span = moved.span if moved is not None else None
            yield Diagnostic("decision.unknown-criterion", Severity.WARNING, what, span, hint)


def _reviewed(criterion: Criterion, link: LinkOutcome, review: Decision | None) -> LinkOutcome:
    """Return a link with its last review; one of another text makes what passed suspect."""
    if review is None:
        return link
    status = link.status
    is_older = review.criterion_fingerprint != criterion.fingerprint
    if is_older and status in {Status.PROVED, Status.VACUOUS, Status.STALE}:
        status = Status.SUSPECT
    return replace(link, status=status, reviewed_at=review.at, is_review_outdated=is_older)


def _problem(
    criterion: Criterion, links: Sequence[LinkOutcome], decision: Decision, today: date
) -> Diagnostic | None:
    """Return why a decision does not count; None where it does."""
    kind, key, by = decision.kind, criterion.key, decision.by
    if decision.criterion_fingerprint != criterion.fingerprint:
        code, why = (
            "decision.text-changed",
            f"The {kind} of {key} by {by} does not count: the text changed since.",
        )
        hint = "Record it again, or withdraw it with --remove."
    elif decision.until is not None and decision.until < today:
        code, why = "decision.expired", f"The {kind} of {key} by {by} expired on {decision.until}."
        hint = "Prove the criterion, record it again, or withdraw it with --remove."
    elif decision.kind is DecisionKind.ATTESTATION and links:
        code = "decision.has-test"
        source = links[0].link.source
        why = f"The {kind} of {key} by {by} does not count: {source} verifies the criterion."
        hint = "Withdraw it with --remove, or the link."
    else:
        return None
    return Diagnostic(code, Severity.WARNING, why, criterion.span, hint)
