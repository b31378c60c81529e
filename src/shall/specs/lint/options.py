"""What a project sets for ``shall lint``."""

from collections.abc import Mapping

from msgspec import Struct


class LintOptions(Struct, frozen=True):
    """The section ``lint`` of ``shall.yaml``. Rules are named by code, name or start of a code.

    ``select`` empty means every rule. ``severity`` replaces the severity of a rule, ``terms`` adds
    terms to a rule about words and removes those that begin with a minus sign, ``per_file`` maps
    a glob to rules that do not apply to the files that match.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = {}
    terms: Mapping[str, tuple[str, ...]] = {}
    per_file: Mapping[str, tuple[str, ...]] = {}
