"""Reads the lists of tasks of a workspace, and ticks a task."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from shall.actions.requirements import read_specs
from shall.actions.specs import documents_of_role
from shall.cases.nearest import nearest
from shall.errors import BadValue, ShallError
from shall.specs.layouts import Role, document_at
from shall.specs.model import Criterion, SpecSet
from shall.specs.references import keys_of, names_of
from shall.specs.tasks import Task, is_open, next_task, read_tasks, with_state
from shall.workspace.workspace import Workspace
from shall.workspace.writable import check_document

STATES = {"open": " ", "in progress": "-", "done": "x"}
"""The character in the box of a task, by the state that a caller names."""

_MARK = "\ufeff"


class TaskList(Struct, frozen=True):
    """The tasks of a feature, or of an OpenSpec change: ``is_change``."""

    owner: str
    file: str
    tasks: tuple[Task, ...]
    text: str = ""
    is_change: bool = False

    def text_of(self, task: Task) -> str:
        """Return the lines of a task as they are written."""
        lines = self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(lines[task.span.line - 1 : task.end_line])


class TaskFound(Struct, frozen=True):
    """A task with the criteria that it names; for a change without references, all of these."""

    list: TaskList
    task: Task
    criteria: tuple[Criterion, ...]


def find_task(workspace: Workspace, feature: str = "", name: str = "") -> TaskFound | None:
    """Return a task with its criteria: the named one, or the first that is open.

    None: every task is done or optional.

    Raises:
        BadValue: There is no such feature or task, or there is no list of tasks.
    """
    specs = read_specs(workspace)
    lists = task_lists(workspace, specs, feature)
    if name:
        listed, task = _named(lists, name)
        return TaskFound(listed, task, _criteria(specs, listed, task))
    for listed in lists:
        following = next_task(listed.tasks)
        if following is not None:
            return TaskFound(listed, following, _criteria(specs, listed, following))
    return None


def count_open(workspace: Workspace, feature: str = "") -> tuple[int, int]:
    """Return how many tasks are open and not optional, and how many there are."""
    lists = task_lists(workspace, read_specs(workspace), feature)
    tasks = [task for listed in lists for task in listed.tasks]
    return sum(map(is_open, tasks)), len(tasks)


def set_task_state(
    workspace: Workspace, feature: str, name: str, state: str, *, is_known: bool = True
) -> tuple[str, Task, bool]:
    """Write the box of a task; return the file, the task as it was, and whether it changed.

    ``is_known`` False: the caller showed no token, where anybody may come in over the network.

    Raises:
        BadValue: There is no such feature, task or state, several tasks have that name, or the
            document changed meanwhile.
        WriteRefused: Such a caller may not write there.
    """
    if state not in STATES:
        raise BadValue(f"Unknown state {state}.", hint=f"Available: {', '.join(STATES)}.")
    listed, task = _named(task_lists(workspace, read_specs(workspace), feature), name)
    if not is_known:
        check_document(workspace, listed.file, is_known=False)
    held = workspace.files.read_bytes(listed.file).decode("utf-8")
    mark = _MARK if held.startswith(_MARK) else ""
    if held.removeprefix(mark) != listed.text:
        raise BadValue(f"{listed.file} has changed meanwhile.", hint="Call get_next_task again.")
    is_same = task.is_done if state == "done" else task.state == STATES[state]
    if not is_same:
        after = with_state(listed.text, task, STATES[state])
        workspace.files.write_text(listed.file, mark + after)
    return listed.file, task, not is_same


def task_lists(workspace: Workspace, specs: SpecSet, feature: str = "") -> list[TaskList]:
    """Return the lists of tasks of a feature or an OpenSpec change, or all.

    Raises:
        BadValue: There is none.
    """
    found = list(_lists(workspace))
    wanted = specs.aliases().get(feature, feature)
    chosen = [it for it in found if not feature or it.owner == wanted]
    if chosen:
        return chosen
    names = list(dict.fromkeys(it.owner for it in found))
    if not names:
        raise BadValue("There is no list of tasks.", hint="Write one, such as specs/auth/tasks.md.")
    near = nearest(feature, names)
    hint = f"Did you mean {near}?" if near else f"Available: {', '.join(names[:20])}."
    raise BadValue(f"{feature} has no list of tasks.", hint=hint)


def _lists(workspace: Workspace) -> Iterator[TaskList]:
    for path in documents_of_role(workspace, Role.TASKS):
        document = document_at(path)
        try:
            text = workspace.files.read_text(path)
        except ShallError:  # what cannot be read hides nothing
            continue
        if document is not None:
            owner = document.feature or document.change
            is_change = not document.feature
            yield TaskList(owner, path, read_tasks(text, path), text, is_change)


def _named(lists: Sequence[TaskList], name: str) -> tuple[TaskList, Task]:
    wanted = name.strip().rstrip(".")
    found = [(it, task) for it in lists for task in it.tasks if task.name == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(f"{it.file}:{task.span.line}" for it, task in found[:5])
        raise BadValue(
            f"{len(found)} tasks are named {wanted}: {places}.", hint="Number each differently."
        )
    names = [task.name for it in lists for task in it.tasks]
    near = nearest(wanted, names)
    hint = f"Did you mean {near}?" if near else f"Available: {', '.join(names[:20]) or 'none'}."
    raise BadValue(f"There is no task {wanted}.", hint=hint)


def _criteria(specs: SpecSet, listed: TaskList, task: Task) -> tuple[Criterion, ...]:
    """Return the criteria that a task names, in the order of the documents."""
    if listed.is_change and not task.references:
        return tuple(
            it
            for it in specs.proposed()
            if it.change is not None and it.change.name == listed.owner
        )
    names = names_of(specs)
    keys = {
        key
        for reference in task.references
        for key in keys_of(reference, listed.owner, names) or ()
    }
    return tuple(it for it in specs.criteria() if it.key in keys)
