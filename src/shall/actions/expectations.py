"""What a run promised to try: it fails where criteria were not tried, or other cases ran."""

from collections.abc import Sequence

from shall.actions.requirements import read_specs
from shall.errors import BadValue
from shall.messages import plural
from shall.results.events import CaseFinished, Event
from shall.results.records import Outcome
from shall.specs.matrix import candidates_of, places_of_repeated, unresolved
from shall.workspace.workspace import Workspace

_TRIED = frozenset({Outcome.PASSED, Outcome.FAILED})


class Expectations:
    """Listens to a run. Cases that passed or failed count; skipped and broken-off ones do not."""

    def __init__(self, workspace: Workspace, names: Sequence[str], cases: int | None) -> None:
        """Read what is expected.

        Raises:
            BadValue: No criterion, or several, have a name.
        """
        self._keys = _keys_of(workspace, names)
        self._wanted = cases
        self._tried: set[str] = set()
        self._ran: set[str] = set()

    def take(self, event: Event) -> None:
        """Handle an event of the run."""
        if isinstance(event, CaseFinished) and event.figures.outcome in _TRIED:
            self._ran.add(event.figures.case_key)
            self._tried |= {criterion.key for criterion in event.figures.criteria}

    def unmet(self) -> list[str]:
        """Return a sentence for each expectation that the run did not meet."""
        missing = [key for key in self._keys if key not in self._tried]
        found = [
            f"{key} was expected to be tried, and no case that verifies it ran." for key in missing
        ]
        ran = len(self._ran)
        if self._wanted is not None and self._wanted != ran:
            cases = plural(ran, "case", "cases")
            found.append(f"{ran} {cases} ran, not {self._wanted} as expected.")
        return found


def _keys_of(workspace: Workspace, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    specs = read_specs(workspace)
    keys = []
    for name in names:
        named, near = candidates_of(name, specs)
        if len(named) != 1:
            places = places_of_repeated(named, specs.criteria())
            found = unresolved(name, named or near, places=places)
            raise BadValue(f"The criterion {found.message}", hint=found.hint or None)
        keys.append(named[0])
    return keys
