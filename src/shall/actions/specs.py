"""Lists the features of a workspace, and reads one of them."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from shall.cases.nearest import nearest
from shall.errors import BadValue
from shall.specs.layouts import FOLDERS, Role, document_at
from shall.specs.model import Feature, SpecSet
from shall.workspace.workspace import Workspace

_NEW_DOCUMENTS = {
    "native": "specs/{feature}/requirements.md",
    "kiro": ".kiro/specs/{feature}/requirements.md",
    "spec-workflow": ".spec-workflow/specs/{feature}/requirements.md",
    "spec-kit": "specs/{feature}/spec.md",
    "openspec": "openspec/changes/add-{feature}/specs/{feature}/spec.md",
}
LAYOUT_NAMES = tuple(_NEW_DOCUMENTS)


class FeatureInfo(Struct, frozen=True, omit_defaults=True):
    """What there is of a feature. ``language`` is that of most of its criteria.

    ``changes`` are the open changes of OpenSpec that touch it.
    """

    name: str
    layout: str
    files: tuple[str, ...]
    requirements: int
    criteria: int
    language: str
    changes: tuple[str, ...] = ()


def list_features(specs: SpecSet) -> list[FeatureInfo]:
    """Return one entry for each feature, in the order of the documents."""
    documents: dict[str, list[Feature]] = {}
    for feature in specs.features:
        documents.setdefault(feature.name, []).append(feature)
    return [_info(name, found) for name, found in documents.items()]


def _info(name: str, documents: Sequence[Feature]) -> FeatureInfo:
    languages = Counter(it.language for feature in documents for it in feature.criteria())
    return FeatureInfo(
        name,
        documents[0].layout,
        tuple(feature.file for feature in documents),
        sum(len(feature.requirements) for feature in documents),
        languages.total(),
        languages.most_common(1)[0][0] if languages else "en",
        _changes(documents),
    )


def _changes(documents: Sequence[Feature]) -> tuple[str, ...]:
    found = [it.change.name for feature in documents for it in feature.criteria() if it.change]
    found += [rename.change.name for feature in documents for rename in feature.renames]
    return tuple(dict.fromkeys(found))


def find_feature(specs: SpecSet, name: str) -> list[Feature]:
    """Return the documents of a feature, by its name or its short name.

    Raises:
        BadValue: No feature has that name.
    """
    name = specs.aliases().get(name, name)
    found = [feature for feature in specs.features if feature.name == name]
    if not found:
        names = list(dict.fromkeys(feature.name for feature in specs.features))
        near = nearest(name, names)
        hint = f"Did you mean {near}?" if near else f"Available: {', '.join(names) or 'none'}."
        raise BadValue(f"No feature is named {name}.", hint=hint)
    return found


def requirements_path(workspace: Workspace, specs: SpecSet) -> str:
    """Return the path of the requirements that are meant where no path is named.

    It is ``specs/requirements.md``, or the only document there is.

    Raises:
        BadValue: There is no document, or there are several.
    """
    default = "specs/requirements.md"
    paths = [feature.file for feature in specs.features]
    if workspace.files.is_file(default):
        return default
    if len(paths) == 1:
        return paths[0]
    hint = f"Pass one of them: {', '.join(paths[:10])}." if paths else f"Write {default} first."
    raise BadValue(f"There are {len(paths) or 'no'} documents of requirements.", hint=hint)


def design_path(workspace: Workspace) -> str:
    """Return the path of the design that is meant where no path is named.

    It is ``specs/design.md``, or the only design there is.

    Raises:
        BadValue: There is no design, or there are several.
    """
    paths = documents_of_role(workspace, Role.DESIGN)
    default = "specs/design.md"
    if default in paths or not paths:
        return default
    if len(paths) == 1:
        return paths[0]
    raise BadValue(
        f"There are {len(paths)} designs.", hint=f"Pass one of them: {', '.join(paths[:10])}."
    )


def documents_of_role(workspace: Workspace, role: Role) -> list[str]:
    """Return the paths of the documents of a role, such as designs, in every layout."""
    files = workspace.files
    found: dict[str, None] = {}
    for folder in FOLDERS:
        for path in files.find(folder, (".md",)) if files.is_folder(folder) else []:
            document = document_at(path)
            if document is not None and document.role is role:
                found[path] = None
    return list(found)


def new_document_path(specs: SpecSet, feature: str, layout: str) -> str:
    """Return where the requirements of a new feature are written.

    Without a ``layout`` it is the one of most documents. Without a ``feature`` it is
    ``specs/requirements.md``, or a pattern that holds ``<feature>``.

    Raises:
        BadValue: The layout is unknown.
    """
    if layout and layout not in _NEW_DOCUMENTS:
        near = nearest(layout, LAYOUT_NAMES)
        hint = f"Did you mean {near}?" if near else f"Available: {', '.join(LAYOUT_NAMES)}."
        raise BadValue(f"Unknown layout {layout}.", hint=hint)
    known = Counter(it.layout for it in specs.features if it.layout in _NEW_DOCUMENTS)
    layout = layout or (known.most_common(1)[0][0] if known else "")
    if not layout and not feature:
        return "specs/requirements.md"
    return _NEW_DOCUMENTS[layout or "native"].format(feature=feature or "<feature>")
