"""What the changes of OpenSpec do with criteria: open ones, and those that were archived."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct, field

from shall.late_pattern import late_pattern
from shall.specs.identifiers import requirement_key
from shall.specs.model import Change, Feature, Operation, SpecSet

_ARCHIVED_ON = late_pattern(r"(\d{4}-\d{2}-\d{2})-")


class Pending:
    """The open changes, by the keys that they name."""

    def __init__(self, specs: SpecSet) -> None:
        self._changes: dict[str, Change] = {}
        self._whole: dict[str, Change] = {}  # of requirements with all their scenarios
        for criterion in specs.proposed():
            if criterion.change is not None:
                self._changes.setdefault(criterion.key, criterion.change)
                if criterion.change.operation is Operation.REMOVED:
                    self._whole[criterion.key] = criterion.change
        for feature in specs.features:
            for rename in feature.renames:
                self._whole.setdefault(f"{feature.name}#{rename.old}", rename.change)

    def change_of(self, key: str) -> Change | None:
        """Return the change that adds, modifies, removes or renames a criterion."""
        if not self._changes and not self._whole:
            return None
        return self._whole.get(requirement_key(key)) or self._changes.get(key)


class Archived(Struct):
    """What the archived changes removed and renamed. ``removed`` maps keys to changes."""

    removed: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)  # keys of requirements, old to new

    def removal_of(self, key: str, proved_on: date | None = None) -> str:
        """Return the change that removed a criterion, or nothing.

        A removal that is older than the last proof is none: the criterion was added again since.
        """
        change = self.removed.get(requirement_key(key), "")
        archived_on = _ARCHIVED_ON.match(change)
        if archived_on and proved_on and archived_on[1] < proved_on.isoformat():
            return ""
        return change

    def present_key(self, key: str) -> str:
        """Return the key that a criterion has after all renames."""
        requirement = requirement_key(key)
        scenario = key[len(requirement) :]
        seen = {requirement}
        while requirement in self.renamed and self.renamed[requirement] not in seen:
            requirement = self.renamed[requirement]
            seen.add(requirement)
        return f"{requirement}{scenario}"


def archived(deltas: Iterable[tuple[str, Feature]]) -> Archived:
    """Join the deltas of archived changes, oldest first, each with the name of its folder.

    What a later change adds again was not removed, and has its own name.
    """
    found = Archived()
    for change, delta in deltas:
        for rename in delta.renames:
            old, new = f"{delta.name}#{rename.old}", f"{delta.name}#{rename.new}"
            found.renamed[old] = new
            found.renamed.pop(new, None)
            found.removed.pop(new, None)
        for requirement in delta.requirements:
            for criterion in requirement.criteria[:1]:  # its scenarios follow it
                if criterion.change is None:
                    continue
                if criterion.change.operation is Operation.REMOVED:
                    found.removed[criterion.key] = change
                else:
                    found.removed.pop(criterion.key, None)
                    found.renamed.pop(criterion.key, None)
    return found
