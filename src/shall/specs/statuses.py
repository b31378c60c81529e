"""The statuses of criteria and links."""

from enum import StrEnum


class Status(StrEnum):
    """The status of a criterion or link. More may be added: do not treat the set as closed."""

    FAILING = "failing"  # the newest outcome of at least one is failed or error
    SUSPECT = "suspect"  # the requirement changed since
    STALE = "stale"  # the case or test changed since
    VACUOUS = "vacuous"  # it passed, but nothing in it could have failed
    UNREACHABLE = "unreachable"  # the service was not reached from this machine; nothing else ran
    PARTLY = "partly"  # some passed, others did not run
    SKIPPED = "skipped"  # all that ran was skipped
    NOT_RUN = "not run"  # linked, but nothing ran yet
    UNTESTED = "untested"  # no case and no test is linked
    WAIVED = "waived"  # it need not be proved for a while, for a reason that is recorded
    NOT_TESTABLE = "not testable"  # a person verifies it, as recorded
    PROVED = "proved"  # every linked case and test that was not skipped ran and passed


PRECEDENCE = (Status.FAILING, Status.SUSPECT, Status.STALE, Status.VACUOUS)
"""The status of a criterion is the first of these that one of its links has."""

WORST_FIRST = (
    *PRECEDENCE,
    Status.UNTESTED,
    Status.UNREACHABLE,
    Status.PARTLY,
    Status.SKIPPED,
    Status.NOT_RUN,
    Status.WAIVED,
    Status.NOT_TESTABLE,
)
"""The order of a report; ``PROVED`` follows."""

UNSOUND = frozenset(PRECEDENCE)
"""What a criterion must not be where a proof is asked for: it was tried, and is not proved."""

UNCOUNTED = frozenset({Status.WAIVED, Status.NOT_TESTABLE})
"""Criteria that no percentage counts, neither as proved nor as missing."""
