"""The program of a worker process that a server starts for a large run.

Its arguments are its number and the descriptors that it was handed: ``engine.spawned_workers``.
"""

import os
import signal
import sys

from shall.import_path import remove_working_folder

remove_working_folder()

from msgspec.structs import replace  # noqa: E402

from shall.actions.discovery import JobReader  # noqa: E402
from shall.bootstrap import open_workspace  # noqa: E402
from shall.engine.spawned_workers import assignment_of  # noqa: E402
from shall.engine.worker_processes import Ends, Workload, part, work  # noqa: E402
from shall.import_path import remove_folders  # noqa: E402
from shall.serve.observe.logs import set_up_logging  # noqa: E402

NICENESS = 10
"""Workers leave the processor to the server: what it answers waits for none of them."""


def main() -> None:
    """Run the cases that are left until there are no more."""
    for each in (signal.SIGINT, signal.SIGTERM):  # the parent says when to stop
        signal.signal(each, lambda *_: None)  # what a case starts does not inherit that
    os.nice(NICENESS)
    number, file, folder, *ends = map(int, sys.argv[1:])
    assignment = assignment_of(file)
    settings = assignment.settings
    remove_folders(*settings.workspaces)
    set_up_logging(settings)
    space = open_workspace(assignment.root, settings, keeps_state=False, folder=folder)
    space = replace(space, unit=replace(space.unit, named=assignment.python))
    reader = JobReader(space, known=assignment.known)
    reader.shared = assignment.shared
    reader.needs = assignment.needs
    keys, rows = assignment.keys, assignment.rows
    workload = Workload(
        keys,
        lambda numbers: reader.read_turns(keys, rows, numbers, assignment.options.repeat),
        lambda: space.make_loop(assignment.count),
        space.files,
        rows,
        assignment.joined,
    )
    options = part(assignment.options, number, assignment.count)
    work(workload, options, Ends(*ends), is_spawned=True)


if __name__ == "__main__":
    main()
